package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/id"
)

// HeldRole is an OwnRole with the number of people who have it.
type HeldRole struct {
	ID, CustomerID, Name string
	Rights               db.JSON[[]Right]
	CreatedAt            time.Time
	Version              int64
	Holders              int64
}

const (
	selectHeldRoles = `
		SELECT r.id, COALESCE(r.customer_id, '') AS customer_id, r.name, r.rights, r.created_at, r.version,
			CASE WHEN r.customer_id IS NULL THEN (SELECT count(*) FROM staff_roles s WHERE s.role = r.id)
				ELSE (SELECT count(*) FROM members m WHERE m.customer_id = r.customer_id AND m.role = r.id AND m.status <> 'removed') END AS holders
		FROM roles r WHERE {} `
	mostRoles = 200
)

// OwnRoles is the roles of a customer's own making by name; customerID empty is those of the operator's staff.
func OwnRoles(ctx context.Context, q db.Q, by authz.Actor, customerID string) ([]HeldRole, error) {
	if !seesRoles(by, customerID) {
		return nil, nil
	}
	all, err := db.List[HeldRole](ctx, q, selectHeldRoles+` LIMIT $1`, mostRoles, ownedBy(customerID))
	if err != nil {
		return nil, fmt.Errorf("list roles of %s: %w", customerID, err)
	}
	slices.SortFunc(all, func(a, b HeldRole) int { return strings.Compare(sortKey(a.Name), sortKey(b.Name)) })
	return all, nil
}

// FindOwnRole is one of them.
func FindOwnRole(ctx context.Context, q db.Q, by authz.Actor, customerID, roleID string) (HeldRole, error) {
	if !seesRoles(by, customerID) {
		return HeldRole{}, fault.New(fault.NotFound, "identity.role.not_found")
	}
	return oneRole(ctx, q, customerID, roleID)
}

func seesRoles(by authz.Actor, customerID string) bool {
	if customerID == "" {
		return by.May(MayEditStaff, authz.Place{})
	}
	return by.May(MaySeeCustomers, authz.Place{Customer: customerID})
}

// ownedBy names customer_id plainly, so that the index serves it.
func ownedBy(customerID string) db.Cond { return db.If("COALESCE(r.customer_id, '') = ?", customerID) }

func oneRole(ctx context.Context, q db.Q, customerID, roleID string) (r HeldRole, err error) {
	if id.Valid(roleID) {
		if r, err = db.One[HeldRole](ctx, q, selectHeldRoles, ownedBy(customerID).And("r.id = ?", roleID)); err == nil {
			return r, nil
		}
	}
	if err == nil || db.NoRows(err) {
		return HeldRole{}, fault.New(fault.NotFound, "identity.role.not_found")
	}
	return HeldRole{}, fmt.Errorf("find role %s: %w", roleID, err)
}

// MayShape reports whether by may make roles there, and change this one: nobody shapes a role that allows more than they have.
func (r HeldRole) MayShape(by authz.Actor) bool {
	return mayEditRoles(by, r.CustomerID) == nil && gives(by, r.CustomerID, r.Rights.V)
}

// MayPut reports whether by may put a right into a role: what is on offer in its form.
func MayPut(by authz.Actor, customerID string, right Right) bool {
	return gives(by, customerID, []Right{right})
}

// RoleEdit is a role as it was sent; ID empty is a new one.
type RoleEdit struct {
	ID, Name string
	Rights   []Right
	Version  int64
}

