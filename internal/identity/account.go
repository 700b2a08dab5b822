package identity

import (
	"context"
	"fmt"
	"slices"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/jobs"
	"skranke/internal/limit"
	"skranke/internal/link"
	"skranke/internal/mail"
)

// Accounts is what people do with their own account: the password, the address they sign in with, what is said of them, and
// where they are signed in. It needs no permission beyond being signed in as oneself.
type Accounts struct {
	Identity *Service
	Jobs     *jobs.Jobs
	Mail     *mail.Post
	Links    *link.Signer
	Firm     string         // the operator's name, in letters to its own people
	Zone     *time.Location // whose clock mails tell the time by; nil is UTC
	Limits   AccountLimits
}

// AccountLimits slow down whoever has mails sent; zero rules take the usual ones.
type AccountLimits struct {
	Account limit.Rule // for one account, or one address to write to
	Network limit.Rule // from one network
}

var usualAccountLimits = AccountLimits{Account: limit.Rule{Max: 5, Window: time.Hour}, Network: limit.Rule{Max: 30, Window: time.Hour}}

// owner is whoever an account belongs to, with the stored form of the password, or none.
type owner struct {
	ID, Name, Email, EmailKey, Phone string
	Language, Scheme                 string
	Status                           PersonStatus
	Hash                             string
	ChangedAt                        *time.Time
	Staff                            int64
}

// L is the language the owner is written to in.
func (o owner) L() i18n.L { return language(o.Language) }

const selectOwner = `
	SELECT p.id, p.name, p.email, p.email_key, p.phone, p.language, p.scheme, p.status, COALESCE(w.hash, '') AS hash, w.changed_at,
		(SELECT count(*) FROM staff_roles s WHERE s.person_id = p.id) AS staff
	FROM people p LEFT JOIN passwords w ON w.person_id = p.id
	WHERE {}`

func findOwner(ctx context.Context, q db.Q, c db.Cond) (owner, error) {
	o, err := db.One[owner](ctx, q, selectOwner, c)
	if db.NoRows(err) {
		return owner{}, fault.New(fault.NotFound, "identity.person.not_found")
	}
	if err != nil {
		return owner{}, fmt.Errorf("find the owner of an account: %w", err)
	}
	return o, nil
}

// own refuses whoever is not signed in as themself: what is done for somebody else never touches their way in.
func own(by authz.Actor) error {
	switch {
	case by.OnBehalf != "":
		return fault.New(fault.Forbidden, "identity.account.on_behalf")
	case by.ID == "" || by.Kind != authz.Person && by.Kind != authz.Staff:
		return fault.New(fault.SignIn, "fault.sign_in")
	}
	return nil
}

// prove checks the password that by typed. It is slowed down like sign-in, with the same counters: it is the same password.
func (a *Accounts) prove(ctx context.Context, by authz.Actor, field, typed, address string) (owner, error) {
	who, err := findOwner(ctx, a.Identity.DB, db.If("p.id = ?", by.ID))
	if err != nil {
		return who, err
	}
	if err := a.Identity.throttle(ctx, who.EmailKey, address); err != nil {
		return who, err
	}
	ok, _, err := checkPassword(ctx, typed, who.Hash)
	if err != nil {
		return who, fmt.Errorf("check the password of %s: %w", who.ID, err)
	}
	if !ok {
		return who, fault.Field(field, "identity.account.wrong_password")
	}
	return who, nil
}

// slow counts one mail that somebody wants sent. It says how long to wait, or zero.
func (a *Accounts) slow(ctx context.Context, tx *db.Tx, network string, accounts ...string) (wait time.Duration, err error) {
	rules := a.Limits
	if rules.Account.Max == 0 {
		rules.Account = usualAccountLimits.Account
	}
	if rules.Network.Max == 0 {
		rules.Network = usualAccountLimits.Network
	}
	if wait, err = limit.Hit(ctx, tx, "account.network:"+digest(limit.Network(network)), rules.Network); err != nil {
		return 0, err
	}
	for _, key := range accounts {
		w, err := limit.Hit(ctx, tx, "account."+digest(key), rules.Account)
		if err != nil {
			return 0, err
		}
		wait = max(wait, w)
	}
	return wait, nil
}

