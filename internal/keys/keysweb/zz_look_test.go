package keysweb_test

import (
	"os"
	"testing"

	"skranke/internal/keys"
	"skranke/internal/keys/keystest"
	"skranke/internal/web/webtest"
)

func TestZZLook(t *testing.T) {
	out := os.Getenv("LOOK")
	if out == "" {
		t.Skip()
	}
	s, url := served(t)
	f := s.Form()
	f.Quantity, f.Delivery = "2", keys.Post
	paid := s.Order(t, f)
	s.Reserve(t, paid.ID)
	unpaid := s.Order(t, s.Form())
	rejected := s.Order(t, s.Form())
	s.Reserve(t, rejected.ID)
	_ = s.Answer(t.Context(), rejected.ID, 0, false)
	sent := s.Order(t, f)
	s.Reserve(t, sent.ID)
	_ = s.Answer(t.Context(), sent.ID, 0, true)
	s.News(t, sent.ID, "capture", nil)
	_, _ = s.Keys.Made(t.Context(), keystest.All, sent.ID, []string{"F-9001", "F-9002"})
	_, _ = s.Keys.Sent(t.Context(), keystest.All, sent.ID, "NO123")
	d := s.Draft(t, f)
	k := f
	k.Product, k.SystemNumber, k.Code = "key", "B 88-2", "A 12"
	dk := s.Draft(t, k)
	pages := map[string]string{
		"start": "/keys", "who": "/keys/new?product=fob&q=bjerkelia", "numbers": "/keys/order/" + d.ID + "/numbers", "numberskey": "/keys/order/" + dk.ID + "/numbers",
		"you": "/keys/order/" + d.ID + "/you", "sum": "/keys/order/" + d.ID + "/sum", "unpaid": s.page(unpaid) + "?later=1", "paid": s.page(paid), "rejected": s.page(rejected), "sent": s.page(sent),
		"received": s.page(sent) + "/received", "req": "/keys/requisition?agreement=" + s.Agreement.ID, "reqsent": "/keys/requisition/sent", "gone": "/keys/order/x/you",
	}
	for i := 0; i < 0; i++ {
	}
	wn := f
	wn.Code = "99"
	d9, _ := s.Keys.Begin(t.Context(), s.Form(), "")
	_, _ = s.Keys.FillNumbers(t.Context(), d9.ID, "192.0.2.9", f)
	pages["wrongnum"] = "/keys/order/" + d9.ID + "/numbers"
	for name, view := range map[string]webtest.View{"d": webtest.Desktop, "p": webtest.Phone} {
		for _, dark := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				tab := webtest.Browser(t).Tab(t, view, dark, false)
				tab.Allow("410")
				tab.Open(url + "/keys")
				tab.Click("summary")
				lang := os.Getenv("LANGNAME")
				if lang == "" {
					lang = "Norsk bokmål"
				}
				tab.Click(lang)
				for n, path := range pages {
					if only := os.Getenv("ONLY"); only != "" && only != n {
						continue
					}
					tab.Open(url + path)
					if n == "wrongnum" {
						tab.Fill("code", "99")
						tab.Click("main button[type=submit]")
					}
					suffix := ""
					if dark {
						suffix = "-dark"
					}
					tab.Shot(out + "/" + n + "-" + name + suffix + ".png")
					tab.Axe(t)
					if tab.Sideways() {
						t.Errorf("%s scrolls sideways", n)
					}
				}
			})
		}
	}
}
