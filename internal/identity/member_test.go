package identity_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/identity"
)

func TestORG5_WithANameSomebodyIsAUserAtOnceAndChoosesAPasswordByMail(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		g := group(t, h.s, h.customer.ID, "", "Nord")
		m := h.added("ola@granlia.example", func(n *identity.NewMember) {
			n.First, n.Last, n.Phone, n.GroupID, n.Methods, n.Language = "Ola", "Dahl", "900 00 111", g.ID, []string{identity.ByCard}, i18n.SV
		})
		if m.Status != identity.MemberActive || m.Name != "Ola Dahl" || m.GroupName != "Nord" || !slices.Equal(m.Methods.V, []string{identity.ByCard}) || m.JoinedAt == nil {
			t.Errorf("%+v", m)
		}
		if subjects := h.mails(t, "ola@granlia.example"); !slices.Equal(subjects, []string{"Behörighet hos Granlia Rør"}) {
			t.Errorf("%q", subjects)
		}
		ok(t, h.s.ResendInvitation(t.Context(), h.by, h.customer.ID, m.ID))
		session, err := h.s.CompleteInvitation(t.Context(), h.token(t, "ola@granlia.example"), identity.Completion{First: "Ola", Last: "Dahl", Password: "tolv grønne lys"})
		ok(t, err)
		if !h.actor(t, session.Token).May(see, authz.Place{Customer: h.customer.ID}) {
			t.Error("he is not in")
		}
		want(t, "sending it again when there is a password", h.s.ResendInvitation(t.Context(), h.by, h.customer.ID, m.ID), "identity.member.moved_on")
	})
}

func TestORG5_ARefusalNamesTheField(t *testing.T) {
	tests := []struct {
		name, email, field, code string
		change                   func(n *identity.NewMember)
	}{
		{"an address that is none", "kari(at)granlia", "email", "identity.email", nil},
		{"half a name", "kari@granlia.example", "last_name", "identity.member.both_names", named("Kari", " ")},
		{"the other half", "kari@granlia.example", "first_name", "identity.member.both_names", named("", "Nordby")},
		{"a phone that is none", "kari@granlia.example", "phone", "identity.phone", func(n *identity.NewMember) { n.Phone = "ring" }},
		{"no role", "kari@granlia.example", "role", "identity.role.unknown", func(n *identity.NewMember) { n.Role = "" }},
		{"an unknown group", "kari@granlia.example", "group", "identity.group.unknown", func(n *identity.NewMember) { n.GroupID = "x" }},
		{"an unknown way of paying", "kari@granlia.example", "methods", "identity.methods.unknown", func(n *identity.NewMember) { n.Methods = []string{"gold"} }},
		{"somebody who is there", " INGRID@granlia.example", "email", "identity.member.already", nil},
		{"somebody who is invited", "invited@granlia.example", "email", "identity.member.already_invited", nil},
		{"somebody on pause", "paused@granlia.example", "email", "identity.member.already_suspended", nil},
		{"the operator's staff", "siv@firm.example", "email", "identity.member.staff", nil},
		{"somebody locked out", "out@fjell.example", "email", "identity.member.locked_out", nil},
	}
	eachShop(t, func(t *testing.T, h *shop) {
		h.added("invited@granlia.example", nil)
		ok(t, h.move(h.by, h.added("paused@granlia.example", named("Per", "Lie")), identity.SuspendMember))
		ok(t, h.s.AddStaff(t.Context(), root, person(t, h.s, "Siv", "siv@firm.example", "").ID, identity.Sales))
		h.suspend(t, person(t, h.s, "Ute", "out@fjell.example", "").ID)
		for _, tt := range tests {
			_, err := h.add(tt.email, tt.change)
			if got := fault.FieldsOf(err)[tt.field]; got != tt.code {
				t.Errorf("%s: %q is said of %s, want %q (%v)", tt.name, got, tt.field, tt.code, err)
			}
		}
		if n := h.events(t, "identity.member.invite"); n != 1 {
			t.Errorf("%d were invited", n)
		}
	})
}

