package keys

import (
	"context"
	"time"

	"skranke/internal/agreement"
	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/link"
	"skranke/internal/mail"
	"skranke/internal/money"
)

// Service holds the use cases. Its methods open transactions; plain functions take one.
type Service struct {
	DB        *db.DB
	Log       *event.Log
	Approvals *approval.Service
	Payments  Payments
	Mail      *mail.Post
	Links     *link.Signer
	Zone      *time.Location // of the installation: agreements' dates are local
}

// EndedMeanwhile is the code of the conflict that a payment can no longer be paid: the next Open makes another attempt.
const EndedMeanwhile = "billing.not_open"

// PaymentAsk is a card payment that keys wants opened.
type PaymentAsk struct {
	OrderID, Number, CustomerID, SiteID string
	Amount                              money.Money
	Description                         string
	L                                   i18n.L
	ReturnPath                          string // the resident's status page, with %s for the secret of the link that ReturnKind and ReturnID name
	ReturnKind, ReturnID                string
}

// Payments is the little that keys needs from billing, which stands below it: app joins the two.
type Payments interface {
	Open(ctx context.Context, tx *db.Tx, a PaymentAsk) error           // makes an attempt, once while one is open
	Start(ctx context.Context, orderID string) (url string, err error) // the provider's page; leaves the process. EndedMeanwhile: open anew
	Capture(ctx context.Context, tx *db.Tx, orderID string) error      // queued
	Release(ctx context.Context, tx *db.Tx, orderID string) error      // queued
	Refund(ctx context.Context, tx *db.Tx, orderID string) error       // all that was captured, queued
}

// system is the actor of what payments and approvals lead to.
var runner = authz.SystemActor(MayRun, MaySee, approval.MaySee, approval.MayExpire, approval.MayWithdraw)

// current is the agreement that an order may be placed under today, with its customer: signed, started, not ended, not blocked,
// and not to be invoiced while nothing new may be.
func (s *Service) current(ctx context.Context, q db.Q, handle string) (agreement.Agreement, identity.Customer, error) {
	a, c, err := agreement.ByHandle(ctx, q, handle, s.today())
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.Conflict, "keys.order.agreement_ended")
	}
	if err == nil && c.Status == identity.OnHold && a.Payer == agreement.AssociationPays {
		err = fault.New(fault.Conflict, "keys.order.agreement_ended") // strangers learn no more
	}
	return a, c, err
}

// findFlat is the flat that was typed, as a fault of the form's field when there is none.
func findFlat(ctx context.Context, q db.Q, sys system, typed string) (identity.Flat, error) {
	f, err := identity.FindFlat(ctx, q, sys.CustomerID, sys.SiteID, typed)
	if k := fault.KindOf(err); err != nil && (k == fault.NotFound || k == fault.Conflict) {
		return f, fault.Field("flat", "keys.form.flat_unknown")
	}
	return f, err
}

// record writes an order's event.
func (s *Service) record(ctx context.Context, tx *db.Tx, by authz.Actor, o Order, a Action, data map[string]any) error {
	return s.Log.Record(ctx, tx, by, event.Event{
		CustomerID: o.CustomerID, SiteID: o.SiteID, Kind: EventKind, Subject: o.ID,
		Name: "keys.order." + string(a), Data: event.Data(data),
	})
}

// change is the only way to change an order: lock, find, change, save, record.
func (s *Service) change(ctx context.Context, tx *db.Tx, by authz.Actor, orderID string, a Action, do func(o *Order) (map[string]any, error)) (Order, error) {
	if !id.Valid(orderID) {
		return Order{}, fault.New(fault.NotFound, "keys.order.not_found")
	}
	if err := db.LockRow(ctx, tx, "key_orders", orderID); err != nil {
		return Order{}, err
	}
	o, err := find(ctx, tx, by, orderID)
	if err != nil {
		return o, err
	}
	data, err := do(&o)
	if err != nil {
		return o, err
	}
	if err := save(ctx, tx, &o); err != nil {
		return o, err
	}
	return o, s.record(ctx, tx, by, o, a, data)
}
