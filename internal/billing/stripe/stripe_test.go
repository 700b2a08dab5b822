package stripe_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"skranke/internal/billing"
	"skranke/internal/billing/stripe"
	"skranke/internal/money"
)

func TestFaultsOfStripeAreTriedAgainOrNotByWhatTheyAre(t *testing.T) {
	ref := billing.Ref{Session: "cs_test_1", Payment: "pi_1"}
	for _, tt := range []struct {
		name     string
		status   int
		body     string
		replayed bool
		code     string // of the refusal; empty means that it is worth another try
	}{
		{"out of order", 500, `{"error":{"type":"api_error"}}`, false, ""},
		{"a page of some proxy", 502, `<html>Kari Nes</html>`, false, ""},
		{"an answer of some proxy", 200, `<html>Kari Nes</html>`, false, ""},
		{"too many calls", 429, `{"error":{"type":"invalid_request_error","code":"rate_limit"}}`, false, ""},
		{"the object is locked", 429, `{"error":{"type":"invalid_request_error","code":"lock_timeout"}}`, false, ""},
		{"the key is in use", 409, `{"error":{"type":"idempotency_error","code":"idempotency_key_in_use"}}`, false, ""},
		{"the API key is wrong", 401, `{"error":{"type":"invalid_request_error","message":"Invalid API Key provided: sk_test_0123"}}`, false, ""},
		{"the API key may not", 403, `{"error":{"type":"invalid_request_error","message":"Kari Nes"}}`, false, ""},
		{"the failure that Stripe remembers", 500, `{"error":{"type":"api_error"}}`, true, "replayed_failure"},
		{"the card is declined", 402, `{"error":{"type":"card_error","code":"card_declined","decline_code":"lost_card","message":"Kari Nes"}}`, false, "lost_card"},
		{"the card has expired", 402, `{"error":{"type":"card_error","code":"expired_card"}}`, false, "expired_card"},
		{"the state does not allow it", 400, `{"error":{"type":"invalid_request_error","code":"payment_intent_unexpected_state"}}`, false, "payment_intent_unexpected_state"},
		{"the key was used for something else", 400, `{"error":{"type":"idempotency_error"}}`, false, "idempotency_error"},
		{"there is no such thing", 404, `{"error":{"type":"invalid_request_error","code":"resource_missing"}}`, false, "resource_missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			calls := 0
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				calls++
				if tt.replayed {
					w.Header().Set("Idempotent-Replayed", "true")
				}
				answer(w, tt.status, []byte(tt.body))
			}))
			defer srv.Close()
			p, err := stripe.New(stripe.Config{Key: key, WebhookSecret: webhookSecret, URL: srv.URL, Now: time.Now})
			check(t, err)
			_, err = p.Capture(t.Context(), ref, money.Of(100, money.NOK), "step-1")
			var refusal *billing.Refusal
			switch {
			case tt.code == "" && !errors.Is(err, billing.ErrDown):
				t.Errorf("%v is not tried again", err)
			case tt.code != "" && (!errors.As(err, &refusal) || refusal.Code != tt.code || errors.Is(err, billing.ErrDown)):
				t.Errorf("%v, want %s", err, tt.code)
			}
			if strings.Contains(err.Error(), "Kari") || strings.Contains(err.Error(), "sk_test") {
				t.Errorf("the error tells too much: %v", err)
			}
			if calls != 1 {
				t.Errorf("%d calls: trying again is for jobs", calls)
			}
		})
	}
	t.Run("nobody answers", func(t *testing.T) {
		srv := httptest.NewServer(http.NotFoundHandler())
		srv.Close()
		p, err := stripe.New(stripe.Config{Key: key, WebhookSecret: webhookSecret, URL: srv.URL, Now: time.Now})
		check(t, err)
		if _, err := p.Look(t.Context(), ref); !errors.Is(err, billing.ErrDown) || strings.Contains(err.Error(), "sk_test") {
			t.Errorf("%v", err)
		}
	})
}

func TestAPageAtAnotherPlaceIsRefused(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answer(w, 200, []byte(`{"id":"cs_1","object":"checkout.session","url":"https://pay.firm.example/c/pay/cs_1"}`))
	}))
	defer srv.Close()
	p, err := stripe.New(stripe.Config{Key: key, WebhookSecret: webhookSecret, URL: srv.URL, Now: time.Now})
	check(t, err)
	var refusal *billing.Refusal
	if _, err := p.Start(t.Context(), billing.Opening{Key: "k", Amount: money.Of(100, money.NOK)}); !errors.As(err, &refusal) || refusal.Code != "page_elsewhere" {
		t.Errorf("%v", err)
	}
}

func TestKeysOfTheWrongFormAreRefusedAndNotRepeated(t *testing.T) {
	for _, k := range []string{"", "sk_", "sk_live_", "pk_live_0123456789", "sk_live_01234 56789", "whsec_0123456789", "sk_prod_0123456789"} {
		err := stripe.CheckKey(k)
		if err == nil || len(k) > 8 && strings.Contains(err.Error(), k) {
			t.Errorf("key %q: %v", k, err)
		}
	}
	for _, k := range []string{"", "whsec_", "sk_live_0123456789", "whsec_01234\n56789"} {
		err := stripe.CheckWebhookSecret(k)
		if err == nil || len(k) > 8 && strings.Contains(err.Error(), k) {
			t.Errorf("secret %q: %v", k, err)
		}
	}
	for k, test := range map[string]bool{"sk_live_0123456789": false, "sk_test_0123456789": true, "rk_live_0123456789": false, "rk_test_0123456789": true} {
		if err := stripe.CheckKey(k); err != nil || stripe.TestMode(k) != test {
			t.Errorf("%s: %v, test mode %v", k, err, stripe.TestMode(k))
		}
	}
	if _, err := stripe.New(stripe.Config{Key: key, WebhookSecret: "x", Now: time.Now}); err == nil {
		t.Error("a wrong secret is taken")
	}
	if _, err := stripe.New(stripe.Config{Key: key, WebhookSecret: webhookSecret, URL: "nowhere", Now: time.Now}); err == nil {
		t.Error("a wrong address is taken")
	}
}

func TestStripeCapturesOnceAndSendsPayersToItsOwnPage(t *testing.T) {
	p, err := stripe.New(stripe.Config{Key: key, WebhookSecret: webhookSecret, Now: time.Now})
	check(t, err)
	if o := p.Origins(); p.CanCaptureMore() || len(o) != 1 || o[0] != "https://checkout.stripe.com" || p.Name() != stripe.Name {
		t.Errorf("%s, more captures %v, origins %v", p.Name(), p.CanCaptureMore(), o)
	}
}