func TestORG5_NobodyGivesMoreThanTheyHaveNorTouchesWhoHasMore(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		north := group(t, h.s, h.customer.ID, "", "Nord")
		yard := group(t, h.s, h.customer.ID, north.ID, "Verksted")
		south := group(t, h.s, h.customer.ID, "", "Sør")
		boss := h.hire("Nina Lund", "nina@granlia.example", identity.Manager)
		ok(t, h.edit(h.by, boss, func(e *identity.MemberEdit) { e.GroupID = north.ID }))
		in := func(g identity.Group, role identity.Role) func(n *identity.NewMember) {
			return func(n *identity.NewMember) { n.GroupID, n.Role, n.First, n.Last = g.ID, role, "A", "B" }
		}
		inYard := h.added("yard@granlia.example", in(yard, identity.Buyer))
		inSouth := h.added("south@granlia.example", in(south, identity.Buyer))
		chiefInNorth := h.added("chief@granlia.example", in(north, identity.Administrator))
		_, nina := h.signIn(t, "nina@granlia.example", password)
		h.by = nina
		add := func(email string, change func(n *identity.NewMember)) error {
			_, err := h.add(email, change)
			return err
		}
		want(t, "a buyer below her", add("a@granlia.example", in(yard, identity.Buyer)), "")
		want(t, "a manager in her group", add("b@granlia.example", in(north, identity.Manager)), "")
		want(t, "an approver, which she is not", add("c@granlia.example", in(yard, identity.Approver)), "identity.role.too_much")
		want(t, "an administrator", add("d@granlia.example", in(north, identity.Administrator)), "identity.role.too_much")
		want(t, "into another group", add("e@granlia.example", in(south, identity.Buyer)), "identity.member.group_out_of_reach")
		want(t, "into none", add("f@granlia.example", in(identity.Group{}, identity.Buyer)), "identity.member.group_out_of_reach")
		want(t, "somebody elsewhere is not there", h.move(nina, inSouth, identity.SuspendMember), "identity.member.not_found")
		want(t, "an administrator in her group", h.move(nina, chiefInNorth, identity.SuspendMember), "identity.member.has_more")
		want(t, "hers into another group", h.edit(nina, inYard, func(e *identity.MemberEdit) { e.GroupID = south.ID }), "identity.member.group_out_of_reach")
		want(t, "hers out of every group", h.edit(nina, inYard, func(e *identity.MemberEdit) { e.GroupID = "" }), "identity.member.group_out_of_reach")
		want(t, "hers made more than she is", h.edit(nina, inYard, func(e *identity.MemberEdit) { e.Role = identity.Approver }), "identity.role.too_much")
		want(t, "herself made more", h.edit(nina, boss, func(e *identity.MemberEdit) { e.Role = identity.Administrator }), "identity.role.too_much")
		want(t, "herself out of her group", h.edit(nina, boss, func(e *identity.MemberEdit) { e.GroupID = "" }), "identity.member.group_out_of_reach")
		want(t, "herself away", h.move(nina, boss, identity.RemoveMember), "identity.member.yourself")
		want(t, "hers moved up to her", h.edit(nina, inYard, func(e *identity.MemberEdit) { e.GroupID = north.ID }), "")
		h.sees("she sees her group and those below", nina, identity.MemberFilter{Status: identity.MemberActive}, "A B", "A B", "A B", "A B", "Nina Lund")
	})
}

func TestORG5_WaysOfPayingAreNotGivenByWhoHasThemNot(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		second := h.hire("Nina Lund", "nina@granlia.example", identity.Administrator)
		ok(t, h.edit(h.by, second, func(e *identity.MemberEdit) { e.Methods = []string{identity.ByCard} }))
		_, nina := h.signIn(t, "nina@granlia.example", password)
		want(t, "all to herself", h.edit(nina, second, func(e *identity.MemberEdit) { e.Methods = nil }), "identity.methods.too_much")
		h.by = nina
		_, err := h.add("a@granlia.example", func(n *identity.NewMember) { n.Methods = []string{identity.ByInvoice} })
		want(t, "invoice", err, "identity.methods.too_much")
		_, err = h.add("a@granlia.example", func(n *identity.NewMember) { n.Methods = []string{identity.ByCard} })
		want(t, "card", err, "")
	})
}

