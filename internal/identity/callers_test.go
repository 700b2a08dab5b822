package identity_test

import (
	"testing"

	"skranke/internal/db"
	"skranke/internal/identity"
)

func TestCARE8_ACallerIsFoundByNumberNameOrAddressAmongAllCustomers(t *testing.T) {
	eachService(t, func(t *testing.T, d *db.DB, s *identity.Service) {
		oak := customer(t, s, identity.NewCustomer{
			Kind: identity.Company, Name: "Oak Eiendom", Country: "NO", Phone: "+47 22 33 44 55", Street: "Kaigata 4", Town: "Bergen",
		})
		elm := customer(t, s, association("Elm"))
		for _, p := range []struct{ customer, name, email, phone string }{
			{oak.ID, "Kari Nordmann", "kari@oak.example", "+47 400 20 300"}, {elm.ID, "Kari Vik", "kv@elm.example", "91 23 45 67"},
		} {
			made, err := s.CreatePerson(t.Context(), root, identity.NewPerson{Name: p.name, Email: p.email, Phone: p.phone})
			if err != nil {
				t.Fatal(err)
			}
			add(s, t, p.customer, made.ID, identity.Buyer)
		}
		for text, want := range map[string]int{
			"kari": 2, "nordmann kari": 1, "400 20 300": 1, "+47 400 20 300": 1, "0047 400 20 300": 1, "91234567": 1, "kv@elm.example": 1, "ka": 0, "%": 0, "": 0, "per": 0,
		} {
			found, err := identity.Callers(t.Context(), d, root, text, 8)
			if err != nil || len(found) != want {
				t.Errorf("%q finds %d people, not %d: %v", text, len(found), want, err)
			}
		}
		for text, want := range map[string]int{"22 33 44 55": 1, "+47 22334455": 1, "kaigata": 1, "bergen oak": 1, "kaigata elm": 0} {
			p, err := identity.Customers(t.Context(), d, root, identity.Filter{Text: text})
			if err != nil || len(p.Customers) != want {
				t.Errorf("%q finds %d customers, not %d: %v", text, len(p.Customers), want, err)
			}
		}
	})
}
