package billing

import (
	"skranke/internal/authz"
	"skranke/internal/flow"
)

// State says how far a payment has come.
type State string

// The states of a payment. A part captured or refunded is told by the amounts.
const (
	Created  State = "created"  // the payer has not paid yet
	Reserved State = "reserved" // the bank holds the amount, nothing has moved
	Captured State = "captured" // the money, or a part of it, is ours
	Released State = "released" // let go before anything was taken
	Lapsed   State = "lapsed"   // the bank let go by itself
	Failed   State = "failed"   // refused for good, or never paid in time
	Refunded State = "refunded" // all that was taken has gone back
)

// States lists them in the order of a payment's life.
func States() []State {
	return []State{Created, Reserved, Captured, Released, Lapsed, Failed, Refunded}
}

// Action is what happens to a payment; "billing.payment.<action>" is the event.
type Action string

// The actions. The first three leave the state as it is.
const (
	Start   Action = "start"   // the page is there
	Decline Action = "decline" // a try to pay failed, the payer may try again
	Refuse  Action = "refuse"  // the provider refused a step for good: staff must look
	Reserve Action = "reserve"
	Capture Action = "capture"
	Release Action = "release"
	Lapse   Action = "lapse"
	Fail    Action = "fail"
	Refund  Action = "refund"
)

// Event names the event of an action.
func (a Action) Event() string { return "billing.payment." + string(a) }

// The permissions on payments.
const (
	MaySee   authz.Permission = "payments.see"
	MayRetry authz.Permission = "payments.retry"
	// MayRefund is for giving money back by hand.
	MayRefund authz.Permission = "payments.refund"
)

// heard stands where no person's permission counts: a payment moves on the provider's word alone.
const heard authz.Permission = "payments.heard"

// The guards of Moves.
const (
	more = "more" // more has been captured than we knew
	all  = "all"  // everything captured has been refunded
	part = "part" // more has been refunded than we knew, but not all
)

// Moves is the whole life of a payment. There is no way back in it, so news may come twice and in any order.
var Moves = flow.Table[State, Action]{
	{From: Created, Do: Reserve, To: Reserved, Needs: heard},
	{From: Created, Do: Release, To: Released, Needs: heard},
	{From: Created, Do: Lapse, To: Lapsed, Needs: heard},
	{From: Created, Do: Fail, To: Failed, Needs: heard},
	{From: Reserved, Do: Capture, To: Captured, Needs: heard},
	{From: Reserved, Do: Release, To: Released, Needs: heard},
	{From: Reserved, Do: Lapse, To: Lapsed, Needs: heard},
	{From: Captured, Do: Capture, To: Captured, Needs: heard, Guard: more},
	{From: Captured, Do: Refund, To: Refunded, Needs: heard, Guard: all},
	{From: Captured, Do: Refund, To: Captured, Needs: heard, Guard: part},
}

// Ended says that no money is held or kept: the subject may ask for a new payment.
func (s State) Ended() bool {
	switch s {
	case Released, Lapsed, Failed, Refunded:
		return true
	case Created, Reserved, Captured:
	}
	return false
}
