package keysweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"skranke/internal/agreement"
	"skranke/internal/keys"
	"skranke/internal/keys/keystest"
)

func TestKEY2_TheFormIsFilledInPageByPageAndPaid(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		f := s.Form()
		f.Quantity, f.Delivery = "2", keys.Post
		draft := s.filled(f)
		s.get(draft+"/numbers").sees(t, http.StatusOK, "Steg 2 av 4", `value="4127"`, "Tegning av en nøkkelbrikke", "Bjerkelia borettslag")
		s.get(draft+"/you").sees(t, http.StatusOK, "Steg 3 av 4", `value="Kari Nes"`, `autocomplete="email"`, `type="tel"`)
		s.get(draft+"/sum").sees(t, http.StatusOK, "Steg 4 av 4", "2 × 349,00", "698,00", "102,00", "79,00", "879,00 kr", "Bestill og betal 879,00 kr", `name="total" value="87900"`,
			draft+"/numbers", draft+"/you", "Bjerkelia 2, 1430 Ås")
		page := s.post(draft+"/sum", url.Values{"total": {"87900"}}).leads(t, "https://cards.example/")
		o := s.Find(t, strings.TrimPrefix(page, "https://cards.example/"))
		if o.Total != 87900 || o.Quantity != 2 || o.Language != "nb" || o.Flat != "H0203" {
			t.Errorf("the order is %+v", o.Order)
		}
	})
}

func TestKEY2_AMismatchPointsToTheDrawingAndKeepsWhatWasTyped(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		who, numbers, _ := fields(s.Form())
		at := s.post("/keys/new", who).leads(t, "/keys/order/")
		for _, wrong := range []string{"customer_number", "system_number", "code"} {
			sent := url.Values{}
			for k, v := range numbers {
				sent[k] = v
			}
			sent.Set(wrong, "999")
			sent.Set("quantity", "7")
			a := s.post(at, sent)
			a.sees(t, http.StatusUnprocessableEntity, "Numrene passer ikke sammen. Se på tegningen", `href="#numbers"`, `id="numbers-e"`, `value="999"`, `value="7"`, "1 feil")
			if strings.Contains(a.body, `aria-invalid`) {
				t.Errorf("%s: the page tells which number is wrong", wrong)
			}
		}
		s.get(at).sees(t, http.StatusOK, `value="999"`) // coming back loses nothing either
	})
}

func TestKEY2_WhoGuessesIsSlowedDownAndLosesNothing(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		who, numbers, _ := fields(s.Form())
		at := s.post("/keys/new", who).leads(t, "/keys/order/")
		wrong := url.Values{}
		for k, v := range numbers {
			wrong[k] = v
		}
		wrong.Set("code", "99")
		for range 6 {
			s.post(at, wrong).sees(t, http.StatusUnprocessableEntity)
		}
		a := s.post(at, numbers)
		a.sees(t, http.StatusTooManyRequests, "Det ble mange forsøk", "Prøv igjen om", `value="07"`)
		if a.header.Get("Retry-After") != "60" {
			t.Errorf("Retry-After is %q", a.header.Get("Retry-After"))
		}
	})
}

func TestKEY2_EveryFieldOfTheFormSaysWhatToDo(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		who, numbers, _ := fields(s.Form())
		at := s.post("/keys/new", who).leads(t, "/keys/order/")
		s.post(at, url.Values{"purpose": {"theft"}, "quantity": {"many"}}).sees(t, http.StatusUnprocessableEntity, "5 feil", "Skriv kundenummeret", "Skriv systemnummeret",
			"Skriv sonenummeret", "Velg om det er i tillegg", "fra 1 til 20", `value="many"`, `href="#code"`)
		s.post(at, numbers).leads(t, "/keys/order/")
		you := strings.TrimSuffix(at, "/numbers") + "/you"
		s.post(you, url.Values{"name": {"K"}, "email": {"kari"}, "phone": {"12"}, "flat": {"H9999"}, "delivery": {"post"}, "postcode": {"14"}}).
			sees(t, http.StatusUnprocessableEntity, "6 feil", `value="kari"`, "Skriv fullt navn", "Postnummeret skal ha fire siffer", "Skriv poststedet")
		f := s.Form()
		f.Flat = "H9999"
		_, _, sent := fields(f)
		s.post(you, sent).sees(t, http.StatusUnprocessableEntity, "Vi finner ikke denne leiligheten", `value="H9999"`, `href="#flat"`)
		s.post(you, url.Values{"name": {"Kari\x00"}, "email": {strings.Repeat("x", 3000)}}).sees(t, http.StatusUnprocessableEntity)
	})
}

