package identity_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/identity"
)

// staffTable lets administrators do all, and sales less.
type staffTable struct{ roles }

var allOfStaff = []authz.Permission{identity.MaySeeCustomers, identity.MayEditCustomers, identity.MayEditStaff}

func (staffTable) OfStaff(r identity.StaffRole) []authz.Permission {
	if r == identity.Admin {
		return allOfStaff
	}
	if r == identity.Sales {
		return []authz.Permission{identity.MaySeeCustomers, identity.MayEditCustomers}
	}
	return []authz.Permission{identity.MaySeeCustomers}
}

func (staffTable) All() (members, staff []authz.Permission) { return nil, allOfStaff }

// firm is a desk with an administrator, Ada, who acts.
type firm struct {
	*desk
	t   *testing.T
	ada identity.Person
	by  authz.Actor
}

func eachFirm(t *testing.T, f func(t *testing.T, a *firm)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := &firm{desk: openDesk(t, d), t: t}
		a.people.Roles, a.Firm = staffTable{}, "Fjordlås"
		a.ada = a.staff("Ada Lie", "ada@firm.example", identity.Admin)
		a.by = a.as(a.ada)
		f(t, a)
	})
}

// staff is a colleague who has chosen a password.
func (a *firm) staff(name, email string, roles ...identity.StaffRole) identity.Person {
	a.t.Helper()
	p := person(a.t, a.people, name, email, password)
	ok(a.t, a.people.AddStaff(a.t.Context(), root, p.ID, roles...))
	return p
}

// as is a colleague as their requests are.
func (a *firm) as(p identity.Person) authz.Actor {
	a.t.Helper()
	_, by := a.signIn(a.t, p.Email, password)
	return by
}

// ownRole is a role that Ada makes.
func (a *firm) ownRole(name string, may ...authz.Permission) identity.StaffRole {
	a.t.Helper()
	var rights []identity.Right
	for _, p := range may {
		rights = append(rights, identity.Right{May: p, Scope: authz.All})
	}
	r, err := a.people.SaveRole(a.t.Context(), a.by, "", identity.RoleEdit{Name: name, Rights: rights})
	ok(a.t, err)
	return identity.StaffRole(r.ID)
}

func (a *firm) find(by authz.Actor, personID string) identity.Colleague {
	a.t.Helper()
	c, err := a.people.Colleague(a.t.Context(), by, personID)
	ok(a.t, err)
	return c
}

// edit changes somebody's roles and nothing else.
func (a *firm) edit(by authz.Actor, personID string, roles ...identity.StaffRole) error {
	c := a.find(a.by, personID)
	return a.people.EditColleague(a.t.Context(), by, personID, identity.ColleagueEdit{Name: c.Name, Phone: c.Phone, Roles: roles, Version: c.Version})
}

func (a *firm) move(by authz.Actor, personID string, do identity.StaffAction) error {
	return a.people.MoveColleague(a.t.Context(), by, personID, do)
}

func newcomer() identity.NewColleague {
	return identity.NewColleague{Name: "Ebba Lund", Email: "ebba@firm.example", Phone: "+46 70 000 00 01", Language: "sv", Roles: []identity.StaffRole{identity.Sales}}
}

