package stripe_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"skranke/internal/billing"
	"skranke/internal/billing/stripe"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/jobs"
	"skranke/internal/link"
	"skranke/internal/money"

	"github.com/stripe/stripe-go/v85/webhook"
)

const (
	key           = "sk_test_0123456789abcdef"
	webhookSecret = "whsec_0123456789abcdef"
	kind          = "keys.order"
)

// shop is billing on a real database with Stripe as its provider.
type shop struct {
	*billing.Service
	stripe *account
	card   billing.Provider
	events int

	mu  sync.Mutex
	now time.Time
}

func (s *shop) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *shop) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func each(t *testing.T, f func(t *testing.T, s *shop)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f(t, newShop(t, d))
	})
}

func newShop(t *testing.T, d *db.DB) *shop {
	t.Helper()
	s := &shop{now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	d.SetClock(s.clock)
	s.stripe = newAccount(t, s.clock)
	signer, err := link.NewSigner([]byte(strings.Repeat("s", 32)))
	check(t, err)
	check(t, jobs.Migrate(t.Context(), d))
	queue := jobs.New(d, slog.New(slog.DiscardHandler))
	s.card, err = stripe.New(stripe.Config{Key: key, WebhookSecret: webhookSecret, URL: s.stripe.url, Now: s.clock})
	check(t, err)
	s.Service = &billing.Service{DB: d, Log: &event.Log{}, Jobs: queue, Signer: signer, BaseURL: "https://portal.firm.example", Providers: []billing.Provider{s.card}}
	billing.Register(queue, s.Service)
	check(t, queue.Open(4))
	check(t, queue.Start(context.WithoutCancel(t.Context())))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
		defer cancel()
		check(t, queue.Stop(ctx))
	})
	return s
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

func (s *shop) open(t *testing.T, subject string) billing.Payment {
	t.Helper()
	var p billing.Payment
	s.tx(t, func(tx *db.Tx) (err error) {
		p, err = s.Open(t.Context(), tx, billing.Ask{
			Kind: kind, Subject: subject, Reference: "N-" + subject, CustomerID: "oak", Amount: money.Of(124950, money.NOK),
			Description: "N-" + subject + ": 1 nøkkelbrikke", L: i18n.NB, ReturnPath: "/orders/" + subject,
		})
		return err
	})
	return p
}

// started is a payment with its page.
func (s *shop) started(t *testing.T, subject string) billing.Payment {
	t.Helper()
	p := s.open(t, subject)
	_, err := s.Start(t.Context(), p.ID)
	check(t, err)
	return s.payment(t, p.ID)
}

// reserved is a payment that has been paid, and looked at.
func (s *shop) reserved(t *testing.T, subject string) billing.Payment {
	t.Helper()
	p := s.started(t, subject)
	s.stripe.pay(p.Session)
	p, err := s.Look(t.Context(), p.ID)
	check(t, err)
	if p.State != billing.Reserved {
		t.Fatalf("after paying it is %s", p.State)
	}
	return p
}

func (s *shop) payment(t *testing.T, id string) billing.Payment {
	t.Helper()
	p, err := db.One[billing.Payment](t.Context(), s.DB, `SELECT id, kind, subject, attempt, state, session, provider_ref, page, page_until, captured, refunded,
		failure, currency, amount, late, reserved_until, look_at FROM payments WHERE id = $1`, id)
	check(t, err)
	return p
}

// wait gives the payment once jobs have brought it to a state.
func (s *shop) wait(t *testing.T, id string, want billing.State) billing.Payment {
	t.Helper()
	var p billing.Payment
	until(t, func() string {
		p = s.payment(t, id)
		if p.State != want {
			return fmt.Sprintf("%s, want %s", p.State, want)
		}
		return ""
	})
	return p
}

func until(t *testing.T, missing func() string) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for wrong := missing(); wrong != ""; wrong = missing() {
		if time.Now().After(deadline) {
			t.Fatal(wrong)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (s *shop) settle(t *testing.T, does func(ctx context.Context, tx *db.Tx, kind, subject string) error, subject string) {
	t.Helper()
	s.tx(t, func(tx *db.Tx) error { return does(t.Context(), tx, kind, subject) })
}

// names lists what has happened to a payment, without "billing.payment.".
func (s *shop) names(t *testing.T, id string) (out []string) {
	t.Helper()
	es, err := event.Of(t.Context(), s.DB, id)
	check(t, err)
	for _, e := range es {
		out = append(out, strings.TrimPrefix(e.Name, "billing.payment."))
	}
	return out
}

func (s *shop) wantEvents(t *testing.T, id string, want ...string) {
	t.Helper()
	check(t, s.Jobs.Drain(t.Context()))
	if got := s.names(t, id); !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
}

// hook is a webhook about a session as Stripe sends it: the object as it was, and a signature over body and time.
func (s *shop) hook(id, kind string, object map[string]any) (http.Header, []byte) {
	body, _ := json.Marshal(map[string]any{
		"id": id, "object": "event", "api_version": "2020-08-27", "type": kind, "created": s.clock().Unix(), "livemode": false,
		"data": map[string]any{"object": object},
	})
	return signed(s.clock(), body, webhookSecret), body
}

func signed(at time.Time, body []byte, secret string) http.Header {
	h := http.Header{}
	h.Set("Stripe-Signature", fmt.Sprintf("t=%d,v1=%x,v0=aa", at.Unix(), webhook.ComputeSignature(at, body, secret)))
	return h
}

// tell sends a webhook about a session as it is now.
func (s *shop) tell(t *testing.T, p billing.Payment, kind string) {
	t.Helper()
	s.events++
	now := s.stripe.with(p.Session, func(*session) {})
	object := now.json()
	object["payment_intent"] = now.intent // webhooks expand nothing
	switch {
	case strings.HasPrefix(kind, "payment_intent."):
		object = now.intentJSON()
	case strings.HasPrefix(kind, "charge."), strings.HasPrefix(kind, "refund."):
		object = map[string]any{"id": "ch_1", "object": strings.SplitN(kind, ".", 2)[0], "payment_intent": now.intent, "metadata": map[string]string{}}
	}
	h, body := s.hook(fmt.Sprintf("evt_%d", s.events), kind, object)
	check(t, s.Hear(t.Context(), stripe.Name, h, body))
}

func wantFault(t *testing.T, err error, code string) {
	t.Helper()
	if fault.CodeOf(err) != code {
		t.Errorf("error %v, want %s", err, code)
	}
}
