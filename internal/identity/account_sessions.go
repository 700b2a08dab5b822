package identity

import (
	"context"
	"fmt"
	"slices"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
)

// OwnSession is one place where somebody is signed in. ID is neither the token nor what is stored in its place: it opens
// nothing and only says which one is meant.
type OwnSession struct {
	ID, Agent, Address string
	CreatedAt, SeenAt  time.Time
	Current            bool
}

// mostSessions is how many are shown.
const mostSessions = 100

// Sessions is where by is signed in, the one asking first and then the last used; token is the session that asks.
func (a *Accounts) Sessions(ctx context.Context, by authz.Actor, token string) ([]OwnSession, error) {
	if err := own(by); err != nil {
		return nil, err
	}
	q := a.Identity.DB
	all, err := db.List[OwnSession](ctx, q, `
		SELECT id, agent, address, created_at, seen_at FROM sessions WHERE person_id = $1 AND expires_at > $2 ORDER BY seen_at DESC, id LIMIT $3`,
		by.ID, q.Now(), mostSessions)
	if err != nil {
		return nil, fmt.Errorf("list the sessions of %s: %w", by.ID, err)
	}
	for i, s := range all {
		all[i].ID, all[i].Current = sessionName(s.ID), s.ID == digest(token)
	}
	slices.SortStableFunc(all, func(x, y OwnSession) int {
		switch {
		case x.Current == y.Current:
			return 0
		case x.Current:
			return -1
		}
		return 1
	})
	return all, nil
}

// sessionName is what a session is called outside.
func sessionName(sessionID string) string { return digest("session:" + sessionID)[:24] }

// EndSession ends one of by's own sessions by its name in the list, and says whether it was the one that asks.
func (a *Accounts) EndSession(ctx context.Context, by authz.Actor, name, token string) (current bool, err error) {
	if err := own(by); err != nil {
		return false, err
	}
	err = a.Identity.DB.InTx(ctx, func(tx *db.Tx) error {
		ids, err := db.List[string](ctx, tx, `SELECT id FROM sessions WHERE person_id = $1`, by.ID)
		if err != nil {
			return fmt.Errorf("find a session of %s: %w", by.ID, err)
		}
		i := slices.IndexFunc(ids, func(sessionID string) bool { return sessionName(sessionID) == name })
		if i < 0 {
			return fault.New(fault.NotFound, "identity.session.not_found")
		}
		current = ids[i] == digest(token)
		if _, err := tx.Exec(ctx, `DELETE FROM sessions WHERE id = $1`, ids[i]); err != nil {
			return fmt.Errorf("end a session of %s: %w", by.ID, err)
		}
		return a.record(ctx, tx, by, by.ID, "identity.person.session_end", nil)
	})
	return current, err
}

// EndSessions signs by out everywhere, here too.
func (a *Accounts) EndSessions(ctx context.Context, by authz.Actor) error {
	if err := own(by); err != nil {
		return err
	}
	return a.Identity.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := endAll(ctx, tx, by.ID); err != nil {
			return err
		}
		return a.record(ctx, tx, by, by.ID, "identity.person.sessions_end", nil)
	})
}

func endAll(ctx context.Context, tx *db.Tx, personID string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM sessions WHERE person_id = $1`, personID); err != nil {
		return fmt.Errorf("end the sessions of %s: %w", personID, err)
	}
	return nil
}
