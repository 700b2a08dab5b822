package billing

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
		return s.releaseUnstarted(ctx, p.ID)
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

// releaseUnstarted ends a payment that the provider has never heard of.
func (s *Service) releaseUnstarted(ctx context.Context, paymentID string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		p, err := find(ctx, tx, paymentID)
		if err != nil {
			return err
		}
		next, done := p.after(Report{State: Released})
		if p.Session != "" || len(done) == 0 {
			return fmt.Errorf("release payment %s: it was started meanwhile", p.ID)
		}
		next.ChangedAt, next.LookAt = tx.Now, nil
		ok, err := save(ctx, tx, &next)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("release payment %s: it was changed meanwhile", p.ID)
		}
		return s.tell(ctx, tx, next, done)
	})
}

// pollBatch bounds one sweep, which must end well within a job's time.
const pollBatch = 50

// poll finds out what got lost: payments the provider sent no news of, and steps whose job gave up. It stops at the first
// sign that a provider is down; the next sweep goes on.
func (s *Service) poll(ctx context.Context) error {
	now := s.DB.Now()
	due, err := db.List[Payment](ctx, s.DB, selectPayments+`WHERE look_at <= $1 ORDER BY look_at LIMIT $2`, now, pollBatch)
	if err != nil {
		return fmt.Errorf("find payments to look at: %w", err)
	}
	steps, err := db.List[string](ctx, s.DB, `SELECT id FROM payment_steps WHERE state = 'queued' AND created_at <= $1 ORDER BY created_at LIMIT $2`,
		now.Add(-startAgain), pollBatch)
	if err != nil {
		return fmt.Errorf("find steps left undone: %w", err)
	}
	var tries []func() error
	for _, p := range due {
		tries = append(tries, func() error { return s.visit(ctx, p) })
	}
	for _, stepID := range steps {
		tries = append(tries, func() error { return s.settle(ctx, stepID) })
	}
	var errs []error
	for try := range slices.Values(tries) {
		if err := try(); err != nil {
			errs = append(errs, err)
			if errors.Is(err, ErrDown) {
				break
			}
		}
	}
	return errors.Join(errs...)
}

// visit looks at one payment, or starts it where that is still to be done.
func (s *Service) visit(ctx context.Context, p Payment) error {
	next := p.nextLook(s.DB.Now())
	var err error
	if p.Session == "" {
		soon := s.DB.Now().Add(startAgain)
		next, err = &soon, s.startQueued(ctx, p.ID)
	} else {
		_, err = s.Look(ctx, p.ID)
	}
	if err == nil || errors.Is(err, ErrDown) {
		return err
	}
	later := func(tx *db.Tx) error { return postpone(ctx, tx, p, next) }
	return errors.Join(err, s.DB.InTx(ctx, later)) // what is wrong with one payment must not keep the others waiting
}
