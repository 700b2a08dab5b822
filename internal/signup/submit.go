package signup

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/limit"
	"skranke/internal/link"
)

// Submit takes the rest of a registration and mails its link. What it does, how long it takes and what it answers is the same
// whether or not the company or the person is known here; the mail alone tells. Sent again it changes nothing. address is the client's.
func (s *Service) Submit(ctx context.Context, registrationID string, d Details, password, address string) (Registration, error) {
	r, err := s.Find(ctx, registrationID)
	if err != nil || r.State != Draft {
		return r, err
	}
	d.Country, d.OrgNumber = r.Country, r.OrgNumber
	d = d.tidy()
	if err := d.check(password); err != nil {
		return r, err
	}
	network := s.network(address)
	if err := s.throttle(ctx, "signup.submit:"+network, s.limits().Network); err != nil {
		return r, err
	}
	defer s.evenly(ctx)()
	hash, err := identity.HashPassword(ctx, password)
	if err != nil {
		return r, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if r, err = locked(ctx, tx, registrationID); err != nil || r.State != Draft {
			return err
		}
		r.fill(d)
		r.PasswordHash, r.Network, r.Flags.V = hash, network, flagsOf(d, r.Answer.V)
		if many, err := s.many(ctx, tx, r); err != nil {
			return err
		} else if many {
			r.Flags.V = append(r.Flags.V, Network)
		}
		if err := s.mailLink(ctx, tx, &r); err != nil {
			return err
		}
		return s.move(ctx, tx, holder(r.ID), &r, Submit, nil)
	})
	return r, err
}

// evenly begins a time that the returned function waits out.
func (s *Service) evenly(ctx context.Context) (wait func()) {
	t := time.NewTimer(cmp.Or(s.AnswerTime, usualAnswerTime))
	return func() {
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
		}
	}
}

// many says that the network has sent unusually many registrations within a day.
func (s *Service) many(ctx context.Context, q db.Q, r Registration) (bool, error) {
	n, err := db.One[int64](ctx, q, `SELECT count(*) FROM registrations WHERE network = $1 AND created_at > $2 AND state <> $3 AND id <> $4`,
		r.Network, r.CreatedAt.Add(-24*time.Hour), Draft, r.ID)
	if err != nil {
		return false, fmt.Errorf("count registrations: %w", err)
	}
	return n+1 >= s.limits().Many, nil
}

// SendAgain mails a new link; the earlier one no longer opens anything. It looks the same when the mailbox has had its share.
func (s *Service) SendAgain(ctx context.Context, registrationID string) (Registration, error) {
	r, err := s.Find(ctx, registrationID)
	if err != nil || r.State != Unverified {
		return r, err
	}
	defer s.evenly(ctx)()
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if r, err = locked(ctx, tx, registrationID); err != nil || r.State != Unverified {
			return err
		}
		if err := s.mailLink(ctx, tx, &r); err != nil {
			return err
		}
		return save(ctx, tx, &r)
	})
	return r, err
}

// mailLink makes a link and mails it, unless the mailbox has had its share for now.
func (s *Service) mailLink(ctx context.Context, tx *db.Tx, r *Registration) error {
	st, err := s.standing(ctx, tx, *r) // asked also where no mail goes out: it takes the same time
	if err != nil {
		return err
	}
	mailbox := hex.EncodeToString(id.HashToken(identity.EmailKey(r.Email)))
	wait, err := limit.Hit(ctx, tx, "signup.mail:"+mailbox, s.limits().Mailbox)
	if err != nil || wait > 0 {
		return err
	}
	if err := link.Revoke(ctx, tx, LinkKind, r.ID); err != nil {
		return err
	}
	ln, err := link.Make(ctx, tx, LinkKind, r.ID, "", linkLife)
	if err != nil {
		return err
	}
	r.LinkID = ln.ID
	return s.tellVerify(ctx, tx, *r, st)
}

// Want is what the mailed link does now.
type Want string

// The wants.
const (
	WantCompany Want = "company" // make the company a customer
	WantAccess  Want = "access"  // ask for access to one that is
	WantNothing Want = "nothing" // the person has access already
)

// Standing is a registration with what is true around it at this moment. It is for the reader of the mail, and for staff.
type Standing struct {
	Registration
	Want    Want
	Holder  identity.Customer     // that has the number; without an id: none
	Account identity.Account      // of whoever has the e-mail address
	At      identity.MemberStatus // what they are to the holder; empty: nothing
}

// HasAccount says that the password to give is that of an account, not the one chosen here.
func (s Standing) HasAccount() bool { return s.Account.Hash != "" }

// asker is the registration under the name that its person goes by: that of their account, which whoever administers the customer
// knows them by, and not what was typed.
func (s Standing) asker() Registration {
	r := s.Registration
	if s.HasAccount() {
		r.Name = s.Account.Person.Name
	}
	return r
}

// Asker is a registration by its id as administrators are to see who asks.
func (s *Service) Asker(ctx context.Context, registrationID string) (Registration, error) {
	r, err := s.Find(ctx, registrationID)
	if err != nil {
		return r, err
	}
	st, err := s.standing(ctx, s.DB, r)
	return st.asker(), err
}

// Barred is why the person with this e-mail address can become nobody's member.
func (s Standing) Barred() error {
	if s.Account.Staff || s.Account.Person.Status == identity.PersonSuspended || s.At == identity.MemberSuspended {
		return fault.New(fault.Conflict, "signup.barred")
	}
	return nil
}

// standing is asked anew at every step: a number that was free may be taken.
func (s *Service) standing(ctx context.Context, q db.Q, r Registration) (st Standing, err error) {
	st = Standing{Registration: r, Want: WantCompany}
	if st.Holder, err = identity.Holder(ctx, q, r.Country, r.OrgNumber); err != nil {
		return st, err
	}
	if st.Account, err = identity.AccountOf(ctx, q, r.Email); err != nil {
		return st, err
	}
	st.At, err = identity.StatusAt(ctx, q, st.Holder.ID, st.Account.Person.ID)
	switch {
	case err != nil:
		return st, err
	case st.At == identity.MemberActive:
		st.Want = WantNothing
	case st.Holder.ID != "":
		st.Want = WantAccess
	}
	return st, nil
}
