package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"skranke/internal/testcard/client"
)

// answering is a provider that always says the same.
func answering(t *testing.T, status int, body string) *client.Client {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(srv.Close)
	return client.New(srv.URL+"/", "key", nil)
}

func TestOnlyFailuresThatMayPassAreTemporary(t *testing.T) {
	tests := []struct {
		name      string
		status    int
		body      string
		code      string
		temporary bool
	}{
		{"refusal", 409, `{"error":{"code":"wrong_state"}}`, "wrong_state", false},
		{"bad field", 422, `{"error":{"code":"invalid","field":"currency"}}`, "invalid", false},
		{"out of order", 503, `{"error":{"code":"down"}}`, "down", true},
		{"a page from something in between", 502, `<html>Bad gateway</html>`, "internal", true},
		{"too many calls", 429, ``, "internal", true},
		{"request timed out", 408, ``, "internal", true},
		{"an answer cut short", 200, `{"id":"pay_`, "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := answering(t, tt.status, tt.body).Capture(t.Context(), "k", "pay_1", 100)
			if err == nil || client.Temporary(err) != tt.temporary || client.CodeOf(err) != tt.code {
				t.Fatalf("temporary %v, code %q: %v", client.Temporary(err), client.CodeOf(err), err)
			}
		})
	}
}

func TestAProviderOutOfReachIsTemporaryAndItsErrorNamesNoSession(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	srv.Close()
	_, err := client.New(srv.URL, "key", nil).Session(t.Context(), "ses_secret")
	if !client.Temporary(err) {
		t.Fatalf("not temporary: %v", err)
	}
	if strings.Contains(err.Error(), "ses_secret") {
		t.Fatalf("the error tells the session: %v", err)
	}
}

func TestACallerThatStopsWaitingMayTryAgain(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then the server notices that its caller has gone
		cancel()
		<-r.Context().Done()
	}))
	t.Cleanup(srv.Close)
	_, err := client.New(srv.URL, "key", srv.Client()).Refund(ctx, "k", "pay_1", 100)
	if !client.Temporary(err) || !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

func TestAPostWithoutKeyIsNotSent(t *testing.T) {
	_, err := answering(t, 200, `{}`).Release(t.Context(), "", "pay_1")
	if err == nil || client.Temporary(err) {
		t.Fatalf("got %v", err)
	}
}
