// Package signup lets companies, housing associations and public bodies become customers by themselves.
//
// Whoever has the mailbox and knows the password that was chosen finishes a registration. Whether a company is a customer
// already is told to nobody but the reader of the mail: pages, times and the mail's subject are the same.
package signup

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/mail"
)

// Registration is a company on its way to being a customer, or a person on the way into one that is.
type Registration struct {
	ID    string
	State State

	Country, OrgNumber              string
	Kind                            identity.CustomerKind
	Company, Street, Postcode, Town string
	Name, Email, Phone              string
	Language                        string // tag

	PasswordHash string
	Network      string // digest of where it came from
	Flags        db.JSON[[]Flag]
	Answer       db.JSON[Answer]
	LinkID       string // of the newest mail
	CustomerID   string // what it has become, or which customer access is asked of
	PersonID     string // who it has become
	Reason       string // of a rejection
	CreatedAt    time.Time
	ChangedAt    time.Time  // into this state
	DueAt        *time.Time // of the administrators' answer
	Version      int64
}

// Details is what a registration says of the company and the person.
type Details struct {
	Country, OrgNumber              string
	Kind                            identity.CustomerKind
	Company, Street, Postcode, Town string
	Name, Email, Phone              string
	Language                        string // tag
}

// Details is what has been filled in.
func (r Registration) Details() Details {
	return Details{
		Country: r.Country, OrgNumber: r.OrgNumber, Kind: r.Kind, Company: r.Company, Street: r.Street, Postcode: r.Postcode, Town: r.Town,
		Name: r.Name, Email: r.Email, Phone: r.Phone, Language: r.Language,
	}
}

// fill takes what has been filled in; the number was settled when it was asked for.
func (r *Registration) fill(d Details) {
	r.Kind, r.Company, r.Street, r.Postcode, r.Town = d.Kind, d.Company, d.Street, d.Postcode, d.Town
	r.Name, r.Email, r.Phone, r.Language = d.Name, d.Email, d.Phone, d.Language
}

// L is the language the person is written to in.
func (r Registration) L() i18n.L {
	l, _ := i18n.Parse(r.Language)
	return l
}

func (r Registration) place() authz.Place { return authz.Place{Subject: r.ID} }

// Kinds lists what can register itself; private persons need no account.
func Kinds() []identity.CustomerKind {
	return []identity.CustomerKind{identity.Company, identity.Association, identity.Public}
}

const maxText = 100 // letters

// tidy takes away what cannot be seen, and what databases refuse.
func (d Details) tidy() Details {
	for _, s := range []*string{&d.Company, &d.Street, &d.Postcode, &d.Town, &d.Name, &d.Email, &d.Phone} {
		*s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(*s, ""), func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\u00a0' }), " ")
	}
	d.Email = identity.CleanEmail(d.Email)
	return d
}

// check says what is wrong, field by field.
func (d Details) check(password string) error {
	var f fault.Fields
	f.Check(slices.Contains(Kinds(), d.Kind), "kind", "signup.kind")
	f.Check(d.Company != "", "company", "signup.company")
	f.Check(d.Street != "", "street", "signup.street")
	f.Check(d.postcodeFits(), "postcode", d.postcodeCode())
	f.Check(d.Town != "", "town", "signup.town")
	f.Check(utf8.RuneCountInString(d.Name) >= 2, "name", "signup.name")
	f.Check(goodEmail(d.Email), "email", "signup.email")
	f.Check(goodPhone(d.Phone), "phone", "signup.phone")
	_, known := i18n.Parse(d.Language)
	f.Check(known, "language", "signup.language")
	for name, v := range map[string]string{"company": d.Company, "street": d.Street, "town": d.Town, "name": d.Name, "email": d.Email} {
		f.Check(utf8.RuneCountInString(v) <= maxText, name, "signup.too_long")
		f.Check(!identity.HasLink(v), name, "signup.no_links")
	}
	for name, code := range fault.FieldsOf(identity.CheckPassword(password)) {
		f.Add(name, code)
	}
	return f.Err()
}

// goodEmail is an address that mail can be sent to, at a domain with a dot: "name@localhost" is a slip of the hand.
func goodEmail(s string) bool {
	_, domain, _ := strings.Cut(s, "@")
	return identity.ValidEmail(s) && mail.ValidAddress(s) && strings.Contains(domain, ".")
}

// goodPhone takes 8 to 15 digits, with the signs people write between them; a Danish number may have no more.
func goodPhone(s string) bool {
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune("+ -()/.", r):
			return false
		}
	}
	return digits >= 8 && digits <= 15
}

func (d Details) long() bool { return d.Country == "SE" || d.Country == "FI" }

func (d Details) postcodeFits() bool {
	want := 4
	if d.long() {
		want = 5
	}
	s := strings.ReplaceAll(d.Postcode, " ", "")
	return len(s) == want && strings.Trim(s, "0123456789") == ""
}

func (d Details) postcodeCode() string {
	if d.long() {
		return "signup.postcode_5"
	}
	return "signup.postcode_4"
}
