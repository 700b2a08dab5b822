package billing

import (
	"context"
	"fmt"
	"time"

	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/id"
)

const columns = `id, kind, subject, attempt, customer_id, site_id, reference, description, language, return_path, return_kind, return_id,
	provider, session, provider_ref, page, state, currency, amount, captured, refunded, failure, late, created_at, changed_at,
	reserved_until, look_at, look_fails, page_until, version`

const selectPayments = `SELECT ` + columns + ` FROM payments `

func find(ctx context.Context, q db.Q, paymentID string) (Payment, error) {
	p, err := db.One[Payment](ctx, q, selectPayments+`WHERE id = $1`, paymentID)
	if db.NoRows(err) {
		return Payment{}, fault.New(fault.NotFound, "billing.not_found")
	}
	if err != nil {
		return Payment{}, fmt.Errorf("find payment %s: %w", paymentID, err)
	}
	return p, nil
}

// latest is the newest attempt to have a subject paid; ok is false when there is none.
func latest(ctx context.Context, q db.Q, kind, subject string) (p Payment, ok bool, err error) {
	p, err = db.One[Payment](ctx, q, selectPayments+`WHERE kind = $1 AND subject = $2 ORDER BY attempt DESC LIMIT 1`, kind, subject)
	if db.NoRows(err) {
		return Payment{}, false, nil
	}
	if err != nil {
		return Payment{}, false, fmt.Errorf("latest payment of %s %s: %w", kind, subject, err)
	}
	return p, true, nil
}

// byRef finds the payment a provider speaks of; ok is false when it is not ours.
func byRef(ctx context.Context, q db.Q, provider string, ref Ref) (p Payment, ok bool, err error) {
	column, value := "session", ref.Session
	if value == "" {
		column, value = "provider_ref", ref.Payment
	}
	if value == "" {
		return Payment{}, false, nil
	}
	p, err = db.One[Payment](ctx, q, selectPayments+`WHERE provider = $1 AND `+column+` = $2`, provider, value)
	if db.NoRows(err) {
		return Payment{}, false, nil
	}
	if err != nil {
		return Payment{}, false, fmt.Errorf("find payment by %s of %s: %w", column, provider, err)
	}
	return p, true, nil
}

// spokenOf finds the payment a message is about; ok is false when it is not ours.
func spokenOf(ctx context.Context, q db.Q, m Message) (p Payment, ok bool, err error) {
	p, ok, err = byRef(ctx, q, m.Provider, m.Report.Ref)
	if err != nil || ok || !id.Valid(m.Payment) {
		return p, ok, err
	}
	p, err = find(ctx, q, m.Payment)
	if fault.Is(err, fault.NotFound) || err == nil && p.Provider != m.Provider {
		return Payment{}, false, nil
	}
	return p, err == nil, err
}

// insert writes a new attempt; false when somebody else has just written the same one.
func insert(ctx context.Context, tx *db.Tx, p Payment) (bool, error) {
	n, err := tx.Exec(ctx, `
		INSERT INTO payments (id, kind, subject, attempt, customer_id, site_id, reference, description, language, return_path, return_kind,
			return_id, provider, state, currency, amount, created_at, changed_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
		ON CONFLICT (kind, subject, attempt) DO NOTHING`,
		p.ID, p.Kind, p.Subject, p.Attempt, p.CustomerID, p.SiteID, p.Reference, p.Description, p.Language, p.ReturnPath, p.ReturnKind,
		p.ReturnID, p.Provider, p.State, p.Currency, p.Amount, p.CreatedAt, p.ChangedAt, p.Version)
	if err != nil {
		return false, fmt.Errorf("insert payment of %s %s: %w", p.Kind, p.Subject, err)
	}
	return n == 1, nil
}

