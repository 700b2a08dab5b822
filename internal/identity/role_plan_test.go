package identity_test

import (
	"regexp"
	"strings"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/identity"
)

// scanned matches a plan that reads roles or members from end to end.
var scanned = regexp.MustCompile(`(?m)SCAN (roles|members)$|Seq Scan on (roles|members)\b`)

// plan is a line for each step of a statement. PostgreSQL would rather read a small table whole: that is forbidden here.
func plan(t *testing.T, d *db.DB, query string, args []any) string {
	t.Helper()
	var lines []string
	ok(t, d.InTx(t.Context(), func(tx *db.Tx) (err error) {
		if d.SQLite() {
			type step struct {
				ID, Parent, Notused int64
				Detail              string
			}
			return db.Each(t.Context(), tx, func(s step) error { lines = append(lines, s.Detail); return nil }, "EXPLAIN QUERY PLAN "+query, args...)
		}
		if _, err := tx.Exec(t.Context(), `SELECT set_config('enable_seqscan', 'off', TRUE)`); err != nil {
			return err
		}
		lines, err = db.List[string](t.Context(), tx, "EXPLAIN "+query, args...)
		return err
	}))
	return strings.Join(lines, "\n")
}

func TestORG5_NobodyReadsEveryCustomersRoles(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		h.s.Roles = bench{}
		role, err := h.s.SaveRole(t.Context(), chief(h.customer.ID), h.customer.ID, identity.RoleEdit{Name: "Vakt", Rights: []identity.Right{right(identity.MaySeeCustomers, authz.Customer)}})
		ok(t, err)
		type asked struct {
			query string
			args  []any
		}
		var all []asked
		ctx := db.Watch(t.Context(), func(query string, args []any) { all = append(all, asked{query, args}) })
		_, err = identity.FilterChoices(ctx, h.db, h.by, h.customer.ID, "")
		ok(t, err)
		_, err = h.s.FormChoices(ctx, h.by, h.customer.ID)
		ok(t, err)
		_, err = h.s.DeleteRole(ctx, chief(h.customer.ID), h.customer.ID, role.ID)
		ok(t, err)
		for _, q := range all {
			if !regexp.MustCompile(`roles|members`).MatchString(q.query) || strings.HasPrefix(q.query, "INSERT") {
				continue
			}
			if p := plan(t, h.db, q.query, q.args); scanned.MatchString(p) {
				t.Errorf("%s\n%s", q.query, p)
			}
		}
	})
}
