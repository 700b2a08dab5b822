package event

import (
	"context"
	"fmt"

	"skranke/internal/authz"
	"skranke/internal/db"
)

// MaySee lets staff search the audit log.
const MaySee authz.Permission = "events.see"

const columns = `id, at, actor, actor_kind, on_behalf, customer_id, site_id, kind, subject, name, data`

// Of is the timeline of one record, oldest first. The caller has checked that the reader may see the record.
func Of(ctx context.Context, q db.Q, subject string) ([]Event, error) {
	es, err := db.List[Event](ctx, q, `SELECT `+columns+` FROM events WHERE subject = $1 ORDER BY id`, subject)
	if err != nil {
		return nil, fmt.Errorf("timeline of %s: %w", subject, err)
	}
	return es, nil
}

// Filter narrows the audit log; empty fields narrow nothing. Before is the id of the last event already shown.
type Filter struct{ Kind, CustomerID, Subject, Actor, Before string }

// Search is the audit log, newest first, as far as by may see it.
func Search(ctx context.Context, q db.Q, by authz.Actor, f Filter, limit int) ([]Event, error) {
	c := db.Reach(by.Reach(MaySee), db.Columns{Customer: "customer_id", Site: "site_id", Subject: "subject"})
	for _, x := range []struct{ column, value string }{{"kind", f.Kind}, {"customer_id", f.CustomerID}, {"subject", f.Subject}, {"actor", f.Actor}} {
		if x.value != "" {
			c = c.And(x.column+" = ?", x.value)
		}
	}
	if f.Before != "" {
		c = c.And("id < ?", f.Before)
	}
	es, err := db.List[Event](ctx, q, `SELECT `+columns+` FROM events WHERE {} ORDER BY id DESC LIMIT $1`, limit, c)
	if err != nil {
		return nil, fmt.Errorf("search events: %w", err)
	}
	return es, nil
}
