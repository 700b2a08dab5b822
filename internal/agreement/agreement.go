// Package agreement knows what was agreed with a customer: from when to when, who pays, who approves, at which prices.
//
// An agreement ends by the calendar, not by a job: what counts on a day is decided by Current and by the one condition
// that says the same in SQL.
package agreement

import (
	"time"

	"skranke/internal/authz"
	"skranke/internal/day"
	"skranke/internal/fault"
	"skranke/internal/flow"
	"skranke/internal/money"
)

// Permissions of this module.
const (
	MaySee  authz.Permission = "agreements.see"
	MayEdit authz.Permission = "agreements.edit"
)

// Kind says what an agreement is about.
type Kind string

// The kinds of agreements.
const (
	Keys Kind = "keys" // residents order key fobs and system keys, the board approves
)

// Status is what staff have done with an agreement; see State for what that means on a day.
type Status string

// The states of an agreement.
const (
	Draft  Status = "draft"
	Active Status = "active"
	Ended  Status = "ended"
)

// Action is what staff do with an agreement.
type Action string

// The actions.
const (
	Sign Action = "sign"
	End  Action = "end"
)

// Guards of the moves.
const (
	guardReached = "day_reached" // the last day is today or before
	guardAhead   = "day_ahead"
)

// Moves is the whole life of an agreement.
var Moves = flow.Table[Status, Action]{
	{From: Draft, Do: Sign, To: Active, Needs: MayEdit},
	{From: Active, Do: End, To: Ended, Needs: MayEdit, Guard: guardReached},
	{From: Active, Do: End, To: Active, Needs: MayEdit, Guard: guardAhead},
}

// Payer says who pays for what a resident orders.
type Payer string

// The payers.
const (
	ResidentPays    Payer = "resident"
	AssociationPays Payer = "association"
)

// What has a price in a key agreement.
const (
	ItemFob      = "fob"
	ItemKey      = "key"
	ItemOrderFee = "order_fee" // once per order
	ItemFreight  = "freight"   // once per order that is sent by post
)

// Items lists what may have a price, in the order of a document.
func Items() []string { return []string{ItemFob, ItemKey, ItemOrderFee, ItemFreight} }

// Price is what one item costs, VAT included, in minor units of the agreement's currency.
type Price struct {
	Item   string
	Amount int64
	VAT    int64 // basis points
}

// Agreement is what was agreed with one customer about one thing.
type Agreement struct {
	ID, Number, CustomerID string
	Kind                   Kind
	Status                 Status
	SignedOn, StartsOn     day.Date
	EndsOn                 day.Date // the last day; zero is no end
	Payer                  Payer
	Approvals              int64 // how many approvers have to say yes
	Currency               money.Currency
	FileID                 string // the signed document, or empty
	CreatedAt              time.Time
	Version                int64
	Prices                 []Price
}

func (a Agreement) place() authz.Place { return authz.Place{Customer: a.CustomerID, Subject: a.ID} }

// Current says whether the agreement counts on a day: signed, started, not ended.
func (a Agreement) Current(on day.Date) bool {
	return a.Status == Active && !a.SignedOn.IsZero() && !a.StartsOn.After(on) && (a.EndsOn.IsZero() || !a.EndsOn.Before(on))
}

// State is what an agreement is on a day, as people say it.
type State string

// The states people see.
const (
	StateDraft    State = "draft"
	StateUpcoming State = "upcoming" // signed, not begun
	StateCurrent  State = "current"
	StateEnding   State = "ending" // current, and its last day is known
	StateEnded    State = "ended"
)

// States lists the states in the order of a menu.
func States() []State {
	return []State{StateCurrent, StateEnding, StateUpcoming, StateDraft, StateEnded}
}

// StateOn is the state on a day.
func (a Agreement) StateOn(on day.Date) State {
	switch {
	case a.Status == Draft:
		return StateDraft
	case a.Status == Ended, !a.EndsOn.IsZero() && a.EndsOn.Before(on):
		return StateEnded
	case a.StartsOn.After(on):
		return StateUpcoming
	case !a.EndsOn.IsZero():
		return StateEnding
	}
	return StateCurrent
}

// Price is what an item costs; false means that the agreement does not cover it.
func (a Agreement) Price(item string) (Price, bool) {
	for _, p := range a.Prices {
		if p.Item == item {
			return p, true
		}
	}
	return Price{}, false
}

// Validate checks what the agreement says of itself.
func (a Agreement) Validate() error {
	var f fault.Fields
	f.Check(a.Kind == Keys, "kind", "agreement.kind")
	f.Check(a.Payer == ResidentPays || a.Payer == AssociationPays, "payer", "agreement.payer")
	f.Check(a.Approvals == 1 || a.Approvals == 2, "approvals", "agreement.approvals")
	f.Check(a.Currency.Valid(), "currency", "agreement.currency")
	f.Check(!a.StartsOn.IsZero(), "starts_on", "agreement.starts_on")
	f.Check(a.EndsOn.IsZero() || !a.EndsOn.Before(a.StartsOn), "ends_on", "agreement.ends_on")
	seen := map[string]bool{}
	for _, p := range a.Prices {
		known := p.Item == ItemFob || p.Item == ItemKey || p.Item == ItemOrderFee || p.Item == ItemFreight
		f.Check(known && !seen[p.Item] && p.Amount >= 0 && p.VAT >= 0 && p.VAT < 10_000, "prices", "agreement.prices")
		seen[p.Item] = true
	}
	return f.Err()
}

// Next is the status that do leads to, or the reason why by may not go there. holds tells which guards hold.
func (a Agreement) Next(do Action, by authz.Actor, holds func(guard string) bool) (Status, error) {
	m, ok := Moves.Find(a.Status, do, holds)
	switch {
	case !ok:
		return a.Status, fault.New(fault.Conflict, "agreement.moved_on")
	case !by.May(m.Needs, a.place()):
		return a.Status, by.Refuse(m.Needs, a.place())
	}
	return m.To, nil
}

// Open lists what by may do on a day: the buttons of the page.
func (a Agreement) Open(by authz.Actor, on day.Date) (open []Action) {
	if a.StateOn(on) == StateEnded {
		return nil
	}
	for _, m := range Moves {
		if m.From == a.Status && by.May(m.Needs, a.place()) && (len(open) == 0 || open[len(open)-1] != m.Do) {
			open = append(open, m.Do)
		}
	}
	return open
}
