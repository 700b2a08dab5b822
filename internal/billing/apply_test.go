package billing_test

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/billing"
	"skranke/internal/db"
	"skranke/internal/money"
	"skranke/internal/testcard/client"

	"pgregory.net/rapid"
)

func TestEveryStateOfAPaymentCanBeReached(t *testing.T) {
	if err := billing.Checked.Check(billing.Created); err != nil {
		t.Error(err)
	}
}

// TestKEY4_NewsInAnyOrderAndNumberEndAlike is invariant 14: every life of a payment, its news shuffled, doubled and in part
// lost, ends as the latest of them says, and no step happens twice.
func TestKEY4_NewsInAnyOrderAndNumberEndAlike(t *testing.T) {
	amount := money.Of(1000, money.NOK)
	at := func(s billing.State, captured, refunded int64) billing.Report {
		return billing.Report{State: s, Amount: amount, Captured: captured, Refunded: refunded}
	}
	lives := [][]billing.Report{
		{at(billing.Created, 0, 0), at(billing.Reserved, 0, 0), at(billing.Captured, 1000, 0), at(billing.Refunded, 1000, 1000)},
		{at(billing.Created, 0, 0), at(billing.Reserved, 0, 0), at(billing.Captured, 400, 0), at(billing.Captured, 1000, 0), at(billing.Captured, 1000, 300)},
		{at(billing.Created, 0, 0), at(billing.Reserved, 0, 0), at(billing.Released, 0, 0)},
		{at(billing.Created, 0, 0), at(billing.Reserved, 0, 0), at(billing.Lapsed, 0, 0)},
		{at(billing.Created, 0, 0), at(billing.Released, 0, 0)},
		{at(billing.Created, 0, 0), at(billing.Failed, 0, 0)},
	}
	rapid.Check(t, func(t *rapid.T) {
		life := rapid.SampledFrom(lives).Draw(t, "life")
		last := life[len(life)-1]
		news := append(rapid.SliceOfN(rapid.SampledFrom(life), 0, 12).Draw(t, "news"), last)
		news = rapid.Permutation(news).Draw(t, "order")

		p := billing.Payment{State: billing.Created, Amount: 1000, Currency: money.NOK}
		count := map[billing.Action]int{}
		for _, r := range news {
			var done []billing.Action
			p, done = p.After(r)
			for _, a := range done {
				count[a]++
			}
		}

		if p.State != last.State || p.Captured != last.Captured || p.Refunded != last.Refunded {
			t.Fatalf("%s captured %d refunded %d, want %+v", p.State, p.Captured, p.Refunded, last)
		}
		for a, n := range count {
			if limit := map[billing.Action]int{billing.Capture: 2}[a]; n > max(limit, 1) {
				t.Fatalf("%s happened %d times", a, n)
			}
		}
		if p.State == billing.Released && count[billing.Capture] > 0 {
			t.Fatal("captured and released")
		}
	})
}

// webhook signs a body as the provider does.
func (s *shop) webhook(t *testing.T, id string, body []byte) http.Header {
	t.Helper()
	signature, err := client.Sign(webhookSecret, id, s.clock.now(), body)
	check(t, err)
	h := http.Header{}
	h.Set(client.HeaderID, id)
	h.Set(client.HeaderTimestamp, strconv.FormatInt(s.clock.now().Unix(), 10))
	h.Set(client.HeaderSignature, signature)
	return h
}

func reservedBody(session, payment string, minor int) []byte {
	return []byte(`{"type":"payment.reserved","timestamp":"2026-11-20T09:00:00Z","data":{"id":"` + payment + `","session":"` + session +
		`","state":"reserved","version":2,"amount_minor":` + strconv.Itoa(minor) + `,"currency":"NOK"}}`)
}

func TestAWebhookOfAnotherIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p, _ := s.started(t, "1")
		got := s.payment(t, p.ID)
		body := reservedBody(got.Session, got.ProviderRef, 124950)
		good := s.webhook(t, "msg_1", body)
		old := s.webhook(t, "msg_1", body)
		old.Set(client.HeaderTimestamp, strconv.FormatInt(s.clock.now().Add(-time.Hour).Unix(), 10))
		for name, h := range map[string]http.Header{"no signature": {}, "another time": old} {
			if err := s.Hear(t.Context(), billing.TestcardName, h, body); !errors.Is(err, billing.ErrSignature) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := s.Hear(t.Context(), billing.TestcardName, good, bytes.Replace(body, []byte("124950"), []byte("1"), 1)); !errors.Is(err, billing.ErrSignature) {
			t.Errorf("another body: %v", err)
		}
		wantFault(t, s.Hear(t.Context(), "nobody", good, body), "billing.not_found")
		if got := s.payment(t, p.ID); got.State != billing.Created {
			t.Errorf("state %s", got.State)
		}
		check(t, s.Hear(t.Context(), billing.TestcardName, good, body))
		s.wait(t, p.ID, billing.Reserved)
	})
}

