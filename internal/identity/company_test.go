package identity_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/identity"
)

// chief may do at a customer what this file is about.
func chief(customerID string) authz.Actor {
	return authz.Actor{ID: "chief", Kind: authz.Person, Grants: []authz.Grant{{
		Scope: authz.Customer, ID: customerID, Customer: customerID,
		May: []authz.Permission{identity.MaySeeCustomers, identity.MayEditCompany, identity.MayEditGroups, identity.MayEditRoles},
	}}}
}

// reader sees a customer and changes nothing.
func reader(customerID string) authz.Actor {
	return authz.Actor{ID: "reader", Kind: authz.Person, Grants: []authz.Grant{{
		Scope: authz.Customer, ID: customerID, Customer: customerID, May: []authz.Permission{identity.MaySeeCustomers},
	}}}
}

func profile(t *testing.T, d *db.DB, customerID string) identity.Profile {
	t.Helper()
	p, err := identity.FindProfile(t.Context(), d, chief(customerID), customerID)
	return must(t, p, err)
}

// told is the data of the last event of a name, as text.
func told(t *testing.T, d *db.DB, name string) string {
	t.Helper()
	es, err := db.List[event.Event](t.Context(), d, `SELECT name, data FROM events WHERE name = $1 ORDER BY id DESC LIMIT 1`, name)
	if err != nil || len(es) == 0 {
		t.Fatalf("no event %s: %v", name, err)
	}
	text, err := json.Marshal(es[0].Data.V)
	return string(must(t, text, err))
}

func TestORG3_TheCompanyPageChangesAtOnceAndTellsWhatChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		n := association("Gamle Fjellheim borettslag")
		n.OrgNumber = "974760673"
		c := customer(t, s, n)
		e := profile(t, d, c.ID).Edit()
		e.Name, e.Town, e.Phone, e.InvoiceEmail, e.GLN, e.Peppol, e.Postcode = " Utsikten  sameie ", "Bergen", "+47 55 00 12 10", "faktura@utsikten.example", "7080000 000005", "9908:974 760 673 MVA", "5003"
		p, err := s.EditCompany(t.Context(), chief(c.ID), c.ID, e)
		if err != nil || p.Name != "Utsikten sameie" || p.GLN != "7080000000005" || p.Peppol != "0192:974760673" || p.Version != 2 {
			t.Fatalf("%+v, %v", p, err)
		}
		data := told(t, d, "identity.company.edit")
		for _, want := range []string{`"town":{"from":"Oslo","to":"Bergen"}`, `"gln":{"from":"","to":"7080000000005"}`} {
			if !strings.Contains(data, want) {
				t.Errorf("the audit trail says %s, without %s", data, want)
			}
		}
		if strings.Contains(data, "street") {
			t.Errorf("the audit trail tells what did not change: %s", data)
		}
		for text, want := range map[string]int{"utsikten bergen": 1, "gamle": 0, "fjellheim oslo": 0, c.Number: 1, "974760673": 1, "55001210": 1} {
			page, err := identity.Customers(t.Context(), d, root, identity.Filter{Text: text})
			if err != nil || len(page.Customers) != want {
				t.Errorf("%q finds %d, want %d (%v)", text, len(page.Customers), want, err)
			}
		}
		if _, err := s.EditCompany(t.Context(), chief(c.ID), c.ID, p.Edit()); err != nil || profile(t, d, c.ID).Version != 2 {
			t.Errorf("saving without a change: %v", err)
		}
	})
}

