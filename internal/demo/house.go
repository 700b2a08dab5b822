// Package demo makes the data of the demonstration: an invented locksmith and security firm, its customers, and a year of
// their orders. It works through the modules' services, as people do, with the clock set back. Two builds on one day tell
// the same story: names, numbers and hours come from tables and from a source of chance with a fixed seed.
package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"skranke/internal/agreement"
	"skranke/internal/approval"
	"skranke/internal/billing"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/files"
	"skranke/internal/identity"
	"skranke/internal/jobs"
	"skranke/internal/keys"
	"skranke/internal/link"
	"skranke/internal/mail"
	"skranke/internal/testcard"
)

// House is the wired program that the data is made in. Nothing of it may run yet.
type House struct {
	DB         *db.DB
	Log        *event.Log
	Jobs       *jobs.Jobs
	Links      *link.Signer
	Files      *files.Store
	Mail       *mail.Post
	Identity   *identity.Service
	Agreements *agreement.Service
	Approvals  *approval.Service
	Keys       *keys.Service
	Billing    *billing.Service
	Cards      *testcard.Server
	Zone       *time.Location
	URL        string
	Orders     int // how many of a year; 0 is the usual number
}

// Password is everybody's, as the start page tells.
const Password = "skranke-demo" //nolint:gosec // it is meant to be known

// Stage is how far a database has come as a demonstration.
type Stage int

// The stages.
const (
	Empty   Stage = iota // nothing in it yet
	Built                // a demonstration
	Foreign              // somebody's real data
)

// The marks in the settings: a build leaves the first while it works and the second when all is there.
const (
	building = "building"
	built    = "built"
)

// remedy is what to do about half a demonstration: it explains nothing, and is never mended.
const remedy = "delete the folder that --data names (skranke-demo, if nothing else was said), or empty the PostgreSQL database, and start again"

var (
	errBroken  = errors.New("making the demonstration was broken off, or is under way in another process: if it is not, " + remedy)
	errStopped = errors.New("broken off half-way: " + remedy)
)

// State tells what a database is. One with half a demonstration in it is an error that says what to do.
func State(ctx context.Context, d *db.DB) (Stage, error) {
	mark, err := db.One[string](ctx, d, `SELECT value FROM settings WHERE name = 'demo'`)
	switch {
	case err != nil && !db.NoRows(err):
		return Foreign, fmt.Errorf("read what this database is: %w", err)
	case mark == built:
		return Built, nil
	case mark != "":
		return Foreign, errBroken
	}
	n, err := db.One[int64](ctx, d, `SELECT (SELECT COUNT(*) FROM people) + (SELECT COUNT(*) FROM customers) AS n`)
	if err != nil {
		return Foreign, fmt.Errorf("count people and customers: %w", err)
	}
	if n > 0 {
		return Foreign, nil
	}
	return Empty, nil
}

// Build makes the data in an empty database, and says how far it has come. The clock of the database runs as usual when
// it returns.
func Build(ctx context.Context, h House, say func(line string)) (err error) {
	if err := begin(ctx, h.DB); err != nil {
		return err
	}
	b, err := newBuilder(h, say)
	if err != nil {
		return err
	}
	// The demonstration lives on in the present.
	defer h.DB.SetClock(time.Now) //nolint:forbidigo // the database's own clock, given back
	if err := b.inHaste(ctx, b.make); ctx.Err() != nil {
		return errStopped
	} else if err != nil {
		return err
	}
	h.DB.SetClock(time.Now) //nolint:forbidigo // as above; the last mark is of today
	return h.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := keys.SweepDrafts(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE settings SET value = $1 WHERE name = 'demo'`, built); err != nil {
			return fmt.Errorf("mark the demonstration as made: %w", err)
		}
		return nil
	})
}

// begin takes the database. Of two processes that start at once, one is refused.
func begin(ctx context.Context, d *db.DB) error {
	stage, err := State(ctx, d)
	if err != nil {
		return err
	}
	if stage != Empty {
		return errors.New("a demonstration is made in an empty database only")
	}
	err = d.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO settings (name, value) VALUES ('demo', $1)`, building)
		return err
	})
	if db.IsUnique(err) {
		return errBroken
	}
	if err != nil {
		return fmt.Errorf("mark the demonstration as begun: %w", err)
	}
	return nil
}
