package app

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/billing"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/event"
	"skranke/internal/keys"
	"skranke/internal/mail"
)

// many is enough rows that a plan which reads a whole table, or sorts it, is not the best one.
const many = 5000

// fill puts rows into every table that lists read. Row i belongs to customer i % 20 and happened at second i.
var fill = []string{
	`INSERT INTO key_orders (id, number, draft_id, status_link, customer_id, site_id, agreement_id, system_id, product, system_number, code, purpose, asked_by,
		flat_id, flat, resident_name, resident_email, resident_phone, language, quantity, delivery, currency, net, vat, total, lines, payment, board, work, created_at)
		SELECT id, id, id, '', customer, site, '', '', 'fob', '', '', '', '', '', '', '', '', '', 'nb', 1, 'pickup', 'NOK', 0, 0, 0, '[]', 'captured', 'approved',
		CASE i % 5 WHEN 0 THEN 'in_production' ELSE 'received' END, at FROM n`,
	`INSERT INTO key_systems (id, customer_id, product, number, folded, name, created_at) SELECT id, customer, 'fob', id, id, '', at FROM n WHERE i < 40`,
	`INSERT INTO key_items (id, customer_id, site_id, system_id, product, code, serial, folded, state, since)
		SELECT id, customer, site, 'id-' || CAST(10000 + i % 40 AS TEXT), 'fob', '', id, id, CASE i % 3 WHEN 0 THEN 'lost' ELSE 'active' END, at FROM n WHERE i >= 40`,
	`INSERT INTO events (id, at, actor, actor_kind, customer_id, site_id, kind, subject, name)
		SELECT id, at, 'who-' || CAST(i % 30 AS TEXT), 'staff', customer, site, 'kind-' || CAST(i % 4 AS TEXT), 'about-' || CAST(i % 500 AS TEXT), 'x' FROM n`,
	`INSERT INTO payments (id, kind, subject, attempt, customer_id, site_id, reference, provider, state, currency, amount, created_at, changed_at)
		SELECT id, 'keys.order', id, 1, customer, site, '', 'x', CASE i % 10 WHEN 0 THEN 'reserved' ELSE 'captured' END, 'NOK', 1, at, at FROM n`,
	`INSERT INTO mails (id, created_at, template, to_name, to_address, language, subject, html, body, customer_id, about, state)
		SELECT id, at, 'x', '', '', 'nb', '', '', '', customer, 'about-' || CAST(i % 500 AS TEXT), CASE i % 10 WHEN 0 THEN 'failed' ELSE 'sent' END FROM n`,
	`INSERT INTO approval_requests (id, kind, subject, revision, customer_id, site_id, title, needed, state, created_at, due_at)
		SELECT id, 'keys.order', id, 1, customer, site, '', 1, 'pending', at, at FROM n`,
	`INSERT INTO approval_approvers (request_id, person_id, pending) SELECT id, 'who-' || CAST(i % 30 AS TEXT), i % 50 = 0 FROM n`,
}

func fillTables(t *testing.T, d *db.DB) {
	t.Helper()
	at, analyze := `to_timestamp(1700000000 + i)`, `ANALYZE`
	if d.SQLite() {
		at, analyze = `strftime('%Y-%m-%dT%H:%M:%S.000000Z', 1700000000 + i, 'unixepoch')`, `SELECT 1` // nobody analyzes in an installation
	}
	// MATERIALIZED does not matter: the series is read once.
	series := fmt.Sprintf(`WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < %d),
		n AS (SELECT i, 'id-' || CAST(10000 + i AS TEXT) AS id, 'cust-' || CAST(i %% 20 AS TEXT) AS customer, 'site-' || CAST(i %% 60 AS TEXT) AS site, %s AS at FROM c) `, many, at)
	for _, text := range fill {
		into, from, _ := strings.Cut(text, "SELECT")
		if d.SQLite() {
			text = series + text
		} else {
			text = into + series + "SELECT" + from // both databases take both, but only this way in every version
		}
		if _, err := d.Writer().ExecContext(t.Context(), text); err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
	}
	if _, err := d.Writer().ExecContext(t.Context(), analyze); err != nil {
		t.Fatal(err)
	}
}

// whole matches a plan that reads a big table from end to end, sorting one that reads all before it shows the first row.
var (
	whole   = regexp.MustCompile(`Seq Scan on (key_orders|key_items|events|payments|mails|approval_\w+)|SCAN (\w+)(?: USING INTEGER PRIMARY KEY)?$`)
	sorting = regexp.MustCompile(`TEMP B-TREE FOR .*ORDER BY|\bSort\b`)
)

func TestListsAreReadInTheOrderOfAnIndex(t *testing.T) {
	for _, tt := range listCases {
		_ = tt
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fillTables(t, d)
		s, _, err := Load([]string{"--data", t.TempDir()}, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		a, err := New(t.Context(), s, d, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(a.Cards.Close)
		for _, tt := range listCases {
			t.Run(tt.name, func(t *testing.T) {
				for _, q := range statements(t, a, tt.read) {
					plan := q.plan(t, d)
					if hit := whole.FindString(plan); hit != "" {
						t.Errorf("%q in the plan of\n%s\n%s", hit, q.text, plan)
					}
					if hit := sorting.FindString(plan); hit != "" && !tt.few {
						t.Errorf("%q in the plan of\n%s\n%s", hit, q.text, plan)
					}
				}
			})
		}
	})
}

type statement struct {
	text string
	args []any
}

// statements are what a use case asks the database.
func statements(t *testing.T, a *App, read func(ctx context.Context, a *App) error) (out []statement) {
	t.Helper()
	ctx := db.Watch(t.Context(), func(query string, args []any) { out = append(out, statement{query, args}) })
	if err := read(ctx, a); err != nil {
		t.Fatal(err)
	}
	if len(out) == 0 {
		t.Fatal("it asks the database nothing")
	}
	return out
}

// plan is a line for each step.
func (q statement) plan(t *testing.T, d *db.DB) string {
	t.Helper()
	explain, type4 := "EXPLAIN ", ""
	_ = type4
	if d.SQLite() {
		explain = "EXPLAIN QUERY PLAN "
	}
	rows, err := d.Query(t.Context(), explain+q.text, q.args...)
	if err != nil {
		t.Fatalf("%v in\n%s", err, q.text)
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var line string
		if d.SQLite() {
			var id, parent, unused int
			err = rows.Scan(&id, &parent, &unused, &line)
		} else {
			err = rows.Scan(&line)
		}
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}
