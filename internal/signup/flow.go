package signup

import (
	"slices"

	"skranke/internal/authz"
	"skranke/internal/fault"
	"skranke/internal/flow"
	"skranke/internal/identity"
)

type (
	// State is where a registration stands.
	State string
	// Action moves a registration.
	Action string
)

// The states.
const (
	Draft      State = "draft"      // the number is known, the rest is being filled in
	Unverified State = "unverified" // the mail is out
	Asked      State = "asked"      // the customer's administrators are asked for access
	Review     State = "review"     // the operator's people look at it
	Active     State = "active"
	Rejected   State = "rejected"
)

// The actions.
const (
	Submit  Action = "submit"
	Verify  Action = "verify" // of a company that is no customer yet
	Ask     Action = "ask"    // for access to one that is
	Approve Action = "approve"
	Reject  Action = "reject"
	Lapse   Action = "lapse" // no administrator has answered
)

// The permissions. Who fills in a registration, or has its mailed link, holds the first for that one; what the
// administrators' answers lead to needs the second. Staff need identity.MayReview.
const (
	mayRegister authz.Permission = "signup.register"
	mayRun      authz.Permission = "signup.run"
)

// What guards ask.
const (
	flagged     = "flagged"      // something about it wants a look
	nobodyToAsk = "nobody_there" // no active administrator
)

// Moves is the whole life of a registration.
var Moves = flow.Table[State, Action]{
	{From: Draft, Do: Submit, To: Unverified, Needs: mayRegister},
	{From: Unverified, Do: Verify, To: Review, Needs: mayRegister, Guard: flagged},
	{From: Unverified, Do: Verify, To: Active, Needs: mayRegister},
	{From: Unverified, Do: Ask, To: Review, Needs: mayRegister, Guard: nobodyToAsk},
	{From: Unverified, Do: Ask, To: Asked, Needs: mayRegister},
	{From: Asked, Do: Approve, To: Active, Needs: mayRun},
	{From: Asked, Do: Reject, To: Rejected, Needs: mayRun},
	{From: Asked, Do: Lapse, To: Review, Needs: mayRun},
	{From: Review, Do: Approve, To: Active, Needs: identity.MayReview},
	{From: Review, Do: Reject, To: Rejected, Needs: identity.MayReview},
}

// Next is the state that a leads to where these guards hold, or the reason why by may not go there.
func (r Registration) Next(a Action, by authz.Actor, guards ...string) (State, error) {
	m, ok := Moves.Find(r.State, a, func(guard string) bool { return slices.Contains(guards, guard) })
	if !ok {
		return r.State, fault.New(fault.Conflict, "signup.moved_on")
	}
	if err := by.Check(m.Needs, r.place()); err != nil {
		return r.State, err
	}
	return m.To, nil
}

// holder is who fills in a registration, or has its mailed link.
func holder(registrationID string) authz.Actor {
	return authz.Actor{ID: "link:" + registrationID, Kind: authz.Link, Grants: []authz.Grant{{Scope: authz.Subject, ID: registrationID, May: []authz.Permission{mayRegister}}}}
}
