package keys

import (
	"context"
	"errors"
	"fmt"
	"time"

	"skranke/internal/agreement"
	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/identity"
)

// The two gates close here. Each of these reacts to an event of another module, in that event's transaction; an event
// that comes twice, late or out of order finds the order moved on and changes nothing.

// OnReserved is the payer's gate: the amount is reserved. A payment nobody waits for is given back at once.
func (s *Service) OnReserved(ctx context.Context, tx *db.Tx, e event.Event) error {
	id, ok := subject(e)
	if !ok {
		return nil
	}
	until, _ := time.Parse(time.RFC3339, text(e, "reserved_until"))
	waited := true
	o, err := s.change(ctx, tx, runner, id, Reserve, func(o *Order) (map[string]any, error) {
		if waited = o.Work == WorkWaiting && o.Board != BoardApproved; !waited {
			return nil, errNothing
		}
		if err := o.pay(Reserve); err != nil {
			return nil, errNothing // told before
		}
		o.PaidAt = &tx.Now
		if !until.IsZero() {
			until = until.UTC()
			by := decideBy(tx.Now, until)
			o.ReservedUntil, o.DecideBy = &until, &by
		}
		return map[string]any{"payment": e.Subject}, nil
	})
	switch {
	case errors.Is(err, errNothing) && !waited && !o.moneySafe():
		return s.Payments.Release(ctx, tx, id)
	case errors.Is(err, errNothing):
		return nil
	case err != nil:
		return err
	}
	err = s.askBoard(ctx, tx, &o)
	switch {
	case fault.CodeOf(err) == "keys.order.nobody_to_ask": // the board has changed since the order was placed
		return s.endUnasked(ctx, tx, o)
	case err != nil:
		return err
	}
	return s.tellResident(ctx, tx, o, letterPaid)
}

// OnAnswer lets only those answer who are listed today: whoever has left the board since the question was asked, or may no longer
// sign in, still holds a mailed link (invariants 19 and 32). Answers given before stand.
func (s *Service) OnAnswer(ctx context.Context, tx *db.Tx, e event.Event) error {
	if text(e, "kind") != SubjectKind {
		return nil
	}
	o, err := find(ctx, tx, runner, text(e, "subject"))
	if err != nil {
		return err
	}
	listed, err := agreement.IsApprover(ctx, tx, o.AgreementID, e.Actor)
	if err == nil && !listed {
		err = fault.New(fault.Forbidden, "approval.not_listed")
	}
	if err != nil || e.Name == "approval.reject" || o.Payment != OnAccount {
		return err
	}
	c, err := identity.CustomerByID(ctx, tx, o.CustomerID)
	if err == nil && c.Status == identity.OnHold { // a yes would be a new invoice
		err = authz.Because(authz.CustomerHold, approval.MayDecide, o.place())
	}
	return err
}

// askBoard puts the question to the approvers the agreement lists today, and mails each a link.
func (s *Service) askBoard(ctx context.Context, tx *db.Tx, o *Order) error {
	people, err := s.approvers(ctx, tx, o.decider())
	if err != nil {
		return err
	}
	if o.DecideBy == nil {
		by := tx.Now.Add(14 * 24 * time.Hour)
		o.DecideBy = &by
	}
	ids, byID := make([]string, len(people)), map[string]identity.Person{}
	for i, p := range people {
		ids[i], byID[p.ID] = p.ID, p
	}
	c, err := identity.CustomerByID(ctx, tx, o.CustomerID)
	if err != nil {
		return err
	}
	if err := o.board(Ask); err != nil {
		return err
	}
	if err := save(ctx, tx, o); err != nil {
		return err
	}
	q, links, err := s.Approvals.Open(ctx, tx, runner, approval.Ask{
		Kind: SubjectKind, Subject: o.ID, Revision: o.Version, CustomerID: o.CustomerID, SiteID: o.SiteID,
		Title: title(c.L(), *o), Approvers: ids, Needed: o.Approvals, DueAt: *o.DecideBy,
	})
	if err != nil {
		return err
	}
	for _, l := range links {
		if err := s.tellApprover(ctx, tx, *o, byID[l.PersonID], l, c); err != nil {
			return err
		}
	}
	return s.record(ctx, tx, runner, *o, Ask, map[string]any{"request": q.ID, "approvers": ids})
}

