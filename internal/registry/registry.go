// Package registry asks the public registers of companies what they know about an organisation number, so that a person who
// registers a company has less to type and a wrong number is seen at once.
//
// A register is a help and never a gate: every answer but "no such number" may be missing, and whoever asks goes on without it.
package registry

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Company is what a register says, in its own writing: the Norwegian one writes names and towns in capitals. All of it is
// text from outside, and any of it but the country, the number and the name may be empty.
type Company struct {
	Country   string // NO
	OrgNumber string // as id.OrgNumber gives it
	Name      string
	Form      string // the register's short code: AS, BRL, ENK, KOMM …

	// The business address; empty where it is in another country.
	Street, Postcode, Town, Municipality string

	VATRegistered bool
	Bankrupt      bool
	Dissolved     bool // being wound up, also by force
}

// Register looks up companies. It is safe for use by several goroutines.
type Register interface {
	// Look gives the company, or an error that is ErrUnknown or ErrUnavailable.
	Look(ctx context.Context, country, orgNumber string) (Company, error)
}

var (
	// ErrUnknown means that there is no company with this number.
	ErrUnknown = errors.New("no such organisation number in the register")
	// ErrDeleted is an ErrUnknown of which the register says that there was a company once.
	ErrDeleted = fmt.Errorf("deleted from the register: %w", ErrUnknown)
	// ErrUnavailable means that nothing is known about the number.
	ErrUnavailable = errors.New("no answer from the register")
	// ErrNone is an ErrUnavailable that trying again does not mend: there is no register for the country.
	ErrNone = fmt.Errorf("no register for the country: %w", ErrUnavailable)
)

// None is the register of an installation that asks none.
var None Register = ByCountry(nil)

// ByCountry asks the register of each country, by its two letters in capitals.
type ByCountry map[string]Register

// Look asks the register of the country.
func (b ByCountry) Look(ctx context.Context, country, orgNumber string) (Company, error) {
	if r := b[strings.ToUpper(country)]; r != nil {
		return r.Look(ctx, country, orgNumber)
	}
	return Company{}, ErrNone
}
