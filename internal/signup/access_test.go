package signup_test

import (
	"strings"
	"testing"
	"time"

	"skranke/internal/approval"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/fault"
	"skranke/internal/identity"
	"skranke/internal/signup"
)

var (
	yes = approval.Answer{Do: approval.Approve, Via: "link"}
	no  = approval.Answer{Do: approval.Reject, Comment: "Vi kjenner ingen Per", Via: "link"}
)

func TestORG1_AnExistingCompanyIsToldInTheMailAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		fresh, known := h.submit(t, free, "kari@bjork.example"), h.submit(t, taken, "per@alm.example")
		mine := h.submit(t, taken, "ada@alm.example")
		if fresh.State != known.State || known.State != mine.State || len(known.Flags.V)+len(mine.Flags.V) > 0 || known.CustomerID != "" {
			t.Errorf("%+v\n%+v", fresh, known)
		}
		a, b, c := h.last(t, "kari@bjork.example"), h.last(t, "per@alm.example"), h.last(t, "ada@alm.example")
		if a.Subject != b.Subject || a.Template != b.Template || c.Subject != a.Subject {
			t.Errorf("the mails look different from outside: %q %q %q", a.Subject, b.Subject, c.Subject)
		}
		if !strings.Contains(b.Body, "tilhører en kunde fra før") || strings.Contains(a.Body, "tilhører en kunde") || !strings.Contains(c.Body, "har tilgang") {
			t.Errorf("%s\n%s\n%s", a.Body, b.Body, c.Body)
		}
		if n := len(h.letters(t, "ada@alm.example")); n != 1 {
			t.Errorf("the administrator has %d mails before anybody has asked", n)
		}
		_, err := h.Verify(t.Context(), h.token(mine), signup.WantNothing, password)
		wants(t, "who has access has nothing to ask for", err, "signup.changed")
	})
}

func TestORG1_AnAdministratorGivesAccessInTheLeastRole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		r := h.verify(t, h.submit(t, taken, "per@alm.example"), signup.WantAccess)
		if r.State != signup.Asked || r.CustomerID != h.elm.ID {
			t.Fatalf("%+v", r)
		}
		if m := h.last(t, "ada@alm.example"); m.Template != "signup.access" || !strings.Contains(m.Body, "per@alm.example") {
			t.Errorf("%+v", m)
		}
		waiting, err := h.Approvals.Waiting(t.Context(), h.by(h.ada), 10)
		if err != nil || len(waiting) != 1 || waiting[0].Kind != signup.AccessKind || strings.Contains(waiting[0].Title, "Kari") {
			t.Errorf("%v, %+v", err, waiting)
		}
		check(t, h.answer(t, r, h.ada, yes))
		if m := h.member(t, h.elm.ID, "per@alm.example"); m.Role != identity.Buyer || m.Status != identity.MemberActive {
			t.Errorf("%+v", m)
		}
		if _, err := h.Identity.SignIn(t.Context(), identity.Attempt{Email: "per@alm.example", Password: password}); err != nil {
			t.Error(err)
		}
		if m := h.last(t, "per@alm.example"); m.Template != "signup.admitted" || h.state(t, r).State != signup.Active {
			t.Errorf("%+v", m)
		}
	})
}

func TestORG1_ANoIsMailedWithItsReason(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		r := h.verify(t, h.submit(t, taken, "per@alm.example"), signup.WantAccess)
		check(t, h.answer(t, r, h.ada, no))
		if m := h.last(t, "per@alm.example"); m.Template != "signup.rejected" || !strings.Contains(m.Body, no.Comment) {
			t.Errorf("%+v", m)
		}
		if a, err := identity.AccountOf(t.Context(), d, "per@alm.example"); err != nil || a.Person.ID != "" || h.state(t, r).State != signup.Rejected {
			t.Errorf("%v, %+v", err, a)
		}
	})
}

func TestORG1_OnlyWhoIsAdministratorNowAnswers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		bo := h.person(t, "Bo Alm", "bo@alm.example", password)
		h.join(t, bo, identity.Administrator)
		r := h.verify(t, h.submit(t, taken, "per@alm.example"), signup.WantAccess)
		h.join(t, bo, identity.Buyer)
		wants(t, "who was administrator when it was asked", h.answer(t, r, bo, yes), "signup.not_administrator")
		for status, code := range map[identity.CustomerStatus]string{identity.Blocked: "authz.customer_blocked", identity.Closed: "authz.customer_closed"} {
			h.set(t, status)
			err := h.answer(t, r, h.ada, yes)
			wants(t, string(status), err, code)
			if !fault.Is(err, fault.Forbidden) || h.state(t, r).State != signup.Asked {
				t.Errorf("%s: %v", status, err)
			}
		}
		h.set(t, identity.OnHold)
		check(t, h.answer(t, r, h.ada, yes))
	})
}

