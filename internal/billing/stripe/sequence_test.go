package stripe_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"skranke/internal/billing"
	"skranke/internal/billing/stripe"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/money"
)

func TestKEY4_APaymentAtStripeIsReservedAndCaptured(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p := s.started(t, "1")
		if p.Page != "https://checkout.stripe.com/c/pay/"+p.Session || !p.PageUntil.Equal(s.clock().Add(24*time.Hour)) {
			t.Errorf("page %s until %v", p.Page, p.PageUntil)
		}
		s.stripe.pay(p.Session)
		s.tell(t, p, "checkout.session.completed")
		s.tell(t, p, "payment_intent.amount_capturable_updated")
		p = s.wait(t, p.ID, billing.Reserved)
		if !p.ReservedUntil.Equal(s.clock().Add(7*24*time.Hour)) || p.ProviderRef != "pi_1" {
			t.Errorf("reserved until %v as %s", p.ReservedUntil, p.ProviderRef)
		}
		s.settle(t, s.Capture, "1")
		p = s.wait(t, p.ID, billing.Captured)
		s.tell(t, p, "payment_intent.succeeded")
		s.wantEvents(t, p.ID, "start", "reserve", "capture")
		if made := s.stripe.made("POST", "/capture"); len(made) != 1 || made[0].form.Get("amount_to_capture") != "124950" || p.Captured != 124950 {
			t.Errorf("captured %d by %+v", p.Captured, made)
		}
	})
}

// TestKEY4_StripeIsToldWhatIsSoldAndNotWho reads the call that makes the page.
func TestKEY4_StripeIsToldWhatIsSoldAndNotWho(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p := s.started(t, "1")
		f := s.stripe.made("POST", "/sessions")[0].form
		for field, want := range map[string]string{
			"mode": "payment", "locale": "nb", "client_reference_id": p.ID, "payment_method_types[0]": "card", "adaptive_pricing[enabled]": "false",
			"line_items[0][price_data][currency]": "nok", "line_items[0][price_data][unit_amount]": "124950", "line_items[0][quantity]": "1",
			"line_items[0][price_data][product_data][name]": "N-1: 1 nøkkelbrikke", "payment_intent_data[capture_method]": "manual",
			"payment_intent_data[description]": "N-1", "payment_intent_data[metadata][payment]": p.ID, "payment_intent_data[metadata][reference]": "N-1",
		} {
			if got := f.Get(field); got != want {
				t.Errorf("%s is %q, want %q", field, got, want)
			}
		}
		for field := range f {
			if field == "customer_email" || field == "customer" || field == "payment_intent_data[receipt_email]" {
				t.Errorf("Stripe is told %s", field)
			}
		}
	})
}

// TestKEY4_WebhooksOfStripeMayComeInAnyOrderTwiceOrLate is invariant 14.
func TestKEY4_WebhooksOfStripeMayComeInAnyOrderTwiceOrLate(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p := s.started(t, "1")
		s.stripe.pay(p.Session)
		old := s.stripe.with(p.Session, func(*session) {})
		h, body := s.hook("evt_twice", "checkout.session.completed", old.json())
		for range 3 {
			check(t, s.Hear(t.Context(), stripe.Name, h, body))
		}
		s.wait(t, p.ID, billing.Reserved)
		s.settle(t, s.Capture, "1")
		s.wait(t, p.ID, billing.Captured)

		h, body = s.hook("evt_late", "payment_intent.amount_capturable_updated", old.intentJSON()) // still says reserved
		check(t, s.Hear(t.Context(), stripe.Name, h, body))
		h, body = s.hook("evt_late_2", "payment_intent.payment_failed", old.intentJSON())
		check(t, s.Hear(t.Context(), stripe.Name, h, body))
		s.wantEvents(t, p.ID, "start", "reserve", "capture")
		n, err := db.One[int64](t.Context(), s.DB, `SELECT COUNT(*) AS n FROM payment_messages WHERE payment_id = $1 AND message = 'evt_twice'`, p.ID)
		if err != nil || n != 1 {
			t.Errorf("kept %d times (%v)", n, err)
		}
	})
}

