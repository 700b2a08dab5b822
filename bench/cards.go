package main

import (
	"context"
	"net/http"
	"time"

	"skranke/internal/billing"
	"skranke/internal/id"
	"skranke/internal/money"
)

// cards is a card provider in this process that answers at once and remembers nothing: what it would cost is not measured.
type cards struct{}

// Name is the provider's.
func (*cards) Name() string { return "bench" }

// Start gives a page.
func (*cards) Start(_ context.Context, in billing.Opening) (billing.Session, error) {
	return billing.Session{Ref: billing.Ref{Session: "s-" + in.Key}, URL: "https://cards.example/" + in.Key}, nil
}

// Look says that nothing has happened.
func (*cards) Look(_ context.Context, ref billing.Ref) (billing.Report, error) {
	return billing.Report{Ref: ref, State: billing.Created}, nil
}

// Capture takes the money.
func (*cards) Capture(_ context.Context, ref billing.Ref, amount money.Money, key string) (billing.Report, error) {
	return billing.Report{Ref: ref, State: billing.Captured, Amount: amount, Captured: amount.Minor, Mark: key, At: time.Now()}, nil
}

// Release lets go of it.
func (*cards) Release(_ context.Context, ref billing.Ref, key string) (billing.Report, error) {
	return billing.Report{Ref: ref, State: billing.Released, Mark: key, At: time.Now()}, nil
}

// Refund gives it back.
func (*cards) Refund(_ context.Context, ref billing.Ref, amount money.Money, key string) (billing.Report, error) {
	return billing.Report{Ref: ref, State: billing.Refunded, Amount: amount, Captured: amount.Minor, Refunded: amount.Minor, Mark: key}, nil
}

// CanCaptureMore is no.
func (*cards) CanCaptureMore() bool { return false }

// Message refuses: paid tells the service itself.
func (*cards) Message(http.Header, []byte) (billing.Message, error) {
	return billing.Message{}, billing.ErrSignature
}

// Origins are none.
func (*cards) Origins() []string { return nil }

// paid is the webhook of a resident who has paid.
func (c *cards) paid(session string, amount money.Money) billing.Message {
	until := time.Now().Add(7 * 24 * time.Hour)
	return billing.Pushed(c.Name(), id.New(), "reserved", billing.Report{
		Ref: billing.Ref{Session: session, Payment: "p-" + session}, State: billing.Reserved,
		Amount: amount, ReservedUntil: &until, At: time.Now(),
	})
}
