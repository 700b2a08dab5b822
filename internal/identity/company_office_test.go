package identity_test

import (
	"strings"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/fault"
	"skranke/internal/identity"
)

func TestORG3_AStatusNeedsAReasonAndCountsAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		c := customer(t, s, association("Fjellheim"))
		by := authz.SystemActor(identity.MaySeeCustomers, identity.MayReview)
		set := func(to identity.CustomerStatus, reason string, version int64) error {
			return s.SetStatus(t.Context(), by, c.ID, to, reason, version)
		}
		if err := set(identity.Blocked, " ", 1); fault.FieldsOf(err)["reason"] == "" {
			t.Errorf("without a reason: %v", err)
		}
		if err := set("rejected", "x", 1); fault.FieldsOf(err)["status"] == "" {
			t.Errorf("a status that is none: %v", err)
		}
		if err := set(identity.Blocked, "Ubetalte fakturaer", 9); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old version: %v", err)
		}
		for _, step := range []struct {
			to     identity.CustomerStatus
			reason string
		}{{identity.Blocked, "Ubetalte fakturaer"}, {identity.Blocked, "Ubetalte fakturaer"}, {identity.Closed, "Avviklet"}, {identity.Active, ""}} {
			if err := set(step.to, step.reason, profile(t, d, c.ID).Version); err != nil {
				t.Errorf("%s: %v", step.to, err)
			}
			if p := profile(t, d, c.ID); p.Status != step.to || p.StatusReason != step.reason {
				t.Errorf("%s became %s %q", step.to, p.Status, p.StatusReason)
			}
		}
		if data := told(t, d, "identity.customer.set_status"); !strings.Contains(data, `"status":{"from":"closed","to":"active"}`) {
			t.Error(data)
		}
	})
}

func TestORG3_TheOperatorAloneChangesACustomersNumbers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		taken := association("Utsikten")
		taken.Number, taken.OrgNumber = "777", "974760673"
		customer(t, s, taken)
		c := customer(t, s, association("Fjellheim"))
		at := func(number, org string) error {
			return s.EditCustomer(t.Context(), root, c.ID, identity.CustomerEdit{Number: number, Kind: identity.Company, Country: "NO", OrgNumber: org, Version: 1})
		}
		err := at("777", "974 760 673")
		if f := fault.FieldsOf(err); f["number"] != "identity.customer.number_taken" || f["org_number"] != "identity.customer.org_number_taken" {
			t.Errorf("%v", err)
		}
		if err := at("", "1"); len(fault.FieldsOf(err)) != 2 {
			t.Errorf("%v", err)
		}
		member := authz.Actor{ID: "m", Kind: authz.Person, Grants: []authz.Grant{{Scope: authz.Customer, ID: c.ID, May: []authz.Permission{identity.MaySeeCustomers, identity.MayEditCustomers}}}}
		if err := s.EditCustomer(t.Context(), member, c.ID, identity.CustomerEdit{Number: "5", Kind: identity.Company, Country: "NO", Version: 1}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a customer's own person: %v", err)
		}
		if err := at("888", "NO 923609016 MVA"); err != nil {
			t.Fatal(err)
		}
		if p := profile(t, d, c.ID); p.Number != "888" || p.OrgNumber != "923609016" || p.Kind != identity.Company {
			t.Errorf("%+v", p)
		}
		page, err := identity.Customers(t.Context(), d, root, identity.Filter{Text: "888"})
		if err != nil || len(page.Customers) != 1 {
			t.Errorf("it is not found by its new number: %v", err)
		}
	})
}
