package signup_test

import (
	"slices"
	"strings"
	"testing"

	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/fault"
	"skranke/internal/identity"
	"skranke/internal/signup"
)

// put writes what a membership is now.
func (h *house) put(t *testing.T, m identity.Member, status identity.MemberStatus, methods string) {
	t.Helper()
	check(t, h.DB.InTx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE members SET status = $1, methods = $2, version = 2 WHERE id = $3`, status, methods, m.ID)
		return err
	}))
}

func (h *house) whatIs(t *testing.T, m identity.Member) identity.Member {
	t.Helper()
	m, err := identity.MemberByID(t.Context(), h.DB, m.ID)
	check(t, err)
	return m
}

func TestORG1_WhoIsSuspendedDoesNotComeBackByAskingForAccess(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		per := h.person(t, "Per Alm", "per@alm.example", password)
		m := h.join(t, per, identity.Resident)
		asked := h.submit(t, taken, "siv@alm.example")
		h.put(t, m, identity.MemberSuspended, `["card"]`)
		r := h.submit(t, taken, "per@alm.example")
		if _, st, err := h.Confirmation(t.Context(), h.token(r)); err != nil || fault.CodeOf(st.Barred()) != "signup.barred" {
			t.Errorf("%v, %+v", err, st)
		}
		_, err := h.Verify(t.Context(), h.token(r), signup.WantAccess, password)
		wants(t, "asking", err, "signup.barred")
		if got := h.state(t, r).State; got != signup.Unverified || len(h.letters(t, "ada@alm.example")) != 0 {
			t.Errorf("%s: nobody is asked", got)
		}

		siv := h.person(t, "Siv Alm", "siv@alm.example", password)
		asked = h.verify(t, asked, signup.WantAccess)
		n := h.join(t, siv, identity.Resident)
		h.put(t, n, identity.MemberSuspended, `["card"]`)
		wants(t, "a yes that comes after", h.answer(t, asked, h.ada, yes), "signup.barred")
		err = d.InTx(t.Context(), func(tx *db.Tx) error {
			_, err := h.Identity.Join(t.Context(), tx, root, h.elm.ID, siv.ID, identity.Administrator)
			return err
		})
		wants(t, "joining", err, "identity.member.already_suspended")
		for _, m := range []identity.Member{m, n} {
			if got := h.whatIs(t, m); got.Status != identity.MemberSuspended || got.Role != identity.Resident || !slices.Equal(got.Methods.V, []string{"card"}) {
				t.Errorf("%+v", got)
			}
		}
	})
}

func TestORG1_WhoWasRemovedAsksUnderTheNameOfTheirAccount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		per := h.person(t, "Per Alm", "per@alm.example", password)
		m := h.join(t, per, identity.Administrator)
		h.put(t, m, identity.MemberRemoved, `["card"]`)
		r := h.verify(t, h.submit(t, taken, "per@alm.example"), signup.WantAccess) // typed is another name
		if mail := h.last(t, "ada@alm.example"); !strings.Contains(mail.Body, "Per Alm") || strings.Contains(mail.Body, "Kari Bjørk") {
			t.Errorf("%s", mail.Body)
		}
		if asker, err := h.Asker(t.Context(), r.ID); err != nil || asker.Name != "Per Alm" || asker.Email != "per@alm.example" {
			t.Errorf("%+v, %v", asker, err)
		}
		check(t, h.answer(t, r, h.ada, yes))
		kept, err := db.One[string](t.Context(), d, `SELECT CAST(methods AS TEXT) FROM members WHERE id = $1`, m.ID)
		if err != nil || kept != "[]" {
			t.Errorf("ways of paying are kept as %s, %v", kept, err)
		}
		if got := h.whatIs(t, m); got.Status != identity.MemberActive || got.Role != identity.Buyer {
			t.Errorf("%+v", got)
		}
	})
}
