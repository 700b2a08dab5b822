package app

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/billing"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/event"
	"skranke/internal/identity"
	"skranke/internal/keys"
	"skranke/internal/mail"
	"skranke/internal/signup"
)

// many is enough rows that a plan which reads a whole table, or sorts it, is not the best one.
const many = 5000

// fill puts rows into every table that lists read. Row i belongs to customer i % 250 and happened at second i.
var fill = []string{
	`INSERT INTO key_orders (id, number, draft_id, status_link, customer_id, site_id, agreement_id, system_id, product, system_number, code, purpose, asked_by,
		flat_id, flat, resident_name, resident_email, resident_phone, language, quantity, delivery, currency, net, vat, total, lines, payment, board, work, created_at)
		SELECT id, id, id, '', customer, site, '', '', 'fob', '', '', '', '', '', '', '', '', '', 'nb', 1, 'pickup', 'NOK', 0, 0, 0, '[]', 'captured', 'approved',
		CASE i % 250 WHEN 0 THEN 'in_production' ELSE 'received' END, at FROM n`,
	`INSERT INTO customers (id, number, kind, status, name, search, country, language, created_at)
		SELECT customer, customer, 'association', 'active', customer, customer, 'NO', 'nb', at FROM n WHERE i < 250`,
	`INSERT INTO key_systems (id, customer_id, product, number, folded, name, created_at) SELECT id, customer, 'fob', id, id, '', at FROM n WHERE i < 40`,
	`INSERT INTO key_items (id, customer_id, site_id, system_id, product, code, serial, folded, state, since)
		SELECT id, customer, site, 'id-' || CAST(10000 + i % 40 AS TEXT), 'fob', '', id, id, CASE i % 3 WHEN 0 THEN 'lost' ELSE 'active' END, at FROM n WHERE i >= 40`,
	`INSERT INTO events (id, at, actor, actor_kind, customer_id, site_id, kind, subject, name)
		SELECT id, at, 'who-' || CAST(i % 250 AS TEXT), 'staff', customer, site, 'kind-' || CAST(i % 250 AS TEXT), 'about-' || CAST(i % 500 AS TEXT), 'x' FROM n`,
	`INSERT INTO payments (id, kind, subject, attempt, customer_id, site_id, reference, provider, state, currency, amount, created_at, changed_at)
		SELECT id, 'keys.order', id, 1, customer, site, '', 'x', CASE i % 250 WHEN 0 THEN 'reserved' ELSE 'captured' END, 'NOK', 1, at, at FROM n`,
	`INSERT INTO mails (id, created_at, template, to_name, to_address, language, subject, html, body, customer_id, about, state)
		SELECT id, at, 'x', '', '', 'nb', '', '', '', customer, 'about-' || CAST(i % 500 AS TEXT), CASE i % 250 WHEN 0 THEN 'failed' ELSE 'sent' END FROM n`,
	`INSERT INTO approval_requests (id, kind, subject, revision, customer_id, site_id, title, needed, state, created_at, due_at)
		SELECT id, 'keys.order', id, 1, customer, site, '', 1, 'pending', at, at FROM n`,
	`INSERT INTO registrations (id, state, country, org_number, language, network, answer, created_at, changed_at)
		SELECT '00000000-0000-7000-8000-' || CAST(100000000000 + i AS TEXT), CASE i % 250 WHEN 0 THEN 'review' ELSE 'active' END, 'NO', id, 'nb', '', '{}', at, at FROM n`,
	`INSERT INTO approval_approvers (request_id, person_id, pending) SELECT id, 'who-' || CAST(i % 30 AS TEXT), i % 50 = 0 FROM n`,
}

func fillTables(t *testing.T, d *db.DB) {
	t.Helper()
	at, analyze := `to_timestamp(1700000000 + i)`, `ANALYZE`
	if d.SQLite() {
		at, analyze = `strftime('%Y-%m-%dT%H:%M:%S.000000Z', 1700000000 + i, 'unixepoch')`, `SELECT 1` // nobody analyzes in an installation
	}
	series := fmt.Sprintf(`WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < %d),
		n AS (SELECT i, 'id-' || CAST(10000 + i AS TEXT) AS id, 'cust-' || CAST(i %% 250 AS TEXT) AS customer, 'site-' || CAST(i %% 250 AS TEXT) AS site, %s AS at FROM c) `, many, at)
	for _, text := range fill {
		if _, err := d.Writer().ExecContext(t.Context(), series+text); err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
	}
	if _, err := d.Writer().ExecContext(t.Context(), analyze); err != nil {
		t.Fatal(err)
	}
}

var (
	// whole matches a plan that reads a big table from end to end.
	whole = regexp.MustCompile(`(?m)Seq Scan on (key_orders|key_items|events|payments|mails|registrations|approval_\w+)|SCAN \w+$`)
	// sorting matches one that reads all rows before it has the first. PostgreSQL's Incremental Sort is none: it only settles
	// the order of equals.
	sorting = regexp.MustCompile(`(?m)TEMP B-TREE FOR .*ORDER BY|(?:^|->\s+)Sort\b`)
)

