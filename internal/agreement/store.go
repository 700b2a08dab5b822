package agreement

import (
	"context"
	"fmt"
	"slices"
	"time"

	"skranke/internal/authz"
	"skranke/internal/day"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/id"
	"skranke/internal/money"
)

// row is an agreement with one of its prices, so that one query reads both.
type row struct {
	ID, Number, CustomerID     string
	Kind                       Kind
	Status                     Status
	SignedOn, StartsOn, EndsOn day.Date
	Payer                      Payer
	Approvals                  int64
	Currency                   money.Currency
	FileID                     string
	CreatedAt                  time.Time
	Version                    int64
	Item                       string
	Amount, VAT                int64
}

const (
	columns = `a.id, a.number, a.customer_id, a.kind, a.status, a.signed_on, a.starts_on, a.ends_on, a.payer, a.approvals, a.currency,
		COALESCE(a.file_id, '') AS file_id, a.created_at, a.version`
	selectAgreements = `
		SELECT ` + columns + `, COALESCE(p.item, '') AS item, COALESCE(p.amount, 0) AS amount, COALESCE(p.vat, 0) AS vat
		FROM agreements a LEFT JOIN agreement_prices p ON p.agreement_id = a.id
		WHERE {} `
	selectBare = `SELECT ` + columns + ` FROM agreements a WHERE {} ` // for lists, which show no prices
)

// visible is the agreements that by may see.
func visible(by authz.Actor) db.Cond {
	return db.Reach(by.Reach(MaySee), db.Columns{Customer: "a.customer_id", Subject: "a.id"})
}

// isCurrent is Current in SQL; currentArgs are its arguments.
const isCurrent = `a.kind = ? AND a.status = ? AND a.signed_on IS NOT NULL AND a.starts_on <= ? AND (a.ends_on IS NULL OR a.ends_on >= ?)`

func currentArgs(kind Kind, on day.Date) []any { return []any{kind, Active, on, on} }

// read gathers the rows of each agreement, in the order of the query.
func read(ctx context.Context, q db.Q, query string, args ...any) ([]Agreement, error) {
	rows, err := db.List[row](ctx, q, query, args...)
	if err != nil {
		return nil, err
	}
	var out []Agreement
	for _, r := range rows {
		if len(out) == 0 || out[len(out)-1].ID != r.ID {
			out = append(out, Agreement{
				ID: r.ID, Number: r.Number, CustomerID: r.CustomerID, Kind: r.Kind, Status: r.Status, SignedOn: r.SignedOn,
				StartsOn: r.StartsOn, EndsOn: r.EndsOn, Payer: r.Payer, Approvals: r.Approvals, Currency: r.Currency, FileID: r.FileID,
				CreatedAt: r.CreatedAt, Version: r.Version,
			})
		}
		if a := &out[len(out)-1]; r.Item != "" {
			a.Prices = append(a.Prices, Price{Item: r.Item, Amount: r.Amount, VAT: r.VAT})
		}
	}
	for _, a := range out {
		slices.SortFunc(a.Prices, func(x, y Price) int { return slices.Index(Items(), x.Item) - slices.Index(Items(), y.Item) })
	}
	return out, nil
}

func one(ctx context.Context, q db.Q, c db.Cond, code string) (Agreement, error) {
	found, err := read(ctx, q, selectAgreements+`ORDER BY a.starts_on DESC, a.id DESC`, c)
	if err != nil {
		return Agreement{}, fmt.Errorf("find an agreement: %w", err)
	}
	if len(found) == 0 {
		return Agreement{}, fault.New(fault.NotFound, code)
	}
	return found[0], nil
}

// Find gives the same fault for what is not there and what by may not see.
func Find(ctx context.Context, q db.Q, by authz.Actor, agreementID string) (Agreement, error) {
	if !id.Valid(agreementID) {
		return Agreement{}, fault.New(fault.NotFound, "agreement.not_found")
	}
	return one(ctx, q, visible(by).And("a.id = ?", agreementID), "agreement.not_found")
}

