package billing_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/billing"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/money"
	"skranke/internal/testcard"
	"skranke/internal/testcard/client"
)

func (s *shop) capture(t *testing.T, subject string) error {
	t.Helper()
	return s.DB.InTx(t.Context(), func(tx *db.Tx) error { return s.Capture(t.Context(), tx, kind, subject) })
}

func (s *shop) release(t *testing.T, subject string) error {
	t.Helper()
	return s.DB.InTx(t.Context(), func(tx *db.Tx) error { return s.Release(t.Context(), tx, kind, subject) })
}

func (s *shop) refund(t *testing.T, subject, document string, minor int64) error {
	t.Helper()
	return s.DB.InTx(t.Context(), func(tx *db.Tx) error {
		return s.Refund(t.Context(), tx, kind, subject, document, money.Of(minor, money.NOK))
	})
}

// TestKEY4_EightApprovalsAtOnceCaptureOnce is invariant 12.
func TestKEY4_EightApprovalsAtOnceCaptureOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p := s.reserved(t, "1")
		check(t, errors.Join(atOnce(8, func(int) error { return s.capture(t, "1") })...))
		got := s.wait(t, p.ID, billing.Captured)
		s.calm(t)
		if c := s.atProvider(t, p); c.CapturedMinor != p.Amount || got.Captured != p.Amount || c.State != client.Done {
			t.Errorf("captured %d here, %+v there", got.Captured, c)
		}
		check(t, s.capture(t, "1"))
		s.calm(t)
		s.wantEvents(t, p.ID, "start", "reserve", "capture")
	})
}

// TestKEY4_CaptureAndReleaseAtOnceAreNeverBothDone is invariant 13.
func TestKEY4_CaptureAndReleaseAtOnceAreNeverBothDone(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		for _, subject := range []string{"a", "b", "c", "d"} {
			p := s.reserved(t, subject)
			errs := atOnce(8, func(i int) error {
				if i%2 == 0 {
					return s.capture(t, subject)
				}
				return s.release(t, subject)
			})
			s.calm(t)
			captured := errs[0] == nil
			for i, err := range errs {
				won := captured == (i%2 == 0)
				if won && err != nil || !won && !fault.Is(err, fault.Conflict) {
					t.Errorf("%d (captured %v): %v", i, captured, err)
				}
			}
			if captured {
				s.wait(t, p.ID, billing.Captured)
			} else {
				s.wait(t, p.ID, billing.Released)
			}
			if c := s.atProvider(t, p); (c.CapturedMinor > 0) != captured || (c.ReleasedMinor > 0) == captured {
				t.Errorf("captured %v, provider %+v", captured, c)
			}
		}
	})
}

func TestReleasingLetsGoOfWhateverIsHeld(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		t.Run("nothing was ever asked for", func(t *testing.T) { check(t, s.release(t, "none")) })
		t.Run("the page was never made", func(t *testing.T) {
			p := s.open(t, "unstarted")
			check(t, s.release(t, "unstarted"))
			s.wait(t, p.ID, billing.Released)
			_, err := s.Start(t.Context(), p.ID)
			wantFault(t, err, "billing.not_open")
		})
		t.Run("the page is open", func(t *testing.T) {
			p, page := s.started(t, "unpaid")
			check(t, s.release(t, "unpaid"))
			s.wait(t, p.ID, billing.Released)
			s.pay(t, page, accepted)
			s.calm(t)
			if c := s.atProvider(t, p); c.State != client.Void {
				t.Errorf("provider %+v", c)
			}
		})
		t.Run("the amount is reserved", func(t *testing.T) {
			p := s.reserved(t, "reserved")
			check(t, s.release(t, "reserved"))
			check(t, s.release(t, "reserved"))
			s.wait(t, p.ID, billing.Released)
			s.calm(t)
			check(t, s.release(t, "reserved"))
			s.wantEvents(t, p.ID, "start", "reserve", "release")
			wantFault(t, s.capture(t, "reserved"), "billing.not_reserved")
		})
		t.Run("the money is taken", func(t *testing.T) {
			p := s.reserved(t, "captured")
			check(t, s.capture(t, "captured"))
			wantFault(t, s.release(t, "captured"), "billing.captured")
			s.wait(t, p.ID, billing.Captured)
			wantFault(t, s.release(t, "captured"), "billing.captured")
		})
	})
}

