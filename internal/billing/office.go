package billing

import (
	"context"
	"fmt"
	"slices"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
)

// PageSize is how many payments a list shows at once.
const PageSize = 24

// Filter narrows the list of payments; empty fields narrow nothing.
type Filter struct {
	State  State
	After  string // the id of the last payment shown: older ones follow
	Before string // the id of the first one shown: newer ones come before
}

// Page is a part of the list, newest first, and whether there is more on either side.
type Page struct {
	Payments   []Payment
	Prev, Next bool
}

var reachColumns = db.Columns{Customer: "customer_id", Site: "site_id", Subject: "id"}

// List is the payments that by may see, PageSize at most.
func (s *Service) List(ctx context.Context, by authz.Actor, f Filter) (Page, error) {
	c, order := db.Reach(by.Reach(MaySee), reachColumns), "DESC"
	if f.State != "" {
		c = c.And("state = ?", f.State)
	}
	const place = "(SELECT c.created_at, c.id FROM payments c WHERE c.id = ?)"
	switch {
	case f.After != "":
		c = c.And("(created_at, id) < "+place, f.After)
	case f.Before != "":
		c, order = c.And("(created_at, id) > "+place, f.Before), "ASC"
	}
	ps, err := db.List[Payment](ctx, s.DB, selectPayments+`WHERE {} ORDER BY created_at `+order+`, id `+order+` LIMIT $1`, PageSize+1, c)
	if err != nil {
		return Page{}, fmt.Errorf("list payments: %w", err)
	}
	more := len(ps) > PageSize
	ps = ps[:min(len(ps), PageSize)]
	if order == "ASC" {
		slices.Reverse(ps)
		return Page{ps, more, true}, nil
	}
	return Page{ps, f.After != "", more}, nil
}

// Count is how many payments by may see under the filter, at most limit: further nobody reads.
func (s *Service) Count(ctx context.Context, by authz.Actor, f Filter, limit int64) (int64, error) {
	c := db.Reach(by.Reach(MaySee), reachColumns)
	if f.State != "" {
		c = c.And("state = ?", f.State)
	}
	n, err := db.One[int64](ctx, s.DB, `SELECT COUNT(*) AS n FROM (SELECT 1 FROM payments WHERE {} LIMIT $1) AS counted`, limit, c)
	if err != nil {
		return 0, fmt.Errorf("count payments: %w", err)
	}
	return n, nil
}

// Troubled tells which of these payments have a step that the provider refused and nobody has mended.
func (s *Service) Troubled(ctx context.Context, ps []Payment) (map[string]bool, error) {
	byID := map[string]Payment{}
	ids := make([]string, len(ps))
	for i, p := range ps {
		ids[i], byID[p.ID] = p.ID, p
	}
	steps, err := db.List[Step](ctx, s.DB, `SELECT `+stepColumns+` FROM payment_steps WHERE {} ORDER BY id`, db.In("payment_id", ids))
	if err != nil {
		return nil, fmt.Errorf("read steps of payments: %w", err)
	}
	of := map[string][]Step{}
	for _, st := range steps {
		of[st.PaymentID] = append(of[st.PaymentID], st)
	}
	out := map[string]bool{}
	for paymentID, list := range of {
		out[paymentID] = slices.ContainsFunc(stuck(byID[paymentID], list), func(st Step) bool { return st.State == StepFailed })
	}
	return out, nil
}

// Dossier is all that is known of a payment.
type Dossier struct {
	Payment  Payment
	Attempts []Payment     // to have the same thing paid, this one too, newest first
	Messages []Kept        // what the provider said
	Steps    []Step        // what we asked of it
	Events   []event.Event // what followed
	Retry    bool          // something stands still that the reader may set going again
	// Refundable is what the reader may give back; 0 where there is nothing, or it is not theirs to do.
	Refundable int64
}