// ByID is for other modules and jobs: who may see it is theirs to decide.
func ByID(ctx context.Context, q db.Q, agreementID string) (Agreement, error) {
	if !id.Valid(agreementID) {
		return Agreement{}, fault.New(fault.NotFound, "agreement.not_found")
	}
	return one(ctx, q, db.If("a.id = ?", agreementID), "agreement.not_found")
}

// ForKeys is the key agreement of a customer that counts today, the latest begun of several.
func ForKeys(ctx context.Context, q db.Q, customerID string, today day.Date) (Agreement, error) {
	return one(ctx, q, db.If(isCurrent, currentArgs(Keys, today)...).And("a.customer_id = ?", customerID), "agreement.not_current")
}

func insert(ctx context.Context, tx *db.Tx, a Agreement) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO agreements (id, number, customer_id, kind, status, signed_on, starts_on, ends_on, payer, approvals, currency, file_id, created_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		a.ID, a.Number, a.CustomerID, a.Kind, a.Status, a.SignedOn, a.StartsOn, a.EndsOn, a.Payer, a.Approvals, a.Currency, db.Null(a.FileID),
		a.CreatedAt, a.Version)
	if err != nil {
		return fmt.Errorf("insert agreement: %w", err)
	}
	for _, p := range a.Prices {
		_, err := tx.Exec(ctx, `INSERT INTO agreement_prices (agreement_id, item, amount, vat) VALUES ($1, $2, $3, $4)`, a.ID, p.Item, p.Amount, p.VAT)
		if err != nil {
			return fmt.Errorf("insert the price of %s: %w", p.Item, err)
		}
	}
	return nil
}

// save writes a unless somebody else has since it was read.
func save(ctx context.Context, tx *db.Tx, a *Agreement) error {
	n, err := tx.Exec(ctx, `
		UPDATE agreements SET status = $1, signed_on = $2, ends_on = $3, file_id = $4, version = version + 1
		WHERE id = $5 AND version = $6`, a.Status, a.SignedOn, a.EndsOn, db.Null(a.FileID), a.ID, a.Version)
	if err != nil {
		return fmt.Errorf("save agreement %s: %w", a.ID, err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "agreement.moved_on")
	}
	a.Version++
	return nil
}

func approverIDs(ctx context.Context, q db.Q, agreementID string) ([]string, error) {
	ids, err := db.List[string](ctx, q, `
		SELECT person_id FROM agreement_approvers WHERE agreement_id = $1 AND until IS NULL ORDER BY since, person_id`, agreementID)
	if err != nil {
		return nil, fmt.Errorf("list approvers of %s: %w", agreementID, err)
	}
	return ids, nil
}

// saveApprovers ends who is no longer listed and lists who is new.
func saveApprovers(ctx context.Context, tx *db.Tx, agreementID string, personIDs []string) error {
	listed, err := approverIDs(ctx, tx, agreementID)
	if err != nil {
		return err
	}
	gone := slices.DeleteFunc(slices.Clone(listed), func(p string) bool { return slices.Contains(personIDs, p) })
	_, err = tx.Exec(ctx, `UPDATE agreement_approvers SET until = $1 WHERE {}`, tx.Now,
		db.If("agreement_id = ?", agreementID).AndCond(db.In("person_id", gone)))
	if err != nil {
		return fmt.Errorf("end approvers of %s: %w", agreementID, err)
	}
	for _, p := range personIDs {
		if slices.Contains(listed, p) {
			continue
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO agreement_approvers (agreement_id, person_id, since) VALUES ($1, $2, $3)
			ON CONFLICT (agreement_id, person_id) DO UPDATE SET since = excluded.since, until = NULL`, agreementID, p, tx.Now)
		if err != nil {
			return fmt.Errorf("list approver of %s: %w", agreementID, err)
		}
	}
	return nil
}
