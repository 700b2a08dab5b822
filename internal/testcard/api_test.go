package testcard_test

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"skranke/internal/testcard"
	"skranke/internal/testcard/client"
)

// wantCode fails unless err is the provider's refusal with this status and code.
func wantCode(t *testing.T, err error, status int, code string) {
	t.Helper()
	var e *client.Error
	if !errors.As(err, &e) || e.Status != status || e.Code != code {
		t.Fatalf("got %v, want %d %s", err, status, code)
	}
}

// wantMoney fails unless the payment stands like this.
func wantMoney(t *testing.T, p client.Payment, state client.State, captured, released, refunded int64) {
	t.Helper()
	if p.State != state || p.CapturedMinor != captured || p.ReleasedMinor != released || p.RefundedMinor != refunded {
		t.Fatalf("got %+v, want %s, captured %d, released %d, refunded %d", p, state, captured, released, refunded)
	}
}

func TestAReservedPaymentIsCapturedInPartsAndRefunded(t *testing.T) {
	p := start(t)
	paid := p.reserved(t)
	wantMoney(t, paid, client.Reserved, 0, 0, 0)
	if want := p.clock.Now().Add(7 * 24 * time.Hour); paid.ReservedUntil == nil || !paid.ReservedUntil.Equal(want) {
		t.Fatalf("reserved until %v, want %v", paid.ReservedUntil, want)
	}
	if paid.Card == nil || *paid.Card != (client.Card{Brand: "visa", Last4: "4242"}) {
		t.Fatalf("card %v", paid.Card)
	}

	part, err := p.Capture(t.Context(), p.key(), paid.ID, 100000)
	if err != nil {
		t.Fatal(err)
	}
	wantMoney(t, part, client.Captured, 100000, 0, 0)
	_, err = p.Capture(t.Context(), p.key(), paid.ID, 24951)
	wantCode(t, err, 422, client.CodeOverCapture)
	rest, err := p.Release(t.Context(), p.key(), paid.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantMoney(t, rest, client.Done, 100000, 24950, 0)

	back, err := p.Refund(t.Context(), p.key(), paid.ID, 40000)
	if err != nil {
		t.Fatal(err)
	}
	wantMoney(t, back, client.Done, 100000, 24950, 40000)
	_, err = p.Refund(t.Context(), p.key(), paid.ID, 60001)
	wantCode(t, err, 422, client.CodeOverRefund)
	wantMoney(t, p.payment(t, paid.ID), client.Done, 100000, 24950, 40000)
	if back.Version <= rest.Version || rest.Version <= part.Version {
		t.Fatalf("versions do not grow: %d %d %d", part.Version, rest.Version, back.Version)
	}
}

func TestMovesThatTheStateDoesNotAllowAreRefused(t *testing.T) {
	p := start(t)
	created := p.session(t).Payment
	void := p.reserved(t).ID
	if _, err := p.Release(t.Context(), p.key(), void); err != nil {
		t.Fatal(err)
	}
	done := p.reserved(t).ID
	if _, err := p.Capture(t.Context(), p.key(), done, 124950); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		do   func(key string) (client.Payment, error)
		code string
	}{
		{"capture before payment", func(k string) (client.Payment, error) { return p.Capture(t.Context(), k, created, 1) }, client.CodeWrongState},
		{"refund before payment", func(k string) (client.Payment, error) { return p.Refund(t.Context(), k, created, 1) }, client.CodeWrongState},
		{"capture after release", func(k string) (client.Payment, error) { return p.Capture(t.Context(), k, void, 1) }, client.CodeWrongState},
		{"release twice", func(k string) (client.Payment, error) { return p.Release(t.Context(), k, void) }, client.CodeWrongState},
		{"refund after release", func(k string) (client.Payment, error) { return p.Refund(t.Context(), k, void, 1) }, client.CodeWrongState},
		{"capture when done", func(k string) (client.Payment, error) { return p.Capture(t.Context(), k, done, 1) }, client.CodeWrongState},
		{"release when done", func(k string) (client.Payment, error) { return p.Release(t.Context(), k, done) }, client.CodeWrongState},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tt.do(tt.name)
			wantCode(t, err, http.StatusConflict, tt.code)
		})
	}
	_, err := p.Refund(t.Context(), p.key(), done, 0)
	wantCode(t, err, 422, client.CodeInvalid)
	_, err = p.Capture(t.Context(), p.key(), p.reserved(t).ID, -1)
	wantCode(t, err, 422, client.CodeInvalid)
}

