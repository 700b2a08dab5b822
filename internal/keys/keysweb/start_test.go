package keysweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/keys"
	"skranke/internal/keys/keystest"
)

func TestKEY1_TheStartPageShowsBothProductsAndTheFirm(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		s.get("/keys").sees(t, http.StatusOK, `href="/keys/new?product=fob"`, `href="/keys/new?product=key"`, "Lås & Nøkkel", "Nøkkelbrikke", "Systemnøkkel")
		s.get("/keys", "Accept-Language", "sv").sees(t, http.StatusOK, "Nyckelbricka")
	})
}

func TestKEY1_OnlyAssociationsWithACurrentAgreementAreFoundAndNeverAll(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		for _, n := range []identity.NewCustomer{
			{Number: "2000", Kind: identity.Association, Name: "Bjerkebo sameie", Country: "NO", Language: i18n.NB, Town: "Ski"}, // no agreement
			{Number: "2001", Kind: identity.Company, Name: "Bjerke bygg AS", Country: "NO", Language: i18n.NB, Town: "Ski"},
		} {
			if _, err := s.Identity.CreateCustomer(t.Context(), keystest.All, n); err != nil {
				t.Fatal(err)
			}
		}
		for _, tt := range []struct {
			q     string
			found bool
		}{
			{"bjerkelia", true}, {"BJE", true}, {"borettslag bje", true}, {"bj", false}, {"", false}, {"%%%", false}, {"___", false}, {"1042", false}, {"zzz", false}, {" ", false},
		} {
			a := s.get("/keys/new?" + url.Values{"product": {"fob"}, "q": {tt.q}}.Encode())
			a.sees(t, http.StatusOK)
			if got := strings.Contains(a.body, "Bjerkelia borettslag"); got != tt.found {
				t.Errorf("%q found it: %v, want %v", tt.q, got, tt.found)
			}
			for _, secret := range []string{"Bjerkebo", "Bjerke bygg", "1042", "Ingrid", s.Association.ID} {
				if tt.q != secret && strings.Contains(a.body, secret) {
					t.Errorf("%q tells %q", tt.q, secret)
				}
			}
		}
		s.End(t)
		if a := s.get("/keys/new?q=bjerkelia"); strings.Contains(a.body, "Bjerkelia") {
			t.Error("an association whose agreement has ended is found")
		}
	})
}

func TestKEY1_TypingASearchAnswersWithTheListAlone(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		a := s.get("/keys/new?product=fob&q=bjerk", "HX-Request", "true")
		a.sees(t, http.StatusOK, "Bjerkelia borettslag", "Ett treff")
		if strings.Contains(a.body, "<html") || strings.Contains(a.body, "<form") {
			t.Error("the whole page came")
		}
		s.get("/keys/new?q=bj", "HX-Request", "true").sees(t, http.StatusOK, "Skriv minst tre bokstaver")
		s.get("/keys/new?q=qqq", "HX-Request", "true").sees(t, http.StatusOK, "Ingen treff")
	})
}

func TestKEY1_TheFirstPageRefusesWhatItCannotTakeAndKeepsTheRest(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		a := s.post("/keys/new", url.Values{"q": {"bjerkelia"}, "product": {"key"}, "asked_by": {"resident"}})
		a.sees(t, http.StatusUnprocessableEntity, `value="bjerkelia"`, "Søk og velg borettslaget", "1 feil", `href="#agreement"`)
		if !strings.Contains(a.body, `value="key" checked`) {
			t.Error("the product chosen is lost")
		}
		a = s.post("/keys/new", url.Values{})
		a.sees(t, http.StatusUnprocessableEntity, "3 feil", `href="#product"`, `href="#q"`, `href="#asked_by"`)
		for _, foreign := range []string{"x", s.Association.ID, "00000000-0000-7000-8000-000000000000"} {
			s.post("/keys/new", url.Values{"product": {"fob"}, "asked_by": {"resident"}, "agreement": {foreign}}).sees(t, http.StatusUnprocessableEntity)
		}
		s.End(t)
		who, _, _ := fields(s.Form())
		s.post("/keys/new", who).sees(t, http.StatusUnprocessableEntity, "Her kan det ikke bestilles nøkler akkurat nå")
	})
}

func TestKEY5_TheRequisitionerIsAskedForTheAddressInTheAgreement(t *testing.T) {
	onSite(t, keystest.Terms{}, func(t *testing.T, s *site) {
		f := s.Form()
		f.AskedBy = keys.Requisitioner
		who, numbers, you := fields(f)
		ask := s.post("/keys/new", who).leads(t, "/keys/requisition?agreement=")
		s.get(ask).sees(t, http.StatusOK, "Bjerkelia borettslag", `name="email"`)
		s.post("/keys/requisition", url.Values{"agreement": {f.AgreementID}, "email": {"ingrid@"}}).sees(t, http.StatusUnprocessableEntity, `value="ingrid@"`, "Skriv en e-postadresse")

		listed := s.post("/keys/requisition", url.Values{"agreement": {f.AgreementID}, "email": {"ingrid@board.example"}})
		stranger := s.post("/keys/requisition", url.Values{"agreement": {f.AgreementID}, "email": {"stranger@home.example"}})
		if listed.status != stranger.status || listed.location != stranger.location || listed.body != stranger.body {
			t.Errorf("a listed address is answered %d %s, another %d %s", listed.status, listed.location, stranger.status, stranger.location)
		}
		s.get(listed.leads(t, "/keys/requisition/sent")).sees(t, http.StatusOK, "Hvis adressen står i nøkkelavtalen")

		at := "/keys/requisition/" + s.requisitionToken()
		s.get(at).sees(t, http.StatusOK, "Bjerkelia borettslag", "Begynn bestillingen")
		s.post(at, url.Values{}).sees(t, http.StatusUnprocessableEntity, "Velg nøkkelbrikke eller systemnøkkel")
		at = s.post(at, url.Values{"product": {"fob"}}).leads(t, "/keys/order/")
		draft := strings.TrimSuffix(at, "/numbers")
		s.post(at, numbers).leads(t, draft+"/you")
		s.get(draft+"/you").sees(t, http.StatusOK, "Hvilken beboer skal ha den?", `autocomplete="off"`)
		s.post(draft+"/you", you).leads(t, draft+"/sum")
		s.get(draft+"/sum").sees(t, http.StatusOK, "Bestill og send betalingslenke")
		done := s.post(draft+"/sum", url.Values{"total": {"45100"}}).leads(t, draft+"/done")
		s.get(done).sees(t, http.StatusOK, "Bestilling N-10001 er lagt inn", "Beboeren får en e-post")
		s.get("/keys/requisition/nonsense").sees(t, http.StatusNotFound)
	})
}
