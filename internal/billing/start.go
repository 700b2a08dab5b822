package billing

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"skranke/internal/db"
	"skranke/internal/fault"
)

const (
	// startWait is how long a payer waits for the provider before we go on without it.
	startWait = 8 * time.Second
	// startAgain is when the sweep tries to start a payment whose own job has given up.
	startAgain = time.Hour
)

// Start gives the page on which the payer pays. The provider is asked once; later calls give the same page. When the
// provider is down the fault is the conflict billing.provider_down and the start is done later: billing.payment.start then
// says late, so that the payer can be mailed.
func (s *Service) Start(ctx context.Context, paymentID string) (string, error) {
	p, err := find(ctx, s.DB, paymentID)
	if err != nil {
		return "", err
	}
	ctx = context.WithoutCancel(ctx) // a payer who closes the window must not cut the call in two
	page, err := s.start(ctx, p, false)
	if errors.Is(err, ErrDown) {
		return "", errors.Join(s.startLater(ctx, p), fault.New(fault.Conflict, "billing.provider_down").Because(err))
	}
	return page, err
}

func (s *Service) start(ctx context.Context, p Payment, late bool) (string, error) {
	p, err := s.payable(ctx, p)
	if err != nil {
		return "", err
	}
	from, err := s.provider(p.Provider)
	if err != nil {
		return "", err
	}
	if p.Page != "" {
		return movedTo(p.Page, from.Origins()), nil
	}
	back := s.returnURL(p.ID)
	call, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	session, err := from.Start(call, Opening{
		Key: p.ID, Reference: p.Reference, Description: p.Description, Amount: p.Money(), L: p.L(),
		ReturnURL: back, CancelURL: back + "?cancelled=1", ExpiresAt: p.expiresAt(),
	})
	if err != nil {
		return "", fmt.Errorf("start payment %s: %w", p.ID, err)
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error { return s.started(ctx, tx, p.ID, session, late) })
	return session.URL, err
}

// movedTo is a page that was made earlier, at the address the provider has now: the test card provider moves at a restart,
// and our own pages let a form end at the provider's present addresses only.
func movedTo(page string, origins []string) string {
	u, err := url.Parse(page)
	if err != nil || len(origins) == 0 || slices.Contains(origins, u.Scheme+"://"+u.Host) {
		return page
	}
	return origins[0] + u.RequestURI()
}

// payable gives the payment as it is now, or the conflict that it can no longer be paid.
func (s *Service) payable(ctx context.Context, p Payment) (Payment, error) {
	now, err := s.DB.Now(), error(nil)
	switch {
	case p.State != Created:
	case p.Page != "" && !now.Before(p.pageEnds()):
		p, err = s.Look(ctx, p.ID)
	case p.Page == "" && !now.Before(p.expiresAt()):
		p, err = s.endUnstarted(ctx, p.ID, Report{State: Failed, Failure: FailAbandoned})
	}
	if err != nil {
		return p, err
	}
	open, err := stillOpen(ctx, s.DB, p)
	if err != nil {
		return p, err
	}
	if p.State != Created || !open {
		return p, fault.New(fault.Conflict, "billing.not_open")
	}
	return p, nil
}

// started keeps the page. If the payment ended while the provider was asked, the page is closed again.
func (s *Service) started(ctx context.Context, tx *db.Tx, paymentID string, session Session, late bool) error {
	p, err := find(ctx, tx, paymentID)
	if err != nil {
		return err
	}
	first, err := saveSession(ctx, tx, p, session)
	if err != nil || !first {
		return err
	}
	p.Session, p.ProviderRef, p.Page = session.Session, session.Payment, session.URL
	if p.State != Created {
		return s.releaseStray(ctx, tx, p)
	}
	return s.record(ctx, tx, p, Start, map[string]any{"late": late})
}

// startLater queues the start, once however often the payer tries meanwhile.
func (s *Service) startLater(ctx context.Context, p Payment) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE payments SET late = TRUE, look_at = $1 WHERE id = $2 AND late = FALSE AND session = ''`,
			tx.Now.Add(startAgain), p.ID)
		if err != nil {
			return fmt.Errorf("start payment %s later: %w", p.ID, err)
		}
		if n == 0 {
			return nil
		}
		return s.Jobs.Add(ctx, tx, startJob{Payment: p.ID})
	})
}

// startQueued is the job: it tries again until the provider answers or the payment cannot be paid any more.
func (s *Service) startQueued(ctx context.Context, paymentID string) error {
	p, err := find(ctx, s.DB, paymentID)
	if err != nil {
		return err
	}
	_, err = s.start(ctx, p, true)
	if fault.Is(err, fault.Conflict) {
		return s.DB.InTx(ctx, func(tx *db.Tx) error { return postpone(ctx, tx, p, nil) })
	}
	return err
}
