package billing

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/id"
	"skranke/internal/money"
)

// AskRefund is staff wanting a refund; "billing.payment.ask_refund" is the event.
const AskRefund Action = "ask_refund"

// maxReason is more than anybody needs to say why.
const maxReason = 300

// byHand begins the document of a refund that staff asked for.
const byHand = "staff:"

// Refund wants a part or all of what was captured given back, once per document. All refunds together never exceed what
// was captured: those under way count.
func (s *Service) Refund(ctx context.Context, tx *db.Tx, kind, subject, document string, amount money.Money) error {
	p, found, err := latest(ctx, tx, kind, subject)
	switch {
	case err != nil:
		return err
	case !found:
		return fault.New(fault.Conflict, "billing.not_captured")
	case document == settlement || document == stray || strings.HasPrefix(document, byHand) || amount.Currency != p.Currency || amount.Minor <= 0:
		return fmt.Errorf("refund payment %s: the ask is incomplete", p.ID)
	}
	_, err = s.refund(ctx, tx, p, Step{Document: document, Amount: amount.Minor})
	return err
}

// RefundRest wants all given back that was captured and is not on its way back already. Where that is nothing it does nothing;
// what is captured after that is a document of its own.
func (s *Service) RefundRest(ctx context.Context, tx *db.Tx, kind, subject, document string) error {
	p, found, err := latest(ctx, tx, kind, subject)
	if err != nil || !found || p.State != Captured {
		return err
	}
	if err := db.LockRow(ctx, tx, "payments", p.ID); err != nil { // the rest is what it is until this is written
		return err
	}
	if p, err = find(ctx, tx, p.ID); err != nil {
		return err
	}
	steps, err := stepsOf(ctx, tx, p.ID)
	if err != nil || p.refundable(steps) == 0 {
		return err
	}
	_, err = s.refund(ctx, tx, p, Step{Document: fmt.Sprintf("%s:%d", document, p.Captured), Amount: p.refundable(steps)})
	return err
}

// RefundByHand is a refund that staff ask for, with the reason why. once is an id of the form that it was asked on, so that a
// second click asks for nothing more.
func (s *Service) RefundByHand(ctx context.Context, by authz.Actor, paymentID, once string, amount money.Money, reason string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		p, err := visible(ctx, tx, by, paymentID)
		if err != nil {
			return err
		}
		if err := by.Check(MayRefund, p.place()); err != nil {
			return err
		}
		reason = strings.TrimSpace(reason)
		switch {
		case !id.Valid(once):
			return fault.New(fault.Invalid, "fault.invalid")
		case amount.Currency != p.Currency || amount.Minor <= 0:
			return fault.Field("amount", "billing.refund.amount")
		case reason == "":
			return fault.Field("reason", "billing.refund.reason")
		case utf8.RuneCountInString(reason) > maxReason:
			return fault.Field("reason", "billing.refund.reason_long")
		}
		added, err := s.refund(ctx, tx, p, Step{Document: byHand + once, Amount: amount.Minor, Reason: reason, AskedBy: by.ID})
		if fault.CodeOf(err) == "billing.over_refund" {
			err = fault.Field("amount", "billing.over_refund")
		}
		if err != nil || !added {
			return err
		}
		return s.Log.Record(ctx, tx, by, event.Event{
			Kind: "billing.payment", Subject: p.ID, Name: AskRefund.Event(), CustomerID: p.CustomerID, SiteID: p.SiteID,
			Data: event.Data(map[string]any{"kind": p.Kind, "subject": p.Subject, "amount": amount.Minor, "currency": string(p.Currency)}),
		})
	})
}

func (s *Service) refund(ctx context.Context, tx *db.Tx, p Payment, st Step) (added bool, err error) {
	if p.State != Captured && p.State != Refunded {
		return false, fault.New(fault.Conflict, "billing.not_captured")
	}
	st.Does = Refund
	st, added, err = addAsked(ctx, tx, p, st)
	if err != nil || !added {
		return false, err
	}
	if err := withinCaptured(ctx, tx, st); err != nil {
		return false, err
	}
	return true, s.Jobs.Add(ctx, tx, settleJob{Step: st.ID})
}

// withinCaptured holds a refund just written against all others. It takes the payment's row first, so that two at once are
// summed one after the other.
func withinCaptured(ctx context.Context, tx *db.Tx, refund Step) error {
	if err := db.LockRow(ctx, tx, "payments", refund.PaymentID); err != nil {
		return err
	}
	p, err := find(ctx, tx, refund.PaymentID)
	if err != nil {
		return err
	}
	steps, err := stepsOf(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(steps, func(st Step) bool { return st.ID == refund.ID })
	if p.left(others) < refund.Amount {
		return fault.New(fault.Conflict, "billing.over_refund")
	}
	return nil
}

// left is what was captured and is neither given back nor on its way. The provider may have told of a refund before its step
// has ended, so the two are not added: what it tells beyond all we asked for was given back at the provider itself.
func (p Payment) left(steps []Step) int64 {
	var asked int64
	for _, st := range steps {
		if st.Does == Refund && st.State != StepFailed {
			asked += st.Amount
		}
	}
	return p.Captured - max(p.Refunded, asked)
}

// refundable is what can still be given back.
func (p Payment) refundable(steps []Step) int64 {
	if p.State != Captured {
		return 0
	}
	return max(p.left(steps), 0)
}
