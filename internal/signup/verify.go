package signup

import (
	"context"
	"slices"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/identity"
	"skranke/internal/link"
)

// LinkKind is the purpose of the link that verifies an e-mail address. Its subject is the registration.
const LinkKind = "signup.verify"

// Confirmation is what a mailed link opens, also when it is used up: then the registration tells what became of it. A link that
// is too old, replaced, or of a registration that is forgotten is a conflict.
func (s *Service) Confirmation(ctx context.Context, token string) (link.Link, Standing, error) {
	ln, err := s.Links.Open(ctx, s.DB, LinkKind, token)
	if err != nil {
		return ln, Standing{}, err
	}
	r, err := byID(ctx, s.DB, ln.Subject)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.Conflict, "link.expired")
	}
	if err != nil {
		return ln, Standing{}, err
	}
	if r.State == Unverified {
		if err := ln.State(s.DB.Now()); err != nil {
			return ln, Standing{}, err
		}
	}
	st, err := s.standing(ctx, s.DB, r)
	return ln, st, err
}

// Verify finishes a registration for whoever has the mailed link and knows the password: the one chosen with it, or that of the
// account that has the e-mail address. Somebody else could have typed the address and chosen the password. want is what the page
// offered: what has changed since is told, not done.
func (s *Service) Verify(ctx context.Context, token string, want Want, password string) (Registration, error) {
	ln, st, err := s.Confirmation(ctx, token)
	switch {
	case err != nil:
		return st.Registration, err
	case st.State != Unverified:
		return st.Registration, fault.New(fault.Conflict, "signup.moved_on")
	case st.Want != want, want == WantNothing: // there is nothing to ask for
		return st.Registration, fault.New(fault.Conflict, "signup.changed")
	}
	if err := st.Barred(); err != nil {
		return st.Registration, err
	}
	if err := s.knows(ctx, ln, st, password); err != nil {
		return st.Registration, err
	}
	answer := st.Answer.V
	if fresh := s.look(ctx, st.Country, st.OrgNumber); fresh.Asked {
		answer = fresh
	}
	r := st.Registration
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if r, err = locked(ctx, tx, ln.Subject); err != nil {
			return err
		}
		now, err := s.standing(ctx, tx, r)
		switch {
		case err != nil:
			return err
		case r.State != Unverified:
			return fault.New(fault.Conflict, "signup.moved_on")
		case now.Want != st.Want, now.Holder.ID != st.Holder.ID, now.Account.Person.ID != st.Account.Person.ID, now.HasAccount() != st.HasAccount():
			return fault.New(fault.Conflict, "signup.changed")
		}
		if err := link.Use(ctx, tx, ln.ID); err != nil {
			return err
		}
		many := slices.Contains(r.Flags.V, Network)
		r.Answer.V, r.Flags.V = answer, flagsOf(r.Details(), answer)
		if many {
			r.Flags.V = append(r.Flags.V, Network)
		}
		err = s.verified(ctx, tx, &r, now)
		return err
	})
	if code := fault.CodeOf(err); db.IsUnique(err) || code == "identity.customer.org_number_taken" || code == "identity.person.email_taken" { // in the same moment
		err = fault.New(fault.Conflict, "signup.changed")
	}
	return r, err
}

// knows checks the password behind a mailed link.
func (s *Service) knows(ctx context.Context, ln link.Link, st Standing, password string) error {
	if password == "" {
		return fault.Field("password", "identity.password.missing")
	}
	if err := s.throttle(ctx, "signup.password:"+ln.ID, s.limits().Password); err != nil {
		return err
	}
	hash := st.PasswordHash
	if st.HasAccount() {
		hash = st.Account.Hash
	}
	ok, err := identity.Fits(ctx, password, hash)
	switch {
	case err != nil:
		return err
	case !ok && st.HasAccount():
		return fault.Field("password", "signup.password.account")
	case !ok:
		return fault.Field("password", "signup.password.chosen")
	}
	return nil
}

// verified goes on with a registration whose person is known to be who they say.
func (s *Service) verified(ctx context.Context, tx *db.Tx, r *Registration, st Standing) error {
	by := holder(r.ID)
	switch {
	case st.Want == WantAccess:
		return s.ask(ctx, tx, r, st)
	case len(r.Flags.V) > 0:
		return s.move(ctx, tx, by, r, Verify, nil, flagged)
	}
	return s.found(ctx, tx, by, r, Verify, st)
}

// found makes the company a customer and the person its administrator.
func (s *Service) found(ctx context.Context, tx *db.Tx, by authz.Actor, r *Registration, a Action, st Standing) error {
	p, err := s.person(ctx, tx, by, *r, st)
	if err != nil {
		return err
	}
	c, err := s.Identity.FoundCustomer(ctx, tx, by, identity.NewCustomer{
		Kind: r.Kind, Name: r.Company, Country: r.Country, OrgNumber: r.OrgNumber, Language: r.L(),
		Email: r.Email, Phone: r.Phone, Street: r.Street, Postcode: r.Postcode, Town: r.Town,
	})
	if err != nil {
		return err
	}
	if _, err := s.Identity.Join(ctx, tx, by, c.ID, p.ID, identity.Administrator); err != nil {
		return err
	}
	return s.move(ctx, tx, by, r, a, func(r *Registration) { r.CustomerID, r.PersonID = c.ID, p.ID })
}

// person is whoever has the e-mail address, made anew where nobody has it. Who has no password gets the one that was chosen here.
func (s *Service) person(ctx context.Context, tx *db.Tx, by authz.Actor, r Registration, st Standing) (identity.Person, error) {
	if err := st.Barred(); err != nil {
		return identity.Person{}, err
	}
	p := st.Account.Person
	switch {
	case p.ID == "":
		return s.Identity.EnterPerson(ctx, tx, by, identity.NewPerson{Name: r.Name, Email: r.Email, Phone: r.Phone, Language: r.L()}, r.PasswordHash)
	case !st.HasAccount():
		return p, s.Identity.CompletePerson(ctx, tx, by, p.ID, r.Name, r.Phone, r.PasswordHash)
	}
	return p, nil
}
