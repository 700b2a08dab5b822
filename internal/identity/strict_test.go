package identity_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/identity"
)

// unseen is signs that nobody sees in an address, and programs that copy text leave behind.
var unseen = []string{"\u2003", "\ufeff", "\u200c", "\u00ad", "\u2060", "\u3000", "\u0085"}

func TestORG4_AnAddressIsOnePersonWhateverCannotBeSeenInIt(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		first := h.added("magnus.lunde@granlia.example", nil)
		var rows []identity.ImportRow
		for i, sign := range unseen {
			typed := "magnus" + sign + ".lunde" + sign + "@granlia.example"
			_, err := h.add(typed, nil)
			if got := fault.FieldsOf(err)["email"]; got != "identity.member.already_invited" {
				t.Errorf("with %U: %v", []rune(sign), err)
			}
			rows = append(rows, identity.ImportRow{Number: int64(2 + i), Email: fmt.Sprintf("ny%d%s@granlia.example", i, sign), Role: "buyer"})
		}
		imported, err := h.s.StartImport(t.Context(), h.by, h.customer.ID, rows)
		ok(t, err)
		ok(t, h.s.ConfirmImport(t.Context(), h.by, h.customer.ID, imported))
		for i := range rows {
			h.sees("imported", h.by, identity.MemberFilter{Text: fmt.Sprintf("ny%d", i)}, fmt.Sprintf("ny%d@granlia.example", i))
		}
		for _, typed := range []string{"magnus.lunde@granlia.example\u2003", "\ufeffMAGNUS.lunde@granlia.example"} {
			if p, err := identity.PersonByEmail(t.Context(), h.db, typed); err != nil || p.ID != first.PersonID {
				t.Errorf("%q: %v", typed, err)
			}
		}
	})
}

func TestORG4_AnAddressInOtherLettersIsRefusedEverywhere(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		for _, typed := range []string{"ｍagnus@granlia.example", "m\u0430gnus@granlia.example", "magnus@gr\u00e5lia.example", "magnus\u115f@granlia.example"} {
			_, err := h.add(typed, nil)
			if got := fault.FieldsOf(err)["email"]; got != "identity.email" {
				t.Errorf("added %q: %v", typed, err)
			}
			_, err = h.s.CreatePerson(t.Context(), root, identity.NewPerson{Name: "M", Email: typed, Language: i18n.NB})
			if got := fault.FieldsOf(err)["email"]; got != "identity.email" {
				t.Errorf("made %q: %v", typed, err)
			}
			err = h.AskEmail(t.Context(), h.by, identity.NewEmail{Email: typed, Password: password, Address: "192.0.2.1"})
			if got := fault.FieldsOf(err)["email"]; got != "identity.email" {
				t.Errorf("asked for %q: %v", typed, err)
			}
		}
	})
}

func TestORG6_AColleaguesAddressIsCleanedBeforeItIsKept(t *testing.T) {
	eachFirm(t, func(t *testing.T, a *firm) {
		n := newcomer()
		n.Email = "ebba\u2003@firm.example\ufeff"
		personID, err := a.Hire(t.Context(), a.by, n)
		ok(t, err)
		if c := a.find(a.by, personID); c.Email != "ebba@firm.example" {
			t.Errorf("%q", c.Email)
		}
		_, err = a.Hire(t.Context(), a.by, n)
		want(t, "twice", err, "identity.colleague.already")
	})
}

func TestORG4_NoMailboxIsFilledByInvitingAndWithdrawing(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		var m identity.Member
		for range 5 {
			m = h.added("kari@granlia.example", nil)
			ok(t, h.move(h.by, m, identity.WithdrawMember))
		}
		_, err := h.add("kari@granlia.example", nil)
		want(t, "a sixth time", err, "identity.invitation.too_many")
		if h.member(m.ID).Status != identity.MemberRemoved || len(h.mails(t, "kari@granlia.example")) != 5 {
			t.Errorf("%s, %d mails", h.member(m.ID).Status, len(h.mails(t, "kari@granlia.example")))
		}
		imported, err := h.s.StartImport(t.Context(), h.by, h.customer.ID, []identity.ImportRow{
			{Number: 2, Email: "kari@granlia.example", Role: "buyer"}, {Number: 3, Email: "ola@granlia.example", Role: "buyer"},
		})
		ok(t, err)
		ok(t, h.s.ConfirmImport(t.Context(), h.by, h.customer.ID, imported))
		i, err := h.s.ReadImport(t.Context(), h.by, h.customer.ID, imported)
		if err != nil || !slices.Equal(i.Rows[0].Reasons, []string{"identity.invitation.too_many"}) || len(i.Rows[1].Reasons) > 0 {
			t.Errorf("%+v, %v", i.Rows, err)
		}
		if len(h.mails(t, "kari@granlia.example")) != 5 || len(h.mails(t, "ola@granlia.example")) != 1 {
			t.Error("an import goes round the limit")
		}
		h.later(61 * time.Minute)
		h.added("kari@granlia.example", nil)
	})
}

