package keys

import (
	"skranke/internal/authz"
	"skranke/internal/flow"
)

type (
	// PaymentState is the money's column of an order.
	PaymentState string
	// BoardState is the board's column.
	BoardState string
	// WorkState is the workshop's column.
	WorkState string
	// Action moves one of the columns.
	Action string
)

// The money's states.
const (
	PayNone     PaymentState = "none"
	PayLinkSent PaymentState = "link_sent"
	Reserved    PaymentState = "reserved"
	Captured    PaymentState = "captured"
	OnAccount   PaymentState = "on_account"
	Released    PaymentState = "released"
	Refunded    PaymentState = "refunded"
	Lapsed      PaymentState = "lapsed"
)

// The board's states.
const (
	BoardNone     BoardState = "none"
	BoardAsked    BoardState = "asked"
	BoardApproved BoardState = "approved"
	BoardRejected BoardState = "rejected"
	BoardExpired  BoardState = "expired"
)

// The workshop's states.
const (
	WorkWaiting  WorkState = "waiting"
	InProduction WorkState = "in_production"
	Ready        WorkState = "ready"
	Sent         WorkState = "sent"
	Received     WorkState = "received"
	Cancelled    WorkState = "cancelled"
)

// The actions.
const (
	SendLink Action = "send_link"
	Reserve  Action = "reserve"
	Capture  Action = "capture"
	Bill     Action = "bill"
	Release  Action = "release"
	Refund   Action = "refund"
	Lapse    Action = "lapse"

	Ask     Action = "ask"
	Approve Action = "approve"
	Reject  Action = "reject"
	Expire  Action = "expire"
	Recall  Action = "recall"

	Start     Action = "start"
	Cancel    Action = "cancel"
	Make      Action = "make"
	MarkReady Action = "ready"
	Send      Action = "send"
	HandOver  Action = "hand_over"
	Receive   Action = "receive"
)

// The permissions.
const (
	MaySee          authz.Permission = "keys.see"
	MaySeeRegister  authz.Permission = "keys.register"
	MayProduce      authz.Permission = "keys.produce"
	MayCancel       authz.Permission = "keys.cancel"
	MayReceive      authz.Permission = "keys.receive"
	MayPay          authz.Permission = "keys.pay"
	MayRun          authz.Permission = "keys.run" // the system: what payments and approvals lead to
	MayEditRegister authz.Permission = "keys.edit"
)

// PaymentMoves is the money's life.
var PaymentMoves = flow.Table[PaymentState, Action]{
	{From: PayNone, Do: SendLink, To: PayLinkSent, Needs: MayRun},
	{From: PayNone, Do: Reserve, To: Reserved, Needs: MayRun},
	{From: PayNone, Do: Bill, To: OnAccount, Needs: MayRun},
	{From: PayLinkSent, Do: Reserve, To: Reserved, Needs: MayRun},
	{From: Reserved, Do: Capture, To: Captured, Needs: MayRun},
	{From: Reserved, Do: Release, To: Released, Needs: MayRun},
	{From: Reserved, Do: Lapse, To: Lapsed, Needs: MayRun},
	{From: Captured, Do: Refund, To: Refunded, Needs: MayRun},
	{From: Lapsed, Do: Reserve, To: Reserved, Needs: MayRun},
}

// BoardMoves is the board's life. The answers themselves are given in package approval; here they arrive.
var BoardMoves = flow.Table[BoardState, Action]{
	{From: BoardNone, Do: Ask, To: BoardAsked, Needs: MayRun},
	{From: BoardAsked, Do: Approve, To: BoardApproved, Needs: MayRun},
	{From: BoardAsked, Do: Reject, To: BoardRejected, Needs: MayRun},
	{From: BoardAsked, Do: Expire, To: BoardExpired, Needs: MayRun},
	{From: BoardAsked, Do: Recall, To: BoardNone, Needs: MayRun}, // the reservation died: pay first, then ask anew
}

// Guards of the workshop's moves.
const (
	bothGates = "both_gates" // the money is safe and the board has said yes
	byPickup  = "made_and_paid_for_pickup"
	byPost    = "made_and_paid_for_post"
	paid      = "paid" // the money is still safe: a refused capture stops the key at the counter
)

// WorkMoves is the workshop's life.
var WorkMoves = flow.Table[WorkState, Action]{
	{From: WorkWaiting, Do: Start, To: InProduction, Needs: MayRun, Guard: bothGates},
	{From: WorkWaiting, Do: Cancel, To: Cancelled, Needs: MayCancel},
	{From: InProduction, Do: Make, To: InProduction, Needs: MayProduce},
	{From: InProduction, Do: MarkReady, To: Ready, Needs: MayProduce, Guard: byPickup},
	{From: InProduction, Do: Send, To: Sent, Needs: MayProduce, Guard: byPost},
	{From: Ready, Do: HandOver, To: Received, Needs: MayProduce, Guard: paid},
	{From: Sent, Do: Receive, To: Received, Needs: MayReceive},
}
