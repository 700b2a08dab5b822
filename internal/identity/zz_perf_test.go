package identity_test

import (
	"fmt"
	"sort"
	"testing"
	"time"

	"skranke/internal/db"
	"skranke/internal/identity"
	"skranke/internal/id"
	"skranke/internal/authz"
)

func TestZZPerf(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		var rows []identity.ImportRow
		for i := range 50 {
			rows = append(rows, identity.ImportRow{Number: int64(i + 2), Email: fmt.Sprintf("p%d@granlia.example", i), First: "Fornavn" + fmt.Sprint(i%300), Last: "Etternavn" + fmt.Sprint(i%700), Role: "buyer", Phone: fmt.Sprint(90000000 + i)})
		}
		t0 := time.Now()
		importID := h.upload(rows...)
		t1 := time.Now()
		h.told(importID)
		t2 := time.Now()
		ok(t, h.s.ConfirmImport(t.Context(), h.by, h.customer.ID, importID))
		t3 := time.Now()
		t.Logf("upload %v preview %v confirm %v", t1.Sub(t0), t2.Sub(t1), t3.Sub(t2))
		// 500 groups, 20000 members
		var gs []identity.Group
		for i := range 20 {
			g := group(t, h.s, h.customer.ID, "", fmt.Sprint("G", i))
			gs = append(gs, g)
			for j := range 24 {
				gs = append(gs, group(t, h.s, h.customer.ID, g.ID, fmt.Sprint("G", i, "-", j)))
			}
		}
		ok(t, h.db.InTx(t.Context(), func(tx *db.Tx) error {
			for i := 50; i < 20000; i++ {
				pid, mid := id.New(), id.New()
				name, email := fmt.Sprintf("Fornavn%d Etternavn%d", i%300, i%700), fmt.Sprintf("p%d@granlia.example", i)
				if _, err := tx.Exec(t.Context(), `INSERT INTO people (id,name,email,email_key,phone,language,scheme,status,created_at) VALUES ($1,$2,$3,$4,$5,'nb','auto','active',$6)`, pid, name, email, email, fmt.Sprint(90000000+i), tx.Now); err != nil {
					return err
				}
				if _, err := tx.Exec(t.Context(), `INSERT INTO members (id,customer_id,person_id,role,status,created_at,joined_at,group_id) VALUES ($1,$2,$3,'buyer','active',$4,$4,$5)`, mid, h.customer.ID, pid, tx.Now, gs[i%len(gs)].ID); err != nil {
					return err
				}
				if err := identity.Reindex(t.Context(), tx, pid); err != nil {
					return err
				}
			}
			return nil
		}))
		if !h.db.SQLite() {
			h.db.Writer().ExecContext(t.Context(), "ANALYZE")
		}
		explain := func(f identity.MemberFilter) {
			ctx := db.Watch(t.Context(), func(q string, args []any) {
				pre := "EXPLAIN ANALYZE "
				if h.db.SQLite() {
					pre = "EXPLAIN QUERY PLAN "
				}
				rows, err := h.db.Writer().QueryContext(t.Context(), pre+q, args...)
				if err != nil {
					t.Log(err)
					return
				}
				defer rows.Close()
				for rows.Next() {
					if h.db.SQLite() {
						var a, b, c int
						var s string
						rows.Scan(&a, &b, &c, &s)
						t.Log(s)
					} else {
						var s string
						rows.Scan(&s)
						t.Log(s)
					}
				}
				t.Log("----")
			})
			identity.ListMembers(ctx, h.db, h.by, h.customer.ID, f, 1001)
		}
		explain(identity.MemberFilter{Text: "90 00 07 77"})
		measure := func(name string, f func() error) {
			var ds []time.Duration
			for range 60 {
				s := time.Now()
				if err := f(); err != nil {
					t.Fatal(err)
				}
				ds = append(ds, time.Since(s))
			}
			sort.Slice(ds, func(i, j int) bool { return ds[i] < ds[j] })
			t.Logf("%-30s p50 %v p90 %v", name, ds[30], ds[54])
		}
		list := func(f identity.MemberFilter) func() error {
			return func() error {
				_, err := identity.ListMembers(t.Context(), h.db, h.by, h.customer.ID, f, 1001)
				return err
			}
		}
		small := customer(t, h.s, association("Liten"))
		var sg []identity.Group
		_ = sg
		for i := range 20 {
			p := person(t, h.s, fmt.Sprintf("Fornavn%d Etternavn%d", i, i), fmt.Sprintf("s%d@liten.example", i), "")
			_, err := h.s.AddMember(t.Context(), root2, small.ID, p.ID, identity.Buyer)
			ok(t, err)
		}
		listSmall := func(f identity.MemberFilter) func() error {
			return func() error {
				_, err := identity.ListMembers(t.Context(), h.db, root2, small.ID, f, 1001)
				return err
			}
		}
		mid, _ := identity.ListMembers(t.Context(), h.db, h.by, h.customer.ID, identity.MemberFilter{Text: "fornavn150"}, 10)
		measure("small list", listSmall(identity.MemberFilter{}))
		measure("small search", listSmall(identity.MemberFilter{Text: "etternavn7"}))
		measure("big list", list(identity.MemberFilter{}))
		measure("big list mid", list(identity.MemberFilter{After: mid.Members[0].ID}))
		measure("big search rare", list(identity.MemberFilter{Text: "etternavn77 fornavn77"}))
		measure("big search email", list(identity.MemberFilter{Text: "p777@granlia.example"}))
		measure("big search phone", list(identity.MemberFilter{Text: "90 00 07 77"}))
		measure("big search common", list(identity.MemberFilter{Text: "fornavn"}))
		measure("big search short", list(identity.MemberFilter{Text: "fo"}))
		measure("big role", list(identity.MemberFilter{Role: "buyer"}))
		measure("big role admin", list(identity.MemberFilter{Role: "administrator"}))
		measure("big status", list(identity.MemberFilter{Status: "suspended"}))
		measure("big group", list(identity.MemberFilter{GroupID: gs[0].ID}))
		measure("big choices", func() error {
			_, err := identity.FilterChoices(t.Context(), h.db, h.by, h.customer.ID, identity.Company, "")
			return err
		})
		measure("small choices", func() error {
			_, err := identity.FilterChoices(t.Context(), h.db, root2, small.ID, identity.Company, "")
			return err
		})
		measure("form choices", func() error {
			_, err := h.s.FormChoices(t.Context(), h.by, h.customer.ID)
			return err
		})
	})
}
var root2 = authz.SystemActor(see, edit, identity.MaySeePeople)
