package app

import (
	"net/http"
	"testing"

	"skranke/internal/approval"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
)

// TestORG5_AMailedLinkOpensNoMoreThanItsHolderMay is invariant 19 for links: whoever has left, is held up or has another role
// now neither answers nor sees, and changes nothing.
func TestORG5_AMailedLinkOpensNoMoreThanItsHolderMay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openRightsHouse(t, d, t.TempDir())
		m := &rightsMatrix{rightsHouse: h, t: t}
		x := h.homes[0]
		links := map[string]string{}
		for _, who := range []string{"board", "approver", "manager", "administrator"} {
			ln := all[struct{ ID string }](t, d, `SELECT id FROM links WHERE kind = $1 AND subject = $2 AND person_id = $3`, approval.LinkKind, x.ids["request"], x.ids[who+" person"])
			if len(ln) != 1 {
				t.Fatalf("%d links of the %s", len(ln), who)
			}
			links[who] = "/approve/" + h.Links.Token(approval.LinkKind, ln[0].ID)
		}
		h.exec(`UPDATE members SET status = 'removed' WHERE id = $1`, x.ids["board"])
		h.exec(`UPDATE members SET status = 'suspended' WHERE id = $1`, x.ids["approver"])
		h.exec(`UPDATE members SET role = 'resident' WHERE id = $1`, x.ids["manager"])
		h.exec(`UPDATE people SET status = 'suspended' WHERE id = $1`, x.ids["administrator person"])
		m.still = keepStill(t, d)
		for who, path := range links {
			for _, pattern := range []string{"GET /approve/{token}", "POST /approve/{token}"} {
				got := m.ask(line{pattern: pattern}, h.nobody, path, "decision=approve")
				if len(got.changed) > 0 {
					t.Errorf("%s with the link of the former %s: %v, and it changed %v", pattern, who, got, got.changed)
				}
				if got.status < http.StatusBadRequest && pattern[:3] == "GET" {
					t.Errorf("%s with the link of the former %s: %v, what is asked is still shown", pattern, who, got)
				}
			}
		}
	})
}
