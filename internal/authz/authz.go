// Package authz answers one question: may this actor do this here?
//
// A grant gives permissions within a scope. A record has a Place. There are no rules anywhere else: pages, lists,
// jobs and the API ask May or Reach.
package authz

import "slices"

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

// Grant gives permissions within one scope; ID is the customer, group, site, person or record that the scope names.
type Grant struct {
	Scope Scope
	ID    string
	May   []Permission
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
}

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
	switch g.Scope {
	case All:
		return true
	case Customer:
		return g.ID != "" && g.ID == at.Customer
	case Group:
		return g.ID != "" && g.ID == at.Group
	case Site:
		return g.ID != "" && g.ID == at.Site
	case Self:
		return g.ID != "" && g.ID == at.Owner
	case Subject:
		return g.ID != "" && g.ID == at.Subject
	}
	return false
}

// MayAnywhere reports whether a holds p in any scope: whether a page is worth showing in a menu.
func (a Actor) MayAnywhere(p Permission) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return slices.Contains(g.May, p) })
}

// Reach is everywhere that an actor may do one thing: one scope and the ids in it, so that a list has one indexable condition.
type Reach struct {
	Scope Scope
	IDs   []string // empty with All; no ids and another scope means nowhere
}

// Nowhere reports whether the reach is empty.
func (r Reach) Nowhere() bool { return r.Scope != All && len(r.IDs) == 0 }

// Reach is the widest scope in which a may do p, with its ids.
func (a Actor) Reach(p Permission) Reach {
	r := Reach{Scope: Subject}
	for _, g := range a.Grants {
		if !slices.Contains(g.May, p) || g.Scope > r.Scope {
			continue
		}
		if g.Scope < r.Scope {
			r = Reach{Scope: g.Scope}
		}
		if g.Scope != All && g.ID != "" && !slices.Contains(r.IDs, g.ID) {
			r.IDs = append(r.IDs, g.ID)
		}
	}
	return r
}
