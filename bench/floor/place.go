// Package floor is what the same work costs without the product: the same rows in as many transactions over the bare
// driver, the same page from a bare template. It imports nothing of ours; the tables are made by the product's migrations.
package floor

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// Sample is what real orders wrote: the floor copies its texts, so that as many bytes are written.
type Sample struct {
	Letters []Letter
	Data    []string // of events
	Lines   string
}

// Letter is one mail.
type Letter struct{ Subject, HTML, Body string }

// Place writes the rows of orders.
type Place struct {
	db     *sql.DB
	lite   bool
	sample Sample
	turn   sync.Mutex // SQLite has one writer
	stmts  map[string]*sql.Stmt
	number atomic.Int64
	queue  *queue
}

const pragmas = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)" +
	"&_pragma=cache_size(-8000)&_pragma=temp_store(MEMORY)&_txlock=immediate"

// open opens a database whose tables stand. The drivers are registered by whoever starts us.
func open(dsn string) (d *sql.DB, lite bool, err error) {
	if strings.HasPrefix(dsn, "postgres") {
		d, err = sql.Open("pgx", dsn)
		if err == nil {
			d.SetMaxOpenConns(16)
			d.SetMaxIdleConns(16)
		}
		return d, false, err
	}
	d, err = sql.Open("sqlite", "file:"+dsn+pragmas)
	return d, true, err
}

// OpenPlace prepares every statement.
func OpenPlace(ctx context.Context, dsn string, s Sample) (*Place, error) {
	d, lite, err := open(dsn)
	if err != nil {
		return nil, err
	}
	if lite {
		d.SetMaxOpenConns(1)
	}
	p := &Place{db: d, lite: lite, sample: s, stmts: map[string]*sql.Stmt{}}
	p.queue = newQueue(p)
	for name, text := range p.texts() {
		if p.stmts[name], err = d.PrepareContext(ctx, text); err != nil {
			return nil, errors.Join(fmt.Errorf("prepare %s: %w", name, err), d.Close())
		}
	}
	return p, nil
}

// Close ends all connections.
func (p *Place) Close() error {
	for _, s := range p.stmts {
		_ = s.Close()
	}
	return p.db.Close()
}

// Round places n orders by as many writers at once and waits for the last job.
func (p *Place) Round(ctx context.Context, writers, n int) (time.Duration, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	idle := p.queue.work(ctx)
	var next atomic.Int64
	errs := make([]error, writers)
	var wg sync.WaitGroup
	start := time.Now()
	for w := range writers {
		wg.Go(func() {
			for errs[w] == nil && int(next.Add(1)) <= n {
				errs[w] = p.order(ctx)
			}
		})
	}
	wg.Wait()
	err := errors.Join(append(errs, idle())...)
	return time.Since(start), err
}

// step is one transaction in the making.
type step struct {
	ctx context.Context
	p   *Place
	tx  *sql.Tx
	now any
	at  time.Time
	err error

	jobs int // inserted
}

// do runs one prepared statement, unless an earlier one failed.
func (s *step) do(name string, args ...any) {
	if s.err == nil {
		if _, err := s.tx.StmtContext(s.ctx, s.p.stmts[name]).ExecContext(s.ctx, args...); err != nil {
			s.err = fmt.Errorf("%s: %w", name, err)
		}
	}
}

