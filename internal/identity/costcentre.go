package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/id"
)

// CostCentre is what a customer books its purchases on. One that is no longer used is set inactive: invoices name it.
type CostCentre struct {
	ID, CustomerID, Code, Name string
	Active                     bool
	Version                    int64
}

const (
	selectCostCentres = `SELECT id, customer_id, code, name, active, version FROM cost_centres WHERE {} `
	maxCode           = 40
)

// codeKey is what a cost centre's code is known by: 410-b, "410 - B" and 410–B are one.
func codeKey(code string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return -1
		case r >= '\u2010' && r <= '\u2015' || r == '\u2212': // what word processors make of a hyphen
			return '-'
		}
		return r
	}, code))
}

// CostCentres is the cost centres of a customer, those in use first, by code.
func CostCentres(ctx context.Context, q db.Q, by authz.Actor, customerID string) ([]CostCentre, error) {
	all, err := db.List[CostCentre](ctx, q, selectCostCentres, visibleAt(by, customerID))
	if err != nil {
		return nil, fmt.Errorf("list cost centres of %s: %w", customerID, err)
	}
	slices.SortFunc(all, func(a, b CostCentre) int { // 9 before 10, which no database does
		if a.Active != b.Active {
			return map[bool]int{true: -1, false: 1}[a.Active]
		}
		return strings.Compare(sortKey(a.Code), sortKey(b.Code))
	})
	return all, nil
}

// FindCostCentre is one of them.
func FindCostCentre(ctx context.Context, q db.Q, by authz.Actor, customerID, centreID string) (CostCentre, error) {
	return oneCostCentre(ctx, q, visibleAt(by, customerID), centreID)
}

func oneCostCentre(ctx context.Context, q db.Q, c db.Cond, centreID string) (cc CostCentre, err error) {
	if id.Valid(centreID) {
		if cc, err = db.One[CostCentre](ctx, q, selectCostCentres, c.And("id = ?", centreID)); err == nil {
			return cc, nil
		}
	}
	if err == nil || db.NoRows(err) {
		return CostCentre{}, fault.New(fault.NotFound, "identity.cost_centre.not_found")
	}
	return CostCentre{}, fmt.Errorf("find cost centre %s: %w", centreID, err)
}

// CostCentreEdit is a cost centre as it was sent; ID empty is a new one.
type CostCentreEdit struct {
	ID, Code, Name string
	Active         bool
	Version        int64
}

// Edit is the form that would change nothing.
func (c CostCentre) Edit() CostCentreEdit {
	return CostCentreEdit{ID: c.ID, Code: c.Code, Name: c.Name, Active: c.Active, Version: c.Version}
}

// Pieces are the fields of the form by name, in its order.
func (e *CostCentreEdit) Pieces() []Piece { return []Piece{{"code", &e.Code}, {"name", &e.Name}} }

func (e *CostCentreEdit) settle() error {
	e.Code, e.Name = tidy(e.Code), tidy(e.Name)
	var f fault.Fields
	f.Check(codeKey(e.Code) != "", "code", "identity.cost_centre.code")
	f.Check(utf8.RuneCountInString(e.Code) <= maxCode, "code", "identity.too_long")
	f.Check(e.Name != "", "name", "identity.cost_centre.name")
	f.Check(utf8.RuneCountInString(e.Name) <= maxText, "name", "identity.too_long")
	return f.Err()
}

// SaveCostCentre adds a cost centre or changes one. A code stands for one of them, however it is typed and whether in use or not.
func (s *Service) SaveCostCentre(ctx context.Context, by authz.Actor, customerID string, e CostCentreEdit) (c CostCentre, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := ofCustomer(ctx, tx, by, customerID, MayEditCompany); err != nil {
			return err
		}
		was, name := CostCentre{ID: id.New(), CustomerID: customerID, Version: 1}, "identity.cost_centre.add"
		if e.ID != "" {
			if was, err = oneCostCentre(ctx, tx, db.If("customer_id = ?", customerID), e.ID); err != nil {
				return err
			}
			name = "identity.cost_centre.edit"
		}
		if err := e.settle(); err != nil {
			return err
		}
		if e.ID != "" && was.Version != e.Version {
			return fault.New(fault.Conflict, "identity.cost_centre.changed")
		}
		before := was.Edit()
		what := changed(false, before.Pieces(), e.Pieces())
		if was.Active != e.Active {
			what["active"] = fromTo(was.Active, e.Active)
		}
		if len(what) == 0 {
			c = was
			return nil
		}
		c = was
		c.Code, c.Name, c.Active = e.Code, e.Name, e.Active
		if err := writeCostCentre(ctx, tx, &c, e.ID == ""); err != nil {
			return err
		}
		what["cost_centre"] = c.ID
		return s.Log.Record(ctx, tx, by, event.Event{Kind: "identity.customer", Subject: customerID, CustomerID: customerID, Name: name, Data: event.Data(what)})
	})
	if err != nil {
		return CostCentre{}, err
	}
	return c, nil
}

func writeCostCentre(ctx context.Context, tx *db.Tx, c *CostCentre, isNew bool) error {
	taken, err := db.One[int64](ctx, tx, `SELECT count(*) FROM cost_centres WHERE customer_id = $1 AND code_key = $2 AND id <> $3`, c.CustomerID, codeKey(c.Code), c.ID)
	if err != nil {
		return fmt.Errorf("look for a cost centre's code: %w", err)
	}
	if taken > 0 {
		return fault.Field("code", "identity.cost_centre.code_taken")
	}
	if isNew {
		_, err = tx.Exec(ctx, `INSERT INTO cost_centres (id, customer_id, code, code_key, name, active, version) VALUES ($1, $2, $3, $4, $5, $6, 1)`,
			c.ID, c.CustomerID, c.Code, codeKey(c.Code), c.Name, c.Active)
	} else {
		c.Version++
		_, err = tx.Exec(ctx, `UPDATE cost_centres SET code = $1, code_key = $2, name = $3, active = $4, version = $5 WHERE id = $6`,
			c.Code, codeKey(c.Code), c.Name, c.Active, c.Version, c.ID)
	}
	if err != nil {
		return fmt.Errorf("save cost centre %s: %w", c.ID, err)
	}
	return nil
}
