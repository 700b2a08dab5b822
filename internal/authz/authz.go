// Package authz answers one question: may this actor do this here?
//
// A grant gives permissions within a scope. A record has a Place. There are no rules anywhere else: pages, lists,
// jobs and the API ask May or Reach.
package authz

import (
	"fmt"
	"slices"
)

// Permission is one thing that can be allowed, named "module.verb": "keys.approve".
type Permission string

// Scope says how far a grant reaches, widest first.
type Scope int

// The scopes, widest first; a list query uses the widest one that serves.
const (
	All      Scope = iota // every record of the installation: staff and the system
	Customer              // one customer's records
	Group                 // one group of a customer
	Site                  // one site
	Self                  // records that the person made or holds
	Subject               // one record: a mailed link
)

var scopeNames = [...]string{"all", "customer", "group", "site", "self", "subject"}

// String is the word in documents and tests.
func (s Scope) String() string { return scopeNames[s] }

// MarshalText is how a scope stands in a stored role.
func (s Scope) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *Scope) UnmarshalText(b []byte) error {
	i := slices.Index(scopeNames[:], string(b))
	if i < 0 {
		return fmt.Errorf("authz: there is no scope %q", b)
	}
	*s = Scope(i)
	return nil
}

// Grant gives permissions within one scope; ID is the customer, group, site, person or record that the scope names, and
// IDs more of the same. Customer, where set, is the only customer in which it holds: what is somebody's own at one customer
// is nothing to them at another.
type Grant struct {
	Scope    Scope
	ID       string
	IDs      []string
	Customer string
	May      []Permission
}

// Place is where a record lives. Empty fields match no grant.
type Place struct {
	Customer, Group, Site string
	Owner                 string // the person for Self
	Subject               string // the record's own id for Subject
}

// Kind says what sort of actor asks.
type Kind string

// The kinds of actors.
const (
	Nobody Kind = ""       // not signed in
	Person Kind = "person" // a member of a customer
	Staff  Kind = "staff"  // the operator's people
	Link   Kind = "link"   // whoever holds a mailed link
	APIKey Kind = "apikey" // a program
	System Kind = "system" // a job
)

// Actor is whoever asks: a person, a program or the system itself. It is a parameter, never taken from a context below the handlers.
type Actor struct {
	ID       string // person, link or key; never a name
	Kind     Kind
	OnBehalf string // the customer's person that staff act for, or empty
	Grants   []Grant
	Withheld []Withheld
}

// Withheld is what an actor would have but for a reason: a blocked customer, somebody else's shoes. It gives nothing and
// lets a refusal say why.
type Withheld struct {
	Grant
	Reason Reason
}

// Person is the customer's person that the actor is or stands in for; what is made now is theirs.
func (a Actor) Person() string {
	if a.OnBehalf != "" {
		return a.OnBehalf
	}
	return a.ID
}

// AtOffice reports whether the actor is one of the operator's people and in nobody else's shoes.
func (a Actor) AtOffice() bool { return a.Kind == Staff && a.OnBehalf == "" }

// SystemActor is the actor of jobs: it may what the job's code asks for and no more is checked.
func SystemActor(may ...Permission) Actor {
	return Actor{ID: "system", Kind: System, Grants: []Grant{{Scope: All, May: may}}}
}

// May reports whether one grant of a holds p at the place.
func (a Actor) May(p Permission, at Place) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool {
		return g.covers(at) && slices.Contains(g.May, p)
	})
}

func (g Grant) covers(at Place) bool {
	if g.Customer != "" && g.Customer != at.Customer {
		return false
	}
	switch g.Scope {
	case All:
		return true
	case Customer:
		return g.names(at.Customer)
	case Group:
		return g.names(at.Group)
	case Site:
		return g.names(at.Site)
	case Self:
		return g.names(at.Owner)
	case Subject:
		return g.names(at.Subject)
	}
	return false
}

func (g Grant) names(id string) bool {
	return id != "" && (g.ID == id || slices.Contains(g.IDs, id))
}

// Gives reports whether a may give p in this scope of a place: nobody gives more than they have. Within a customer, what
// reaches the customer covers its groups and everybody's own; what reaches a group covers its people's own.
func (a Actor) Gives(p Permission, scope Scope, at Place) bool {
	switch scope {
	case Customer:
		at = Place{Customer: at.Customer}
	case Group:
		at = Place{Customer: at.Customer, Group: at.Group}
	case Self:
		at = Place{Customer: at.Customer, Group: at.Group, Owner: a.Person()}
	default:
		at = Place{}
	}
	return a.May(p, at) || slices.ContainsFunc(a.Withheld, func(w Withheld) bool { // a blocked customer still manages its people
		return w.Reason == CustomerBlock && w.covers(at) && slices.Contains(w.May, p)
	})
}

func has(may []Permission, p Permission) bool { return slices.Contains(may, p) }

// MayAnywhere reports whether a holds p in any scope: whether a page is worth showing in a menu.
func (a Actor) MayAnywhere(p Permission) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return slices.Contains(g.May, p) })
}

// Reach is everywhere that an actor may do one thing: one scope and the ids in it, so that a list has one indexable
// condition. Customer, where set, is the only customer in which it holds.
type Reach struct {
	Scope    Scope
	IDs      []string // empty with All; no ids and another scope means nowhere
	Customer string
}

// Nowhere reports whether the reach is empty.
func (r Reach) Nowhere() bool { return r.Scope != All && len(r.IDs) == 0 }

// Reach is the widest scope in which a may do p, with its ids. A role gives each permission in one scope and an actor acts
// in one customer, so that nothing May allows is missing here.
func (a Actor) Reach(p Permission) Reach {
	r := Reach{Scope: Subject}
	for _, g := range a.Grants {
		if !slices.Contains(g.May, p) || g.Scope > r.Scope {
			continue
		}
		if g.Scope < r.Scope || len(r.IDs) == 0 {
			r = Reach{Scope: g.Scope, Customer: g.Customer}
		}
		if g.Scope == All || g.Customer != r.Customer { // grants of two customers do not mix: the first holds
			continue
		}
		if len(r.IDs) == 0 && len(g.IDs) > 0 { // a group with all below it, each once, and itself among them
			r.IDs = slices.Clone(g.IDs)
		}
		if g.ID != "" && !slices.Contains(r.IDs, g.ID) {
			r.IDs = append(r.IDs, g.ID)
		}
	}
	return r
}