func TestCapturingWhatIsNotReservedIsAConflict(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		wantFault(t, s.capture(t, "none"), "billing.not_reserved")
		s.started(t, "unpaid")
		wantFault(t, s.capture(t, "unpaid"), "billing.not_reserved")
	})
}

// TestKEY4_AReservationNobodyWantsIsReleasedInTheSameTransaction is a cancelled order whose payer pays all the same.
func TestKEY4_AReservationNobodyWantsIsReleasedInTheSameTransaction(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.Log.On(billing.Reserve.Event(), func(ctx context.Context, tx *db.Tx, e event.Event) error {
			n, err := billing.NewsOf(e)
			if err != nil {
				return err
			}
			return s.Release(ctx, tx, n.Kind, n.Subject)
		})
		p, page := s.started(t, "1")
		s.pay(t, page, accepted)
		s.wait(t, p.ID, billing.Released)
		s.calm(t)
		s.wantEvents(t, p.ID, "start", "reserve", "release")
		if c := s.atProvider(t, p); c.State != client.Void {
			t.Errorf("provider %+v", c)
		}
	})
}

func TestAPaymentLetGoBeforeThePayerPaidIsNoNewsForItsSubject(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p, page := s.started(t, "1")
		s.provider.SetBehaviour(testcard.Behaviour{Down: true})
		check(t, s.release(t, "1"))
		until(t, func() string { return differs(s.failedJobs(t, "billing.settle"), 1) })
		s.provider.SetBehaviour(testcard.Behaviour{WebhookBeforeReturn: true})
		s.pay(t, page, accepted) // the payer is quicker than the next try to close the page

		s.wait(t, p.ID, billing.Released)
		s.calm(t)
		s.wantEvents(t, p.ID, "start", "release")
	})
}

func (s *shop) failedJobs(t *testing.T, kind string) int64 {
	t.Helper()
	n, err := db.One[int64](t.Context(), s.DB, `SELECT COUNT(*) AS n FROM river_job WHERE kind = $1 AND attempt >= 1 AND state IN ('retryable', 'available', 'scheduled')`, kind)
	check(t, err)
	return n
}

func TestACaptureIsFinishedWhenTheProviderIsBack(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p := s.reserved(t, "1")
		s.provider.SetBehaviour(testcard.Behaviour{Down: true})
		check(t, s.capture(t, "1"))
		until(t, func() string { return differs(s.failedJobs(t, "billing.settle"), 1) })
		s.provider.SetBehaviour(testcard.Behaviour{WebhookNever: true})
		s.wait(t, p.ID, billing.Captured)
		s.calm(t)
		s.wantEvents(t, p.ID, "start", "reserve", "capture")
	})
}

// TestKEY4_ALapsedReservationIsNeverCaptured is invariant 31: it gives a new payment, never a free key.
func TestKEY4_ALapsedReservationIsNeverCaptured(t *testing.T) {
	tests := []struct {
		name string
		do   func(t *testing.T, s *shop, p billing.Payment)
	}{
		{"the provider says so", func(t *testing.T, s *shop, p billing.Payment) {
			check(t, s.provider.Lapse(p.ProviderRef))
		}},
		{"its news got lost, the sweep asks after the end", func(t *testing.T, s *shop, _ billing.Payment) {
			s.provider.SetBehaviour(testcard.Behaviour{WebhookNever: true})
			s.clock.move(7*24*time.Hour + 2*time.Minute)
			check(t, s.Poll(t.Context()))
		}},
		{"the capture meets it", func(t *testing.T, s *shop, p billing.Payment) {
			s.provider.SetBehaviour(testcard.Behaviour{WebhookNever: true})
			check(t, s.provider.Lapse(p.ProviderRef))
			check(t, s.capture(t, p.Subject))
		}},
	}
	each(t, func(t *testing.T, s *shop) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				s.provider.SetBehaviour(testcard.Behaviour{})
				p := s.reserved(t, tt.name)
				tt.do(t, s, p)
				s.wait(t, p.ID, billing.Lapsed)
				s.calm(t)
				s.wantEvents(t, p.ID, "start", "reserve", "lapse")
				wantFault(t, s.capture(t, tt.name), "billing.not_reserved")
				if again := s.open(t, tt.name); again.Attempt != 2 || again.State != billing.Created {
					t.Errorf("new attempt %+v", again)
				}
			})
		}
	})
}

