package identity

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/id"
)

// StaffAction is what is done to somebody's being staff.
type StaffAction string

// The actions.
const (
	SuspendStaff    StaffAction = "suspend"
	ReactivateStaff StaffAction = "reactivate"
	RemoveStaff     StaffAction = "remove"
)

// staffMoves is what each action makes of a person. Who is removed is free again: it was their work that was stopped.
var staffMoves = map[StaffAction]PersonStatus{SuspendStaff: PersonSuspended, ReactivateStaff: PersonActive, RemoveStaff: PersonActive}

// AddStaff makes a person one of the operator's staff, in one or more roles besides those they have. Hire asks them in.
func (s *Service) AddStaff(ctx context.Context, by authz.Actor, personID string, roles ...StaffRole) error {
	if err := by.Check(MayEditStaff, authz.Place{}); err != nil {
		return err
	}
	for _, r := range roles {
		if !oneOf(r, StaffRoles()) {
			return fault.Field("role", "identity.role.unknown")
		}
		if !givesAll(by, s.ofStaff(r)) {
			return fault.Field("role", "identity.role.too_much")
		}
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := PersonByID(ctx, tx, personID); err != nil {
			return err
		}
		for _, r := range roles {
			n, err := giveRole(ctx, tx, personID, r)
			if err != nil {
				return err
			}
			if n == 0 {
				continue
			}
			if err := s.recordStaff(ctx, tx, by, personID, "add", map[string]any{"role": string(r)}); err != nil {
				return err
			}
		}
		return nil
	})
}

func giveRole(ctx context.Context, tx *db.Tx, personID string, r StaffRole) (int64, error) {
	n, err := tx.Exec(ctx, `INSERT INTO staff_roles (person_id, role) VALUES ($1, $2) ON CONFLICT (person_id, role) DO NOTHING`, personID, r)
	if err != nil {
		return 0, fmt.Errorf("make %s staff: %w", personID, err)
	}
	return n, nil
}

func (s *Service) recordStaff(ctx context.Context, tx *db.Tx, by authz.Actor, personID, what string, data map[string]any) error {
	return s.Log.Record(ctx, tx, by, event.Event{Kind: "identity.person", Subject: personID, Name: "identity.staff." + what, Data: event.Data(data)})
}

// once is the roles in order, each once.
func once(roles []StaffRole) []StaffRole { return slices.Compact(slices.Sorted(slices.Values(roles))) }

// lockRoles keeps roles of an own making from being deleted while somebody is given them.
func lockRoles(ctx context.Context, tx *db.Tx, roles []StaffRole) error {
	for _, r := range once(roles) {
		if !id.Valid(string(r)) {
			continue
		}
		if err := db.LockRow(ctx, tx, "roles", string(r)); err != nil {
			return err
		}
	}
	return nil
}

// checkRoles says what is wrong with the roles that somebody shall have besides those they have. Nobody's own become more by it:
// what is not theirs to give is not theirs.
func checkRoles(f *fault.Fields, choices []StaffChoice, roles []StaffRole, has func(StaffRole) bool) {
	f.Check(len(roles) > 0, "roles", "identity.colleague.no_role")
	for _, r := range roles {
		i := slices.IndexFunc(choices, func(c StaffChoice) bool { return c.Role == r })
		f.Check(i >= 0, "roles", "identity.role.unknown")
		f.Check(i < 0 || choices[i].Open || has(r), "roles", "identity.role.too_much")
	}
}

// theirs finds a colleague whom by may change, and keeps them, and who has the whole house in hand, from being changed by
// others until the transaction ends: of two who go at once, the second is asked when the first is gone. Nobody touches somebody
// who has more than they have themselves.
func (s *Service) theirs(ctx context.Context, tx *db.Tx, by authz.Actor, personID string) (Colleague, error) {
	if _, err := s.colleague(ctx, tx, by, personID); err != nil {
		return Colleague{}, err
	}
	ids, err := db.List[string](ctx, tx, `SELECT id FROM people WHERE id = $1 OR id IN (SELECT person_id FROM staff_roles WHERE role = $2) ORDER BY id`, personID, Admin)
	if err != nil {
		return Colleague{}, fmt.Errorf("list administrators: %w", err)
	}
	for _, one := range ids {
		if err := db.LockRow(ctx, tx, "people", one); err != nil {
			return Colleague{}, err
		}
	}
	c, err := s.colleague(ctx, tx, by, personID)
	if err == nil && c.Above {
		err = fault.New(fault.Forbidden, "identity.colleague.has_more")
	}
	return c, err
}

// isLastAdmin reports whether nobody would be left to run the house if this colleague no longer did: others who can sign in and
// have the role. The caller holds their locks.
func isLastAdmin(ctx context.Context, tx *db.Tx, c Colleague) (bool, error) {
	if !c.Has(Admin) || c.Status != PersonActive || !c.MaySignIn {
		return false, nil
	}
	others, err := db.One[int64](ctx, tx, `
		SELECT count(*) FROM staff_roles r JOIN people p ON p.id = r.person_id JOIN passwords w ON w.person_id = p.id
		WHERE r.role = $1 AND p.status = $2 AND p.id <> $3`, Admin, PersonActive, c.ID)
	if err != nil {
		return false, fmt.Errorf("count administrators: %w", err)
	}
	return others == 0, nil
}

