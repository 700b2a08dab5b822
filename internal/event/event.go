// Package event keeps the record of what happened and who did it, and sets off what follows. The same rows are the
// timeline on a page, the audit log and, later, the webhooks.
package event

import (
	"context"
	"fmt"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/id"
)

// Event is one thing that happened to one record. Data holds ids, numbers and codes, never names of people.
type Event struct {
	ID         string
	At         time.Time
	Actor      string
	ActorKind  authz.Kind
	OnBehalf   string
	CustomerID string
	SiteID     string
	Kind       string // of the subject: "keys.order"
	Subject    string // the record's id
	Name       string // what happened: "keys.order.approve"
	Data       db.JSON[map[string]any]
}

// Reaction is what another module does about an event, in the same transaction; it must be idempotent and may not leave the process.
type Reaction func(ctx context.Context, tx *db.Tx, e Event) error

// Log records events. app fills in who reacts: that list is the map of how modules hear of each other.
// The zero value, and nil, record without reactions.
type Log struct {
	reactions map[string][]Reaction
	all       []Reaction
}

// On adds a reaction to one event name. Call it while wiring, before the first request.
func (l *Log) On(name string, r Reaction) {
	if l.reactions == nil {
		l.reactions = map[string][]Reaction{}
	}
	l.reactions[name] = append(l.reactions[name], r)
}

// OnAny adds a reaction to every event.
func (l *Log) OnAny(r Reaction) { l.all = append(l.all, r) }

// Names lists the events that somebody reacts to, for the documentation.
func (l *Log) Names() (names []string) {
	for n := range l.reactions {
		names = append(names, n)
	}
	return names
}

// Record writes the event in the caller's transaction, so that neither exists without the other, and runs the reactions.
func (l *Log) Record(ctx context.Context, tx *db.Tx, by authz.Actor, e Event) error {
	e.ID, e.At = id.New(), tx.Now
	e.Actor, e.ActorKind, e.OnBehalf = by.ID, by.Kind, by.OnBehalf
	if e.Data.V == nil {
		e.Data.V = map[string]any{}
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO events (id, at, actor, actor_kind, on_behalf, customer_id, site_id, kind, subject, name, data)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		e.ID, e.At, e.Actor, e.ActorKind, e.OnBehalf, e.CustomerID, e.SiteID, e.Kind, e.Subject, e.Name, e.Data)
	if err != nil {
		return fmt.Errorf("record %s: %w", e.Name, err)
	}
	if l == nil {
		return nil
	}
	for _, r := range append(l.reactions[e.Name][:len(l.reactions[e.Name]):len(l.reactions[e.Name])], l.all...) {
		if err := r(ctx, tx, e); err != nil {
			return fmt.Errorf("react to %s: %w", e.Name, err)
		}
	}
	return nil
}

// Data is a shorthand for the data of an event.
func Data(kv map[string]any) db.JSON[map[string]any] { return db.JSON[map[string]any]{V: kv} }
