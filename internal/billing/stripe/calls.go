package stripe

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"skranke/internal/billing"
	"skranke/internal/money"

	api "github.com/stripe/stripe-go/v85"
)

// Start makes a Checkout session, which Stripe ends after 24 hours: longer it allows none.
func (p *provider) Start(ctx context.Context, in billing.Opening) (billing.Session, error) {
	params := opening(in)
	params.SetIdempotencyKey(startKey(in))
	s, err := p.client.V1CheckoutSessions.Create(ctx, params)
	if err != nil {
		return billing.Session{}, understood(err)
	}
	if s.ID == "" || !strings.HasPrefix(s.URL, checkout+"/") { // our pages' form-action lets nobody go elsewhere
		return billing.Session{}, &billing.Refusal{Code: "page_elsewhere", Err: fmt.Errorf("session %s has its page at another place than %s", s.ID, checkout)}
	}
	out := billing.Session{Ref: billing.Ref{Session: s.ID}, URL: s.URL}
	if s.PaymentIntent != nil {
		out.Payment = s.PaymentIntent.ID
	}
	if s.ExpiresAt > 0 {
		out.Until = time.Unix(s.ExpiresAt, 0).UTC()
	}
	return out, nil
}

// opening is what Stripe is told of a payment: numbers and what is sold, nothing of who buys.
func opening(in billing.Opening) *api.CheckoutSessionCreateParams {
	known := map[string]string{"payment": in.Key, "reference": in.Reference}
	currency := strings.ToLower(string(in.Amount.Currency))
	return &api.CheckoutSessionCreateParams{
		Mode:               api.String(string(api.CheckoutSessionModePayment)),
		PaymentMethodTypes: []*string{api.String("card")}, // others hold money for other times, or not at all
		AdaptivePricing:    &api.CheckoutSessionCreateAdaptivePricingParams{Enabled: api.Bool(false)},
		Locale:             api.String(in.L.Tag()), // nb, sv, da and en are all spoken there
		ClientReferenceID:  &in.Key,
		Metadata:           known,
		SuccessURL:         &in.ReturnURL,
		CancelURL:          &in.CancelURL,
		LineItems: []*api.CheckoutSessionCreateLineItemParams{{
			Quantity: api.Int64(1),
			PriceData: &api.CheckoutSessionCreateLineItemPriceDataParams{
				Currency: &currency, UnitAmount: &in.Amount.Minor, // both count in øre, öre and cent
				ProductData: &api.CheckoutSessionCreateLineItemPriceDataProductDataParams{Name: &in.Description},
			},
		}},
		PaymentIntentData: &api.CheckoutSessionCreatePaymentIntentDataParams{
			CaptureMethod: api.String(string(api.PaymentIntentCaptureMethodManual)),
			Description:   &in.Reference, Metadata: known,
		},
	}
}

// startKey is another when what Stripe is told has changed since a try that nobody got the answer of: it refuses the same key
// with other content, and a page that nobody has seen does no harm.
func startKey(in billing.Opening) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{in.Reference, in.Description, in.L.Tag(), in.ReturnURL, in.CancelURL, fmt.Sprint(in.Amount)}, "\n")))
	return in.Key + "-" + hex.EncodeToString(sum[:8])
}

// session reads a Checkout session with its PaymentIntent and charge.
func (p *provider) session(ctx context.Context, ref billing.Ref) (*api.CheckoutSession, error) {
	params := &api.CheckoutSessionRetrieveParams{}
	params.AddExpand("payment_intent.latest_charge")
	s, err := p.client.V1CheckoutSessions.Retrieve(ctx, ref.Session, params)
	if err != nil {
		return nil, understood(err)
	}
	return s, nil
}

// Look reads the session.
func (p *provider) Look(ctx context.Context, ref billing.Ref) (billing.Report, error) {
	s, err := p.session(ctx, ref)
	if err != nil {
		return billing.Report{}, err
	}
	return ofSession(s), nil
}

