package identity_test

import (
	"testing"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/identity"
)

const decide, see, edit authz.Permission = "approval.decide", identity.MaySeeCustomers, identity.MayEditPeople

// wholeRoles gives administrators three rights, one of which is the customer's alone and a new obligation.
type wholeRoles struct{ roles }

func (wholeRoles) OfStaff(r identity.StaffRole) []authz.Permission {
	if r == identity.Technician {
		return []authz.Permission{see, identity.MaySeePeople}
	}
	if r == identity.Sales {
		return []authz.Permission{see, identity.MaySeePeople, identity.MayStandIn}
	}
	return []authz.Permission{see, edit, identity.MaySeePeople, identity.MayStandIn, decide}
}

func (wholeRoles) OfMember(r identity.Role) []identity.Right {
	if r != identity.Administrator {
		return []identity.Right{{May: see, Scope: authz.Customer}, {May: edit, Scope: authz.Group}, {May: decide, Scope: authz.Self}}
	}
	return []identity.Right{{May: see, Scope: authz.Customer}, {May: edit, Scope: authz.Customer}, {May: decide, Scope: authz.Customer}}
}

func (wholeRoles) WhileBlocked(p authz.Permission) bool   { return p != decide }
func (wholeRoles) CustomersAlone(p authz.Permission) bool { return p == decide }

// who signs somebody in and says how to ask who they are now.
func who(t *testing.T, s *identity.Service, email string) (now func() (authz.Actor, identity.Visitor)) {
	t.Helper()
	session, err := s.SignIn(t.Context(), attempt(email, password))
	if err != nil {
		t.Fatal(err)
	}
	return func() (authz.Actor, identity.Visitor) {
		t.Helper()
		a, v, err := s.Authenticate(t.Context(), session.Token)
		if err != nil {
			t.Fatal(err)
		}
		return a, v
	}
}

func TestCARE8_StaffSeeAsACustomersMemberAndNeverAnswerForThem(t *testing.T) {
	eachService(t, func(t *testing.T, d *db.DB, s *identity.Service) {
		s.Roles = wholeRoles{}
		oak, elm := customer(t, s, association("Oak")), customer(t, s, association("Elm"))
		kari, ola := person(t, s, "Kari", "kari@oak.example", password), person(t, s, "Ola", "ola@firm.example", password)
		m := add(s, t, oak.ID, kari.ID, identity.Administrator)
		if err := s.AddStaff(t.Context(), root, ola.ID, identity.CustomerService); err != nil {
			t.Fatal(err)
		}
		now := who(t, s, ola.Email)
		staff, v := now()
		if !staff.May(decide, authz.Place{Customer: elm.ID}) {
			t.Fatal("staff have what their role gives, everywhere")
		}
		if err := s.StandIn(t.Context(), staff, v.SessionID, m.ID); err != nil {
			t.Fatal(err)
		}
		a, v := now()
		if a.ID != ola.ID || a.OnBehalf != kari.ID || a.Kind != authz.Staff || v.OnBehalfName != "Kari" || v.Member.CustomerID != oak.ID {
			t.Errorf("in her shoes: %+v %+v", a, v)
		}
		if !a.May(edit, authz.Place{Customer: oak.ID}) || a.May(see, authz.Place{Customer: elm.ID}) {
			t.Errorf("her rights and no more: %+v", a.Grants)
		}
		if err := a.Check(decide, authz.Place{Customer: oak.ID}); fault.CodeOf(err) != "authz.on_behalf" {
			t.Errorf("answered for her: %v", err)
		}
		as := func(r identity.StaffRole) (authz.Actor, identity.Visitor) {
			if err := d.InTx(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `UPDATE staff_roles SET role = $1`, r)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return now()
		}
		if a, _ := as(identity.Sales); a.OnBehalf == "" || a.May(edit, authz.Place{Customer: oak.ID}) || a.Check(edit, authz.Place{Customer: oak.ID}) == nil {
			t.Errorf("in her shoes somebody does what their own role does not allow: %+v", a)
		}
		if a, v := as(identity.Technician); a.OnBehalf != "" || v.OnBehalf != "" || v.Member.CustomerID != "" || a.May(edit, authz.Place{Customer: oak.ID}) {
			t.Errorf("stands in still, and may no longer: %+v %+v", a, v)
		}
		as(identity.CustomerService)
		if err := s.StandOut(t.Context(), a, v.SessionID); err != nil {
			t.Fatal(err)
		}
		if err := s.StandOut(t.Context(), a, v.SessionID); err != nil {
			t.Fatal("a second click", err)
		}
		if a, _ := now(); a.OnBehalf != "" || !a.May(see, authz.Place{Customer: elm.ID}) {
			t.Errorf("out again: %+v", a)
		}
		es, err := db.List[event.Event](t.Context(), d, `SELECT actor, on_behalf, customer_id, name FROM events WHERE name LIKE 'identity.stand_in.%' ORDER BY id`)
		if err != nil || len(es) != 2 || es[0].Actor != ola.ID || es[0].OnBehalf != kari.ID || es[1].OnBehalf != kari.ID || es[0].CustomerID != oak.ID {
			t.Errorf("the trail: %+v %v", es, err)
		}
	})
}