func TestTheSameKeyAndBodyGetTheSameAnswerOnce(t *testing.T) {
	p := start(t)
	order := p.order()
	first, err := p.CreateSession(t.Context(), "order-1", order)
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.CreateSession(t.Context(), "order-1", order)
	if err != nil || !reflect.DeepEqual(first, again) {
		t.Fatalf("got %+v, %v, want %+v", again, err, first)
	}
	if n := len(p.Payments()); n != 1 {
		t.Fatalf("%d payments", n)
	}

	order.AmountMinor++
	_, err = p.CreateSession(t.Context(), "order-1", order)
	wantCode(t, err, http.StatusConflict, client.CodeKeyReused)

	paid := p.reserved(t)
	one, err := p.Capture(t.Context(), "capture-1", paid.ID, 1000)
	if err != nil {
		t.Fatal(err)
	}
	p.later(t, 2, time.Hour)
	two, err := p.Capture(t.Context(), "capture-1", paid.ID, 1000)
	if err != nil || !reflect.DeepEqual(one, two) {
		t.Fatalf("got %+v, %v, want %+v", two, err, one)
	}
	_, err = p.Refund(t.Context(), "capture-1", paid.ID, 1000)
	wantCode(t, err, http.StatusConflict, client.CodeKeyReused)
	wantMoney(t, p.payment(t, paid.ID), client.Captured, 1000, 0, 0)
}

func TestARefusedCallMayTryAgainWithItsKey(t *testing.T) {
	p := start(t)
	s := p.session(t)
	_, err := p.Capture(t.Context(), "capture-1", s.Payment, 1000)
	wantCode(t, err, http.StatusConflict, client.CodeWrongState)
	p.pay(t, s, accepted)
	got, err := p.Capture(t.Context(), "capture-1", s.Payment, 1000)
	if err != nil {
		t.Fatal(err)
	}
	wantMoney(t, got, client.Captured, 1000, 0, 0)
}

