package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"skranke/bench/floor"
	"skranke/internal/app"
	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/i18n"
	"skranke/internal/keys"
	"skranke/internal/link"
)

// place measures whole orders a second: placed, paid, approved, with every job they lead to.
func place(ctx context.Context, o options, r *report) error {
	kinds, dir, end, err := kindsOf(ctx, o)
	if err != nil {
		return err
	}
	defer end()
	orders := 400
	if o.quick {
		orders = 60
	}
	var counts []string
	for _, k := range kinds {
		m, err := openPair(ctx, k, dir)
		if err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
		for _, writers := range []int{1, 8} {
			ours, theirs, err := m.alternate(ctx, writers, orders, o.runs)
			if err != nil {
				return errors.Join(fmt.Errorf("%s: %w", k.name, err), m.close())
			}
			r.share(fmt.Sprintf("%s: place, pay, approve; %d writer%s", k.name, writers, plural(writers)), "orders/s", median(ours.speed), median(theirs.speed), 0.5)
			counts = append(counts, fmt.Sprintf("%s, %d: %.1f and %.1f commits, %.1f and %.1f ms", k.name, writers,
				median(ours.commits), median(theirs.commits), median(ours.cpu), median(theirs.cpu)))
		}
		if err := m.close(); err != nil {
			return err
		}
	}
	r.note("place, pay, approve: from the first order sent until the last job is done, %d orders a round. Ours: keys.Place, keys.Pay, the provider's webhook\n"+
		"(billing.Apply), the approver's yes (approval.Decide), three mails to the mailbox and the capture, with a provider in this process; every event,\n"+
		"reaction and job as in `serve`. Floor: the same rows written statement by statement, prepared, over the bare driver in as many transactions, jobs\n"+
		"inserted, locked and completed in the same table by as many workers; no reads but the jobs themselves, no rendering: letters are copied from ours.\n"+
		"Filling in the form is not counted. Same schema, same sync setting (WAL and FULL; PostgreSQL with fsync). Commits and this process's CPU\n"+
		"time an order, ours and the floor's: %s.",
		orders, strings.Join(counts, "; "))
	return nil
}

// pair is ours and the floor on databases of one kind.
type pair struct {
	ours  *house
	floor *floor.Place
	addrs [2]string // of ours and the floor's
}

// series is what the rounds of one side gave.
type series struct{ speed, commits, cpu []float64 }

func openPair(ctx context.Context, k kind, dir string) (*pair, error) {
	m := &pair{}
	for i, name := range []string{"ours", "floor"} {
		dsn, err := k.fresh(ctx, name)
		if err != nil {
			return nil, err
		}
		m.addrs[i] = dsn
	}
	var err error
	if m.ours, err = openHouse(ctx, dir, m.addrs[0]); err != nil {
		return nil, err
	}
	if err := errors.Join(m.ours.furnish(ctx), m.ours.work(ctx)); err != nil {
		return nil, err
	}
	if _, err := m.ours.round(ctx, 4, 20); err != nil { // warms up, and gives the floor letters to copy
		return nil, err
	}
	sample, err := m.ours.sample(ctx)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, m.addrs[1]); err != nil {
		return nil, err
	}
	if m.floor, err = floor.OpenPlace(ctx, m.addrs[1], sample); err != nil {
		return nil, err
	}
	_, err = m.floor.Round(ctx, 4, 20)
	return m, err
}

func (m *pair) close() error { return errors.Join(m.ours.end(), m.floor.Close()) }

// migrate makes the tables, which the floor shares with us.
func migrate(ctx context.Context, dsn string) error {
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return err
	}
	return errors.Join(app.Migrate(ctx, d), d.Close())
}

func (m *pair) alternate(ctx context.Context, writers, orders, runs int) (ours, theirs series, err error) {
	for range runs {
		for i, side := range []*series{&ours, &theirs} {
			do := m.ours.round
			if i == 1 {
				do = m.floor.Round
			}
			before, err := commitsOf(ctx, m.addrs[i])
			if err != nil {
				return ours, theirs, err
			}
			cpu := cpuTime()
			took, err := do(ctx, writers, orders)
			if err != nil {
				return ours, theirs, err
			}
			side.cpu = append(side.cpu, (cpuTime()-cpu).Seconds()*1000/float64(orders))
			after, err := commitsOf(ctx, m.addrs[i])
			if err != nil {
				return ours, theirs, err
			}
			side.speed = append(side.speed, float64(orders)/took.Seconds())
			side.commits = append(side.commits, float64(after-before)/float64(orders))
		}
	}
	return ours, theirs, nil
}

