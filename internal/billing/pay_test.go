package billing_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"skranke/internal/billing"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/money"
	"skranke/internal/testcard"
)

// TestKEY4_APaymentIsReservedOnceHoweverTheNewsComes is invariant 14.
func TestKEY4_APaymentIsReservedOnceHoweverTheNewsComes(t *testing.T) {
	tests := []struct {
		name      string
		behaviour testcard.Behaviour
		hooks     int64 // how many webhooks come
		back      bool  // the browser comes back
		poll      bool  // the sweep runs, some minutes later
	}{
		{"the webhook comes before the browser", testcard.Behaviour{WebhookBeforeReturn: true}, 1, true, false},
		{"the webhook comes after the browser", testcard.Behaviour{WebhookDelay: 100 * time.Millisecond}, 1, true, false},
		{"the webhook comes twice", testcard.Behaviour{WebhookTwice: true}, 2, true, false},
		{"the webhook comes, the browser never", testcard.Behaviour{}, 1, false, false},
		{"the browser comes, the webhook never", testcard.Behaviour{WebhookNever: true}, 0, true, false},
		{"neither comes, the sweep finds out", testcard.Behaviour{WebhookNever: true}, 0, false, true},
	}
	each(t, func(t *testing.T, s *shop) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				s.provider.SetBehaviour(tt.behaviour)
				p, page := s.started(t, tt.name)
				before := s.came.Load()

				address := s.pay(t, page, accepted)
				if tt.back {
					if b := s.back(t, address); !b.Sure || b.Path != "/orders/"+tt.name || b.Payment.State != billing.Reserved {
						t.Errorf("back: %+v", b)
					}
				}
				if tt.poll {
					s.clock.move(10 * time.Minute)
					check(t, s.Poll(t.Context()))
				}

				p = s.wait(t, p.ID, billing.Reserved)
				until(t, func() string { return differs(s.came.Load()-before, tt.hooks) })
				s.calm(t)
				if p.ReservedUntil == nil || p.Captured != 0 {
					t.Errorf("reserved until %v, captured %d", p.ReservedUntil, p.Captured)
				}
				s.wantEvents(t, p.ID, "start", "reserve")
			})
		}
	})
}

func TestASecondWebhookWithTheSameIDIsKeptOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.provider.SetBehaviour(testcard.Behaviour{WebhookTwice: true})
		p := s.reserved(t, "1")
		until(t, func() string { return differs(s.came.Load(), 2) })
		s.calm(t)
		n, err := db.One[int64](t.Context(), s.DB, `SELECT COUNT(*) AS n FROM payment_messages WHERE payment_id = $1 AND name = 'payment.reserved'`, p.ID)
		if err != nil || n != 1 {
			t.Errorf("%d messages (%v)", n, err)
		}
	})
}

func TestADeclinedCardLeavesThePageOpen(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p, page := s.started(t, "1")
		s.pay(t, page, declined)
		until(t, func() string { return differs(s.payment(t, p.ID).Failure, billing.FailDeclined) })
		if got := s.payment(t, p.ID); got.State != billing.Created {
			t.Errorf("state %s", got.State)
		}

		again, err := s.Start(t.Context(), p.ID)
		if err != nil || again != page {
			t.Errorf("page %s, want the same %s (%v)", again, page, err)
		}
		s.pay(t, page, accepted)
		if got := s.wait(t, p.ID, billing.Reserved); got.Failure != "" {
			t.Errorf("failure %s stays after a success", got.Failure)
		}
		s.calm(t)
		s.wantEvents(t, p.ID, "start", "decline", "reserve")
	})
}

func TestAPayerWhoCancelsMayPayLater(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p, page := s.started(t, "1")
		b := s.back(t, s.BaseURL+"/pay/return/"+s.Signer.Token("billing.return", p.ID)+"?cancelled=1")
		if !b.Sure || b.Payment.State != billing.Created {
			t.Errorf("back: %+v", b)
		}
		s.pay(t, page, accepted)
		s.wait(t, p.ID, billing.Reserved)
	})
}

func TestAReturnAddressOfSomebodyElseIsNotFound(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p := s.open(t, "1")
		good := s.Signer.Token("billing.return", p.ID)
		for _, token := range []string{"", "x", good[:len(good)-1] + "!", s.Signer.Token("keys.status", p.ID), good + "A"} {
			_, err := s.Returned(t.Context(), token, false)
			wantFault(t, err, "link.not_found")
		}
	})
}

func TestAnUnreachableProviderLeavesThePayerUnsureButNotLost(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.provider.SetBehaviour(testcard.Behaviour{WebhookNever: true})
		p, page := s.started(t, "1")
		address := s.pay(t, page, accepted)
		s.provider.SetBehaviour(testcard.Behaviour{Down: true})
		if b := s.back(t, address); b.Sure || b.Path == "" {
			t.Errorf("back: %+v", b)
		}
		s.provider.SetBehaviour(testcard.Behaviour{})
		if b := s.back(t, address); !b.Sure || b.Payment.State != billing.Reserved {
			t.Errorf("back: %+v", b)
		}
		s.wantEvents(t, p.ID, "start", "reserve")
	})
}

