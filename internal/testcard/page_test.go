package testcard_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"skranke/internal/testcard/client"
)

func TestAnAcceptedCardReservesAndGoesBackToTheShop(t *testing.T) {
	p := start(t)
	s := p.session(t)
	shown := p.get(t, s.URL)
	shown.want(t, 200, "<html lang=\"nb\">", "Test – ingen penger flyttes", "1\u00a0249,50\u00a0kr", "1 nøkkelbrikke", "KO-1001",
		"4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0000 0000 9995", "4000 0000 0000 3220",
		`href="http://shop.example/orders/1/cancel?session=`+s.ID+`"`)
	got := p.pay(t, s, accepted)
	if want := "http://shop.example/orders/1?from=card&session=" + s.ID; got.status != 303 || got.location != want {
		t.Fatalf("got %d %s, want 303 %s", got.status, got.location, want)
	}
	if now, err := p.Session(t.Context(), s.ID); err != nil || now.State != client.SessionPaid {
		t.Fatalf("got %+v, %v", now, err)
	}
}

func TestAPaidSessionSaysSoAndLeadsBack(t *testing.T) {
	p := start(t)
	s := p.session(t)
	p.pay(t, s, accepted)
	back := "http://shop.example/orders/1?from=card&amp;session=" + s.ID
	p.get(t, s.URL).want(t, 200, "Allerede betalt", "4242", `href="`+back+`"`)
	p.get(t, s.URL+"/confirm").want(t, 200, "Allerede betalt")
	if again := p.pay(t, s, declined); again.status != 303 {
		t.Fatalf("a second click got %d", again.status)
	}
	wantMoney(t, p.payment(t, s.Payment), client.Reserved, 0, 0, 0)
}

func TestAChosenTestCardFillsInTheForm(t *testing.T) {
	p := start(t)
	s := p.session(t)
	shown := p.get(t, s.URL)
	links := regexp.MustCompile(`href="(/pay/[^"]+\?card=[^"]+)"`).FindAllStringSubmatch(shown.body, -1)
	if len(links) != 11 {
		t.Fatalf("%d cards to choose", len(links))
	}
	for _, link := range links {
		filled := p.get(t, p.url+link[1])
		filled.want(t, 200, `aria-current="true"`, `value="12/34"`, `value="123"`)
	}
	p.get(t, s.URL+"?card=accepted").want(t, 200, `value="`+accepted+`"`)
	p.get(t, s.URL+"?card=nonsense").want(t, 200, `name="number" value=""`)
}

func TestABankThatSaysNoLeavesThePaymentOpen(t *testing.T) {
	for number, want := range map[string]struct{ failure, words string }{
		declined: {client.FailDeclined, "Banken avviste kortet"},
		noFunds:  {client.FailNoFunds, "for lite penger"},
	} {
		p := start(t)
		s := p.session(t)
		p.pay(t, s, number).want(t, 422, "Betalingen gikk ikke gjennom", want.words, `value="`+number+`"`, `value="12/34"`)
		got := p.payment(t, s.Payment)
		if got.State != client.Created || got.Failure != want.failure {
			t.Fatalf("got %+v", got)
		}
		if next := p.pay(t, s, accepted); next.status != 303 {
			t.Fatalf("another card got %d", next.status)
		}
		if got := p.payment(t, s.Payment); got.State != client.Reserved || got.Failure != "" {
			t.Fatalf("got %+v", got)
		}
	}
}

func TestTheExtraStepAsksThePayer(t *testing.T) {
	p := start(t)
	s := p.session(t)
	if first := p.pay(t, s, extraStep); first.status != 303 || first.location != "/pay/"+s.ID+"/confirm" {
		t.Fatalf("got %d %s", first.status, first.location)
	}
	wantMoney(t, p.payment(t, s.Payment), client.Created, 0, 0, 0)
	p.get(t, s.URL+"/confirm").want(t, 200, "Bekreft betalingen", "3220")

	p.post(t, s.URL+"/confirm", url.Values{"answer": {"no"}}).want(t, 422, "ikke bekreftet i banken")
	if got := p.payment(t, s.Payment); got.State != client.Created || got.Failure != client.FailNotConfirmed {
		t.Fatalf("got %+v", got)
	}
	for _, late := range []page{p.get(t, s.URL+"/confirm"), p.post(t, s.URL+"/confirm", url.Values{"answer": {"yes"}})} {
		if late.status != 303 || late.location != "/pay/"+s.ID {
			t.Fatalf("with nothing to confirm: %d %s", late.status, late.location)
		}
	}

	p.pay(t, s, extraStep)
	if yes := p.post(t, s.URL+"/confirm", url.Values{"answer": {"yes"}}); !strings.HasPrefix(yes.location, "http://shop.example/") {
		t.Fatalf("got %d %s", yes.status, yes.location)
	}
	wantMoney(t, p.payment(t, s.Payment), client.Reserved, 0, 0, 0)
}

