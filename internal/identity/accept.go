package identity

import (
	"context"
	"fmt"
	"unicode/utf8"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
)

// Completion is what somebody says of themself when they follow an invitation.
type Completion struct {
	First, Last, Phone, Password string
	Address, Agent, Previous     string // of the browser, as in Attempt
}

// CompleteInvitation takes the name and first password of somebody who is invited, makes them one of the customer's people, and
// signs them in.
func (s *Service) CompleteInvitation(ctx context.Context, token string, c Completion) (Session, error) {
	i, err := s.stillOpen(ctx, token)
	if err != nil {
		return Session{}, err
	}
	if i.HasPassword {
		return Session{}, fault.New(fault.Conflict, "identity.invitation.sign_in")
	}
	c.First, c.Last, c.Phone = tidy(c.First), tidy(c.Last), tidy(c.Phone)
	name := NewMember{First: c.First, Last: c.Last}.name()
	var f fault.Fields
	f.Check(c.First != "", "first_name", "identity.person.first_name")
	f.Check(c.Last != "", "last_name", "identity.person.last_name")
	f.Check(utf8.RuneCountInString(name) <= maxText, "last_name", "identity.person.name")
	f.Check(!HasLink(c.First), "first_name", "identity.no_links")
	f.Check(!HasLink(c.Last), "last_name", "identity.no_links")
	f.Check(c.Phone == "" || validPhone(c.Phone), "phone", "identity.phone")
	f.Check(CheckPassword(c.Password) == nil, "password", fault.CodeOf(CheckPassword(c.Password)))
	if err := f.Err(); err != nil {
		return Session{}, err
	}
	hash, err := newHash(ctx, c.Password)
	if err != nil {
		return Session{}, err
	}
	by := authz.Actor{ID: i.PersonID, Kind: authz.Person}
	err = s.accept(ctx, token, by, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE people SET name = $1, phone = $2, version = version + 1 WHERE id = $3`, name, c.Phone, i.PersonID); err != nil {
			return fmt.Errorf("keep the name of %s: %w", i.PersonID, err)
		}
		return s.GivePassword(ctx, tx, by, i.PersonID, hash)
	})
	if err != nil {
		return Session{}, err
	}
	who, err := db.One[account](ctx, s.DB, selectAccount, db.If("p.id = ?", i.PersonID))
	if err != nil {
		return Session{}, fmt.Errorf("find who signs in: %w", err)
	}
	return s.openAt(ctx, who, Attempt{Email: i.Email, Address: c.Address, Agent: c.Agent, Previous: c.Previous}, i.CustomerID)
}

// AcceptWithPassword is for somebody who has a password already: they sign in and accept in one. The session is theirs also where
// the invitation has just come to its end.
func (s *Service) AcceptWithPassword(ctx context.Context, token string, a Attempt) (Session, error) {
	i, err := s.stillOpen(ctx, token)
	if err != nil {
		return Session{}, err
	}
	a.Email = i.Email
	session, err := s.SignIn(ctx, a)
	if err != nil {
		return Session{}, err
	}
	if err := s.accept(ctx, token, authz.Actor{ID: i.PersonID, Kind: authz.Person}, nil); err != nil {
		return session, err
	}
	return session, s.DB.InTx(ctx, func(tx *db.Tx) error { return sit(ctx, tx, digest(session.Token), i.PersonID, i.CustomerID, "") })
}

// AcceptSignedIn is for somebody who is signed in as the one who was invited; their session acts for the customer from now on.
func (s *Service) AcceptSignedIn(ctx context.Context, by authz.Actor, sessionID, token string) error {
	i, err := s.stillOpen(ctx, token)
	if err != nil {
		return err
	}
	if by.ID != i.PersonID || by.Kind != authz.Person || by.OnBehalf != "" {
		return fault.New(fault.Forbidden, "identity.invitation.other_person")
	}
	if err := s.accept(ctx, token, by, nil); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return sit(ctx, tx, sessionID, by.ID, i.CustomerID, "") })
}

// stillOpen finds an invitation that still counts; why another does not is its state, which the page asks for.
func (s *Service) stillOpen(ctx context.Context, token string) (Invitation, error) {
	i, err := s.Invitation(ctx, token)
	if err == nil && i.State != InvitationOpen {
		err = fault.New(fault.Conflict, "identity.invitation.over")
	}
	return i, err
}

// accept uses a link up and makes its holder one of the customer's people. Of two at once one is told that it is used.
func (s *Service) accept(ctx context.Context, token string, by authz.Actor, also func(tx *db.Tx) error) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		i, err := invitation(ctx, tx, token)
		if err != nil {
			return err
		}
		if err := db.LockRow(ctx, tx, "customers", i.CustomerID); err != nil {
			return err
		}
		if err := db.LockRow(ctx, tx, "people", i.PersonID); err != nil { // of whoever is hired at the same time
			return err
		}
		if i, err = invitation(ctx, tx, token); err != nil { // as whoever had the locks left it
			return err
		}
		if i.State != InvitationOpen || i.PersonID != by.ID {
			return fault.New(fault.Conflict, "identity.invitation.over")
		}
		if _, err := tx.Exec(ctx, `UPDATE invitations SET used_at = $1 WHERE id = $2`, tx.Now, i.ID); err != nil {
			return fmt.Errorf("use an invitation: %w", err)
		}
		m, err := MemberByID(ctx, tx, i.MemberID)
		if err != nil {
			return err
		}
		if m.Status = MemberActive; m.JoinedAt == nil {
			m.JoinedAt = &tx.Now
		}
		if err := saveMember(ctx, tx, &m); err != nil {
			return err
		}
		if also != nil {
			if err := also(tx); err != nil {
				return err
			}
		}
		if err := Reindex(ctx, tx, i.PersonID); err != nil {
			return err
		}
		return s.recordMember(ctx, tx, by, m, "identity.member.accept", nil)
	})
}

// openAt opens a session that acts for one customer.
func (s *Service) openAt(ctx context.Context, who account, a Attempt, customerID string) (Session, error) {
	session, err := s.open(ctx, who, a, "")
	if err != nil {
		return session, err
	}
	return session, s.DB.InTx(ctx, func(tx *db.Tx) error { return sit(ctx, tx, digest(session.Token), who.ID, customerID, "") })
}
