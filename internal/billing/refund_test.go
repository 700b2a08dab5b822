package billing_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/billing"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/id"
	"skranke/internal/money"
)

func officer(may ...authz.Permission) authz.Actor {
	return authz.Actor{ID: "fia", Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: append(may, billing.MaySee)}}}
}

// captured opens, pays and captures a payment.
func (s *shop) captured(t *testing.T, subject string) billing.Payment {
	t.Helper()
	p := s.reserved(t, subject)
	check(t, s.capture(t, subject))
	return s.wait(t, p.ID, billing.Captured)
}

func TestC8_StaffRefundAPartWithAReason(t *testing.T) {
	by := officer(billing.MayRefund)
	each(t, func(t *testing.T, s *shop) {
		p := s.captured(t, "1")
		give := func(by authz.Actor, once string, minor int64, reason string) error {
			return s.RefundByHand(t.Context(), by, p.ID, once, money.Of(minor, money.NOK), reason)
		}
		once := id.New()
		check(t, give(by, once, 4950, " Én brikke kom for sent "))
		check(t, give(by, once, 4950, "Én brikke kom for sent")) // the second click
		until(t, func() string { return differs(s.payment(t, p.ID).Refunded, 4950) })
		s.calm(t)
		d, err := s.Dossier(t.Context(), by, p.ID)
		check(t, err)
		st := d.Steps[len(d.Steps)-1]
		if st.Reason != "Én brikke kom for sent" || st.AskedBy != "fia" || st.State != billing.StepDone || d.Refundable != p.Amount-4950 {
			t.Errorf("step %+v, refundable %d", st, d.Refundable)
		}
		s.wantEvents(t, p.ID, "start", "reserve", "capture", "ask_refund", "refund")

		for name, tt := range map[string]struct {
			minor               int64
			once, reason, field string
		}{
			"more than is left": {p.Amount - 4949, id.New(), "feil", "amount"},
			"nothing":           {0, id.New(), "feil", "amount"},
			"no reason":         {100, id.New(), "  ", "reason"},
			"a long reason":     {100, id.New(), strings.Repeat("x", 301), "reason"},
		} {
			if err := give(by, tt.once, tt.minor, tt.reason); fault.FieldsOf(err)[tt.field] == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := give(by, "x", 100, "feil"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a form of nobody's: %v", err)
		}
		check(t, give(by, id.New(), p.Amount-4950, "Resten"))
		s.wait(t, p.ID, billing.Refunded)
		if c := s.atProvider(t, p); c.RefundedMinor != p.Amount {
			t.Errorf("the provider gave %d back", c.RefundedMinor)
		}
	})
}

func TestC8_OnlyWhoMayRefundDoes(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p := s.captured(t, "1")
		try := func(by authz.Actor) error {
			return s.RefundByHand(t.Context(), by, p.ID, id.New(), money.Of(100, money.NOK), "feil")
		}
		if err := try(officer(billing.MayRetry)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("without the right: %v", err)
		}
		wantFault(t, try(authz.Actor{}), "billing.not_found")
		if d, err := s.Dossier(t.Context(), officer(), p.ID); err != nil || d.Refundable != 0 {
			t.Errorf("refundable %d to a reader (%v)", d.Refundable, err)
		}
		started, _ := s.started(t, "2")
		wantFault(t, s.RefundByHand(t.Context(), officer(billing.MayRefund), started.ID, id.New(), money.Of(100, money.NOK), "feil"), "billing.not_captured")
	})
}

// TestC8_ARetriedRefundNeverExceedsWhatIsLeft retries a refused refund after others have used up what was captured.
func TestC8_ARetriedRefundNeverExceedsWhatIsLeft(t *testing.T) {
	by := officer(billing.MayRefund, billing.MayRetry)
	each(t, func(t *testing.T, s *shop) {
		p := s.captured(t, "1")
		s.tx(t, func(tx *db.Tx) error { // a refund that the provider refused
			_, err := tx.Exec(t.Context(), `INSERT INTO payment_steps (id, payment_id, does, document, amount, state, failure, created_at, try_at)
				VALUES ($1, $2, 'refund', 'K-1', 5000, 'failed', 'no', $3, $3)`, id.New(), p.ID, tx.Now)
			return err
		})
		check(t, s.refund(t, "1", "K-2", p.Amount-1000))
		until(t, func() string { return differs(s.payment(t, p.ID).Refunded, p.Amount-1000) })
		wantFault(t, s.Retry(t.Context(), by, p.ID), "billing.over_refund")
	})
}

// TestKEY6_AllThatWasTakenGoesBackOnceHoweverOftenItIsWanted is the no to an order whose money is taken.
func TestKEY6_AllThatWasTakenGoesBackOnceHoweverOftenItIsWanted(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p := s.captured(t, "1")
		check(t, s.refund(t, "1", "K-1", 5000))
		errs := atOnce(8, func(int) error {
			return s.DB.InTx(t.Context(), func(tx *db.Tx) error { return s.RefundRest(t.Context(), tx, kind, "1", "ended") })
		})
		check(t, errors.Join(errs...))
		s.wait(t, p.ID, billing.Refunded)
		s.calm(t)
		if c := s.atProvider(t, p); c.RefundedMinor != p.Amount {
			t.Errorf("the provider gave %s back", strconv.FormatInt(c.RefundedMinor, 10))
		}
		s.tx(t, func(tx *db.Tx) error { return s.RefundRest(t.Context(), tx, kind, "1", "ended") })
		s.tx(t, func(tx *db.Tx) error { return s.RefundRest(t.Context(), tx, kind, "nothing", "ended") })
	})
}