// save writes p unless somebody else has since it was read: then it says false.
func save(ctx context.Context, tx *db.Tx, p *Payment) (bool, error) {
	n, err := tx.Exec(ctx, `
		UPDATE payments
		SET state = $1, provider_ref = $2, captured = $3, refunded = $4, failure = $5, reserved_until = $6, changed_at = $7, look_at = $8,
			look_fails = 0, version = version + 1
		WHERE id = $9 AND version = $10`,
		p.State, p.ProviderRef, p.Captured, p.Refunded, p.Failure, p.ReservedUntil, p.ChangedAt, p.LookAt, p.ID, p.Version)
	if err != nil {
		return false, fmt.Errorf("save payment %s: %w", p.ID, err)
	}
	p.Version += n
	return n == 1, nil
}

// saveSession keeps the provider's page the first time it is heard of.
func saveSession(ctx context.Context, tx *db.Tx, p Payment, s Session) (bool, error) {
	p.Session, p.ProviderRef = s.Session, s.Payment
	if !s.Until.IsZero() {
		p.PageUntil = &s.Until
	}
	n, err := tx.Exec(ctx, `
		UPDATE payments SET session = $1, provider_ref = $2, page = $3, page_until = $4, look_at = $5, look_fails = 0, version = version + 1
		WHERE id = $6 AND session = ''`, s.Session, s.Payment, s.URL, p.PageUntil, p.nextLook(tx.Now), p.ID)
	if err != nil {
		return false, fmt.Errorf("keep session of payment %s: %w", p.ID, err)
	}
	return n == 1, nil
}

// postpone writes down when to look next, which is no change of the payment.
func postpone(ctx context.Context, tx *db.Tx, p Payment, until *time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE payments SET look_at = $1, look_fails = 0 WHERE id = $2`, until, p.ID); err != nil {
		return fmt.Errorf("postpone payment %s: %w", p.ID, err)
	}
	return nil
}

// backOff puts the next look off after one that failed, longer each time: what is wrong with one payment must not keep the
// others waiting.
func backOff(ctx context.Context, tx *db.Tx, p Payment) error {
	_, err := tx.Exec(ctx, `UPDATE payments SET look_at = $1, look_fails = look_fails + 1 WHERE id = $2 AND look_at IS NOT NULL`,
		tx.Now.Add(pause(p.LookFails+1)), p.ID)
	if err != nil {
		return fmt.Errorf("put look at payment %s off: %w", p.ID, err)
	}
	return nil
}

// Kept is a message of the provider as it was taken in.
type Kept struct {
	Name               string
	State              State
	Captured, Refunded int64
	Failure            string
	LedTo              Action // what it changed; empty when it was no news
	SaidAt             *time.Time
	At                 time.Time
}

// keep stores a message; false when it has been stored before.
func keep(ctx context.Context, tx *db.Tx, m Message, paymentID string) (bool, error) {
	r := m.Report
	var said *time.Time
	if !r.At.IsZero() {
		said = &r.At
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO payment_messages (provider, message, payment_id, name, state, captured, refunded, failure, said_at, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (provider, message) DO NOTHING`,
		m.Provider, m.ID, paymentID, m.Name, r.State, r.Captured, r.Refunded, r.Failure, said, tx.Now)
	if err != nil {
		return false, fmt.Errorf("keep message of %s: %w", m.Provider, err)
	}
	return n == 1, nil
}

// ledTo notes what a message changed.
func ledTo(ctx context.Context, tx *db.Tx, m Message, a Action) error {
	_, err := tx.Exec(ctx, `UPDATE payment_messages SET led_to = $1 WHERE provider = $2 AND message = $3`, a, m.Provider, m.ID)
	if err != nil {
		return fmt.Errorf("note what a message of %s led to: %w", m.Provider, err)
	}
	return nil
}

func messagesOf(ctx context.Context, q db.Q, paymentID string) ([]Kept, error) {
	ms, err := db.List[Kept](ctx, q, `SELECT name, state, captured, refunded, failure, led_to, said_at, at
		FROM payment_messages WHERE payment_id = $1 ORDER BY at, said_at, message`, paymentID)
	if err != nil {
		return nil, fmt.Errorf("messages of payment %s: %w", paymentID, err)
	}
	return ms, nil
}