func TestAStartIsFinishedLaterWhenTheProviderIsDown(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		var late []any
		s.Log.On(billing.Start.Event(), func(_ context.Context, _ *db.Tx, e event.Event) error {
			n, err := billing.NewsOf(e)
			late = append(late, n.Late, n.Subject)
			return err
		})
		p := s.open(t, "1")
		s.provider.SetBehaviour(testcard.Behaviour{Down: true})
		for range 3 {
			_, err := s.Start(t.Context(), p.ID)
			wantFault(t, err, "billing.provider_down")
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("kind of %v", err)
			}
		}
		s.provider.SetBehaviour(testcard.Behaviour{})

		until(t, func() string { return differs(s.payment(t, p.ID).Page != "", true) })
		s.calm(t)
		s.wantEvents(t, p.ID, "start")
		if !slices.Equal(late, []any{true, "1"}) {
			t.Errorf("told %v", late)
		}
		page, err := s.Start(t.Context(), p.ID)
		check(t, err)
		s.pay(t, page, accepted)
		s.wait(t, p.ID, billing.Reserved)
	})
}

func TestEightStartsAtOnceMakeOnePage(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p := s.open(t, "1")
		pages := make([]string, 8)
		errs := atOnce(8, func(i int) (err error) {
			pages[i], err = s.Start(t.Context(), p.ID)
			return err
		})
		check(t, errors.Join(errs...))
		if len(slices.Compact(pages)) != 1 || len(s.provider.Payments()) != 1 {
			t.Errorf("pages %v", pages)
		}
		s.wantEvents(t, p.ID, "start")
	})
}

func TestOpeningTwiceMakesOnePaymentUntilItEnds(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		ids := make([]string, 8)
		errs := atOnce(8, func(i int) error {
			return s.DB.InTx(t.Context(), func(tx *db.Tx) error {
				p, err := s.Open(t.Context(), tx, ask("1"))
				ids[i] = p.ID
				return err
			})
		})
		check(t, errors.Join(errs...))
		if len(slices.Compact(ids)) != 1 {
			t.Errorf("payments %v", ids)
		}

		other := ask("1")
		other.Amount = money.Of(1, money.NOK)
		err := s.DB.InTx(t.Context(), func(tx *db.Tx) error {
			_, err := s.Open(t.Context(), tx, other)
			return err
		})
		wantFault(t, err, "billing.other_amount")

		s.tx(t, func(tx *db.Tx) error { return s.Release(t.Context(), tx, kind, "1") })
		if p := s.open(t, "1"); p.Attempt != 2 {
			t.Errorf("attempt %d after the first was let go", p.Attempt)
		}
		all, err := s.ForSubject(t.Context(), s.DB, kind, "1")
		if err != nil || len(all) != 2 || all[0].Attempt != 2 {
			t.Errorf("attempts %+v (%v)", all, err)
		}
	})
}

func TestAnIncompleteAskIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		for name, spoil := range map[string]func(a *billing.Ask){
			"no amount":       func(a *billing.Ask) { a.Amount = money.Of(0, money.NOK) },
			"no currency":     func(a *billing.Ask) { a.Amount = money.Of(100, "") },
			"no way back":     func(a *billing.Ask) { a.ReturnPath = "" },
			"a way elsewhere": func(a *billing.Ask) { a.ReturnPath = "//elsewhere.example" },
			"no reference":    func(a *billing.Ask) { a.Reference = "" },
		} {
			a := ask(name)
			spoil(&a)
			err := s.DB.InTx(t.Context(), func(tx *db.Tx) error {
				_, err := s.Open(t.Context(), tx, a)
				return err
			})
			if err == nil {
				t.Errorf("%s: taken", name)
			}
		}
	})
}

func TestAnUnpaidPageEndsAndANewAttemptMayBeMade(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p, _ := s.started(t, "1")
		s.clock.move(15 * 24 * time.Hour)
		_, err := s.Start(t.Context(), p.ID)
		wantFault(t, err, "billing.not_open")
		if got := s.payment(t, p.ID); got.State != billing.Failed || got.Failure != billing.FailAbandoned || got.LookAt != nil {
			t.Errorf("%+v", got)
		}
		if p := s.open(t, "1"); p.Attempt != 2 {
			t.Errorf("attempt %d", p.Attempt)
		}
	})
}

func TestASecretWayBackIsFilledInAndNeverKept(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		a := ask("1")
		linkID := "0198f3a0-7c1e-7000-8000-000000000001"
		a.ReturnPath, a.ReturnKind, a.ReturnID = "/status/%s", "keys.status", linkID
		var p billing.Payment
		s.tx(t, func(tx *db.Tx) (err error) {
			p, err = s.Open(t.Context(), tx, a)
			return err
		})
		b := s.back(t, "/pay/return/"+s.Signer.Token("billing.return", p.ID))
		if want := "/status/" + s.Signer.Token("keys.status", linkID); b.Path != want {
			t.Errorf("path %s, want %s", b.Path, want)
		}
		kept, err := db.One[string](t.Context(), s.DB, `SELECT return_path FROM payments WHERE id = $1`, p.ID)
		if err != nil || kept != "/status/%s" {
			t.Errorf("kept %s (%v)", kept, err)
		}
	})
}
