package signup_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/limit"
	"skranke/internal/signup"
)

func TestTheFlowIsSound(t *testing.T) {
	if err := signup.Moves.Check(signup.Draft); err != nil {
		t.Error(err)
	}
}

func TestORG1_ACompanyIsACustomerOnceItsMailIsConfirmed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		r, err := h.Begin(t.Context(), i18n.NB, "NO", "NO 998 877 660 MVA", network)
		check(t, err)
		if a := r.Answer.V; r.OrgNumber != free || a.Name != "BJØRK LÅS AS" || a.Street != "Storgata 1" || a.Kind() != identity.Company {
			t.Errorf("%s, %+v: the register fills in", r.OrgNumber, a)
		}
		r, err = h.Submit(t.Context(), r.ID, details(" kari@bjork.example"), password, network)
		check(t, err)
		if mails := h.letters(t, "kari@bjork.example"); len(mails) != 1 || r.State != signup.Unverified {
			t.Fatalf("%s, %+v", r.State, mails)
		}
		if h.holder(t, free).ID != "" {
			t.Error("a customer before the mail is confirmed")
		}
		r = h.verify(t, r, signup.WantCompany)
		c := h.holder(t, free)
		if r.State != signup.Active || r.CustomerID != c.ID || c.Status != identity.Active || c.Number == "" || c.Name != "Bjørk Lås AS" || c.Town != "Oslo" {
			t.Errorf("%+v\n%+v", r, c)
		}
		if m := h.member(t, c.ID, "kari@bjork.example"); m.Role != identity.Administrator || m.Status != identity.MemberActive || m.Name != "Kari Bjørk" {
			t.Errorf("%+v", m)
		}
		if _, err := h.Identity.SignIn(t.Context(), identity.Attempt{Email: "Kari@bjork.example", Password: password}); err != nil {
			t.Error(err)
		}
		if h.state(t, r).PasswordHash != "" {
			t.Error("the password is kept twice")
		}
		es, err := event.Of(t.Context(), d, r.ID)
		if err != nil || len(es) != 2 || es[0].Name != "signup.registration.submit" || es[1].Name != "signup.registration.verify" {
			t.Errorf("%v, %+v", err, es)
		}
	})
}

func (h *house) holder(t *testing.T, number string) identity.Customer {
	t.Helper()
	c, err := identity.Holder(t.Context(), h.DB, "NO", number)
	check(t, err)
	return c
}

func TestORG1_WhatIsWrongIsSaidFieldByField(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		for _, tt := range []struct{ country, number, field string }{
			{"NO", "998877661", "org_number"}, {"NO", "", "org_number"}, {"DK", free, "org_number"}, {"GB", free, "country"},
		} {
			if _, err := h.Begin(t.Context(), i18n.NB, tt.country, tt.number, network); fault.FieldsOf(err)[tt.field] == "" {
				t.Errorf("%s %q: %v, want a fault of %s", tt.country, tt.number, err, tt.field)
			}
		}
		r, err := h.Begin(t.Context(), i18n.NB, "NO", free, network)
		check(t, err)
		for field, spoil := range map[string]func(d *signup.Details){
			"kind":     func(d *signup.Details) { d.Kind = identity.Private },
			"company":  func(d *signup.Details) { d.Company = " \u00a0" },
			"name":     func(d *signup.Details) { d.Name = "Vinn på www.lotto.example" },
			"street":   func(d *signup.Details) { d.Street = "" },
			"postcode": func(d *signup.Details) { d.Postcode = "015" },
			"town":     func(d *signup.Details) { d.Town = strings.Repeat("å", 101) },
			"email":    func(d *signup.Details) { d.Email = "kari@localhost" },
			"phone":    func(d *signup.Details) { d.Phone = "4000012x" },
			"language": func(d *signup.Details) { d.Language = "xx" },
		} {
			bad := details("kari@bjork.example")
			spoil(&bad)
			if _, err := h.Submit(t.Context(), r.ID, bad, password, network); len(fault.FieldsOf(err)) != 1 || fault.FieldsOf(err)[field] == "" {
				t.Errorf("%s: %v", field, err)
			}
		}
		if _, err := h.Submit(t.Context(), r.ID, details("kari@bjork.example"), "kort", network); fault.FieldsOf(err)["password"] != "identity.password.too_short" {
			t.Error(err)
		}
		if h.state(t, r).State != signup.Draft || len(h.letters(t, "kari@bjork.example")) != 0 {
			t.Error("a form with faults was taken")
		}
	})
}

func TestORG1_ThePasswordChosenIsAskedFor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		r := h.submit(t, free, "kari@bjork.example")
		for typed, code := range map[string]string{"": "identity.password.missing", "et helt annet passord": "signup.password.chosen"} {
			_, err := h.Verify(t.Context(), h.token(r), signup.WantCompany, typed)
			if fault.FieldsOf(err)["password"] != code {
				t.Errorf("%q: %v", typed, err)
			}
		}
		h.Limits.Password = limit.Rule{Max: 2, Window: time.Minute}
		for range 3 {
			_, _ = h.Verify(t.Context(), h.token(r), signup.WantCompany, "gjetning på lykke og fromme")
		}
		_, err := h.Verify(t.Context(), h.token(r), signup.WantCompany, password)
		wants(t, "after too many tries", err, "signup.too_many")
		h.pass(20 * time.Minute)
		if h.verify(t, r, signup.WantCompany).State != signup.Active {
			t.Error("not even later")
		}
	})
}