func TestORG6_NobodyGivesMoreThanTheyHaveNorTouchesWhoHasMore(t *testing.T) {
	eachFirm(t, func(t *testing.T, a *firm) {
		leader := a.ownRole("Vaktleder", identity.MayEditStaff, identity.MaySeeCustomers)
		guest := a.ownRole("Gjest", identity.MaySeeCustomers)
		bo := a.staff("Bo Moe", "bo@firm.example", identity.Production)
		per := a.staff("Per Dal", "per@firm.example", identity.Sales)
		kim := a.staff("Kim Ek", "kim@firm.example", identity.Production)
		ok(t, a.edit(a.by, bo.ID, identity.Production, leader))
		by := a.as(bo)

		want(t, "to see customers is his to give", a.edit(by, kim.ID, identity.Production, guest), "")
		if got := a.find(by, kim.ID).Words(i18n.NB); got != "Produksjon, Gjest" {
			t.Errorf("Kim is %q", got)
		}
		n := newcomer()
		_, err := a.Hire(t.Context(), by, n)
		want(t, "to change customers is not", err, "identity.role.too_much")
		want(t, "to somebody who is there", a.edit(by, kim.ID, identity.Production, identity.Admin), "identity.role.too_much")
		want(t, "through the program's own door", a.people.AddStaff(t.Context(), by, kim.ID, identity.Sales), "identity.role.too_much")
		for _, above := range []identity.Person{a.ada, per} {
			want(t, "edit "+above.Name, a.edit(by, above.ID, identity.Production), "identity.colleague.has_more")
			want(t, "suspend "+above.Name, a.move(by, above.ID, identity.SuspendStaff), "identity.colleague.has_more")
			want(t, "remove "+above.Name, a.move(by, above.ID, identity.RemoveStaff), "identity.colleague.has_more")
			if !a.find(by, above.ID).Above {
				t.Errorf("%s has more, and it is not said", above.Name)
			}
		}
		want(t, "himself", a.edit(by, bo.ID, identity.Production, leader, identity.Sales), "identity.role.too_much")
		for _, do := range []identity.StaffAction{identity.SuspendStaff, identity.RemoveStaff, identity.ReactivateStaff} {
			want(t, "himself: "+string(do), a.move(by, bo.ID, do), "identity.colleague.yourself")
		}
		want(t, "less for himself", a.edit(by, bo.ID, leader), "")

		for _, nobody := range []authz.Actor{{}, a.as(per), {ID: "key", Kind: authz.APIKey}} {
			_, err := a.people.Colleagues(t.Context(), nobody, identity.StaffFilter{})
			if !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.SignIn) {
				t.Errorf("%s lists staff: %v", nobody.Kind, err)
			}
			if err := a.move(nobody, kim.ID, identity.RemoveStaff); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.SignIn) {
				t.Errorf("%s removes: %v", nobody.Kind, err)
			}
		}
		for _, none := range []string{"", "x", person(t, a.people, "Ida Vik", "ida@fjell.example", "").ID} {
			want(t, "who is no colleague", a.move(a.by, none, identity.RemoveStaff), "identity.colleague.not_found")
		}
	})
}

func TestORG6_ARoleInUseIsNotDeletedAndOneThatIsGoneNotGiven(t *testing.T) {
	eachFirm(t, func(t *testing.T, a *firm) {
		guest := a.ownRole("Gjest", identity.MaySeeCustomers)
		kim := a.staff("Kim Ek", "kim@firm.example", identity.Production)
		var given, deleted error
		var both sync.WaitGroup
		both.Go(func() { given = a.edit(a.by, kim.ID, guest) })
		both.Go(func() { _, deleted = a.people.DeleteRole(t.Context(), a.by, "", string(guest)) })
		both.Wait()
		if (given == nil) == (deleted == nil) {
			t.Fatalf("given: %v, deleted: %v", given, deleted)
		}
		if given == nil {
			want(t, "deleting it", deleted, "identity.role.in_use")
		} else {
			want(t, "giving it", given, "identity.role.unknown")
		}
	})
}

func TestORG6_TheLastAdministratorStays(t *testing.T) {
	eachFirm(t, func(t *testing.T, a *firm) {
		other := a.staff("Odd Vik", "odd@firm.example", identity.Admin)
		by := a.as(other)
		ok(t, a.edit(by, a.ada.ID, identity.Sales))
		ebba := newcomer()
		ebba.Roles = []identity.StaffRole{identity.Admin}
		if _, err := a.Hire(t.Context(), by, ebba); err != nil { // she has yet to choose a password, and cannot run anything
			t.Fatal(err)
		}
		want(t, "to step down", a.edit(by, other.ID, identity.Sales), "identity.colleague.last_admin")
		system := authz.SystemActor(identity.MayEditStaff)
		for _, do := range []identity.StaffAction{identity.SuspendStaff, identity.RemoveStaff} {
			want(t, string(do), a.move(system, other.ID, do), "identity.colleague.last_admin")
		}
		ok(t, a.edit(by, a.ada.ID, identity.Sales, identity.Admin))
		want(t, "with two of them", a.edit(by, other.ID, identity.Sales), "")
	})
}

