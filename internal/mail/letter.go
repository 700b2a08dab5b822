// Package mail sends letters: a module says what is to be said, this package gives it its looks, keeps a copy, and hands
// it over after the transaction that made it needed, as often as it takes.
//
// The kept copy never holds a secret. A link stands in it as a reference, skranke-link:kind:id:path, and becomes an
// address with its token only in what leaves the house.
package mail

import (
	"fmt"
	netmail "net/mail"
	"strings"
	"unicode"

	"skranke/internal/fault"
	"skranke/internal/i18n"
)

// Letter is what a module wants said; every visible word is already in the receiver's language.
type Letter struct {
	Template   string // "keys.approve": names the kind of mail for log and tests
	To         Address
	L          i18n.L
	CustomerID string
	About      string // the record the mail is about, for its mail log
	Subject    string // also the heading of the letter
	Greeting   string
	Paragraphs []string // a line break makes a new paragraph
	Facts      []Fact   // those without a value are left out
	Button     *Button
	Links      []Button // further links, after the button
	Small      []string // foot notes: why this mail came, how long a link is valid
}

// Address is one receiver or the sender.
type Address struct{ Name, Email string }

// Fact is one row of the small table: what, and which.
type Fact struct{ Label, Value string }

// Button is a link with its words.
type Button struct {
	Label string
	Link  Ref
}

// Ref is where a link leads. In Path, which starts with a slash, %s stands for the token that Signer.Token(Kind, ID)
// gives on delivery; without Kind, Path is an ordinary path of the product.
type Ref struct{ Kind, ID, Path string }

// Limits of what stands in headers; longer ones are cut.
const (
	maxName    = 100
	maxSubject = 180
	maxEmail   = 254 // RFC 5321
)

// clean makes a letter fit to send. Text from people may hold anything: what could break out of a header or pose as
// a reference is taken out, since a comment must not become somebody's signed link.
func (l Letter) clean() (Letter, error) {
	var err error
	if l.To, err = l.To.clean(); err != nil {
		return l, err
	}
	l.Subject = cut(line(l.Subject), maxSubject)
	if l.Subject == "" || l.Template == "" {
		return l, fmt.Errorf("mail %q needs a template and a subject", l.Template)
	}
	l.Greeting = line(l.Greeting)
	l.Paragraphs, l.Small = lines(l.Paragraphs), lines(l.Small)
	facts := make([]Fact, 0, len(l.Facts))
	for _, f := range l.Facts {
		if f = (Fact{Label: line(f.Label), Value: line(f.Value)}); f.Value != "" {
			facts = append(facts, f)
		}
	}
	l.Facts = facts
	if l.Button != nil {
		b := *l.Button
		if b, err = b.clean(); err != nil {
			return l, fmt.Errorf("mail %s: %w", l.Template, err)
		}
		l.Button = &b
	}
	links := make([]Button, len(l.Links))
	for i, b := range l.Links {
		if links[i], err = b.clean(); err != nil {
			return l, fmt.Errorf("mail %s: %w", l.Template, err)
		}
	}
	l.Links = links
	return l, nil
}

func (b Button) clean() (Button, error) {
	b.Label = line(b.Label)
	return b, b.Link.check()
}

// clean refuses an address that is more or less than one mailbox, and keeps the name to one line.
func (a Address) clean() (Address, error) {
	email := strings.TrimSpace(a.Email)
	p, err := netmail.ParseAddress(email)
	if err != nil || p.Name != "" || p.Address != email || len(email) > maxEmail || strings.ContainsFunc(email, unsafe) {
		return a, fault.Field("email", "mail.bad_address")
	}
	return Address{Name: cut(line(a.Name), maxName), Email: email}, nil
}

// ValidAddress says whether a mail can be sent to this address at all, for forms that ask for one.
func ValidAddress(email string) bool {
	_, err := Address{Email: email}.clean()
	return err == nil
}

// unsafe is what has no place in a letter: control characters, and marks that turn the direction of text to make one
// address look like another.
func unsafe(r rune) bool {
	return unicode.IsControl(r) || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// line is s on one line, without what is unsafe and without anything that reads as a reference.
func line(s string) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029':
			return ' '
		case unsafe(r):
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(strings.ReplaceAll(s, marker, strings.TrimSuffix(marker, ":")+" :"))
}

// lines cleans each text and splits it at its line breaks.
func lines(texts []string) []string {
	var out []string
	for _, t := range texts {
		for part := range strings.SplitSeq(t, "\n") {
			if part = line(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
