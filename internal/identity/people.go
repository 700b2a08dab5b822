package identity

import (
	"context"
	"fmt"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/id"
)

// NewPerson is what is asked about a person. Without a password they cannot sign in yet.
type NewPerson struct {
	Name, Email, Phone string
	Language           i18n.L
	Password           string
}

// CreatePerson adds a person. An e-mail address belongs to one person, however it is typed.
func (s *Service) CreatePerson(ctx context.Context, by authz.Actor, n NewPerson) (p Person, err error) {
	if !by.May(MayEditPeople, authz.Place{}) {
		return p, fault.New(fault.Forbidden, "identity.not_allowed")
	}
	hash := ""
	if n.Password != "" {
		if hash, err = newHash(ctx, n.Password); err != nil {
			return p, err
		}
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		p = Person{
			ID: id.New(), Name: tidy(n.Name), Email: tidy(n.Email), EmailKey: EmailKey(n.Email), Phone: tidy(n.Phone),
			Language: n.Language.Tag(), Scheme: "auto", Status: PersonActive, CreatedAt: tx.Now, Version: 1,
		}
		if err := p.Validate(); err != nil {
			return err
		}
		if _, err := PersonByEmail(ctx, tx, p.Email); err == nil {
			return fault.Field("email", "identity.person.email_taken")
		} else if !fault.Is(err, fault.NotFound) {
			return err
		}
		if err := insertPerson(ctx, tx, p); err != nil {
			return err
		}
		if hash != "" {
			if err := savePassword(ctx, tx, p.ID, hash); err != nil {
				return err
			}
		}
		return s.Log.Record(ctx, tx, by, event.Event{Kind: "identity.person", Subject: p.ID, Name: "identity.person.create"})
	})
	if err != nil {
		return Person{}, err
	}
	return p, nil
}

// newHash checks and hashes a new password, outside any transaction: it takes as long as fifty queries.
func newHash(ctx context.Context, password string) (string, error) {
	if err := CheckPassword(password); err != nil {
		return "", err
	}
	return hashPassword(ctx, password)
}

// SetPassword gives a person a new password and ends their sessions: whoever knew the old one is out.
func (s *Service) SetPassword(ctx context.Context, by authz.Actor, personID, password string) error {
	if !by.May(MayEditPeople, authz.Place{Owner: personID}) {
		return fault.New(fault.Forbidden, "identity.not_allowed")
	}
	hash, err := newHash(ctx, password)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := PersonByID(ctx, tx, personID); err != nil {
			return err
		}
		if err := savePassword(ctx, tx, personID, hash); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM sessions WHERE person_id = $1`, personID); err != nil {
			return fmt.Errorf("end sessions of %s: %w", personID, err)
		}
		return s.Log.Record(ctx, tx, by, event.Event{Kind: "identity.person", Subject: personID, Name: "identity.person.password"})
	})
}

// AddMember makes a person something to a customer; a second time it changes the role.
func (s *Service) AddMember(ctx context.Context, by authz.Actor, customerID, personID string, role Role) (m Member, err error) {
	if !oneOf(role, MemberRoles()) {
		return m, fault.Field("role", "identity.role.unknown")
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		c, err := editable(ctx, tx, by, customerID, MayEditPeople)
		if err != nil {
			return err
		}
		p, err := PersonByID(ctx, tx, personID)
		if err != nil {
			return err
		}
		m = Member{
			ID: id.New(), CustomerID: c.ID, PersonID: p.ID, Role: role, Status: MemberActive, CreatedAt: tx.Now,
			Name: p.Name, Email: p.Email, Phone: p.Phone,
		}
		if m.ID, err = upsertMember(ctx, tx, m); err != nil {
			return err
		}
		return s.Log.Record(ctx, tx, by, event.Event{
			Kind: "identity.person", Subject: p.ID, CustomerID: c.ID, Name: "identity.member.add",
			Data: event.Data(map[string]any{"role": string(role)}),
		})
	})
	if err != nil {
		return Member{}, err
	}
	return m, nil
}

// AddStaff makes a person one of the operator's staff, in one or more roles besides those they have.
func (s *Service) AddStaff(ctx context.Context, by authz.Actor, personID string, roles ...StaffRole) error {
	if !by.May(MayEditStaff, authz.Place{}) {
		return fault.New(fault.Forbidden, "identity.not_allowed")
	}
	for _, r := range roles {
		if !oneOf(r, StaffRoles()) {
			return fault.Field("role", "identity.role.unknown")
		}
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := PersonByID(ctx, tx, personID); err != nil {
			return err
		}
		for _, r := range roles {
			n, err := tx.Exec(ctx, `INSERT INTO staff_roles (person_id, role) VALUES ($1, $2) ON CONFLICT (person_id, role) DO NOTHING`, personID, r)
			if err != nil {
				return fmt.Errorf("make %s staff: %w", personID, err)
			}
			if n == 0 {
				continue
			}
			err = s.Log.Record(ctx, tx, by, event.Event{
				Kind: "identity.person", Subject: personID, Name: "identity.staff.add",
				Data: event.Data(map[string]any{"role": string(r)}),
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// SetLanguage keeps a person's choice of language for pages and mails.
func (s *Service) SetLanguage(ctx context.Context, personID string, l i18n.L) error {
	return s.setPreference(ctx, personID, "language", l.Tag())
}

// SetScheme keeps a person's choice of colours: light, dark or auto.
func (s *Service) SetScheme(ctx context.Context, personID, scheme string) error {
	return s.setPreference(ctx, personID, "scheme", scheme)
}

// setPreference writes one column; column is ours, never typed by anybody.
func (s *Service) setPreference(ctx context.Context, personID, column, value string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE people SET `+column+` = $1, version = version + 1 WHERE id = $2`, value, personID); err != nil {
			return fmt.Errorf("keep the %s of %s: %w", column, personID, err)
		}
		return nil
	})
}
