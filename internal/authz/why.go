package authz

import "skranke/internal/fault"

// Reason says why somebody may not do a thing.
type Reason string

// The reasons, the strongest first: what would be asked next does not matter while an earlier one holds.
const (
	NotSignedIn    Reason = "not_signed_in"
	CustomerClosed Reason = "customer_closed"  // it is a customer no longer
	CustomerBlock  Reason = "customer_blocked" // nothing new until the operator lifts it
	CustomerHold   Reason = "customer_on_hold" // nothing new on invoice
	OnBehalf       Reason = "on_behalf"        // staff in a customer's shoes: this is for the customer alone
	StandingIn     Reason = "standing_in"      // staff in a customer's shoes, at the door of their own office
	Elsewhere      Reason = "elsewhere"        // the role allows it, but not here
	NoCustomer     Reason = "no_customer"      // somebody who is nothing to any customer any more
	NotInRole      Reason = "not_in_role"
	NotInKey       Reason = "not_in_key" // an API key that was not given it, or whose maker has lost it
)

// Denial is the cause of a refusal: what was refused and why. Pages make a sentence of it that names who can change it.
type Denial struct {
	Permission Permission
	Reason     Reason
	At         Place
}

// Error is for the log.
func (d Denial) Error() string { return string(d.Permission) + " is refused: " + string(d.Reason) }

// Check is nil where a may do p, and else a fault with a Denial as its cause.
func (a Actor) Check(p Permission, at Place) error {
	if a.May(p, at) {
		return nil
	}
	return a.Refuse(p, at)
}

// Refuse is the one place that says why not. It is for somebody who may see what is at the place; to others it is not there.
func (a Actor) Refuse(p Permission, at Place) error {
	return Because(a.why(p, at), p, at)
}

// Because is the fault of a refusal whose reason is known otherwise.
func Because(r Reason, p Permission, at Place) error {
	kind := fault.Forbidden
	if r == NotSignedIn {
		kind = fault.SignIn
	}
	return fault.New(kind, "authz."+string(r)).Because(Denial{Permission: p, Reason: r, At: at})
}

func (a Actor) why(p Permission, at Place) Reason {
	if a.Kind == Nobody {
		return NotSignedIn
	}
	for _, w := range a.Withheld {
		if has(w.May, p) && (w.covers(at) || at == Place{}) {
			return w.Reason
		}
	}
	if a.MayAnywhere(p) {
		return Elsewhere
	}
	switch {
	case a.Kind == APIKey:
		return NotInKey
	case a.Kind == Person && len(a.Grants) == 0 && len(a.Withheld) == 0:
		return NoCustomer
	}
	return NotInRole
}
