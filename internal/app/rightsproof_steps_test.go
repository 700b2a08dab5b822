package app

import (
	"context"
	"fmt"
	"slices"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/identity"
)

// step changes one thing: by hand, as if somebody who may had done it, or as a random actor through the program, which must
// give nobody more than that actor has.
func (w *rightsWorld) step() string {
	if pick(w, []bool{true, false, false}, "by hand") {
		return w.byHand()
	}
	x := pick(w, w.everybody(), "who")
	c := pick(w, []int{0, 1}, "customer")
	if at := x.truth.at.CustomerID; at != "" && pick(w, []bool{true, true, false}, "at their own") {
		c = slices.Index([]string{customerID(0), customerID(1)}, at)
	}
	before := w.now
	what, gives, err := w.try(x, c)
	if err != nil && !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.SignIn) {
		w.Fatalf("%s by %s: %v", what, x.name, err)
	}
	w.now = readRights(w.t, w.ids.DB)
	if gives {
		w.gained(before, x, what)
	}
	return fmt.Sprintf("%s by %s: %v", what, x.name, err)
}

func (w *rightsWorld) byHand() string {
	c := pick(w, []int{0, 1}, "customer")
	type change struct {
		query string
		args  []any
	}
	person, at := pick(w, w.people, "person"), customerID(c)
	x := pick(w, []change{
		{`UPDATE members SET status = $1 WHERE person_id = $2 AND customer_id = $3`, []any{pick(w, memberStatuses, "status"), person, at}},
		{`UPDATE members SET role = $1 WHERE person_id = $2 AND customer_id = $3`, []any{w.role(c), person, at}},
		{`UPDATE members SET group_id = $1 WHERE person_id = $2 AND customer_id = $3`, []any{db.Null(pick(w, append([]string{""}, w.groupsOf(c)...), "group")), person, at}},
		{`UPDATE people SET status = $1 WHERE id = $2`, []any{pick(w, []identity.PersonStatus{identity.PersonActive, identity.PersonSuspended}, "person"), person}},
		{`UPDATE customers SET status = $1 WHERE id = $2`, []any{pick(w, customerStatuses, "status"), at}},
		{`UPDATE roles SET rights = $1 WHERE id = $2`, []any{w.rights(forMembers, authz.Customer, authz.Group, authz.Self), pick(w, ownRoles(c), "role")}},
		{`UPDATE roles SET rights = $1 WHERE id = $2`, []any{w.rights(staffRoles[identity.Admin], authz.All), ownStaff}},
		{`INSERT INTO staff_roles (person_id, role) VALUES ($1, $2) ON CONFLICT (person_id, role) DO NOTHING`, []any{person, w.staffRole()}},
		{`DELETE FROM staff_roles WHERE person_id = $1`, []any{person}},
		{`UPDATE api_keys SET revoked_at = created_at WHERE created_by = $1`, []any{person}},
	}, "change")
	w.change(func(tx *db.Tx) { w.exec(tx, x.query, x.args...) })
	return fmt.Sprint(x)
}