// at is the hour of row i.
func at(i int) time.Time { return time.Unix(1700000000+int64(i), 0).UTC() }

// validID is rowID where a list takes nothing but ids.
func validID(i int) string { return fmt.Sprintf("00000000-0000-7000-8000-%d", 100000000000+i) }

func rowID(i int) string { return fmt.Sprintf("id-%d", 10000+i) }

// Who reads: staff, a customer's people, whoever keeps a site.
var (
	everything = permissions{approval.MaySee, keys.MaySee, keys.MaySeeRegister, event.MaySee, billing.MaySee, mail.MaySee}
	staff      = authz.Actor{ID: "who-0", Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: everything}}}
	member     = authz.Actor{ID: "who-10", Kind: authz.Person, Grants: []authz.Grant{{Scope: authz.Customer, ID: "cust-7", May: everything}}}
	caretaker  = authz.Actor{ID: "who-20", Kind: authz.Person, Grants: []authz.Grant{{Scope: authz.Site, ID: "site-7", May: everything}}}
)

func listOrders(by authz.Actor, f keys.Filter) func(ctx context.Context, a *App) error {
	return func(ctx context.Context, a *App) error { _, err := a.Keys.List(ctx, by, f, 25); return err }
}

func listRegister(by authz.Actor, f keys.ItemFilter) func(ctx context.Context, a *App) error {
	return func(ctx context.Context, a *App) error { _, err := a.Keys.Register(ctx, by, f, 25); return err }
}

func listEvents(by authz.Actor, f event.Filter) func(ctx context.Context, a *App) error {
	return func(ctx context.Context, a *App) error { _, err := event.Search(ctx, a.DB, by, f, 25); return err }
}

func listPayments(by authz.Actor, f billing.Filter) func(ctx context.Context, a *App) error {
	return func(ctx context.Context, a *App) error { _, err := a.Billing.List(ctx, by, f); return err }
}

func listRegistrations(f signup.Filter) func(ctx context.Context, a *App) error {
	by := authz.Actor{ID: "who-0", Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: permissions{identity.MayReview}}}}
	return func(ctx context.Context, a *App) error {
		if _, err := a.Signup.List(ctx, by, f); err != nil {
			return err
		}
		_, err := a.Signup.CountWaiting(ctx, by)
		return err
	}
}

func listMails(by authz.Actor, f mail.Filter) func(ctx context.Context, a *App) error {
	return func(ctx context.Context, a *App) error { _, err := a.Mail.List(ctx, by, f, 25); return err }
}

