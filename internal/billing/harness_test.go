package billing_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"skranke/internal/billing"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/jobs"
	"skranke/internal/link"
	"skranke/internal/money"
	"skranke/internal/testcard"
	"skranke/internal/testcard/client"
)

const (
	kind          = "keys.order"
	apiSecret     = "sk_test"
	webhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

	accepted = "4242 4242 4242 4242"
	declined = "4000 0000 0000 0002"
)

// clock is the one time that shop and provider go by.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// shop is billing with a real provider beside it, over HTTP both ways.
type shop struct {
	*billing.Service
	clock    *clock
	provider *testcard.Server
	browser  *http.Client
	came     atomic.Int64 // webhooks so far
	taken    atomic.Int64 // and answered
}

func newShop(t *testing.T, d *db.DB) *shop {
	t.Helper()
	s := &shop{clock: &clock{t: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}}
	d.SetClock(s.clock.now)
	signer, err := link.NewSigner([]byte(strings.Repeat("s", 32)))
	check(t, err)
	check(t, jobs.Migrate(t.Context(), d))
	queue := jobs.New(d, slog.New(slog.DiscardHandler))
	s.Service = &billing.Service{DB: d, Log: &event.Log{}, Jobs: queue, Signer: signer}

	own := httptest.NewServer(http.HandlerFunc(s.hear))
	s.provider = testcard.New(testcard.Config{
		Secret: apiSecret, WebhookURL: own.URL, WebhookSecret: webhookSecret, Now: s.clock.now,
		WebhookRetries: []time.Duration{time.Millisecond, 5 * time.Millisecond}, LateBy: 100 * time.Millisecond,
	})
	theirs := httptest.NewServer(s.provider.Handler())
	card, err := billing.NewTestcard(billing.TestcardConfig{URL: theirs.URL, Secret: apiSecret, WebhookSecret: webhookSecret, Now: s.clock.now})
	check(t, err)
	s.BaseURL, s.Providers = own.URL, []billing.Provider{card}
	s.browser = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

	billing.Register(queue, s.Service)
	check(t, queue.Open(4))
	check(t, queue.Start(context.WithoutCancel(t.Context())))
	t.Cleanup(func() {
		s.provider.Close()
		own.Close()
		theirs.Close()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
		defer cancel()
		if err := queue.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return s
}

// hear is the webhook's address, as billingweb answers it.
func (s *shop) hear(w http.ResponseWriter, r *http.Request) {
	s.came.Add(1)
	defer s.taken.Add(1)
	body, _ := io.ReadAll(r.Body)
	if err := s.Hear(r.Context(), billing.TestcardName, r.Header, body); err != nil {
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// each runs f with a shop on both databases.
func each(t *testing.T, f func(t *testing.T, s *shop)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f(t, newShop(t, d))
	})
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *shop) tx(t *testing.T, f func(tx *db.Tx) error) {
	t.Helper()
	check(t, s.DB.InTx(t.Context(), f))
}

func ask(subject string) billing.Ask {
	return billing.Ask{
		Kind: kind, Subject: subject, Reference: "N-" + subject, CustomerID: "oak", Amount: money.Of(124950, money.NOK),
		Description: "1 nøkkelbrikke", L: i18n.NB, ReturnPath: "/orders/" + subject,
	}
}

func (s *shop) open(t *testing.T, subject string) billing.Payment {
	t.Helper()
	var p billing.Payment
	s.tx(t, func(tx *db.Tx) (err error) {
		p, err = s.Open(t.Context(), tx, ask(subject))
		return err
	})
	return p
}

// started opens a payment and gives its page.
func (s *shop) started(t *testing.T, subject string) (billing.Payment, string) {
	t.Helper()
	p := s.open(t, subject)
	page, err := s.Start(t.Context(), p.ID)
	check(t, err)
	return p, page
}

// reserved opens a payment and pays it.
func (s *shop) reserved(t *testing.T, subject string) billing.Payment {
	t.Helper()
	p, page := s.started(t, subject)
	s.pay(t, page, accepted)
	return s.wait(t, p.ID, billing.Reserved)
}

// pay fills the provider's page in and gives the address the payer is sent back to; empty when the page comes again.
func (s *shop) pay(t *testing.T, page, card string) string {
	t.Helper()
	form := url.Values{"number": {card}, "expiry": {"12/34"}, "cvc": {"123"}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, page, strings.NewReader(form.Encode()))
	check(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := s.browser.Do(req)
	check(t, err)
	defer res.Body.Close()
	return res.Header.Get("Location")
}

// back is what the payer's browser does at the address it is sent to.
func (s *shop) back(t *testing.T, address string) billing.Back {
	t.Helper()
	u, err := url.Parse(address)
	check(t, err)
	token := u.Path[strings.LastIndex(u.Path, "/")+1:]
	b, err := s.Returned(t.Context(), token, u.Query().Get("cancelled") != "")
	check(t, err)
	return b
}

func (s *shop) payment(t *testing.T, id string) billing.Payment {
	t.Helper()
	p, err := db.One[billing.Payment](t.Context(), s.DB, `SELECT id, kind, subject, attempt, state, session, provider_ref, page, captured, refunded, failure,
		currency, amount, late, reserved_until, look_at, version FROM payments WHERE id = $1`, id)
	check(t, err)
	return p
}

// wait gives the payment once it has come to a state.
func (s *shop) wait(t *testing.T, id string, want billing.State) billing.Payment {
	t.Helper()
	var p billing.Payment
	until(t, func() string {
		p = s.payment(t, id)
		return differs(p.State, want)
	})
	return p
}

func differs[T comparable](got, want T) string {
	if got == want {
		return ""
	}
	return fmt.Sprintf("%v, want %v", got, want)
}

// until waits for a condition that other goroutines bring about; missing says what is still wrong.
func until(t *testing.T, missing func() string) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		wrong := missing()
		if wrong == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(wrong)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// calm waits until neither jobs nor webhooks are at work.
func (s *shop) calm(t *testing.T) {
	t.Helper()
	check(t, s.Jobs.Drain(t.Context()))
	until(t, func() string { return differs(s.taken.Load(), s.came.Load()) })
	check(t, s.Jobs.Drain(t.Context())) // what the webhooks led to
}

// events lists what has happened to a payment, without "billing.payment.".
func (s *shop) events(t *testing.T, id string) []string {
	t.Helper()
	es, err := event.Of(t.Context(), s.DB, id)
	check(t, err)
	out := []string{}
	for _, e := range es {
		out = append(out, strings.TrimPrefix(e.Name, "billing.payment."))
	}
	return out
}

func (s *shop) wantEvents(t *testing.T, id string, want ...string) {
	t.Helper()
	if got := s.events(t, id); !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
}

// atProvider is the provider's own view of a payment.
func (s *shop) atProvider(t *testing.T, p billing.Payment) client.Payment {
	t.Helper()
	ref := s.payment(t, p.ID).ProviderRef
	for _, c := range s.provider.Payments() {
		if c.ID == ref {
			return c
		}
	}
	t.Fatalf("the provider does not know payment %s", p.ID)
	return client.Payment{}
}

func wantFault(t *testing.T, err error, code string) {
	t.Helper()
	if fault.CodeOf(err) != code {
		t.Errorf("error %v, want %s", err, code)
	}
}

// atOnce runs f n times in parallel and gives the errors.
func atOnce(n int, f func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = f(i) })
	}
	wg.Wait()
	return errs
}