func TestParallelCapturesNeverTakeTooMuch(t *testing.T) {
	p := start(t)
	paid := p.reserved(t)
	var taken, refused atomic.Int64
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			key := fmt.Sprintf("part-%d", i/2) // each key twice, as two workers of one job
			switch _, err := p.Capture(t.Context(), key, paid.ID, 10000); {
			case err == nil:
				taken.Add(1)
			case client.CodeOf(err) == client.CodeOverCapture:
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	wantMoney(t, p.payment(t, paid.ID), client.Captured, 120000, 0, 0)
	if taken.Load() != 24 || refused.Load() != 16 {
		t.Fatalf("%d taken and %d refused of 12 keys that fit and 8 that do not, each used twice", taken.Load(), refused.Load())
	}
}

func TestASessionNobodyPaidCanBeReleasedAndNoLongerPaid(t *testing.T) {
	p := start(t)
	s := p.session(t)
	got, err := p.Release(t.Context(), p.key(), s.Payment)
	if err != nil {
		t.Fatal(err)
	}
	wantMoney(t, got, client.Void, 0, 0, 0)
	p.pay(t, s, accepted).want(t, http.StatusGone, "Betalingen er avsluttet")
	wantMoney(t, p.payment(t, s.Payment), client.Void, 0, 0, 0)
	if now, err := p.Session(t.Context(), s.ID); err != nil || now.State != client.SessionClosed {
		t.Fatalf("got %+v, %v", now, err)
	}
}

func TestAReservationLapsesAtItsTime(t *testing.T) {
	p := start(t, func(c *testcard.Config) { c.ReserveFor = 48 * time.Hour })
	whole, part := p.reserved(t), p.reserved(t)
	if _, err := p.Capture(t.Context(), p.key(), part.ID, 950); err != nil {
		t.Fatal(err)
	}
	p.later(t, 3, 48*time.Hour-time.Second)
	wantMoney(t, p.payment(t, whole.ID), client.Reserved, 0, 0, 0)
	p.later(t, 0, time.Second)
	wantMoney(t, p.payment(t, whole.ID), client.Lapsed, 0, 124950, 0)
	wantMoney(t, p.payment(t, part.ID), client.Done, 950, 124000, 0)
	_, err := p.Capture(t.Context(), p.key(), whole.ID, 1)
	wantCode(t, err, http.StatusConflict, client.CodeWrongState)
}

func TestLapseLetsGoAtOnceAndOnlyOfWhatIsHeld(t *testing.T) {
	p := start(t)
	paid := p.reserved(t)
	if err := p.Lapse(paid.ID); err != nil {
		t.Fatal(err)
	}
	wantMoney(t, p.payment(t, paid.ID), client.Lapsed, 0, 124950, 0)
	wantCode(t, p.Lapse(paid.ID), http.StatusConflict, client.CodeWrongState)
	wantCode(t, p.Lapse("pay_none"), http.StatusNotFound, client.CodeNotFound)
}

func TestSessionsThatCannotBePaidAreRefusedByField(t *testing.T) {
	p := start(t)
	tests := []struct {
		field  string
		change func(*client.NewSession)
	}{
		{"reference", func(n *client.NewSession) { n.Reference = " " }},
		{"reference", func(n *client.NewSession) { n.Reference = strings.Repeat("x", 101) }},
		{"amount_minor", func(n *client.NewSession) { n.AmountMinor = 0 }},
		{"amount_minor", func(n *client.NewSession) { n.AmountMinor = -5 }},
		{"currency", func(n *client.NewSession) { n.Currency = "kr" }},
		{"description", func(n *client.NewSession) { n.Description = "" }},
		{"language", func(n *client.NewSession) { n.Language = "de" }},
		{"language", func(n *client.NewSession) { n.Language = "sv-SE" }},
		{"return_url", func(n *client.NewSession) { n.ReturnURL = "/orders/1" }},
		{"return_url", func(n *client.NewSession) { n.ReturnURL = "javascript:alert(1)" }},
		{"cancel_url", func(n *client.NewSession) { n.CancelURL = "" }},
		{"customer_email", func(n *client.NewSession) { n.CustomerEmail = "ola" }},
		{"expires_at", func(n *client.NewSession) { n.ExpiresAt = p.clock.Now() }},
		{"expires_at", func(n *client.NewSession) { n.ExpiresAt = time.Time{} }},
	}
	for i, tt := range tests {
		order := p.order()
		tt.change(&order)
		_, err := p.CreateSession(t.Context(), p.key(), order)
		var e *client.Error
		if !errors.As(err, &e) || e.Status != 422 || e.Code != client.CodeInvalid || e.Field != tt.field {
			t.Errorf("%d: got %v, want 422 invalid %s", i, err, tt.field)
		}
	}
	if n := len(p.Payments()); n != 0 {
		t.Fatalf("%d payments were made of it", n)
	}
}

func TestTheAPIAnswersOnlyItsOwnKeyAndItsOwnAddresses(t *testing.T) {
	p := start(t)
	s := p.session(t)
	for _, key := range []string{"", "sk_other", secretKey + "x"} {
		_, err := client.New(p.url, key, nil).Session(t.Context(), s.ID)
		wantCode(t, err, http.StatusUnauthorized, client.CodeUnauthorized)
		_, err = client.New(p.url, key, nil).Release(t.Context(), p.key(), s.Payment)
		wantCode(t, err, http.StatusUnauthorized, client.CodeUnauthorized)
	}
	_, err := p.Session(t.Context(), "ses_none")
	wantCode(t, err, http.StatusNotFound, client.CodeNotFound)
	_, err = p.Payment(t.Context(), s.ID) // the page's id is no payment
	wantCode(t, err, http.StatusNotFound, client.CodeNotFound)
	_, err = p.Capture(t.Context(), p.key(), "../sessions", 1)
	wantCode(t, err, http.StatusNotFound, client.CodeNotFound)
}

func TestMalformedCallsAreRefused(t *testing.T) {
	p := start(t)
	tests := []struct{ name, key, body, code string }{
		{"no key", "", `{}`, client.CodeNoKey},
		{"very long key", strings.Repeat("k", 256), `{}`, client.CodeNoKey},
		{"no JSON", "a", `hello`, client.CodeInvalid},
		{"empty", "b", ``, client.CodeInvalid},
		{"misspelt field", "c", `{"amount": 5}`, client.CodeInvalid},
		{"two values", "d", `{} {}`, client.CodeInvalid},
		{"an amount that is no integer", "e", `{"amount_minor": 5.5}`, client.CodeInvalid},
		{"too large", "f", `{"reference": "` + strings.Repeat("x", 70_000) + `"}`, client.CodeInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/v1/sessions", strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+secretKey)
			req.Header.Set("Idempotency-Key", tt.key)
			p.do(t, req).want(t, http.StatusBadRequest, `"code":"`+tt.code+`"`)
		})
	}
}
