package billing_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"skranke/internal/billing"
	"skranke/internal/db"
	"skranke/internal/money"
)

// ailing is a provider that cannot answer for some of its payments, as when one record of theirs is broken.
type ailing struct {
	billing.Provider
	err error
}

// Look fails for the broken ones.
func (a ailing) Look(ctx context.Context, ref billing.Ref) (billing.Report, error) {
	if strings.HasPrefix(ref.Session, "broken") {
		return billing.Report{}, a.err
	}
	return a.Provider.Look(ctx, ref)
}

// TestKEY7_PaymentsThatCannotBeLookedAtDoNotStarveOthers has more broken payments, all due before the others, than one sweep takes.
func TestKEY7_PaymentsThatCannotBeLookedAtDoNotStarveOthers(t *testing.T) {
	for name, fault := range map[string]error{
		"refused":      &billing.Refusal{Code: "gone", Err: errors.New("no such payment")},
		"not answered": fmt.Errorf("%w: broken record", billing.ErrDown),
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, s *shop) {
				for i := range 60 {
					s.broken(t, i)
				}
				p := s.paidWithoutNews(t, "good")
				s.Providers[0] = ailing{s.Providers[0], fault}
				sweeps := 0
				for s.payment(t, p.ID).State == billing.Created {
					if sweeps++; sweeps > 10 {
						t.Fatal("the good payment is never looked at")
					}
					s.clock.move(time.Minute)
					if s.Poll(t.Context()) == nil {
						t.Error("nobody is told of the broken ones")
					}
				}
				s.wantSlower(t, fault)
			})
		})
	}
}

// broken makes a payment whose session the provider does not know, long due.
func (s *shop) broken(t *testing.T, i int) {
	t.Helper()
	p := s.open(t, fmt.Sprintf("broken-%d", i))
	s.tx(t, func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE payments SET session = $1, page = 'https://cards.example/', look_at = $2 WHERE id = $3`,
			"broken-"+p.ID, tx.Now.Add(-time.Hour), p.ID)
		return err
	})
}

// paidWithoutNews is a payment that only the sweep can find out about.
func (s *shop) paidWithoutNews(t *testing.T, subject string) billing.Payment {
	t.Helper()
	p, page := s.started(t, subject)
	s.pay(t, page, neverTold)
	s.tx(t, func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE payments SET look_at = $1 WHERE id = $2`, tx.Now, p.ID)
		return err
	})
	return p
}

// wantSlower goes through a day of sweeps: each broken payment is asked for a few times in it, not every minute.
func (s *shop) wantSlower(t *testing.T, fault error) {
	t.Helper()
	asked := &counting{Provider: s.Providers[0].(ailing).Provider, err: fault}
	s.Providers[0] = asked
	for range 24 * 12 {
		s.clock.move(5 * time.Minute)
		if err := s.Poll(t.Context()); err != nil && !errors.Is(err, fault) {
			t.Fatal(err)
		}
	}
	if n := asked.n.Load(); n < 60 || n > 60*12 {
		t.Errorf("60 broken payments were asked for %d times in a day", n)
	}
}

type counting struct {
	billing.Provider
	err error
	n   atomic.Int64 // the sweep that runs by itself asks too
}

// Look counts those that fail.
func (c *counting) Look(ctx context.Context, ref billing.Ref) (billing.Report, error) {
	if strings.HasPrefix(ref.Session, "broken") {
		c.n.Add(1)
	}
	return ailing{c.Provider, c.err}.Look(ctx, ref)
}

// TestKEY4_AStepThatTheProviderDoesNotAnswerIsTriedEverMoreSeldom looks after steps whose own job has given up.
func TestKEY4_AStepThatTheProviderDoesNotAnswerIsTriedEverMoreSeldom(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p := s.reserved(t, "1")
		s.tx(t, func(tx *db.Tx) error { // as if its job had given up long ago
			_, err := tx.Exec(t.Context(), `INSERT INTO payment_steps (id, payment_id, does, amount, state, created_at, try_at)
				VALUES ('0198f3a0-7c1e-7000-8000-000000000009', $1, 'capture', $2, 'queued', $3, $3)`, p.ID, p.Amount, tx.Now)
			return err
		})
		good := s.Providers[0]
		slow := &downFor{Provider: good}
		s.Providers[0] = slow
		for range 24 * 60 {
			s.clock.move(time.Minute)
			_ = s.Poll(t.Context()) // it says that the provider is down
		}
		if slow.n.Load() < 5 || slow.n.Load() > 20 {
			t.Errorf("tried %d times in a day", slow.n.Load())
		}
		s.Providers[0] = good
		s.clock.move(6 * time.Hour)
		check(t, s.Poll(t.Context()))
		s.wait(t, p.ID, billing.Captured)
	})
}

type downFor struct {
	billing.Provider
	n atomic.Int64
}

// Capture is never answered.
func (d *downFor) Capture(context.Context, billing.Ref, money.Money, string) (billing.Report, error) {
	d.n.Add(1)
	return billing.Report{}, billing.ErrDown
}

func TestKEY7_APaymentThatWasNeverStartedEndsInTime(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p := s.open(t, "1")
		s.clock.move(15 * 24 * time.Hour)
		_, err := s.Start(t.Context(), p.ID)
		wantFault(t, err, "billing.not_open")
		if got := s.payment(t, p.ID); got.State != billing.Failed || got.Failure != billing.FailAbandoned {
			t.Errorf("%s for %s", got.State, got.Failure)
		}
		if again := s.open(t, "1"); again.Attempt != 2 {
			t.Errorf("attempt %d", again.Attempt)
		}
	})
}