func TestORG4_ACustomerInvitesOnlySoManyInADay(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		h.added("kari@granlia.example", nil)
		ok(t, h.db.InTx(t.Context(), func(tx *db.Tx) error {
			n, err := tx.Exec(t.Context(), `UPDATE limits SET hits = 6000 WHERE key = $1`, "invitations:"+h.customer.ID)
			if n != 1 {
				t.Errorf("%d limits", n)
			}
			return err
		}))
		_, err := h.add("ola@granlia.example", nil)
		want(t, "one more", err, "identity.invitation.too_many")
		h.later(24 * time.Hour)
		h.added("ola@granlia.example", nil)
	})
}

func TestORG4_NobodysMailCarriesAStrangersLink(t *testing.T) {
	const code = "identity.no_links"
	eachShop(t, func(t *testing.T, h *shop) {
		waits := h.added("kari@granlia.example", nil)
		mine, err := identity.FindProfile(t.Context(), h.db, root, h.customer.ID)
		ok(t, err)
		for _, bait := range []string{"Vinn på https://ond.example", "www.ond.example", "Se ond.example/vinn"} {
			_, err := h.add("per@granlia.example", named("Per", bait))
			want(t, "adding", err, code)
			_, err = h.add("per@granlia.example", named(bait, "Lie"))
			want(t, "adding", err, code)
			c := completion()
			c.Last = bait
			_, err = h.s.CompleteInvitation(t.Context(), h.token(t, "kari@granlia.example"), c)
			want(t, "completing", err, code)
			want(t, "one's own name", h.SaveProfile(t.Context(), h.by, identity.OwnProfile{Name: bait, Language: "nb", Scheme: "auto"}), code)
			e := mine.Edit()
			e.Name = bait
			_, err = h.s.EditCompany(t.Context(), chief(h.customer.ID), h.customer.ID, e)
			want(t, "the company", err, code)
			_, err = h.s.SaveGroup(t.Context(), h.by, h.customer.ID, identity.GroupEdit{Name: bait})
			want(t, "a group", err, code)
			_, err = h.s.SaveRole(t.Context(), chief(h.customer.ID), h.customer.ID, identity.RoleEdit{Name: bait, Rights: []identity.Right{{May: see, Scope: authz.Customer}}})
			if got := fault.FieldsOf(err)["name"]; got != code {
				t.Errorf("a role: %v", err)
			}
		}
		if h.member(waits.ID).Status != identity.MemberInvited || !i18n.HasCode(code) {
			t.Error("completed all the same")
		}
	})
}

func TestORG5_TheLastAdministratorWhoCanSignInStays(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		staff := authz.Actor{ID: "siv", Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: []authz.Permission{see, edit, identity.MaySeePeople}}}}
		admin := func(n *identity.NewMember) { n.First, n.Last, n.Role = "Per", "Lie", identity.Administrator }
		waits := h.added("per@granlia.example", admin) // active by name, without a password
		wrong := h.added("feil@granlia.example", admin)
		hired := h.hire("Siv Fjord", "siv@firm.example", identity.Administrator)
		ok(t, h.s.AddStaff(t.Context(), root, hired.PersonID, identity.Sales))
		want(t, "others cannot sign in, or act as staff", h.move(staff, h.ingrid, identity.RemoveMember), "identity.member.last_administrator")
		err := h.edit(staff, h.ingrid, func(e *identity.MemberEdit) { e.Role = identity.Buyer })
		want(t, "demoted", err, "identity.member.last_administrator")
		want(t, "one who never could decide may go", h.move(staff, wrong, identity.RemoveMember), "")
		who, err := identity.Administrators(t.Context(), h.db, h.customer.ID)
		if err != nil || len(who) != 1 || who[0].ID != h.ingrid.PersonID {
			t.Errorf("asked are %+v, %v", who, err)
		}
		_, err = h.s.CompleteInvitation(t.Context(), h.token(t, "per@granlia.example"), completion())
		want(t, "an invitation that is active and not completed opens", err, "")
		want(t, "with another who can", h.move(staff, h.ingrid, identity.RemoveMember), "")
		want(t, "now it is that one", h.move(staff, waits, identity.RemoveMember), "identity.member.last_administrator")
	})
}

func TestORG6_WhoIsHiredIsNoLongerInvitedByCustomers(t *testing.T) {
	eachFirm(t, func(t *testing.T, a *firm) {
		s := a.people
		s.Mail, s.Links = a.Mail, a.Links
		c := customer(t, s, association("Fjell"))
		boss := authz.SystemActor(identity.MaySeeCustomers, identity.MaySeePeople, identity.MayEditPeople)
		m, err := s.Add(t.Context(), boss, c.ID, identity.NewMember{Email: "ebba@firm.example", Role: identity.Administrator, Language: i18n.SV})
		ok(t, err)
		token := a.token(t, "ebba@firm.example")
		personID, err := a.Hire(t.Context(), a.by, newcomer())
		ok(t, err)
		got, err := identity.MemberByID(t.Context(), s.DB, m.ID)
		if err != nil || got.Status != identity.MemberRemoved || a.events(t, "identity.member.withdraw") != 1 {
			t.Errorf("%+v, %v, %d events", got, err, a.events(t, "identity.member.withdraw"))
		}
		_, err = s.CompleteInvitation(t.Context(), token, completion())
		want(t, "the old link", err, "identity.invitation.over")
		if p, err := identity.PersonByID(t.Context(), s.DB, personID); err != nil || p.Name != "Ebba Lund" {
			t.Errorf("%+v, %v", p, err)
		}
	})
}

