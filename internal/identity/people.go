package identity

import (
	"context"
	"fmt"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/i18n"
)

// NewPerson is what is asked about a person. Without a password they cannot sign in yet.
type NewPerson struct {
	Name, Email, Phone string
	Language           i18n.L
	Password           string
}

// CreatePerson adds a person. An e-mail address belongs to one person, however it is typed.
func (s *Service) CreatePerson(ctx context.Context, by authz.Actor, n NewPerson) (p Person, err error) {
	if err := by.Check(MayEditPeople, authz.Place{}); err != nil {
		return p, err
	}
	hash := ""
	if n.Password != "" {
		if hash, err = newHash(ctx, n.Password); err != nil {
			return p, err
		}
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		p, err = s.EnterPerson(ctx, tx, by, n, hash)
		return err
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
	if err := by.Check(MayEditPeople, authz.Place{Owner: personID}); err != nil {
		return err
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
		for _, end := range []func(context.Context, *db.Tx, string) error{endAll, endResets} {
			if err := end(ctx, tx, personID); err != nil {
				return err
			}
		}
		if _, err := endEmailChanges(ctx, tx, personID); err != nil {
			return err
		}
		return s.Log.Record(ctx, tx, by, event.Event{Kind: "identity.person", Subject: personID, Name: "identity.person.password"})
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