// try is one call of the program. gives says that it can change what people may at a customer.
func (w *rightsWorld) try(x somebody, c int) (what string, gives bool, err error) {
	ctx, at, by := w.t.Context(), customerID(c), x.actor
	group := func() string { return pick(w, append([]string{""}, w.groupsOf(c)...), "group") }
	switch what = pick(w, []string{"edit", "edit", "move", "role", "group", "group", "ungroup", "sit", "key"}, "call"); what {
	case "edit", "move":
		return w.member(ctx, x, c, what, group())
	case "role":
		e := identity.RoleEdit{ID: string(pick(w, append(ownRoles(c), ""), "role")), Name: w.newID(), Version: 1, Rights: w.someRights(forMembers, authz.Customer, authz.Group, authz.Self)}
		for _, r := range all[struct{ Version int64 }](w.t, w.ids.DB, `SELECT version FROM roles WHERE id = $1`, e.ID) {
			e.Version = r.Version
		}
		_, err = w.ids.SaveRole(ctx, by, at, e)
		return fmt.Sprintf("%s %+v", what, e), true, err
	case "group":
		e := identity.GroupEdit{ID: group(), ParentID: group(), Name: w.newID(), Version: 1}
		for _, g := range all[struct{ Version int64 }](w.t, w.ids.DB, `SELECT version FROM groups WHERE id = $1`, e.ID) {
			e.Version = g.Version
		}
		_, err = w.ids.SaveGroup(ctx, by, at, e)
		return fmt.Sprintf("%s %+v", what, e), true, err
	case "ungroup":
		g := group()
		_, err = w.ids.DeleteGroup(ctx, by, at, g)
		return what + " " + g, true, err
	case "sit":
		return what, false, w.sit(ctx, x, at)
	default:
		k, secret, err := w.ids.CreateKey(ctx, by, identity.NewKey{Name: "x", CustomerID: at, Permissions: []authz.Permission{pick(w, forMembers, "may")}})
		if err == nil {
			w.secrets[k.ID] = secret
		}
		return what, true, err
	}
}

func (w *rightsWorld) member(ctx context.Context, x somebody, c int, what, group string) (string, bool, error) {
	at := customerID(c)
	people := all[struct {
		ID, Status string
		Version    int64
	}](w.t, w.ids.DB, `SELECT id, status, version FROM members WHERE customer_id = $1 ORDER BY id`, at)
	if len(people) == 0 {
		return what, false, nil
	}
	m := pick(w, people, "member")
	if what == "move" {
		do := pick(w, []identity.MemberAction{identity.SuspendMember, identity.ReactivateMember, identity.RemoveMember, identity.WithdrawMember, identity.AcceptMember}, "do")
		_, err := w.ids.MoveMember(ctx, x.actor, at, m.ID, do, m.Version)
		return fmt.Sprintf("%s %s of %+v", what, do, m), true, err
	}
	e := identity.MemberEdit{Role: w.role(c), GroupID: group, Version: m.Version}
	_, err := w.ids.EditMember(ctx, x.actor, at, m.ID, e)
	return fmt.Sprintf("%s %+v of %+v", what, e, m), true, err
}

// sit changes whose shoes a session is in, or where it acts.
func (w *rightsWorld) sit(ctx context.Context, x somebody, at string) error {
	if x.session == "" {
		return nil
	}
	switch pick(w, []string{"switch", "in", "out"}, "sit") {
	case "switch":
		return w.ids.Switch(ctx, x.actor, x.session, at)
	case "in":
		if len(w.now.members) == 0 {
			return nil
		}
		return w.ids.StandIn(ctx, x.actor, x.session, pick(w, w.now.members, "member").ID)
	default:
		return w.ids.StandOut(ctx, x.actor, x.session)
	}
}

// gained looks for anybody who may more after a call than before, and than the caller did. What is one's own is alike: who has
// a right over their own things may give it over others' own.
func (w *rightsWorld) gained(before *rightsTables, by somebody, what string) {
	answers := slices.Contains(by.truth.staff, identity.MayEditPeople) // the operator gives what is a customer's
	for _, p := range w.people {
		for c := range 2 {
			had, has := before.of(sessionRow{PersonID: p, CustomerID: customerID(c)}), w.now.of(sessionRow{PersonID: p, CustomerID: customerID(c)})
			for _, at := range before.places(w.people...) {
				for _, r := range has.rights {
					if !w.now.may(has, r.May, at) || before.may(had, r.May, at) || before.may(by.truth, r.May, at) || answers && by.actor.OnBehalf == "" {
						continue
					}
					own := at
					own.Owner = by.truth.at.PersonID
					if r.Scope == authz.Self && before.may(by.truth, r.May, own) {
						continue
					}
					w.Fatalf("%s by %s: %s gains %s at %+v, which the caller does not have\nthe caller %+v\nbefore %+v\nafter %+v", what, by.name, p, r.May, at, by.truth, had, has)
				}
			}
		}
	}
}
