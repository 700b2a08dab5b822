package signup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"skranke/internal/approval"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/identity"
)

// AccessKind is the kind of question that is put to a customer's administrators. Its subject is the registration.
const AccessKind = "identity.access"

// accessTime is how long the administrators have to answer.
const accessTime = 14 * 24 * time.Hour

// ask puts a person's wish for access to the customer's administrators; where nobody could answer, to the operator's people.
func (s *Service) ask(ctx context.Context, tx *db.Tx, r *Registration, st Standing) error {
	admins, err := identity.Administrators(ctx, tx, st.Holder.ID)
	if err != nil {
		return err
	}
	by, due := holder(r.ID), tx.Now.Add(accessTime)
	if len(admins) == 0 {
		return s.move(ctx, tx, by, r, Ask, func(r *Registration) {
			r.CustomerID, r.Flags.V = st.Holder.ID, []Flag{NoAdmin}
		}, nobodyToAsk)
	}
	err = s.move(ctx, tx, by, r, Ask, func(r *Registration) {
		r.CustomerID, r.DueAt, r.Flags.V = st.Holder.ID, &due, nil // the company is known: what speaks against the number does not matter
	})
	if err != nil {
		return err
	}
	ids, people := make([]string, len(admins)), map[string]identity.Person{}
	for i, p := range admins {
		ids[i], people[p.ID] = p.ID, p
	}
	_, links, err := s.Approvals.Open(ctx, tx, by, approval.Ask{
		Kind: AccessKind, Subject: r.ID, Revision: r.Version, CustomerID: st.Holder.ID, Title: st.Holder.L().SignupAccessTitle(),
		AskedBy: st.Account.Person.ID, Approvers: ids, Needed: 1, DueAt: due,
	})
	if err != nil {
		return err
	}
	st.Registration = *r
	asker := st.asker()
	for _, ln := range links {
		if err := s.tellAdministrator(ctx, tx, asker, people[ln.PersonID], ln, st.Holder); err != nil {
			return err
		}
	}
	return nil
}

// OnAnswer lets only those answer who are administrators now: whoever has ceased to be one still holds a mailed link.
func (s *Service) OnAnswer(ctx context.Context, tx *db.Tx, e event.Event) error {
	if text(e, "kind") != AccessKind {
		return nil
	}
	admins, err := identity.Administrators(ctx, tx, e.CustomerID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(admins, func(p identity.Person) bool { return p.ID == e.Actor }) {
		return fault.New(fault.Forbidden, "signup.not_administrator")
	}
	return nil
}

// OnApproved gives access, in the role that may least.
func (s *Service) OnApproved(ctx context.Context, tx *db.Tx, e event.Event) error {
	return s.answered(ctx, tx, e, func(r *Registration) error {
		st, err := s.standing(ctx, tx, *r)
		if err != nil {
			return err
		}
		return s.admit(ctx, tx, r, st, identity.Buyer, func(id string) error {
			if err := s.move(ctx, tx, runner, r, Approve, func(r *Registration) { r.PersonID = id }); err != nil {
				return err
			}
			return s.tellAdmitted(ctx, tx, *r, st.Holder)
		})
	})
}

// admit makes the person a member of the customer that has the number, then goes on with their id.
func (s *Service) admit(ctx context.Context, tx *db.Tx, r *Registration, st Standing, role identity.Role, then func(personID string) error) error {
	p, err := s.person(ctx, tx, runner, *r, st)
	if err != nil {
		return err
	}
	if _, err := s.Identity.Join(ctx, tx, runner, r.CustomerID, p.ID, role); err != nil {
		return err
	}
	return then(p.ID)
}

// OnRejected tells the person no.
func (s *Service) OnRejected(ctx context.Context, tx *db.Tx, e event.Event) error {
	return s.answered(ctx, tx, e, func(r *Registration) error {
		v, err := s.Approvals.Of(ctx, tx, AccessKind, r.ID)
		if err != nil {
			return err
		}
		if err := s.move(ctx, tx, runner, r, Reject, func(r *Registration) { r.Reason = v.Reason }); err != nil {
			return err
		}
		return s.tellRejected(ctx, tx, *r)
	})
}

// OnExpired hands a question that no administrator has answered to the operator's people.
func (s *Service) OnExpired(ctx context.Context, tx *db.Tx, e event.Event) error {
	return s.answered(ctx, tx, e, func(r *Registration) error {
		return s.move(ctx, tx, runner, r, Lapse, func(r *Registration) { r.DueAt, r.Flags.V = nil, []Flag{NoAnswer} })
	})
}

// answered finds the registration that an answer is about. One that has moved on is left alone.
func (s *Service) answered(ctx context.Context, tx *db.Tx, e event.Event, then func(r *Registration) error) error {
	if text(e, "kind") != AccessKind {
		return nil
	}
	r, err := locked(ctx, tx, text(e, "subject"))
	if fault.Is(err, fault.NotFound) || err == nil && r.State != Asked {
		return nil
	}
	if err != nil {
		return err
	}
	return then(&r)
}

// lapse ends questions whose time is up. Answering too late is refused even where this runs late.
func (s *Service) lapse(ctx context.Context) error {
	ids, err := db.List[string](ctx, s.DB, `SELECT id FROM registrations WHERE state = $1 AND due_at <= $2 ORDER BY changed_at, id LIMIT 500`, Asked, s.DB.Now())
	if err != nil {
		return fmt.Errorf("find access that nobody answered: %w", err)
	}
	var failed []error
	for _, id := range ids {
		err := s.DB.InTx(ctx, func(tx *db.Tx) error {
			if err := s.Approvals.Lock(ctx, tx, AccessKind, id); err != nil {
				return err
			}
			return s.Approvals.Expire(ctx, tx, runner, AccessKind, id)
		})
		if err != nil && !fault.Is(err, fault.Conflict) {
			failed = append(failed, fmt.Errorf("lapse registration %s: %w", id, err))
		}
	}
	return errors.Join(failed...)
}

func text(e event.Event, key string) string {
	s, _ := e.Data.V[key].(string)
	return s
}
