package identity

import (
	"context"
	"fmt"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
)

// Switch makes a person with several customers act in another one, in this session alone.
func (s *Service) Switch(ctx context.Context, by authz.Actor, sessionID, customerID string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		is, err := db.One[int64](ctx, tx, `SELECT count(*) FROM members m JOIN customers c ON c.id = m.customer_id
			WHERE m.person_id = $1 AND m.customer_id = $2 AND m.status = $3 AND c.status <> $4`, by.ID, customerID, MemberActive, Closed)
		if err != nil {
			return fmt.Errorf("look for a membership: %w", err)
		}
		if is == 0 || by.Kind != authz.Person {
			return fault.New(fault.NotFound, "identity.customer.not_found")
		}
		return sit(ctx, tx, sessionID, by.ID, customerID, "")
	})
}

// StandIn puts staff in the shoes of a customer's member for this session: they see what that person sees and do what that
// person may do, less what is the customer's alone. Both stand in the audit trail.
func (s *Service) StandIn(ctx context.Context, by authz.Actor, sessionID, memberID string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		m, err := db.One[Member](ctx, tx, `SELECT id, customer_id, person_id, status FROM members WHERE id = $1`, memberID)
		if db.NoRows(err) || err == nil && (by.Kind != authz.Staff || !by.May(MaySeePeople, m.Place())) {
			return fault.New(fault.NotFound, "identity.member.not_found")
		}
		if err != nil {
			return fmt.Errorf("find member %s: %w", memberID, err)
		}
		if err := by.Check(MayStandIn, m.Place()); err != nil {
			return err
		}
		if m.Status != MemberActive {
			return fault.New(fault.Conflict, "identity.stand_in.not_active")
		}
		if err := sit(ctx, tx, sessionID, by.ID, m.CustomerID, m.PersonID); err != nil {
			return err
		}
		by.OnBehalf = m.PersonID
		return s.Log.Record(ctx, tx, by, event.Event{Kind: "identity.person", Subject: m.PersonID, CustomerID: m.CustomerID, Name: "identity.stand_in.begin"})
	})
}

// StandOut ends it. Who stands in nobody's shoes changes nothing.
func (s *Service) StandOut(ctx context.Context, by authz.Actor, sessionID string) error {
	if by.OnBehalf == "" {
		return nil
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		at, err := db.One[string](ctx, tx, `SELECT COALESCE(customer_id, '') AS at FROM sessions WHERE id = $1 AND person_id = $2 AND on_behalf = $3`, sessionID, by.ID, by.OnBehalf)
		if db.NoRows(err) {
			return nil // a second click
		}
		if err != nil {
			return fmt.Errorf("find a session: %w", err)
		}
		if err := sit(ctx, tx, sessionID, by.ID, "", ""); err != nil {
			return err
		}
		return s.Log.Record(ctx, tx, by, event.Event{Kind: "identity.person", Subject: by.OnBehalf, CustomerID: at, Name: "identity.stand_in.end"})
	})
}

func sit(ctx context.Context, tx *db.Tx, sessionID, personID, customerID, onBehalf string) error {
	_, err := tx.Exec(ctx, `UPDATE sessions SET customer_id = $1, on_behalf = $2 WHERE id = $3 AND person_id = $4`,
		db.Null(customerID), db.Null(onBehalf), sessionID, personID)
	if err != nil {
		return fmt.Errorf("change where a session acts: %w", err)
	}
	return nil
}

// Deciders is the names of a customer's administrators, for sentences that say who can change something; at most limit.
func Deciders(ctx context.Context, q db.Q, customerID string, limit int) ([]string, error) {
	names, err := db.List[string](ctx, q, `SELECT p.name FROM members m JOIN people p ON p.id = m.person_id
		WHERE m.customer_id = $1 AND m.role = $2 AND m.status = $3 AND p.status = $4 AND `+decides+` ORDER BY m.sort, m.id LIMIT $5`,
		customerID, Administrator, MemberActive, PersonActive, limit)
	if err != nil {
		return nil, fmt.Errorf("find the administrators of %s: %w", customerID, err)
	}
	return names, nil
}
