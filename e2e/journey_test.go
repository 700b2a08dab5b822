package e2e

import (
	"testing"

	"skranke/internal/db/dbtest"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/keys"
	"skranke/internal/web/webtest"
)

// small is a demonstration on a database with two associations and nothing else.
func small(t testing.TB, dsn string) *server {
	t.Helper()
	furnish(t, dsn, true)
	return start(t, "demo", t.TempDir(), dsn)
}

func TestKEY1_KEY2_KEY4_KEY6_KEY8_AResidentOrdersPaysAndGetsAFob(t *testing.T) {
	for _, tt := range []struct {
		name     string
		l        i18n.L
		view     webtest.View
		noScript bool
		database func(testing.TB) string
	}{
		{"in nb", i18n.NB, webtest.Desktop, false, dbtest.SQLite},
		{"in sv on a phone", i18n.SV, webtest.Phone, false, dbtest.SQLite},
		{"without scripts", i18n.NB, webtest.Phone, true, dbtest.SQLite},
		{"in sv on PostgreSQL", i18n.SV, webtest.Desktop, false, dbtest.Postgres},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := small(t, tt.database(t))
			r := s.resident(t, s.findHouse(tt.l, 1), tt.l, tt.view, tt.noScript)
			wholeWay(t, r, tt.noScript)
		})
	}
}

func wholeWay(t *testing.T, r *resident, noScript bool) {
	t.Helper()
	r.chooseHouse()
	wrongNumbers(t, r)
	r.giveNumbers(r.at.CustomerNumber, r.at.System, r.at.Zone)
	r.giveSelf()
	r.orderAndPay()
	o := r.order()

	board := r.s.mailbox(t, r.at.Approvers[0].Email, r.l)
	board.openMail(o.Number)
	decide := board.follow(r.l.KeysMailApproveButton())
	for range 2 { // opening decides nothing, however often: mail programs open links too
		board.Open(decide)
		board.See(r.l.ApprovalApproveButton(), r.at.Flat, r.name)
	}
	if now := r.order(); now.Board != string(keys.BoardAsked) {
		t.Fatalf("opening the link has moved the board's column to %s", now.Board)
	}
	board.Click(r.l.ApprovalApproveButton())
	board.See(r.l.Code("approval.state.approved"), r.at.Approvers[0].Name)

	if noScript {
		r.Reload()
	}
	r.atStatus(keys.StatusMaking) // with scripts by itself: nobody has touched the resident's tab
	r.s.mailbox(t, r.email, r.l).openMail(o.Number, r.l.KeysMailApprovedSubject(o.Number))
	r.s.awaitCard(t, o.ID, "done")

	second := r.s.mailbox(t, r.at.Approvers[1].Email, r.l)
	second.openMail(o.Number)
	second.Open(second.follow(r.l.KeysMailApproveButton()))
	second.See(r.at.Approvers[0].Name)
	if second.Count(`button[name=decision]`) != 0 {
		t.Error("the second approver is still asked")
	}

	maker := r.s.signIn(t, identity.Production)
	maker.produce(o.Number, "SN-0001")
	if noScript {
		r.Reload()
	}
	r.atStatus(keys.StatusReceived)
	r.See("SN-0001")
}

// wrongNumbers makes the mistake that says nothing about which number is wrong.
func wrongNumbers(t *testing.T, r *resident) {
	t.Helper()
	r.giveNumbers(r.at.CustomerNumber, r.at.System, "99-99")
	r.See(r.l.Code("keys.form.numbers_mismatch"))
	if got := status(r.Tab); got != 422 {
		t.Errorf("wrong numbers are answered with %d, want 422", got)
	}
	one := r.Text()
	for name, want := range map[string]string{"customer_number": r.at.CustomerNumber, "system_number": r.at.System, "code": "99-99"} {
		if got := r.Value(name); got != want {
			t.Errorf("%s holds %q after a mistake, want %q", name, got, want)
		}
	}
	r.giveNumbers("1", r.at.System, r.at.Zone)
	if other := r.Text(); other != one {
		t.Errorf("another wrong number is answered otherwise:\n%s\n--- and\n%s", one, other)
	}
}
