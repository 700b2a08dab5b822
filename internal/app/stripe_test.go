package app

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"skranke/internal/billing/stripe"
	"skranke/internal/db/dbtest"
)

const (
	stripeKey  = "sk_test_0123456789abcdef"
	stripeHook = "whsec_0123456789abcdef"
)

func TestStripesSettingsBelongTogetherAndAreNeverRepeated(t *testing.T) {
	for name, env := range map[string][]string{
		"a key alone":    {"SKRANKE_STRIPE_KEY=" + stripeKey},
		"a secret alone": {"SKRANKE_STRIPE_WEBHOOK_SECRET=" + stripeHook},
		"a wrong key":    {"SKRANKE_STRIPE_KEY=sk_life_hunter2hunter2", "SKRANKE_STRIPE_WEBHOOK_SECRET=" + stripeHook},
		"a wrong secret": {"SKRANKE_STRIPE_KEY=" + stripeKey, "SKRANKE_STRIPE_WEBHOOK_SECRET=hunter2hunter2"},
	} {
		_, _, err := Load(nil, env, nil)
		if err == nil || !strings.Contains(err.Error(), "stripe-") {
			t.Errorf("%s: %v", name, err)
		} else if said := err.Error(); strings.Contains(said, "hunter2") || strings.Contains(said, "0123456789") {
			t.Errorf("%s: the error repeats it: %v", name, err)
		}
	}
	if s, _, err := Load(nil, nil, nil); err != nil || s.TakesCards() {
		t.Errorf("without settings a real provider takes the payments (%v)", err)
	}
}

func TestKEY4_WithAKeyStripeTakesThePaymentsAndTestCardsAreNotTaken(t *testing.T) {
	dir := t.TempDir()
	s, _, err := Load([]string{"--data", dir, "--listen=127.0.0.1:0"}, []string{"SKRANKE_STRIPE_KEY=" + stripeKey, "SKRANKE_STRIPE_WEBHOOK_SECRET=" + stripeHook}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	a, err := New(t.Context(), s, dbtest.Open(t, dbtest.SQLite(t)), slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if a.Cards != nil || len(a.Billing.Providers) != 1 || a.Billing.Providers[0].Name() != stripe.Name {
		t.Errorf("providers %v, test cards %v", a.Billing.Providers, a.Cards != nil)
	}
	if !slices.Contains(a.Billing.Origins(), "https://checkout.stripe.com") {
		t.Errorf("payers are let to %v", a.Billing.Origins())
	}
	if said := log.String(); strings.Contains(said, "0123456789") || !strings.Contains(said, "for tests") {
		t.Errorf("the log says %s", said)
	}
	for path, want := range map[string]int{"/webhooks/cards/stripe": http.StatusUnauthorized, "/webhooks/cards/testcard": http.StatusNotFound} {
		res := httptest.NewRecorder()
		a.Edge.ServeHTTP(res, httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader("{}")))
		if res.Code != want {
			t.Errorf("%s is answered with %d, want %d", path, res.Code, want)
		}
	}
	page := httptest.NewRecorder()
	a.Edge.ServeHTTP(page, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/keys", nil))
	if csp := page.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' https://checkout.stripe.com") {
		t.Errorf("policy %q", csp)
	}
}
