package app

import (
	"context"

	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/keys"
)

// subscribe is the map of how modules hear of each other: who reacts to what, in the transaction that tells it.
func (a *App) subscribe() {
	for _, x := range []struct {
		name  string
		react event.Reaction
	}{
		{"billing.payment.start", a.Keys.OnPayable},
		{"billing.payment.reserve", a.Keys.OnReserved},
		{"billing.payment.capture", a.Keys.OnPayment},
		{"billing.payment.release", a.Keys.OnPayment},
		{"billing.payment.refund", a.Keys.OnPayment},
		{"billing.payment.lapse", a.Keys.OnLapsed},
		{"approval.yes", a.Keys.OnAnswer},
		{"approval.yes", a.Signup.OnAnswer},
		{"approval.approve", a.Signup.OnAnswer},
		{"approval.reject", a.Signup.OnAnswer},
		{"approval.approve", a.Keys.OnAnswer}, // first: it may refuse
		{"approval.reject", a.Keys.OnAnswer},
		{"approval.approve", a.Keys.OnApproved},
		{"approval.reject", a.Keys.OnRejected},
		{"approval.expire", a.Keys.OnExpired},
		{"approval.approve", a.Signup.OnApproved},
		{"approval.reject", a.Signup.OnRejected},
		{"approval.expire", a.Signup.OnExpired},
	} {
		a.Log.On(x.name, x.react)
	}
	a.Log.OnAny(a.publish)
}

// publish tells open pages: of the record itself, and of the lists that it stands in.
func (a *App) publish(ctx context.Context, tx *db.Tx, e event.Event) error {
	if err := a.Live.Publish(ctx, tx, e.Kind+":"+e.Subject); err != nil {
		return err
	}
	if e.Kind == keys.EventKind {
		return a.Live.Publish(ctx, tx, "keys.production")
	}
	return nil
}
