package billing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"skranke/internal/db"
)

const (
	// pollBatch bounds one sweep.
	pollBatch = 50
	// pollTime ends one, well within a job's minute.
	pollTime = 40 * time.Second
	// pollDown is after how many unanswered calls in a row a sweep gives up: the next one begins with others.
	pollDown = 10
)

// poll finds out what got lost: payments the provider sent no news of, and steps whose job gave up. What fails is put off,
// longer each time.
func (s *Service) poll(ctx context.Context) error {
	now := s.DB.Now()
	due, err := db.List[Payment](ctx, s.DB, selectPayments+`WHERE look_at <= $1 ORDER BY look_at LIMIT $2`, now, pollBatch)
	if err != nil {
		return fmt.Errorf("find payments to look at: %w", err)
	}
	steps, err := db.List[Step](ctx, s.DB, `SELECT `+stepColumns+` FROM payment_steps WHERE state = 'queued' AND try_at <= $1 ORDER BY try_at LIMIT $2`,
		now, pollBatch)
	if err != nil {
		return fmt.Errorf("find steps left undone: %w", err)
	}
	var tries []func(ctx context.Context) error
	for i := range max(len(due), len(steps)) { // by turns, so that neither waits for all of the other
		if i < len(steps) {
			tries = append(tries, func(ctx context.Context) error { return s.stepAgain(ctx, steps[i]) })
		}
		if i < len(due) {
			tries = append(tries, func(ctx context.Context) error { return s.visit(ctx, due[i]) })
		}
	}
	return sweep(ctx, tries)
}

// sweep does one after the other while there is time, and while anybody answers.
func sweep(ctx context.Context, tries []func(ctx context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, pollTime)
	defer cancel()
	var errs []error
	down := 0
	for _, try := range tries {
		err := try(limited)
		errs = append(errs, err)
		if down++; !errors.Is(err, ErrDown) {
			down = 0
		}
		if down == pollDown || limited.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

// visit looks at one payment, or starts it where that is still to be done.
func (s *Service) visit(ctx context.Context, p Payment) error {
	var err error
	if p.Session == "" {
		err = s.startQueued(ctx, p.ID)
	} else {
		_, err = s.Look(ctx, p.ID)
	}
	if err == nil {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	return errors.Join(err, s.DB.InTx(ctx, func(tx *db.Tx) error { return backOff(ctx, tx, p) }))
}

// stepAgain does a step whose own job has given up.
func (s *Service) stepAgain(ctx context.Context, st Step) error {
	err := s.settle(ctx, st.ID)
	if err == nil {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	return errors.Join(err, s.DB.InTx(ctx, func(tx *db.Tx) error { return putOff(ctx, tx, st) }))
}
