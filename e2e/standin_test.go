package e2e

import (
	"testing"

	"skranke/internal/db"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/web/webtest"
)

// TestCARE8_… follows a call: the caller is found by phone number, customer service sees the caller's pages, cannot answer for
// the board, and both stand in the trail.
func TestCARE8_CustomerServiceSeesAsTheCallerAndNeverAnswersForThem(t *testing.T) {
	s := demonstration(t)
	caller := s.person(boardMember)
	phone, err := db.One[string](t.Context(), s.open(), `SELECT phone FROM people WHERE id = $1`, caller.ID)
	if err != nil {
		t.Fatal(err)
	}
	w := s.signIn(t, identity.CustomerService, inNorwegian)
	l := i18n.NB
	w.Open(s.URL + "/office/customers")
	w.Fill("q", phone)
	w.Press("\r")
	w.See(caller.Name)
	w.Axe(t)
	w.Click(`main form[action$="/stand-in"] button`)
	w.See(caller.Name, l.UIStandOut())
	w.Axe(t)
	w.Open(s.URL + "/inbox")
	w.Axe(t)
	w.Click(`main a[href^="/inbox/"]`)
	w.Axe(t)
	if n := webtest.Eval[int](w.Tab, `document.querySelectorAll("button[name=decision]").length`); n != 0 {
		t.Errorf("staff are offered to answer for the board: %d buttons", n)
	}
	w.Open(s.URL + "/office/customers")
	w.See(l.Code("authz.standing_in"))
	w.Click(l.UIStandOut())
	w.At("/office/*")
	n, err := db.One[int64](t.Context(), s.open(), `SELECT count(*) AS n FROM events WHERE name LIKE 'identity.stand_in.%' AND on_behalf = $1 AND actor = $2`, caller.ID, s.staff(identity.CustomerService).ID)
	if err != nil || n != 2 {
		t.Errorf("the trail has %d events with both persons, %v", n, err)
	}
}
