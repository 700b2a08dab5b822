package billing

import (
	"context"
	"errors"
	"net/http"
	"time"

	"skranke/internal/i18n"
	"skranke/internal/money"
)

// Provider is a card payment company. Every call is made outside of transactions and may be repeated with the same key.
// An error that is worth another try wraps ErrDown; any other is a *Refusal.
type Provider interface {
	// Name stands in the database and in the webhook's address, for good.
	Name() string
	// Start makes a page on which the payer reserves the amount.
	Start(ctx context.Context, in Opening) (Session, error)
	// Look says how the payment stands.
	Look(ctx context.Context, ref Ref) (Report, error)
	// Capture takes a part or all of what is reserved.
	Capture(ctx context.Context, ref Ref, amount money.Money, key string) (Report, error)
	// Release lets go of what is reserved; a page not paid yet can no longer be paid.
	Release(ctx context.Context, ref Ref, key string) (Report, error)
	// Refund gives back a part or all of what was captured.
	Refund(ctx context.Context, ref Ref, amount money.Money, key string) (Report, error)
	// CanCaptureMore says whether one reservation can be captured in several parts.
	CanCaptureMore() bool
	// Message checks a webhook and reads it; ErrSignature when it did not come from the provider.
	Message(header http.Header, body []byte) (Message, error)
	// Origins are the origins that a payer's browser is sent to: the pages' form-action must allow them.
	Origins() []string
}

// ErrDown marks that the provider could not be reached or did not work: the same call may succeed later.
var ErrDown = errors.New("card provider is down")

// ErrSignature marks a webhook that did not come from the provider.
var ErrSignature = errors.New("webhook is not from the card provider")

// Refusal is a no of the provider that another try would only repeat. Code is the provider's own.
type Refusal struct {
	Code string
	Err  error
}

// Error is the cause's text.
func (r *Refusal) Error() string { return "card provider refused: " + r.Err.Error() }

// Unwrap is the cause.
func (r *Refusal) Unwrap() error { return r.Err }

// Ref is how the provider knows a payment. Payment may be empty until the payer has paid.
type Ref struct{ Session, Payment string }

// Opening is what the provider is told of a new payment. The same Key comes with the same content.
type Opening struct {
	Key                    string
	Reference, Description string
	Amount                 money.Money
	L                      i18n.L
	ReturnURL, CancelURL   string
	ExpiresAt              time.Time
}

// Session is the page on which the payer pays.
type Session struct {
	Ref
	URL   string
	Until time.Time // when the page ends; zero means when it was asked to
}

// Report is what the provider says of a payment, in our words.
type Report struct {
	Ref
	State         State
	Amount        money.Money
	Captured      int64
	Refunded      int64
	ReservedUntil *time.Time
	Failure       string    // why the latest try to pay failed: one of the Fail… codes
	Mark          string    // the provider's mark of this stand; the same mark says the same again
	At            time.Time // the provider's time of it
}

// Why a try to pay failed. Each has the text "billing.failure.<code>".
const (
	FailDeclined  = "declined"      // the bank said no
	FailNoFunds   = "no_funds"      // the account is empty
	FailConfirm   = "not_confirmed" // the payer did not pass the bank's extra step
	FailAbandoned = "abandoned"     // nobody paid in time
	FailOther     = "other"
)

// Message is one piece of news: a webhook, or the answer to a call of ours.
type Message struct {
	Provider string
	ID       string // unique at the provider
	Name     string // what the provider calls it
	Report   Report
	Payment  string // our own id, where the provider repeats it; the report's Ref goes first
	pushed   bool   // a webhook: it may be old news, and a second one with its ID is nothing
}

// Pushed makes the message of a webhook.
func Pushed(provider, id, name string, r Report) Message {
	return Message{Provider: provider, ID: id, Name: name, Report: r, pushed: true}
}

// Nudge makes the message of a webhook that says which payment to look at, but not how it stands: it is looked at.
func Nudge(provider, id, name string, ref Ref, payment string, at time.Time) Message {
	return Message{Provider: provider, ID: id, Name: name, Report: Report{Ref: ref, At: at}, Payment: payment, pushed: true}
}

// nudges says that a message tells nothing but that there is news.
func (m Message) nudges() bool { return m.Report.State == "" }