func TestMistakesAreToldFieldByFieldAndWhatWasTypedStaysButTheCVC(t *testing.T) {
	tests := []struct {
		name, number, expiry, cvc string
		words                     []string
	}{
		{"nothing", "", "", "", []string{"3 feil må rettes", "eller velg et testkort", "Skriv måned og år", "Skriv de tre sifrene"}},
		{"a slip in the number", "4242 4242 4242 4243", "12/34", "987", []string{"1 feil må rettes", "Kontroller sifrene", `value="4242 4242 4242 4243"`}},
		{"letters", "4242 4242 4242 424x", "12/34", "987", []string{"Kontroller sifrene"}},
		{"a number that is no test card", "5555 5555 5555 4444", "12/34", "987", []string{"ikke et testkort"}},
		{"markup", `"><script>alert(1)</script>`, "12/34", "987", []string{"Kontroller sifrene", "&lt;script&gt;"}},
		{"a month too many", accepted, "13/34", "987", []string{"Skriv måned og år", `value="13/34"`}},
		{"an expired card", accepted, "10/26", "987", []string{"Kortet er utløpt"}},
		{"a long CVC", accepted, "12/34", "9876", []string{"Skriv de tre sifrene"}},
		{"a CVC of letters", accepted, "12/34", "98x", []string{"Skriv de tre sifrene"}},
	}
	p := start(t)
	s := p.session(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := p.post(t, s.URL, url.Values{"number": {tt.number}, "expiry": {tt.expiry}, "cvc": {tt.cvc}})
			got.want(t, 422, append(tt.words, `aria-invalid="true"`, `name="cvc" value=""`)...)
			if strings.Contains(got.body, "<script") || tt.cvc != "" && strings.Contains(got.body, `"`+tt.cvc+`"`) {
				t.Errorf("the page repeats what it should not: %s", got.body)
			}
		})
	}
	if got := p.payment(t, s.Payment); got.Version != 1 {
		t.Fatalf("a mistake in the form reached the payment: %+v", got)
	}
}

func TestExpiryIsReadAsPeopleWriteIt(t *testing.T) {
	p := start(t) // it is November 2026
	for _, expiry := range []string{"12/34", "12 / 34", "1234", "12/2034", "1/34", "11/26"} {
		got := p.post(t, p.session(t).URL, url.Values{"number": {"4242-4242-4242-4242"}, "expiry": {expiry}, "cvc": {"123"}})
		if got.status != 303 {
			t.Errorf("%q got %d", expiry, got.status)
		}
	}
	for _, expiry := range []string{"34", "123", "12/3", "12/034", "0/34", "12-34", "a/34", "12345", "10/26"} {
		got := p.post(t, p.session(t).URL, url.Values{"number": {accepted}, "expiry": {expiry}, "cvc": {"123"}})
		if got.status != 422 {
			t.Errorf("%q got %d", expiry, got.status)
		}
	}
}

func TestAnExpiredSessionSaysSoAndTakesNoMoney(t *testing.T) {
	p := start(t)
	s := p.session(t)
	p.pay(t, s, extraStep)
	p.later(t, 0, 24*time.Hour)
	p.get(t, s.URL).want(t, http.StatusGone, "Betalingslenken har gått ut", "Gå tilbake")
	p.pay(t, s, accepted).want(t, http.StatusGone, "Betalingslenken har gått ut")
	p.post(t, s.URL+"/confirm", url.Values{"answer": {"yes"}}).want(t, http.StatusGone)
	wantMoney(t, p.payment(t, s.Payment), client.Created, 0, 0, 0)
}

func TestALapsedPaymentsPageDoesNotSayPaid(t *testing.T) {
	p := start(t)
	s := p.session(t)
	p.pay(t, s, accepted)
	p.later(t, 1, 7*24*time.Hour)
	p.get(t, s.URL).want(t, http.StatusGone, "Betalingen er avsluttet", "Ingen penger er reservert")
}

