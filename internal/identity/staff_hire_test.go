package identity_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/identity"
)

func TestORG8_ANewColleagueChoosesAPasswordByAMailedLink(t *testing.T) {
	eachFirm(t, func(t *testing.T, a *firm) {
		n := newcomer()
		n.Email, n.Name = " Ebba@Firm. example\u00a0", "  Ebba \t Lund "
		ebba, err := a.Hire(t.Context(), a.by, n)
		ok(t, err)
		ok(t, a.queue.Drain(t.Context()))
		if got := a.mails(t, "ebba@firm.example"); !slices.Equal(got, []string{"Välkommen till Fjordlås"}) {
			t.Fatalf("mails %v", got)
		}
		if c := a.find(a.by, ebba); c.Name != "Ebba Lund" || c.Email != "Ebba@Firm.example" || c.MaySignIn || c.Words(i18n.NB) != "Salg" {
			t.Errorf("%+v", c)
		}
		first := a.token(t, "ebba@firm.example")
		a.later(13 * 24 * time.Hour)
		if r, err := a.FindReset(t.Context(), first); err != nil || r.PersonID != ebba || r.L() != i18n.SV {
			t.Errorf("after 13 days: %+v %v", r, err)
		}
		a.later(2 * 24 * time.Hour)
		want(t, "after 15 days", a.ResetPassword(t.Context(), first, newPassword, "192.0.2.1"), "identity.reset.late")

		ok(t, a.Welcome(t.Context(), a.by, ebba))
		second := a.token(t, "ebba@firm.example")
		third := a.askReset(t, "ebba@firm.example") // the page behind a late link asks for another in this way
		want(t, "a link that another followed", a.ResetPassword(t.Context(), second, newPassword, "192.0.2.1"), "identity.reset.late")
		ok(t, a.ResetPassword(t.Context(), third, newPassword, "192.0.2.1"))
		_, by := a.signIn(t, "EBBA@firm.example ", newPassword)
		if by.Kind != authz.Staff || !by.May(identity.MayEditCustomers, authz.Place{}) || by.May(identity.MayEditStaff, authz.Place{}) {
			t.Errorf("%+v", by)
		}
		want(t, "a welcome to who is there", a.Welcome(t.Context(), a.by, ebba), "identity.colleague.moved_on")
		if a.events(t, "identity.staff.resend") != 1 || a.events(t, "identity.staff.add") != 2 {
			t.Error("not on record")
		}
	})
}

func TestORG8_AWelcomeIsNotSentWithoutEnd(t *testing.T) {
	eachFirm(t, func(t *testing.T, a *firm) {
		ebba, err := a.Hire(t.Context(), a.by, newcomer())
		ok(t, err)
		for range 5 {
			ok(t, a.Welcome(t.Context(), a.by, ebba))
		}
		want(t, "the sixth", a.Welcome(t.Context(), a.by, ebba), "identity.account.too_many")
	})
}

func TestORG6_WhatIsWrongWithANewColleagueIsSaidByField(t *testing.T) {
	eachFirm(t, func(t *testing.T, a *firm) {
		c := customer(t, a.people, association("Fjell"))
		lars := person(t, a.people, "Lars Dal", "lars@fjell.example", password)
		_, err := a.people.AddMember(t.Context(), root, c.ID, lars.ID, identity.Resident)
		ok(t, err)
		for _, tt := range []struct {
			name, field, code string
			change            func(n *identity.NewColleague)
		}{
			{"no name", "name", "identity.person.name", func(n *identity.NewColleague) { n.Name = " \t" }},
			{"a long name", "name", "identity.person.name", func(n *identity.NewColleague) { n.Name = strings.Repeat("å", 201) }},
			{"no address", "email", "identity.email", func(n *identity.NewColleague) { n.Email = "" }},
			{"half an address", "email", "identity.email", func(n *identity.NewColleague) { n.Email = "ebba@" }},
			{"letters for a phone", "phone", "identity.phone", func(n *identity.NewColleague) { n.Phone = "spør Ada" }},
			{"a language of nobody here", "language", "identity.language", func(n *identity.NewColleague) { n.Language = "xx" }},
			{"no role", "roles", "identity.colleague.no_role", func(n *identity.NewColleague) { n.Roles = nil }},
			{"a role there is not", "roles", "identity.role.unknown", func(n *identity.NewColleague) { n.Roles = []identity.StaffRole{"king"} }},
			{"one that is here", "email", "identity.colleague.already", func(n *identity.NewColleague) { n.Email = " ADA@firm.example" }},
			{"a customer's person", "email", "identity.colleague.member", func(n *identity.NewColleague) { n.Email = "Lars @Fjell.example" }},
		} {
			n := newcomer()
			tt.change(&n)
			_, err := a.Hire(t.Context(), a.by, n)
			if got := fault.FieldsOf(err)[tt.field]; got != tt.code || !i18n.HasCode(tt.code) {
				t.Errorf("%s: %q (%v)", tt.name, got, err)
			}
		}
		p, err := a.people.Colleagues(t.Context(), a.by, identity.StaffFilter{})
		if err != nil || p.Found != 1 || len(a.mails(t, "ebba@firm.example")) > 0 {
			t.Errorf("%d colleagues, %v", p.Found, err)
		}
	})
}

func TestORG6_OfTwoWhoAddTheSamePersonAtOnceOneIsToldThatTheyAreThere(t *testing.T) {
	eachFirm(t, func(t *testing.T, a *firm) {
		errs := make([]error, 6)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() {
				n := newcomer()
				n.Email = strings.Repeat(" ", i) + []string{"ebba", "EBBA"}[i%2] + "@firm.example"
				_, errs[i] = a.Hire(t.Context(), a.by, n)
			})
		}
		all.Wait()
		added := 0
		for _, err := range errs {
			if err == nil {
				added++
				continue
			}
			want(t, "the others", err, "identity.colleague.already")
		}
		if added != 1 || len(a.mails(t, "ebba@firm.example")) != 1 {
			t.Errorf("added %d times, %v", added, a.mails(t, "ebba@firm.example"))
		}
	})
}
