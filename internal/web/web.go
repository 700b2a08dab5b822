// Package web is the HTTP edge: it turns what handlers return into pages, redirects and errors, and knows who is asking.
package web

import (
	"context"
	"net/http"

	"skranke/internal/authz"
	"skranke/internal/i18n"
	"skranke/internal/ui"
)

// HandlerFunc is a handler that may fail; the edge answers for it.
type HandlerFunc func(w http.ResponseWriter, r *http.Request) error

// Who may open a route at all. What they may do there is the service's matter.
type Who int

// The doors, widest first.
const (
	Anyone   Who = iota // no login: public pages and mailed links, whose token the handler checks
	SignedIn            // any person with a session
	Member              // a customer's people, and staff in the shoes of one; to other staff there is no such page
	Staff               // the operator's people; others are told that there is no such page
	Machine             // other programs: no cookie, no cross-origin check, the handler verifies a signature
)

// Route is one address. Every address of the product stands in one table, so that tests can walk all of them.
type Route struct {
	Pattern string // of net/http: "GET /office/orders/{id}"
	Handle  HandlerFunc
	Who     Who
	Needs   authz.Permission // held somewhere; empty asks for nothing more than Who
	Area    ui.Area
	MaxBody int64 // bytes; 0 is the usual megabyte
	// Look gives addresses to open in the tests of appearance; nil means that the page cannot be opened by itself.
	Look []string
}

// Visitor is whoever sent the request, as far as pages care.
type Visitor struct {
	Actor    authz.Actor
	Name     string
	Initials string
	Role     string // in the reader's language
	Customer string // the name of the customer acted for, or empty
	At       string // the id of that customer
	StandIn  string // the name of the person whose shoes staff stand in, or empty
	// Customers are all that the person can act for.
	Customers []ui.Customer
	Language  string // tag, or empty
	Scheme    string // light, dark, auto or empty
	Session   string // the session's id, or empty
}

// SignedIn reports whether there is a person.
func (v Visitor) SignedIn() bool { return v.Actor.Kind == authz.Person || v.Actor.Kind == authz.Staff }

type requestKey struct{}

// request is what the edge knows of one request.
type request struct {
	id      string
	visitor Visitor
	lang    i18n.L
	scheme  string
	address string
	notice  string
	route   *Route
	edge    *Edge
}

func of(r *http.Request) *request {
	if q, ok := r.Context().Value(requestKey{}).(*request); ok {
		return q
	}
	return &request{}
}

// WithVisitor puts a visitor on a request, for tests of handlers without the whole edge.
func WithVisitor(r *http.Request, v Visitor, l i18n.L) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), requestKey{}, &request{visitor: v, lang: l}))
}

// Actor is who sent the request.
func Actor(r *http.Request) authz.Actor { return of(r).visitor.Actor }

// VisitorOf is who sent the request, with name and language.
func VisitorOf(r *http.Request) Visitor { return of(r).visitor }

// L is the language to answer in.
func L(r *http.Request) i18n.L { return of(r).lang }

// RequestID is the number a user can quote.
func RequestID(r *http.Request) string { return of(r).id }

// Address is the client's IP address, seen through the trusted proxies.
func Address(r *http.Request) string { return of(r).address }