func TestORG6_WhoAcceptsWhileBeingHiredIsOneOrTheOther(t *testing.T) {
	eachFirm(t, func(t *testing.T, a *firm) {
		s := a.people
		s.Mail, s.Links = a.Mail, a.Links
		c := customer(t, s, association("Fjell"))
		for round := range 4 {
			n := newcomer()
			n.Email = fmt.Sprintf("ebba%d@firm.example", round)
			person(t, s, "Ebba Lund", n.Email, password)
			m, err := s.Add(t.Context(), root, c.ID, identity.NewMember{Email: n.Email, Role: identity.Administrator, Language: i18n.SV})
			ok(t, err)
			token := a.token(t, n.Email)
			_, by := a.signIn(t, n.Email, password)
			var all sync.WaitGroup
			var hired, accepted error
			all.Go(func() { _, hired = a.Hire(t.Context(), a.by, n) })
			all.Go(func() { accepted = s.AcceptSignedIn(t.Context(), by, "x", token) })
			all.Wait()
			got, err := identity.MemberByID(t.Context(), s.DB, m.ID)
			ok(t, err)
			if (hired == nil) == (accepted == nil) || (hired == nil) != (got.Status == identity.MemberRemoved) {
				t.Errorf("%v, %v: %s", hired, accepted, got.Status)
			}
		}
	})
}

func TestORG6_StaffAcceptNoInvitation(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		per := person(t, h.s, "Per Lie", "per@firm.example", password)
		m := h.added("per@firm.example", func(n *identity.NewMember) { n.Role = identity.Administrator })
		token := h.token(t, "per@firm.example")
		ok(t, h.s.AddStaff(t.Context(), root, per.ID, identity.Sales))
		_, err := h.s.AcceptWithPassword(t.Context(), token, identity.Attempt{Password: password})
		want(t, "staff accept", err, "identity.invitation.over")
		cookie, by := h.signIn(t, "per@firm.example", password)
		_, v, err := h.s.Authenticate(t.Context(), cookie)
		ok(t, err)
		by.Kind = authz.Person // as the session was when the page was opened
		want(t, "staff accept signed in", h.s.AcceptSignedIn(t.Context(), by, v.SessionID, token), "identity.invitation.over")
		if got := h.member(m.ID).Status; got != identity.MemberInvited || h.state(token) != identity.InvitationPaused {
			t.Errorf("%s, %s", got, h.state(token))
		}
	})
}

func TestORG5_MovingAGroupDoesNotWidenWhatTheMoverReaches(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		c := customer(t, s, association("Fjellheim"))
		mine, food := group(t, s, c.ID, "", "Bygg"), group(t, s, c.ID, "", "Mat og drikke")
		below := group(t, s, c.ID, mine.ID, "Maler")
		by := authz.Actor{ID: "nina", Kind: authz.Person, Grants: []authz.Grant{
			{Scope: authz.Customer, ID: c.ID, Customer: c.ID, May: []authz.Permission{identity.MaySeeCustomers, identity.MayEditGroups}},
			{Scope: authz.Group, ID: mine.ID, IDs: []string{mine.ID, below.ID}, Customer: c.ID, May: []authz.Permission{identity.MaySeePeople}},
		}}
		move := func(g identity.Group, parentID string) error {
			_, err := s.SaveGroup(t.Context(), by, c.ID, identity.GroupEdit{ID: g.ID, ParentID: parentID, Name: g.Name, Version: g.Version})
			return err
		}
		for name, to := range map[string]string{"under her own": mine.ID, "further down": below.ID} {
			err := move(food, to)
			if got := fault.FieldsOf(err)["parent"]; got != "identity.group.too_much" || !i18n.HasCode(got) {
				t.Errorf("%s: %v", name, err)
			}
		}
		blocked := by
		blocked.Grants = by.Grants[:1]
		blocked.Withheld = []authz.Withheld{{Grant: by.Grants[1], Reason: authz.CustomerBlock}}
		_, err := s.SaveGroup(t.Context(), blocked, c.ID, identity.GroupEdit{ID: food.ID, ParentID: mine.ID, Name: food.Name, Version: food.Version})
		want(t, "what is withheld for now counts", err, "identity.group.too_much")
		ok(t, move(below, food.ID)) // out of reach is hers to give away
		_, err = s.SaveGroup(t.Context(), by, c.ID, identity.GroupEdit{ParentID: mine.ID, Name: "Ny"})
		want(t, "a new one, with nobody in it", err, "")
		_, err = s.SaveGroup(t.Context(), chief(c.ID), c.ID, identity.GroupEdit{ID: food.ID, ParentID: mine.ID, Name: food.Name, Version: food.Version})
		want(t, "whoever reaches it all", err, "")
	})
}
