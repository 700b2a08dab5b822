package app

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/identity"
)

// rightsTables is the tables that rights rest on, as they stand: the oracle reads nothing else, and nothing that is derived.
type rightsTables struct {
	customers map[string]identity.CustomerStatus
	groups    map[string]groupRow
	roles     map[string]roleRow
	active    map[string]bool // people
	members   []memberRow
	staff     map[string][]identity.StaffRole
	sessions  []sessionRow
	keys      []keyRow
}

type (
	groupRow  struct{ ID, CustomerID, ParentID string }
	memberRow struct {
		ID, CustomerID, PersonID string
		Role                     identity.Role
		GroupID                  string
		Status                   identity.MemberStatus
	}
	sessionRow struct{ ID, PersonID, CustomerID, OnBehalf string }
	keyRow     struct {
		ID, CustomerID, CreatedBy string
		Permissions               db.JSON[[]authz.Permission]
		Revoked                   bool
	}
	roleRow struct {
		ID, CustomerID, Rights string
		rights                 []identity.Right
	}
)

func readRights(t testing.TB, d *db.DB) *rightsTables {
	t.Helper()
	ctx, w := t.Context(), &rightsTables{customers: map[string]identity.CustomerStatus{}, groups: map[string]groupRow{}, roles: map[string]roleRow{}, active: map[string]bool{}, staff: map[string][]identity.StaffRole{}}
	for _, c := range all[struct{ ID, Status string }](t, d, `SELECT id, status FROM customers`) {
		w.customers[c.ID] = identity.CustomerStatus(c.Status)
	}
	for _, g := range all[groupRow](t, d, `SELECT id, customer_id, COALESCE(parent_id, '') AS parent_id FROM groups`) {
		w.groups[g.ID] = g
	}
	for _, r := range all[roleRow](t, d, `SELECT id, COALESCE(customer_id, '') AS customer_id, CAST(rights AS TEXT) AS rights FROM roles`) {
		if err := json.Unmarshal([]byte(r.Rights), &r.rights); err != nil {
			t.Fatal(err)
		}
		w.roles[r.ID] = r
	}
	for _, p := range all[struct{ ID, Status string }](t, d, `SELECT id, status FROM people`) {
		w.active[p.ID] = p.Status == string(identity.PersonActive)
	}
	for _, s := range all[struct{ PersonID, Role string }](t, d, `SELECT person_id, role FROM staff_roles`) {
		w.staff[s.PersonID] = append(w.staff[s.PersonID], identity.StaffRole(s.Role))
	}
	w.members = all[memberRow](t, d, `SELECT id, customer_id, person_id, role, COALESCE(group_id, '') AS group_id, status FROM members ORDER BY created_at, id`)
	w.sessions = all[sessionRow](t, d, `SELECT id, person_id, COALESCE(customer_id, '') AS customer_id, COALESCE(on_behalf, '') AS on_behalf FROM sessions ORDER BY id`)
	var err error
	w.keys, err = db.List[keyRow](ctx, d, `SELECT id, COALESCE(customer_id, '') AS customer_id, created_by, permissions, revoked_at IS NOT NULL AS revoked FROM api_keys ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func all[T any](t testing.TB, d *db.DB, query string, args ...any) []T {
	t.Helper()
	rows, err := db.List[T](t.Context(), d, query, args...)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// truth is what somebody may do, as the rules say it: for staff everywhere, for a member by one membership.
type truth struct {
	staff  []authz.Permission
	rights []identity.Right
	gives  []identity.Right // what may be given: a blocked customer still manages its people
	at     memberRow        // whose membership counts
	key    bool             // a program: what it may it may in all of the customer, or everywhere
}

// of is rule C1 and invariants 17 to 22, in loops.
func (w *rightsTables) of(s sessionRow) (x truth) {
	if !w.active[s.PersonID] {
		return x
	}
	office := w.staffMay(s.PersonID)
	shoes := ""
	switch isStaff := len(w.staff[s.PersonID]) > 0; {
	case isStaff && !w.active[s.OnBehalf]:
		return truth{staff: office}
	case !isStaff && s.OnBehalf != "": // no longer staff: the session was for nothing else
		return x
	case isStaff && (!slices.Contains(office, identity.MayStandIn) || !slices.Contains(office, identity.MaySeePeople)):
		return truth{staff: office}
	case isStaff:
		shoes = s.OnBehalf
	}
	m, ok := w.seatOf(s, shoes)
	if !ok {
		return x
	}
	x.at = m
	for _, r := range w.roleOf(m.Role, m.CustomerID) {
		if shoes != "" && (slices.Contains(customersAlone, r.May) || !slices.Contains(office, r.May)) {
			continue // nobody can do more in another's shoes than in their own
		}
		x.gives = append(x.gives, r)
		if w.customers[m.CustomerID] != identity.Blocked || !slices.Contains(newObligations, r.May) {
			x.rights = append(x.rights, r)
		}
	}
	return x
}

// seatOf is the membership that counts: the chosen one, or else a person's first. Staff in somebody's shoes chose.
func (w *rightsTables) seatOf(s sessionRow, shoes string) (seat memberRow, ok bool) {
	who := s.PersonID
	if shoes != "" {
		who = shoes
	}
	for _, m := range w.members {
		if m.PersonID != who || m.Status != identity.MemberActive {
			continue
		}
		closed := w.customers[m.CustomerID] == identity.Closed
		if m.CustomerID == s.CustomerID {
			return m, !closed
		}
		if !ok && !closed && shoes == "" {
			seat, ok = m, true
		}
	}
	return seat, ok
}

func (w *rightsTables) roleOf(r identity.Role, customerID string) []identity.Right {
	if own, is := w.roles[string(r)]; is {
		if own.CustomerID != customerID {
			return nil
		}
		return own.rights
	}
	return memberRoles[r]
}

func (w *rightsTables) staffMay(personID string) (may []authz.Permission) {
	for _, r := range w.staff[personID] {
		if own, is := w.roles[string(r)]; is {
			for _, right := range own.rights {
				may = append(may, right.May)
			}
			continue
		}
		may = append(may, staffRoles[r]...)
	}
	return may
}

// ofKey is what a program may: no more than whoever made it, now.
func (w *rightsTables) ofKey(k keyRow) (x truth) {
	x.key = true
	if k.Revoked || k.CustomerID != "" && w.customers[k.CustomerID] == identity.Closed {
		return x
	}
	maker := w.of(sessionRow{PersonID: k.CreatedBy, CustomerID: k.CustomerID})
	var may []authz.Permission
	for _, p := range k.Permissions.V {
		mine := k.CreatedBy == "system" || w.may(maker, p, authz.Place{Customer: k.CustomerID})
		if w.customers[k.CustomerID] == identity.Blocked && slices.Contains(newObligations, p) {
			mine = false
		}
		if mine {
			may = append(may, p)
		}
	}
	if k.CustomerID == "" {
		x.staff = may
		return x
	}
	x.at = memberRow{CustomerID: k.CustomerID}
	for _, p := range may {
		x.rights = append(x.rights, identity.Right{May: p, Scope: authz.Customer})
	}
	return x
}

// may is one question, answered by walking up the tree of groups.
func (w *rightsTables) may(x truth, p authz.Permission, at authz.Place) bool {
	if slices.Contains(x.staff, p) {
		return true
	}
	if at.Customer == "" || x.at.CustomerID != at.Customer {
		return false
	}
	for _, r := range x.rights {
		if r.May != p {
			continue
		}
		switch {
		case r.Scope == authz.Customer, r.Scope == authz.Group && x.at.GroupID == "":
			return true
		case r.Scope == authz.Self && at.Owner != "" && at.Owner == x.at.PersonID:
			return true
		case r.Scope == authz.Group && w.within(at.Group, x.at.GroupID):
			return true
		}
	}
	return false
}

func (w *rightsTables) within(group, top string) bool {
	for range 100 {
		if group == top {
			return group != ""
		}
		if group == "" {
			return false
		}
		group = w.groups[group].ParentID
	}
	panic("a circle of groups above " + group)
}

// gives is what "nobody gives more than they have" means: whoever gets the right in this group must not reach with it what the
// giver does not reach, each of their own things being alike.
func (w *rightsTables) gives(x truth, rights []identity.Right, customerID, groupID string) bool {
	if len(x.staff) > 0 {
		return slices.Contains(x.staff, identity.MayEditPeople)
	}
	for _, r := range rights {
		got := truth{rights: []identity.Right{r}, at: memberRow{CustomerID: customerID, GroupID: groupID, PersonID: "somebody"}}
		for _, at := range w.places("somebody") {
			if !w.may(got, r.May, at) {
				continue
			}
			own := at
			if at.Owner == "somebody" && r.Scope == authz.Self {
				own.Owner, own.Group = x.at.PersonID, groupID
			}
			if !w.may(truth{rights: x.gives, at: x.at}, r.May, own) {
				return false
			}
		}
	}
	return true
}

// places is everywhere that something can be: what belongs to nobody, to customers, to their groups, to their people and to
// others besides; and some that cannot be, a customer with another's group.
func (w *rightsTables) places(others ...string) (out []authz.Place) {
	out = append(out, authz.Place{})
	for c := range w.customers {
		out = append(out, authz.Place{Customer: c})
		for _, g := range w.groups {
			out = append(out, authz.Place{Customer: c, Group: g.ID})
			for _, o := range others {
				if g.CustomerID == c {
					out = append(out, authz.Place{Customer: c, Group: g.ID, Owner: o})
				}
			}
		}
		for _, o := range others {
			out = append(out, authz.Place{Customer: c, Owner: o})
		}
	}
	for _, m := range w.members {
		out = append(out, m.place())
	}
	slices.SortFunc(out, func(a, b authz.Place) int {
		return strings.Compare(a.Customer+a.Group+a.Owner, b.Customer+b.Group+b.Owner)
	})
	return slices.Compact(out)
}

func (m memberRow) place() authz.Place {
	return authz.Place{Customer: m.CustomerID, Group: m.GroupID, Owner: m.PersonID}
}