var listCases = []struct {
	name string
	read func(ctx context.Context, a *App) error
	by   string // the index
	few  bool   // there are never many to sort: what waits for one person, what concerns one record
}{
	{"orders", listOrders(staff, keys.Filter{}), "key_orders_all", false},
	{"orders, further on", listOrders(staff, keys.Filter{Before: at(2000), BeforeID: rowID(2000)}), "key_orders_all", false},
	{"orders, back", listOrders(staff, keys.Filter{Before: at(2000), BeforeID: rowID(2000), OldestOn: true}), "key_orders_all", false},
	{"orders of one customer, for staff", listOrders(staff, keys.Filter{CustomerID: "cust-7"}), "key_orders_customer", false},
	{"orders of one's own customer", listOrders(member, keys.Filter{}), "key_orders_customer", false},
	{"orders of one's own customer, further on", listOrders(member, keys.Filter{Before: at(2000), BeforeID: rowID(2000)}), "key_orders_customer", false},
	{"orders of one's own site", listOrders(caretaker, keys.Filter{}), "key_orders_site", false},
	{"orders in production", listOrders(staff, keys.Filter{Work: keys.InProduction}), "key_orders_work", false},
	{"orders in production, the oldest first, further on", listOrders(staff, keys.Filter{Work: keys.InProduction, OldestOn: true, Before: at(2000), BeforeID: rowID(2000)}), "key_orders_work", false},
	{"the register", listRegister(staff, keys.ItemFilter{}), "key_items_all", false},
	{"the register, further on", listRegister(staff, keys.ItemFilter{After: rowID(2000), AfterID: rowID(2000)}), "key_items_all", false},
	{"the register of one customer", listRegister(member, keys.ItemFilter{}), "key_items_customer", false},
	{"the register of one customer, further on", listRegister(member, keys.ItemFilter{After: rowID(2000), AfterID: rowID(2000)}), "key_items_customer", false},
	{"the register of one system", listRegister(staff, keys.ItemFilter{SystemID: rowID(7)}), "key_items_system_id_folded_key|autoindex_key_items_2", false},
	{"the register of one system, further on", listRegister(staff, keys.ItemFilter{SystemID: rowID(7), After: rowID(2000), AfterID: rowID(2000)}), "key_items_system_id_folded_key|autoindex_key_items_2", false},
	{"the register of one system by state", listRegister(staff, keys.ItemFilter{SystemID: rowID(7), State: keys.ItemActive}), "key_items_system|autoindex_key_items_2", false},
	{"the register by the beginning of a number", listRegister(staff, keys.ItemFilter{Search: "id-12"}), "key_items_all", false},
	{"the inbox of an approver", func(ctx context.Context, a *App) error { _, err := a.Approvals.Waiting(ctx, staff, 25); return err }, "approval_approvers_person", true},
	{"the inbox's number", func(ctx context.Context, a *App) error { _, err := a.Approvals.CountWaiting(ctx, staff); return err }, "approval_approvers_person", false},
	{"the timeline of a record", func(ctx context.Context, a *App) error { _, err := event.Of(ctx, a.DB, "about-7"); return err }, "events_subject", true},
	{"events", listEvents(staff, event.Filter{}), "events_pkey|autoindex_events_1", false},
	{"events, further on", listEvents(staff, event.Filter{Before: rowID(2000)}), "events_pkey|autoindex_events_1", false},
	{"events of one customer", listEvents(staff, event.Filter{CustomerID: "cust-7"}), "events_customer", false},
	{"events of one's own customer", listEvents(member, event.Filter{Before: rowID(2000)}), "events_customer", false},
	{"events of one record", listEvents(staff, event.Filter{Subject: "about-7"}), "events_subject", true},
	{"events of one kind", listEvents(staff, event.Filter{Kind: "kind-1"}), "events_kind", false},
	{"events of one actor", listEvents(staff, event.Filter{Actor: "who-7"}), "events_actor", false},
	{"payments", listPayments(staff, billing.Filter{}), "payments_all", false},
	{"payments, further on", listPayments(staff, billing.Filter{After: rowID(2000)}), "payments_all", false},
	{"payments, back", listPayments(staff, billing.Filter{Before: rowID(2000)}), "payments_all", false},
	{"payments in one state", listPayments(staff, billing.Filter{State: billing.Reserved}), "payments_state", false},
	{"payments of one's own customer", listPayments(member, billing.Filter{}), "payments_customer", false},
	{"registrations that wait", listRegistrations(signup.Filter{State: signup.Review}), "registrations_state", false},
	{"registrations, further on", listRegistrations(signup.Filter{State: signup.Active, After: validID(2000)}), "registrations_state", false},
	{"registrations, back", listRegistrations(signup.Filter{State: signup.Active, Before: validID(2000)}), "registrations_state", false},
	{"mails", listMails(staff, mail.Filter{}), "mails_pkey|autoindex_mails_1", false},
	{"mails, further on", listMails(staff, mail.Filter{Before: rowID(2000)}), "mails_pkey|autoindex_mails_1", false},
	{"mails, back", listMails(staff, mail.Filter{After: rowID(2000)}), "mails_pkey|autoindex_mails_1", false},
	{"mails that failed", listMails(staff, mail.Filter{State: mail.Failed}), "mails_state", false},
	{"mails about one record", func(ctx context.Context, a *App) error { _, err := mail.Log(ctx, a.DB, "about-7"); return err }, "mails_about", true},
}

func TestListsAreReadInTheOrderOfAnIndex(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fillTables(t, d)
		s, _, err := Load([]string{"--data", t.TempDir(), "--cards-listen", "127.0.0.1:0"}, nil, nil)
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
				for i, q := range statements(t, a, tt.read) {
					plan := q.plan(t, d)
					if i == 0 && !regexp.MustCompile(`\b(`+tt.by+`|sqlite_(`+tt.by+`))\b`).MatchString(plan) {
						t.Errorf("not read by %s:\n%s\n%s", tt.by, q.text, plan)
					}
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

// plan is a line for each step. PostgreSQL would rather sort the few rows of a table this small: that is forbidden, since the
// question is whether an index gives the order.
func (q statement) plan(t *testing.T, d *db.DB) string {
	t.Helper()
	var lines []string
	err := d.InTx(t.Context(), func(tx *db.Tx) (err error) {
		if d.SQLite() {
			type step struct {
				ID, Parent, Notused int64
				Detail              string
			}
			return db.Each(t.Context(), tx, func(s step) error { lines = append(lines, s.Detail); return nil }, "EXPLAIN QUERY PLAN "+q.text, q.args...)
		}
		if _, err := tx.Exec(t.Context(), `SELECT set_config('enable_sort', 'off', TRUE), set_config('enable_bitmapscan', 'off', TRUE)`); err != nil {
			return err
		}
		lines, err = db.List[string](t.Context(), tx, "EXPLAIN "+q.text, q.args...)
		return err
	})
	if err != nil {
		t.Fatalf("%v in\n%s", err, q.text)
	}
	return strings.Join(lines, "\n")
}
