package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"skranke/internal/approval"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/i18n"
	"skranke/internal/keys"
	"skranke/internal/testcard/client"
	"skranke/internal/web/webtest"
)

func TestKEY4_KEY6_KEY8_ANoOfTheBoardReleasesTheMoney(t *testing.T) {
	s := small(t, dbtest.SQLite(t))
	r := s.resident(t, s.findHouse(wanted{l: i18n.NB}), inNorwegian)
	r.fillIn()
	r.orderAndPay()
	o := r.order()

	board := s.mailbox(t, r.at.Approvers[0].Email, r.way)
	board.openMail(o.Number)
	board.Open(board.follow(r.l.KeysMailApproveButton()))
	board.decide(approval.Reject)
	board.See(r.l.Code("approval.reason_needed"))
	if got := status(board.Tab); got != 422 {
		t.Errorf("a no without a reason is answered with %d, want 422", got)
	}
	const reason = "Leiligheten har allerede to brikker."
	board.Fill("reason", reason)
	board.decide(approval.Reject)
	board.See(r.l.Code("approval.state.rejected"), reason)

	r.atStatus(keys.StatusRejected)
	r.See(reason, r.l.Code("keys.order.release"))
	s.mailbox(t, r.email, r.way).openMail(r.l.KeysMailRejectedSubject(o.Number))
	s.awaitCard(t, o.ID, client.Void)
}

func TestKEY6_TwoOfTheBoardMustSayYesWhereTheAgreementSaysSo(t *testing.T) {
	s := small(t, dbtest.SQLite(t))
	danish := way{l: i18n.DA, view: webtest.Desktop}
	r := s.resident(t, s.findHouse(wanted{l: i18n.DA, yes: 2, product: keys.Key}), danish)
	r.fillIn()
	r.orderAndPay()
	o := r.order()
	for i, p := range r.at.Approvers[:2] {
		board := s.mailbox(t, p.Email, danish)
		board.openMail(o.Number)
		board.Open(board.follow(r.l.KeysMailApproveButton()))
		board.decide(approval.Approve)
		if i == 0 {
			board.See(r.l.ApprovalMoreNeeded(1))
			r.atStatus(keys.AwaitingBoard)
		}
	}
	r.atStatus(keys.StatusMaking)
	s.awaitCard(t, o.ID, client.Done)
}

func TestKEY2_KEY4_TwoTabsADoubleClickAndTheBackButtonMakeOneOrder(t *testing.T) {
	s := small(t, dbtest.SQLite(t))
	for name, act := range map[string]func(r *resident){
		"a second click": func(r *resident) {
			r.DoubleClick(orderButton)
			r.fillCard(goodCard)
			r.DoubleClick(payButton)
		},
		"a second tab": func(r *resident) {
			twin := *r
			twin.Tab = r.Twin(r.t)
			twin.Open(r.URL())
			r.Click(orderButton)
			twin.Click(orderButton)
			twin.fillCard(goodCard)
			r.payAtProvider(goodCard)
			r.atStatus(keys.AwaitingBoard)
			twin.Click(payButton)
			twin.atStatus(keys.AwaitingBoard)
		},
		"the back button": func(r *resident) {
			sum := r.URL()
			r.Click(orderButton)
			r.Until("the card provider's page is open", func() bool { return r.URL() != sum })
			r.Back()
			if r.Count(orderButton) > 0 { // the page as the browser has kept it
				r.Click(orderButton)
			} else {
				r.atStatus(keys.AwaitingPayment)
				r.Click(r.l.KeysPayButton(r.amount()))
			}
			r.payAtProvider(goodCard)
			r.atStatus(keys.AwaitingBoard)
			r.Open(sum)
		},
		"the form sent often at once": func(r *resident) {
			sendOften(r.t, r.URL(), webtest.Eval[string](r.Tab, `document.querySelector("[name=total]").value`))
			r.Click(orderButton)
			r.payAtProvider(goodCard)
		},
	} {
		for _, w := range []way{inNorwegian, withoutJS} {
			t.Run(fmt.Sprintf("%s without scripts %v", name, w.noScript), func(t *testing.T) {
				r := s.resident(t, s.findHouse(wanted{l: i18n.NB}), w)
				r.email = fmt.Sprintf("%s.%v@post.example", strings.ReplaceAll(name, " ", "."), w.noScript)
				r.fillIn()
				act(r)
				r.atStatus(keys.AwaitingBoard)
				onePayment(t, r)
			})
		}
	}
}

func TestKEY2_KEY4_AFormSentOftenAtOnceMakesOneOrderOnPostgreSQL(t *testing.T) {
	s := small(t, dbtest.Postgres(t))
	r := s.resident(t, s.findHouse(wanted{l: i18n.NB}), withoutJS)
	r.fillIn()
	sendOften(t, r.URL(), webtest.Eval[string](r.Tab, `document.querySelector("[name=total]").value`))
	r.Click(orderButton)
	r.payAtProvider(goodCard)
	r.atStatus(keys.AwaitingBoard)
	onePayment(t, r)
}

// sendOften sends the last page of the form eight times, all on their way together, as a broken mouse does.
func sendOften(t testing.TB, address, total string) {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			res, err := client.PostForm(address, url.Values{"total": {total}})
			if err != nil {
				t.Error(err)
				return
			}
			_ = res.Body.Close()
			if res.StatusCode != http.StatusSeeOther {
				t.Errorf("one of many orders at once is answered with %d", res.StatusCode)
			}
		})
	}
	all.Wait()
}

// onePayment fails unless the resident has one order with one payment, which is reserved once.
func onePayment(t *testing.T, r *resident) {
	t.Helper()
	o := r.order()
	n, err := db.One[int64](t.Context(), r.s.open(), `SELECT COUNT(*) FROM payments WHERE subject = $1`, o.ID)
	if err != nil || n != 1 {
		t.Errorf("order %s has %d payments (%v), want one", o.Number, n, err)
	}
	r.s.awaitCard(t, o.ID, client.Reserved)
}

func TestKEY4_ADeclinedCardIsFollowedByAnother(t *testing.T) {
	s := small(t, dbtest.SQLite(t))
	r := s.resident(t, s.findHouse(wanted{l: i18n.SV}), inSwedish)
	r.fillIn()
	r.Click(orderButton)
	r.payAtProvider("4000 0000 0000 0002")
	r.See(r.l.Code("testcard.card_declined"))
	r.Click(r.l.TestcardCancel())
	r.atStatus(keys.AwaitingPayment)
	r.Click(r.l.KeysPayButton(r.amount()))
	r.payAtProvider("4000 0000 0000 3220") // the bank asks once more
	r.Click(r.l.TestcardConfirmYes())
	r.atStatus(keys.AwaitingBoard)
	s.awaitCard(t, r.order().ID, client.Reserved)
}
