package identity

import (
	"context"
	"encoding/hex"
	"fmt"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/id"
	"skranke/internal/limit"
)

// PasswordChange is what is asked of whoever wants a new password. Token is the session it is asked in, which stays.
type PasswordChange struct{ Old, New, Address, Token string }

// ChangePassword gives by a new password for the old one. The other sessions end; this one goes on under a new token, since
// whoever learnt the old password may have learnt the old token too.
func (a *Accounts) ChangePassword(ctx context.Context, by authz.Actor, c PasswordChange) (Session, error) {
	if err := own(by); err != nil {
		return Session{}, err
	}
	var f fault.Fields
	f.Check(c.Old != "", "old", "identity.password.missing")
	for name, code := range fault.FieldsOf(CheckPassword(c.New)) {
		f.Add(name, code)
	}
	if err := f.Err(); err != nil {
		return Session{}, err
	}
	who, err := a.prove(ctx, by, "old", c.Old, c.Address)
	if err != nil {
		return Session{}, err
	}
	hash, err := hashPassword(ctx, c.New)
	if err != nil {
		return Session{}, err
	}
	plain, sum := id.Token()
	err = a.Identity.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := a.replace(ctx, tx, who, hash); err != nil {
			return err
		}
		if err := keepOne(ctx, tx, who.ID, digest(c.Token), hex.EncodeToString(sum)); err != nil {
			return err
		}
		if err := a.record(ctx, tx, by, who.ID, "identity.person.password", nil); err != nil {
			return err
		}
		return a.tellPassword(ctx, tx, who, c.Address)
	})
	if err != nil {
		return Session{}, err
	}
	return Session{Token: plain, PersonID: who.ID, Staff: by.Kind == authz.Staff}, nil
}

// replace writes the new hash over the very one that was checked: of two changes at once, or a change beside a reset, one wins.
func (a *Accounts) replace(ctx context.Context, tx *db.Tx, who owner, hash string) error {
	if err := db.LockRow(ctx, tx, "people", who.ID); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE passwords SET hash = $1, changed_at = $2 WHERE person_id = $3 AND hash = $4`, hash, tx.Now, who.ID, who.Hash)
	if err != nil {
		return fmt.Errorf("change the password of %s: %w", who.ID, err)
	}
	if n == 0 {
		return fault.Field("old", "identity.account.wrong_password")
	}
	return a.voidLinks(ctx, tx, who)
}

// voidLinks ends what was begun under the old password – a new address to sign in with, another reset – and forgives the wrong
// guesses before it.
func (a *Accounts) voidLinks(ctx context.Context, tx *db.Tx, who owner) error {
	if err := endResets(ctx, tx, who.ID); err != nil {
		return err
	}
	if _, err := endEmailChanges(ctx, tx, who.ID); err != nil {
		return err
	}
	return limit.Clear(ctx, tx, accountKey(who.EmailKey))
}

// keepOne ends all sessions of a person but one, which goes on under another id. One that has ended meanwhile stays ended.
func keepOne(ctx context.Context, tx *db.Tx, personID, session, renamed string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM sessions WHERE person_id = $1 AND id <> $2`, personID, session); err != nil {
		return fmt.Errorf("end the other sessions of %s: %w", personID, err)
	}
	n, err := tx.Exec(ctx, `UPDATE sessions SET id = $1 WHERE id = $2 AND person_id = $3`, renamed, session, personID)
	if err != nil {
		return fmt.Errorf("renew a session of %s: %w", personID, err)
	}
	if n == 0 {
		return fault.New(fault.SignIn, "fault.sign_in")
	}
	return nil
}