func TestKEY4_AnIntentsWebhookFindsItsPaymentBeforeWeKnowTheIntent(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p := s.started(t, "1")
		s.stripe.decline(p.Session, "card_declined", "insufficient_funds")
		s.tell(t, p, "payment_intent.payment_failed")
		until(t, func() string {
			if got := s.payment(t, p.ID); got.Failure != billing.FailNoFunds || got.State != billing.Created {
				return string(got.State) + " for " + got.Failure
			}
			return ""
		})
		s.stripe.pay(p.Session)
		s.tell(t, p, "payment_intent.amount_capturable_updated")
		if got := s.wait(t, p.ID, billing.Reserved); got.Failure != "" {
			t.Errorf("failure %s stays", got.Failure)
		}
		s.wantEvents(t, p.ID, "start", "decline", "reserve")
	})
}

func TestAWebhookThatIsNotStripesIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p := s.started(t, "1")
		s.stripe.pay(p.Session)
		now := s.stripe.with(p.Session, func(*session) {})
		good, body := s.hook("evt_1", "checkout.session.completed", now.json())
		old := signed(s.clock().Add(-6*time.Minute), body, webhookSecret)
		smuggled := old.Clone()
		smuggled.Set("Stripe-Signature", good.Get("Stripe-Signature")[:12]+","+old.Get("Stripe-Signature"))
		for name, h := range map[string]map[string][]string{
			"no signature": {}, "too old": old, "a newer time before the old one": smuggled, "too new": signed(s.clock().Add(6*time.Minute), body, webhookSecret),
			"another secret": signed(s.clock(), body, "whsec_other0000000"), "nonsense": {"Stripe-Signature": {"t=x,v1=y"}}, "no time": {"Stripe-Signature": {"v1=00"}},
		} {
			if err := s.Hear(t.Context(), stripe.Name, h, body); !errors.Is(err, billing.ErrSignature) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := s.Hear(t.Context(), stripe.Name, good, append(body, ' ')); !errors.Is(err, billing.ErrSignature) {
			t.Errorf("another body: %v", err)
		}
		check(t, s.Jobs.Drain(t.Context()))
		if got := s.payment(t, p.ID); got.State != billing.Created {
			t.Errorf("state %s", got.State)
		}
		rolled := signed(s.clock(), body, "whsec_other0000000")
		rolled.Set("Stripe-Signature", rolled.Get("Stripe-Signature")+",v1="+good.Get("Stripe-Signature")[len("t=1795165200,v1="):][:64])
		check(t, s.Hear(t.Context(), stripe.Name, rolled, body)) // while the secret is being changed
		s.wait(t, p.ID, billing.Reserved)
	})
}

func TestAWebhookOfSomebodyElsesPaymentIsAnsweredAndForgotten(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		for _, object := range []map[string]any{
			{"id": "cs_other", "object": "checkout.session"},
			{"id": "pi_other", "object": "payment_intent", "metadata": map[string]string{"payment": "0198f3a0-7c1e-7000-8000-00000000000f"}},
			{"id": "ch_other", "object": "charge", "payment_intent": map[string]any{"id": "pi_other"}},
			{"id": "po_1", "object": "payout"},
		} {
			h, body := s.hook("evt_"+object["id"].(string), "some.event", object)
			check(t, s.Hear(t.Context(), stripe.Name, h, body))
		}
		body := []byte(`{"object":"v2.core.event","id":"evt_1"}`)
		if err := s.Hear(t.Context(), stripe.Name, signed(s.clock(), body, webhookSecret), body); err == nil {
			t.Error("what is no event is taken")
		}
	})
}