func TestORG5_TheLastAdministratorStays(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		staff := authz.Actor{ID: "siv", Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: []authz.Permission{see, edit, identity.MaySeePeople}}}}
		h.hire("Nina Lund", "nina@granlia.example", identity.Buyer)
		for _, do := range []identity.MemberAction{identity.SuspendMember, identity.RemoveMember} {
			want(t, string(do), h.move(staff, h.ingrid, do), "identity.member.last_administrator")
		}
		err := h.edit(staff, h.ingrid, func(e *identity.MemberEdit) { e.Role = identity.Buyer })
		if got := fault.FieldsOf(err)["role"]; got != "identity.member.last_administrator" {
			t.Errorf("demoted: %v", err)
		}
		_, err = h.s.AddMember(t.Context(), root, h.customer.ID, h.ingrid.PersonID, identity.Buyer)
		want(t, "added again as less", err, "identity.member.last_administrator")
		invited := h.added("kari@granlia.example", func(n *identity.NewMember) { n.Role = identity.Administrator })
		want(t, "one who is only invited does not count", h.move(staff, h.ingrid, identity.RemoveMember), "identity.member.last_administrator")
		_, err = h.s.CompleteInvitation(t.Context(), h.token(t, "kari@granlia.example"), completion())
		ok(t, err)
		want(t, "with another", h.move(staff, h.ingrid, identity.RemoveMember), "")
		want(t, "now it is the other", h.move(staff, invited, identity.RemoveMember), "identity.member.last_administrator")
	})
}

func TestORG5_TwoAdministratorsWhoGoAtOnceLeaveOne(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		for round := range 6 {
			email := fmt.Sprintf("nina%d@granlia.example", round)
			other := h.hire("Nina Lund", email, identity.Administrator)
			ingrid, nina := h.member(h.ingrid.ID), h.member(other.ID)
			_, byNina := h.signIn(t, email, password)
			var went atomic.Int64
			var all sync.WaitGroup
			for _, try := range []func() error{
				func() error {
					_, err := h.s.MoveMember(t.Context(), h.by, h.customer.ID, nina.ID, identity.RemoveMember, nina.Version)
					return err
				},
				func() error {
					_, err := h.s.EditMember(t.Context(), byNina, h.customer.ID, ingrid.ID, identity.MemberEdit{Role: identity.Buyer, Version: ingrid.Version})
					return err
				},
			} {
				all.Go(func() {
					switch err := try(); {
					case err == nil:
						went.Add(1)
					case !fault.Is(err, fault.Conflict) && fault.FieldsOf(err)["role"] != "identity.member.last_administrator":
						t.Errorf("%v", err)
					}
				})
			}
			all.Wait()
			admins, err := identity.Deciders(t.Context(), h.db, h.customer.ID, 10)
			if err != nil || len(admins) != 1 || went.Load() != 1 {
				t.Fatalf("%d went, %q are left, %v", went.Load(), admins, err)
			}
			if h.member(h.ingrid.ID).Role != identity.Administrator { // Nina won: Ingrid is given back what she had
				staff := authz.SystemActor(see, edit, identity.MaySeePeople)
				ok(t, h.edit(staff, h.ingrid, func(e *identity.MemberEdit) { e.Role = identity.Administrator }))
				ok(t, h.move(staff, other, identity.RemoveMember))
			}
		}
	})
}

func TestORG5_WhatIsTakenAwayIsGoneAtTheNextRequest(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		m := h.hire("Nina Lund", "nina@granlia.example", identity.Manager)
		cookie, _ := h.signIn(t, "nina@granlia.example", password)
		may := func(p authz.Permission) bool { return h.actor(t, cookie).May(p, authz.Place{Customer: h.customer.ID}) }
		steps := []struct {
			name           string
			do             func() error
			sees, mayInvit bool
		}{
			{"a manager", func() error { return nil }, true, true},
			{"made a buyer", func() error {
				return h.edit(h.by, m, func(e *identity.MemberEdit) { e.Role = identity.Buyer })
			}, true, false},
			{"suspended", func() error { return h.move(h.by, m, identity.SuspendMember) }, false, false},
			{"reactivated", func() error { return h.move(h.by, m, identity.ReactivateMember) }, true, false},
			{"removed", func() error { return h.move(h.by, m, identity.RemoveMember) }, false, false},
		}
		for _, step := range steps {
			ok(t, step.do())
			if may(see) != step.sees || may(edit) != step.mayInvit {
				t.Errorf("%s: sees %v, invites %v", step.name, may(see), may(edit))
			}
		}
		if got := h.member(m.ID); got.Status != identity.MemberRemoved || got.Name != "Nina Lund" {
			t.Errorf("what is left of her: %+v", got)
		}
		for _, name := range []string{"change", "suspend", "reactivate", "remove"} {
			if n := h.events(t, "identity.member."+name); n != 1 {
				t.Errorf("%d events of %s", n, name)
			}
		}
	})
}

