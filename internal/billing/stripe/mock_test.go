package stripe_test

import (
	"bufio"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"skranke/internal/billing"
	"skranke/internal/billing/stripe"
	"skranke/internal/i18n"
	"skranke/internal/money"
)

// mock starts Stripe's own mock, which holds every call against the published description of the API, and gives its address.
func mock(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "stripe-mock")
	build := exec.CommandContext(t.Context(), "go", "build", "-modfile=tools/go.mod", "-o", bin, "github.com/stripe/stripe-mock")
	build.Dir = "../../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build stripe-mock: %v\n%s", err, out)
	}
	run := exec.Command(bin, "-http-addr", "127.0.0.1:", "-https-addr", "127.0.0.1:")
	out, err := run.StdoutPipe()
	check(t, err)
	check(t, run.Start())
	t.Cleanup(func() {
		_ = run.Process.Kill()
		_ = run.Wait()
	})
	found := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if _, at, ok := strings.Cut(lines.Text(), "Listening for HTTP at address: "); ok {
				found <- "http://" + at
			}
		}
		_, _ = io.Copy(io.Discard, out)
	}()
	select {
	case url := <-found:
		return url
	case <-time.After(time.Minute):
		t.Fatal("stripe-mock does not start")
		return ""
	}
}

// TestEveryCallHasTheShapeThatStripeDescribes is what can be known of Stripe without an account: that each call is well formed
// and its answer can be read. What Stripe does is in sequence_test.go, as its documents tell it.
func TestEveryCallHasTheShapeThatStripeDescribes(t *testing.T) {
	if testing.Short() {
		t.Skip("builds stripe-mock")
	}
	address := mock(t)
	wantRefused(t, address)
	p, err := stripe.New(stripe.Config{Key: key, WebhookSecret: webhookSecret, URL: address, Now: time.Now})
	check(t, err)
	ctx, ref := t.Context(), billing.Ref{Session: "cs_test_1", Payment: "pi_1"}
	for _, c := range []money.Currency{money.NOK, money.SEK, money.DKK, money.EUR} {
		for _, l := range i18n.All() {
			s, err := p.Start(ctx, billing.Opening{
				Key: "0198f3a0-7c1e-7000-8000-000000000001", Reference: "N-1001", Description: "N-1001: 1 nøkkelbrikke", Amount: money.Of(124950, c), L: l,
				ReturnURL: "https://portal.firm.example/pay/return/x", CancelURL: "https://portal.firm.example/pay/return/x?cancelled=1",
				ExpiresAt: time.Now().Add(14 * 24 * time.Hour),
			})
			if err != nil || s.Session == "" || !strings.HasPrefix(s.URL, "https://checkout.stripe.com/") || s.Until.IsZero() {
				t.Errorf("start in %s and %s: %+v, %v", c, l.Tag(), s, err)
			}
		}
	}
	if r, err := p.Look(ctx, ref); err != nil || r.Session == "" || r.State == "" {
		t.Errorf("look: %+v, %v", r, err)
	}
	for name, call := range map[string]func() (billing.Report, error){
		"capture": func() (billing.Report, error) { return p.Capture(ctx, ref, money.Of(100, money.NOK), "key-1") },
		"release": func() (billing.Report, error) { return p.Release(ctx, ref, "key-2") },
		"refund":  func() (billing.Report, error) { return p.Refund(ctx, ref, money.Of(100, money.NOK), "key-3") },
		"cancel":  func() (billing.Report, error) { return stripe.Cancel(ctx, p, ref, "key-4") },
	} {
		if r, err := call(); err != nil || r.State == "" || r.Amount.Currency == "" && name != "refund" && name != "release" {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

// wantRefused makes sure that a call which is not well formed fails, so that the test that asks proves something.
func wantRefused(t *testing.T, address string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/v1/checkout/sessions", strings.NewReader("mode=payment&capture=later"))
	check(t, err)
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	check(t, err)
	defer res.Body.Close()
	if res.StatusCode != http.StatusBadRequest {
		t.Errorf("stripe-mock answers %d to a field that there is not", res.StatusCode)
	}
}