// SaveRole makes a role or changes one, for all who have it and from their next request on. Nobody puts into a role what they
// do not have, nor changes one that allows more than they have: else a role could be emptied by those it is above.
func (s *Service) SaveRole(ctx context.Context, by authz.Actor, customerID string, e RoleEdit) (r HeldRole, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		was, err := s.roleToChange(ctx, tx, by, customerID, e.ID)
		if err != nil {
			return err
		}
		if err := s.settleRole(ctx, tx, by, &e, was); err != nil {
			return err
		}
		if e.ID != "" && was.Version != e.Version {
			return fault.New(fault.Conflict, "identity.role.changed")
		}
		r = was
		r.Name, r.Rights.V = e.Name, e.Rights
		what := changed(false, []Piece{{"name", &was.Name}}, []Piece{{"name", &e.Name}})
		tellRights(what, was.Rights.V, e.Rights)
		if len(what) == 0 {
			return nil
		}
		name := "identity.own_role.edit"
		if e.ID == "" {
			name, r.CreatedAt = "identity.own_role.create", tx.Now
		} else {
			r.Version++
		}
		if err := writeRole(ctx, tx, r, e.ID == ""); err != nil {
			return err
		}
		return s.Log.Record(ctx, tx, by, event.Event{Kind: "identity.role", Subject: r.ID, CustomerID: customerID, Name: name, Data: event.Data(what)})
	})
	if err != nil {
		return HeldRole{}, err
	}
	return r, nil
}

func mayEditRoles(by authz.Actor, customerID string) error {
	if customerID == "" {
		return by.Check(MayEditStaff, authz.Place{})
	}
	return by.Check(MayEditRoles, authz.Place{Customer: customerID})
}

// gives is Gives for a role that may be anybody's there: what reaches a group must be had in all groups. What the operator's
// staff may, they may everywhere.
func gives(by authz.Actor, customerID string, rights []Right) bool {
	if customerID != "" {
		return Gives(by, rights, customerID, "")
	}
	return !slices.ContainsFunc(rights, func(r Right) bool { return !by.May(r.May, authz.Place{}) })
}

// roleToChange keeps the door, locks what names are unique within, and finds the role; roleID empty is a new one.
func (s *Service) roleToChange(ctx context.Context, tx *db.Tx, by authz.Actor, customerID, roleID string) (HeldRole, error) {
	if customerID != "" {
		if _, err := ofCustomer(ctx, tx, by, customerID, MayEditRoles); err != nil {
			return HeldRole{}, err
		}
	} else if err := mayEditRoles(by, ""); err != nil {
		return HeldRole{}, err
	}
	if roleID == "" {
		return HeldRole{ID: id.New(), CustomerID: customerID, Version: 1}, nil
	}
	if err := db.LockRow(ctx, tx, "roles", roleID); err != nil { // a role of the staff has no customer to lock
		return HeldRole{}, err
	}
	was, err := oneRole(ctx, tx, customerID, roleID)
	if err != nil {
		return HeldRole{}, err
	}
	if !gives(by, customerID, was.Rights.V) {
		return HeldRole{}, fault.New(fault.Forbidden, "identity.role.above")
	}
	return was, nil
}

// settleRole checks the name and the rights, and brings the rights to one each, in the order of the page.
func (s *Service) settleRole(ctx context.Context, tx *db.Tx, by authz.Actor, e *RoleEdit, was HeldRole) error {
	e.Name = tidy(e.Name)
	var f fault.Fields
	f.Check(e.Name != "", "name", "identity.role.name")
	f.Check(utf8.RuneCountInString(e.Name) <= maxRoleName, "name", "identity.too_long")
	f.Check(!s.readyMade(e.Name), "name", "identity.role.name_taken")
	f.Check(!HasLink(e.Name), "name", "identity.no_links")
	taken, err := db.One[int64](ctx, tx, `SELECT count(*) FROM roles r WHERE {}`, ownedBy(was.CustomerID).And("r.name_key = ? AND r.id <> ?", roleKey(e.Name), was.ID))
	if err != nil {
		return fmt.Errorf("look for a role's name: %w", err)
	}
	f.Check(taken == 0, "name", "identity.role.name_taken")
	rights, ok := s.settleRights(e.Rights, was.CustomerID)
	f.Check(ok, "rights", "identity.role.rights_unknown")
	f.Check(len(rights) > 0, "rights", "identity.role.rights")
	f.Check(gives(by, was.CustomerID, rights), "rights", "identity.role.too_much")
	e.Rights = rights
	return f.Err()
}

const maxRoleName = 80

func roleKey(name string) string { return strings.ToLower(tidy(name)) }

