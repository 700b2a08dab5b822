package signup

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/limit"
	"skranke/internal/link"
	"skranke/internal/mail"
	"skranke/internal/registry"
)

// EventKind is the kind of subject in this module's events.
const EventKind = "signup.registration"

// Service holds the use cases. Its methods open transactions; plain functions take one.
type Service struct {
	DB        *db.DB
	Log       *event.Log
	Identity  *identity.Service
	Approvals *approval.Service
	Mail      *mail.Post
	Links     *link.Signer
	Register  registry.Register // nil asks none
	Zone      *time.Location    // whose clock deadlines are shown by
	Limits    Limits            // zero fields take the usual rules
	// AnswerTime is how long sending a registration takes at least, so that it does not tell who is a customer already.
	AnswerTime time.Duration
}

// Limits slow down whoever fills the register, or somebody's mailbox.
type Limits struct {
	Lookups  limit.Rule // of numbers, from one network
	Network  limit.Rule // registrations sent from one network
	Mailbox  limit.Rule // mails to one address
	Password limit.Rule // tries behind one mailed link
	Many     int64      // registrations from one network in a day that want a look
}

var usualLimits = Limits{
	Lookups: limit.Rule{Max: 40, Window: time.Hour}, Network: limit.Rule{Max: 10, Window: time.Hour}, Mailbox: limit.Rule{Max: 3, Window: time.Hour},
	Password: limit.Rule{Max: 10, Window: 15 * time.Minute}, Many: 5,
}

const usualAnswerTime = 500 * time.Millisecond

func (s *Service) limits() Limits {
	l := s.Limits
	for rule, usual := range map[*limit.Rule]limit.Rule{
		&l.Lookups: usualLimits.Lookups, &l.Network: usualLimits.Network, &l.Mailbox: usualLimits.Mailbox, &l.Password: usualLimits.Password,
	} {
		if rule.Max == 0 {
			*rule = usual
		}
	}
	if l.Many == 0 {
		l.Many = usualLimits.Many
	}
	return l
}

// runner is the actor of what answers and clocks lead to.
var runner = authz.SystemActor(mayRun, approval.MaySee, approval.MayExpire)

const (
	draftLife = 24 * time.Hour
	linkLife  = 24 * time.Hour
	staleLife = 30 * 24 * time.Hour // of what was never verified, and of what is settled
)

// network is where somebody comes from, in a form that cannot be read back.
func (s *Service) network(address string) string {
	return hex.EncodeToString(s.Links.Mac("signup.network", limit.Network(address)))
}

// throttle counts one try for key and says how long to wait, as a fault.
func (s *Service) throttle(ctx context.Context, key string, r limit.Rule) error {
	var wait time.Duration
	err := s.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		wait, err = limit.Hit(ctx, tx, key, r)
		return err
	})
	if err == nil && wait > 0 {
		err = fault.New(fault.TooMany, "signup.too_many").Because(identity.Wait(wait))
	}
	return err
}

// Begin takes the number, asks the public register about it, and gives the registration that the rest is filled into. address
// is the client's.
func (s *Service) Begin(ctx context.Context, l i18n.L, country, number, address string) (Registration, error) {
	var f fault.Fields
	f.Check(slices.Contains(identity.Countries(), country), "country", "signup.country")
	stored, ok := id.OrgNumber(country, number)
	f.Check(ok, "org_number", "signup.org_number")
	if err := f.Err(); err != nil {
		return Registration{}, err
	}
	network := s.network(address)
	if err := s.throttle(ctx, "signup.look:"+network, s.limits().Lookups); err != nil {
		return Registration{}, err
	}
	r := Registration{
		ID: id.New(), State: Draft, Country: country, OrgNumber: stored, Language: l.Tag(), Network: network, Version: 1,
		Answer: db.JSON[Answer]{V: s.look(ctx, country, stored)}, Flags: db.JSON[[]Flag]{V: []Flag{}},
	}
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		r.CreatedAt, r.ChangedAt = tx.Now, tx.Now
		return insert(ctx, tx, r)
	})
	return r, err
}

// Find is a registration by its id, which is unguessable and is all that opens it. A draft past its day is gone, whether or not
// it has been swept.
func (s *Service) Find(ctx context.Context, registrationID string) (Registration, error) {
	r, err := byID(ctx, s.DB, registrationID)
	if err == nil && r.State == Draft && s.DB.Now().Sub(r.CreatedAt) >= draftLife {
		return Registration{}, fault.New(fault.NotFound, "signup.gone")
	}
	return r, err
}

// move is the only way to a new state: find the row, save, record. do changes what else the move changes.
func (s *Service) move(ctx context.Context, tx *db.Tx, by authz.Actor, r *Registration, a Action, do func(r *Registration), guards ...string) error {
	next, err := r.Next(a, by, guards...)
	if err != nil {
		return err
	}
	r.State, r.ChangedAt = next, tx.Now
	if do != nil {
		do(r)
	}
	if next == Active || next == Rejected {
		r.PasswordHash, r.DueAt = "", nil
	}
	if err := save(ctx, tx, r); err != nil {
		return err
	}
	data := map[string]any{"to": string(next)}
	if len(r.Flags.V) > 0 {
		data["flags"] = r.Flags.V
	}
	return s.Log.Record(ctx, tx, by, event.Event{CustomerID: r.CustomerID, Kind: EventKind, Subject: r.ID, Name: EventKind + "." + string(a), Data: event.Data(data)})
}

// Sweep forgets drafts past their day, what was never verified and what is settled: they hold names and addresses. Access that no
// administrator has answered in time goes to the operator's people.
func (s *Service) Sweep(ctx context.Context) error {
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM registrations WHERE {}`, db.If("state = ? AND changed_at <= ?", Draft, tx.Now.Add(-draftLife)).
			Or("state IN (?, ?, ?) AND changed_at <= ?", Unverified, Active, Rejected, tx.Now.Add(-staleLife)))
		return err
	})
	if err != nil {
		return fmt.Errorf("sweep registrations: %w", err)
	}
	return s.lapse(ctx)
}