func TestORG1_ALinkWorksOnceAndForADay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		r := h.submit(t, free, "kari@bjork.example")
		h.verify(t, r, signup.WantCompany)
		_, err := h.Verify(t.Context(), h.token(r), signup.WantCompany, password)
		wants(t, "the second time", err, "signup.moved_on")
		if _, st, err := h.Confirmation(t.Context(), h.token(r)); err != nil || st.State != signup.Active {
			t.Errorf("%v, %s: a used link tells what became of it", err, st.State)
		}

		late := h.submit(t, other, "siv@osp.example")
		h.pass(24 * time.Hour)
		_, err = h.Verify(t.Context(), h.token(late), signup.WantCompany, password)
		wants(t, "after a day", err, "link.expired")
		again, err := h.SendAgain(t.Context(), late.ID)
		check(t, err)
		_, _, err = h.Confirmation(t.Context(), h.token(late))
		wants(t, "the replaced link", err, "link.revoked")
		if h.verify(t, again, signup.WantCompany).State != signup.Active {
			t.Error("the new link does not work")
		}
		_, _, err = h.Confirmation(t.Context(), h.token(again)[:40]+"AA")
		wants(t, "a forged link", err, "link.not_found")
	})
}

func TestORG1_SendingTwiceIsSendingOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		r, err := h.Begin(t.Context(), i18n.NB, "NO", free, network)
		check(t, err)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := h.Submit(t.Context(), r.ID, details("kari@bjork.example"), password, network); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := len(h.letters(t, "kari@bjork.example")); n != 1 {
			t.Errorf("%d mails", n)
		}
	})
}

func TestORG1_TwoConfirmationsAtOnceMakeOneCustomer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		mine, theirs := h.submit(t, free, "kari@bjork.example"), h.submit(t, free, "per@bjork.example")
		same := []signup.Registration{mine, mine, mine, theirs, theirs}
		errs := make([]error, len(same))
		var wg sync.WaitGroup
		for i, r := range same {
			wg.Go(func() { _, errs[i] = h.Verify(t.Context(), h.token(r), signup.WantCompany, password) })
		}
		wg.Wait()
		done := 0
		for _, err := range errs {
			switch {
			case err == nil:
				done++
			case !fault.Is(err, fault.Conflict):
				t.Error(err)
			}
		}
		ms, err := identity.Members(t.Context(), d, root, h.holder(t, free).ID, 10)
		if done != 1 || err != nil || len(ms) != 1 {
			t.Errorf("%d confirmed, %v, %+v", done, err, ms)
		}
	})
}

func TestORG1_StaleRegistrationsAreForgotten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		draft, err := h.Begin(t.Context(), i18n.NB, "NO", other, network)
		check(t, err)
		unverified := h.submit(t, other, "siv@osp.example")
		waiting := h.verify(t, h.submit(t, "911223341", "per@ukjent.example"), signup.WantCompany)
		h.pass(25 * time.Hour)
		check(t, h.Sweep(t.Context()))
		_, err = h.Find(t.Context(), draft.ID)
		wants(t, "a draft after a day", err, "signup.gone")
		h.state(t, unverified)
		h.pass(30 * 24 * time.Hour)
		check(t, h.Sweep(t.Context()))
		_, err = h.Find(t.Context(), unverified.ID)
		wants(t, "an unconfirmed one after a month", err, "signup.gone")
		_, _, err = h.Confirmation(t.Context(), h.token(unverified))
		wants(t, "its link", err, "link.expired")
		if h.state(t, waiting).State != signup.Review {
			t.Error("what waits for staff was forgotten")
		}
	})
}

func TestORG1_WhoeverTriesTooOftenWaits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.Limits = signup.Limits{Lookups: limit.Rule{Max: 4, Window: time.Hour}, Network: limit.Rule{Max: 2, Window: time.Hour}, Mailbox: limit.Rule{Max: 1, Window: time.Hour}}
		var drafts []signup.Registration
		for range 4 {
			r, err := h.Begin(t.Context(), i18n.NB, "NO", free, network)
			check(t, err)
			drafts = append(drafts, r)
		}
		_, err := h.Begin(t.Context(), i18n.NB, "NO", free, network)
		wants(t, "a fifth number", err, "signup.too_many")
		for i, r := range drafts {
			r, err = h.Submit(t.Context(), r.ID, details("kari@bjork.example"), password, network)
			if i < 2 && (err != nil || r.State != signup.Unverified) {
				t.Errorf("registration %d: %v, %s", i, err, r.State)
			} else if i >= 2 {
				wants(t, "a third registration", err, "signup.too_many")
			}
		}
		if n := len(h.letters(t, "kari@bjork.example")); n != 1 {
			t.Errorf("%d mails: a mailbox is not filled, and the page does not tell", n)
		}
		if r, err := h.Begin(t.Context(), i18n.NB, "NO", free, "198.51.100.9"); err != nil || r.State != signup.Draft {
			t.Errorf("%v: somebody elsewhere waits too", err)
		}
		h.pass(time.Hour)
		if _, err := h.Submit(t.Context(), drafts[3].ID, details("kari@bjork.example"), password, network); err != nil || len(h.letters(t, "kari@bjork.example")) != 2 {
			t.Errorf("after an hour: %v", err)
		}
	})
}
