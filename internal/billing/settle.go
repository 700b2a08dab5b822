package billing

import (
	"context"
	"errors"
	"fmt"

	"skranke/internal/db"
	"skranke/internal/jobs"
	"skranke/internal/money"
)

// Look asks the provider how a payment stands and takes the answer in.
func (s *Service) Look(ctx context.Context, paymentID string) (Payment, error) {
	p, err := find(ctx, s.DB, paymentID)
	if err != nil || p.Session == "" {
		return p, err
	}
	from, err := s.provider(p.Provider)
	if err != nil {
		return p, err
	}
	r, err := from.Look(ctx, p.ref())
	if err != nil {
		return p, fmt.Errorf("look at payment %s: %w", p.ID, err)
	}
	return s.heard(ctx, p, Message{Provider: p.Provider, ID: "look:" + p.ID + ":" + r.Mark, Name: "look", Report: r}, "")
}

// heard takes in the answer to a call of ours and, in the same transaction, ends the step that the call was made for.
func (s *Service) heard(ctx context.Context, p Payment, m Message, stepID string) (Payment, error) {
	m.Report.Ref.Session = p.Session // the answer is about this payment, however the provider put it
	var out outcome
	err := s.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		if out, err = s.apply(ctx, tx, m); err != nil || stepID == "" {
			return err
		}
		return endStep(ctx, tx, stepID, "")
	})
	if err != nil {
		return p, err
	}
	return out.payment, out.trouble
}

// settle does one step at the provider. It may run again after any failure: the step's id is the key of the call.
func (s *Service) settle(ctx context.Context, stepID string) error {
	st, err := findStep(ctx, s.DB, stepID)
	if err != nil || st.State != StepQueued {
		return err
	}
	p, err := find(ctx, s.DB, st.PaymentID)
	if err != nil {
		return err
	}
	switch {
	case st.Document == settlement && p.State != Created && p.State != Reserved:
		return s.DB.InTx(ctx, func(tx *db.Tx) error { return closeSettlement(ctx, tx, p) })
	case p.Session == "":
		_, err := s.endUnstarted(ctx, p.ID, Report{State: Released})
		return err
	}
	r, err := s.call(ctx, p, st)
	if err == nil {
		_, err = s.heard(ctx, p, Message{Provider: p.Provider, ID: "step:" + st.ID, Name: string(st.Does), Report: r}, st.ID)
		return err
	}
	if errors.Is(err, ErrDown) {
		return err
	}
	return s.refused(ctx, st, err)
}

func (s *Service) call(ctx context.Context, p Payment, st Step) (r Report, err error) {
	from, err := s.provider(p.Provider)
	if err != nil {
		return Report{}, err
	}
	switch st.Does {
	case Capture:
		r, err = from.Capture(ctx, p.ref(), money.Of(st.Amount, p.Currency), st.ID)
	case Refund:
		r, err = from.Refund(ctx, p.ref(), money.Of(st.Amount, p.Currency), st.ID)
	default:
		r, err = from.Release(ctx, p.ref(), st.ID)
	}
	if err != nil {
		return r, fmt.Errorf("%s payment %s: %w", st.Does, p.ID, err)
	}
	return r, nil
}

// refused looks what the provider knows and we do not: often the step is done, or the payment has ended by itself. A step
// that this does not explain has failed, and staff see it on the payment's page.
func (s *Service) refused(ctx context.Context, st Step, no error) error {
	var refusal *Refusal
	if !errors.As(no, &refusal) {
		return no // ours to mend, for instance a provider that is not set up: tried again
	}
	p, err := s.Look(ctx, st.PaymentID)
	if err != nil {
		return errors.Join(no, err)
	}
	now, err := findStep(ctx, s.DB, st.ID)
	if err != nil || now.State != StepQueued {
		return err
	}
	code := refusal.Code
	if st.Document == stray && p.State.Ended() {
		code = "" // nothing is held any more: that is what was wanted
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := endStep(ctx, tx, st.ID, code); err != nil || code == "" {
			return err
		}
		return s.record(ctx, tx, p, Refuse, map[string]any{"step": string(st.Does), "code": code})
	})
	if err != nil || code == "" {
		return err
	}
	return jobs.Cancel(no)
}

// endUnstarted ends a payment that the provider has never heard of.
func (s *Service) endUnstarted(ctx context.Context, paymentID string, as Report) (next Payment, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		p, err := find(ctx, tx, paymentID)
		if err != nil {
			return err
		}
		var done []Action
		next, done = p.after(as)
		if p.Session != "" || len(done) == 0 {
			return fmt.Errorf("end payment %s: it was started meanwhile", p.ID)
		}
		next.ChangedAt, next.LookAt = tx.Now, nil
		ok, err := save(ctx, tx, &next)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("end payment %s: it was changed meanwhile", p.ID)
		}
		return s.tell(ctx, tx, next, done)
	})
	return next, err
}
