package billingweb_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/billing"
	"skranke/internal/billing/billingweb"
	"skranke/internal/brand"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/event"
	"skranke/internal/i18n"
	"skranke/internal/jobs"
	"skranke/internal/link"
	"skranke/internal/money"
	"skranke/internal/testcard"
	"skranke/internal/testcard/client"
	"skranke/internal/web"
)

const webhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// now is the one time that both sides go by.
func now() time.Time { return time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC) }

// site is the pages on a server of their own, with a provider beside them that sends no webhooks by itself.
type site struct {
	t        *testing.T
	url      string
	edge     *web.Edge
	billing  *billing.Service
	provider *testcard.Server
	browser  *http.Client
}

// visitors are who the session cookie may name.
var visitors = map[string]web.Visitor{
	"staff": {Actor: authz.Actor{ID: "fia", Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: []authz.Permission{billing.MaySee, billing.MayRetry, billing.MayRefund}}}}},
	"clerk": {Actor: authz.Actor{ID: "ola", Kind: authz.Staff}},
	"oak":   {Actor: authz.Actor{ID: "ida", Kind: authz.Person, Grants: []authz.Grant{{Scope: authz.Customer, ID: "oak", May: []authz.Permission{billing.MaySee}}}}},
}

func each(t *testing.T, f func(t *testing.T, s *site)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f(t, newSite(t, d))
	})
}

