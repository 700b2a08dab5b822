// Package billing takes payments. Other modules ask for one by kind and id of what is paid for, and hear of it by events;
// this package alone talks to the card provider.
package billing

import (
	"strings"
	"time"

	"skranke/internal/i18n"
	"skranke/internal/money"
)

// valid is how long an unpaid payment page can be paid.
const valid = 14 * 24 * time.Hour

// Payment is one attempt to have something paid by card.
type Payment struct {
	ID            string
	Kind          string // what is paid for: "keys.order"
	Subject       string // its id
	Attempt       int64
	CustomerID    string
	SiteID        string
	Reference     string // what the payer knows it by: the order's number
	Description   string
	Language      string
	ReturnPath    string
	ReturnKind    string
	ReturnID      string
	Provider      string
	Session       string
	ProviderRef   string
	Page          string // where the payer pays; empty until the provider has answered
	State         State
	Currency      money.Currency
	Amount        int64
	Captured      int64
	Refunded      int64
	Failure       string
	Late          bool // the provider was down when the payer wanted to pay
	CreatedAt     time.Time
	ChangedAt     time.Time
	ReservedUntil *time.Time
	LookAt        *time.Time
	LookFails     int64      // how often in a row looking has failed
	PageUntil     *time.Time // when the page ends, where the provider has said
	Version       int64
}

// Ask is what another module wants paid.
type Ask struct {
	Kind, Subject, Reference string
	CustomerID, SiteID       string
	Amount                   money.Money
	Description              string // one line on the provider's page, in the payer's language
	L                        i18n.L
	// ReturnPath is where the payer comes back to. If the address holds a secret link, write %s in its place and name the
	// link in ReturnKind and ReturnID: the database never keeps the secret.
	ReturnPath           string
	ReturnKind, ReturnID string
}

func (a Ask) sound() bool {
	return a.Kind != "" && a.Subject != "" && a.Reference != "" && a.Description != "" && a.Amount.Minor > 0 && a.Amount.Currency.Valid() &&
		strings.HasPrefix(a.ReturnPath, "/") && !strings.HasPrefix(a.ReturnPath, "//")
}

// Money is the amount asked for.
func (p Payment) Money() money.Money { return money.Of(p.Amount, p.Currency) }

// L is the payer's language.
func (p Payment) L() i18n.L {
	l, _ := i18n.Parse(p.Language)
	return l
}

func (p Payment) ref() Ref { return Ref{Session: p.Session, Payment: p.ProviderRef} }

func (p Payment) expiresAt() time.Time { return p.CreatedAt.Add(valid) }

// pageEnds is when the payer can no longer pay on the page that was made.
func (p Payment) pageEnds() time.Time {
	if p.PageUntil != nil {
		return *p.PageUntil
	}
	return p.expiresAt()
}

// story is the shortest life that explains a report.
func (r Report) story() []Action {
	var s []Action
	switch r.State {
	case Created:
	case Reserved:
		s = []Action{Reserve}
	case Captured, Refunded:
		s = []Action{Reserve, Capture, Refund}
	case Released:
		s = []Action{Release}
	case Lapsed:
		s = []Action{Lapse}
	case Failed:
		s = []Action{Fail}
	}
	return s
}

// after is the payment once a report is taken in, and what the report brought. Old news bring nothing.
func (p Payment) after(r Report) (Payment, []Action) {
	var done []Action
	if p.ProviderRef == "" {
		p.ProviderRef = r.Ref.Payment
	}
	for _, a := range r.story() {
		m, ok := Moves.Find(p.State, a, func(guard string) bool {
			switch guard {
			case more:
				return r.Captured > p.Captured
			case all:
				return r.Refunded > p.Refunded && r.Refunded >= r.Captured
			}
			return r.Refunded > p.Refunded
		})
		if !ok {
			continue
		}
		p.State = m.To
		switch a { //nolint:exhaustive // the others carry nothing
		case Reserve:
			p.Failure, p.ReservedUntil = "", r.ReservedUntil
		case Capture:
			p.Captured = r.Captured
		case Refund:
			p.Refunded = r.Refunded
		case Fail:
			p.Failure = r.Failure
		}
		done = append(done, a)
	}
	switch {
	case r.State == Reserved && p.State == Reserved && r.ReservedUntil != nil:
		p.ReservedUntil = r.ReservedUntil // a bank may move the end
	case r.State == Created && p.State == Created && r.Failure != "" && r.Failure != p.Failure:
		p.Failure = r.Failure
		done = append(done, Decline)
	}
	return p, done
}

// fits says that a report is about this payment's amount: nobody pays less than was asked.
func (p Payment) fits(r Report) bool { return r.Amount == p.Money() }

// stray says that the provider holds money for a payment that is over.
func (p Payment) stray(r Report) bool {
	return p.State.Ended() && p.State != Refunded && r.State == Reserved
}

// nextLook is when to ask the provider again in case its news got lost: often at first, then ever more seldom, and right
// after a deadline of its own.
func (p Payment) nextLook(now time.Time) *time.Time {
	deadline := p.pageEnds()
	switch {
	case p.State == Created && p.Session != "":
	case p.State == Reserved:
		if p.ReservedUntil != nil {
			deadline = *p.ReservedUntil
		}
	default:
		return nil
	}
	next := now.Add(min(max(now.Sub(p.ChangedAt)/2, 3*time.Minute), 6*time.Hour))
	if soon := deadline.Add(time.Minute); soon.After(now) && soon.Before(next) {
		next = soon
	}
	return &next
}

const (
	firstPause   = time.Minute
	longestPause = 6 * time.Hour
)

// pause is how long to wait after so many failures in a row.
func pause(fails int64) time.Duration {
	return min(firstPause<<min(max(fails-1, 0), 10), longestPause)
}