// OnApproved is the board's gate: the last yes. Production starts and the money is taken.
func (s *Service) OnApproved(ctx context.Context, tx *db.Tx, e event.Event) error {
	return s.settle(ctx, tx, e, Approve, func(o *Order) error {
		next, err := o.Next(Start, runner, facts{})
		if err != nil {
			return err
		}
		o.Work = next
		return nil
	}, func(o Order) error {
		if err := s.record(ctx, tx, runner, o, Start, nil); err != nil {
			return err
		}
		if o.Payment == Reserved {
			if err := s.Payments.Capture(ctx, tx, o.ID); err != nil {
				return err
			}
		}
		return s.tellResident(ctx, tx, o, letterApproved)
	})
}

// OnRejected is the board's no: the order ends and the money goes back.
func (s *Service) OnRejected(ctx context.Context, tx *db.Tx, e event.Event) error {
	return s.settle(ctx, tx, e, Reject, closeOrder(tx), func(o Order) error {
		if err := s.giveBack(ctx, tx, o); err != nil {
			return err
		}
		return s.tellResident(ctx, tx, o, letterRejected)
	})
}

// OnExpired is the board's silence until the deadline: the same as a no.
func (s *Service) OnExpired(ctx context.Context, tx *db.Tx, e event.Event) error {
	return s.settle(ctx, tx, e, Expire, closeOrder(tx), func(o Order) error {
		if err := s.giveBack(ctx, tx, o); err != nil {
			return err
		}
		return s.tellResident(ctx, tx, o, letterExpired)
	})
}

func closeOrder(tx *db.Tx) func(o *Order) error {
	return func(o *Order) error {
		o.Work, o.ClosedAt = Cancelled, &tx.Now
		return nil
	}
}

// giveBack releases what is reserved, closes the page of what is not paid yet, and pays back what a provider took before the no.
func (s *Service) giveBack(ctx context.Context, tx *db.Tx, o Order) error {
	switch o.Payment {
	case Reserved, PayNone, PayLinkSent, Lapsed:
		return s.Payments.Release(ctx, tx, o.ID)
	case Captured:
		return s.Payments.Refund(ctx, tx, o.ID)
	case OnAccount, Released, Refunded:
	}
	return nil
}

func (s *Service) settle(ctx context.Context, tx *db.Tx, e event.Event, a Action, and func(o *Order) error, then func(o Order) error) error {
	if text(e, "kind") != SubjectKind {
		return nil
	}
	reason := ""
	if a == Reject {
		v, err := s.Approvals.Of(ctx, tx, SubjectKind, text(e, "subject"))
		if err != nil {
			return err
		}
		reason = v.Reason
	}
	o, err := s.change(ctx, tx, runner, text(e, "subject"), a, func(o *Order) (map[string]any, error) {
		if err := o.board(a); err != nil {
			return nil, errNothing
		}
		o.DecidedAt, o.Reason = &tx.Now, reason
		return map[string]any{"request": e.Subject, "by": e.Actor}, and(o)
	})
	if errors.Is(err, errNothing) {
		return nil
	}
	if err != nil {
		return err
	}
	return then(o)
}

