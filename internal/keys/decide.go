package keys

import (
	"slices"
	"time"

	"skranke/internal/authz"
	"skranke/internal/fault"
	"skranke/internal/flow"
)

// Status is the one word people see, derived from the three columns (KEY-8).
type Status string

// The words; each has texts "keys.status.…" and "keys.next.…".
const (
	AwaitingPayment Status = "awaiting_payment"
	AwaitingBoard   Status = "awaiting_board"
	StatusMaking    Status = "in_production"
	StatusReady     Status = "ready"
	StatusSent      Status = "sent"
	StatusReceived  Status = "received"
	StatusRejected  Status = "rejected"
	StatusExpired   Status = "expired"
	StatusCancelled Status = "cancelled"
)

// Statuses lists every word, in the order of an order's life.
func Statuses() []Status {
	return []Status{AwaitingPayment, AwaitingBoard, StatusMaking, StatusReady, StatusSent, StatusReceived, StatusRejected, StatusExpired, StatusCancelled}
}

// Status derives the word.
func (o Order) Status() Status {
	switch o.Work {
	case InProduction:
		return StatusMaking
	case Ready:
		return StatusReady
	case Sent:
		return StatusSent
	case Received:
		return StatusReceived
	case Cancelled:
		switch o.Board {
		case BoardRejected:
			return StatusRejected
		case BoardExpired:
			return StatusExpired
		case BoardNone, BoardAsked, BoardApproved:
			return StatusCancelled
		}
	case WorkWaiting:
		if !o.moneySafe() {
			return AwaitingPayment
		}
	}
	return AwaitingBoard
}

// moneySafe is the payer's gate.
func (o Order) moneySafe() bool {
	return o.Payment == Reserved || o.Payment == Captured || o.Payment == OnAccount
}

// Payable reports whether the resident can and should pay now.
func (o Order) Payable() bool { return o.Status() == AwaitingPayment && o.Payment != OnAccount }

// facts are loaded in the transaction that decides.
type facts struct{ made int64 }

// Next is the workshop's state that a leads to, or the reason why by may not go there.
func (o Order) Next(a Action, by authz.Actor, f facts) (WorkState, error) {
	made := f.made >= o.Quantity
	m, ok := WorkMoves.Find(o.Work, a, func(guard string) bool {
		switch guard {
		case bothGates:
			return o.moneySafe() && o.Board == BoardApproved
		case byPickup:
			return made && o.moneySafe() && o.Delivery == Pickup
		case byPost:
			return made && o.moneySafe() && o.Delivery == Post
		case paid:
			return o.moneySafe()
		}
		return false
	})
	known := slices.ContainsFunc(WorkMoves.From(o.Work), func(m flow.Move[WorkState, Action]) bool { return m.Do == a })
	switch {
	case !ok && known && a != Start && !made:
		return o.Work, fault.New(fault.Conflict, "keys.order.not_all_made")
	case !ok && known && a != Start && !o.moneySafe():
		return o.Work, fault.New(fault.Conflict, "keys.order.not_paid")
	case !ok:
		return o.Work, fault.New(fault.Conflict, "keys.order.moved_on")
	case !by.May(m.Needs, o.place()):
		return o.Work, by.Refuse(m.Needs, o.place())
	case a == Make && made:
		return o.Work, fault.New(fault.Conflict, "keys.order.all_made")
	}
	return m.To, nil
}

// Open lists what by may do now: the buttons of the page, the links of the API. made is how many are made already.
func (o Order) Open(by authz.Actor, made int64) (open []Action) {
	for _, m := range WorkMoves.From(o.Work) {
		if _, err := o.Next(m.Do, by, facts{made: made}); err == nil && m.Needs != MayRun && !slices.Contains(open, m.Do) {
			open = append(open, m.Do)
		}
	}
	return open
}

func (o *Order) pay(a Action) error {
	m, ok := PaymentMoves.Find(o.Payment, a, nil)
	if !ok {
		return fault.New(fault.Conflict, "keys.order.moved_on")
	}
	o.Payment = m.To
	return nil
}

func (o *Order) board(a Action) error {
	m, ok := BoardMoves.Find(o.Board, a, nil)
	if !ok {
		return fault.New(fault.Conflict, "keys.order.moved_on")
	}
	o.Board = m.To
	return nil
}

// boardMargin is how long before the reservation ends the board must have answered (KEY-7).
const boardMargin = 24 * time.Hour

// decideBy is the board's deadline for a reservation that lasts until end: never in the past, so that a short reservation
// still gives the board the time there is.
func decideBy(now, end time.Time) time.Time {
	if d := end.Add(-boardMargin); d.After(now) {
		return d
	}
	return now.Add(end.Sub(now) / 2)
}
