package identity

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/id"
)

// Profile is what the page of a customer's company shows: what others ask of a Customer, and where invoices go.
type Profile struct {
	ID, Number, Name                     string
	Kind                                 CustomerKind
	Status                               CustomerStatus
	StatusReason                         string
	Country, OrgNumber, Language         string
	Email, Phone, Street, Postcode, Town string
	InvoiceEmail, InvoiceStreet          string
	InvoicePostcode, InvoiceTown         string
	InvoiceReference                     string
	GLN                                  string // 13 digits, or empty; Denmark says EAN
	Peppol                               string // scheme:value, or empty
	CreatedAt                            time.Time
	Version                              int64
}

const selectProfile = `
	SELECT id, number, name, kind, status, status_reason, country, org_number, language, email, phone, street, postcode, town, invoice_email, invoice_street,
		invoice_postcode, invoice_town, invoice_reference, gln, peppol, created_at, version
	FROM customers WHERE {} `

// FindProfile is the company page of a customer that by may see.
func FindProfile(ctx context.Context, q db.Q, by authz.Actor, customerID string) (Profile, error) {
	return oneProfile(ctx, q, visible(by).And("id = ?", customerID), customerID)
}

func oneProfile(ctx context.Context, q db.Q, c db.Cond, customerID string) (p Profile, err error) {
	if id.Valid(customerID) {
		if p, err = db.One[Profile](ctx, q, selectProfile, c); err == nil {
			return p, nil
		}
	}
	if err == nil || db.NoRows(err) {
		return Profile{}, fault.New(fault.NotFound, "identity.customer.not_found")
	}
	return Profile{}, fmt.Errorf("find the profile of %s: %w", customerID, err)
}

// ofCustomer finds a customer for a change that needs a right, and keeps others from changing it until the transaction ends:
// what belongs to one customer is changed one thing at a time. To whoever may not see the customer it is not there.
func ofCustomer(ctx context.Context, tx *db.Tx, by authz.Actor, customerID string, needs authz.Permission) (Profile, error) {
	at := authz.Place{Customer: customerID}
	if !by.May(needs, at) && !by.May(MaySeeCustomers, at) {
		return Profile{}, fault.New(fault.NotFound, "identity.customer.not_found")
	}
	if err := db.LockRow(ctx, tx, "customers", customerID); err != nil {
		return Profile{}, err
	}
	p, err := oneProfile(ctx, tx, db.If("id = ?", customerID), customerID)
	if err != nil {
		return Profile{}, err
	}
	return p, by.Check(needs, at)
}

// ProfileEdit is the company page as it was sent. Version is the one that was seen.
type ProfileEdit struct {
	Name, Language                                                                           string
	Email, Phone, Street, Postcode, Town                                                     string
	InvoiceEmail, InvoiceStreet, InvoicePostcode, InvoiceTown, InvoiceReference, GLN, Peppol string
	Version                                                                                  int64
}

// Edit is the form that would change nothing.
func (p Profile) Edit() ProfileEdit {
	return ProfileEdit{
		Name: p.Name, Language: p.Language, Email: p.Email, Phone: p.Phone, Street: p.Street, Postcode: p.Postcode, Town: p.Town,
		InvoiceEmail: p.InvoiceEmail, InvoiceStreet: p.InvoiceStreet, InvoicePostcode: p.InvoicePostcode, InvoiceTown: p.InvoiceTown,
		InvoiceReference: p.InvoiceReference, GLN: p.GLN, Peppol: p.Peppol, Version: p.Version,
	}
}

// Pieces are the fields of the form by name, in its order, so that two forms can be laid side by side.
func (e *ProfileEdit) Pieces() []Piece {
	return []Piece{
		{"name", &e.Name},
		{"phone", &e.Phone},
		{"email", &e.Email},
		{"language", &e.Language},
		{"street", &e.Street},
		{"postcode", &e.Postcode},
		{"town", &e.Town},
		{"invoice_email", &e.InvoiceEmail},
		{"invoice_reference", &e.InvoiceReference},
		{"invoice_street", &e.InvoiceStreet},
		{"invoice_postcode", &e.InvoicePostcode},
		{"invoice_town", &e.InvoiceTown},
		{"gln", &e.GLN},
		{"peppol", &e.Peppol},
	}
}

// Piece is one field of a form and where its value stands.
type Piece struct {
	Name  string
	Value *string
}

