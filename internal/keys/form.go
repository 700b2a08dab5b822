package keys

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/mail"
)

// Form is what the order form has been told so far, as it was typed.
type Form struct {
	Product       string `json:"product"`
	AgreementID   string `json:"agreement"`
	AskedBy       string `json:"asked_by"`
	Requisitioner string `json:"requisitioner,omitempty"` // person, from the link mailed to a board member

	CustomerNumber string `json:"customer_number"`
	SystemNumber   string `json:"system_number"`
	Code           string `json:"code"`
	Purpose        string `json:"purpose"`
	Quantity       string `json:"quantity"`

	Flat     string `json:"flat"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Phone    string `json:"phone"`
	Delivery string `json:"delivery"`
	Street   string `json:"street"`
	Postcode string `json:"postcode"`
	Town     string `json:"town"`

	// Done is the last step that was in order; a later page cannot be opened before it.
	Done Step `json:"done"`
}

// Step is one of the four pages of the form.
type Step int

// The steps, in order. StepWho is done as soon as there is a draft.
const (
	StepWho Step = iota + 1
	StepNumbers
	StepYou
	StepSum
)

// FieldNumbers is the name under which a mismatch of numbers is told: all three together, never which one.
const FieldNumbers = "numbers"

// NumberOf reads the quantity; anything but 1 to MaxQuantity is 0.
func (f Form) NumberOf() int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(f.Quantity), 10, 64)
	if err != nil || n < 1 || n > MaxQuantity {
		return 0
	}
	return n
}

// Trim takes away what cannot be seen: spaces around what was typed, and control characters, which databases refuse.
func (f Form) Trim() Form {
	for _, s := range []*string{
		&f.Product, &f.AgreementID, &f.AskedBy, &f.CustomerNumber, &f.SystemNumber, &f.Code, &f.Purpose, &f.Quantity,
		&f.Flat, &f.Name, &f.Email, &f.Phone, &f.Delivery, &f.Street, &f.Postcode, &f.Town,
	} {
		*s = strings.TrimSpace(strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f || r == utf8.RuneError {
				return ' '
			}
			return r
		}, *s))
	}
	return f
}

// CheckWho checks the first page.
func (f Form) CheckWho() error {
	var bad fault.Fields
	bad.Check(Product(f.Product).Valid(), "product", "keys.form.product")
	bad.Check(f.AgreementID != "", "agreement", "keys.form.association")
	bad.Check(f.AskedBy == Resident || f.AskedBy == Requisitioner, "asked_by", "keys.form.asked_by")
	return bad.Err()
}

// CheckNumbers checks the form of the second page; whether the numbers are right is asked of the register.
func (f Form) CheckNumbers() error {
	var bad fault.Fields
	bad.Check(f.CustomerNumber != "", "customer_number", "keys.form.customer_number")
	bad.Check(f.SystemNumber != "", "system_number", "keys.form.system_number")
	if f.Product == string(Fob) {
		bad.Check(f.Code != "", "code", "keys.form.zone_number")
	} else {
		bad.Check(f.Code != "", "code", "keys.form.key_mark")
	}
	bad.Check(f.Purpose == Additional || f.Purpose == Replacement, "purpose", "keys.form.purpose")
	bad.Check(f.NumberOf() > 0, "quantity", "keys.form.quantity")
	for name, v := range map[string]string{"customer_number": f.CustomerNumber, "system_number": f.SystemNumber, "code": f.Code} {
		bad.Check(short(v, 40), name, "keys.form.too_long")
	}
	return bad.Err()
}

// CheckYou checks the third page.
func (f Form) CheckYou(country string) error {
	var bad fault.Fields
	bad.Check(f.Flat != "" && short(f.Flat, 20), "flat", "keys.form.flat")
	bad.Check(utf8.RuneCountInString(f.Name) >= 2 && short(f.Name, 100), "name", "keys.form.name")
	bad.Check(goodEmail(f.Email), "email", "keys.form.email")
	bad.Check(goodPhone(f.Phone), "phone", "keys.form.phone")
	bad.Check(f.Delivery == Pickup || f.Delivery == Post, "delivery", "keys.form.delivery")
	if f.Delivery == Post {
		bad.Check(f.Street != "" && short(f.Street, 100), "street", "keys.form.street")
		bad.Check(goodPostcode(f.Postcode, country), "postcode", postcodeCode(country))
		bad.Check(f.Town != "" && short(f.Town, 60), "town", "keys.form.town")
	}
	return bad.Err()
}

func short(s string, n int) bool {
	return utf8.RuneCountInString(s) <= n && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' })
}

// goodEmail is an address that mail can be sent to, at a domain with a dot: "name@localhost" is a slip of the hand.
func goodEmail(s string) bool {
	_, domain, _ := strings.Cut(s, "@")
	return mail.ValidAddress(s) && strings.Contains(domain, ".")
}

// goodPhone takes 8 to 15 digits (E.164), with the signs people write between them.
func goodPhone(s string) bool {
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune("+ -()/.\u00a0", r):
			return false
		}
	}
	return digits >= 8 && digits <= 15
}

func goodPostcode(s, country string) bool {
	want := 4
	if country == "SE" || country == "FI" {
		want = 5
	}
	s = strings.ReplaceAll(s, " ", "")
	return len(s) == want && strings.Trim(s, "0123456789") == ""
}

func postcodeCode(country string) string {
	if country == "SE" || country == "FI" {
		return "keys.form.postcode_5"
	}
	return "keys.form.postcode_4"
}

// fold makes numbers comparable however they are typed: "nb 12-a" is "NB12A".
func fold(s string) string {
	s = i18n.Fold(s)
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s))
}