func TestORG3_WhatIsWrongOnTheCompanyPageIsSaidFieldByField(t *testing.T) {
	long := strings.Repeat("å", 201)
	tests := []struct {
		name, field, code string
		change            func(e *identity.ProfileEdit)
	}{
		{"no name", "name", "identity.customer.name", func(e *identity.ProfileEdit) { e.Name = "\t" }},
		{"a long name", "name", "identity.too_long", func(e *identity.ProfileEdit) { e.Name = long }},
		{"no such language", "language", "identity.language", func(e *identity.ProfileEdit) { e.Language = "fr" }},
		{"an address that is none", "email", "identity.email", func(e *identity.ProfileEdit) { e.Email = "post(at)x" }},
		{"an invoice address that is none", "invoice_email", "identity.email", func(e *identity.ProfileEdit) { e.InvoiceEmail = "a@b@c" }},
		{"letters to call", "phone", "identity.phone", func(e *identity.ProfileEdit) { e.Phone = "ring meg" }},
		{"a short postcode", "postcode", "identity.postcode.4", func(e *identity.ProfileEdit) { e.Postcode = "123" }},
		{"a GLN with a wrong check digit", "gln", "identity.company.gln", func(e *identity.ProfileEdit) { e.GLN = "7080000000004" }},
		{"a Peppol id without its scheme", "peppol", "identity.company.peppol", func(e *identity.ProfileEdit) { e.Peppol = "974760673" }},
		{"a Peppol id with a wrong check digit", "peppol", "identity.company.peppol", func(e *identity.ProfileEdit) { e.Peppol = "0192:974760674" }},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		c := customer(t, s, association("Fjellheim"))
		for _, tt := range tests {
			e := profile(t, d, c.ID).Edit()
			tt.change(&e)
			_, err := s.EditCompany(t.Context(), chief(c.ID), c.ID, e)
			if got := fault.FieldsOf(err); got[tt.field] != tt.code || len(got) != 1 || !i18n.HasCode(tt.code) {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
		sv := association("Granen")
		sv.Country = "SE"
		swede := customer(t, s, sv)
		e := profile(t, d, swede.ID).Edit()
		e.Postcode = "SE-41505"
		if p, err := s.EditCompany(t.Context(), chief(swede.ID), swede.ID, e); err != nil || p.Postcode != "415 05" {
			t.Errorf("a Swedish postcode became %q, %v", p.Postcode, err)
		}
	})
}

func TestORG3_OnlyWhoMayChangesTheCompanyPageAndToOthersItIsNotThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		c, other := customer(t, s, association("Fjellheim")), customer(t, s, association("Utsikten"))
		a, err := s.SaveAddress(t.Context(), chief(c.ID), c.ID, identity.AddressEdit{Label: "Lager", Street: "Veien 1", Postcode: "0150", Town: "Oslo"})
		if err != nil {
			t.Fatal(err)
		}
		for name, try := range map[string]func(by authz.Actor) error{
			"profile": func(by authz.Actor) error {
				_, err := s.EditCompany(t.Context(), by, c.ID, profile(t, d, c.ID).Edit())
				return err
			},
			"address": func(by authz.Actor) error {
				_, err := s.SaveAddress(t.Context(), by, c.ID, identity.AddressEdit{Label: "x"})
				return err
			},
			"archive": func(by authz.Actor) error { return s.ArchiveAddress(t.Context(), by, c.ID, a.ID, false) },
			"cost centre": func(by authz.Actor) error {
				_, err := s.SaveCostCentre(t.Context(), by, c.ID, identity.CostCentreEdit{Code: "1", Name: "x"})
				return err
			},
			"group": func(by authz.Actor) error {
				_, err := s.SaveGroup(t.Context(), by, c.ID, identity.GroupEdit{Name: "x"})
				return err
			},
			"role": func(by authz.Actor) error {
				_, err := s.SaveRole(t.Context(), by, c.ID, identity.RoleEdit{Name: "x"})
				return err
			},
			"status": func(by authz.Actor) error { return s.SetStatus(t.Context(), by, c.ID, identity.Closed, "x", 1) },
			"numbers": func(by authz.Actor) error {
				return s.EditCustomer(t.Context(), by, c.ID, identity.CustomerEdit{Number: "1", Version: 1})
			},
		} {
			if err := try(reader(c.ID)); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s by who only reads: %v", name, err)
			}
			if err := try(chief(other.ID)); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s by another customer: %v", name, err)
			}
		}
		if err := s.ArchiveAddress(t.Context(), chief(other.ID), other.ID, a.ID, false); !fault.Is(err, fault.NotFound) {
			t.Errorf("another customer's address under one's own: %v", err)
		}
		if _, err := identity.FindProfile(t.Context(), d, chief(other.ID), c.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another customer reads the page: %v", err)
		}
		if as, err := identity.Addresses(t.Context(), d, chief(other.ID), c.ID); err != nil || len(as) != 0 {
			t.Errorf("another customer reads %v, %v", as, err)
		}
	})
}

