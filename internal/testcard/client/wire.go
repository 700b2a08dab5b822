package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// State says how far a payment has come: created > reserved > captured (in part) > done, and reserved > void | lapsed.
type State string

// The states of a payment. A declined card leaves it created: the payer may try another one.
const (
	Created  State = "created"  // the payer has not paid yet
	Reserved State = "reserved" // the bank holds the amount, nothing has moved
	Captured State = "captured" // a part has been taken, the rest is still held
	Done     State = "done"     // something was taken and nothing is held any more
	Void     State = "void"     // released before anything was taken
	Lapsed   State = "lapsed"   // the bank let go of the amount before anything was taken
)

// SessionState says what the hosted page of a payment shows.
type SessionState string

// The states of a session; all but SessionOpen are ends.
const (
	SessionOpen    SessionState = "open"
	SessionPaid    SessionState = "paid"
	SessionExpired SessionState = "expired"
	SessionClosed  SessionState = "closed" // the payment was released or lapsed
)

// The codes of refusals. They are stable: callers may decide on them.
const (
	CodeInvalid      = "invalid"      // a field is missing or impossible; Error.Field says which
	CodeUnauthorized = "unauthorized" // the secret key is wrong
	CodeNotFound     = "not_found"    // no such session, payment or address
	CodeNoKey        = "key_missing"  // a POST without Idempotency-Key
	CodeKeyReused    = "key_reused"   // the same key with another request
	CodeWrongState   = "wrong_state"  // the payment's state does not allow it
	CodeOverCapture  = "over_capture" // more than is still held
	CodeOverRefund   = "over_refund"  // more than was taken and not yet given back
	CodeCaptureOnce  = "capture_once" // this account captures once per payment, and has
	CodeDown         = "down"         // the provider is out of order
	CodeInternal     = "internal"     // the provider does not know what went wrong

	// Why an attempt to pay failed (Payment.Failure).
	FailDeclined     = "card_declined" // the bank said no
	FailNoFunds      = "no_funds"      // the account is empty
	FailNotConfirmed = "not_confirmed" // the payer refused the bank's extra step
)

// NewSession is what the shop says about the payment it wants. Amounts are minor units (øre).
type NewSession struct {
	Reference     string    `json:"reference"`
	AmountMinor   int64     `json:"amount_minor"`
	Currency      string    `json:"currency"`
	Description   string    `json:"description"`
	Language      string    `json:"language"`
	ReturnURL     string    `json:"return_url"`
	CancelURL     string    `json:"cancel_url"`
	CustomerEmail string    `json:"customer_email,omitempty"`
	ExpiresAt     time.Time `json:"expires_at"`
}

// Amount is the body of a capture or refund.
type Amount struct {
	AmountMinor int64 `json:"amount_minor"`
}

// Refusal is the body of every reply that is not a success.
type Refusal struct {
	Error struct {
		Code    string `json:"code"`
		Field   string `json:"field,omitempty"`
		Message string `json:"message"`
	} `json:"error"`
}

// Session is a payment's hosted page. URL is secret in the sense that whoever has it may pay.
type Session struct {
	ID          string       `json:"id"`
	URL         string       `json:"url"`
	State       SessionState `json:"state"`
	Payment     string       `json:"payment"`
	Reference   string       `json:"reference"`
	AmountMinor int64        `json:"amount_minor"`
	Currency    string       `json:"currency"`
	CreatedAt   time.Time    `json:"created_at"`
	ExpiresAt   time.Time    `json:"expires_at"`
}

// Payment is the provider's view of one payment. Version grows with each change, so that a receiver can tell old news from new.
type Payment struct {
	ID            string     `json:"id"`
	Session       string     `json:"session"`
	Reference     string     `json:"reference"`
	State         State      `json:"state"`
	Version       int64      `json:"version"`
	AmountMinor   int64      `json:"amount_minor"`
	Currency      string     `json:"currency"`
	CapturedMinor int64      `json:"captured_minor"`
	ReleasedMinor int64      `json:"released_minor"`
	RefundedMinor int64      `json:"refunded_minor"`
	ReservedUntil *time.Time `json:"reserved_until,omitempty"`
	Card          *Card      `json:"card,omitempty"`
	Failure       string     `json:"failure,omitempty"` // why the latest attempt failed, empty after a success
	CreatedAt     time.Time  `json:"created_at"`
	UpdatedAt     time.Time  `json:"updated_at"`
}

// Card is what a shop may know of a card.
type Card struct {
	Brand string `json:"brand"`
	Last4 string `json:"last4"`
}

// Capturable is what is held and not yet taken or let go.
func (p Payment) Capturable() int64 {
	if p.State != Reserved && p.State != Captured {
		return 0
	}
	return p.AmountMinor - p.CapturedMinor - p.ReleasedMinor
}

// Refundable is what was taken and not yet given back.
func (p Payment) Refundable() int64 { return p.CapturedMinor - p.RefundedMinor }

// EventType names what happened to a payment.
type EventType string

// The events a webhook can bring. EventFailed is an attempt that failed; the payment itself stays open.
const (
	EventReserved EventType = "payment.reserved"
	EventCaptured EventType = "payment.captured"
	EventReleased EventType = "payment.released"
	EventLapsed   EventType = "payment.lapsed"
	EventRefunded EventType = "payment.refunded"
	EventFailed   EventType = "payment.failed"
)

// Event is the body of a webhook: what happened, and the payment as it was right after. The webhook's id is in its header.
type Event struct {
	Type      EventType `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      Payment   `json:"data"`
}

// ParseEvent reads a webhook's body; call it after Verify only.
func ParseEvent(body []byte) (Event, error) {
	var e Event
	if err := json.Unmarshal(body, &e); err != nil {
		return Event{}, fmt.Errorf("read webhook body: %w", err)
	}
	if e.Type == "" || e.Data.ID == "" {
		return Event{}, errors.New("read webhook body: no type or payment")
	}
	return e, nil
}