func newSite(t *testing.T, d *db.DB) *site {
	t.Helper()
	d.SetClock(now)
	check(t, jobs.Migrate(t.Context(), d))
	queue := jobs.New(d, slog.New(slog.DiscardHandler))
	check(t, queue.Open(0))
	signer, err := link.NewSigner([]byte(strings.Repeat("s", 32)))
	check(t, err)
	firm, err := brand.New("Fjordlås", "#14594F")
	check(t, err)

	s := &site{t: t, provider: testcard.New(testcard.Config{Secret: "sk_test", Now: now})}
	theirs := httptest.NewServer(s.provider.Handler())
	card, err := billing.NewTestcard(billing.TestcardConfig{URL: theirs.URL, Secret: "sk_test", WebhookSecret: webhookSecret, Now: now})
	check(t, err)
	edge := web.New(web.Config{
		Log: slog.New(slog.DiscardHandler), Brand: firm, Language: i18n.EN,
		Authenticate: func(_ context.Context, token string) (web.Visitor, error) { return visitors[token], nil },
	})
	own := httptest.NewServer(edge)
	s.url, s.edge = own.URL, edge
	s.billing = &billing.Service{DB: d, Log: &event.Log{}, Jobs: queue, Signer: signer, BaseURL: own.URL, Providers: []billing.Provider{card}}
	pages := &billingweb.Pages{
		Billing: s.billing, About: map[string]string{"keys.order": "/office/key-orders/"},
		Names: func(context.Context, []string) (map[string]string, error) {
			return map[string]string{"fia": "Fia Berg"}, nil
		},
	}
	edge.Mount(pages.Routes()...)
	s.browser = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(func() {
		own.Close()
		theirs.Close()
		s.provider.Close()
	})
	return s
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// started opens a payment and gives it as kept, with its page.
func (s *site) started(subject string) billing.Payment {
	s.t.Helper()
	var p billing.Payment
	check(s.t, s.billing.DB.InTx(s.t.Context(), func(tx *db.Tx) (err error) {
		p, err = s.billing.Open(s.t.Context(), tx, billing.Ask{
			Kind: "keys.order", Subject: subject, Reference: "N-" + subject, CustomerID: "oak",
			Amount: money.Of(124950, money.NOK), Description: "1 key fob", L: i18n.EN, ReturnPath: "/status/" + subject,
		})
		return err
	}))
	_, err := s.billing.Start(s.t.Context(), p.ID)
	check(s.t, err)
	all, err := s.billing.ForSubject(s.t.Context(), s.billing.DB, "keys.order", subject)
	check(s.t, err)
	return all[0]
}

// pay fills the provider's page in and gives the address that the payer is sent to.
func (s *site) pay(p billing.Payment) string {
	s.t.Helper()
	a := s.send(http.MethodPost, p.Page, "", url.Values{"number": {"4242424242424242"}, "expiry": {"12/34"}, "cvc": {"123"}}.Encode(),
		http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
	if a.status != http.StatusSeeOther {
		s.t.Fatalf("pay: %d %s", a.status, a.body)
	}
	return a.header.Get("Location")
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (s *site) send(method, address, session, body string, header http.Header) answer {
	s.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = s.url + address
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, address, strings.NewReader(body))
	check(s.t, err)
	for k, v := range header {
		req.Header[k] = v
	}
	if session != "" {
		req.AddCookie(&http.Cookie{Name: "skranke", Value: session})
	}
	res, err := s.browser.Do(req)
	check(s.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	check(s.t, err)
	return answer{res.StatusCode, res.Header, string(text)}
}

func (s *site) get(address, session string) answer {
	s.t.Helper()
	return s.send(http.MethodGet, address, session, "", nil)
}

// want fails unless the answer has the status and holds all the words.
func (a answer) want(t *testing.T, status int, words ...string) {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	for _, w := range words {
		if !strings.Contains(a.body, w) {
			t.Errorf("%q is not in:\n%s", w, a.body)
		}
	}
}

func (s *site) hook(messageID, body string) http.Header {
	s.t.Helper()
	signature, err := client.Sign(webhookSecret, messageID, now(), []byte(body))
	check(s.t, err)
	h := http.Header{}
	h.Set(client.HeaderID, messageID)
	h.Set(client.HeaderTimestamp, strconv.FormatInt(now().Unix(), 10))
	h.Set(client.HeaderSignature, signature)
	return h
}

func TestAWebhookIsAnsweredByWhatItIs(t *testing.T) {
	const path = "/webhooks/cards/testcard"
	each(t, func(t *testing.T, s *site) {
		p := s.started("1")
		body := `{"type":"payment.reserved","data":{"id":"` + p.ProviderRef + `","session":"` + p.Session +
			`","state":"reserved","version":2,"amount_minor":124950,"currency":"NOK"}}`
		if a := s.send(http.MethodPost, path, "", body, nil); a.status != http.StatusUnauthorized || a.body != "" {
			t.Errorf("unsigned: %d %q", a.status, a.body)
		}
		s.send(http.MethodPost, "/webhooks/cards/nobody", "", body, s.hook("msg_1", body)).want(t, http.StatusNotFound)
		large := `{"x":"` + strings.Repeat("x", 64<<10) + `"}`
		s.send(http.MethodPost, path, "", large, s.hook("msg_1", large)).want(t, http.StatusRequestEntityTooLarge)

		cross := s.hook("msg_1", body)
		cross.Set("Origin", "https://elsewhere.example") // a machine's route: its signature counts, not its origin
		s.send(http.MethodPost, path, "", body, cross).want(t, http.StatusOK)
		s.send(http.MethodPost, path, "", body, s.hook("msg_1", body)).want(t, http.StatusOK)
		all, err := s.billing.ForSubject(t.Context(), s.billing.DB, "keys.order", "1")
		if err != nil || all[0].State != billing.Reserved {
			t.Errorf("%+v (%v)", all, err)
		}
	})
}

func TestKEY4_APayerWhoComesBackIsSentOnOrToldToWait(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		p := s.started("1")
		home := "/pay/return/" + s.billing.Signer.Token("billing.return", p.ID)
		sentOn := func(a answer) {
			t.Helper()
			if a.status != http.StatusSeeOther || a.header.Get("Location") != "/status/1" {
				t.Errorf("%d to %q", a.status, a.header.Get("Location"))
			}
		}

		sentOn(s.get(home+"?cancelled=1", ""))
		a := s.get(home, "")
		a.want(t, http.StatusOK, "We are checking the payment", "N-1", "NOK\u00a01,249.50", home+"?look=1", `href="/status/1"`)
		if got := a.header.Get("Refresh"); got != "4; url="+home+"?look=1" {
			t.Errorf("refresh %q", got)
		}
		sentOn(s.get(home+"?look=2", "")) // the provider says that nobody has paid: nothing to wait for

		back := s.pay(p)
		s.provider.SetBehaviour(testcard.Behaviour{Down: true})
		s.get(back, "").want(t, http.StatusOK, "We are checking the payment")
		s.get(home+"?look=5", "").want(t, http.StatusOK, "is not answering")
		if a := s.get(home+"?look=20", ""); a.header.Get("Refresh") != "" {
			t.Error("the page reloads for ever")
		}
		s.provider.SetBehaviour(testcard.Behaviour{})
		sentOn(s.get(back, ""))
		s.get("/pay/return/x", "").want(t, http.StatusNotFound)
	})
}

func TestStaffReadThePaymentsAndOthersDoNot(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.get("/office/payments", "staff").want(t, http.StatusOK, "No payments here")
		p := s.started("1")
		s.get(s.pay(p), "")
		file := "/office/payments/" + p.ID

		s.get("/office/payments", "staff").want(t, http.StatusOK, "N-1", file, "Reserved", "NOK\u00a01,249.50")
		s.get("/office/payments?state=captured", "staff").want(t, http.StatusOK, "No payments here", "Show all payments")
		s.get("/office/payments?state=nonsense&after=nonsense", "staff").want(t, http.StatusOK)
		s.get(file, "staff").want(t, http.StatusOK, "N-1", "/office/key-orders/1", "Reserved until", "The amount was reserved", "Answer to a question", file+"/retry")

		for _, path := range []string{"/office/payments", file} {
			s.get(path, "clerk").want(t, http.StatusForbidden)
			s.get(path, "oak").want(t, http.StatusNotFound)
			if a := s.get(path, ""); a.status != http.StatusSeeOther || !strings.HasPrefix(a.header.Get("Location"), "/sign-in") {
				t.Errorf("%s without a session: %d", path, a.status)
			}
		}
		s.get("/office/payments/nonsense", "staff").want(t, http.StatusNotFound)
		s.send(http.MethodPost, file+"/retry", "clerk", "", nil).want(t, http.StatusForbidden)
		if a := s.send(http.MethodPost, file+"/retry", "staff", "", nil); a.status != http.StatusSeeOther || a.header.Get("Location") != file {
			t.Errorf("retry: %d to %q", a.status, a.header.Get("Location"))
		}
		s.get(file, "staff").want(t, http.StatusOK, "The card provider was asked again")
	})
}