func TestORG6_TwoAdministratorsDoNotRemoveEachOtherAtOnce(t *testing.T) {
	for _, do := range []identity.StaffAction{identity.RemoveStaff, identity.SuspendStaff, "demote"} {
		t.Run(string(do), func(t *testing.T) {
			eachFirm(t, func(t *testing.T, a *firm) {
				people := []identity.Person{a.ada}
				for i := range 3 {
					people = append(people, a.staff("Odd Vik", fmt.Sprintf("odd%d@firm.example", i), identity.Admin))
				}
				actors := make([]authz.Actor, len(people))
				for i, p := range people {
					actors[i] = a.as(p)
				}
				versions := make([]int64, len(people))
				for i, p := range people {
					versions[i] = a.find(a.by, p.ID).Version
				}
				errs := make([]error, len(people))
				var all sync.WaitGroup
				for i := range people {
					all.Go(func() {
						whom := (i + 1) % len(people)
						if do == "demote" {
							errs[i] = a.people.EditColleague(t.Context(), actors[i], people[whom].ID, identity.ColleagueEdit{
								Name: people[whom].Name, Roles: []identity.StaffRole{identity.Sales}, Version: versions[whom],
							})
							return
						}
						errs[i] = a.move(actors[i], people[whom].ID, do)
					})
				}
				all.Wait()
				refused := 0
				for _, err := range errs {
					if err != nil {
						refused++
						want(t, "the last", err, "identity.colleague.last_admin")
					}
				}
				left, err := db.One[int64](t.Context(), a.people.DB, `
					SELECT count(*) FROM staff_roles r JOIN people p ON p.id = r.person_id WHERE r.role = 'admin' AND p.status = 'active'`)
				if err != nil || left != 1 || refused != 1 {
					t.Errorf("%d administrators are left and %d were refused, %v", left, refused, err)
				}
			})
		})
	}
}

func TestORG6_ASuspendedColleagueIsOutAndComesBackAndARemovedOneStaysAPerson(t *testing.T) {
	eachFirm(t, func(t *testing.T, a *firm) {
		kim := a.staff("Kim Ek", "kim@firm.example", identity.Production)
		token, _ := a.signIn(t, kim.Email, password)
		ok(t, a.move(a.by, kim.ID, identity.SuspendStaff))
		if a.alive(t, token) != "-" {
			t.Error("the open session goes on")
		}
		_, err := a.people.SignIn(t.Context(), attempt(kim.Email, password))
		want(t, "to sign in", err, "identity.sign_in.wrong")
		want(t, "twice", a.move(a.by, kim.ID, identity.SuspendStaff), "identity.colleague.moved_on")
		ok(t, a.move(a.by, kim.ID, identity.ReactivateStaff))
		want(t, "twice", a.move(a.by, kim.ID, identity.ReactivateStaff), "identity.colleague.moved_on")
		if a.alive(t, token) != "-" {
			t.Error("the session of before is open again")
		}
		token, by := a.signIn(t, kim.Email, password)
		if !by.May(identity.MaySeeCustomers, authz.Place{}) {
			t.Error("the roles are gone")
		}
		reset := a.askReset(t, kim.Email)
		ok(t, a.move(a.by, kim.ID, identity.SuspendStaff))
		ok(t, a.move(a.by, kim.ID, identity.RemoveStaff))
		want(t, "a link from before", a.ResetPassword(t.Context(), reset, newPassword, "192.0.2.1"), "identity.reset.late")
		if _, err := identity.PersonByID(t.Context(), a.people.DB, kim.ID); err != nil || a.alive(t, token) != "-" {
			t.Errorf("the person, %v", err)
		}
		if _, by = a.signIn(t, kim.Email, password); by.Kind != authz.Person || len(by.Grants) > 0 {
			t.Errorf("who was removed may %+v", by)
		}
		want(t, "once more", a.move(a.by, kim.ID, identity.RemoveStaff), "identity.colleague.not_found")

		n := newcomer()
		n.Name, n.Email, n.Phone = "Kim Ek Lie", "KIM@firm.example", ""
		again, err := a.Hire(t.Context(), a.by, n)
		ok(t, err)
		if got := a.mails(t, kim.Email); again != kim.ID || got[len(got)-1] != "Velkommen til Fjordlås" {
			t.Errorf("hired again as %s, mails %v", again, got)
		}
		if c := a.find(a.by, kim.ID); c.Name != "Kim Ek Lie" || !c.MaySignIn || c.Language != "nb" {
			t.Errorf("%+v", c)
		}
		for name, n := range map[string]int64{"suspend": 2, "reactivate": 1, "remove": 1} {
			if a.events(t, "identity.staff."+name) != n || !i18n.HasCode("identity.staff."+name) {
				t.Errorf("%s is on record %d times", name, a.events(t, "identity.staff."+name))
			}
		}
	})
}