func TestORG5_AFormThatIsOldIsToldSo(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		m := h.hire("Nina Lund", "nina@granlia.example", identity.Buyer)
		ok(t, h.edit(h.by, m, func(e *identity.MemberEdit) { e.Role = identity.Approver }))
		_, err := h.s.EditMember(t.Context(), h.by, h.customer.ID, m.ID, identity.MemberEdit{Role: identity.Manager, Version: m.Version})
		want(t, "an old form", err, "identity.member.moved_on")
		_, err = h.s.MoveMember(t.Context(), h.by, h.customer.ID, m.ID, identity.SuspendMember, m.Version)
		want(t, "an old button", err, "identity.member.moved_on")
		want(t, "withdrawing who is in", h.move(h.by, m, identity.WithdrawMember), "identity.member.moved_on")
	})
}

func TestORG5_ANameIsTheCustomersToGiveOnlyUntilThereIsAPassword(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		m := h.added("ola@granlia.example", named("Ole", "Dal"))
		rename := func(e *identity.MemberEdit) { e.Name, e.Phone = "Ola Dahl", "900 00 111" }
		ok(t, h.edit(h.by, m, rename))
		h.sees("found by the right name", h.by, identity.MemberFilter{Text: "dahl"}, "Ola Dahl")
		h.sees("and by number", h.by, identity.MemberFilter{Text: "900 00"}, "Ola Dahl")
		h.sees("not by the wrong name", h.by, identity.MemberFilter{Text: "ole"})
		_, err := h.s.CompleteInvitation(t.Context(), h.token(t, "ola@granlia.example"), completion())
		ok(t, err)
		ok(t, h.edit(h.by, m, rename))
		if got := h.member(m.ID).Name; got != "Kari Nordby" {
			t.Errorf("the customer renamed somebody who looks after themself: %s", got)
		}
	})
}

func TestORG5_StrangersLearnNothing(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		other := customer(t, h.s, association("Fjellheim"))
		p := person(t, h.s, "Per Lie", "per@fjell.example", password)
		_, err := h.s.AddMember(t.Context(), root, other.ID, p.ID, identity.Administrator)
		ok(t, err)
		_, per := h.signIn(t, "per@fjell.example", password)
		before := h.events(t, "identity.member.invite")
		_, err = h.s.Add(t.Context(), per, h.customer.ID, identity.NewMember{Email: "x@fjell.example", Role: identity.Buyer})
		want(t, "adding", err, "identity.customer.not_found")
		_, err = identity.ListMembers(t.Context(), h.db, per, h.customer.ID, identity.MemberFilter{}, 10)
		want(t, "listing", err, "identity.customer.not_found")
		want(t, "removing", h.move(per, h.ingrid, identity.RemoveMember), "identity.member.not_found")
		want(t, "changing", h.edit(per, h.ingrid, func(e *identity.MemberEdit) { e.Role = identity.Buyer }), "identity.member.not_found")
		want(t, "sending again", h.s.ResendInvitation(t.Context(), per, h.customer.ID, h.ingrid.ID), "identity.member.not_found")
		_, err = h.s.StartImport(t.Context(), per, h.customer.ID, []identity.ImportRow{{Number: 2, Email: "x@fjell.example"}})
		want(t, "importing", err, "identity.customer.not_found")
		if h.events(t, "identity.member.invite") != before {
			t.Error("somebody was invited")
		}
	})
}