// in runs one transaction.
func (p *Place) in(ctx context.Context, do func(s *step)) error {
	if p.lite {
		p.turn.Lock()
		defer p.turn.Unlock()
	}
	tx, err := p.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	s := &step{ctx: ctx, p: p, tx: tx, at: now, now: p.stamp(now)}
	do(s)
	if s.err != nil {
		return errors.Join(s.err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	p.queue.added(s.jobs)
	return nil
}

// stamp is a time as the tables keep it.
func (p *Place) stamp(t time.Time) any {
	if p.lite {
		return t.Format("2006-01-02T15:04:05.000000Z")
	}
	return t
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// order holds the ids of one order.
type order struct{ id, status, payment, request, link, step string }

// order is four transactions; the jobs that they queue are the others.
func (p *Place) order(ctx context.Context) error {
	o := order{newID(), newID(), newID(), newID(), newID(), newID()}
	for _, part := range []func(s *step, o order){place, started, reserved, decided} {
		if err := p.in(ctx, func(s *step) { part(s, o) }); err != nil {
			return err
		}
	}
	return nil
}

const (
	customer = "01900000-0000-7000-8000-000000000001"
	site     = "01900000-0000-7000-8000-000000000002"
	person   = "01900000-0000-7000-8000-000000000003"
	other    = "01900000-0000-7000-8000-000000000004"
)

func place(s *step, o order) {
	n := s.p.number.Add(1)
	s.do("counter", "key_order")
	s.do("link", o.status, "keys.status", o.id, "", s.now, nil)
	s.do("order", o.id, fmt.Sprintf("N-%d", 10000+n), newID(), o.status, customer, site, other, other, "fob", "4127", "07", "additional", "resident",
		"", other, "H0203", "Kari Nes", "kari@home.example", "400 00 000", "nb", 1, "pickup", "", "", "", "NOK", 36080, 9020, 45100,
		s.p.sample.Lines, 1, "none", "none", "waiting", "", "", "", s.now, nil, nil, nil, nil, nil, nil, nil, nil, nil, 1)
	s.event("keys.order", o.id, "keys.order.place")
	s.do("payment", o.payment, "keys.order", o.id, 1, customer, site, fmt.Sprintf("N-%d", 10000+n), "Nøkkelbrikke, bestilling N-10001", "nb", "/k/%s",
		"keys.status", o.status, "bench", "created", "NOK", 45100, s.now, s.now, 1)
}

func started(s *step, o order) {
	s.do("session", "s-"+o.payment, "", "https://cards.example/"+o.payment, s.now, o.payment)
	s.event("billing.payment", o.payment, "billing.payment.start")
}

func reserved(s *step, o order) {
	s.message(o, "reserved", "reserve")
	s.event("billing.payment", o.payment, "billing.payment.reserve")
	s.lock("lock order", o.id)
	s.saveOrder(o, "reserved", "none", "waiting")
	s.event("keys.order", o.id, "keys.order.reserve")
	s.saveOrder(o, "reserved", "asked", "waiting")
	s.do("request", o.request, "keys.order", o.id, 3, customer, site, "H0203: 1 nøkkelbrikke", "", 1, "pending", "", s.now, s.now, nil, 1)
	s.do("approver", o.request, person)
	s.do("link", o.link, "approval", o.request, person, s.now, s.now)
	s.event("approval.request", o.request, "approval.ask")
	s.mail(o, 0)
	s.event("keys.order", o.id, "keys.order.ask")
	s.mail(o, 1)
}

func decided(s *step, o order) {
	s.lock("lock request", o.request)
	s.do("decision", newID(), o.request, person, "approve", "", "link", s.now)
	s.do("use link", s.now, o.link)
	s.do("save request", "approved", "", s.now, o.request, 1)
	s.do("clear inbox", o.request)
	s.event("approval.request", o.request, "approval.approve")
	s.lock("lock order", o.id)
	s.saveOrder(o, "reserved", "approved", "in_production")
	s.event("keys.order", o.id, "keys.order.approve")
	s.event("keys.order", o.id, "keys.order.start")
	s.do("step", o.step, o.payment, "capture", "", 45100, "queued", s.now)
	s.job("billing.settle", o.step+" "+o.payment+" "+o.id)
	s.mail(o, 2)
}

// captured is the job that takes the money.
func captured(s *step, o order) {
	s.message(o, "captured", "capture")
	s.do("end step", "done", "", s.now, o.step)
	s.event("billing.payment", o.payment, "billing.payment.capture")
	s.lock("lock order", o.id)
	s.saveOrder(o, "captured", "approved", "in_production")
	s.event("keys.order", o.id, "keys.order.capture")
	s.do("end step", "done", "", s.now, o.step)
}

// lock is what PostgreSQL needs before it reads; SQLite has one writer.
func (s *step) lock(name, id string) {
	if !s.p.lite {
		s.do(name, id)
	}
}

func (s *step) event(kind, subject, name string) {
	s.do("event", newID(), s.now, "system", "system", "", customer, site, kind, subject, name, s.p.sample.Data[len(name)%len(s.p.sample.Data)])
}

func (s *step) saveOrder(o order, payment, board, work string) {
	s.do("save order", payment, board, work, "", "", "", s.now, s.now, s.now, s.now, nil, nil, nil, nil, nil, o.id)
}

func (s *step) message(o order, state, did string) {
	id := newID()
	s.do("message", "bench", id, o.payment, state, state, 0, 0, "", s.now, s.now)
	s.do("save payment", state, "p-s-"+o.payment, 0, 0, "", s.now, s.now, s.now, o.payment)
	s.do("led to", did, "bench", id)
}

func (s *step) mail(o order, which int) {
	id, l := newID(), s.p.sample.Letters[which%len(s.p.sample.Letters)]
	s.do("mail", id, s.now, "keys.paid", "Kari Nes", "kari@home.example", "nb", l.Subject, l.HTML, l.Body, customer, o.id, "queued")
	s.job("mail.deliver", id)
}

// deliver is the job of a mail: three transactions.
func (p *Place) deliver(ctx context.Context, mail string) error {
	var html, body, subject string
	err := p.in(ctx, func(s *step) {
		s.err = s.tx.StmtContext(ctx, p.stmts["take mail"]).QueryRowContext(ctx, s.now, mail).Scan(&subject, &html, &body)
	})
	if err != nil {
		return err
	}
	return errors.Join(
		p.in(ctx, func(s *step) { s.do("mailbox", mail, mail, s.now, "kari@home.example", subject, html, body) }),
		p.in(ctx, func(s *step) { s.do("note mail", s.now, mail) }))
}
