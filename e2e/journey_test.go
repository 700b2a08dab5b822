package e2e

import (
	"net/url"
	"testing"

	"skranke/internal/agreement"
	"skranke/internal/approval"
	"skranke/internal/db/dbtest"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/keys"
	"skranke/internal/testcard/client"
	"skranke/internal/web/webtest"
)

// small is a demonstration on a database with three associations and nothing else.
func small(t testing.TB, dsn string) *server {
	t.Helper()
	furnish(t, dsn, true)
	return start(t, "demo", t.TempDir(), dsn)
}

var (
	inNorwegian = way{l: i18n.NB, view: webtest.Desktop}
	inSwedish   = way{l: i18n.SV, view: webtest.Phone}
	withoutJS   = way{l: i18n.NB, view: webtest.Phone, noScript: true}
)

func TestKEY1_KEY2_KEY4_KEY6_KEY8_AResidentOrdersPaysAndGetsAFob(t *testing.T) {
	for _, tt := range []struct {
		name     string
		way      way
		delivery string
		database func(testing.TB) string
	}{
		{"in Norwegian", inNorwegian, keys.Pickup, dbtest.SQLite},
		{"in Swedish on a phone by post", inSwedish, keys.Post, dbtest.SQLite},
		{"without scripts", withoutJS, keys.Pickup, dbtest.SQLite},
		{"on PostgreSQL", inNorwegian, keys.Pickup, dbtest.Postgres},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := small(t, tt.database(t))
			r := s.resident(t, s.findHouse(wanted{l: tt.way.l}), tt.way)
			r.delivery = tt.delivery
			r.chooseHouse()
			wrongNumbers(t, r)
			r.giveNumbers(r.at.CustomerNumber, r.at.System, r.at.Zone)
			r.giveSelf()
			r.orderAndPay()
			theBoardSaysYes(t, r)
			theFobIsMade(t, r)
		})
	}
}

// wrongNumbers makes two mistakes, and nothing in the answers says which number is wrong.
func wrongNumbers(t *testing.T, r *resident) {
	t.Helper()
	r.giveNumbers(r.at.CustomerNumber, r.at.System, "99-99")
	r.See(r.l.Code("keys.form.numbers_mismatch"))
	if got := status(r.Tab); got != 422 {
		t.Errorf("wrong numbers are answered with %d, want 422", got)
	}
	r.Axe(t)
	for name, want := range map[string]string{"customer_number": r.at.CustomerNumber, "system_number": r.at.System, "code": "99-99"} {
		if got := r.Value(name); got != want {
			t.Errorf("%s holds %q after a mistake, want %q", name, got, want)
		}
	}
	one := r.Text()
	r.giveNumbers("1", r.at.System, r.at.Zone)
	if other := r.Text(); other != one {
		t.Errorf("another wrong number is answered otherwise:\n%s\n--- and\n%s", one, other)
	}
}

func theBoardSaysYes(t *testing.T, r *resident) {
	t.Helper()
	o := r.order()
	board := r.s.mailbox(t, r.at.Approvers[0].Email, r.way)
	board.openMail(o.Number)
	link := board.follow(r.l.KeysMailApproveButton())
	for range 2 { // opening decides nothing, however often: mail programs open links too
		board.Open(link)
		board.See(r.l.ApprovalApproveButton(), r.at.Flat, r.at.System)
	}
	if now := r.order(); now.Board != string(keys.BoardAsked) {
		t.Fatalf("opening the link has moved the board's column to %s", now.Board)
	}
	board.decide(approval.Approve)
	board.See(r.l.Code("approval.state.approved"), r.at.Approvers[0].Name)

	r.atStatus(keys.StatusMaking) // nobody has touched the resident's tab
	mine := r.s.mailbox(t, r.email, r.way)
	mine.openMail(r.l.KeysMailApprovedSubject(o.Number))
	mine.Open(mine.follow(r.l.KeysMailStatusButton()))
	mine.See(o.Number, r.l.Code("keys.status."+string(keys.StatusMaking)))
	r.s.awaitCard(t, o.ID, client.Done)

	second := r.s.mailbox(t, r.at.Approvers[1].Email, r.way)
	second.openMail(o.Number)
	second.Open(second.follow(r.l.KeysMailApproveButton()))
	second.See(r.l.ApprovalApprovedBy(r.at.Approvers[0].Name, r.s.decided(t, o.ID, r.l)))
	if status(second.Tab) != 200 || second.Count(`button[name=decision]`) != 0 {
		second.Errorf("the second approver is not told kindly that it is decided")
	}
}

func theFobIsMade(t *testing.T, r *resident) {
	t.Helper()
	o := r.order()
	maker := r.s.signIn(t, identity.Production, r.way)
	maker.makes(o, "SN-0001")
	if r.delivery == keys.Post {
		maker.Fill("tracking", "SE123456789NO")
		maker.act("send")
		r.atStatus(keys.StatusSent)
		r.See("SE123456789NO")
		r.Click(r.l.KeysReceivedButton())
		r.Click(r.l.KeysReceivedYes())
	} else {
		maker.act("ready")
		r.atStatus(keys.StatusReady)
		maker.Fill("handed_to", r.name)
		maker.act("hand_over")
	}
	r.atStatus(keys.StatusReceived)
	r.See("SN-0001")
}

func TestKEY4_KEY6_KEY8_NewsReachPagesThatAreOpenOnAnotherNode(t *testing.T) {
	dsn := dbtest.Postgres(t)
	here := small(t, dsn)
	there := start(t, "demo", t.TempDir(), dsn)
	r := here.resident(t, here.findHouse(wanted{l: i18n.NB, payer: agreement.AssociationPays}), inNorwegian)
	r.fillIn()
	r.See(r.l.KeysOrderButton()) // nothing to pay: the association is invoiced
	r.Click(orderButton)
	r.atStatus(keys.AwaitingBoard)
	o := r.order()

	board := there.mailbox(t, r.at.Approvers[0].Email, r.way)
	board.openMail(o.Number)
	link, err := url.Parse(board.follow(r.l.KeysMailApproveButton()))
	if err != nil {
		t.Fatal(err)
	}
	board.Open(there.URL + link.Path)
	board.decide(approval.Approve)
	r.atStatus(keys.StatusMaking)

	maker := there.signIn(t, identity.Production, r.way)
	maker.makes(o, "SN-0002")
	maker.act("ready")
	r.atStatus(keys.StatusReady)
}
