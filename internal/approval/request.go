// Package approval is asking for a yes: requests, who may answer, one-time links, decisions, and everybody's inbox. It
// knows what is asked about by kind and id only; whoever asks explains it and acts on the answer.
package approval

import (
	"slices"
	"time"

	"skranke/internal/authz"
	"skranke/internal/fault"
	"skranke/internal/flow"
)

type (
	// State is where a request stands.
	State string
	// Action moves a request.
	Action string
)

// The states.
const (
	Pending   State = "pending"
	Approved  State = "approved"
	Rejected  State = "rejected"
	Expired   State = "expired"
	Withdrawn State = "withdrawn"
)

// The actions.
const (
	Approve  Action = "approve"
	Reject   Action = "reject"
	Expire   Action = "expire"
	Withdraw Action = "withdraw"
)

// The permissions. Whoever holds MayDecide must besides be listed on the request, and must not have asked for it.
const (
	MaySee      authz.Permission = "approval.see"
	MayDecide   authz.Permission = "approval.decide"
	MayExpire   authz.Permission = "approval.expire"
	MayWithdraw authz.Permission = "approval.withdraw"
)

// lastYes holds when this yes is the last one needed.
const lastYes = "last_yes"

// Moves is the whole life of a request. One rejection ends it; a yes ends it when enough have said so.
var Moves = flow.Table[State, Action]{
	{From: Pending, Do: Approve, To: Approved, Needs: MayDecide, Guard: lastYes},
	{From: Pending, Do: Approve, To: Pending, Needs: MayDecide},
	{From: Pending, Do: Reject, To: Rejected, Needs: MayDecide},
	{From: Pending, Do: Expire, To: Expired, Needs: MayExpire},
	{From: Pending, Do: Withdraw, To: Withdrawn, Needs: MayWithdraw},
}

// Request is one question to a list of people about one revision of one subject.
type Request struct {
	ID, Kind, Subject  string
	Revision           int64 // of the subject: an edited subject asks anew
	CustomerID, SiteID string
	Title              string // what is asked about, in the customer's language, without names of people
	AskedBy            string // person, who can never answer; empty for somebody without a login
	Needed             int64  // how many must say yes
	State              State
	Reason             string // of a rejection
	CreatedAt, DueAt   time.Time
	DecidedAt          *time.Time
	Version            int64
}

func (q Request) place() authz.Place {
	return authz.Place{Customer: q.CustomerID, Site: q.SiteID, Subject: q.ID}
}

// Decision is one person's answer.
type Decision struct {
	ID, RequestID, PersonID string
	Decision                Action
	Comment, Via            string
	At                      time.Time
}

// facts are loaded in the transaction that decides.
type facts struct {
	approvers []string // listed people
	decided   []Decision
	stopped   authz.Reason // why the customer may not decide now, whoever asks; empty: it may
	now       time.Time
}

// Next is the state that a leads to, or the reason why by may not go there.
func (q Request) Next(a Action, by authz.Actor, f facts) (State, error) {
	m, ok := Moves.Find(q.State, a, func(guard string) bool {
		return guard == lastYes && int64(yeses(f.decided))+1 >= q.Needed
	})
	deciding := a == Approve || a == Reject
	switch {
	case !ok:
		return q.State, fault.New(fault.Conflict, "approval.decided")
	case !by.May(m.Needs, q.place()):
		return q.State, by.Refuse(m.Needs, q.place())
	case deciding && f.stopped != "": // also for whoever holds a mailed link
		return q.State, authz.Because(f.stopped, m.Needs, q.place())
	case deciding && by.ID == q.AskedBy:
		return q.State, fault.New(fault.Forbidden, "approval.own")
	case deciding && by.Kind == authz.Staff, deciding && by.OnBehalf != "":
		return q.State, fault.New(fault.Forbidden, "approval.staff")
	case deciding && !slices.Contains(f.approvers, by.ID):
		return q.State, fault.New(fault.Forbidden, "approval.not_listed")
	case deciding && slices.ContainsFunc(f.decided, func(d Decision) bool { return d.PersonID == by.ID }):
		return q.State, fault.New(fault.Conflict, "approval.decided_by_you")
	case deciding && !f.now.Before(q.DueAt): // holds also when the job that expires requests is late
		return q.State, fault.New(fault.Conflict, "approval.expired")
	}
	return m.To, nil
}

// Open lists what by may do now: the buttons of the page, the links of the API.
func (q Request) Open(by authz.Actor, f facts) (open []Action) {
	for _, m := range Moves {
		if _, err := q.Next(m.Do, by, f); m.From == q.State && err == nil && !slices.Contains(open, m.Do) {
			open = append(open, m.Do)
		}
	}
	return open
}

func yeses(ds []Decision) (n int) {
	for _, d := range ds {
		if d.Decision == Approve {
			n++
		}
	}
	return n
}
