package identity

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/id"
)

// CustomerEdit is what the operator alone changes of a customer: what sort it is, and the numbers it is known by.
type CustomerEdit struct {
	Number, Country, OrgNumber string
	Kind                       CustomerKind
	Version                    int64
}

// EditCustomer changes what the operator answers for. A number stands for one customer.
func (s *Service) EditCustomer(ctx context.Context, by authz.Actor, customerID string, e CustomerEdit) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		p, err := ofCustomer(ctx, tx, by, customerID, MayEditCustomers)
		if err != nil {
			return err
		}
		if err := by.Check(MayEditCustomers, authz.Place{}); err != nil { // to change one's own numbers no customer's right is enough
			return err
		}
		e.Number, e.OrgNumber = tidy(e.Number), tidy(e.OrgNumber)
		if err := e.settle(ctx, tx, customerID); err != nil {
			return err
		}
		if p.Version != e.Version {
			return fault.New(fault.Conflict, "identity.company.changed")
		}
		kindWas, kind := string(p.Kind), string(e.Kind)
		what := changed(p.Kind == Private || e.Kind == Private,
			[]Piece{{"customer_kind", &kindWas}, {"number", &p.Number}, {"country", &p.Country}, {"org_number", &p.OrgNumber}},
			[]Piece{{"customer_kind", &kind}, {"number", &e.Number}, {"country", &e.Country}, {"org_number", &e.OrgNumber}})
		if len(what) == 0 {
			return nil
		}
		_, err = tx.Exec(ctx, `UPDATE customers SET number = $1, kind = $2, country = $3, org_number = $4, version = version + 1 WHERE id = $5`,
			e.Number, e.Kind, e.Country, e.OrgNumber, customerID)
		if err != nil {
			return fmt.Errorf("save customer %s: %w", customerID, err)
		}
		if err := indexAnew(ctx, tx, customerID); err != nil {
			return err
		}
		return s.Log.Record(ctx, tx, by, event.Event{Kind: "identity.customer", Subject: customerID, CustomerID: customerID, Name: "identity.customer.edit", Data: event.Data(what)})
	})
}

func (e *CustomerEdit) settle(ctx context.Context, tx *db.Tx, customerID string) error {
	var f fault.Fields
	f.Check(e.Number != "" && utf8.RuneCountInString(e.Number) <= maxCode, "number", "identity.customer.number")
	f.Check(oneOf(e.Kind, CustomerKinds()), "kind", "identity.customer.kind")
	f.Check(oneOf(e.Country, Countries()), "country", "identity.customer.country")
	if is, err := taken(ctx, tx, db.If("number = ? AND id <> ?", e.Number, customerID)); err != nil {
		return err
	} else if is {
		f.Add("number", "identity.customer.number_taken")
	}
	if e.OrgNumber == "" {
		return f.Err()
	}
	n, ok := id.OrgNumber(e.Country, e.OrgNumber)
	if !ok {
		f.Add("org_number", "identity.customer.org_number")
		return f.Err()
	}
	e.OrgNumber = n
	is, err := taken(ctx, tx, db.If("country = ? AND org_number = ? AND id <> ?", e.Country, n, customerID))
	if err != nil {
		return err
	}
	f.Check(!is, "org_number", "identity.customer.org_number_taken")
	return f.Err()
}

// statusMoves is rule C1: what each status may become. A closed customer comes back as an active one or not at all.
var statusMoves = map[CustomerStatus][]CustomerStatus{
	Active:  {OnHold, Blocked, Closed},
	OnHold:  {Active, Blocked, Closed},
	Blocked: {Active, OnHold, Closed},
	Closed:  {Active},
}

// NextStatuses is what a status may become, in the order of a menu.
func NextStatuses(s CustomerStatus) []CustomerStatus { return slices.Clone(statusMoves[s]) }

// SetStatus holds, blocks, closes or frees a customer; all but freeing needs a reason. It counts from the next request of
// everybody there, in open sessions, mailed links and API keys alike, since rights are asked for anew each time.
func (s *Service) SetStatus(ctx context.Context, by authz.Actor, customerID string, to CustomerStatus, reason string, version int64) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		p, err := ofCustomer(ctx, tx, by, customerID, MayReview)
		if err != nil {
			return err
		}
		reason = tidy(reason)
		if p.Status == to && p.StatusReason == reason {
			return nil // sent twice
		}
		var f fault.Fields
		f.Check(slices.Contains(statusMoves[p.Status], to), "status", "identity.customer.status_move")
		f.Check(reason != "" || to == Active, "reason", "identity.customer.status_reason")
		f.Check(utf8.RuneCountInString(reason) <= maxReason, "reason", "identity.too_long")
		if err := f.Err(); err != nil {
			return err
		}
		if p.Version != version {
			return fault.New(fault.Conflict, "identity.company.changed")
		}
		if _, err := tx.Exec(ctx, `UPDATE customers SET status = $1, status_reason = $2, version = version + 1 WHERE id = $3`, to, reason, customerID); err != nil {
			return fmt.Errorf("set the status of %s: %w", customerID, err)
		}
		return s.Log.Record(ctx, tx, by, event.Event{
			Kind: "identity.customer", Subject: customerID, CustomerID: customerID, Name: "identity.customer.set_status",
			Data: event.Data(map[string]any{"status": fromTo(string(p.Status), string(to)), "reason": reason}),
		})
	})
}

const maxReason = 1000
