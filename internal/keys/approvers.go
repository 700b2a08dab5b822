package keys

import (
	"context"
	"slices"

	"skranke/internal/agreement"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/identity"
)

// decider is what an order says about who may decide on it.
type decider struct {
	AgreementID, Requisitioner, ResidentEmail string
	Approvals                                 int64
}

func (o Order) decider() decider {
	return decider{o.AgreementID, o.Requisitioner, o.ResidentEmail, o.Approvals}
}

// approvers is who is asked: those the agreement lists today, but nobody about their own. Who filed the order for somebody else
// confirms it alone, where one yes is enough (KEY-5).
func (s *Service) approvers(ctx context.Context, q db.Q, d decider) ([]identity.Person, error) {
	people, err := agreement.Approvers(ctx, q, d.AgreementID)
	if err != nil {
		return nil, err
	}
	people = slices.DeleteFunc(people, func(p identity.Person) bool { return identity.EmailKey(p.Email) == identity.EmailKey(d.ResidentEmail) })
	i := slices.IndexFunc(people, func(p identity.Person) bool { return p.ID == d.Requisitioner })
	switch {
	case int64(len(people)) < d.Approvals:
		return nil, fault.New(fault.Conflict, "keys.order.nobody_to_ask")
	case i >= 0 && d.Approvals == 1:
		return people[i : i+1], nil
	}
	return people, nil
}

// endUnasked ends an order that was paid for, but that nobody can decide on any more: to the resident it is the board's silence.
func (s *Service) endUnasked(ctx context.Context, tx *db.Tx, o Order) error {
	for _, a := range []Action{Ask, Expire} {
		if err := o.board(a); err != nil {
			return err
		}
	}
	o.DecidedAt = &tx.Now
	if err := closeOrder(tx)(&o); err != nil {
		return err
	}
	if err := save(ctx, tx, &o); err != nil {
		return err
	}
	if err := s.record(ctx, tx, runner, o, Expire, nil); err != nil {
		return err
	}
	if err := s.giveBack(ctx, tx, o); err != nil {
		return err
	}
	return s.tellResident(ctx, tx, o, letterExpired)
}