func TestORG5_TheListIsByNameInPagesAndNarrowedByWhatPeopleKnow(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		north := group(t, h.s, h.customer.ID, "", "Nord")
		yard := group(t, h.s, h.customer.ID, north.ID, "Verksted")
		var names []string
		for i := range 60 {
			n := fmt.Sprintf("Person %02d", i)
			names = append(names, n)
			h.added(fmt.Sprintf("p%02d@granlia.example", i), func(n *identity.NewMember) {
				n.First, n.Last, n.Phone = "Person", fmt.Sprintf("%02d", i), fmt.Sprintf("+47 911 00 %03d", i)
				if i%10 == 0 {
					n.GroupID, n.Role = yard.ID, identity.Approver
				}
			})
		}
		all := append([]string{"Ingrid Moe"}, names...)
		var got []string
		f := identity.MemberFilter{}
		for page := 1; ; page++ {
			ctx, queries := db.WithCount(t.Context())
			p, err := identity.ListMembers(ctx, h.db, h.by, h.customer.ID, f, 1001)
			ok(t, err)
			if queries.Load() > 2 || p.Found != 61 || p.Prev != (page > 1) {
				t.Errorf("page %d: %d queries, %d found, before %v", page, queries.Load(), p.Found, p.Prev)
			}
			for _, m := range p.Members {
				got = append(got, m.Name)
			}
			if !p.Next {
				back, err := identity.ListMembers(t.Context(), h.db, h.by, h.customer.ID, identity.MemberFilter{Before: p.Members[0].ID}, 1001)
				if err != nil || len(back.Members) != identity.PageSize || back.Members[0].Name != all[identity.PageSize] || !back.Next || !back.Prev {
					t.Errorf("back: %d from %q, %v", len(back.Members), back.Members[0].Name, err)
				}
				break
			}
			f.After = p.Members[len(p.Members)-1].ID
		}
		if !slices.Equal(got, all) {
			t.Errorf("%q", got)
		}
		h.sees("by e-mail", h.by, identity.MemberFilter{Text: "P07@granlia.example"}, "Person 07")
		h.sees("by phone", h.by, identity.MemberFilter{Text: "911 00 042"}, "Person 42")
		h.sees("by role", h.by, identity.MemberFilter{Role: identity.Administrator}, "Ingrid Moe")
		h.sees("by group with those below", h.by, identity.MemberFilter{GroupID: north.ID}, "Person 00", "Person 10", "Person 20", "Person 30", "Person 40", "Person 50")
		h.sees("by status", h.by, identity.MemberFilter{Status: identity.MemberSuspended})
		h.sees("by nothing that is", h.by, identity.MemberFilter{Text: "%_'", GroupID: "x", After: "y"})
	})
}

func TestORG5_AFilterOfManyGroupsShowsTheTopAndTheWayToOne(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		shown := func(by authz.Actor, chosen string) (out []string) {
			c, err := identity.FilterChoices(t.Context(), h.db, by, h.customer.ID, chosen)
			ok(t, err)
			for _, g := range c.Groups {
				out = append(out, fmt.Sprint(g.Depth, " ", g.Name))
			}
			return out
		}
		north, south := group(t, h.s, h.customer.ID, "", "Nord"), group(t, h.s, h.customer.ID, "", "Sør")
		yard := group(t, h.s, h.customer.ID, north.ID, "Verksted")
		paint := group(t, h.s, h.customer.ID, yard.ID, "Lakk")
		if got := shown(h.by, ""); !slices.Equal(got, []string{"0 Nord", "1 Verksted", "2 Lakk", "0 Sør"}) {
			t.Errorf("few: %q", got)
		}
		for i := range 40 {
			group(t, h.s, h.customer.ID, south.ID, fmt.Sprint("Lag ", i))
		}
		if got := shown(h.by, ""); !slices.Equal(got, []string{"0 Nord", "0 Sør"}) {
			t.Errorf("many: %q", got)
		}
		if got := shown(h.by, yard.ID); !slices.Equal(got, []string{"0 Nord", "1 Verksted", "2 Lakk", "0 Sør"}) {
			t.Errorf("the way to one: %q", got)
		}
		boss := h.hire("Nina Lund", "nina@granlia.example", identity.Manager)
		ok(t, h.edit(h.by, boss, func(e *identity.MemberEdit) { e.GroupID = yard.ID }))
		_, nina := h.signIn(t, "nina@granlia.example", password)
		if got := shown(nina, ""); !slices.Equal(got, []string{"0 Verksted", "1 Lakk"}) {
			t.Errorf("who leads one: %q", got)
		}
		if got := shown(nina, paint.ID); !slices.Equal(got, []string{"0 Verksted", "1 Lakk"}) {
			t.Errorf("who leads one and looks below: %q", got)
		}
	})
}

func TestORG5_WhoHasLeftIsToldFromWhoNeverWasThere(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		gone, paused := h.hire("Ola", "ola@granlia.example", identity.Buyer), h.hire("Per", "per@granlia.example", identity.Buyer)
		stranger := person(t, h.s, "Siv", "siv@fjell.example", "")
		ok(t, h.move(h.by, gone, identity.RemoveMember))
		ok(t, h.move(h.by, paused, identity.SuspendMember))
		left, err := identity.Left(t.Context(), h.db, h.customer.ID, []string{gone.PersonID, paused.PersonID, stranger.ID, h.ingrid.PersonID})
		if err != nil || len(left) != 2 || !left[gone.PersonID] || !left[paused.PersonID] {
			t.Errorf("%v, %v", left, err)
		}
	})
}