// readyMade reports whether a ready-made role is called so in any language: two administrators of which one is not would be a trap.
func (s *Service) readyMade(name string) bool {
	for _, l := range i18n.All() {
		for _, r := range MemberRoles() {
			if roleKey(l.Code("identity.role."+string(r))) == roleKey(name) {
				return true
			}
		}
		for _, r := range StaffRoles() {
			if roleKey(l.Code("identity.staff."+string(r))) == roleKey(name) {
				return true
			}
		}
	}
	return false
}

// settleRights is the rights in the order of the page, each once; ok is false where one is not there to be given.
func (s *Service) settleRights(asked []Right, customerID string) (rights []Right, ok bool) {
	members, staff := s.Roles.All()
	all, scopes := members, []authz.Scope{authz.Customer, authz.Group, authz.Self}
	if customerID == "" {
		all, scopes = staff, []authz.Scope{authz.All}
	}
	wanted := map[authz.Permission]authz.Scope{}
	for _, r := range asked {
		if !slices.Contains(all, r.May) || !slices.Contains(scopes, r.Scope) {
			return nil, false
		}
		if scope, twice := wanted[r.May]; !twice || r.Scope < scope {
			wanted[r.May] = r.Scope
		}
	}
	for _, p := range all {
		if scope, is := wanted[p]; is {
			rights = append(rights, Right{May: p, Scope: scope})
		}
	}
	return rights, true
}

// tellRights adds to an event what a role allows now and did not, and the other way round.
func tellRights(what map[string]any, was, is []Right) {
	for name, r := range map[string][2][]Right{"added": {was, is}, "removed": {is, was}} {
		var words []string
		for _, right := range r[1] {
			if !slices.Contains(r[0], right) {
				words = append(words, string(right.May)+":"+right.Scope.String())
			}
		}
		if len(words) > 0 {
			what[name] = words
		}
	}
}

func writeRole(ctx context.Context, tx *db.Tx, r HeldRole, isNew bool) error {
	var err error
	if isNew {
		_, err = tx.Exec(ctx, `INSERT INTO roles (id, customer_id, name, name_key, rights, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			r.ID, db.Null(r.CustomerID), r.Name, roleKey(r.Name), r.Rights, r.CreatedAt, r.Version)
	} else {
		_, err = tx.Exec(ctx, `UPDATE roles SET name = $1, name_key = $2, rights = $3, version = $4 WHERE id = $5`, r.Name, roleKey(r.Name), r.Rights, r.Version, r.ID)
	}
	switch {
	case db.IsUnique(err): // two of the operator's at once: a customer's wait for each other
		return fault.Field("name", "identity.role.name_taken")
	case err != nil:
		return fmt.Errorf("save role %s: %w", r.ID, err)
	}
	return nil
}

// DeleteRole deletes a role that nobody has. It gives how many do.
func (s *Service) DeleteRole(ctx context.Context, by authz.Actor, customerID, roleID string) (holders int64, err error) {
	if !id.Valid(roleID) {
		return 0, fault.New(fault.NotFound, "identity.role.not_found")
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		r, err := s.roleToChange(ctx, tx, by, customerID, roleID)
		if err != nil {
			return err
		}
		if holders = r.Holders; holders > 0 {
			return fault.New(fault.Conflict, "identity.role.in_use")
		}
		// Who was removed keeps a row that nothing is read from but its dates; it must name a role that exists.
		if _, err := tx.Exec(ctx, `UPDATE members SET role = $1 WHERE customer_id = $2 AND role = $3`, Resident, customerID, roleID); err != nil {
			return fmt.Errorf("free those removed of role %s: %w", roleID, err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM roles WHERE id = $1`, roleID); err != nil {
			return fmt.Errorf("delete role %s: %w", roleID, err)
		}
		return s.Log.Record(ctx, tx, by, event.Event{
			Kind: "identity.role", Subject: roleID, CustomerID: customerID, Name: "identity.own_role.delete", Data: event.Data(map[string]any{"name": r.Name}),
		})
	})
	return holders, err
}
