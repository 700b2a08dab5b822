// Package identity knows customers with their sites and flats, people and what they are to whom, and how they sign in.
//
// What somebody may do is not decided here: the roles of a person become grants through Roles, which app fills in.
package identity

import (
	"net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"skranke/internal/authz"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/id"
)

// Permissions of this module.
const (
	MaySeeCustomers  authz.Permission = "customers.see"
	MayEditCustomers authz.Permission = "customers.edit"
	MaySeePeople     authz.Permission = "people.see"
	MayEditPeople    authz.Permission = "people.edit"
	MayEditStaff     authz.Permission = "staff.edit"
	MayEditKeys      authz.Permission = "api_keys.edit"
	MayEditCompany   authz.Permission = "company.edit"     // profile, addresses, cost centres
	MayEditGroups    authz.Permission = "groups.edit"      // of a customer
	MayEditRoles     authz.Permission = "roles.edit"       // of an own making
	MayReview        authz.Permission = "customers.review" // decide on registrations, hold, block, close
	MayStandIn       authz.Permission = "customers.act"    // staff in a customer's shoes
)

// CustomerKind says what sort of customer it is.
type CustomerKind string

// The kinds of customers.
const (
	Company     CustomerKind = "company"
	Association CustomerKind = "association" // a housing association: it has a board, flats and residents
	Public      CustomerKind = "public"
	Private     CustomerKind = "person"
)

// CustomerKinds lists the kinds in the order of a menu.
func CustomerKinds() []CustomerKind {
	return []CustomerKind{Association, Company, Public, Private}
}

// CustomerStatus says what a customer may still do; rule C1.
type CustomerStatus string

// The states of a customer.
const (
	Active  CustomerStatus = "active"
	OnHold  CustomerStatus = "hold"    // browses, pays and reads; nothing new on invoice
	Blocked CustomerStatus = "blocked" // no new obligations; returns and payments still work
	Closed  CustomerStatus = "closed"
)

// CustomerStatuses lists the states in the order of a menu.
func CustomerStatuses() []CustomerStatus {
	return []CustomerStatus{Active, OnHold, Blocked, Closed}
}

// MayOrder says whether something can still be ordered and paid for at once.
func (s CustomerStatus) MayOrder() bool { return s == Active || s == OnHold }

// Customer is a company, housing association, public body or person that buys.
type Customer struct {
	ID        string
	Number    string // what the customer knows as its number
	Kind      CustomerKind
	Status    CustomerStatus
	Name      string
	Search    string // the folded name: sort key and what is searched
	Country   string
	OrgNumber string // normalised, or empty
	Language  string // tag
	Email     string
	Phone     string
	Street    string
	Postcode  string
	Town      string
	CreatedAt time.Time
	Version   int64
}

// L is the language the customer is written to in.
func (c Customer) L() i18n.L { return language(c.Language) }

func (c Customer) place() authz.Place { return authz.Place{Customer: c.ID} }

// Validate checks what the customer says of itself and brings the organisation number to its stored form.
func (c *Customer) Validate() error {
	var f fault.Fields
	f.Check(c.Name != "" && len(c.Name) <= maxText, "name", "identity.customer.name")
	f.Check(oneOf(c.Kind, CustomerKinds()), "kind", "identity.customer.kind")
	f.Check(oneOf(c.Status, CustomerStatuses()), "status", "identity.customer.status")
	f.Check(oneOf(c.Country, Countries()), "country", "identity.customer.country")
	_, known := i18n.Parse(c.Language)
	f.Check(known, "language", "identity.language")
	f.Check(c.Email == "" || ValidEmail(c.Email), "email", "identity.email")
	if c.OrgNumber != "" {
		n, ok := id.OrgNumber(c.Country, c.OrgNumber)
		f.Check(ok, "org_number", "identity.customer.org_number")
		c.OrgNumber = n
	}
	return f.Err()
}

// Countries lists the countries that customers may be in.
func Countries() []string { return []string{"NO", "SE", "DK", "FI"} }

// Site is one address of a customer: a building, a stairway, a shop.
type Site struct {
	ID, CustomerID, Name, Street, Postcode, Town string
	Sort                                         string
}

// Flat is one home of a housing association, known to its residents by its number.
type Flat struct {
	ID, CustomerID, SiteID, Number, Folded string
}

const maxText = 200

func oneOf[T comparable](v T, all []T) bool {
	for _, a := range all {
		if v == a {
			return true
		}
	}
	return false
}

func language(tag string) i18n.L {
	l, _ := i18n.Parse(tag)
	return l
}

// EmailKey is what an address is found by: however it is typed, it is the same person.
func EmailKey(email string) string { return strings.ToLower(CleanEmail(email)) }

// CleanEmail is an address as it is kept: without what nobody sees in it and programs leave behind when text is copied.
func CleanEmail(email string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, email)
}

// ValidEmail reports whether s, cleaned, is an address. Other letters than those of ASCII are refused: they make addresses that look
// like somebody else's.
func ValidEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	ascii := !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
	return err == nil && a.Address == s && len(s) <= maxText && ascii
}

// linked is what mailboxes make a link of, though nobody wrote "://": a domain with a path.
var linked = regexp.MustCompile(`\.\pL{2,}/`)

// HasLink reports whether a name carries a web address. Names stand in mails, and nobody's mail carries a stranger's link.
func HasLink(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "://") || strings.Contains(name, "www.") || linked.MatchString(name)
}

// tidy takes away what people cannot see but databases stumble over.
func tidy(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\u00a0' }), " ")
}