// ColleagueEdit is the form of one colleague as it was sent; Version is the one that was seen.
type ColleagueEdit struct {
	Name, Phone string
	Roles       []StaffRole
	Version     int64
}

// EditColleague changes what a colleague is called, how they are reached and what they may do, from their next request on.
func (s *Service) EditColleague(ctx context.Context, by authz.Actor, personID string, e ColleagueEdit) error {
	e.Name, e.Phone, e.Roles = tidy(e.Name), tidy(e.Phone), once(e.Roles)
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := lockRoles(ctx, tx, e.Roles); err != nil {
			return err
		}
		c, err := s.theirs(ctx, tx, by, personID)
		if err != nil {
			return err
		}
		if c.Version != e.Version {
			return fault.New(fault.Conflict, "identity.colleague.changed")
		}
		choices, err := s.StaffChoices(ctx, tx, by)
		if err != nil {
			return err
		}
		var f fault.Fields
		checkName(&f, "name", e.Name, e.Phone)
		checkRoles(&f, choices, e.Roles, c.Has)
		if !slices.Contains(e.Roles, Admin) {
			last, err := isLastAdmin(ctx, tx, c)
			if err != nil {
				return err
			}
			f.Check(!last, "roles", "identity.colleague.last_admin")
		}
		if err := f.Err(); err != nil {
			return err
		}
		return s.applyColleague(ctx, tx, by, c, e, roleData(choices, e.Roles))
	})
}

func (s *Service) applyColleague(ctx context.Context, tx *db.Tx, by authz.Actor, c Colleague, e ColleagueEdit, roles []string) error {
	data := map[string]any{} // events hold no names
	if e.Name != c.Name {
		data["new_name"] = true
	}
	if e.Phone != c.Phone {
		data["new_phone"] = true
	}
	for _, held := range c.Roles {
		if slices.Contains(e.Roles, held.Role) {
			continue
		}
		if _, err := tx.Exec(ctx, `DELETE FROM staff_roles WHERE person_id = $1 AND role = $2`, c.ID, held.Role); err != nil {
			return fmt.Errorf("take a role from %s: %w", c.ID, err)
		}
		data["role"] = roles
	}
	for _, r := range e.Roles {
		n, err := giveRole(ctx, tx, c.ID, r)
		if err != nil {
			return err
		}
		if n > 0 {
			data["role"] = roles
		}
	}
	if len(data) == 0 {
		return nil
	}
	if err := rename(ctx, tx, c.ID, e.Name, e.Phone); err != nil {
		return err
	}
	return s.recordStaff(ctx, tx, by, c.ID, "edit", data)
}

// roleData is the roles that somebody has from now on, for an event; the one before tells what they had.
func roleData(choices []StaffChoice, roles []StaffRole) (words []string) {
	for _, c := range choices {
		if slices.Contains(roles, c.Role) {
			words = append(words, cmp.Or(c.Name, string(c.Role)))
		}
	}
	return words
}

// MoveColleague suspends, reactivates or removes a colleague. What is taken away is gone at the next request, in open sessions
// too. Whoever is removed stays as a person, for what they have done and for what they buy themselves.
func (s *Service) MoveColleague(ctx context.Context, by authz.Actor, personID string, do StaffAction) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		c, err := s.theirs(ctx, tx, by, personID)
		if err != nil {
			return err
		}
		status, known := staffMoves[do]
		switch {
		case c.Themselves:
			return fault.New(fault.Forbidden, "identity.colleague.yourself")
		case !known, do != RemoveStaff && c.Status == status:
			return fault.New(fault.Conflict, "identity.colleague.moved_on")
		}
		if do != ReactivateStaff {
			if err := leave(ctx, tx, c); err != nil {
				return err
			}
		}
		if do == RemoveStaff {
			if err := dismiss(ctx, tx, c.ID); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE people SET status = $1, version = version + 1 WHERE id = $2`, status, c.ID); err != nil {
			return fmt.Errorf("%s staff %s: %w", do, c.ID, err)
		}
		return s.recordStaff(ctx, tx, by, c.ID, string(do), nil)
	})
}

// leave lets nobody go without whom the house could not be run, and signs out who goes.
func leave(ctx context.Context, tx *db.Tx, c Colleague) error {
	last, err := isLastAdmin(ctx, tx, c)
	if err != nil {
		return err
	}
	if last {
		return fault.New(fault.Conflict, "identity.colleague.last_admin")
	}
	return endAll(ctx, tx, c.ID)
}

func dismiss(ctx context.Context, tx *db.Tx, personID string) error {
	if err := endResets(ctx, tx, personID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM staff_roles WHERE person_id = $1`, personID); err != nil {
		return fmt.Errorf("take the roles from %s: %w", personID, err)
	}
	return nil
}
