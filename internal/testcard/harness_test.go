package testcard_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"skranke/internal/testcard"
	"skranke/internal/testcard/client"
)

const (
	secretKey     = "sk_test"
	webhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

	accepted  = "4242 4242 4242 4242"
	declined  = "4000 0000 0000 0002"
	noFunds   = "4000 0000 0000 9995"
	extraStep = "4000 0000 0000 3220"
)

// clock is moved by hand.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// hook is one webhook as it came.
type hook struct {
	id, signature string
	event         client.Event
}

// shop receives webhooks and the returning browser.
type shop struct {
	url   string
	hooks chan hook
	mu    sync.Mutex
	fails int // how many webhooks are still answered 500
}

func (s *shop) failNext(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fails = n
}

func newShop(t *testing.T, now func() time.Time) *shop {
	t.Helper()
	s := &shop{hooks: make(chan hook, 100)}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet { // a browser that comes back
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte(`<!doctype html><html lang="nb"><title>Shop</title><link rel="icon" href="data:,"><h1>Back at ` + r.URL.Path))
			return
		}
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = client.Verify(webhookSecret, r.Header, body, now())
		}
		event, perr := client.ParseEvent(body)
		if err != nil || perr != nil {
			t.Errorf("webhook: %v, %v", err, perr)
		}
		s.mu.Lock()
		failing := s.fails > 0
		if failing {
			s.fails--
		}
		s.mu.Unlock()
		s.hooks <- hook{r.Header.Get(client.HeaderID), r.Header.Get(client.HeaderSignature), event}
		if failing {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	t.Cleanup(srv.Close)
	s.url = srv.URL
	return s
}

// next waits for a webhook.
func (s *shop) next(t *testing.T) hook {
	t.Helper()
	select {
	case h := <-s.hooks:
		return h
	case <-time.After(10 * time.Second):
		t.Fatal("no webhook came")
		return hook{}
	}
}

// provider is a running server with all around it.
type provider struct {
	*testcard.Server
	*client.Client
	url     string
	clock   *clock
	shop    *shop
	browser *http.Client
	keys    int
}

// start runs a provider; change adjusts its settings first.
func start(t *testing.T, change ...func(*testcard.Config)) *provider {
	t.Helper()
	c := &clock{t: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	s := newShop(t, c.Now)
	cfg := testcard.Config{
		Secret: secretKey, WebhookURL: s.url, WebhookSecret: webhookSecret, Now: c.Now,
		WebhookRetries: []time.Duration{time.Millisecond, 2 * time.Millisecond, 4 * time.Millisecond},
	}
	for _, f := range change {
		f(&cfg)
	}
	server := testcard.New(cfg)
	srv := httptest.NewServer(server.Handler())
	t.Cleanup(func() {
		srv.Close()
		server.Close()
	})
	return &provider{
		Server: server, Client: client.New(srv.URL, secretKey, nil), url: srv.URL, clock: c, shop: s,
		browser: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
}

// later moves the clock on, after the webhooks on their way have come: they would look old at the new time.
func (p *provider) later(t *testing.T, webhooks int, d time.Duration) {
	t.Helper()
	for range webhooks {
		p.shop.next(t)
	}
	p.clock.move(d)
}

func (p *provider) key() string {
	p.keys++
	return fmt.Sprintf("key-%d", p.keys)
}

func (p *provider) order() client.NewSession {
	return client.NewSession{
		Reference: "KO-1001", AmountMinor: 124950, Currency: "NOK", Description: "1 nøkkelbrikke", Language: "nb",
		ReturnURL: "http://shop.example/orders/1?from=card", CancelURL: "http://shop.example/orders/1/cancel",
		CustomerEmail: "ola@beboer.example", ExpiresAt: p.clock.Now().Add(24 * time.Hour),
	}
}

// session makes a session with the order's usual content.
func (p *provider) session(t *testing.T) client.Session {
	t.Helper()
	s, err := p.CreateSession(t.Context(), p.key(), p.order())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// reserved makes a session and pays it.
func (p *provider) reserved(t *testing.T) client.Payment {
	t.Helper()
	s := p.session(t)
	if r := p.pay(t, s, accepted); r.status != http.StatusSeeOther {
		t.Fatalf("pay: %d %s", r.status, r.body)
	}
	return p.payment(t, s.Payment)
}

func (p *provider) payment(t *testing.T, id string) client.Payment {
	t.Helper()
	got, err := p.Payment(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// page is what a browser got.
type page struct {
	status   int
	body     string
	location string
	header   http.Header
}

func (p *provider) pay(t *testing.T, s client.Session, number string) page {
	t.Helper()
	return p.post(t, s.URL, url.Values{"number": {number}, "expiry": {"12/34"}, "cvc": {"123"}})
}

func (p *provider) post(t *testing.T, address string, form url.Values) page {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return p.do(t, req)
}

func (p *provider) get(t *testing.T, address string) page {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p.do(t, req)
}

func (p *provider) do(t *testing.T, req *http.Request) page {
	t.Helper()
	res, err := p.browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return page{res.StatusCode, string(body), res.Header.Get("Location"), res.Header}
}

// want fails unless the page has the status and shows all the words.
func (g page) want(t *testing.T, status int, words ...string) {
	t.Helper()
	if g.status != status {
		t.Fatalf("status %d, want %d: %s", g.status, status, g.body)
	}
	for _, w := range words {
		if !strings.Contains(g.body, w) {
			t.Errorf("%q is not on the page:\n%s", w, g.body)
		}
	}
}
