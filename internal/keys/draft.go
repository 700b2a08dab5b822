package keys

import (
	"context"
	"fmt"
	"time"

	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/id"
)

const draftLife = 24 * time.Hour

// Draft is an order being filled in. Its id is unguessable and is all that opens it.
type Draft struct {
	ID        string
	CreatedAt time.Time
	ExpiresAt time.Time
	Form      db.JSON[Form]
}

// Draft finds a draft; one past its day is gone, whether or not it has been swept.
func (s *Service) Draft(ctx context.Context, draftID string) (Draft, error) {
	return findDraft(ctx, s.DB, draftID, s.DB.Now())
}

func findDraft(ctx context.Context, q db.Q, draftID string, now time.Time) (Draft, error) {
	if !id.Valid(draftID) {
		return Draft{}, fault.New(fault.NotFound, "keys.draft.gone")
	}
	d, err := db.One[Draft](ctx, q, `SELECT id, created_at, expires_at, form FROM key_drafts WHERE id = $1 AND expires_at > $2`, draftID, now)
	if db.NoRows(err) {
		return d, fault.New(fault.NotFound, "keys.draft.gone")
	}
	if err != nil {
		return d, fmt.Errorf("find draft: %w", err)
	}
	return d, nil
}

// save keeps what was typed and how far the draft has come. A draft that has become an order stays as it was.
func (s *Service) save(ctx context.Context, d *Draft) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE key_drafts SET form = $1 WHERE id = $2 AND NOT EXISTS (SELECT 1 FROM key_orders WHERE draft_id = $2)`, d.Form, d.ID)
		if err != nil {
			return fmt.Errorf("save draft: %w", err)
		}
		return nil
	})
}

// fill takes one page of the form: what was typed is kept, also when it is wrong, so that coming back loses nothing.
func (s *Service) fill(ctx context.Context, draftID string, step Step, take func(f *Form), check func(f Form) error) (Draft, error) {
	d, err := s.Draft(ctx, draftID)
	if err != nil {
		return d, err
	}
	f := &d.Form.V
	if f.Done < step-1 { // else a later page would vouch for numbers that were never checked, or checked wrong
		return d, fault.New(fault.Conflict, "keys.draft.unfinished")
	}
	take(f)
	*f = f.Trim()
	faulty := check(*f)
	if faulty == nil {
		f.Done = max(f.Done, step)
	} else {
		f.Done = min(f.Done, step-1)
	}
	if err := s.save(ctx, &d); err != nil {
		return d, err
	}
	return d, faulty
}

// FillNumbers takes the second page. address is the client's, for slowing down whoever guesses.
func (s *Service) FillNumbers(ctx context.Context, draftID, address string, in Form) (Draft, error) {
	return s.fill(ctx, draftID, StepNumbers, func(f *Form) {
		f.CustomerNumber, f.SystemNumber, f.Code, f.Purpose, f.Quantity = in.CustomerNumber, in.SystemNumber, in.Code, in.Purpose, in.Quantity
	}, func(f Form) error {
		if err := f.CheckNumbers(); err != nil {
			return err
		}
		_, err := s.match(ctx, f, address)
		return err
	})
}

// FillYou takes the third page.
func (s *Service) FillYou(ctx context.Context, draftID string, in Form) (Draft, error) {
	return s.fill(ctx, draftID, StepYou, func(f *Form) {
		f.Flat, f.Name, f.Email, f.Phone, f.Delivery = in.Flat, in.Name, in.Email, in.Phone, in.Delivery
		f.Street, f.Postcode, f.Town = in.Street, in.Postcode, in.Town
	}, func(f Form) error {
		_, c, err := s.current(ctx, s.DB, f.AgreementID)
		if err != nil {
			return err
		}
		if err := f.CheckYou(c.Country); err != nil {
			return err
		}
		sys, err := s.findSystem(ctx, s.DB, f)
		if db.NoRows(err) {
			return fault.New(fault.Conflict, "keys.draft.unfinished") // the register changed in between
		}
		if err != nil {
			return err
		}
		_, err = findFlat(ctx, s.DB, sys, f.Flat)
		return err
	})
}

// SweepDrafts drops drafts past their day: they hold names and addresses.
func SweepDrafts(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, `DELETE FROM key_drafts WHERE expires_at <= $1`, tx.Now); err != nil {
		return fmt.Errorf("sweep drafts: %w", err)
	}
	return nil
}