func TestManyClicksAtOnceMakeOneReservation(t *testing.T) {
	p := start(t)
	s := p.session(t)
	var clicks sync.WaitGroup
	for range 8 {
		clicks.Go(func() {
			if got := p.pay(t, s, accepted); got.status != 303 || !strings.HasPrefix(got.location, "http://shop.example/") {
				t.Errorf("got %d %s", got.status, got.location)
			}
		})
	}
	clicks.Wait()
	if got := p.payment(t, s.Payment); got.Version != 2 || got.State != client.Reserved {
		t.Fatalf("got %+v", got)
	}
}

func TestPagesSpeakTheSessionsLanguage(t *testing.T) {
	p := start(t)
	for lang, words := range map[string][]string{
		"nb": {"Betal 1\u00a0249,50\u00a0kr", "Kortnummer", "Avvises av banken"},
		"sv": {"Betala 1\u00a0249,50\u00a0kr", "Kortnummer", "Nekas av banken"},
		"da": {"Betal 1.249,50\u00a0kr.", "Kortnummer", "Afvises af banken"},
		"en": {"Pay NOK\u00a01,249.50", "Card number", "Declined by the bank"},
	} {
		order := p.order()
		order.Language = lang
		s, err := p.CreateSession(t.Context(), p.key(), order)
		if err != nil {
			t.Fatal(err)
		}
		pages := []page{p.get(t, s.URL), p.post(t, s.URL, nil), p.pay(t, s, declined), p.pay(t, s, noFunds)}
		pages[0].want(t, 200, words...)
		p.pay(t, s, extraStep)
		pages = append(pages, p.get(t, s.URL+"/confirm"), p.post(t, s.URL+"/confirm", nil))
		p.pay(t, s, accepted)
		pages = append(pages, p.get(t, s.URL))
		for _, shown := range pages {
			if !strings.Contains(shown.body, `<html lang="`+lang+`">`) || strings.Contains(shown.body, ">testcard.") {
				t.Errorf("%s: wrong language or a text without words:\n%s", lang, shown.body)
			}
		}
	}
}

func TestAnUnknownPageIsFriendlyInTheBrowsersLanguage(t *testing.T) {
	p := start(t)
	for accept, words := range map[string]string{"sv-SE,en;q=0.5": "Betalningen hittades inte", "": "Payment not found"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+"/pay/ses_none", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Language", accept)
		p.do(t, req).want(t, http.StatusNotFound, words)
	}
	p.get(t, p.url+"/").want(t, http.StatusNotFound, "Payment not found")
}

func TestPagesRunNothingAndMayOnlyReturnToTheShop(t *testing.T) {
	p := start(t)
	s := p.session(t)
	shown := p.get(t, s.URL)
	want := "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' http://shop.example; base-uri 'none'; frame-ancestors 'none'"
	for name, value := range map[string]string{
		"Content-Security-Policy": want, "Cache-Control": "no-store", "Referrer-Policy": "same-origin",
		"X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex",
	} {
		if got := shown.header.Get(name); got != value {
			t.Errorf("%s: %s, want %s", name, got, value)
		}
	}
	if regexp.MustCompile(`(?i)<script|style=|\son[a-z]+=`).MatchString(shown.body) {
		t.Errorf("the policy forbids something on the page:\n%s", shown.body)
	}
	for _, asset := range regexp.MustCompile(`"(/assets/[^"]+)"`).FindAllStringSubmatch(shown.body, -1) {
		if got := p.get(t, p.url+asset[1]); got.status != 200 || !strings.Contains(got.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", asset[1], got.status, got.header)
		}
	}
	p.get(t, p.url+"/assets/page.css").want(t, http.StatusNotFound)
}

func TestAFormFromAnotherSiteIsRefused(t *testing.T) {
	p := start(t)
	s := p.session(t)
	form := url.Values{"number": {accepted}, "expiry": {"12/34"}, "cvc": {"123"}}.Encode()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	p.do(t, req).want(t, http.StatusForbidden, "The form could not be read")
	wantMoney(t, p.payment(t, s.Payment), client.Created, 0, 0, 0)
	p.post(t, s.URL, url.Values{"number": {strings.Repeat("4", 20_000)}}).want(t, http.StatusBadRequest, "The form could not be read")
}