func TestORG3_OfTwoWhoEditAtOnceOneWinsAndTheOtherIsTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		c := customer(t, s, association("Fjellheim"))
		seen := profile(t, d, c.ID).Edit()
		var won, lost atomic.Int64
		var all sync.WaitGroup
		for i := range 6 {
			e := seen
			e.Name = fmt.Sprint("Fjellheim ", i)
			all.Go(func() {
				switch _, err := s.EditCompany(t.Context(), chief(c.ID), c.ID, e); {
				case err == nil:
					won.Add(1)
				case fault.CodeOf(err) == "identity.company.changed":
					lost.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 || lost.Load() != 5 {
			t.Errorf("%d won and %d were told", won.Load(), lost.Load())
		}
	})
}

func TestORG3_OneAddressIsTheUsualOneAlsoWhenTwoAreMadeSoAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		c := customer(t, s, association("Fjellheim"))
		by := chief(c.ID)
		for i := range 4 {
			if _, err := s.SaveAddress(t.Context(), by, c.ID, identity.AddressEdit{Label: fmt.Sprint("Lager ", i), Street: "Veien 1", Postcode: "0150", Town: "Oslo"}); err != nil {
				t.Fatal(err)
			}
		}
		usual := func() (ids []string) {
			as, err := identity.Addresses(t.Context(), d, by, c.ID)
			for _, a := range must(t, as, err) {
				if a.Usual {
					ids = append(ids, a.ID)
				}
			}
			return ids
		}
		first := usual()
		if len(first) != 1 {
			t.Fatalf("%d usual addresses after the first", len(first))
		}
		as, err := identity.Addresses(t.Context(), d, by, c.ID)
		as = must(t, as, err)
		var all sync.WaitGroup
		for _, a := range as {
			e := a.Edit()
			e.Usual = true
			all.Go(func() {
				if _, err := s.SaveAddress(t.Context(), by, c.ID, e); err != nil && !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		now := usual()
		if len(now) != 1 {
			t.Fatalf("%d usual addresses", len(now))
		}
		if err := s.ArchiveAddress(t.Context(), by, c.ID, now[0], false); fault.CodeOf(err) != "identity.address.usual" {
			t.Errorf("the usual one archived: %v", err)
		}
		for _, a := range as {
			if a.ID != now[0] {
				for range 2 { // twice is once
					if err := s.ArchiveAddress(t.Context(), by, c.ID, a.ID, false); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		if err := s.ArchiveAddress(t.Context(), by, c.ID, now[0], false); err != nil {
			t.Errorf("the last one: %v", err)
		}
		if err := s.ArchiveAddress(t.Context(), by, c.ID, as[0].ID, true); err != nil || !slices.Equal(usual(), []string{as[0].ID}) {
			t.Errorf("the only one back in use is not the usual one: %v %v", usual(), err)
		}
	})
}

func TestORG3_AnAddressIsRefusedFieldByField(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		c := customer(t, s, association("Fjellheim"))
		_, err := s.SaveAddress(t.Context(), chief(c.ID), c.ID, identity.AddressEdit{Phone: "x"})
		for _, field := range []string{"label", "street", "postcode", "town", "phone"} {
			if !i18n.HasCode(fault.FieldsOf(err)[field]) {
				t.Errorf("%s is not refused: %v", field, err)
			}
		}
		a, err := s.SaveAddress(t.Context(), chief(c.ID), c.ID, identity.AddressEdit{Label: "Lager", Attention: "Kari Nordmann", Street: "Veien 1", Postcode: "0150", Town: "Oslo"})
		if err != nil {
			t.Fatal(err)
		}
		if data := told(t, d, "identity.address.add"); strings.Contains(data, "Kari") || !strings.Contains(data, `"attention":true`) {
			t.Errorf("the audit trail names a person: %s", data)
		}
		e := a.Edit()
		e.Town, e.Version = "Bergen", 7
		if _, err := s.SaveAddress(t.Context(), chief(c.ID), c.ID, e); fault.CodeOf(err) != "identity.address.changed" {
			t.Errorf("a version that was never seen: %v", err)
		}
	})
}

func TestORG3_ACostCentresCodeIsUniqueHoweverItIsTyped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		c, other := customer(t, s, association("Fjellheim")), customer(t, s, association("Utsikten"))
		save := func(customerID string, e identity.CostCentreEdit) (identity.CostCentre, error) {
			return s.SaveCostCentre(t.Context(), chief(customerID), customerID, e)
		}
		first, err := save(c.ID, identity.CostCentreEdit{Code: "410-B", Name: "Drift", Active: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, typed := range []string{"410-b", " 410 - B ", "410\u2013B", "410\u00a0-b"} {
			if _, err := save(c.ID, identity.CostCentreEdit{Code: typed, Name: "Nytt"}); fault.FieldsOf(err)["code"] != "identity.cost_centre.code_taken" {
				t.Errorf("%q: %v", typed, err)
			}
		}
		for _, e := range []identity.CostCentreEdit{{Code: "410B", Name: "Et annet"}, {Code: "9", Name: "Ni", Active: true}, {Code: "10", Name: "Ti", Active: true}} {
			if _, err := save(c.ID, e); err != nil {
				t.Error(err)
			}
		}
		if _, err := save(other.ID, identity.CostCentreEdit{Code: "410-B", Name: "Drift"}); err != nil {
			t.Errorf("the same code at another customer: %v", err)
		}
		e := first.Edit()
		e.Active = false
		if _, err := save(c.ID, e); err != nil {
			t.Error(err)
		}
		all, err := identity.CostCentres(t.Context(), d, chief(c.ID), c.ID)
		var codes []string
		for _, cc := range must(t, all, err) {
			codes = append(codes, cc.Code)
		}
		if !slices.Equal(codes, []string{"9", "10", "410-B", "410B"}) {
			t.Errorf("in the order %v", codes)
		}
		if data := told(t, d, "identity.cost_centre.edit"); !strings.Contains(data, `"active":{"from":true,"to":false}`) {
			t.Error(data)
		}
	})
}
