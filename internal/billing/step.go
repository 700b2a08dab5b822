package billing

import (
	"context"
	"fmt"
	"time"

	"skranke/internal/db"
	"skranke/internal/id"
)

// StepState says how far a step has come.
type StepState string

// The states of a step.
const (
	StepQueued StepState = "queued"
	StepDone   StepState = "done"
	StepFailed StepState = "failed" // the provider refused it, or the payment took another way
)

// Step is one thing wanted of the provider. Its id is the key of the call, so that it happens once however often it is tried.
type Step struct {
	ID        string
	PaymentID string
	Does      Action // Capture, Release or Refund
	Document  string // what it is done for: settlement, stray, or the document of a refund
	Amount    int64
	State     StepState
	Failure   string
	Reason    string // why staff asked for it
	AskedBy   string // the id of who did
	CreatedAt time.Time
	DoneAt    *time.Time
	Fails     int64 // how often the sweep has failed to do it
}

const (
	// settlement is the one capture or release of a payment.
	settlement = ""
	// stray is the release of money that a bank holds for a payment which is over.
	stray = "stray"
)

const stepColumns = `id, payment_id, does, document, amount, state, failure, reason, asked_by, created_at, done_at, fails`

// addStep writes a step down unless one for the same document stands already; that one is returned then.
func addStep(ctx context.Context, tx *db.Tx, p Payment, does Action, document string, amount int64) (Step, bool, error) {
	return addAsked(ctx, tx, p, Step{Does: does, Document: document, Amount: amount})
}

// addAsked is addStep for one that somebody has given a reason for.
func addAsked(ctx context.Context, tx *db.Tx, p Payment, st Step) (Step, bool, error) {
	st.ID, st.PaymentID, st.State, st.CreatedAt = id.New(), p.ID, StepQueued, tx.Now
	n, err := tx.Exec(ctx, `
		INSERT INTO payment_steps (id, payment_id, does, document, amount, state, reason, asked_by, created_at, try_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (payment_id, document) WHERE state <> 'failed' DO NOTHING`,
		st.ID, st.PaymentID, st.Does, st.Document, st.Amount, st.State, st.Reason, st.AskedBy, st.CreatedAt, st.CreatedAt.Add(startAgain))
	if err != nil {
		return Step{}, false, fmt.Errorf("want %s of payment %s: %w", st.Does, p.ID, err)
	}
	if n == 1 {
		return st, true, nil
	}
	st, err = liveStep(ctx, tx, p.ID, st.Document)
	return st, false, err
}

// liveStep is the step for a document that is queued or done; a zero Step when there is none.
func liveStep(ctx context.Context, q db.Q, paymentID, document string) (Step, error) {
	st, err := db.One[Step](ctx, q, `SELECT `+stepColumns+` FROM payment_steps
		WHERE payment_id = $1 AND document = $2 AND state <> 'failed'`, paymentID, document)
	if db.NoRows(err) {
		return Step{}, nil
	}
	if err != nil {
		return Step{}, fmt.Errorf("read step of payment %s: %w", paymentID, err)
	}
	return st, nil
}

func findStep(ctx context.Context, q db.Q, stepID string) (Step, error) {
	st, err := db.One[Step](ctx, q, `SELECT `+stepColumns+` FROM payment_steps WHERE id = $1`, stepID)
	if err != nil {
		return Step{}, fmt.Errorf("find payment step %s: %w", stepID, err)
	}
	return st, nil
}

func stepsOf(ctx context.Context, q db.Q, paymentID string) ([]Step, error) {
	steps, err := db.List[Step](ctx, q, `SELECT `+stepColumns+` FROM payment_steps WHERE payment_id = $1 ORDER BY id`, paymentID)
	if err != nil {
		return nil, fmt.Errorf("steps of payment %s: %w", paymentID, err)
	}
	return steps, nil
}

// putOff lets the sweep try a step later, longer each time.
func putOff(ctx context.Context, tx *db.Tx, st Step) error {
	_, err := tx.Exec(ctx, `UPDATE payment_steps SET try_at = $1, fails = fails + 1 WHERE id = $2`, tx.Now.Add(pause(st.Fails+1)), st.ID)
	if err != nil {
		return fmt.Errorf("put payment step %s off: %w", st.ID, err)
	}
	return nil
}

// endStep writes down how a step ended; an empty failure means well.
func endStep(ctx context.Context, tx *db.Tx, stepID, failure string) error {
	state := StepDone
	if failure != "" {
		state = StepFailed
	}
	_, err := tx.Exec(ctx, `UPDATE payment_steps SET state = $1, failure = $2, done_at = $3 WHERE id = $4 AND state = $5`,
		state, failure, tx.Now, stepID, StepQueued)
	if err != nil {
		return fmt.Errorf("end payment step %s: %w", stepID, err)
	}
	return nil
}

// closeSettlement ends the settlement of a payment that has been settled, whoever brought the news: the step that wanted
// this is done, one that wanted the other has failed.
func closeSettlement(ctx context.Context, tx *db.Tx, p Payment) error {
	did := Release
	switch p.State {
	case Created, Reserved:
		return nil
	case Captured, Refunded:
		did = Capture
	case Released, Lapsed, Failed:
	}
	_, err := tx.Exec(ctx, `
		UPDATE payment_steps SET
			state = CASE WHEN does = $1 THEN 'done' ELSE 'failed' END,
			failure = CASE WHEN does = $1 THEN '' ELSE $2 END,
			done_at = $3
		WHERE payment_id = $4 AND document = '' AND state = 'queued'`, did, string(p.State), tx.Now, p.ID)
	if err != nil {
		return fmt.Errorf("close settlement of payment %s: %w", p.ID, err)
	}
	return nil
}
