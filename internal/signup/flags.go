package signup

import (
	"context"
	"errors"
	"slices"
	"strings"

	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/registry"
)

// Flag is a reason why somebody has to look at a registration.
type Flag string

// The flags; each has a text "signup.flag.…".
const (
	Unknown   Flag = "unknown"   // no such number in the public register
	Dissolved Flag = "dissolved" // or deleted
	Bankrupt  Flag = "bankrupt"
	OtherName Flag = "other_name"
	Network   Flag = "network"          // many registrations from one place
	NoAdmin   Flag = "no_administrator" // access is asked for, and nobody is there to answer
	NoAnswer  Flag = "no_answer"        // access was asked for, and nobody has answered
)

// Answer is what the public register said when it was asked last.
type Answer struct {
	Asked     bool   `json:"asked,omitempty"` // there is a register, and it answered
	Known     bool   `json:"known,omitempty"`
	Deleted   bool   `json:"deleted,omitempty"`
	Name      string `json:"name,omitempty"`
	Form      string `json:"form,omitempty"`
	Street    string `json:"street,omitempty"`
	Postcode  string `json:"postcode,omitempty"`
	Town      string `json:"town,omitempty"`
	Dissolved bool   `json:"dissolved,omitempty"`
	Bankrupt  bool   `json:"bankrupt,omitempty"`
}

// look asks the public register. It leaves the process; a register that is silent is as good as none.
func (s *Service) look(ctx context.Context, country, orgNumber string) Answer {
	if s.Register == nil {
		return Answer{}
	}
	c, err := s.Register.Look(ctx, country, orgNumber)
	switch {
	case err == nil:
		return Answer{
			Asked: true, Known: true, Name: clip(c.Name), Form: clip(c.Form), Street: clip(c.Street), Postcode: clip(c.Postcode), Town: clip(c.Town),
			Dissolved: c.Dissolved, Bankrupt: c.Bankrupt,
		}
	case errors.Is(err, registry.ErrUnknown):
		return Answer{Asked: true, Deleted: errors.Is(err, registry.ErrDeleted)}
	}
	return Answer{}
}

// clip keeps what comes from outside within the bounds of what is typed.
func clip(s string) string {
	s = Details{Name: s}.tidy().Name
	if r := []rune(s); len(r) > maxText {
		return string(r[:maxText])
	}
	return s
}

// Kind is what the register's short code for the form says about what sort of customer it is; empty where it says nothing.
func (a Answer) Kind() identity.CustomerKind {
	switch {
	case !a.Known || a.Form == "":
		return ""
	case slices.Contains([]string{"BRL", "ESEK", "SAM", "BBL"}, a.Form):
		return identity.Association
	case slices.Contains([]string{"KOMM", "FYLK", "STAT", "ORGL", "ADOS", "KF", "FKF", "SF"}, a.Form):
		return identity.Public
	}
	return identity.Company
}

// Worries is what the register's answer says against a company, whatever it is called.
func (a Answer) Worries() (f []Flag) {
	if a.Asked && !a.Known && !a.Deleted {
		f = append(f, Unknown)
	}
	if a.Deleted || a.Dissolved {
		f = append(f, Dissolved)
	}
	if a.Bankrupt {
		f = append(f, Bankrupt)
	}
	return f
}

// flagsOf is what wants a look about a registration, before anything of ours is asked.
func flagsOf(d Details, a Answer) []Flag {
	f := a.Worries()
	if a.Known && !alike(d.Company, a.Name) {
		f = append(f, OtherName)
	}
	return f
}

// legal are the words for the form of a company, which tell no two apart.
var legal = []string{
	"as", "asa", "ans", "da", "enk", "nuf", "sa", "ab", "hb", "kb", "aps", "oy", "oyj", "ky", "ltd", "group", "norge", "sverige", "danmark",
	"borettslag", "borettslaget", "sameie", "sameiet", "brf", "bostadsrattsforening", "bostadsrattsforeningen", "andelsboligforening",
	"andelsboligforeningen", "ejerforening", "ejerforeningen", "kommune", "kommun", "the", "og", "och", "and", "i", "av", "af",
}

// alike says whether two names could be the same company's: one begins the other, or most pairs of letters are shared.
func alike(a, b string) bool {
	a, b = core(a), core(b)
	if a == b || a != "" && b != "" && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a)) {
		return true
	}
	x, y := pairs(a), pairs(b)
	shared := 0
	for p, n := range x {
		shared += min(n, y[p])
	}
	return shared > 0 && 4*shared >= len(a)+len(b)-2
}

// core is the letters and digits of a name without its legal form.
func core(name string) string {
	name = strings.NewReplacer("A/S", " ", "a/s", " ", "I/S", " ", "i/s", " ").Replace(name)
	words := strings.FieldsFunc(i18n.Fold(name), func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9') })
	kept := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(legal, w) })
	if len(kept) == 0 {
		kept = words
	}
	return strings.Join(kept, "")
}

func pairs(s string) map[string]int {
	out := map[string]int{}
	for i := range max(0, len(s)-1) { // core leaves single bytes
		out[s[i:i+2]]++
	}
	return out
}
