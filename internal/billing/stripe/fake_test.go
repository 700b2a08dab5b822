package stripe_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"
)

// account is Stripe as its documents describe it, as far as one account's payments need: Checkout sessions, PaymentIntents,
// idempotency keys. Tests play the payer, the bank and the network.
type account struct {
	url string
	now func() time.Time

	mu       sync.Mutex
	sessions []*session
	replies  map[string]reply
	calls    []call
	fail     func(c call) (status int, kind, code string) // decides on calls before they are done; 0 lets them pass
	lose     func(c call) bool                            // the call is done, its answer is lost
}

type call struct {
	method, path, key string
	form              url.Values
}

type reply struct {
	fingerprint string
	status      int
	body        []byte
}

// session is a Checkout session with the payment on it.
type session struct {
	id, intent, status, currency string
	amount, received, refunded   int64
	expires                      time.Time
	// paid is the PaymentIntent's status; empty before the first try.
	paid, reason  string
	lastError     map[string]any
	captureBefore time.Time
	metadata      map[string]string
}

func newAccount(t *testing.T, now func() time.Time) *account {
	t.Helper()
	a := &account{now: now, replies: map[string]reply{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/checkout/sessions", a.post(a.create))
	mux.HandleFunc("GET /v1/checkout/sessions/{id}", a.show)
	mux.HandleFunc("POST /v1/checkout/sessions/{id}/expire", a.post(a.expire))
	mux.HandleFunc("POST /v1/payment_intents/{id}/capture", a.post(a.capture))
	mux.HandleFunc("POST /v1/payment_intents/{id}/cancel", a.post(a.cancel))
	mux.HandleFunc("POST /v1/refunds", a.post(a.refund))
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	a.url = srv.URL
	return a
}

// refusal is an error of the API.
type refusal struct {
	status            int
	kind, code, param string
}

func (r refusal) body() []byte {
	out, _ := json.Marshal(map[string]any{"error": map[string]any{"type": r.kind, "code": r.code, "param": r.param, "message": "Kari Nes, kari@post.example"}})
	return out
}

func bad(code string) *refusal { return &refusal{400, "invalid_request_error", code, ""} }

func (a *account) allowed(w http.ResponseWriter, r *http.Request, c call) bool {
	a.calls = append(a.calls, c)
	if r.Header.Get("Authorization") != "Bearer "+key {
		answer(w, 401, refusal{401, "invalid_request_error", "", ""}.body())
		return false
	}
	if a.fail != nil {
		if status, kind, code := a.fail(c); status != 0 {
			answer(w, status, refusal{status, kind, code, ""}.body())
			return false
		}
	}
	return true
}

func answer(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Request-Id", "req_1")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// post is a call that changes something: the second with a key gets the answer of the first, whatever that was.
func (a *account) post(do func(r *http.Request, form url.Values) (any, *refusal)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(body))
		c := call{r.Method, r.URL.Path, r.Header.Get("Idempotency-Key"), form}
		a.mu.Lock()
		defer a.mu.Unlock()
		if !a.allowed(w, r, c) {
			return
		}
		sum := sha256.Sum256([]byte(r.URL.Path + "\n" + form.Encode()))
		print := hex.EncodeToString(sum[:])
		old, again := a.replies[c.key]
		switch {
		case c.key == "":
			answer(w, 400, refusal{400, "invalid_request_error", "no_key", ""}.body()) // the tests want one on every call
			return
		case again && old.fingerprint != print:
			answer(w, 400, refusal{400, "idempotency_error", "", ""}.body())
			return
		case again:
			w.Header().Set("Idempotent-Replayed", "true")
		default:
			old = reply{print, 200, nil}
			if out, no := do(r, form); no != nil {
				old.status, old.body = no.status, no.body()
			} else {
				old.body, _ = json.Marshal(out)
			}
			a.replies[c.key] = old
		}
		if a.lose != nil && a.lose(c) {
			panic(http.ErrAbortHandler) // the connection breaks
		}
		answer(w, old.status, old.body)
	}
}

func (a *account) create(_ *http.Request, f url.Values) (any, *refusal) {
	minor, err := strconv.ParseInt(f.Get("line_items[0][price_data][unit_amount]"), 10, 64)
	if err != nil || f.Get("mode") != "payment" || f.Get("payment_intent_data[capture_method]") != "manual" {
		return nil, bad("parameter_missing")
	}
	n := len(a.sessions) + 1
	s := &session{
		id: fmt.Sprintf("cs_test_%d", n), intent: fmt.Sprintf("pi_%d", n), status: "open", amount: minor, currency: f.Get("line_items[0][price_data][currency]"),
		expires: a.now().Add(24 * time.Hour), metadata: map[string]string{"payment": f.Get("payment_intent_data[metadata][payment]")},
	}
	a.sessions = append(a.sessions, s)
	return s.json(), nil
}

func (a *account) show(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.allowed(w, r, call{r.Method, r.URL.Path, "", nil}) {
		return
	}
	s := a.find(r.PathValue("id"))
	if s == nil {
		answer(w, 404, refusal{404, "invalid_request_error", "resource_missing", "session"}.body())
		return
	}
	body, _ := json.Marshal(s.json())
	answer(w, 200, body)
}

func (a *account) find(id string) *session {
	for _, s := range a.sessions {
		if s.id == id || s.intent == id {
			if s.status == "open" && !a.now().Before(s.expires) {
				s.status = "expired"
			}
			return s
		}
	}
	return nil
}

func (a *account) expire(r *http.Request, _ url.Values) (any, *refusal) {
	s := a.find(r.PathValue("id"))
	if s == nil || s.status != "open" {
		return nil, bad("")
	}
	s.status = "expired"
	return s.json(), nil
}

func (a *account) capture(r *http.Request, f url.Values) (any, *refusal) {
	s := a.find(r.PathValue("id"))
	minor, err := strconv.ParseInt(f.Get("amount_to_capture"), 10, 64)
	switch {
	case s == nil || err != nil:
		return nil, bad("resource_missing")
	case s.paid != "requires_capture":
		return nil, bad("payment_intent_unexpected_state")
	case minor > s.amount:
		return nil, bad("amount_too_large")
	}
	s.paid, s.received = "succeeded", minor
	return s.intentJSON(), nil
}

func (a *account) cancel(r *http.Request, _ url.Values) (any, *refusal) {
	s := a.find(r.PathValue("id"))
	if s == nil || s.paid != "requires_capture" {
		return nil, bad("payment_intent_unexpected_state")
	}
	s.paid = "canceled"
	return s.intentJSON(), nil
}

func (a *account) refund(_ *http.Request, f url.Values) (any, *refusal) {
	s := a.find(f.Get("payment_intent"))
	minor, err := strconv.ParseInt(f.Get("amount"), 10, 64)
	if s == nil || err != nil || s.paid != "succeeded" || s.refunded+minor > s.received {
		return nil, bad("charge_already_refunded")
	}
	s.refunded += minor
	return map[string]any{"id": "re_1", "object": "refund", "amount": minor, "status": "succeeded", "payment_intent": s.intent}, nil
}

func (s *session) json() map[string]any {
	out := map[string]any{
		"id": s.id, "object": "checkout.session", "status": s.status, "amount_total": s.amount, "currency": s.currency, "url": "https://checkout.stripe.com/c/pay/" + s.id,
		"expires_at": s.expires.Unix(), "payment_intent": nil, "metadata": s.metadata,
		"customer_details": map[string]any{"email": "kari@post.example", "name": "Kari Nes"},
	}
	if s.paid != "" {
		out["payment_intent"] = s.intentJSON()
	}
	return out
}

func (s *session) intentJSON() map[string]any {
	out := map[string]any{
		"id": s.intent, "object": "payment_intent", "status": s.paid, "amount": s.amount, "currency": s.currency, "amount_received": s.received,
		"cancellation_reason": nil, "last_payment_error": nil, "latest_charge": nil, "metadata": s.metadata, "client_secret": "pi_secret",
	}
	if s.reason != "" {
		out["cancellation_reason"] = s.reason
	}
	if s.lastError != nil {
		out["last_payment_error"] = s.lastError
	}
	if !s.captureBefore.IsZero() {
		out["latest_charge"] = map[string]any{
			"id": "ch_" + s.intent, "object": "charge", "amount": s.amount, "amount_refunded": s.refunded, "payment_intent": s.intent,
			"payment_method_details": map[string]any{"type": "card", "card": map[string]any{"capture_before": s.captureBefore.Unix()}},
		}
	}
	return out
}

// with changes a session as the payer or the bank does.
func (a *account) with(id string, change func(s *session)) session {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.find(id)
	change(s)
	return *s
}

// pay is the payer with a good card; false when the page no longer takes one.
func (a *account) pay(id string) bool {
	return a.with(id, func(s *session) {
		if s.status == "open" {
			s.status, s.paid, s.captureBefore, s.lastError = "complete", "requires_capture", a.now().Add(7*24*time.Hour), nil
		}
	}).paid == "requires_capture"
}

// decline is the payer with a card that the bank says no to.
func (a *account) decline(id, code, declineCode string) {
	a.with(id, func(s *session) {
		s.paid, s.lastError = "requires_payment_method", map[string]any{"type": "card_error", "code": code, "decline_code": declineCode, "message": "Kari Nes"}
	})
}

// made lists the calls so far whose path ends so.
func (a *account) made(method, path string) (out []call) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, c := range a.calls {
		if ok := c.method == method && len(c.path) >= len(path) && c.path[len(c.path)-len(path):] == path; ok {
			out = append(out, c)
		}
	}
	return out
}

func (a *account) set(fail func(c call) (int, string, string), lose func(c call) bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fail, a.lose = fail, lose
}
