package keysweb_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/i18n"
	"skranke/internal/keys"
	"skranke/internal/keys/keystest"
)

func (s *site) requisitionToken() string {
	s.t.Helper()
	id, err := db.One[string](s.t.Context(), s.Keys.DB, `SELECT id FROM links WHERE kind = $1 ORDER BY id DESC LIMIT 1`, keys.RequisitionLink)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.Keys.Links.Token(keys.RequisitionLink, id)
}

// page is the resident's page of an order.
func (s *site) page(o keys.Order) string { return s.Keys.StatusPath(o) }

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestKEY8_ThePageTellsWhereTheOrderStandsAllTheWay(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		f := s.Form()
		f.Delivery = keys.Post
		o := s.Order(t, f)
		at := s.page(o)
		s.get(at).sees(t, http.StatusOK, "Venter på betaling", "Betal 530,00 kr", "530,00 kr", at+"/live")
		s.Reserve(t, o.ID)
		a := s.get(at)
		a.sees(t, http.StatusOK, "Venter på styret", "Styret har frist til 26. nov. 2026 kl. 10:00", "er reservert på kortet", "Betalt: beløpet er reservert", "Styret er spurt")
		for _, name := range []string{"Ingrid", "Olav", "board.example"} {
			if strings.Contains(a.body, name) {
				t.Errorf("the page names %s of the board", name)
			}
		}
		if err := s.Answer(t.Context(), o.ID, 0, true); err != nil {
			t.Fatal(err)
		}
		s.get(at).sees(t, http.StatusOK, "I produksjon", "Styret har sagt ja", "Satt i produksjon")
		must[keys.Order](t)(s.Keys.Made(t.Context(), keystest.All, o.ID, []string{"F-9001"}))
		s.get(at).sees(t, http.StatusOK, "1 av 1 laget")
		must[keys.Order](t)(s.Keys.Sent(t.Context(), keystest.All, o.ID, "NO123"))
		s.get(at).sees(t, http.StatusOK, "Sporingsnummer NO123", "Bestillingen har kommet fram", at+"/received")
		s.get(at+"/received").sees(t, http.StatusOK, "Har bestillingen kommet fram?")
		if s.Find(t, o.ID).Work != keys.Sent {
			t.Error("asking has decided")
		}
		if to := s.post(at+"/received", nil).leads(t, "/k/"); to != at {
			t.Errorf("leads to %s", to)
		}
		s.post(at+"/received", nil).leads(t, at) // said twice it is said once
		a = s.get(at)
		a.sees(t, http.StatusOK, "Mottatt av beboeren", "F-9001")
		if strings.Contains(a.body, "hx-sse") {
			t.Error("a page with nothing to wait for stays connected")
		}
		s.get(at+"/received").leads(t, at)
	})
}

func TestKEY8_ARejectionTellsTheReasonAndWhatBecameOfTheMoney(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		o := s.Order(t, s.Form())
		s.Reserve(t, o.ID)
		if err := s.Answer(t.Context(), o.ID, 0, false); err != nil {
			t.Fatal(err)
		}
		s.get(s.page(o)).sees(t, http.StatusOK, "Avslått", "Leiligheten har nok brikker", "De reserverte 451,00 kr slippes fri nå")
		s.News(t, o.ID, "release", nil)
		s.get(s.page(o)).sees(t, http.StatusOK, "er sluppet fri, og ingenting er trukket")
	})
}

func TestKEY8_ALapsedReservationCanBePaidAnew(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		o := s.Order(t, s.Form())
		s.Reserve(t, o.ID)
		s.News(t, o.ID, "lapse", nil)
		s.get(s.page(o)).sees(t, http.StatusOK, "Venter på betaling", "Reservasjonen på kortet gikk ut", "Betal 451,00 kr")
		s.post(s.page(o)+"/pay", nil).leads(t, "https://cards.example/")
		s.Reserve(t, o.ID)
		s.post(s.page(o)+"/pay", nil).leads(t, "/k/") // paid meanwhile: the page shows how it stands
	})
}

func TestKEY8_ThePageSpeaksTheOrdersLanguageUntilTheReaderChoosesAnother(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		d := s.Draft(t, s.Form())
		o := must[keys.Order](t)(s.Keys.Place(t.Context(), authz.Actor{}, i18n.SV, d.ID, 45100))
		s.get(s.page(o), "Accept-Language", "en").sees(t, http.StatusOK, "Väntar på betalning", `<html lang="sv"`)
		s.get(s.page(o), "Cookie", "language=da").sees(t, http.StatusOK, "Afventer betaling", `<html lang="da"`)
	})
}

func TestKEY8_ALinkOfAnotherPurposeOpensNothing(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		o := s.Order(t, s.Form())
		for _, token := range []string{s.Keys.Links.Token("approval", o.StatusLink), s.Keys.Links.Token(keys.StatusLink, o.ID), o.StatusLink, "x", "%00"} {
			for _, path := range []string{"", "/received", "/live"} {
				s.get("/k/"+token+path).sees(t, http.StatusNotFound)
			}
			s.post("/k/"+token+"/pay", nil).sees(t, http.StatusNotFound)
			s.post("/k/"+token+"/received", nil).sees(t, http.StatusNotFound)
		}
	})
}

func TestKEY8_APartOfThePageAnswersToTheLiveStream(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		o := s.Order(t, s.Form())
		a := s.get(s.page(o), "HX-Request", "true")
		a.sees(t, http.StatusOK, `id="status"`, "Venter på betaling")
		if strings.Contains(a.body, "<html") {
			t.Error("the whole page came")
		}
	})
}

func TestKEY8_AnExpiredBoardIsToldKindly(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		o := s.Order(t, s.Form())
		s.Reserve(t, o.ID)
		s.Pass(7 * 24 * time.Hour)
		if err := s.Keys.SweepDeadlines(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.get(s.page(o)).sees(t, http.StatusOK, "Fristen gikk ut", "Styret svarte ikke innen fristen", "slippes fri nå")
	})
}
