package testcard_test

import (
	"testing"
	"time"

	"skranke/internal/testcard"
	"skranke/internal/testcard/client"
	"skranke/internal/web/webtest"
)

// look fails if the page as it stands has a barrier or scrolls sideways.
func look(t *testing.T, tab *webtest.Tab) {
	t.Helper()
	tab.Axe(t)
	if tab.Sideways() {
		tab.Errorf("the page scrolls sideways")
	}
}

func TestAPayerGetsThroughEveryPageWithoutScripts(t *testing.T) {
	views := []struct {
		name string
		view webtest.View
		dark bool
		lang string
	}{
		{"phone light", webtest.Phone, false, "nb"},
		{"phone dark", webtest.Phone, true, "sv"},
		{"desktop light", webtest.Desktop, false, "da"},
		{"desktop dark", webtest.Desktop, true, "nb"},
	}
	words := map[string]struct{ pay, failed, confirm, not, back string }{
		"nb": {"Betal 1\u00a0249,50\u00a0kr", "Betalingen gikk ikke gjennom", "Bekreft", "Ikke bekreft", "Gå tilbake"},
		"sv": {"Betala 1\u00a0249,50\u00a0kr", "Betalningen gick inte igenom", "Bekräfta", "Bekräfta inte", "Gå tillbaka"},
		"da": {"Betal 1.249,50\u00a0kr.", "Betalingen gik ikke igennem", "Bekræft", "Bekræft ikke", "Gå tilbage"},
	}
	browser := webtest.Browser(t)
	for _, v := range views {
		t.Run(v.name, func(t *testing.T) {
			p, say := start(t), words[v.lang]
			order := p.order()
			order.Language, order.ReturnURL, order.CancelURL = v.lang, p.shop.url+"/paid", p.shop.url+"/cancelled"
			s, err := p.CreateSession(t.Context(), p.key(), order)
			if err != nil {
				t.Fatal(err)
			}
			tab := browser.Tab(t, v.view, v.dark, true)
			tab.Open(s.URL)
			look(t, tab)
			tab.Fill("number", "4242")
			tab.Click(say.pay)
			look(t, tab)
			if got := tab.Value("number"); got != "4242" {
				t.Fatalf("the number typed has become %q", got)
			}
			tab.Click(".cards a.declined")
			tab.Click(say.pay)
			tab.See(say.failed)
			look(t, tab)
			tab.Click(".cards a.extra_step")
			tab.Click(say.pay)
			look(t, tab)
			tab.Click(say.not)
			tab.See(say.failed)
			tab.Click("#cards-way")
			look(t, tab)
			tab.Click(".cards a.abandoned")
			tab.Click(say.pay)
			look(t, tab)
			tab.Click(".button")
			tab.Click(".cards a.extra_step")
			tab.Click(say.pay)
			tab.Click(say.confirm)
			tab.See("Back at /paid")
			wantMoney(t, p.payment(t, s.Payment), client.Reserved, 0, 0, 0)
			tab.Open(s.URL)
			look(t, tab)
			tab.Click(say.back)
			tab.See("Back at /paid")
		})
	}
}

func TestPagesWithNothingToPayAreAccessibleToo(t *testing.T) {
	p := start(t)
	released, expired := p.session(t), p.session(t)
	if _, err := p.Release(t.Context(), p.key(), released.Payment); err != nil {
		t.Fatal(err)
	}
	p.later(t, 1, 24*time.Hour)
	tab := webtest.Browser(t).Tab(t, webtest.Phone, true, true)
	tab.Allow("404", "410", "503") // what these pages are answered with
	for _, address := range []string{released.URL, expired.URL, p.url + "/pay/ses_none"} {
		tab.Open(address)
		look(t, tab)
	}
	p.SetBehaviour(testcard.Behaviour{Down: true})
	tab.Open(expired.URL)
	tab.See("Card payment is down right now")
	look(t, tab)
}