func TestORG6_AChangeOfRolesWorksAtTheNextRequestAndIsOnRecord(t *testing.T) {
	eachFirm(t, func(t *testing.T, a *firm) {
		kim := a.staff("Kim Ek", "kim@firm.example", identity.Production)
		token, by := a.signIn(t, kim.Email, password)
		seen := a.find(a.by, kim.ID)
		e := identity.ColleagueEdit{Name: " Kim  Ek Lie", Phone: "+47 400 00 001", Roles: []identity.StaffRole{identity.Sales, identity.Sales}, Version: seen.Version}
		ok(t, a.people.EditColleague(t.Context(), a.by, kim.ID, e))
		if now := a.actor(t, token); by.May(identity.MayEditCustomers, authz.Place{}) || !now.May(identity.MayEditCustomers, authz.Place{}) {
			t.Errorf("before %+v, after %+v", by, now)
		}
		if c := a.find(a.by, kim.ID); c.Name != "Kim Ek Lie" || c.Phone != e.Phone || c.Words(i18n.EN) != "Sales" {
			t.Errorf("%+v", c)
		}
		want(t, "with what was seen before", a.people.EditColleague(t.Context(), a.by, kim.ID, e), "identity.colleague.changed")
		e.Version = a.find(a.by, kim.ID).Version
		ok(t, a.people.EditColleague(t.Context(), a.by, kim.ID, e))
		data, err := db.One[string](t.Context(), a.people.DB, `SELECT CAST(data AS TEXT) FROM events WHERE name = 'identity.staff.edit'`) // saving the same is nothing new
		if err != nil || !strings.Contains(data, "sales") || strings.Contains(data, "Lie") || strings.Contains(data, "400") {
			t.Errorf("%s, %v", data, err)
		}
	})
}

func TestORG6_ColleaguesAreListedByNameAndFound(t *testing.T) {
	eachFirm(t, func(t *testing.T, a *firm) {
		for i := range 30 {
			p := person(t, a.people, fmt.Sprintf("Åse %02d Dal", i), fmt.Sprintf("aase%d@firm.example", i), "")
			ok(t, a.people.AddStaff(t.Context(), root, p.ID, identity.Production))
		}
		person(t, a.people, "Ingrid Moe", "ingrid@fjell.example", "")
		list := func(f identity.StaffFilter) (names []string, p identity.StaffPage) {
			p, err := a.people.Colleagues(t.Context(), a.by, f)
			ok(t, err)
			for _, c := range p.Colleagues {
				names = append(names, c.Name)
			}
			return names, p
		}
		first, p := list(identity.StaffFilter{})
		if len(first) != identity.PageSize || p.Found != 31 || p.Prev || !p.Next || !slices.Contains(first, "Ada Lie") {
			t.Errorf("first page %v of %d", first, p.Found)
		}
		second, q := list(identity.StaffFilter{After: p.Colleagues[len(first)-1].ID})
		if len(second) != 31-identity.PageSize || !q.Prev || q.Next || second[len(second)-1] != "Åse 29 Dal" {
			t.Errorf("second page %v", second)
		}
		if back, r := list(identity.StaffFilter{Before: q.Colleagues[0].ID}); !slices.Equal(back, first) || r.Prev || !r.Next {
			t.Errorf("back is %v", back)
		}
		for text, n := range map[string]int{"dal åse 07": 1, "aase7@firm": 1, "ingrid": 0, "li": 1, "%": 31, "ada lie x": 0} {
			if _, p := list(identity.StaffFilter{Text: text}); p.Found != n {
				t.Errorf("%q finds %d, not %d", text, p.Found, n)
			}
		}
		if _, p := list(identity.StaffFilter{After: "gone", Before: "\x00"}); len(p.Colleagues) != identity.PageSize {
			t.Errorf("beside a row that is gone there are %d", len(p.Colleagues))
		}
		if _, p := list(identity.StaffFilter{Text: "ada"}); p.Colleagues[0].SeenAt == nil || !p.Colleagues[0].Themselves {
			t.Errorf("%+v", p.Colleagues[0])
		}
	})
}
