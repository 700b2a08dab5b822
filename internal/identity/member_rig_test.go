package identity_test

import (
	"slices"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/i18n"
	"skranke/internal/identity"
)

// memberRoles is rule C1 in small: decide is what an approver has and a manager has not.
type memberRoles struct{ roles }

func (memberRoles) OfStaff(identity.StaffRole) []authz.Permission {
	return []authz.Permission{see, edit, identity.MaySeePeople}
}

func (memberRoles) OfMember(r identity.Role) []identity.Right {
	seen := identity.Right{May: see, Scope: authz.Customer}
	switch r {
	case identity.Administrator:
		return []identity.Right{
			seen,
			{May: edit, Scope: authz.Customer},
			{May: identity.MaySeePeople, Scope: authz.Customer},
			{May: identity.MayEditGroups, Scope: authz.Customer},
			{May: decide, Scope: authz.Customer},
		}
	case identity.Manager:
		return []identity.Right{seen, {May: edit, Scope: authz.Group}, {May: identity.MaySeePeople, Scope: authz.Group}}
	case identity.Approver:
		return []identity.Right{seen, {May: decide, Scope: authz.Customer}}
	default:
		return []identity.Right{seen}
	}
}

// shop is a company with an administrator, Ingrid, behind the real post room.
type shop struct {
	*desk
	t        *testing.T
	s        *identity.Service
	db       *db.DB
	customer identity.Customer
	ingrid   identity.Member
	by       authz.Actor // Ingrid, signed in
	cookie   string      // of her session
}

func eachShop(t *testing.T, f func(t *testing.T, h *shop)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := &shop{desk: openDesk(t, d), t: t, db: d}
		h.s = h.people
		h.s.Roles, h.s.Mail, h.s.Links = memberRoles{}, h.Mail, h.Links
		h.customer = customer(t, h.s, identity.NewCustomer{Kind: identity.Company, Name: "Granlia Rør", Country: "NO", Language: i18n.NB, Town: "Oslo"})
		h.ingrid = h.hire("Ingrid Moe", "ingrid@granlia.example", identity.Administrator)
		h.cookie, h.by = h.signIn(t, "ingrid@granlia.example", password)
		f(t, h)
	})
}

// hire makes somebody with a password one of the firm's people, without mails.
func (h *shop) hire(name, email string, role identity.Role) identity.Member {
	h.t.Helper()
	p := person(h.t, h.s, name, email, password)
	m, err := h.s.AddMember(h.t.Context(), root, h.customer.ID, p.ID, role)
	ok(h.t, err)
	return h.member(m.ID)
}

func (h *shop) member(memberID string) identity.Member {
	h.t.Helper()
	m, err := identity.MemberByID(h.t.Context(), h.db, memberID)
	return must(h.t, m, err)
}

// add fills in the form as Ingrid does; change makes it another.
func (h *shop) add(email string, change func(n *identity.NewMember)) (identity.Member, error) {
	n := identity.NewMember{Email: email, Role: identity.Buyer, Language: i18n.NB}
	if change != nil {
		change(&n)
	}
	return h.s.Add(h.t.Context(), h.by, h.customer.ID, n)
}

func (h *shop) added(email string, change func(n *identity.NewMember)) identity.Member {
	h.t.Helper()
	m, err := h.add(email, change)
	ok(h.t, err)
	return h.member(m.ID)
}

func named(first, last string) func(n *identity.NewMember) {
	return func(n *identity.NewMember) { n.First, n.Last = first, last }
}

// state is what a mailed link opens.
func (h *shop) state(token string) identity.InvitationState {
	h.t.Helper()
	i, err := h.s.Invitation(h.t.Context(), token)
	ok(h.t, err)
	return i.State
}

func (h *shop) move(by authz.Actor, m identity.Member, do identity.MemberAction) error {
	_, err := h.s.MoveMember(h.t.Context(), by, h.customer.ID, m.ID, do, h.member(m.ID).Version)
	return err
}

// edit sends the form of a member as it stands but for one change.
func (h *shop) edit(by authz.Actor, m identity.Member, change func(e *identity.MemberEdit)) error {
	m = h.member(m.ID)
	e := identity.MemberEdit{Role: m.Role, GroupID: m.GroupID, Methods: m.Methods.V, Name: m.Name, Phone: m.Phone, Version: m.Version}
	change(&e)
	_, err := h.s.EditMember(h.t.Context(), by, h.customer.ID, m.ID, e)
	return err
}

// found is the names on a page of the list, in its order.
func (h *shop) found(by authz.Actor, f identity.MemberFilter) (names []string) {
	h.t.Helper()
	p, err := identity.ListMembers(h.t.Context(), h.db, by, h.customer.ID, f, 100)
	ok(h.t, err)
	for _, m := range p.Members {
		names = append(names, m.Name)
	}
	if p.Found != len(names) && !p.Next && !p.Prev {
		h.t.Errorf("%d are counted of %q", p.Found, names)
	}
	return names
}

func (h *shop) sees(what string, by authz.Actor, f identity.MemberFilter, want ...string) {
	h.t.Helper()
	if got := h.found(by, f); !slices.Equal(got, want) {
		h.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func completion() identity.Completion {
	return identity.Completion{First: "Kari", Last: "Nordby", Phone: "+47 900 12 345", Password: "tolv grønne lys"}
}
