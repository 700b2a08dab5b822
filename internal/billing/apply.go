package billing

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
)

// Hear takes a webhook in. ErrSignature means that it is not from the provider; a second one with the same id is nothing.
func (s *Service) Hear(ctx context.Context, provider string, header http.Header, body []byte) error {
	from, err := s.provider(provider)
	if err != nil {
		return fault.New(fault.NotFound, "billing.not_found").Because(err)
	}
	m, err := from.Message(header, body)
	if err != nil {
		return fmt.Errorf("read webhook of %s: %w", provider, err)
	}
	return s.Apply(ctx, m)
}

// Apply takes in what a provider says. It is the one place where webhook, browser return, polling and the answers to our
// own calls meet: whichever comes first moves the payment, the others find it moved.
func (s *Service) Apply(ctx context.Context, m Message) error {
	var out outcome
	err := s.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		out, err = s.apply(ctx, tx, m)
		return err
	})
	return errors.Join(err, out.trouble)
}

// outcome is a payment after a message. trouble is what the operator must hear of although the message is kept.
type outcome struct {
	payment Payment
	trouble error
}

func (s *Service) apply(ctx context.Context, tx *db.Tx, m Message) (outcome, error) {
	p, known, err := spokenOf(ctx, tx, m)
	if err != nil {
		return outcome{}, err
	}
	fresh, err := keep(ctx, tx, m, p.ID)
	switch {
	case err != nil:
		return outcome{}, err
	case !known, !fresh && m.pushed:
		return outcome{payment: p}, nil
	case m.nudges():
		return outcome{payment: p}, s.Jobs.Add(ctx, tx, lookJob{Payment: p.ID})
	case !p.fits(m.Report):
		return outcome{p, fmt.Errorf("payment %s: %s speaks of another amount than was asked", p.ID, m.Provider)}, nil
	}
	p, done, err := s.advance(ctx, tx, p, m.Report)
	if err != nil {
		return outcome{}, err
	}
	if len(done) == 0 {
		return s.unmoved(ctx, tx, p, m)
	}
	if err := ledTo(ctx, tx, m, done[len(done)-1]); err != nil {
		return outcome{}, err
	}
	return outcome{payment: p}, s.tell(ctx, tx, p, done)
}

// advance saves what a report changes. Somebody else may save first: then the report is held against what they saved.
func (s *Service) advance(ctx context.Context, tx *db.Tx, p Payment, r Report) (Payment, []Action, error) {
	for range 10 {
		next, done := p.after(r)
		if len(done) == 0 && sameTime(next.ReservedUntil, p.ReservedUntil) && next.ProviderRef == p.ProviderRef {
			return p, nil, nil
		}
		if len(done) > 0 {
			next.ChangedAt = tx.Now
		}
		next.LookAt = next.nextLook(tx.Now)
		if ok, err := save(ctx, tx, &next); err != nil || ok {
			return next, done, err
		}
		var err error
		if p, err = find(ctx, tx, p.ID); err != nil {
			return p, nil, err
		}
	}
	return p, nil, fmt.Errorf("payment %s keeps changing", p.ID)
}

// unmoved is for a message that changed nothing. When the provider says that it holds money for a payment which is over,
// it is asked whether that still is so, and if it is, told to let go: no no of ours leaves money held.
func (s *Service) unmoved(ctx context.Context, tx *db.Tx, p Payment, m Message) (outcome, error) {
	out := outcome{payment: p}
	switch {
	case p.stray(m.Report) && m.pushed:
		return out, s.Jobs.Add(ctx, tx, lookJob{Payment: p.ID})
	case p.stray(m.Report):
		return out, s.releaseStray(ctx, tx, p)
	case p.State.Ended() && p.State != Refunded && m.Report.State == Captured:
		out.trouble = fmt.Errorf("payment %s: %s captured it although it had ended as %s", p.ID, m.Provider, p.State)
	case !m.pushed:
		return out, postpone(ctx, tx, p, p.nextLook(tx.Now))
	}
	return out, nil
}

func (s *Service) releaseStray(ctx context.Context, tx *db.Tx, p Payment) error {
	st, added, err := addStep(ctx, tx, p, Release, stray, p.Amount)
	if err != nil || !added {
		return err
	}
	return s.Jobs.Add(ctx, tx, settleJob{Step: st.ID})
}

// tell closes the settlement and records what happened, so that other modules react in the same transaction.
func (s *Service) tell(ctx context.Context, tx *db.Tx, p Payment, done []Action) error {
	if err := closeSettlement(ctx, tx, p); err != nil {
		return err
	}
	for _, a := range done {
		if a == Reserve {
			st, err := liveStep(ctx, tx, p.ID, settlement)
			if err != nil {
				return err
			}
			if st.Does == Release {
				continue // its subject has let go of it already: this is no payment for anybody
			}
		}
		if err := s.record(ctx, tx, p, a, nil); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) record(ctx context.Context, tx *db.Tx, p Payment, a Action, extra map[string]any) error {
	data := map[string]any{
		"kind": p.Kind, "subject": p.Subject, "attempt": p.Attempt, "amount": p.Amount, "currency": string(p.Currency),
		"captured": p.Captured, "refunded": p.Refunded,
	}
	if p.ReservedUntil != nil {
		data["reserved_until"] = p.ReservedUntil.UTC().Format(time.RFC3339)
	}
	if p.Failure != "" {
		data["failure"] = p.Failure
	}
	for k, v := range extra {
		data[k] = v
	}
	return s.Log.Record(ctx, tx, system(), event.Event{
		Kind: "billing.payment", Subject: p.ID, Name: a.Event(),
		CustomerID: p.CustomerID, SiteID: p.SiteID, Data: event.Data(data),
	})
}

func sameTime(a, b *time.Time) bool { return a == b || a != nil && b != nil && a.Equal(*b) }