// round places n orders by as many writers at once and waits for the last job. What came of them is checked afterwards.
func (h *house) round(ctx context.Context, writers, n int) (time.Duration, error) {
	drafts, err := h.drafts(ctx, n)
	if err != nil {
		return 0, err
	}
	before, err := h.captured(ctx)
	if err != nil {
		return 0, err
	}
	var next atomic.Int64
	errs := make([]error, writers)
	var wg sync.WaitGroup
	start := time.Now()
	for w := range writers {
		wg.Go(func() {
			for errs[w] == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				errs[w] = h.order(ctx, drafts[i])
			}
		})
	}
	wg.Wait()
	if err := errors.Join(append(errs, h.Jobs.Drain(ctx))...); err != nil {
		return 0, err
	}
	took := time.Since(start)
	after, err := h.captured(ctx)
	if err == nil && after-before != int64(n) {
		err = fmt.Errorf("%d of %d orders were captured and all their mails sent", after-before, n)
	}
	return took, err
}

// captured counts the orders that have come as far as they should, unless a mail is missing.
func (h *house) captured(ctx context.Context) (int64, error) {
	return db.One[int64](ctx, h.DB, `SELECT CASE WHEN sent = 3 * done THEN done ELSE -1 END AS n FROM (SELECT
		(SELECT COUNT(*) FROM key_orders WHERE payment = 'captured' AND work = 'in_production') AS done, (SELECT COUNT(*) FROM mails WHERE state = 'sent') AS sent) AS c`)
}

// order is one order from the form's last page to the board's yes.
func (h *house) order(ctx context.Context, draft string) error {
	s, err := h.Keys.Sum(ctx, draft)
	if err != nil {
		return err
	}
	o, err := h.Keys.Place(ctx, authz.Actor{}, i18n.NB, draft, s.Quote.Total)
	if err != nil {
		return err
	}
	page, err := h.Keys.Pay(ctx, keys.LinkActor(link.Link{ID: o.StatusLink, Subject: o.ID}), o.ID)
	if err != nil {
		return err
	}
	if err := h.Billing.Apply(ctx, h.cards.paid("s-"+page[strings.LastIndex(page, "/")+1:], o.Amount())); err != nil {
		return err
	}
	l, err := db.One[link.Link](ctx, h.DB, `SELECT l.id, l.subject, l.person_id FROM approval_requests r JOIN links l ON l.subject = r.id
		WHERE r.kind = $1 AND r.subject = $2`, keys.SubjectKind, o.ID)
	if err != nil {
		return fmt.Errorf("the mailed link of %s: %w", o.Number, err)
	}
	_, err = h.Approvals.Decide(ctx, approval.LinkActor(l), l.Subject, approval.Answer{Do: approval.Approve, Via: "link", LinkID: l.ID})
	return err
}

// sample is what the floor copies: texts of the length that ours have.
func (h *house) sample(ctx context.Context) (floor.Sample, error) {
	type letter struct{ Subject, HTML, Body string }
	letters, err := db.List[letter](ctx, h.DB, `SELECT subject, html, body FROM mails ORDER BY id DESC LIMIT 3`)
	if err != nil {
		return floor.Sample{}, err
	}
	data, err := db.List[string](ctx, h.DB, `SELECT CAST(data AS TEXT) AS data FROM events WHERE name LIKE 'keys.order.%' OR name LIKE 'billing.%' OR name LIKE 'approval.%' ORDER BY id DESC LIMIT 12`)
	if err != nil {
		return floor.Sample{}, err
	}
	lines, err := db.One[string](ctx, h.DB, `SELECT CAST(lines AS TEXT) AS lines FROM key_orders LIMIT 1`)
	s := floor.Sample{Data: data, Lines: lines}
	for _, l := range letters {
		s.Letters = append(s.Letters, floor.Letter(l))
	}
	return s, err
}

// commitsOf counts the transactions that have written: the write-ahead index's own counter, or the transaction numbers.
func commitsOf(ctx context.Context, dsn string) (int64, error) {
	if !db.IsPostgres(dsn) {
		b, err := os.ReadFile(dsn + "-shm")
		if err != nil || len(b) < 12 {
			return 0, err
		}
		return int64(binary.NativeEndian.Uint32(b[8:])), nil // iChange of the WAL index
	}
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return 0, err
	}
	n, err := db.One[int64](ctx, d, `SELECT CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT) AS n`)
	return n, errors.Join(err, d.Close())
}

// cpuTime is what this process has computed so far. It tells the same on a busy machine; PostgreSQL's own is not in it.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func replacePath(address, database string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address // the next use of it tells
	}
	u.Path = "/" + database
	return u.String()
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}