// TestKEY7_APageThatStripeEndedIsFollowedByAnotherAttempt is a payer who opens the mail two days later.
func TestKEY7_APageThatStripeEndedIsFollowedByAnotherAttempt(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		t.Run("the webhook tells", func(t *testing.T) {
			p := s.started(t, "1")
			s.pass(25 * time.Hour)
			s.tell(t, p, "checkout.session.expired")
			if got := s.wait(t, p.ID, billing.Failed); got.Failure != billing.FailAbandoned || got.LookAt != nil {
				t.Errorf("%+v", got)
			}
		})
		t.Run("the payer finds out", func(t *testing.T) {
			p := s.started(t, "2")
			s.pass(25 * time.Hour)
			_, err := s.Start(t.Context(), p.ID)
			wantFault(t, err, "billing.not_open")
			again := s.started(t, "2")
			if again.Attempt != 2 || again.Session == p.Session {
				t.Errorf("attempt %d on %s", again.Attempt, again.Session)
			}
			s.stripe.pay(again.Session)
			s.tell(t, again, "checkout.session.completed")
			s.wait(t, again.ID, billing.Reserved)
		})
		t.Run("the sweep finds out", func(t *testing.T) {
			p := s.started(t, "3")
			if p.LookAt == nil || p.LookAt.After(s.clock().Add(24*time.Hour+time.Minute)) {
				t.Errorf("looked at %v", p.LookAt)
			}
		})
	})
}

// TestKEY7_AReservationThatStripeLetsGoOfHasLapsed is invariant 31.
func TestKEY7_AReservationThatStripeLetsGoOfHasLapsed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p := s.reserved(t, "1")
		s.stripe.with(p.Session, func(x *session) { x.paid, x.reason = "canceled", "automatic" })
		s.settle(t, s.Capture, "1") // before anybody has heard of it
		s.wait(t, p.ID, billing.Lapsed)
		s.tell(t, p, "payment_intent.canceled")
		s.wantEvents(t, p.ID, "start", "reserve", "lapse")
		if again := s.open(t, "1"); again.Attempt != 2 {
			t.Errorf("attempt %d", again.Attempt)
		}
	})
}

// TestKEY6_ReleasingLetsGoAtStripeHoweverFarThePayerIs is the board's no.
func TestKEY6_ReleasingLetsGoAtStripeHoweverFarThePayerIs(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		t.Run("the page is open", func(t *testing.T) {
			p := s.started(t, "open")
			s.settle(t, s.Release, "open")
			s.wait(t, p.ID, billing.Released)
			s.tell(t, p, "checkout.session.expired")
			s.wantEvents(t, p.ID, "start", "release")
			if s.stripe.pay(p.Session) {
				t.Error("the page still takes money")
			}
		})
		t.Run("the amount is reserved", func(t *testing.T) {
			p := s.reserved(t, "reserved")
			s.settle(t, s.Release, "reserved")
			s.wait(t, p.ID, billing.Released)
			s.tell(t, p, "payment_intent.canceled")
			s.wantEvents(t, p.ID, "start", "reserve", "release")
		})
		t.Run("the payer is quicker than the closing of the page", func(t *testing.T) {
			p := s.started(t, "quick")
			s.stripe.set(func(c call) (int, string, string) {
				if c.path == "/v1/checkout/sessions/"+p.Session+"/expire" {
					x := s.stripe.find(p.Session)
					x.status, x.paid, x.captureBefore = "complete", "requires_capture", s.clock().Add(time.Hour)
				}
				return 0, "", ""
			}, nil)
			s.settle(t, s.Release, "quick")
			s.wait(t, p.ID, billing.Released)
			s.stripe.set(nil, nil)
			if got := s.stripe.with(p.Session, func(*session) {}); got.paid != "canceled" {
				t.Errorf("the bank still holds it: %s", got.paid)
			}
			s.wantEvents(t, p.ID, "start", "release")
		})
		t.Run("somebody has captured it in Stripe's dashboard", func(t *testing.T) {
			p := s.reserved(t, "taken")
			s.stripe.with(p.Session, func(x *session) { x.paid, x.received = "succeeded", x.amount })
			s.settle(t, s.Release, "taken")
			s.wait(t, p.ID, billing.Captured)
			s.tx(t, func(tx *db.Tx) error { return s.RefundRest(t.Context(), tx, kind, "taken", "ended") })
			s.wait(t, p.ID, billing.Refunded)
		})
	})
}

