package testcard_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"skranke/internal/testcard"
	"skranke/internal/testcard/client"
)

// quiet is how long nothing has to come before it is taken for nothing.
const quiet = 150 * time.Millisecond

func (s *shop) wantQuiet(t *testing.T) {
	t.Helper()
	select {
	case h := <-s.hooks:
		t.Fatalf("a webhook came: %+v", h)
	case <-time.After(quiet):
	}
}

func TestEachChangeSendsASignedWebhook(t *testing.T) {
	p := start(t)
	s := p.session(t)
	p.pay(t, s, declined)
	failed := p.shop.next(t)
	if failed.event.Type != client.EventFailed || failed.event.Data.Failure != client.FailDeclined {
		t.Fatalf("got %+v", failed)
	}
	p.pay(t, s, accepted)
	reserved := p.shop.next(t)
	if reserved.event.Type != client.EventReserved || !reflect.DeepEqual(reserved.event.Data, p.payment(t, s.Payment)) {
		t.Fatalf("got %+v", reserved)
	}
	if reserved.id == failed.id {
		t.Fatalf("two events share the id %s", reserved.id)
	}
	steps := []struct {
		do   func() (client.Payment, error)
		want client.EventType
	}{
		{func() (client.Payment, error) { return p.Capture(t.Context(), p.key(), s.Payment, 500) }, client.EventCaptured},
		{func() (client.Payment, error) { return p.Refund(t.Context(), p.key(), s.Payment, 200) }, client.EventRefunded},
		{func() (client.Payment, error) { return p.Release(t.Context(), p.key(), s.Payment) }, client.EventReleased},
	}
	for _, step := range steps {
		answer, err := step.do()
		if err != nil {
			t.Fatal(err)
		}
		if h := p.shop.next(t); h.event.Type != step.want || !reflect.DeepEqual(h.event.Data, answer) {
			t.Fatalf("got %+v, want %s with %+v", h.event, step.want, answer)
		}
	}
	p.shop.wantQuiet(t)
}

func TestALapseIsToldWithoutAnyoneAsking(t *testing.T) {
	p := start(t)
	one, two := p.reserved(t), p.reserved(t)
	p.shop.next(t)
	p.shop.next(t)
	if err := p.Lapse(one.ID); err != nil {
		t.Fatal(err)
	}
	if h := p.shop.next(t); h.event.Type != client.EventLapsed || h.event.Data.ID != one.ID {
		t.Fatalf("got %+v", h)
	}
	p.later(t, 0, 7*24*time.Hour)
	if h := p.shop.next(t); h.event.Type != client.EventLapsed || h.event.Data.ID != two.ID {
		t.Fatalf("got %+v", h)
	}
}

func TestAWebhookIsTriedAgainUntilItIsTaken(t *testing.T) {
	p := start(t)
	p.shop.failNext(2)
	p.reserved(t)
	first, second, third := p.shop.next(t), p.shop.next(t), p.shop.next(t)
	if first.id != second.id || second.id != third.id {
		t.Fatalf("ids %s %s %s", first.id, second.id, third.id)
	}
	p.shop.wantQuiet(t)
}

func TestAWebhookIsGivenUpAfterTheLastTry(t *testing.T) {
	p := start(t)
	p.shop.failNext(100)
	p.reserved(t)
	for range 4 { // at once, and after each of three waits
		p.shop.next(t)
	}
	p.shop.wantQuiet(t)
}

func TestWebhooksMisbehaveAsTold(t *testing.T) {
	t.Run("twice under one id", func(t *testing.T) {
		p := start(t)
		p.SetBehaviour(testcard.Behaviour{WebhookTwice: true})
		p.reserved(t)
		if a, b := p.shop.next(t), p.shop.next(t); a.id != b.id || !reflect.DeepEqual(a.event, b.event) {
			t.Fatalf("got %+v and %+v", a, b)
		}
		p.shop.wantQuiet(t)
	})
	t.Run("never", func(t *testing.T) {
		p := start(t)
		p.SetBehaviour(testcard.Behaviour{WebhookNever: true, WebhookBeforeReturn: true})
		wantMoney(t, p.reserved(t), client.Reserved, 0, 0, 0)
		p.shop.wantQuiet(t)
	})
	t.Run("late", func(t *testing.T) {
		p := start(t)
		p.SetBehaviour(testcard.Behaviour{WebhookDelay: 2 * quiet})
		p.reserved(t)
		p.shop.wantQuiet(t)
		p.shop.next(t)
	})
	t.Run("before the payer returns", func(t *testing.T) {
		p := start(t)
		p.SetBehaviour(testcard.Behaviour{WebhookBeforeReturn: true, WebhookDelay: time.Hour})
		for range 5 {
			p.reserved(t)
			if n := len(p.shop.hooks); n != 1 {
				t.Fatalf("%d webhooks have come when the payer returns", n)
			}
			<-p.shop.hooks
		}
	})
	t.Run("none without an address", func(t *testing.T) {
		p := start(t, func(c *testcard.Config) { c.WebhookURL, c.WebhookSecret = "", "" })
		p.reserved(t)
		p.shop.wantQuiet(t)
	})
}

