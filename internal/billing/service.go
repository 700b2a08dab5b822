package billing

import (
	"context"
	"errors"
	"fmt"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/id"
	"skranke/internal/jobs"
	"skranke/internal/link"
)

// Service holds the use cases. Methods with a tx work in the caller's transaction, all others open their own.
type Service struct {
	DB      *db.DB
	Log     *event.Log
	Jobs    *jobs.Jobs
	Signer  *link.Signer
	BaseURL string // our own public address, without a slash at its end
	// Providers are the card companies that payments may be with; new ones are made with the first.
	Providers []Provider
}

// provider finds the company a payment is with.
func (s *Service) provider(name string) (Provider, error) {
	for _, p := range s.Providers {
		if p.Name() == name {
			return p, nil
		}
	}
	return nil, fmt.Errorf("card provider %q is not set up", name)
}

// Origins are where payers are sent to: for the form-action of our pages.
func (s *Service) Origins() (origins []string) {
	for _, p := range s.Providers {
		origins = append(origins, p.Origins()...)
	}
	return origins
}

// Open makes a payment for a subject. While one attempt is open or paid it is returned instead, so that asking twice makes
// one payment; once it has ended, the next call makes a new attempt.
func (s *Service) Open(ctx context.Context, tx *db.Tx, a Ask) (Payment, error) {
	if !a.sound() {
		return Payment{}, fmt.Errorf("open payment of %s %s: the ask is incomplete", a.Kind, a.Subject)
	}
	if len(s.Providers) == 0 {
		return Payment{}, errors.New("open payment: no card provider is set up")
	}
	old, found, err := latest(ctx, tx, a.Kind, a.Subject)
	if err != nil {
		return Payment{}, err
	}
	if found {
		if open, err := stillOpen(ctx, tx, old); err != nil || open {
			return old, errors.Join(err, sameAmount(old, a))
		}
	}
	p := Payment{
		ID: id.New(), Kind: a.Kind, Subject: a.Subject, Attempt: old.Attempt + 1, CustomerID: a.CustomerID, SiteID: a.SiteID,
		Reference: a.Reference, Description: a.Description, Language: a.L.Tag(), ReturnPath: a.ReturnPath, ReturnKind: a.ReturnKind, ReturnID: a.ReturnID,
		Provider: s.Providers[0].Name(), State: Created, Currency: a.Amount.Currency, Amount: a.Amount.Minor,
		CreatedAt: tx.Now, ChangedAt: tx.Now, Version: 1,
	}
	made, err := insert(ctx, tx, p)
	if err != nil || made {
		return p, err
	}
	p, _, err = latest(ctx, tx, a.Kind, a.Subject) // another transaction was quicker
	return p, errors.Join(err, sameAmount(p, a))
}

// stillOpen says that a payment has not ended and nobody has let go of it.
func stillOpen(ctx context.Context, q db.Q, p Payment) (bool, error) {
	if p.State.Ended() {
		return false, nil
	}
	st, err := liveStep(ctx, q, p.ID, settlement)
	return st.Does != Release, err
}

func sameAmount(p Payment, a Ask) error {
	if p.Money() != a.Amount {
		return fault.New(fault.Conflict, "billing.other_amount")
	}
	return nil
}

// ForSubject lists every attempt to have a subject paid, newest first.
func (s *Service) ForSubject(ctx context.Context, q db.Q, kind, subject string) ([]Payment, error) {
	ps, err := db.List[Payment](ctx, q, selectPayments+`WHERE kind = $1 AND subject = $2 ORDER BY attempt DESC`, kind, subject)
	if err != nil {
		return nil, fmt.Errorf("payments of %s %s: %w", kind, subject, err)
	}
	return ps, nil
}

// Capture wants the reserved amount taken. It happens once the transaction holds, and once however often it is wanted;
// billing.payment.capture tells when it has. Wanting it after a release, or before anything is reserved, is a conflict.
func (s *Service) Capture(ctx context.Context, tx *db.Tx, kind, subject string) error {
	p, found, err := latest(ctx, tx, kind, subject)
	if err != nil {
		return err
	}
	switch {
	case !found:
		return fault.New(fault.Conflict, "billing.not_reserved")
	case p.State == Captured || p.State == Refunded:
		return nil
	case p.State != Reserved:
		return fault.New(fault.Conflict, "billing.not_reserved")
	}
	return s.settleWith(ctx, tx, p, Capture)
}

// Release wants the payment let go, whether it is reserved or not paid yet. Where nothing is held it does nothing. Wanting
// it once a capture is under way is a conflict: then only Refund gives the money back.
func (s *Service) Release(ctx context.Context, tx *db.Tx, kind, subject string) error {
	p, found, err := latest(ctx, tx, kind, subject)
	if err != nil {
		return err
	}
	switch {
	case !found || p.State.Ended():
		return nil
	case p.State == Captured:
		return fault.New(fault.Conflict, "billing.captured")
	}
	return s.settleWith(ctx, tx, p, Release)
}

// settleWith queues the one settlement of a payment. The unique step, not the payment's row, decides between the two, so
// that a caller who holds the subject's row never waits for somebody who holds the payment's and wants the subject.
func (s *Service) settleWith(ctx context.Context, tx *db.Tx, p Payment, does Action) error {
	st, added, err := addStep(ctx, tx, p, does, settlement, p.Amount)
	if err != nil {
		return err
	}
	if added {
		return s.Jobs.Add(ctx, tx, settleJob{Step: st.ID})
	}
	switch {
	case st.Does == does:
		return nil
	case st.Does == Capture:
		return fault.New(fault.Conflict, "billing.captured")
	}
	return fault.New(fault.Conflict, "billing.released")
}

// system acts where the provider's word or a job moves a payment.
func system() authz.Actor { return authz.SystemActor() }
