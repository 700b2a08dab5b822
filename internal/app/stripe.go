package app

import (
	"errors"

	"skranke/internal/billing/stripe"
)

// stripeSettings are the account that takes card payments; without a key the test card provider does.
type stripeSettings struct{ key, webhookSecret, url string }

func parseStripeKey(s *Settings, v string) error {
	if s.Stripe.key = v; v == "" {
		return nil
	}
	return stripe.CheckKey(v)
}

func parseStripeWebhook(s *Settings, v string) error {
	if s.Stripe.webhookSecret = v; v == "" {
		return nil
	}
	return stripe.CheckWebhookSecret(v)
}

// complete refuses one without the other: payments nobody tells us of, or a secret for nothing.
func (s stripeSettings) complete() error {
	switch {
	case s.key != "" && s.webhookSecret == "":
		return errors.New("setting stripe-webhook-secret is missing: stripe-key needs it beside it")
	case s.key == "" && s.webhookSecret != "":
		return errors.New("setting stripe-key is missing: stripe-webhook-secret is of no use alone")
	}
	return nil
}

// TakesCards reports whether a real card provider is set up.
func (s Settings) TakesCards() bool { return s.Stripe.key != "" }

// stripeCards lets Stripe take the payments.
func (a *App) stripeCards() error {
	p, err := stripe.New(stripe.Config{Key: a.Stripe.key, WebhookSecret: a.Stripe.webhookSecret, URL: a.Stripe.url, Now: a.DB.Now})
	if err != nil {
		return err
	}
	if stripe.TestMode(a.Stripe.key) {
		a.Slog.Warn("the key of stripe is one for tests: no money moves", "setting", "stripe-key")
	}
	a.Billing.Providers = append(a.Billing.Providers, p)
	return nil
}
