package identity

import (
	"context"
	"fmt"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/limit"
	"skranke/internal/mail"
)

// EmailLink is the kind of link that confirms a new address.
const EmailLink = "identity.email"

const emailValid = 24 * time.Hour

// NewEmail is what is asked of whoever wants to sign in with another address.
type NewEmail struct{ Email, Password, Address string }

// PendingEmail is an address that waits for a yes from whoever reads its mail.
type PendingEmail struct {
	PersonID, Email, Language string
	ExpiresAt                 time.Time
}

// L is the language of whose address it is to be.
func (p PendingEmail) L() i18n.L { return language(p.Language) }

// AskEmail has a link sent to the new address, and a note to the old one. An address that is somebody else's is answered the
// same; its owner is told instead of sent a link.
func (a *Accounts) AskEmail(ctx context.Context, by authz.Actor, n NewEmail) error {
	if err := own(by); err != nil {
		return err
	}
	email, key := CleanEmail(n.Email), EmailKey(n.Email)
	var f fault.Fields
	f.Check(ValidEmail(email) && mail.ValidAddress(email), "email", "identity.email")
	f.Check(n.Password != "", "password", "identity.password.missing")
	if err := f.Err(); err != nil {
		return err
	}
	who, err := a.prove(ctx, by, "password", n.Password, n.Address)
	if err != nil {
		return err
	}
	if key == who.EmailKey {
		return fault.Field("email", "identity.account.email_same")
	}
	var wait time.Duration
	err = a.Identity.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := limit.Clear(ctx, tx, accountKey(who.EmailKey)); err != nil {
			return err
		}
		if wait, err = a.slow(ctx, tx, n.Address, "email:"+who.ID, "email to:"+key); err != nil || wait > 0 {
			return err
		}
		if err := db.LockRow(ctx, tx, "people", who.ID); err != nil {
			return err
		}
		if err := a.offerEmail(ctx, tx, who, email); err != nil {
			return err
		}
		return a.record(ctx, tx, by, who.ID, "identity.person.email_ask", nil)
	})
	if err == nil && wait > 0 {
		return tooMany(wait)
	}
	return err
}

// offerEmail keeps the address, also one that is taken: the page then looks the same.
func (a *Accounts) offerEmail(ctx context.Context, tx *db.Tx, who owner, email string) error {
	if _, err := endEmailChanges(ctx, tx, who.ID); err != nil {
		return err
	}
	linkID := id.New()
	_, err := tx.Exec(ctx, `INSERT INTO email_changes (id, person_id, email, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)`,
		digest(a.Links.Token(EmailLink, linkID)), who.ID, email, tx.Now, tx.Now.Add(emailValid))
	if err != nil {
		return fmt.Errorf("keep the new address of %s: %w", who.ID, err)
	}
	if err := a.tellEmailAsked(ctx, tx, who, email); err != nil {
		return err
	}
	other, err := findOwner(ctx, tx, db.If("p.email_key = ?", EmailKey(email)))
	switch {
	case fault.Is(err, fault.NotFound):
		return a.tellEmailLink(ctx, tx, who, email, linkID)
	case err != nil || other.Status != PersonActive:
		return err
	}
	return a.tellEmailTaken(ctx, tx, other)
}

func endEmailChanges(ctx context.Context, tx *db.Tx, personID string) (int64, error) {
	n, err := tx.Exec(ctx, `UPDATE email_changes SET ended_at = $1 WHERE person_id = $2 AND used_at IS NULL AND ended_at IS NULL AND expires_at > $1`, tx.Now, personID)
	if err != nil {
		return 0, fmt.Errorf("end the address changes of %s: %w", personID, err)
	}
	return n, nil
}

// pending is the address that waits for its owner's yes, or nil.
func (a *Accounts) pending(ctx context.Context, personID string) (*PendingEmail, error) {
	q := a.Identity.DB
	all, err := db.List[PendingEmail](ctx, q, `
		SELECT person_id, email, expires_at FROM email_changes WHERE person_id = $1 AND used_at IS NULL AND ended_at IS NULL AND expires_at > $2`, personID, q.Now())
	if err != nil {
		return nil, fmt.Errorf("find the new address of %s: %w", personID, err)
	}
	if len(all) == 0 {
		return nil, nil
	}
	return &all[0], nil
}