func TestCARE8_AMemberStandsInNobodysShoes(t *testing.T) {
	eachService(t, func(t *testing.T, _ *db.DB, s *identity.Service) {
		s.Roles = wholeRoles{}
		oak, kari := customer(t, s, association("Oak")), person(t, s, "Kari", "kari@oak.example", password)
		m := add(s, t, oak.ID, kari.ID, identity.Administrator)
		a, v := who(t, s, kari.Email)()
		if err := s.StandIn(t.Context(), a, v.SessionID, m.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a member stood in: %v", err)
		}
	})
}

func TestCASE8_APersonWithSeveralCustomersActsInOneAtATime(t *testing.T) {
	eachService(t, func(t *testing.T, d *db.DB, s *identity.Service) {
		s.Roles = wholeRoles{}
		oak, elm, ash := customer(t, s, association("Oak")), customer(t, s, association("Elm")), customer(t, s, association("Ash"))
		kari := person(t, s, "Kari", "kari@oak.example", password)
		add(s, t, oak.ID, kari.ID, identity.Administrator)
		add(s, t, elm.ID, kari.ID, identity.Buyer)
		now := who(t, s, kari.Email)
		a, v := now()
		if v.Member.CustomerID != oak.ID || len(v.Members) != 2 || a.May(see, authz.Place{Customer: elm.ID}) {
			t.Fatalf("first the older membership: %+v", v)
		}
		if err := s.Switch(t.Context(), a, v.SessionID, ash.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("switched to a stranger: %v", err)
		}
		if err := s.Switch(t.Context(), a, v.SessionID, elm.ID); err != nil {
			t.Fatal(err)
		}
		a, v = now()
		if v.Member.CustomerID != elm.ID || a.May(see, authz.Place{Customer: oak.ID}) || !a.May(see, authz.Place{Customer: elm.ID}) {
			t.Errorf("after the switch: %+v", a.Grants)
		}
		if !a.May(decide, authz.Place{Customer: elm.ID, Owner: kari.ID}) || a.May(decide, authz.Place{Customer: oak.ID, Owner: kari.ID}) {
			t.Error("what is one's own at one customer is nothing at another")
		}
		for status, want := range map[identity.CustomerStatus]string{identity.Blocked: "authz.customer_blocked", identity.Active: ""} {
			if err := d.InTx(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `UPDATE customers SET status = $1 WHERE id = $2`, status, elm.ID)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			a, _ = now()
			if err := a.Check(decide, authz.Place{Customer: elm.ID, Owner: kari.ID}); want != "" && fault.CodeOf(err) != want || want == "" && err != nil {
				t.Errorf("%s: %v", status, err)
			}
			if !a.May(see, authz.Place{Customer: elm.ID}) {
				t.Errorf("%s: reading stays", status)
			}
		}
	})
}

func add(s *identity.Service, t *testing.T, customerID, personID string, role identity.Role) identity.Member {
	t.Helper()
	m, err := s.AddMember(t.Context(), root, customerID, personID, role)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func eachService(t *testing.T, f func(t *testing.T, d *db.DB, s *identity.Service)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, d, service(d)) })
}

func TestORG6_AnAPIKeyNeverHasMoreThanWhoMadeIt(t *testing.T) {
	eachService(t, func(t *testing.T, d *db.DB, s *identity.Service) {
		s.Roles = wholeRoles{}
		oak := customer(t, s, association("Oak"))
		kari := person(t, s, "Kari", "kari@oak.example", password)
		add(s, t, oak.ID, kari.ID, identity.Administrator)
		by := authz.Actor{ID: kari.ID, Kind: authz.Person, Grants: []authz.Grant{{Scope: authz.Customer, ID: oak.ID, May: []authz.Permission{see, edit, identity.MayEditKeys}}}}
		_, secret, err := s.CreateKey(t.Context(), by, identity.NewKey{Name: "ERP", CustomerID: oak.ID, Permissions: []authz.Permission{see, edit}})
		if err != nil {
			t.Fatal(err)
		}
		at := authz.Place{Customer: oak.ID}
		for _, step := range []struct {
			what      string
			change    string
			see, edit bool
		}{
			{"while its maker is administrator", `UPDATE members SET version = version WHERE person_id = $1`, true, true},
			{"when its maker became a buyer", `UPDATE members SET role = 'buyer', group_id = NULL WHERE person_id = $1`, true, true}, // a group's rights without a group are the customer's
			{"when its maker was removed", `UPDATE members SET status = 'removed' WHERE person_id = $1`, false, false},
			{"when its maker is suspended everywhere", `UPDATE people SET status = 'suspended' WHERE id = $1`, false, false},
		} {
			if err := d.InTx(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), step.change, kari.ID)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			a, _, err := s.AuthenticateKey(t.Context(), secret)
			if err != nil || a.May(see, at) != step.see || a.May(edit, at) != step.edit {
				t.Errorf("%s: %+v %v", step.what, a.Grants, err)
			}
		}
	})
}