func TestNewsOfAnotherAmountIsKeptButDoesNotPay(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p, _ := s.started(t, "1")
		got := s.payment(t, p.ID)
		body := reservedBody(got.Session, got.ProviderRef, 1)
		if err := s.Hear(t.Context(), billing.TestcardName, s.webhook(t, "msg_1", body), body); err == nil {
			t.Error("nobody is told")
		}
		check(t, s.Hear(t.Context(), billing.TestcardName, s.webhook(t, "msg_1", body), body))
		if got := s.payment(t, p.ID); got.State != billing.Created {
			t.Errorf("state %s", got.State)
		}
		n, err := db.One[int64](t.Context(), s.DB, `SELECT COUNT(*) AS n FROM payment_messages WHERE message = 'msg_1' AND payment_id = $1`, p.ID)
		if err != nil || n != 1 {
			t.Errorf("kept %d (%v)", n, err)
		}
	})
}

func TestNewsOfAPaymentThatIsNotOursIsKeptAndAnswered(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		body := reservedBody("ses_other", "pay_other", 124950)
		check(t, s.Hear(t.Context(), billing.TestcardName, s.webhook(t, "msg_1", body), body))
	})
}

func TestEightCopiesOfAWebhookAtOnceReserveOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p, _ := s.started(t, "1")
		got := s.payment(t, p.ID)
		body := reservedBody(got.Session, got.ProviderRef, 124950)
		check(t, errors.Join(atOnce(8, func(i int) error {
			id := "msg_" + strconv.Itoa(i/2) // four messages, each twice
			return s.Hear(t.Context(), billing.TestcardName, s.webhook(t, id, body), body)
		})...))
		s.wantEvents(t, p.ID, "start", "reserve")
	})
}

func TestPaymentsAreListedAsFarAsTheReaderMaySeeThem(t *testing.T) {
	see := []authz.Permission{billing.MaySee}
	each(t, func(t *testing.T, s *shop) {
		for i := range billing.PageSize + 3 {
			s.clock.move(time.Second)
			s.open(t, strconv.Itoa(i))
		}
		for _, tt := range []struct {
			name string
			by   authz.Actor
			want int
		}{
			{"staff", authz.Actor{Grants: []authz.Grant{{Scope: authz.All, May: see}}}, billing.PageSize},
			{"the customer", authz.Actor{Grants: []authz.Grant{{Scope: authz.Customer, ID: "oak", May: see}}}, billing.PageSize},
			{"another customer", authz.Actor{Grants: []authz.Grant{{Scope: authz.Customer, ID: "elm", May: see}}}, 0},
			{"nobody", authz.Actor{}, 0},
		} {
			got, err := s.List(t.Context(), tt.by, billing.Filter{})
			if err != nil || len(got.Payments) != tt.want || got.Next != (tt.want > 0) || got.Prev {
				t.Errorf("%s: %d payments, next %v, previous %v (%v)", tt.name, len(got.Payments), got.Next, got.Prev, err)
			}
			if tt.want > 0 {
				s.wantPages(t, tt.by, got.Payments)
			}
		}
		got, err := s.List(t.Context(), authz.Actor{Grants: []authz.Grant{{Scope: authz.All, May: see}}}, billing.Filter{State: billing.Captured})
		if err != nil || len(got.Payments) != 0 {
			t.Errorf("captured: %d (%v)", len(got.Payments), err)
		}
	})
}

// wantPages goes to the second page and back to the first.
func (s *shop) wantPages(t *testing.T, by authz.Actor, first []billing.Payment) {
	t.Helper()
	last := first[len(first)-1].ID
	second, err := s.List(t.Context(), by, billing.Filter{After: last})
	if err != nil || len(second.Payments) != 3 || second.Next || !second.Prev {
		t.Fatalf("second page: %d, next %v (%v)", len(second.Payments), second.Next, err)
	}
	back, err := s.List(t.Context(), by, billing.Filter{Before: second.Payments[0].ID})
	same := func(a, b billing.Payment) bool { return a.ID == b.ID }
	if err != nil || !slices.EqualFunc(back.Payments, first, same) || back.Prev || !back.Next {
		t.Errorf("back on the first page: %d, previous %v (%v)", len(back.Payments), back.Prev, err)
	}
	if n, err := s.Count(t.Context(), by, billing.Filter{}, 20); err != nil || n != 20 {
		t.Errorf("counted %d (%v)", n, err)
	}
	if d, err := s.Dossier(t.Context(), by, last); err != nil || d.Payment.ID != last {
		t.Errorf("dossier: %v", err)
	}
}
