package companyweb_test

import (
	"fmt"
	"net/http"
	"sort"
	"testing"
	"time"

	"skranke/internal/db"
	"skranke/internal/id"
	"skranke/internal/identity"
)

func TestZZPage(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		fill := func(c identity.Customer, members, groups int, dom string) {
			var gs []string
			for i := range groups {
				parent := ""
				if i%25 != 0 {
					parent = gs[i-i%25]
				}
				g, err := d.s.SaveGroup(t.Context(), builder, c.ID, identity.GroupEdit{ParentID: parent, Name: fmt.Sprint("Gruppe ", i)})
				d.ok(err)
				gs = append(gs, g.ID)
			}
			d.ok(d.s.DB.InTx(t.Context(), func(tx *db.Tx) error {
				for i := range members {
					pid := id.New()
					first := []string{"Kari", "Ola", "Per", "Anne", "Ingrid", "Nils", "Marit", "Liv", "Jan", "Bjørn"}[i%10]
					name, email := fmt.Sprintf("%s %c%c%c%dsen", first, 'A'+rune(i/7%26), 'a'+rune(i/11%26), 'a'+rune(i/3%26), i%100), fmt.Sprintf("%c%d@%s.example", 'a'+rune(i%26), i, dom)
					if _, err := tx.Exec(t.Context(), `INSERT INTO people (id,name,email,email_key,phone,language,scheme,status,created_at) VALUES ($1,$2,$3,$4,$5,'nb','auto','active',$6)`, pid, name, email, email, fmt.Sprint(90000000+i*37), tx.Now); err != nil {
						return err
					}
					if _, err := tx.Exec(t.Context(), `INSERT INTO members (id,customer_id,person_id,role,status,created_at,joined_at,group_id) VALUES ($1,$2,$3,'buyer','active',$4,$4,$5)`, id.New(), c.ID, pid, tx.Now, db.Null(gs[i%len(gs)])); err != nil {
						return err
					}
					if err := identity.Reindex(t.Context(), tx, pid); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		fill(d.oak, 19, 5, "eika")
		big := d.customer("Stor")
		d.hire(big, "Per Lie", "per@stor.example", identity.Administrator)
		fill(big, 19999, 500, "stor")
		if !d.s.DB.SQLite() {
			d.s.DB.Writer().ExecContext(t.Context(), "ANALYZE")
		}
		for _, path := range []string{"/my/people", "/my/people?q=kari+a", "/my/people?q=abc", "/my/people?q=a26%40eika.example", "/my/people?q=ingrid"} {
			for _, who := range []string{"kari@eika.example", "per@stor.example"} {
				d.signIn(who)
				var ds []time.Duration
				for range 300 {
					r, _ := http.NewRequestWithContext(t.Context(), "GET", path, nil)
					s := time.Now()
					d.send(r)
					ds = append(ds, time.Since(s))
				}
				sort.Slice(ds, func(i, j int) bool { return ds[i] < ds[j] })
				t.Logf("%-40s %-20s p50 %v p90 %v", path, who, ds[150], ds[270])
			}
		}
	})
}
