package billingweb_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"skranke/internal/db/dbtest"
	"skranke/internal/testcard"
	"skranke/internal/web"
	"skranke/internal/web/webtest"
)

// TestThePagesOfPaymentsStandInABrowser looks at the pages that the walk over the route table cannot open by themselves.
func TestThePagesOfPaymentsStandInABrowser(t *testing.T) {
	browser := webtest.Browser(t)
	s := newSite(t, dbtest.Open(t, dbtest.SQLite(t)))
	s.edge.Mount(web.Route{Pattern: "GET /test/in/{as}", Handle: func(w http.ResponseWriter, r *http.Request) error {
		web.SetSession(w, r, r.PathValue("as"), time.Hour)
		return web.Redirect(w, r, "/office/payments")
	}})
	waiting, paid, taken := s.started("1"), s.started("2"), s.taken("3")
	s.get(s.pay(paid), "")
	s.send(http.MethodPost, "/office/payments/"+paid.ID+"/retry", "staff", "", nil)
	s.provider.SetBehaviour(testcard.Behaviour{Down: true})
	pages := map[string]string{
		"list":    "/office/payments",
		"payment": "/office/payments/" + paid.ID,
		"taken":   "/office/payments/" + taken.ID,
		"waiting": "/pay/return/" + s.billing.Signer.Token("billing.return", waiting.ID) + "?look=1",
	}
	for _, view := range []webtest.View{webtest.Phone, webtest.Desktop} {
		for _, dark := range []bool{false, true} {
			tab := browser.Tab(t, view, dark, false)
			tab.Open(s.url + "/test/in/staff")
			for name, path := range pages {
				tab.Open(s.url + path)
				tab.See("N-")
				tab.Axe(t)
				if tab.Sideways() {
					tab.Errorf("%s scrolls sideways", name)
				}
				if dir := os.Getenv("LOOK"); dir != "" {
					tab.Shot(filepath.Join(dir, name+"-"+view.Name+map[bool]string{true: "-dark"}[dark]+".png"))
				}
			}
		}
	}
}
