package mail

import (
	"skranke/internal/authz"
	"skranke/internal/flow"
)

// State is where a mail stands.
type State string

// The states of a mail.
const (
	Queued  State = "queued"  // waits for its first or next try
	Sending State = "sending" // is being handed over
	Sent    State = "sent"    // the transport has taken it
	Failed  State = "failed"  // refused for good, or tried too often
)

// States lists the states in the order of a mail's life, for filters.
func States() []State { return []State{Queued, Sending, Sent, Failed} }

// Action is what moves a mail on.
type Action string

// The actions.
const (
	Claim   Action = "claim"
	Deliver Action = "deliver"
	Retry   Action = "retry"
	Fail    Action = "fail"
	Resend  Action = "resend"
)

// MaySee lets a reader open the mail log; MayResend lets them send a mail once more.
const (
	MaySee    authz.Permission = "mails.see"
	MayResend authz.Permission = "mails.resend"
)

// maySend is held by the delivering job alone.
const maySend authz.Permission = "mails.send"

// Moves is the life of a mail. The guard "abandoned" holds when a try was begun and its process has died.
var Moves = flow.Table[State, Action]{
	{From: Queued, Do: Claim, To: Sending, Needs: maySend},
	{From: Sending, Do: Claim, To: Sending, Needs: maySend, Guard: "abandoned"},
	{From: Sending, Do: Deliver, To: Sent, Needs: maySend},
	{From: Sending, Do: Retry, To: Queued, Needs: maySend},
	{From: Sending, Do: Fail, To: Failed, Needs: maySend},
	{From: Queued, Do: Resend, To: Queued, Needs: MayResend},
	{From: Sent, Do: Resend, To: Queued, Needs: MayResend},
	{From: Failed, Do: Resend, To: Queued, Needs: MayResend},
}