// Dossier reads a payment for staff; what by may not see is not found.
func (s *Service) Dossier(ctx context.Context, by authz.Actor, paymentID string) (d Dossier, err error) {
	if d.Payment, err = visible(ctx, s.DB, by, paymentID); err != nil {
		return Dossier{}, err
	}
	if d.Messages, err = messagesOf(ctx, s.DB, paymentID); err != nil {
		return Dossier{}, err
	}
	if d.Steps, err = stepsOf(ctx, s.DB, paymentID); err != nil {
		return Dossier{}, err
	}
	if d.Events, err = event.Of(ctx, s.DB, paymentID); err != nil {
		return Dossier{}, err
	}
	if d.Attempts, err = s.ForSubject(ctx, s.DB, d.Payment.Kind, d.Payment.Subject); err != nil {
		return Dossier{}, err
	}
	d.Retry = by.May(MayRetry, d.Payment.place()) && (d.Payment.waits() || len(stuck(d.Payment, d.Steps)) > 0)
	if by.May(MayRefund, d.Payment.place()) {
		d.Refundable = d.Payment.refundable(d.Steps)
	}
	return d, nil
}

func visible(ctx context.Context, q db.Q, by authz.Actor, paymentID string) (Payment, error) {
	p, err := find(ctx, q, paymentID)
	if err == nil && !by.May(MaySee, p.place()) {
		return Payment{}, fault.New(fault.NotFound, "billing.not_found")
	}
	return p, err
}

func (p Payment) place() authz.Place {
	return authz.Place{Customer: p.CustomerID, Site: p.SiteID, Subject: p.ID}
}

// waits says that news of the provider may be missing.
func (p Payment) waits() bool {
	return p.State == Created && (p.Session != "" || p.Late) || p.State == Reserved
}

// stuck lists the steps that may be tried again: queued ones, and of the failed ones the last for its document unless a
// later one stands or the payment has gone on without it.
func stuck(p Payment, steps []Step) (out []Step) {
	last := map[string]Step{}
	for _, st := range steps {
		last[st.Document] = st
	}
	for _, st := range steps {
		over := st.Document == settlement && p.State != Created && p.State != Reserved
		if st.ID == last[st.Document].ID && st.State != StepDone && !over {
			out = append(out, st)
		}
	}
	return out
}

// Retry asks the provider again: how the payment stands, and every step that stands still.
func (s *Service) Retry(ctx context.Context, by authz.Actor, paymentID string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		p, err := visible(ctx, tx, by, paymentID)
		if err != nil {
			return err
		}
		if err := by.Check(MayRetry, p.place()); err != nil {
			return err
		}
		steps, err := stepsOf(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		again := stuck(p, steps)
		if !p.waits() && len(again) == 0 {
			return fault.New(fault.Conflict, "billing.nothing_to_retry")
		}
		if err := s.retryAll(ctx, tx, p, again); err != nil {
			return err
		}
		return s.Log.Record(ctx, tx, by, event.Event{
			Kind: "billing.payment", Subject: p.ID, Name: "billing.payment.retry",
			CustomerID: p.CustomerID, SiteID: p.SiteID, Data: event.Data(map[string]any{"kind": p.Kind, "subject": p.Subject}),
		})
	})
}

func (s *Service) retryAll(ctx context.Context, tx *db.Tx, p Payment, steps []Step) error {
	if p.waits() && p.Session == "" {
		if err := s.Jobs.Add(ctx, tx, startJob{Payment: p.ID}); err != nil {
			return err
		}
	} else if err := s.Jobs.Add(ctx, tx, lookJob{Payment: p.ID}); err != nil {
		return err
	}
	for _, st := range steps {
		if st.State == StepFailed { // the provider has answered this key: a new try needs a new one
			var err error
			if st, _, err = addAsked(ctx, tx, p, st); err != nil {
				return err
			}
			if st.Does == Refund {
				err = withinCaptured(ctx, tx, st) // others may have been made since
			}
			if err != nil {
				return err
			}
		}
		if err := s.Jobs.Add(ctx, tx, settleJob{Step: st.ID}); err != nil {
			return err
		}
	}
	return nil
}
