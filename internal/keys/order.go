// Package keys is the ordering of system keys and key fobs: a resident orders and pays, the board approves, the locksmith
// makes them; and the register of what has been made. Two gates stand before production, in either order: the money and
// the board (rule C10).
package keys

import (
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/i18n"
	"skranke/internal/money"
)

// Product is what can be ordered.
type Product string

// The products.
const (
	Fob Product = "fob" // opened by system number and zone number
	Key Product = "key" // cut by system number and key mark
)

// Valid reports whether p is one of the products.
func (p Product) Valid() bool { return p == Fob || p == Key }

// The other words an order is described with.
const (
	Additional  = "additional"  // purpose: one more
	Replacement = "replacement" // purpose: instead of a lost or stolen one

	Resident      = "resident"      // asked by: who lives there
	Requisitioner = "requisitioner" // asked by: a board member on a resident's behalf

	Pickup = "pickup" // delivery
	Post   = "post"   // delivery
)

// MaxQuantity is the most one order may ask for; larger needs become a quote.
const MaxQuantity = 20

// EventKind and SubjectKind name a key order in events, payments and approvals.
const (
	EventKind   = "keys.order"
	SubjectKind = "keys.order"
)

// StatusLink is the purpose of the resident's secret link (KEY-8).
const StatusLink = "keys.status"

// Order is one request for keys to one flat. Names, addresses and prices are the order's own copies: they do not change when
// their sources do.
type Order struct {
	ID, Number    string
	DraftID       string
	StatusLink    string // id of the resident's link
	CustomerID    string
	SiteID        string
	AgreementID   string
	SystemID      string
	Product       Product
	SystemNumber  string
	Code          string // zone number of a fob, key mark of a key
	Purpose       string
	AskedBy       string
	Requisitioner string // person, when a requisitioner asked
	FlatID, Flat  string

	ResidentName, ResidentEmail, ResidentPhone string
	Language                                   string

	Quantity               int64
	Delivery               string
	Street, Postcode, Town string

	Currency        money.Currency
	Net, VAT, Total int64 // minor units, fixed when the order is placed
	Lines           db.JSON[[]Line]
	Approvals       int64 // how many of the board must say yes

	Payment PaymentState
	Board   BoardState
	Work    WorkState
	Reason  string // of a rejection
	// Tracking is the parcel's number; HandedTo who signed for a pickup.
	Tracking, HandedTo string

	CreatedAt                                                                                 time.Time
	PaidAt, ReservedUntil, DecideBy, DecidedAt, MadeAt, ReadyAt, SentAt, ReceivedAt, ClosedAt *time.Time
	Version                                                                                   int64
}

// Line is one priced line; amounts in minor units, VATRate in basis points.
type Line struct {
	Item                  string // "fob", "key", "order_fee", "freight": a code of texts "keys.item.…"
	Quantity, Unit        int64
	Net, VAT, Gross, Rate int64
}

// Amount is what the resident pays.
func (o Order) Amount() money.Money { return money.Of(o.Total, o.Currency) }

// L is the language the resident ordered in.
func (o Order) L() i18n.L {
	l, _ := i18n.Parse(o.Language)
	return l
}

func (o Order) place() authz.Place {
	return authz.Place{Customer: o.CustomerID, Site: o.SiteID, Subject: o.ID}
}