func TestORG1_WhereNobodyCanAnswerStaffDo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		asked := h.verify(t, h.submit(t, taken, "per@alm.example"), signup.WantAccess)
		h.set(t, identity.Blocked)
		blocked := h.verify(t, h.submit(t, taken, "siv@alm.example"), signup.WantAccess)
		if blocked.State != signup.Review || blocked.Flags.V[0] != signup.NoAdmin {
			t.Errorf("%+v", blocked)
		}
		h.set(t, identity.Active)
		h.pass(14 * 24 * time.Hour)
		wants(t, "too late", h.answer(t, asked, h.ada, yes), "approval.expired")
		check(t, h.Sweep(t.Context()))
		if r := h.state(t, asked); r.State != signup.Review || r.Flags.V[0] != signup.NoAnswer {
			t.Errorf("%+v", r)
		}
		v, err := h.Look(t.Context(), clerk, asked.ID)
		if err != nil || v.Want != signup.WantAccess || v.Holder.ID != h.elm.ID {
			t.Fatalf("%v, %+v", err, v)
		}
		say := signup.Decision{Version: v.Version, Want: v.Want, Role: identity.Board}
		wants(t, "a role that is not on offer", h.Approve(t.Context(), clerk, asked.ID, say), "identity.role.unknown")
		say.Role = identity.Administrator
		check(t, h.Approve(t.Context(), clerk, asked.ID, say))
		if m := h.member(t, h.elm.ID, "per@alm.example"); m.Role != identity.Administrator {
			t.Errorf("%+v", m)
		}
	})
}

func TestORG1_ANumberTakenMeanwhileIsToldNotDone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		first, second := h.submit(t, free, "kari@bjork.example"), h.submit(t, free, "per@bjork.example")
		h.verify(t, first, signup.WantCompany)
		_, err := h.Verify(t.Context(), h.token(second), signup.WantCompany, password)
		wants(t, "the second of two", err, "signup.changed")
		_, st, err := h.Confirmation(t.Context(), h.token(second))
		if err != nil || st.Want != signup.WantAccess || st.Holder.ID != h.holder(t, free).ID {
			t.Fatalf("%v, %+v", err, st)
		}
		if r := h.verify(t, second, signup.WantAccess); r.State != signup.Asked || len(h.letters(t, "kari@bjork.example")) != 2 {
			t.Errorf("%+v: the first is asked about the second", r)
		}
	})
}

func TestORG1_WhoHasAnAccountUsesItsPassword(t *testing.T) {
	const own = "det jeg alltid har hatt"
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		per := h.person(t, "Per Osp", "per@osp.example", own)
		r := h.submit(t, free, "PER@osp.example")
		if m := h.last(t, "PER@osp.example"); !strings.Contains(m.Body, "har en konto fra før") {
			t.Errorf("%+v", m)
		}
		_, err := h.Verify(t.Context(), h.token(r), signup.WantCompany, password)
		wants(t, "the one that somebody chose in the form", err, "signup.password.account")
		r, err = h.Verify(t.Context(), h.token(r), signup.WantCompany, own)
		if err != nil || r.State != signup.Active || r.PersonID != per.ID || h.member(t, r.CustomerID, "per@osp.example").Name != "Per Osp" {
			t.Errorf("%v, %+v: the account keeps its name", err, r)
		}

		listed := h.person(t, "siv@alm.example", "siv@alm.example", "") // entered by others, without a password
		h.join(t, listed, identity.Board)
		r = h.verify(t, h.submit(t, other, "siv@alm.example"), signup.WantCompany)
		p, err := identity.PersonByID(t.Context(), d, listed.ID)
		if err != nil || r.PersonID != listed.ID || p.Name != "Kari Bjørk" || h.member(t, h.elm.ID, "siv@alm.example").Role != identity.Board {
			t.Errorf("%v, %+v", err, p)
		}
		if _, err := h.Identity.SignIn(t.Context(), identity.Attempt{Email: "siv@alm.example", Password: password}); err != nil {
			t.Error(err)
		}
	})
}

func TestORG1_StaffAndSuspendedPeopleBecomeNobodysMembers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		staff, out := h.person(t, "Eva Fjord", "eva@firm.example", password), h.person(t, "Ute Alm", "ute@alm.example", password)
		check(t, h.Identity.AddStaff(t.Context(), root, staff.ID, identity.Sales))
		check(t, d.InTx(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE people SET status = 'suspended' WHERE id = $1`, out.ID)
			return err
		}))
		for _, email := range []string{staff.Email, out.Email} {
			r := h.submit(t, free, email)
			_, err := h.Verify(t.Context(), h.token(r), signup.WantCompany, password)
			wants(t, email, err, "signup.barred")
		}
		if h.holder(t, free).ID != "" {
			t.Error("they founded a customer")
		}
	})
}
