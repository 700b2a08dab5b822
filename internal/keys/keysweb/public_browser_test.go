package keysweb_test

import (
	"net/http/httptest"
	"testing"

	"skranke/internal/db/dbtest"
	"skranke/internal/keys/keystest"
	"skranke/internal/web/webtest"
)

// served is a site that a browser can open.
func served(t *testing.T) (*site, string) {
	t.Helper()
	s := newSite(t, dbtest.Open(t, dbtest.SQLite(t)), keystest.Terms{})
	server := httptest.NewUnstartedServer(s.edge)
	server.Config.RegisterOnShutdown(s.Hub.Close)
	server.Start()
	t.Cleanup(func() {
		s.Hub.Close() // streams end before the server does
		server.Close()
	})
	return s, server.URL
}

func TestKEY8_ThePageChangesByItselfWhenTheBoardDecides(t *testing.T) {
	tab := webtest.Browser(t).Tab(t, webtest.Desktop, false, false)
	s, url := served(t)
	o := s.Order(t, s.Form())
	s.Reserve(t, o.ID)
	tab.Open(url + s.page(o))
	tab.See("Venter på styret", "Oppdateres av seg selv")
	if err := s.Answer(t.Context(), o.ID, 0, true); err != nil {
		t.Fatal(err)
	}
	tab.See("I produksjon", "Satt i produksjon")
	tab.Miss("Venter på styret")
	tab.Axe(t)
}

func TestKEY2_TheFormIsFilledInByBrowserWithAndWithoutScripts(t *testing.T) {
	for name, noScript := range map[string]bool{"scripts": false, "no scripts": true} {
		t.Run(name, func(t *testing.T) {
			tab := webtest.Browser(t).Tab(t, webtest.Phone, false, noScript)
			_, url := served(t)
			tab.Open(url + "/keys")
			tab.Click("summary")
			tab.Click("Norsk bokmål")
			tab.Click("Nøkkelbrikke")
			tab.Fill("q", "bjerkelia")
			if noScript {
				tab.Click("Søk")
			}
			tab.See("Bjerkelia borettslag")
			tab.Choose("agreement", "Bjerkelia borettslag")
			tab.Click("Gå videre")
			tab.Fill("system_number", "41-27")
			tab.Fill("code", "7")
			tab.Fill("customer_number", "1042")
			tab.Click("Gå videre")
			tab.See("Numrene passer ikke sammen")
			tab.Fill("code", "07")
			tab.Click("Gå videre")
			tab.Fill("name", "Kari Nes")
			tab.Fill("flat", "h 0203")
			tab.Fill("email", "kari@home.example")
			tab.Fill("phone", "400 00 000")
			tab.Click("Gå videre")
			tab.See("Bestill og betal 451,00 kr", "Kari Nes")
			tab.Back()
			if got := tab.Value("email"); got != "kari@home.example" {
				t.Errorf("back shows %q", got)
			}
		})
	}
}