func TestEveryWordThatIsLookedUpHasAText(t *testing.T) {
	var codes []string
	for _, s := range billing.States() {
		codes = append(codes, "billing.state."+string(s))
	}
	for _, f := range []string{billing.FailDeclined, billing.FailNoFunds, billing.FailConfirm, billing.FailAbandoned, billing.FailOther} {
		codes = append(codes, "billing.failure."+f)
	}
	for _, a := range []billing.Action{billing.Start, billing.Decline, billing.Refuse, billing.Reserve, billing.Capture, billing.Release, billing.Lapse, billing.Fail, billing.Refund, billing.AskRefund} {
		codes = append(codes, a.Event())
	}
	for _, a := range []billing.Action{billing.Capture, billing.Release, billing.Refund} {
		codes = append(codes, "billing.step."+string(a))
	}
	for _, s := range []billing.StepState{billing.StepQueued, billing.StepDone, billing.StepFailed} {
		codes = append(codes, "billing.step_state."+string(s))
	}
	codes = append(codes, "billing.state.part_refunded", "billing.payment.retry", "billing.message.look", "billing.message.call", "billing.message.webhook", "billing.retried", "billing.refund_asked",
		"billing.refund.amount", "billing.refund.reason", "billing.refund.reason_long", "billing.over_refund")
	for _, c := range codes {
		if !i18n.HasCode(c) {
			t.Errorf("%s has no text", c)
		}
	}
}
