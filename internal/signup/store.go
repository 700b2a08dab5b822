package signup

import (
	"context"
	"fmt"

	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/id"
)

const columns = `id, state, country, org_number, kind, company, street, postcode, town, name, email, phone, language, password_hash,
	network, flags, answer, link_id, customer_id, person_id, reason, created_at, changed_at, due_at, version`

func byID(ctx context.Context, q db.Q, registrationID string) (Registration, error) {
	gone := fault.New(fault.NotFound, "signup.gone")
	if !id.Valid(registrationID) {
		return Registration{}, gone
	}
	r, err := db.One[Registration](ctx, q, `SELECT `+columns+` FROM registrations WHERE id = $1`, registrationID)
	if db.NoRows(err) {
		return r, gone
	}
	if err != nil {
		return r, fmt.Errorf("find registration %s: %w", registrationID, err)
	}
	return r, nil
}

// locked is a registration that nobody else changes until the transaction ends.
func locked(ctx context.Context, tx *db.Tx, registrationID string) (Registration, error) {
	if id.Valid(registrationID) {
		if err := db.LockRow(ctx, tx, "registrations", registrationID); err != nil {
			return Registration{}, err
		}
	}
	return byID(ctx, tx, registrationID)
}

func insert(ctx context.Context, tx *db.Tx, r Registration) error {
	_, err := tx.Exec(ctx, `INSERT INTO registrations (id, state, country, org_number, language, network, flags, answer, created_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		r.ID, r.State, r.Country, r.OrgNumber, r.Language, r.Network, r.Flags, r.Answer, r.CreatedAt, r.ChangedAt)
	if err != nil {
		return fmt.Errorf("insert registration: %w", err)
	}
	return nil
}

// save writes r unless somebody else has since it was read.
func save(ctx context.Context, tx *db.Tx, r *Registration) error {
	if r.Flags.V == nil {
		r.Flags.V = []Flag{}
	}
	n, err := tx.Exec(ctx, `
		UPDATE registrations SET state = $1, kind = $2, company = $3, street = $4, postcode = $5, town = $6, name = $7, email = $8, phone = $9,
			language = $10, password_hash = $11, flags = $12, answer = $13, link_id = $14, customer_id = $15, person_id = $16, reason = $17,
			changed_at = $18, due_at = $19, version = version + 1
		WHERE id = $20 AND version = $21`,
		r.State, r.Kind, r.Company, r.Street, r.Postcode, r.Town, r.Name, r.Email, r.Phone, r.Language, r.PasswordHash, r.Flags, r.Answer,
		r.LinkID, r.CustomerID, r.PersonID, r.Reason, r.ChangedAt, r.DueAt, r.ID, r.Version)
	if err != nil {
		return fmt.Errorf("save registration %s: %w", r.ID, err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "signup.moved_on")
	}
	r.Version++
	return nil
}
