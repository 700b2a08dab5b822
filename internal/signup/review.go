package signup

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/id"
	"skranke/internal/identity"
)

// PageSize is the rows of one page of the list.
const PageSize = 24

// Listed are the states that staff see a list of, in the order of its tabs.
func Listed() []State { return []State{Review, Asked, Unverified, Active, Rejected} }

// Filter says which page to show: of one state, behind one row or before it.
type Filter struct {
	State         State
	After, Before string // ids
}

// Page is one page of registrations; Prev and Next say whether there are more on either side.
type Page struct {
	Rows       []Registration
	Prev, Next bool
}

func reviews(by authz.Actor) bool { return by.May(identity.MayReview, authz.Place{}) }

// mayReview keeps registrations from whoever is not to look at them: to them there are none.
func mayReview(by authz.Actor) error {
	if !reviews(by) {
		return fault.New(fault.NotFound, "signup.gone")
	}
	return nil
}

// List is the registrations in one state: what waits for staff with the oldest first, the others with the newest.
func (s *Service) List(ctx context.Context, by authz.Actor, f Filter) (p Page, err error) {
	if err := mayReview(by); err != nil {
		return p, err
	}
	rising, back := f.State == Review, false
	c := db.If("state = ?", f.State)
	from := f.After
	if id.Valid(f.Before) {
		from, back, rising = f.Before, true, !rising
	}
	order, than := "changed_at DESC, id DESC", "<"
	if rising {
		order, than = "changed_at, id", ">"
	}
	if id.Valid(from) {
		c = c.And(`(changed_at, id) `+than+` (SELECT changed_at, id FROM registrations WHERE id = ?)`, from)
	}
	p.Rows, err = db.List[Registration](ctx, s.DB, `SELECT `+columns+` FROM registrations WHERE {} ORDER BY `+order+` LIMIT $1`, PageSize+1, c)
	if err != nil {
		return p, fmt.Errorf("list registrations: %w", err)
	}
	more := len(p.Rows) > PageSize
	p.Rows = p.Rows[:min(len(p.Rows), PageSize)]
	p.Prev, p.Next = id.Valid(f.After), more
	if back {
		slices.Reverse(p.Rows)
		p.Prev, p.Next = more, true
	}
	return p, nil
}

// CountWaiting is the number in the menu: what waits for staff.
func (s *Service) CountWaiting(ctx context.Context, by authz.Actor) (int64, error) {
	if !reviews(by) {
		return 0, nil
	}
	n, err := db.One[int64](ctx, s.DB, `SELECT count(*) FROM registrations WHERE state = $1`, Review)
	if err != nil {
		return 0, fmt.Errorf("count registrations: %w", err)
	}
	return n, nil
}

// View is a registration as staff see it.
type View struct {
	Standing
	Timeline []event.Event
}

// Look is one registration with all that is known about it.
func (s *Service) Look(ctx context.Context, by authz.Actor, registrationID string) (v View, err error) {
	if err := mayReview(by); err != nil {
		return v, err
	}
	r, err := byID(ctx, s.DB, registrationID)
	if err == nil && r.State == Draft { // nobody has sent it
		err = fault.New(fault.NotFound, "signup.gone")
	}
	if err != nil {
		return v, err
	}
	if v.Standing, err = s.standing(ctx, s.DB, r); err != nil {
		return v, err
	}
	v.Timeline, err = event.Of(ctx, s.DB, r.ID)
	return v, err
}

// Decision is what staff say of a registration, and what their page showed when they did.
type Decision struct {
	Version int64
	Want    Want
	Role    identity.Role // for access
	Reason  string        // of a no; the person reads it
}

// Admits lists the roles that staff can give to whoever asks for access and has no administrator to ask.
func Admits() []identity.Role { return []identity.Role{identity.Administrator, identity.Buyer} }

// Approve makes the company a customer, or gives the person access to the one that it is.
func (s *Service) Approve(ctx context.Context, by authz.Actor, registrationID string, d Decision) error {
	if d.Want == WantAccess && !slices.Contains(Admits(), d.Role) {
		return fault.Field("role", "identity.role.unknown")
	}
	err := s.review(ctx, by, registrationID, d, func(tx *db.Tx, r *Registration, st Standing) error {
		if st.Want == WantCompany {
			if err := s.found(ctx, tx, by, r, Approve, st); err != nil {
				return err
			}
			return s.tellWelcome(ctx, tx, *r)
		}
		r.CustomerID = st.Holder.ID
		return s.admit(ctx, tx, r, st, d.Role, func(personID string) error {
			if err := s.move(ctx, tx, by, r, Approve, func(r *Registration) { r.PersonID = personID }); err != nil {
				return err
			}
			return s.tellAdmitted(ctx, tx, *r, st.Holder)
		})
	})
	if db.IsUnique(err) {
		return fault.New(fault.Conflict, "signup.moved_on")
	}
	return err
}

// Reject says no; the reason is mailed.
func (s *Service) Reject(ctx context.Context, by authz.Actor, registrationID string, d Decision) error {
	d.Reason = strings.TrimSpace(d.Reason)
	if n := utf8.RuneCountInString(d.Reason); n == 0 || n > maxReason {
		return fault.Field("reason", map[bool]string{true: "signup.reason", false: "signup.reason_long"}[n == 0])
	}
	return s.review(ctx, by, registrationID, d, func(tx *db.Tx, r *Registration, _ Standing) error {
		if err := s.move(ctx, tx, by, r, Reject, func(r *Registration) { r.Reason = d.Reason }); err != nil {
			return err
		}
		return s.tellRejected(ctx, tx, *r)
	})
}

const maxReason = 1000 // letters

// review is one decision of staff: on what they saw, or not at all.
func (s *Service) review(ctx context.Context, by authz.Actor, registrationID string, d Decision, then func(tx *db.Tx, r *Registration, st Standing) error) error {
	if err := mayReview(by); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		r, err := locked(ctx, tx, registrationID)
		if err != nil {
			return err
		}
		st, err := s.standing(ctx, tx, r)
		if err != nil {
			return err
		}
		if r.State != Review || r.Version != d.Version || st.Want != d.Want {
			return fault.New(fault.Conflict, "signup.moved_on")
		}
		return then(tx, &r, st)
	})
}
