package identity_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/fault"
	"skranke/internal/identity"
)

// bench is roles whose permissions can be put into roles of an own making.
type bench struct{ roles }

func (bench) All() (members, staff []authz.Permission) {
	return []authz.Permission{identity.MaySeeCustomers, identity.MayEditCompany, identity.MaySeePeople, identity.MayEditGroups, identity.MayEditRoles},
		[]authz.Permission{identity.MaySeeCustomers, identity.MayEditStaff, identity.MayReview}
}

func roleService(d *db.DB) *identity.Service {
	s := service(d)
	s.Roles = bench{}
	return s
}

func right(p authz.Permission, scope authz.Scope) identity.Right {
	return identity.Right{May: p, Scope: scope}
}

func TestORG6_ARoleOfAnOwnMakingIsMadeChangedAndDeleted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := roleService(d)
		c := customer(t, s, association("Fjellheim"))
		by := chief(c.ID)
		r, err := s.SaveRole(t.Context(), by, c.ID, identity.RoleEdit{Name: " Lagersjef ", Rights: []identity.Right{
			right(identity.MayEditGroups, authz.Self), right(identity.MaySeeCustomers, authz.Customer), right(identity.MayEditGroups, authz.Group),
		}})
		if err != nil || r.Name != "Lagersjef" || fmt.Sprint(r.Rights.V) != "[{customers.see customer} {groups.edit group}]" {
			t.Fatalf("%+v, %v", r, err)
		}
		p := person(t, s, "Ingrid Moe", "ingrid@fjell.example", password)
		m, err := s.AddMember(t.Context(), root, c.ID, p.ID, identity.Buyer)
		hold(t, d, must(t, m, err).ID, r.ID)
		e := identity.RoleEdit{ID: r.ID, Name: "Lagersjef", Version: 1, Rights: []identity.Right{right(identity.MaySeeCustomers, authz.Customer), right(identity.MayEditCompany, authz.Customer)}}
		session, err := s.SignIn(t.Context(), identity.Attempt{Email: p.Email, Password: password})
		session = must(t, session, err)
		if r, err = s.SaveRole(t.Context(), by, c.ID, e); err != nil || r.Version != 2 {
			t.Fatalf("%+v, %v", r, err)
		}
		actor, _, err := s.Authenticate(t.Context(), session.Token)
		if at := (authz.Place{Customer: c.ID}); err != nil || !actor.May(identity.MayEditCompany, at) || actor.May(identity.MayEditGroups, at) {
			t.Errorf("the change does not count on the next request: %+v, %v", actor, err)
		}
		if data := told(t, d, "identity.own_role.edit"); data != `{"added":["company.edit:customer"],"removed":["groups.edit:group"]}` {
			t.Error(data)
		}
		if n, err := s.DeleteRole(t.Context(), by, c.ID, r.ID); n != 1 || fault.CodeOf(err) != "identity.role.in_use" {
			t.Errorf("a role in use: %d, %v", n, err)
		}
		if all, err := identity.OwnRoles(t.Context(), d, by, c.ID); err != nil || len(all) != 1 || all[0].Holders != 1 {
			t.Errorf("%+v, %v", all, err)
		}
		hold(t, d, m.ID, string(identity.Buyer))
		if _, err := s.DeleteRole(t.Context(), by, c.ID, r.ID); err != nil {
			t.Error(err)
		}
		if _, err := s.DeleteRole(t.Context(), by, c.ID, r.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("deleted twice: %v", err)
		}
	})
}

