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
	"skranke/internal/jobs"
	"skranke/internal/mail"
)

// ResetLink is the kind of link that opens the page for a new password.
const ResetLink = "identity.reset"

const resetValid = time.Hour

// resetArgs is one wish for a reset; Ask names its link, so that the job run twice sends one mail. Person is empty where there
// is nobody to write to.
type resetArgs struct {
	Ask    string `json:"ask"`
	Person string `json:"person"`
}

// Kind names the job.
func (resetArgs) Kind() string { return "identity.reset" }

// Register says who does the jobs of accounts; call it before the queue starts.
func (a *Accounts) Register() { jobs.Handle(a.Jobs, a.sendReset) }

// AskReset has a link sent to whoever has an account under the address. The answer is the same for everybody, and so is the work
// before it: the mail is written by a job, which for a stranger does nothing.
func (a *Accounts) AskReset(ctx context.Context, email, network string) error {
	key := EmailKey(email)
	if !ValidEmail(key) {
		return fault.Field("email", "identity.email")
	}
	var wait time.Duration
	err := a.Identity.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		if wait, err = a.slow(ctx, tx, network, "reset:"+key); err != nil || wait > 0 {
			return err
		}
		who, err := findOwner(ctx, tx, db.If("p.email_key = ?", key))
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		args := resetArgs{Ask: id.New()}
		if who.mayReset() {
			args.Person = who.ID
		}
		return a.Jobs.Add(ctx, tx, args)
	})
	if err == nil && wait > 0 {
		return tooMany(wait)
	}
	return err
}

// mayReset leaves out who may not sign in, and members who have yet to choose a first password: they are invited, not reset. For
// staff there is no more to say than a password, so that this does for a welcome that came too late.
func (o owner) mayReset() bool { return o.Status == PersonActive && (o.Hash != "" || o.Staff > 0) }

// sendReset makes the link and mails it; earlier ones end.
func (a *Accounts) sendReset(ctx context.Context, r resetArgs) error {
	if r.Person == "" {
		return nil
	}
	return a.Identity.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := db.LockRow(ctx, tx, "people", r.Person); err != nil {
			return err
		}
		who, err := findOwner(ctx, tx, db.If("p.id = ?", r.Person))
		if err != nil {
			return err
		}
		if !who.mayReset() {
			return nil
		}
		key := digest(a.Links.Token(ResetLink, r.Ask))
		if n, err := db.One[int64](ctx, tx, `SELECT count(*) FROM password_resets WHERE id = $1`, key); err != nil || n > 0 {
			return err
		}
		if err := a.keepLink(ctx, tx, who.ID, r.Ask, resetValid); err != nil {
			return err
		}
		if err := a.record(ctx, tx, authz.Actor{}, who.ID, "identity.person.reset_ask", nil); err != nil {
			return err
		}
		return a.tellReset(ctx, tx, who, mail.Ref{Kind: ResetLink, ID: r.Ask, Path: "/reset/%s"})
	})
}

func endResets(ctx context.Context, tx *db.Tx, personID string) error {
	if _, err := tx.Exec(ctx, `UPDATE password_resets SET ended_at = $1 WHERE person_id = $2 AND used_at IS NULL AND ended_at IS NULL`, tx.Now, personID); err != nil {
		return fmt.Errorf("end the resets of %s: %w", personID, err)
	}
	return nil
}

// Reset is what a mailed link opens: the page for a new password, in its receiver's language.
type Reset struct{ PersonID, Email, Language string }

// L is the receiver's language.
func (r Reset) L() i18n.L { return language(r.Language) }

// FindReset says whom a mailed link is for, and what has become of it if it opens nothing any more.
func (a *Accounts) FindReset(ctx context.Context, token string) (Reset, error) {
	return findReset(ctx, a.Identity.DB, a.Identity.DB.Now(), token)
}

func findReset(ctx context.Context, q db.Q, now time.Time, token string) (Reset, error) {
	type row struct {
		PersonID, Email, Language string
		Status                    PersonStatus
		ExpiresAt                 time.Time
		UsedAt, EndedAt           *time.Time
	}
	f, err := db.One[row](ctx, q, `
		SELECT r.person_id, p.email, p.language, p.status, r.expires_at, r.used_at, r.ended_at FROM password_resets r JOIN people p ON p.id = r.person_id
		WHERE r.id = $1`, digest(token))
	r := Reset{PersonID: f.PersonID, Email: f.Email, Language: f.Language}
	switch {
	case db.NoRows(err) || err == nil && f.Status != PersonActive:
		return Reset{}, fault.New(fault.NotFound, "identity.reset.unknown")
	case err != nil:
		return Reset{}, fmt.Errorf("find a reset: %w", err)
	case f.UsedAt != nil:
		return r, fault.New(fault.Conflict, "identity.reset.used")
	case f.EndedAt != nil || !now.Before(f.ExpiresAt):
		return r, fault.New(fault.Conflict, "identity.reset.late")
	}
	return r, nil
}

// ResetPassword gives whoever holds a mailed link a new password and ends all their sessions. Nobody is signed in by it.
func (a *Accounts) ResetPassword(ctx context.Context, token, password, network string) error {
	if _, err := a.FindReset(ctx, token); err != nil {
		return err // before any work is done
	}
	hash, err := newHash(ctx, password)
	if err != nil {
		return err
	}
	return a.Identity.DB.InTx(ctx, func(tx *db.Tx) error {
		r, err := findReset(ctx, tx, tx.Now, token)
		if err != nil {
			return err
		}
		if err := db.LockRow(ctx, tx, "people", r.PersonID); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE password_resets SET used_at = $1 WHERE id = $2 AND used_at IS NULL AND ended_at IS NULL`, tx.Now, digest(token))
		if err != nil {
			return fmt.Errorf("use a reset of %s: %w", r.PersonID, err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "identity.reset.used")
		}
		who, err := findOwner(ctx, tx, db.If("p.id = ?", r.PersonID))
		if err != nil {
			return err
		}
		if err := savePassword(ctx, tx, who.ID, hash); err != nil {
			return err
		}
		if err := endAll(ctx, tx, who.ID); err != nil {
			return err
		}
		if err := a.voidLinks(ctx, tx, who); err != nil {
			return err
		}
		if err := a.record(ctx, tx, authz.Actor{ID: who.ID, Kind: authz.Link}, who.ID, "identity.person.reset", nil); err != nil {
			return err
		}
		return a.tellPassword(ctx, tx, who, network)
	})
}