// CancelEmail ends the link to a new address before it is used.
func (a *Accounts) CancelEmail(ctx context.Context, by authz.Actor) error {
	if err := own(by); err != nil {
		return err
	}
	return a.Identity.DB.InTx(ctx, func(tx *db.Tx) error {
		n, err := endEmailChanges(ctx, tx, by.ID)
		if err != nil || n == 0 {
			return err
		}
		return a.record(ctx, tx, by, by.ID, "identity.person.email_cancel", nil)
	})
}

// emailChange is a row with what decides whether its link still works.
type emailChange struct {
	PersonID, Email, Language string
	Status                    PersonStatus
	ExpiresAt                 time.Time
	UsedAt, EndedAt           *time.Time
}

// FindEmail is the address behind a mailed link. The link is its receiver's, whoever else is signed in.
func (a *Accounts) FindEmail(ctx context.Context, by authz.Actor, token string) (PendingEmail, error) {
	return a.findEmail(ctx, a.Identity.DB, a.Identity.DB.Now(), by, token)
}

func (a *Accounts) findEmail(ctx context.Context, q db.Q, now time.Time, by authz.Actor, token string) (PendingEmail, error) {
	c, err := db.One[emailChange](ctx, q, `
		SELECT c.person_id, c.email, p.language, p.status, c.expires_at, c.used_at, c.ended_at FROM email_changes c JOIN people p ON p.id = c.person_id
		WHERE c.id = $1`, digest(token))
	p := PendingEmail{PersonID: c.PersonID, Email: c.Email, Language: c.Language, ExpiresAt: c.ExpiresAt}
	switch {
	case db.NoRows(err) || err == nil && c.Status != PersonActive:
		return PendingEmail{}, fault.New(fault.NotFound, "identity.email.unknown")
	case err != nil:
		return PendingEmail{}, fmt.Errorf("find an address change: %w", err)
	case c.UsedAt != nil:
		return p, fault.New(fault.Conflict, "identity.email.used")
	case c.EndedAt != nil || !now.Before(c.ExpiresAt):
		return p, fault.New(fault.Conflict, "identity.email.late")
	case by.ID != "" && by.ID != c.PersonID:
		return p, fault.New(fault.Conflict, "identity.email.other")
	}
	return p, nil
}

// ConfirmEmail makes the address behind a mailed link the one to sign in with. Open resets, which went to the old one, end.
func (a *Accounts) ConfirmEmail(ctx context.Context, by authz.Actor, token string) error {
	err := a.Identity.DB.InTx(ctx, func(tx *db.Tx) error {
		p, err := a.findEmail(ctx, tx, tx.Now, by, token)
		if err != nil {
			return err
		}
		if err := db.LockRow(ctx, tx, "people", p.PersonID); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE email_changes SET used_at = $1 WHERE id = $2 AND used_at IS NULL AND ended_at IS NULL`, tx.Now, digest(token))
		if err != nil {
			return fmt.Errorf("use an address change of %s: %w", p.PersonID, err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "identity.email.used")
		}
		who, err := findOwner(ctx, tx, db.If("p.id = ?", p.PersonID))
		if err != nil {
			return err
		}
		if err := changeEmail(ctx, tx, who.ID, p.Email); err != nil {
			return err
		}
		if err := endResets(ctx, tx, who.ID); err != nil {
			return err
		}
		if err := a.record(ctx, tx, authz.Actor{ID: who.ID, Kind: authz.Link}, who.ID, "identity.person.email", nil); err != nil {
			return err
		}
		return a.tellEmailChanged(ctx, tx, who, p.Email)
	})
	if db.IsUnique(err) { // taken between the look and the change
		return fault.New(fault.Conflict, "identity.email.taken").Because(err)
	}
	return err
}

func changeEmail(ctx context.Context, tx *db.Tx, personID, email string) error {
	if _, err := PersonByEmail(ctx, tx, email); err == nil {
		return fault.New(fault.Conflict, "identity.email.taken")
	} else if !fault.Is(err, fault.NotFound) {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE people SET email = $1, email_key = $2, version = version + 1 WHERE id = $3`, email, EmailKey(email), personID); err != nil {
		return fmt.Errorf("change the address of %s: %w", personID, err)
	}
	return Reindex(ctx, tx, personID)
}