func hold(t *testing.T, d *db.DB, memberID, role string) {
	t.Helper()
	err := d.InTx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE members SET role = $1 WHERE id = $2`, role, memberID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestORG6_ARoleIsRefusedForItsNameAndForWhatCannotBeGiven(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := roleService(d)
		c, other := customer(t, s, association("Fjellheim")), customer(t, s, association("Utsikten"))
		see := []identity.Right{right(identity.MaySeeCustomers, authz.Customer)}
		made, err := s.SaveRole(t.Context(), chief(c.ID), c.ID, identity.RoleEdit{Name: "Lagersjef", Rights: see})
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			name, field, code string
			e                 identity.RoleEdit
		}{
			{"no name", "name", "identity.role.name", identity.RoleEdit{Rights: see}},
			{"a long name", "name", "identity.too_long", identity.RoleEdit{Name: strings.Repeat("ø", 81), Rights: see}},
			{"a name that is taken", "name", "identity.role.name_taken", identity.RoleEdit{Name: " LAGERSJEF", Rights: see}},
			{"the name of a ready-made role", "name", "identity.role.name_taken", identity.RoleEdit{Name: "administratör", Rights: see}},
			{"nothing", "rights", "identity.role.rights", identity.RoleEdit{Name: "Tom"}},
			{"a right of the staff", "rights", "identity.role.rights_unknown", identity.RoleEdit{Name: "Sjef", Rights: []identity.Right{right(identity.MayReview, authz.Customer)}}},
			{"a right that reaches everywhere", "rights", "identity.role.rights_unknown", identity.RoleEdit{Name: "Sjef", Rights: []identity.Right{right(identity.MaySeeCustomers, authz.All)}}},
			{"more than the maker has", "rights", "identity.role.too_much", identity.RoleEdit{Name: "Sjef", Rights: []identity.Right{right(identity.MaySeePeople, authz.Self)}}},
		} {
			if _, err := s.SaveRole(t.Context(), chief(c.ID), c.ID, tt.e); fault.FieldsOf(err)[tt.field] != tt.code {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
		if _, err := s.SaveRole(t.Context(), chief(other.ID), other.ID, identity.RoleEdit{ID: made.ID, Name: "Vår", Rights: see, Version: 1}); !fault.Is(err, fault.NotFound) {
			t.Errorf("another customer's role: %v", err)
		}
		if _, err := s.SaveRole(t.Context(), chief(c.ID), c.ID, identity.RoleEdit{ID: made.ID, Name: "Ny", Rights: see, Version: 4}); fault.CodeOf(err) != "identity.role.changed" {
			t.Errorf("an old version: %v", err)
		}
		if _, err := s.SaveRole(t.Context(), chief(other.ID), other.ID, identity.RoleEdit{Name: "Lagersjef", Rights: see}); err != nil {
			t.Errorf("the same name at another customer: %v", err)
		}
	})
}

func TestORG6_NobodyChangesARoleThatAllowsMoreThanTheyHave(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := roleService(d)
		c := customer(t, s, association("Fjellheim"))
		boss := chief(c.ID)
		boss.Grants[0].May = append(boss.Grants[0].May, identity.MaySeePeople)
		big, err := s.SaveRole(t.Context(), boss, c.ID, identity.RoleEdit{Name: "Sjef", Rights: []identity.Right{right(identity.MaySeePeople, authz.Customer)}})
		if err != nil {
			t.Fatal(err)
		}
		small := identity.RoleEdit{ID: big.ID, Name: "Sjef", Version: 1, Rights: []identity.Right{right(identity.MaySeeCustomers, authz.Customer)}}
		if _, err := s.SaveRole(t.Context(), chief(c.ID), c.ID, small); fault.CodeOf(err) != "identity.role.above" {
			t.Errorf("a role above was emptied: %v", err)
		}
		if _, err := s.DeleteRole(t.Context(), chief(c.ID), c.ID, big.ID); fault.CodeOf(err) != "identity.role.above" {
			t.Errorf("a role above was deleted: %v", err)
		}
		part := chief(c.ID)
		part.Grants = append(part.Grants, authz.Grant{Scope: authz.Group, ID: "g", Customer: c.ID, May: []authz.Permission{identity.MaySeePeople}})
		_, err = s.SaveRole(t.Context(), part, c.ID, identity.RoleEdit{Name: "Gruppeleder", Rights: []identity.Right{right(identity.MaySeePeople, authz.Group)}})
		if fault.FieldsOf(err)["rights"] != "identity.role.too_much" {
			t.Errorf("who leads one group gave what reaches any: %v", err)
		}
	})
}

func TestORG6_RolesOfTheOperatorsStaff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := roleService(d)
		admin := authz.Actor{ID: "ann", Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: []authz.Permission{identity.MayEditStaff, identity.MaySeeCustomers, identity.MayEditRoles}}}}
		see := []identity.Right{right(identity.MaySeeCustomers, authz.All)}
		r, err := s.SaveRole(t.Context(), admin, "", identity.RoleEdit{Name: "Vikar", Rights: see})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.SaveRole(t.Context(), admin, "", identity.RoleEdit{Name: "Dommer", Rights: []identity.Right{right(identity.MayReview, authz.All)}}); fault.FieldsOf(err)["rights"] != "identity.role.too_much" {
			t.Errorf("more than the maker has: %v", err)
		}
		if _, err := s.SaveRole(t.Context(), admin, "", identity.RoleEdit{Name: "Halv", Rights: []identity.Right{right(identity.MaySeeCustomers, authz.Customer)}}); fault.FieldsOf(err)["rights"] != "identity.role.rights_unknown" {
			t.Errorf("a right within a customer: %v", err)
		}
		c := customer(t, s, association("Fjellheim"))
		for name, by := range map[string]authz.Actor{"a customer's chief": chief(c.ID), "staff without the right": {ID: "bo", Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: []authz.Permission{identity.MayEditRoles}}}}} {
			if _, err := s.SaveRole(t.Context(), by, "", identity.RoleEdit{Name: "Ny", Rights: see}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", name, err)
			}
			if all, err := identity.OwnRoles(t.Context(), d, by, ""); err != nil || len(all) != 0 {
				t.Errorf("%s reads %v, %v", name, all, err)
			}
		}
		p := person(t, s, "Siv Berg", "siv@laas.example", "")
		if err := d.InTx(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO staff_roles (person_id, role) VALUES ($1, $2)`, p.ID, r.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if n, err := s.DeleteRole(t.Context(), admin, "", r.ID); n != 1 || fault.CodeOf(err) != "identity.role.in_use" {
			t.Errorf("a role in use: %d, %v", n, err)
		}
		if _, err := s.DeleteRole(t.Context(), chief(c.ID), c.ID, r.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a customer deletes a role of the staff: %v", err)
		}
	})
}

func TestORG6_OfRolesMadeAtOnceUnderOneNameOneStands(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := roleService(d)
		c := customer(t, s, association("Fjellheim"))
		admin := authz.Actor{ID: "ann", Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: []authz.Permission{identity.MayEditStaff, identity.MaySeeCustomers}}}}
		for _, try := range []struct {
			by    authz.Actor
			at    string
			scope authz.Scope
		}{{chief(c.ID), c.ID, authz.Customer}, {admin, "", authz.All}} {
			var made atomic.Int64
			var all sync.WaitGroup
			for range 6 {
				all.Go(func() {
					_, err := s.SaveRole(t.Context(), try.by, try.at, identity.RoleEdit{Name: "Vikar", Rights: []identity.Right{right(identity.MaySeeCustomers, try.scope)}})
					if err == nil {
						made.Add(1)
					} else if fault.FieldsOf(err)["name"] != "identity.role.name_taken" {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if made.Load() != 1 {
				t.Errorf("%d roles of one name at %q", made.Load(), try.at)
			}
		}
	})
}