func TestKEY2_NoPageCanBeJumpedOver(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		who, numbers, you := fields(s.Form())
		at := s.post("/keys/new", who).leads(t, "/keys/order/")
		draft := strings.TrimSuffix(at, "/numbers")
		s.get(draft+"/you").leads(t, at)
		s.get(draft+"/sum").leads(t, at)
		s.post(draft+"/you", you).leads(t, at)
		s.post(draft+"/sum", url.Values{"total": {"45100"}}).sees(t, http.StatusConflict, "Noe mangler i skjemaet")
		s.post(at, numbers).leads(t, draft+"/you")
		s.get(draft+"/sum").leads(t, draft+"/you")
		s.get(draft+"/done").leads(t, draft+"/sum")
	})
}

func TestKEY4_APriceThatHasChangedIsShownBeforeItIsTaken(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		draft := s.filled(s.Form())
		for _, shown := range []string{"44900", "", "free"} {
			s.post(draft+"/sum", url.Values{"total": {shown}}).sees(t, http.StatusConflict, "Prisen har endret seg", "Bestill og betal 451,00 kr")
		}
		s.post(draft+"/sum", url.Values{"total": {"45100"}}).leads(t, "https://cards.example/")
	})
}

func TestKEY4_ADoubleClickASecondTabAndTheBackButtonMakeOneOrder(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		draft := s.filled(s.Form())
		first := s.post(draft+"/sum", url.Values{"total": {"45100"}}).leads(t, "https://cards.example/")
		if again := s.post(draft+"/sum", url.Values{"total": {"45100"}}).leads(t, "https://cards.example/"); again != first {
			t.Errorf("the second click leads to %s, the first to %s", again, first)
		}
		status := s.get(draft+"/sum").leads(t, "/k/")
		for _, page := range []string{"/numbers", "/you"} {
			if at := s.get(draft+page).leads(t, "/k/"); at != status {
				t.Errorf("%s leads to %s, want %s", page, at, status)
			}
		}
		_, numbers, _ := fields(s.Form())
		s.post(draft+"/numbers", numbers).leads(t, "/k/")
		rows, err := s.Keys.List(t.Context(), keystest.All, keys.Filter{}, 10)
		if err != nil || len(rows) != 1 {
			t.Errorf("%d orders, err %v", len(rows), err)
		}
	})
}

func TestKEY4_WhileTheCardProviderIsDownTheOrderIsKeptAndThePageSaysSo(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		s.Cards.Down(true)
		draft := s.filled(s.Form())
		status := s.post(draft+"/sum", url.Values{"total": {"45100"}}).leads(t, "/k/")
		s.get(status).sees(t, http.StatusOK, "Kortbetalingen svarer ikke akkurat nå", "Det kommer en e-post", "Betal 451,00 kr")
		s.Cards.Down(false)
		s.post(strings.TrimSuffix(status, "?later=1")+"/pay", nil).leads(t, "https://cards.example/")
	})
}

func TestADraftThatIsGoneLeadsToANewOne(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		for _, id := range []string{"00000000-0000-7000-8000-000000000000", "nonsense", "%00"} {
			for _, page := range []string{"numbers", "you", "sum"} {
				s.get("/keys/order/"+id+"/"+page).sees(t, http.StatusGone, "Dette skjemaet er ikke her lenger", `href="/keys"`)
				s.post("/keys/order/"+id+"/"+page, url.Values{"total": {"1"}}).sees(t, http.StatusGone)
			}
		}
		s.get("/keys/new?draft=nonsense").sees(t, http.StatusGone)
	})
}

func TestTheAssociationPaysWhereTheAgreementSaysSo(t *testing.T) {
	onSite(t, keystest.Terms{Payer: agreement.AssociationPays}, func(t *testing.T, s *site) {
		draft := s.filled(s.Form())
		a := s.get(draft + "/sum")
		a.sees(t, http.StatusOK, "faktureres etter avtalen")
		if strings.Contains(a.body, "Bestill og betal") {
			t.Error("the resident is asked to pay")
		}
		status := s.post(draft+"/sum", url.Values{"total": {"45100"}}).leads(t, "/k/")
		s.get(status).sees(t, http.StatusOK, "Venter på styret", "Faktureres")
	})
}

func TestTheFirstPageCanBeChangedLater(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		draft := s.filled(s.Form())
		id := strings.TrimPrefix(draft, "/keys/order/")
		s.get("/keys/new?draft="+id).sees(t, http.StatusOK, "Bjerkelia borettslag", `name="draft" value="`+id+`"`)
		at := s.post("/keys/new", url.Values{"draft": {id}, "product": {"key"}, "asked_by": {"resident"}, "agreement": {s.Agreement.ID}}).leads(t, "/keys/order/")
		s.get(at).sees(t, http.StatusOK, "Numrene på nøkkelen", `value="1042"`)
	})
}
