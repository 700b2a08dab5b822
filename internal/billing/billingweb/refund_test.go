package billingweb_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"skranke/internal/billing"
	"skranke/internal/db"
)

// taken is a payment whose amount has been captured at the provider.
func (s *site) taken(subject string) billing.Payment {
	s.t.Helper()
	p := s.started(subject)
	s.get(s.pay(p), "")
	_, err := s.billing.Providers[0].Capture(s.t.Context(), billing.Ref{Session: p.Session, Payment: p.ProviderRef}, p.Money(), "capture-"+subject)
	check(s.t, err)
	_, err = s.billing.Look(s.t.Context(), p.ID)
	check(s.t, err)
	return p
}

func TestC8_APaymentsPageLeadsToTheOtherAttempts(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		first := s.started("1")
		if a := s.get("/office/payments/"+first.ID, "staff"); strings.Contains(a.body, "All attempts") {
			t.Error("one attempt is listed as many")
		}
		check(t, s.billing.DB.InTx(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE payments SET state = 'failed', failure = 'abandoned' WHERE id = $1`, first.ID)
			return err
		}))
		second := s.started("1")
		s.get("/office/payments/"+second.ID, "staff").want(t, http.StatusOK, "All attempts", "/office/payments/"+first.ID+`"`, "Not paid in time", "no. 2")
	})
}

var once = regexp.MustCompile(`name="once" value="([^"]+)"`)

func TestC8_FinanceGiveAPartBackOnThePaymentsPage(t *testing.T) {
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	each(t, func(t *testing.T, s *site) {
		p := s.taken("1")
		file := "/office/payments/" + p.ID
		a := s.get(file, "staff")
		a.want(t, http.StatusOK, "Refund", "At most NOK\u00a01,249.50")
		id := once.FindStringSubmatch(a.body)[1]
		send := func(session, amount, reason string) answer {
			return s.send(http.MethodPost, file+"/refund", session, url.Values{"once": {id}, "amount": {amount}, "reason": {reason}}.Encode(), form)
		}
		send("staff", "", "").want(t, http.StatusUnprocessableEntity, "Enter an amount", `name="once" value="`+id+`"`)
		send("staff", "1,249.51", "Wrong fob").want(t, http.StatusUnprocessableEntity, "No more can be refunded than was taken", "Wrong fob")
		send("staff", "0", "Wrong fob").want(t, http.StatusUnprocessableEntity, "Enter an amount above zero")
		send("staff", "49.50", " ").want(t, http.StatusUnprocessableEntity, "Enter why the money is given back", `value="49.50"`)
		send("clerk", "49.50", "Wrong fob").want(t, http.StatusForbidden)
		for range 2 { // a double click
			if a := send("staff", "49.50", "Wrong <b>fob</b>"); a.status != http.StatusSeeOther || a.header.Get("Location") != file {
				t.Fatalf("refund: %d to %q", a.status, a.header.Get("Location"))
			}
		}
		n, err := db.One[int64](t.Context(), s.billing.DB, `SELECT COUNT(*) AS n FROM payment_steps WHERE payment_id = $1 AND does = 'refund' AND amount = 4950`, p.ID)
		if err != nil || n != 1 {
			t.Errorf("%d refunds (%v)", n, err)
		}
		s.get(file, "staff").want(t, http.StatusOK, "Wrong &lt;b&gt;fob&lt;/b&gt;", "A refund was asked for", "At most NOK\u00a01,200.00", "Fia Berg")
		waiting := s.started("2")
		if a := s.get("/office/payments/"+waiting.ID, "staff"); once.MatchString(a.body) {
			t.Error("what is not paid can be refunded")
		}
	})
}