// Capture takes the amount; Stripe lets go of what it leaves.
func (p *provider) Capture(ctx context.Context, ref billing.Ref, amount money.Money, key string) (billing.Report, error) {
	intent, err := p.intentOf(ctx, ref)
	if err != nil {
		return billing.Report{}, err
	}
	params := &api.PaymentIntentCaptureParams{AmountToCapture: &amount.Minor}
	params.AddExpand("latest_charge")
	params.SetIdempotencyKey(key)
	pi, err := p.client.V1PaymentIntents.Capture(ctx, intent, params)
	if err != nil {
		return billing.Report{}, understood(err)
	}
	return ofIntent(ref.Session, pi), nil
}

// intentOf is the PaymentIntent of a session: it has none before the payer has tried to pay.
func (p *provider) intentOf(ctx context.Context, ref billing.Ref) (string, error) {
	if ref.Payment != "" {
		return ref.Payment, nil
	}
	s, err := p.session(ctx, ref)
	if err != nil {
		return "", err
	}
	if s.PaymentIntent == nil {
		return "", &billing.Refusal{Code: "not_paid", Err: fmt.Errorf("session %s has no payment yet", s.ID)}
	}
	return s.PaymentIntent.ID, nil
}

// Release cancels the reservation. While the page is open there is none: then the page is closed, and if the payer has been
// quicker than that, what they reserved is let go.
func (p *provider) Release(ctx context.Context, ref billing.Ref, key string) (billing.Report, error) {
	s, err := p.session(ctx, ref)
	if err != nil {
		return billing.Report{}, err
	}
	if s.Status == api.CheckoutSessionStatusOpen {
		params := &api.CheckoutSessionExpireParams{}
		params.SetIdempotencyKey(key + "-page")
		closed, err := p.client.V1CheckoutSessions.Expire(ctx, s.ID, params)
		if err == nil {
			r := ofSession(closed)
			r.State, r.Failure, r.Mark = billing.Released, "", "closed"
			return r, nil
		}
		if err = understood(err); !refused(err) {
			return billing.Report{}, err
		}
		if s, err = p.session(ctx, ref); err != nil {
			return billing.Report{}, err
		}
	}
	switch r := ofSession(s); r.State {
	case billing.Reserved:
		return p.cancel(ctx, r.Ref, key)
	case billing.Captured, billing.Refunded:
		return billing.Report{}, &billing.Refusal{Code: "captured", Err: fmt.Errorf("payment %s is captured", r.Ref.Payment)}
	default:
		return r, nil
	}
}

func (p *provider) cancel(ctx context.Context, ref billing.Ref, key string) (billing.Report, error) {
	params := &api.PaymentIntentCancelParams{}
	params.AddExpand("latest_charge")
	params.SetIdempotencyKey(key)
	pi, err := p.client.V1PaymentIntents.Cancel(ctx, ref.Payment, params)
	if err != nil {
		return billing.Report{}, understood(err)
	}
	return ofIntent(ref.Session, pi), nil
}

// Refund gives the amount back. Stripe may take days to do so and tells when it fails; until then it counts as done.
func (p *provider) Refund(ctx context.Context, ref billing.Ref, amount money.Money, key string) (billing.Report, error) {
	intent, err := p.intentOf(ctx, ref)
	if err != nil {
		return billing.Report{}, err
	}
	params := &api.RefundCreateParams{PaymentIntent: &intent, Amount: &amount.Minor}
	params.SetIdempotencyKey(key)
	done, err := p.client.V1Refunds.Create(ctx, params)
	if err != nil {
		return billing.Report{}, understood(err)
	}
	switch done.Status { //nolint:exhaustive // the others are done or on their way
	case api.RefundStatusFailed, api.RefundStatusCanceled:
		return billing.Report{}, &billing.Refusal{Code: "refund_" + string(done.Status), Err: fmt.Errorf("refund %s is %s: %s", done.ID, done.Status, done.FailureReason)}
	}
	return p.Look(ctx, ref)
}