// TestC8_RefundsAtStripeAreCountedOnce gives parts back, also by hand in Stripe's dashboard.
func TestC8_RefundsAtStripeAreCountedOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p := s.reserved(t, "1")
		s.settle(t, s.Capture, "1")
		s.wait(t, p.ID, billing.Captured)
		give := func(document string, minor int64) error {
			return s.DB.InTx(t.Context(), func(tx *db.Tx) error {
				return s.Refund(t.Context(), tx, kind, "1", document, money.Of(minor, money.NOK))
			})
		}
		check(t, give("K-1", 24950))
		until(t, func() string {
			if got := s.payment(t, p.ID).Refunded; got != 24950 {
				return "not refunded yet"
			}
			return ""
		})
		s.tell(t, s.payment(t, p.ID), "charge.refunded")
		s.stripe.with(p.Session, func(x *session) { x.refunded += 50000 })
		s.tell(t, s.payment(t, p.ID), "charge.refunded")
		until(t, func() string {
			if got := s.payment(t, p.ID).Refunded; got != 74950 {
				return "the dashboard's refund is not heard of"
			}
			return ""
		})
		wantFault(t, give("K-2", 50001), "billing.over_refund")
		check(t, give("K-3", 50000))
		s.wait(t, p.ID, billing.Refunded)
		s.wantEvents(t, p.ID, "start", "reserve", "capture", "refund", "refund", "refund")
	})
}

func TestNewsOfAnotherAmountAtStripeDoesNotPay(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p := s.started(t, "1")
		s.stripe.pay(p.Session)
		for _, change := range []func(x *session){func(x *session) { x.amount = 1 }, func(x *session) { x.amount, x.currency = 124950, "sek" }} {
			s.stripe.with(p.Session, change)
			if _, err := s.Look(t.Context(), p.ID); err == nil {
				t.Error("nobody is told")
			}
			if got := s.payment(t, p.ID); got.State != billing.Created {
				t.Errorf("state %s", got.State)
			}
		}
	})
}

func TestKEY4_AnOutageOfStripeLosesNothingAndDoublesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.stripe.set(func(call) (int, string, string) { return 503, "api_error", "" }, nil)
		p := s.open(t, "1")
		_, err := s.Start(t.Context(), p.ID)
		wantFault(t, err, "billing.provider_down")
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("kind of %v", err)
		}
		lost := map[string]bool{}
		s.stripe.set(nil, func(c call) bool { // each call is done once without its answer
			first := !lost[c.path]
			lost[c.path] = true
			return first
		})
		until(t, func() string {
			if s.payment(t, p.ID).Page == "" {
				return "never started"
			}
			return ""
		})
		p = s.payment(t, p.ID)
		if len(s.stripe.sessions) != 1 {
			t.Errorf("%d pages", len(s.stripe.sessions))
		}
		s.stripe.pay(p.Session)
		s.tell(t, p, "checkout.session.completed")
		s.wait(t, p.ID, billing.Reserved)
		s.settle(t, s.Capture, "1")
		s.wait(t, p.ID, billing.Captured)
		s.tx(t, func(tx *db.Tx) error { return s.Refund(t.Context(), tx, kind, "1", "K-1", money.Of(1000, money.NOK)) })
		until(t, func() string {
			if s.payment(t, p.ID).Refunded != 1000 {
				return "not refunded"
			}
			return ""
		})
		if got := s.stripe.with(p.Session, func(*session) {}); got.refunded != 1000 || got.received != 124950 {
			t.Errorf("Stripe took %d and gave %d back", got.received, got.refunded)
		}
		s.wantEvents(t, p.ID, "start", "reserve", "capture", "refund")
	})
}

func TestAStartWithOtherContentIsAnotherPage(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p := s.open(t, "1")
		s.stripe.set(nil, func(call) bool { return true }) // made, but nobody hears
		_, err := s.Start(t.Context(), p.ID)
		wantFault(t, err, "billing.provider_down")
		s.BaseURL = "https://new.firm.example" // meanwhile the operator has moved
		s.stripe.set(nil, nil)
		_, err = s.Start(context.WithoutCancel(t.Context()), p.ID)
		check(t, err)
	})
}
