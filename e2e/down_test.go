package e2e

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"skranke/internal/app"
	"skranke/internal/approval"
	"skranke/internal/db/dbtest"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/keys"
	"skranke/internal/mail"
	"skranke/internal/testcard"
	"skranke/internal/testcard/client"
)

// inside runs the program in this process instead of its own, for what cannot be reached from outside: how its test card
// provider behaves.
func inside(t testing.TB, dsn string) (*server, *testcard.Server) {
	t.Helper()
	furnish(t, dsn, true)
	listen, cards := freeAddress(t), freeAddress(t)
	s := &server{t: t, URL: "http://" + listen, Cards: "http://" + cards, Data: t.TempDir(), Database: dsn, log: &logbook{}, left: make(chan struct{})}
	settings, _, err := app.Load([]string{"--listen", listen, "--cards-listen", cards, "--data", s.Data, "--database", dsn}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	d, err := app.Open(ctx, settings)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.NewDemo(ctx, settings, d, slog.New(slog.NewJSONHandler(s.log, nil)), func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	s.tell = func() error { cancel(); return nil }
	s.kill = s.tell
	go func() {
		defer close(s.left)
		s.err = a.Run(ctx, func(string) {})
		_ = d.Close()
	}()
	t.Cleanup(s.end)
	s.awaitReady("demo")
	return s, a.Cards
}

func TestOPS1_KEY4_WhileTheCardProviderIsDownEveryStepIsKept(t *testing.T) {
	s, cards := inside(t, dbtest.SQLite(t))
	r := s.resident(t, s.findHouse(wanted{l: i18n.NB}), inNorwegian)
	r.fillIn()
	cards.SetBehaviour(testcard.Behaviour{Down: true})
	r.Click(orderButton)
	r.atStatus(keys.AwaitingPayment)
	r.See(r.l.KeysPayLaterTitle(), r.l.KeysPayLater())
	o := r.order()

	cards.SetBehaviour(testcard.Behaviour{})
	box := s.mailbox(t, r.email, r.way)
	box.openMail(r.l.KeysMailPaySubject(o.Number))
	r.Open(box.follow(r.l.KeysMailPayButton()))
	r.Miss(r.l.KeysPayLaterTitle())
	r.Click(r.l.KeysPayButton(r.amount()))
	r.fillCard(goodCard)
	cards.SetBehaviour(testcard.Behaviour{WebhookNever: true}) // the way back tells as well
	r.Click(payButton)
	r.atStatus(keys.AwaitingBoard)

	cards.SetBehaviour(testcard.Behaviour{Down: true})
	board := s.mailbox(t, r.at.Approvers[0].Email, r.way)
	board.openMail(o.Number)
	board.Open(board.follow(r.l.KeysMailApproveButton()))
	board.decide(approval.Approve)
	r.atStatus(keys.StatusMaking) // the money is safe: the reservation stands
	cards.SetBehaviour(testcard.Behaviour{})
	s.awaitCard(t, o.ID, client.Done)
	r.See(r.l.Code("keys.order.capture"))
}

func TestOPS1_KEY6_WhileTheMailServerIsDownLettersWaitAndCanBeSentAgain(t *testing.T) {
	dsn, address := dbtest.SQLite(t), freeAddress(t)
	furnish(t, dsn, false)
	s := start(t, "serve", t.TempDir(), dsn, "--smtp", "smtp://"+address+"?tls=none")
	r := s.resident(t, s.findHouse(wanted{l: i18n.NB}), inNorwegian)
	r.fillIn()
	r.orderAndPay() // nothing of it waits for a letter
	o := r.order()

	admin := s.signIn(t, identity.Admin, inNorwegian)
	to := r.at.Approvers[0].Email
	admin.Until("the letter has been tried in vain", func() bool {
		admin.Open(s.URL + "/office/mails")
		admin.Click(`tr:has(td:nth-child(2)) a`)
		return admin.Count("main form[action$='/resend']") == 1
	})
	admin.Open(s.URL + "/office/keys/orders/" + o.ID)
	admin.See(admin.l.KeysMailApproveSubject(r.at.Flat, o.Number), admin.l.Code("mail.state.queued"))

	post := openPostOffice(t, address, 0)
	admin.Open(s.URL + "/office/mails?state=" + string(mail.Queued))
	admin.Until("every letter has gone out", func() bool {
		admin.Open(s.URL + "/office/mails?state=" + string(mail.Queued))
		if admin.Count(`main a[href^="/office/mails/"]`) > 0 {
			admin.Click(`main a[href^="/office/mails/"]`)
			if admin.Count("main form[action$='/resend']") == 1 {
				admin.Click("main form[action$='/resend'] button")
			}
		}
		return post.received(to) > 0 && post.received(r.email) > 0
	})
	admin.Open(s.URL + "/office/keys/orders/" + o.ID)
	admin.Until("the order's page shows that its letters are sent", func() bool {
		admin.Reload()
		return !strings.Contains(admin.Text(), admin.l.Code("mail.state.queued"))
	})
	if n := post.received(to); n != 1 {
		t.Errorf("the approver got the letter %d times", n)
	}
}
