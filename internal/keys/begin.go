package keys

import (
	"context"
	"fmt"

	"skranke/internal/agreement"
	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/id"
	"skranke/internal/identity"
)

// FindAssociations is the public search of the form's first page (KEY-1): by name, never a list of all.
func (s *Service) FindAssociations(ctx context.Context, text string) ([]agreement.Match, error) {
	return agreement.FindAssociations(ctx, s.DB, text, s.today(), 0)
}

// Association is what a stranger learns of the association behind a handle of the search.
func (s *Service) Association(ctx context.Context, handle string) (agreement.Match, error) {
	a, c, err := s.current(ctx, s.DB, handle)
	return agreement.Match{Handle: a.ID, Name: c.Name, Town: c.Town}, err
}

// Begin keeps the first page of a resident's own order and gives the draft the rest is filled into. before is a draft that
// the visitor came back from, whose other pages are kept, or empty.
func (s *Service) Begin(ctx context.Context, f Form, before string) (Draft, error) {
	if f.AskedBy == Requisitioner {
		return Draft{}, fault.New(fault.Forbidden, "keys.order.not_allowed") // only from a mailed link: BeginRequisition
	}
	f.Requisitioner = ""
	old, err := s.Draft(ctx, before)
	switch {
	case err == nil && old.Form.V.Requisitioner == "":
		f = old.Form.V.with(f)
	case err != nil && !fault.Is(err, fault.NotFound):
		return Draft{}, err
	}
	return s.begin(ctx, f)
}

// with takes another first page into what has been filled in.
func (f Form) with(who Form) Form {
	f.Product, f.AgreementID, f.AskedBy = who.Product, who.AgreementID, who.AskedBy
	return f
}

func (s *Service) begin(ctx context.Context, f Form) (Draft, error) {
	f = f.Trim()
	if err := f.CheckWho(); err != nil {
		return Draft{}, err
	}
	f.Done = StepWho
	d := Draft{ID: id.New(), Form: db.JSON[Form]{V: f}}
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		a, _, err := s.current(ctx, tx, f.AgreementID)
		if fault.Is(err, fault.Conflict) {
			return fault.Field("agreement", fault.CodeOf(err))
		}
		if err != nil {
			return err
		}
		if _, ok := a.Price(f.Product); !ok {
			return fault.Field("product", "keys.order.no_price")
		}
		d.CreatedAt, d.ExpiresAt = tx.Now, tx.Now.Add(draftLife)
		_, err = tx.Exec(ctx, `INSERT INTO key_drafts (id, created_at, expires_at, form) VALUES ($1, $2, $3, $4)`, d.ID, d.CreatedAt, d.ExpiresAt, d.Form)
		if err != nil {
			return fmt.Errorf("insert draft: %w", err)
		}
		return nil
	})
	return d, err
}

// Ordered is the order that a draft has become; false while it is none. Whoever holds the draft's id has made the order.
func (s *Service) Ordered(ctx context.Context, draftID string) (Order, bool, error) {
	o, err := byDraft(ctx, s.DB, draftID)
	switch {
	case db.NoRows(err):
		return o, false, nil
	case err != nil:
		return o, false, fmt.Errorf("find order of draft: %w", err)
	}
	return o, true, nil
}

// HouseOf is the name of the association that an order is for, for whoever may see the order.
func (s *Service) HouseOf(ctx context.Context, by authz.Actor, o Order) (string, error) {
	if !by.May(MaySee, o.place()) {
		return "", fault.New(fault.NotFound, "keys.order.not_found")
	}
	c, err := identity.CustomerByID(ctx, s.DB, o.CustomerID)
	return c.Name, err
}