// OnPayment follows the money's other moves: taken, given back, paid back.
func (s *Service) OnPayment(ctx context.Context, tx *db.Tx, e event.Event) error {
	a, ok := map[string]Action{"billing.payment.capture": Capture, "billing.payment.release": Release, "billing.payment.refund": Refund}[e.Name]
	id, ours := subject(e)
	if !ok || !ours {
		return nil
	}
	if a == Release {
		o, err := find(ctx, tx, runner, id)
		if err != nil {
			return err
		}
		if o.Work == WorkWaiting && o.Payment == Reserved { // not our doing: we let go of what has ended only
			return s.OnLapsed(ctx, tx, e)
		}
	}
	if a == Refund && number(e, "refunded") < number(e, "captured") {
		return nil // a part given back leaves the order paid
	}
	o, err := s.change(ctx, tx, runner, id, a, func(o *Order) (map[string]any, error) {
		if o.pay(a) != nil {
			return nil, errNothing
		}
		return map[string]any{"payment": e.Subject}, nil
	})
	switch {
	case err != nil && !errors.Is(err, errNothing):
		return err
	case a == Capture && o.Work == Cancelled: // taken in spite of the no: the money goes back all the same
		return s.Payments.Refund(ctx, tx, o.ID)
	}
	return nil
}

// OnLapsed is a reservation that died, or that the provider let go of by itself, before the board answered: the board's question
// is recalled and the resident is asked to pay anew. It never becomes a free key (invariant 31). Dies it later, before the money
// was taken, the order says so to staff.
func (s *Service) OnLapsed(ctx context.Context, tx *db.Tx, e event.Event) error {
	id, ok := subject(e)
	if !ok {
		return nil
	}
	if err := s.Approvals.Lock(ctx, tx, SubjectKind, id); err != nil {
		return err
	}
	waits := false
	o, err := s.change(ctx, tx, runner, id, Lapse, func(o *Order) (map[string]any, error) {
		if o.pay(Lapse) != nil {
			return nil, errNothing
		}
		if waits = o.Work == WorkWaiting; !waits {
			return map[string]any{"payment": e.Subject}, nil
		}
		if o.Board == BoardAsked {
			if err := o.board(Recall); err != nil {
				return nil, err
			}
		}
		o.DecideBy, o.ReservedUntil = nil, nil
		return map[string]any{"payment": e.Subject}, nil
	})
	if errors.Is(err, errNothing) {
		return nil
	}
	if err != nil || !waits {
		return err
	}
	if err := s.Approvals.Withdraw(ctx, tx, runner, SubjectKind, o.ID); err != nil {
		return err
	}
	return s.tellResident(ctx, tx, o, letterPay)
}

// OnPayable tells the resident that the card page answers again after the provider was down.
func (s *Service) OnPayable(ctx context.Context, tx *db.Tx, e event.Event) error {
	id, ok := subject(e)
	if late, _ := e.Data.V["late"].(bool); !ok || !late {
		return nil
	}
	o, err := find(ctx, tx, runner, id)
	if err != nil || !o.Payable() {
		return err
	}
	return s.tellResident(ctx, tx, o, letterPay)
}

// SweepDeadlines ends orders whose board has not answered in time. Deciding too late is refused even where this runs late.
func (s *Service) SweepDeadlines(ctx context.Context) error {
	ids, err := db.List[string](ctx, s.DB, `SELECT id FROM key_orders WHERE board = $1 AND decide_by <= $2 ORDER BY decide_by LIMIT 500`, BoardAsked, s.DB.Now())
	if err != nil {
		return err
	}
	var failed []error // what is wrong with one order must not hold the others' money
	for _, id := range ids {
		err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.Approvals.Expire(ctx, tx, runner, SubjectKind, id) })
		if err != nil && !fault.Is(err, fault.Conflict) {
			failed = append(failed, fmt.Errorf("expire key order %s: %w", id, err))
		}
	}
	return errors.Join(failed...)
}

// errNothing ends a change that has nothing to change; it never leaves this file.
var errNothing = fault.New(fault.Conflict, "keys.order.moved_on")

// subject is the order a payment's event is about.
func subject(e event.Event) (id string, ok bool) {
	return text(e, "subject"), text(e, "kind") == SubjectKind
}

// number reads an amount of an event that has just been recorded.
func number(e event.Event, key string) int64 {
	n, _ := e.Data.V[key].(int64)
	return n
}

func text(e event.Event, key string) string {
	s, _ := e.Data.V[key].(string)
	return s
}
