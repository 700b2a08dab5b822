package stripe

import (
	"fmt"
	"strings"
	"time"

	"skranke/internal/billing"
	"skranke/internal/money"

	api "github.com/stripe/stripe-go/v85"
)

// shortest is how long the strictest card brand holds an amount at Stripe, for charges that do not say.
const shortest = 4*24*time.Hour + 18*time.Hour

// ofSession is how a payment stands by its Checkout session, read with the PaymentIntent.
func ofSession(s *api.CheckoutSession) billing.Report {
	pi := s.PaymentIntent
	r := billing.Report{Ref: billing.Ref{Session: s.ID}, State: billing.Created, Amount: amount(s.AmountTotal, s.Currency)}
	if pi != nil && pi.Status != "" {
		r = ofIntent(s.ID, pi)
	}
	paidFor := r.State == billing.Reserved || r.State == billing.Captured || r.State == billing.Refunded
	if s.Status == api.CheckoutSessionStatusExpired && !paidFor {
		r.State, r.Failure = billing.Failed, billing.FailAbandoned
	}
	r.Mark += "-" + string(s.Status)
	return r
}

// ofIntent is how a payment stands by its PaymentIntent, read with the charge.
func ofIntent(session string, pi *api.PaymentIntent) billing.Report {
	r := billing.Report{Ref: billing.Ref{Session: session, Payment: pi.ID}, Amount: amount(pi.Amount, pi.Currency)}
	switch pi.Status {
	case api.PaymentIntentStatusRequiresCapture:
		r.State, r.ReservedUntil = billing.Reserved, heldUntil(pi)
	case api.PaymentIntentStatusSucceeded:
		r.State, r.Captured, r.Refunded = billing.Captured, pi.AmountReceived, refunded(pi)
		if r.Refunded > 0 && r.Refunded >= r.Captured {
			r.State = billing.Refunded
		}
	case api.PaymentIntentStatusCanceled:
		r.State = billing.Released
		switch pi.CancellationReason { //nolint:exhaustive // the others are somebody's will
		case api.PaymentIntentCancellationReasonAutomatic, api.PaymentIntentCancellationReasonExpired:
			r.State = billing.Lapsed
		}
	default: // the payer has not got through
		r.State, r.Failure = billing.Created, failure(pi.LastPaymentError)
	}
	r.Mark = fmt.Sprintf("%s-%d-%d-%s", pi.Status, r.Captured, r.Refunded, r.Failure)
	if r.ReservedUntil != nil {
		r.Mark += "-" + r.ReservedUntil.Format("060102150405")
	}
	return r
}

func amount(minor int64, c api.Currency) money.Money {
	return money.Of(minor, money.Currency(strings.ToUpper(string(c))))
}

// heldUntil is when the bank lets go by itself.
func heldUntil(pi *api.PaymentIntent) *time.Time {
	until := time.Unix(pi.Created, 0).Add(shortest)
	if c := pi.LatestCharge; c != nil {
		if c.Created > 0 {
			until = time.Unix(c.Created, 0).Add(shortest)
		}
		if d := c.PaymentMethodDetails; d != nil && d.Card != nil && d.Card.CaptureBefore > 0 {
			until = time.Unix(d.Card.CaptureBefore, 0)
		}
	}
	until = until.UTC()
	return &until
}

// refunded is what has been given back. Where only a part was captured, Stripe may count what it let go of as refunded too;
// rather too little is reported then: what we asked for ourselves, billing knows anyway.
func refunded(pi *api.PaymentIntent) int64 {
	c := pi.LatestCharge
	if c == nil {
		return 0
	}
	return max(0, c.AmountRefunded-max(0, pi.Amount-pi.AmountReceived))
}

// failure is why the payer did not get through, in billing's words.
func failure(e *api.Error) string {
	switch {
	case e == nil:
		return ""
	case e.DeclineCode == api.DeclineCodeInsufficientFunds:
		return billing.FailNoFunds
	case e.Code == api.ErrorCodePaymentIntentAuthenticationFailure, e.DeclineCode == api.DeclineCodeAuthenticationRequired, e.Code == api.ErrorCodeAuthenticationRequired:
		return billing.FailConfirm
	case e.Type == api.ErrorTypeCard:
		return billing.FailDeclined
	}
	return billing.FailOther
}
