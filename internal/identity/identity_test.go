package identity_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/identity"
)

// root may do everything this module knows.
var root = authz.SystemActor(identity.MaySeeCustomers, identity.MayEditCustomers, identity.MaySeePeople, identity.MayEditPeople,
	identity.MayEditStaff, identity.MayEditKeys)

// roles gives administrators and staff what the tests need.
type roles struct{}

func (roles) OfStaff(identity.StaffRole) []authz.Permission {
	return []authz.Permission{identity.MaySeeCustomers}
}

func (roles) OfMember(r identity.Role) []identity.Right {
	if r != identity.Administrator {
		return nil
	}
	return []identity.Right{{May: identity.MaySeeCustomers, Scope: authz.Customer}, {May: identity.MayEditPeople, Scope: authz.Customer}}
}

func (roles) WhileBlocked(p authz.Permission) bool { return p == identity.MaySeeCustomers }

func (roles) CustomersAlone(authz.Permission) bool { return false }

func (roles) All() (members, staff []authz.Permission) { return nil, nil }

func service(d *db.DB) *identity.Service {
	return &identity.Service{DB: d, Log: &event.Log{}, Roles: roles{}}
}

func association(name string) identity.NewCustomer {
	return identity.NewCustomer{Kind: identity.Association, Name: name, Country: "NO", Language: i18n.NB, Town: "Oslo"}
}

func must[T any](t *testing.T, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func customer(t *testing.T, s *identity.Service, n identity.NewCustomer) identity.Customer {
	t.Helper()
	c, err := s.CreateCustomer(t.Context(), root, n)
	return must(t, c, err)
}

func person(t *testing.T, s *identity.Service, name, email, password string) identity.Person {
	t.Helper()
	p, err := s.CreatePerson(t.Context(), root, identity.NewPerson{Name: name, Email: email, Language: i18n.NB, Password: password})
	return must(t, p, err)
}

func TestACustomerIsRefusedForWhatIsWrongWithIt(t *testing.T) {
	tests := []struct {
		name   string
		change func(n *identity.NewCustomer)
		field  string
		code   string
	}{
		{"no name", func(n *identity.NewCustomer) { n.Name = " \t " }, "name", "identity.customer.name"},
		{"an unknown kind", func(n *identity.NewCustomer) { n.Kind = "club" }, "kind", "identity.customer.kind"},
		{"an unknown country", func(n *identity.NewCustomer) { n.Country = "XX" }, "country", "identity.customer.country"},
		{"a mistyped organisation number", func(n *identity.NewCustomer) { n.OrgNumber = "974760674" }, "org_number", "identity.customer.org_number"},
		{"a mistyped e-mail address", func(n *identity.NewCustomer) { n.Email = "styret(at)fjell.example" }, "email", "identity.email"},
		{"a number that is taken", func(n *identity.NewCustomer) { n.Number = "777" }, "number", "identity.customer.number_taken"},
		{"an organisation that is there, written otherwise", func(n *identity.NewCustomer) { n.OrgNumber = "974 760 673" }, "org_number", "identity.customer.org_number_taken"},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		first := association("Fjellheim borettslag")
		first.Number, first.OrgNumber = "777", "NO 974760673 MVA"
		customer(t, s, first)
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				n := association("Utsikten sameie")
				tt.change(&n)
				_, err := s.CreateCustomer(t.Context(), root, n)
				if got := fault.FieldsOf(err)[tt.field]; got != tt.code {
					t.Errorf("%q is said of %s, want %q (%v)", got, tt.field, tt.code, err)
				}
			})
		}
		n, err := db.One[int64](t.Context(), d, `SELECT count(*) FROM customers`)
		if err != nil || n != 1 {
			t.Errorf("%d customers, %v", n, err)
		}
	})
}

func TestCustomersAreNumberedInARowAroundNumbersGivenByHand(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		byHand := association("Granlia")
		byHand.Number = "10002"
		customer(t, s, byHand)
		var got []string
		for i := range 2 {
			got = append(got, customer(t, s, association(fmt.Sprint("Lia ", i))).Number)
		}
		if !slices.Equal(got, []string{"10001", "10003"}) {
			t.Errorf("numbers %v", got)
		}
	})
}

func TestOnlyWhoMayEditCustomersAddsOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		c := customer(t, s, association("Fjellheim"))
		member := authz.Actor{ID: "m", Kind: authz.Person, Grants: []authz.Grant{{
			Scope: authz.Customer, ID: c.ID,
			May: []authz.Permission{identity.MaySeeCustomers, identity.MayEditCustomers},
		}}}
		if _, err := s.CreateCustomer(t.Context(), member, association("Ny")); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a member added a customer: %v", err)
		}
		if _, err := s.AddSite(t.Context(), member, c.ID, identity.NewSite{Name: "Oppgang A"}); err != nil {
			t.Errorf("a member could not edit their own customer: %v", err)
		}
		stranger := authz.Actor{ID: "x", Kind: authz.Person}
		if _, err := s.AddSite(t.Context(), stranger, c.ID, identity.NewSite{Name: "Oppgang B"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a stranger learnt that the customer exists: %v", err)
		}
		if _, err := identity.FindCustomer(t.Context(), d, stranger, c.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a stranger sees the customer: %v", err)
		}
		if _, err := identity.FindCustomer(t.Context(), d, root, "no\x00id"); !fault.Is(err, fault.NotFound) {
			t.Errorf("an id that is none: %v", err)
		}
	})
}

func TestAFlatIsFoundHoweverItsNumberIsTyped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		c := customer(t, s, association("Fjellheim"))
		a, err := s.AddSite(t.Context(), root, c.ID, identity.NewSite{Name: "Oppgang 2"})
		if err != nil {
			t.Fatal(err)
		}
		b, err := s.AddSite(t.Context(), root, c.ID, identity.NewSite{Name: "Oppgang 10"})
		if err != nil {
			t.Fatal(err)
		}
		var numbers []string
		for i := range 250 {
			numbers = append(numbers, fmt.Sprintf("H%04d", i+101))
		}
		for range 2 { // the second time changes nothing
			flats, err := s.AddFlats(t.Context(), root, a.ID, numbers)
			if err != nil || len(flats) != 250 {
				t.Fatalf("%d flats, %v", len(flats), err)
			}
		}
		if _, err := s.AddFlats(t.Context(), root, b.ID, []string{"H0101", "S0201"}); err != nil {
			t.Fatal(err)
		}
		tests := []struct{ site, typed, want string }{
			{"", "h 0203", "H0203"},
			{"", "H-02.03", "H0203"},
			{a.ID, "H0101", "H0101"},
			{"", "H0101", "identity.flat.several"},
			{a.ID, "S0201", "identity.flat.not_found"},
			{"", "\x00", "identity.flat.not_found"},
		}
		for _, tt := range tests {
			f, err := identity.FindFlat(t.Context(), d, c.ID, tt.site, tt.typed)
			if got := f.Number; got != tt.want && (err == nil || fault.CodeOf(err) != tt.want) {
				t.Errorf("%q at %q is %q, %v, want %s", tt.typed, tt.site, got, err, tt.want)
			}
		}
		sites, err := identity.Sites(t.Context(), d, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		counts, err := identity.CountFlats(t.Context(), d, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		if len(sites) != 2 || sites[0].Name != "Oppgang 2" || counts[a.ID] != 250 || counts[b.ID] != 2 {
			t.Errorf("sites %v with flats %v", sites, counts)
		}
	})
}

