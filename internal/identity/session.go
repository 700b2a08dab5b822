package identity

import (
	"context"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/id"
	"skranke/internal/limit"
)

// How long a session lasts without a request, and how exactly that is kept.
const (
	idle      = 30 * 24 * time.Hour
	idleStaff = 12 * time.Hour
	coarse    = 5 * time.Minute
)

// CookieLife is how long a browser keeps the cookie; the database decides when the session ends.
const CookieLife = 365 * 24 * time.Hour

// Limits slow down whoever guesses passwords.
type Limits struct {
	Account limit.Rule // tries for one e-mail address, from wherever
	Address limit.Rule // tries from one IP address, for whomever
}

var usualLimits = Limits{Account: limit.Rule{Max: 10, Window: 15 * time.Minute}, Address: limit.Rule{Max: 60, Window: 15 * time.Minute}}

// Attempt is somebody at the door. Previous is the session that the browser brought, if any: it ends.
type Attempt struct {
	Email, Password string
	Address, Agent  string
	Previous        string
}

// Session is what a browser gets: the token is said once and only its hash is kept.
type Session struct {
	Token     string
	PersonID  string
	ExpiresAt time.Time
	Staff     bool
}

// Wait is how long whoever tried too often has to wait, as the cause of a fault.
type Wait time.Duration

// Error is for the log.
func (w Wait) Error() string { return "wait " + time.Duration(w).String() }

// Minutes is the wait as people are told it: begun minutes count.
func (w Wait) Minutes() int { return int(math.Ceil(time.Duration(w).Minutes())) }

// account is what signing in needs to know of a person.
type account struct {
	ID     string
	Status PersonStatus
	Hash   string
	Staff  int64
}

const selectAccount = `
	SELECT p.id, p.status, COALESCE(w.hash, '') AS hash, (SELECT count(*) FROM staff_roles s WHERE s.person_id = p.id) AS staff
	FROM people p LEFT JOIN passwords w ON w.person_id = p.id
	WHERE {}`

// SignIn opens a session for whoever knows a person's e-mail address and password. A wrong password, an unknown address and a suspended
// person take the same time and give the same answer; too many tries are TooMany with a Wait.
func (s *Service) SignIn(ctx context.Context, a Attempt) (Session, error) {
	key := EmailKey(a.Email)
	var f fault.Fields
	f.Check(key != "", "email", "identity.email")
	f.Check(a.Password != "", "password", "identity.password.missing")
	if err := f.Err(); err != nil {
		return Session{}, err
	}
	if err := s.throttle(ctx, key, a.Address); err != nil {
		return Session{}, err
	}
	who, err := db.One[account](ctx, s.DB, selectAccount, db.If("p.email_key = ?", key))
	if err != nil && !db.NoRows(err) {
		return Session{}, fmt.Errorf("find who signs in: %w", err)
	}
	ok, stale, err := checkPassword(ctx, a.Password, who.Hash)
	if err != nil {
		return Session{}, fmt.Errorf("check the password of %s: %w", who.ID, err)
	}
	if !ok || who.Status != PersonActive {
		return Session{}, fault.Field("email", "identity.sign_in.wrong")
	}
	fresh := ""
	if stale {
		if fresh, err = hashPassword(ctx, a.Password); err != nil {
			return Session{}, err
		}
	}
	return s.open(ctx, who, a, fresh)
}

// SignInAs opens a session without a password. It is for the demonstration's start page alone.
func (s *Service) SignInAs(ctx context.Context, personID string, a Attempt) (Session, error) {
	who, err := db.One[account](ctx, s.DB, selectAccount, db.If("p.id = ?", personID))
	if db.NoRows(err) || err == nil && who.Status != PersonActive {
		return Session{}, fault.New(fault.NotFound, "identity.person.not_found")
	}
	if err != nil {
		return Session{}, fmt.Errorf("find who signs in: %w", err)
	}
	return s.open(ctx, who, a, "")
}

// open makes the session, and keeps a new hash where the old one was made at another cost.
func (s *Service) open(ctx context.Context, who account, a Attempt, hash string) (Session, error) {
	plain, sum := id.Token()
	out := Session{Token: plain, PersonID: who.ID, Staff: who.Staff > 0}
	kind := authz.Person
	if out.Staff {
		kind = authz.Staff
	}
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		out.ExpiresAt = tx.Now.Add(idleFor(out.Staff))
		_, err := tx.Exec(ctx, `INSERT INTO sessions (id, person_id, created_at, seen_at, expires_at, agent, address) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			hex.EncodeToString(sum), who.ID, tx.Now, tx.Now, out.ExpiresAt, cut(a.Agent), cut(a.Address))
		if err != nil {
			return fmt.Errorf("open a session for %s: %w", who.ID, err)
		}
		if a.Previous != "" {
			if err := end(ctx, tx, a.Previous); err != nil {
				return err
			}
		}
		if hash != "" {
			if err := savePassword(ctx, tx, who.ID, hash); err != nil {
				return err
			}
		}
		if err := limit.Clear(ctx, tx, accountKey(EmailKey(a.Email))); err != nil {
			return err
		}
		return s.Log.Record(ctx, tx, authz.Actor{ID: who.ID, Kind: kind}, event.Event{Kind: "identity.person", Subject: who.ID, Name: "identity.person.sign_in"})
	})
	if err != nil {
		return Session{}, err
	}
	return out, nil
}

// SignOut ends the session of a token; one of nobody is no error.
func (s *Service) SignOut(ctx context.Context, token string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return end(ctx, tx, token) })
}

func end(ctx context.Context, tx *db.Tx, token string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM sessions WHERE id = $1`, digest(token)); err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}

// Sweep forgets sessions that have ended.
func (s *Service) Sweep(ctx context.Context) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM sessions WHERE expires_at <= $1`, tx.Now); err != nil {
			return fmt.Errorf("sweep sessions: %w", err)
		}
		return nil
	})
}

// digest is what is stored in the place of a secret, or of anything that must not be read there.
func digest(secret string) string { return hex.EncodeToString(id.HashToken(secret)) }

func idleFor(staff bool) time.Duration {
	if staff {
		return idleStaff
	}
	return idle
}

// throttle counts the try before any work is done, so that guesses sent at once count too.
func (s *Service) throttle(ctx context.Context, emailKey, address string) error {
	rules := s.Limits
	if rules.Account.Max == 0 {
		rules.Account = usualLimits.Account
	}
	if rules.Address.Max == 0 {
		rules.Address = usualLimits.Address
	}
	var wait time.Duration
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		byAddress, err := limit.Hit(ctx, tx, addressKey(address), rules.Address)
		if err != nil {
			return err
		}
		byAccount, err := limit.Hit(ctx, tx, accountKey(emailKey), rules.Account)
		wait = max(byAddress, byAccount)
		return err
	})
	if err != nil {
		return err
	}
	if wait > 0 {
		return fault.New(fault.TooMany, "identity.sign_in.too_many").Because(Wait(wait))
	}
	return nil
}

// accountKey does not hold the address itself: limits are no place for personal data.
func accountKey(emailKey string) string { return "sign_in.account:" + digest(emailKey) }

func addressKey(address string) string { return "sign_in.address:" + digest(limit.Network(address)) }

// cut keeps what a stranger says of themself within bounds.
func cut(s string) string {
	s = tidy(s)
	return strings.ToValidUTF8(s[:min(len(s), maxText)], "")
}