// settle checks what was typed and brings it to the form in which it is kept.
func (e *ProfileEdit) settle(country string) error {
	var f fault.Fields
	for _, p := range e.Pieces() {
		if *p.Value = tidy(*p.Value); p.Name == "email" || p.Name == "invoice_email" {
			*p.Value = CleanEmail(*p.Value)
		}
		f.Check(utf8.RuneCountInString(*p.Value) <= maxText, p.Name, "identity.too_long")
	}
	f.Check(e.Name != "", "name", "identity.customer.name")
	f.Check(!HasLink(e.Name), "name", "identity.no_links")
	_, known := i18n.Parse(e.Language)
	f.Check(known, "language", "identity.language")
	f.Check(e.Email == "" || ValidEmail(e.Email), "email", "identity.email")
	f.Check(e.InvoiceEmail == "" || ValidEmail(e.InvoiceEmail), "invoice_email", "identity.email")
	f.Check(e.Phone == "" || validPhone(e.Phone), "phone", "identity.phone")
	e.Postcode = postcode(&f, country, "postcode", e.Postcode)
	if e.GLN != "" {
		n, ok := id.GLN(e.GLN)
		f.Check(ok, "gln", "identity.company.gln")
		e.GLN = cmp.Or(n, e.GLN)
	}
	if e.Peppol != "" {
		n, ok := id.Peppol(e.Peppol)
		f.Check(ok, "peppol", "identity.company.peppol")
		e.Peppol = cmp.Or(n, e.Peppol)
	}
	return f.Err()
}

// EditCompany changes the profile of a customer, at once and for what comes after: orders that are placed keep their own copy.
// Of two who edit at once the second is told, with both versions to choose from.
func (s *Service) EditCompany(ctx context.Context, by authz.Actor, customerID string, e ProfileEdit) (p Profile, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if p, err = ofCustomer(ctx, tx, by, customerID, MayEditCompany); err != nil {
			return err
		}
		if err := e.settle(p.Country); err != nil {
			return err
		}
		if p.Version != e.Version {
			return fault.New(fault.Conflict, "identity.company.changed")
		}
		was := p.Edit()
		what := changed(p.Kind == Private, was.Pieces(), e.Pieces())
		if len(what) == 0 {
			return nil
		}
		if err := saveProfile(ctx, tx, p, e); err != nil {
			return err
		}
		if p, err = oneProfile(ctx, tx, db.If("id = ?", customerID), customerID); err != nil {
			return err
		}
		return s.Log.Record(ctx, tx, by, event.Event{
			Kind: "identity.customer", Subject: p.ID, CustomerID: p.ID, Name: "identity.company.edit", Data: event.Data(what),
		})
	})
	if err != nil {
		return Profile{}, err
	}
	return p, nil
}

func saveProfile(ctx context.Context, tx *db.Tx, p Profile, e ProfileEdit) error {
	_, err := tx.Exec(ctx, `
		UPDATE customers SET name = $1, search = $2, language = $3, email = $4, phone = $5, street = $6, postcode = $7, town = $8, invoice_email = $9,
			invoice_street = $10, invoice_postcode = $11, invoice_town = $12, invoice_reference = $13, gln = $14, peppol = $15, version = version + 1
		WHERE id = $16`,
		e.Name, searchName(e.Name), e.Language, e.Email, e.Phone, e.Street, e.Postcode, e.Town, e.InvoiceEmail, e.InvoiceStreet, e.InvoicePostcode,
		e.InvoiceTown, e.InvoiceReference, e.GLN, e.Peppol, p.ID)
	if err != nil {
		return fmt.Errorf("save the profile of %s: %w", p.ID, err)
	}
	return indexAnew(ctx, tx, p.ID)
}

// indexAnew makes the words that a customer is found by follow what it is called, where it is and its numbers.
func indexAnew(ctx context.Context, tx *db.Tx, customerID string) error {
	c, err := CustomerByID(ctx, tx, customerID)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM customer_words WHERE customer_id = $1`, customerID); err != nil {
		return fmt.Errorf("forget the words of customer %s: %w", customerID, err)
	}
	return insertWords(ctx, tx, c)
}

// changed is what an event tells of an edit: each field with what it was and is. Of a private person it tells the field alone,
// since events outlive people and hold nothing about them.
func changed(private bool, was, is []Piece) map[string]any {
	what := map[string]any{}
	for i, p := range is {
		switch {
		case *p.Value == *was[i].Value:
		case private:
			what[p.Name] = true
		default:
			what[p.Name] = fromTo(*was[i].Value, *p.Value)
		}
	}
	return what
}

func fromTo(from, to any) map[string]any { return map[string]any{"from": from, "to": to} }

// validPhone takes what people write a number with, as long as there are enough digits to call.
func validPhone(s string) bool {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
	return strings.Trim(s, "0123456789+-()/. ") == "" && len(digits) >= 5 && len(digits) <= 15
}

// postcode checks a postcode by the country's own rule: four digits, or five in Sweden and Finland; Swedes write a space.
func postcode(f *fault.Fields, country, field, typed string) string {
	digits := strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(typed, country), "-"), " ", "")
	if typed == "" {
		return ""
	}
	n, code := 4, "identity.postcode.4"
	if country == "SE" || country == "FI" {
		n, code = 5, "identity.postcode.5"
	}
	if len(digits) != n || strings.Trim(digits, "0123456789") != "" {
		f.Add(field, code)
		return typed
	}
	if country == "SE" {
		return digits[:3] + " " + digits[3:]
	}
	return digits
}
