// Package demo makes the data of the demonstration: an invented locksmith and security firm, its customers, and a year of
// their orders. It works through the modules' services, as people do, with the clock set back.
package demo

import (
	"context"
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

// House is the wired program that the data is made in.
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
}

// Stage is how far a database has come as a demonstration.
type Stage int

// The stages.
const (
	Empty   Stage = iota // nothing in it yet
	Built                // a demonstration
	Foreign              // somebody's real data
)

// State tells what a database is.
func State(ctx context.Context, d *db.DB) (Stage, error) {
	mark, err := db.One[string](ctx, d, `SELECT value FROM settings WHERE name = 'demo'`)
	switch {
	case err == nil && mark == "built":
		return Built, nil
	case err != nil && !db.NoRows(err):
		return Foreign, fmt.Errorf("read what this database is: %w", err)
	}
	n, err := db.One[int64](ctx, d, `SELECT COUNT(*) AS n FROM people`)
	if err != nil {
		return Foreign, fmt.Errorf("count people: %w", err)
	}
	if n > 0 {
		return Foreign, nil
	}
	return Empty, nil
}

// Build makes the data.
func Build(context.Context, House, func(line string)) error { return nil }