func TestAProviderThatIsDownAnswers503AndComesBack(t *testing.T) {
	p := start(t)
	s := p.session(t)
	p.SetBehaviour(testcard.Behaviour{Down: true})
	_, err := p.CreateSession(t.Context(), "order-9", p.order())
	wantCode(t, err, http.StatusServiceUnavailable, client.CodeDown)
	if !client.Temporary(err) {
		t.Fatal("a provider that is down is not taken for temporary")
	}
	p.get(t, s.URL).want(t, http.StatusServiceUnavailable, "Card payment is down right now")
	p.pay(t, s, accepted).want(t, http.StatusServiceUnavailable)
	p.SetBehaviour(testcard.Behaviour{})
	if _, err := p.CreateSession(t.Context(), "order-9", p.order()); err != nil {
		t.Fatal(err)
	}
	wantMoney(t, p.payment(t, s.Payment), client.Created, 0, 0, 0)
}

func TestWhereOnlyOneCaptureIsAllowedTheRestIsReleased(t *testing.T) {
	p := start(t)
	p.SetBehaviour(testcard.Behaviour{CaptureOnce: true})
	paid := p.reserved(t)
	got, err := p.Capture(t.Context(), p.key(), paid.ID, 4950)
	if err != nil {
		t.Fatal(err)
	}
	wantMoney(t, got, client.Done, 4950, 120000, 0)
	_, err = p.Capture(t.Context(), p.key(), paid.ID, 1)
	wantCode(t, err, http.StatusConflict, client.CodeCaptureOnce)
}

func TestCloseStopsWebhooksAndARestartGoesOn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "testcard.json")
	p := start(t, func(c *testcard.Config) {
		c.StateFile, c.WebhookRetries = file, []time.Duration{time.Hour}
	})
	p.shop.failNext(1)
	s, err := p.CreateSession(t.Context(), "order-1", p.order())
	if err != nil {
		t.Fatal(err)
	}
	p.pay(t, s, accepted)
	first := p.shop.next(t)
	p.Close()
	p.Close()
	raw, err := os.ReadFile(file)
	if err != nil || strings.Contains(string(raw), "4242424242424242") || strings.Contains(string(raw), "ola@") {
		t.Fatalf("state file: %v, %s", err, raw)
	}

	again := start(t, func(c *testcard.Config) { c.StateFile, c.WebhookURL = file, p.shop.url })
	if h := p.shop.next(t); h.id != first.id || !reflect.DeepEqual(h.event, first.event) {
		t.Fatalf("got %+v, want %+v", h, first)
	}
	wantMoney(t, again.payment(t, s.Payment), client.Reserved, 0, 0, 0)
	same, err := again.CreateSession(t.Context(), "order-1", p.order())
	if err != nil || same.ID != s.ID {
		t.Fatalf("after a restart the key gave %+v, %v", same, err)
	}
	again.get(t, again.url+"/pay/"+s.ID).want(t, 200, "Allerede betalt")
	if got := again.Payments(); len(got) != 1 || got[0].ID != s.Payment {
		t.Fatalf("got %+v", got)
	}
}

func TestRunTellsWhatIsWrongWithItsSettings(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "broken.json")
	if err := os.WriteFile(broken, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := testcard.Config{Secret: "k", Now: time.Now, WebhookURL: "http://shop.example/hook", WebhookSecret: "s"}
	tests := []struct {
		name, want string
		change     func(*testcard.Config)
	}{
		{"no secret", "Secret", func(c *testcard.Config) { c.Secret = "" }},
		{"no clock", "Now", func(c *testcard.Config) { c.Now = nil }},
		{"an address that is none", "WebhookURL", func(c *testcard.Config) { c.WebhookURL = "shop.example" }},
		{"no webhook secret", "webhook secret", func(c *testcard.Config) { c.WebhookSecret = "" }},
		{"a public address that is none", "PublicURL", func(c *testcard.Config) { c.PublicURL = "shop" }},
		{"a broken state file", "broken.json", func(c *testcard.Config) { c.StateFile = broken }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := good
			tt.change(&cfg)
			err := testcard.New(cfg).Run(t.Context(), listen(t))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want something about %s", err, tt.want)
			}
		})
	}
	if raw, err := os.ReadFile(broken); err != nil || string(raw) != "{" {
		t.Fatalf("the unreadable file was touched: %s, %v", raw, err)
	}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

func TestRunServesUntilItsContextEnds(t *testing.T) {
	server := testcard.New(testcard.Config{Secret: secretKey, Now: time.Now, PublicURL: "https://pay.example/"})
	ln := listen(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx, ln) }()
	c := client.New("http://"+ln.Addr().String(), secretKey, nil)
	s, err := c.CreateSession(t.Context(), "k", client.NewSession{
		Reference: "KO-1", AmountMinor: 100, Currency: "SEK", Description: "1 nyckelbricka", Language: "sv",
		ReturnURL: "https://shop.example/", CancelURL: "https://shop.example/", ExpiresAt: time.Now().Add(time.Hour),
	})
	if err != nil || s.URL != "https://pay.example/pay/"+s.ID {
		t.Fatalf("got %+v, %v", s, err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if _, err := c.Session(t.Context(), s.ID); !client.Temporary(err) {
		t.Fatalf("it still answers: %v", err)
	}
}