func TestMoneyHeldForAnEndedPaymentIsLetGo(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.provider.SetBehaviour(testcard.Behaviour{WebhookNever: true})
		p, page := s.started(t, "1")
		s.tx(t, func(tx *db.Tx) error { // as if the end had been told too early
			_, err := tx.Exec(t.Context(), `UPDATE payments SET state = 'failed' WHERE id = $1`, p.ID)
			return err
		})
		s.provider.SetBehaviour(testcard.Behaviour{})
		s.pay(t, page, accepted)
		until(t, func() string { return differs(s.atProvider(t, p).State, client.Void) })
		s.calm(t)
		s.wantEvents(t, p.ID, "start")
	})
}

// TestRefundsNeverExceedWhatWasCaptured is invariant 4.
func TestRefundsNeverExceedWhatWasCaptured(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		wantFault(t, s.refund(t, "1", "K-1", 100), "billing.not_captured")
		p := s.reserved(t, "1")
		check(t, s.capture(t, "1"))
		s.wait(t, p.ID, billing.Captured)

		errs := atOnce(8, func(i int) error { return s.refund(t, "1", string(rune('a'+i)), p.Amount/4) })
		refused := 0
		for _, err := range errs {
			if err != nil {
				wantFault(t, err, "billing.over_refund")
				refused++
			}
		}
		if refused != 4 {
			t.Errorf("%d of 8 refused", refused)
		}
		until(t, func() string { return differs(s.payment(t, p.ID).Refunded, p.Amount/4*4) })
		check(t, s.refund(t, "1", "rest", p.Amount-p.Amount/4*4))
		check(t, s.refund(t, "1", "rest", p.Amount-p.Amount/4*4))
		s.wait(t, p.ID, billing.Refunded)
		s.calm(t)
		if c := s.atProvider(t, p); c.RefundedMinor != p.Amount {
			t.Errorf("provider %+v", c)
		}
	})
}

func TestStaffRetryWhatTheProviderRefused(t *testing.T) {
	staff := authz.Actor{ID: "fia", Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: []authz.Permission{billing.MaySee, billing.MayRetry}}}}
	viewer := authz.Actor{ID: "vi", Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: []authz.Permission{billing.MaySee}}}}
	each(t, func(t *testing.T, s *shop) {
		p := s.reserved(t, "1")
		check(t, s.capture(t, "1"))
		s.wait(t, p.ID, billing.Captured)
		s.tx(t, func(tx *db.Tx) error { // a refund larger than the provider has
			if _, err := tx.Exec(t.Context(), `UPDATE payments SET captured = captured + 100 WHERE id = $1`, p.ID); err != nil {
				return err
			}
			return s.Refund(t.Context(), tx, kind, "1", "K-1", money.Of(p.Amount+100, money.NOK))
		})
		until(t, func() string {
			d, err := s.Dossier(t.Context(), staff, p.ID)
			check(t, err)
			return differs(d.Steps[len(d.Steps)-1].State, billing.StepFailed)
		})
		s.wantEvents(t, p.ID, "start", "reserve", "capture", "refuse")
		troubled, err := s.Troubled(t.Context(), []billing.Payment{p})
		if err != nil || !troubled[p.ID] {
			t.Errorf("troubled %v (%v)", troubled, err)
		}

		wantFault(t, s.Retry(t.Context(), viewer, p.ID), "authz.not_in_role")
		wantFault(t, s.Retry(t.Context(), authz.Actor{}, p.ID), "billing.not_found")
		check(t, s.Retry(t.Context(), staff, p.ID))
		until(t, func() string {
			d, err := s.Dossier(t.Context(), staff, p.ID)
			check(t, err)
			return differs(len(d.Steps), 3)
		})
	})
}

func TestNothingIsRetriedWhereNothingStandsStill(t *testing.T) {
	staff := authz.Actor{ID: "fia", Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: []authz.Permission{billing.MaySee, billing.MayRetry}}}}
	each(t, func(t *testing.T, s *shop) {
		p := s.reserved(t, "1")
		check(t, s.capture(t, "1"))
		s.wait(t, p.ID, billing.Captured)
		wantFault(t, s.Retry(t.Context(), staff, p.ID), "billing.nothing_to_retry")
	})
}
