package billing_test

import (
	"errors"
	"testing"
	"time"

	"skranke/internal/billing"
	"skranke/internal/money"
	"skranke/internal/testcard/client"
)

// The cards of the test provider that something goes wrong with; docs/testcards.md tells of each.
const (
	leaves    = "4000 0000 0000 1109"
	toldLate  = "4000 0000 0000 2107"
	toldTwice = "4000 0000 0000 3105"
	neverTold = "4000 0000 0000 4103"
	toldFirst = "4000 0000 0000 5100"
	lapsing   = "4000 0000 0000 6108"
	onceOnly  = "4000 0000 0000 7106"
)

// TestKEY4_EveryTestCardEndsWhereItShould pays with each card; the browser comes back, and the sweep runs until nothing changes.
func TestKEY4_EveryTestCardEndsWhereItShould(t *testing.T) {
	tests := []struct {
		name, card string
		hooks      int64
		then       []string
	}{
		{"declined", declined, 1, []string{"start", "decline"}},
		{"late", toldLate, 1, []string{"start", "reserve"}},
		{"twice", toldTwice, 2, []string{"start", "reserve"}},
		{"never", neverTold, 0, []string{"start", "reserve"}},
		{"before the browser", toldFirst, 1, []string{"start", "reserve"}},
		{"lapsing", lapsing, 1, []string{"start", "reserve"}},
		{"captured once", onceOnly, 1, []string{"start", "reserve"}},
	}
	each(t, func(t *testing.T, s *shop) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				before := s.came.Load()
				p, page := s.started(t, tt.name)
				if address := s.pay(t, page, tt.card); address != "" {
					if b := s.back(t, address); b.Payment.State != billing.Reserved {
						t.Errorf("back: %s", b.Payment.State)
					}
				}
				until(t, func() string { return differs(s.came.Load()-before, tt.hooks) })
				s.calm(t)
				s.clock.move(time.Second)
				check(t, s.Poll(t.Context()))
				s.wantEvents(t, p.ID, tt.then...)
			})
		}
	})
}

// TestKEY7_APayerWhoWalksAwayIsNeitherPaidNorLost goes away, comes back in time once and never another time.
func TestKEY7_APayerWhoWalksAwayIsNeitherPaidNorLost(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p, page := s.started(t, "back")
		s.pay(t, page, leaves)
		if got := s.payment(t, p.ID); got.State != billing.Created || s.atProvider(t, p).State != client.Created {
			t.Errorf("state %s", got.State)
		}
		s.pay(t, page, accepted)
		s.wait(t, p.ID, billing.Reserved)

		p, page = s.started(t, "gone")
		s.pay(t, page, leaves)
		s.clock.move(14*24*time.Hour + 2*time.Minute)
		check(t, s.Poll(t.Context()))
		s.calm(t)
		if got := s.payment(t, p.ID); got.State != billing.Failed || got.Failure != billing.FailAbandoned {
			t.Errorf("%s for %s", got.State, got.Failure)
		}
		if again := s.open(t, "gone"); again.Attempt != 2 {
			t.Errorf("attempt %d", again.Attempt)
		}
	})
}

// TestKEY7_ABankThatLetsGoEarlyLeavesNoMoneyToTake is invariant 31: it gives a new payment, whatever end the bank had promised.
func TestKEY7_ABankThatLetsGoEarlyLeavesNoMoneyToTake(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p, page := s.started(t, "1")
		s.pay(t, page, lapsing)
		if got := s.wait(t, p.ID, billing.Reserved); got.ReservedUntil.Sub(s.clock.now()) < 6*24*time.Hour {
			t.Errorf("promised until %v", got.ReservedUntil)
		}
		s.calm(t)
		s.clock.move(3 * time.Minute)
		s.wait(t, p.ID, billing.Lapsed)
		s.calm(t)
		s.wantEvents(t, p.ID, "start", "reserve", "lapse")
		wantFault(t, s.capture(t, "1"), "billing.not_reserved")
		if again := s.open(t, "1"); again.Attempt != 2 {
			t.Errorf("attempt %d", again.Attempt)
		}
	})
}

// TestC8_AProviderThatCapturesOnceKeepsNothingMore captures a part: the rest is let go, and a second capture is refused.
func TestC8_AProviderThatCapturesOnceKeepsNothingMore(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p, page := s.started(t, "1")
		s.pay(t, page, onceOnly)
		s.wait(t, p.ID, billing.Reserved)
		ref := s.payment(t, p.ID)
		take := func(key string) error {
			_, err := s.Providers[0].Capture(t.Context(), billing.Ref{Session: ref.Session, Payment: ref.ProviderRef}, money.Of(50000, money.NOK), key)
			return err
		}
		check(t, take("first"))
		if refusal := (*billing.Refusal)(nil); !errors.As(take("second"), &refusal) || refusal.Code != client.CodeCaptureOnce {
			t.Errorf("the second capture: %v", refusal)
		}
		if got := s.wait(t, p.ID, billing.Captured); got.Captured != 50000 {
			t.Errorf("captured %d", got.Captured)
		}
		s.calm(t)
		if c := s.atProvider(t, p); c.ReleasedMinor != p.Amount-50000 {
			t.Errorf("the provider still holds %d", c.Capturable())
		}
	})
}
