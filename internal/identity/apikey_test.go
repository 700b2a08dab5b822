package identity_test

import (
	"strings"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/fault"
	"skranke/internal/identity"
)

func TestAnAPIKeyActsWithItsPermissionsUntilItEnds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		later := clock(d)
		s := service(d)
		c := customer(t, s, association("Fjellheim"))
		ends := d.Now().Add(time.Hour)
		see := []authz.Permission{identity.MaySeeCustomers}
		_, all, err := s.CreateKey(t.Context(), root, identity.NewKey{Name: "Regnskap", Permissions: see, ExpiresAt: &ends})
		if err != nil {
			t.Fatal(err)
		}
		k, own, err := s.CreateKey(t.Context(), root, identity.NewKey{Name: "Styret", Permissions: see, CustomerID: c.ID})
		if err != nil || !strings.HasPrefix(own, "sk_") {
			t.Fatal(own, err)
		}
		a, _, err := s.AuthenticateKey(t.Context(), all)
		if err != nil || a.Kind != authz.APIKey || !a.May(identity.MaySeeCustomers, authz.Place{Customer: "any"}) || a.May(identity.MayEditKeys, authz.Place{}) {
			t.Errorf("%+v, %v", a, err)
		}
		a, _, err = s.AuthenticateKey(t.Context(), own)
		if err != nil || !a.May(identity.MaySeeCustomers, authz.Place{Customer: c.ID}) || a.May(identity.MaySeeCustomers, authz.Place{Customer: "other"}) {
			t.Errorf("%+v, %v", a, err)
		}
		keys, err := identity.Keys(t.Context(), d, root)
		if err != nil || len(keys) != 2 || keys[0].UsedAt == nil {
			t.Errorf("%+v, %v", keys, err)
		}
		later(time.Hour)
		if err := s.RevokeKey(t.Context(), root, k.ID); err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{all, own, "sk_", "", "sk_unknown", strings.TrimPrefix(own, "sk_")} {
			if a, _, err := s.AuthenticateKey(t.Context(), secret); !fault.Is(err, fault.SignIn) || a.Kind != authz.Nobody {
				t.Errorf("%q is %+v, %v", secret, a, err)
			}
		}
	})
}

func TestNobodyGivesAProgramMoreThanTheyHave(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		c := customer(t, s, association("Fjellheim"))
		own := authz.Actor{ID: "m", Kind: authz.Person, Grants: []authz.Grant{{
			Scope: authz.Customer, ID: c.ID,
			May: []authz.Permission{identity.MayEditKeys, identity.MaySeeCustomers},
		}}}
		past := d.Now().Add(-time.Hour)
		see := []authz.Permission{identity.MaySeeCustomers}
		for name, n := range map[string]identity.NewKey{
			"a permission they lack": {Name: "x", CustomerID: c.ID, Permissions: []authz.Permission{identity.MayEditCustomers}},
			"no permission":          {Name: "x", CustomerID: c.ID},
			"no name":                {Name: " ", CustomerID: c.ID, Permissions: see},
			"a day in the past":      {Name: "x", CustomerID: c.ID, Permissions: see, ExpiresAt: &past},
		} {
			if _, _, err := s.CreateKey(t.Context(), own, n); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, _, err := s.CreateKey(t.Context(), own, identity.NewKey{Name: "x", Permissions: see}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the whole installation: %v", err)
		}
		k, _, err := s.CreateKey(t.Context(), root, identity.NewKey{Name: "x", Permissions: see})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.RevokeKey(t.Context(), own, k.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("revoked another's key: %v", err)
		}
		if keys, err := identity.Keys(t.Context(), d, own); err != nil || len(keys) != 0 {
			t.Errorf("sees another's keys: %v, %v", keys, err)
		}
	})
}
