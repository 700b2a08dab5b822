package client_test

import (
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	"skranke/internal/testcard/client"
)

// The example that Standard Webhooks publishes, so that any library of theirs can read ours.
const (
	exampleSecret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	exampleID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	exampleUnix      = 1614265330
	exampleBody      = `{"test": 2432232314}`
	exampleSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

func exampleHeaders() http.Header {
	h := http.Header{}
	h.Set("webhook-id", exampleID)
	h.Set("webhook-timestamp", strconv.Itoa(exampleUnix))
	h.Set("webhook-signature", exampleSignature)
	return h
}

func TestSignGivesThePublishedExample(t *testing.T) {
	got, err := client.Sign(exampleSecret, exampleID, time.Unix(exampleUnix, 0), []byte(exampleBody))
	if err != nil || got != exampleSignature {
		t.Fatalf("got %q, %v, want %q", got, err, exampleSignature)
	}
}

func TestVerifyTakesOnlyWhatTheProviderSent(t *testing.T) {
	const fresh = exampleUnix + 299
	tests := []struct {
		name   string
		secret string
		change func(http.Header)
		body   string
		now    int64
		want   error
	}{
		{name: "as sent"},
		{name: "five minutes old", now: exampleUnix + 300},
		{name: "five minutes ahead", now: exampleUnix - 300},
		{name: "older", now: exampleUnix + 301, want: client.ErrTimestamp},
		{name: "further ahead", now: exampleUnix - 301, want: client.ErrTimestamp},
		{name: "another body", body: `{"test": 2432232315}`, want: client.ErrSignature},
		{name: "another secret", secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx", want: client.ErrSignature},
		{name: "another id", change: set("webhook-id", "msg_other"), want: client.ErrSignature},
		{name: "a newer time", change: set("webhook-timestamp", strconv.Itoa(fresh)), want: client.ErrSignature},
		{name: "no id", change: set("webhook-id", ""), want: client.ErrSignature},
		{name: "no time", change: set("webhook-timestamp", ""), want: client.ErrSignature},
		{name: "time that is no number", change: set("webhook-timestamp", "now"), want: client.ErrSignature},
		{name: "no signature", change: set("webhook-signature", ""), want: client.ErrSignature},
		{name: "bad signature", change: set("webhook-signature", "v1,AAAA"), want: client.ErrSignature},
		{name: "another version", change: set("webhook-signature", "v2"+exampleSignature[2:]), want: client.ErrSignature},
		{name: "second of two signatures", change: set("webhook-signature", "v1,AAAA "+exampleSignature)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h, secret, body, now := exampleHeaders(), exampleSecret, exampleBody, int64(fresh)
			if tt.change != nil {
				tt.change(h)
			}
			if tt.secret != "" {
				secret = tt.secret
			}
			if tt.body != "" {
				body = tt.body
			}
			if tt.now != 0 {
				now = tt.now
			}
			if err := client.Verify(secret, h, []byte(body), time.Unix(now, 0)); !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func set(name, value string) func(http.Header) { return func(h http.Header) { h.Set(name, value) } }

func TestASecretWithoutPrefixIsTakenAsItIsAndABrokenOneRefused(t *testing.T) {
	at := time.Unix(exampleUnix, 0)
	plain, err := client.Sign("a plain secret", "msg_1", at, []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	h := http.Header{}
	h.Set(client.HeaderID, "msg_1")
	h.Set(client.HeaderTimestamp, strconv.Itoa(exampleUnix))
	h.Set(client.HeaderSignature, plain)
	if err := client.Verify("a plain secret", h, []byte("{}"), at); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"", "whsec_", "whsec_not base64"} {
		if _, err := client.Sign(secret, "msg_1", at, nil); err == nil {
			t.Errorf("secret %q was taken", secret)
		}
		if err := client.Verify(secret, h, []byte("{}"), at); err == nil {
			t.Errorf("secret %q verified", secret)
		}
	}
}

func TestParseEventRefusesWhatIsNoEvent(t *testing.T) {
	for _, body := range []string{"", "[]", "{}", `{"type":"payment.reserved"}`, `{"data":{"id":"pay_1"}}`} {
		if e, err := client.ParseEvent([]byte(body)); err == nil {
			t.Errorf("%q became %v", body, e)
		}
	}
	e, err := client.ParseEvent([]byte(`{"type":"payment.reserved","timestamp":"2026-11-20T10:00:00Z","data":{"id":"pay_1","version":2}}`))
	if err != nil || e.Type != client.EventReserved || e.Data.Version != 2 {
		t.Errorf("got %v, %v", e, err)
	}
}