func TestAnEmailAddressIsOnePersonHoweverItIsTyped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		p := person(t, s, "Ingrid Moe", "Ingrid.Moe@fjell.example", "")
		_, err := s.CreatePerson(t.Context(), root, identity.NewPerson{Name: "Ingrid", Email: " ingrid.moe@FJELL.example ", Language: i18n.NB})
		if got := fault.FieldsOf(err)["email"]; got != "identity.person.email_taken" {
			t.Errorf("a second person with the address: %v", err)
		}
		for _, typed := range []string{"INGRID.MOE@fjell.example", " ingrid.moe @fjell.example", "ingrid.moe@fjell.example\u00a0"} {
			if found, err := identity.PersonByEmail(t.Context(), d, typed); err != nil || found.ID != p.ID {
				t.Errorf("%q finds %q, %v", typed, found.Name, err)
			}
		}
	})
}

func TestAMemberOfAnotherCustomerSeesNobody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		one, two := customer(t, s, association("Fjellheim")), customer(t, s, association("Utsikten"))
		p := person(t, s, "Ingrid Moe", "ingrid@fjell.example", "")
		for _, role := range []identity.Role{identity.Resident, identity.Board} { // the second call changes the role
			if _, err := s.AddMember(t.Context(), root, one.ID, p.ID, role); err != nil {
				t.Fatal(err)
			}
		}
		own := func(id string) authz.Actor {
			return authz.Actor{ID: "m", Kind: authz.Person, Grants: []authz.Grant{{Scope: authz.Customer, ID: id, May: []authz.Permission{identity.MaySeePeople}}}}
		}
		seen, err := identity.Members(t.Context(), d, own(one.ID), one.ID, 10)
		if err != nil || len(seen) != 1 || seen[0].Role != identity.Board || seen[0].Name != "Ingrid Moe" {
			t.Errorf("own members %v, %v", seen, err)
		}
		if seen, err := identity.Members(t.Context(), d, own(two.ID), one.ID, 10); err != nil || len(seen) != 0 {
			t.Errorf("another customer sees %v, %v", seen, err)
		}
		if _, err := s.AddMember(t.Context(), own(two.ID), one.ID, p.ID, identity.Board); !fault.Is(err, fault.NotFound) {
			t.Errorf("another customer added a member: %v", err)
		}
		if _, err := s.AddMember(t.Context(), root, one.ID, p.ID, "owner"); fault.FieldsOf(err)["role"] == "" {
			t.Errorf("an unknown role: %v", err)
		}
	})
}

func TestPeopleAreReadInOneQueryAndIDsThatAreNoneAreLeftOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		a, b := person(t, s, "A B", "a@fjell.example", ""), person(t, s, "C D", "c@fjell.example", "")
		ctx, n := db.WithCount(t.Context())
		got, err := identity.People(ctx, d, []string{a.ID, "system", b.ID, a.ID, "\x00"})
		if err != nil || len(got) != 2 || got[b.ID].Name != "C D" || n.Load() != 1 {
			t.Errorf("%d people in %d queries, %v", len(got), n.Load(), err)
		}
	})
}

func TestEventsHoldNoNames(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		c := customer(t, s, association("Hemmelig borettslag"))
		p := person(t, s, "Ingrid Hemmelig", "ingrid@hemmelig.example", "riktig hest batteri")
		if _, err := s.AddMember(t.Context(), root, c.ID, p.ID, identity.Board); err != nil {
			t.Fatal(err)
		}
		if _, err := s.SignIn(t.Context(), identity.Attempt{Email: p.Email, Password: "riktig hest batteri"}); err != nil {
			t.Fatal(err)
		}
		es, err := db.List[event.Event](t.Context(), d, `SELECT id, at, actor, actor_kind, on_behalf, customer_id, site_id, kind, subject, name, data FROM events ORDER BY id`)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range es {
			names = append(names, e.Name)
			if text := strings.ToLower(fmt.Sprint(e)); strings.Contains(text, "hemmelig") || strings.Contains(text, "ingrid") {
				t.Errorf("%s holds a name: %s", e.Name, text)
			}
			if !i18n.HasCode(e.Name) {
				t.Errorf("%s has no text", e.Name)
			}
		}
		want := []string{"identity.customer.create", "identity.person.create", "identity.member.add", "identity.person.sign_in"}
		if !slices.Equal(names, want) {
			t.Errorf("events %v, want %v", names, want)
		}
	})
}