func tooMany(wait time.Duration) error {
	return fault.New(fault.TooMany, "identity.account.too_many").Because(Wait(wait))
}

// Me is one's own account, as its page shows it.
type Me struct {
	ID, Name, Email, Phone string
	Language, Scheme       string
	PasswordAt             *time.Time
	Pending                *PendingEmail // the address that waits to be confirmed, or nil
}

// Me is the account of by.
func (a *Accounts) Me(ctx context.Context, by authz.Actor) (Me, error) {
	if err := own(by); err != nil {
		return Me{}, err
	}
	o, err := findOwner(ctx, a.Identity.DB, db.If("p.id = ?", by.ID))
	if err != nil {
		return Me{}, err
	}
	me := Me{ID: o.ID, Name: o.Name, Email: o.Email, Phone: o.Phone, Language: o.Language, Scheme: o.Scheme, PasswordAt: o.ChangedAt}
	me.Pending, err = a.pending(ctx, o.ID)
	return me, err
}

// OwnProfile is what somebody says of themself. The address they sign in with is changed by AskEmail.
type OwnProfile struct{ Name, Phone, Language, Scheme string }

// Schemes lists the colour schemes in the order of a menu.
func Schemes() []string { return []string{"auto", "light", "dark"} }

// SaveProfile keeps what by says of themself.
func (a *Accounts) SaveProfile(ctx context.Context, by authz.Actor, p OwnProfile) error {
	if err := own(by); err != nil {
		return err
	}
	p.Name, p.Phone = tidy(p.Name), tidy(p.Phone)
	var f fault.Fields
	f.Check(p.Name != "" && len(p.Name) <= maxText, "name", "identity.person.name")
	f.Check(!HasLink(p.Name), "name", "identity.no_links")
	f.Check(p.Phone == "" || validPhone(p.Phone), "phone", "identity.person.phone")
	_, known := i18n.Parse(p.Language)
	f.Check(known, "language", "identity.language")
	f.Check(slices.Contains(Schemes(), p.Scheme), "scheme", "identity.person.scheme")
	if err := f.Err(); err != nil {
		return err
	}
	return a.Identity.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := db.LockRow(ctx, tx, "people", by.ID); err != nil {
			return err
		}
		o, err := findOwner(ctx, tx, db.If("p.id = ?", by.ID))
		if err != nil {
			return err
		}
		changed := map[string]any{}
		for name, pair := range map[string][2]string{
			"new_name": {o.Name, p.Name}, "new_phone": {o.Phone, p.Phone}, "new_language": {o.Language, p.Language}, "new_scheme": {o.Scheme, p.Scheme},
		} {
			if pair[0] != pair[1] {
				changed[name] = true
			}
		}
		if len(changed) == 0 {
			return nil
		}
		_, err = tx.Exec(ctx, `UPDATE people SET name = $1, phone = $2, language = $3, scheme = $4, version = version + 1 WHERE id = $5`,
			p.Name, p.Phone, p.Language, p.Scheme, o.ID)
		if err != nil {
			return fmt.Errorf("save the profile of %s: %w", o.ID, err)
		}
		if err := Reindex(ctx, tx, o.ID); err != nil {
			return err
		}
		return a.record(ctx, tx, by, o.ID, "identity.person.profile", changed)
	})
}

func (a *Accounts) record(ctx context.Context, tx *db.Tx, by authz.Actor, personID, name string, data map[string]any) error {
	return a.Identity.Log.Record(ctx, tx, by, event.Event{Kind: "identity.person", Subject: personID, Name: name, Data: event.Data(data)})
}

// Sweep forgets links that ended long ago. Until then whoever follows one is told what became of it.
func (a *Accounts) Sweep(ctx context.Context) error {
	const kept = 7 * 24 * time.Hour
	return a.Identity.DB.InTx(ctx, func(tx *db.Tx) error {
		for _, table := range []string{"password_resets", "email_changes"} {
			if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE expires_at <= $1`, tx.Now.Add(-kept)); err != nil {
				return fmt.Errorf("sweep %s: %w", table, err)
			}
		}
		return nil
	})
}
