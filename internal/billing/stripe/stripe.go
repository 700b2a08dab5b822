// Package stripe takes card payments through Stripe: the payer reserves the amount on Stripe's hosted Checkout page, and it is
// captured, released or refunded later. A Checkout session is what billing calls a session, a PaymentIntent its payment.
package stripe

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"skranke/internal/billing"

	api "github.com/stripe/stripe-go/v85"
)

// Name is the provider's name in the database and in its webhook's address, for good.
const Name = "stripe"

// checkout is where Stripe's hosted pages are.
const checkout = "https://checkout.stripe.com"

// callTime is how long one call may take.
const callTime = 20 * time.Second

// Config is what we need to know of an account at Stripe.
type Config struct {
	Key           string           // the secret API key
	WebhookSecret string           // of the webhook endpoint
	URL           string           // of the API; empty is Stripe's own, tests have another
	Now           func() time.Time // for the age of webhooks
}

type provider struct {
	cfg    Config
	client *api.Client
}

// New speaks to Stripe with an account's key.
func New(cfg Config) (billing.Provider, error) {
	if err := errors.Join(CheckKey(cfg.Key), CheckWebhookSecret(cfg.WebhookSecret)); err != nil {
		return nil, err
	}
	back := &api.BackendConfig{
		HTTPClient:        &http.Client{Timeout: callTime},
		LeveledLogger:     &api.LeveledLogger{Level: api.LevelNull}, // what is worth telling is in the errors
		MaxNetworkRetries: api.Int64(0),                             // jobs try again
		EnableTelemetry:   api.Bool(false),
	}
	if cfg.URL != "" {
		u, err := url.Parse(cfg.URL)
		if err != nil || u.Host == "" {
			return nil, fmt.Errorf("address of Stripe %q: it must begin with http:// or https://", cfg.URL)
		}
		back.URL = &cfg.URL
	}
	return &provider{cfg, api.NewClient(cfg.Key, api.WithBackends(api.NewBackendsWithConfig(back)))}, nil
}

// CheckKey refuses what cannot be a secret key. The error does not repeat it.
func CheckKey(key string) error {
	switch {
	case strings.HasPrefix(key, "pk_"):
		return errors.New("it is a publishable key; Skranke needs the secret one, which begins with sk_live_, sk_test_, rk_live_ or rk_test_")
	case !wellFormed(key, "sk_live_", "sk_test_", "rk_live_", "rk_test_"):
		return errors.New("it is no secret key of Stripe; those begin with sk_live_, sk_test_, rk_live_ or rk_test_")
	}
	return nil
}

// CheckWebhookSecret refuses what cannot be the signing secret of a webhook endpoint. The error does not repeat it.
func CheckWebhookSecret(secret string) error {
	if !wellFormed(secret, "whsec_") {
		return errors.New("it is no signing secret of a webhook endpoint at Stripe; those begin with whsec_")
	}
	return nil
}

func wellFormed(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(s, p); ok {
			return len(rest) >= 8 && !strings.ContainsFunc(rest, func(r rune) bool {
				return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && !strings.ContainsRune("_+/=", r)
			})
		}
	}
	return false
}

// TestMode says that a key moves no real money.
func TestMode(key string) bool { return strings.HasPrefix(key[min(2, len(key)):], "_test_") }

// Name is Name.
func (*provider) Name() string { return Name }

// CanCaptureMore is false: Stripe allows several captures on some price plans and cards only, and which is not known before
// the payer has paid.
func (*provider) CanCaptureMore() bool { return false }

// Origins is where the hosted pages are. A domain of one's own for them is not supported.
func (*provider) Origins() []string { return []string{checkout} }
