package testcard

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/mail"
	"strings"
	"unicode/utf8"

	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/money"
	"skranke/internal/testcard/client"
)

// maxBody is far more than any call needs.
const maxBody = 64 << 10

// read wraps a call that changes nothing. f runs under the lock.
func (s *Server) read(f func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.authorize(r); err != nil {
			writeError(w, err)
			return
		}
		s.mu.Lock()
		out, err := f(r)
		s.mu.Unlock()
		body, err := encode(out, err)
		if err != nil {
			s.fail(w, err)
			return
		}
		writeJSON(w, http.StatusOK, body)
	})
}

// change wraps a call that changes something: the second call with a key gets the first one's answer, byte for byte. f runs under the
// lock, so two calls with one key cannot pass each other.
func (s *Server) change(f func(r *http.Request, body []byte) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.authorize(r); err != nil {
			writeError(w, err)
			return
		}
		key := r.Header.Get("Idempotency-Key")
		if key == "" || len(key) > 255 {
			writeError(w, bad(client.CodeNoKey, "send an Idempotency-Key of at most 255 characters"))
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			writeError(w, bad(client.CodeInvalid, "the body cannot be read or is too large"))
			return
		}
		out, again, err := s.once(r, key, body, f)
		if err != nil {
			s.fail(w, err)
			return
		}
		if again {
			w.Header().Set("Idempotent-Replayed", "true")
		}
		writeJSON(w, out.Status, out.Body)
	})
}

// once does f unless the key has had its answer.
func (s *Server) once(r *http.Request, key string, body []byte, f func(*http.Request, []byte) (any, error)) (reply, bool, error) {
	sum := sha256.Sum256(append([]byte(r.Method+" "+r.URL.Path+"\n"), body...))
	fingerprint := base64.RawURLEncoding.EncodeToString(sum[:])
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.data.Replies[key]; ok {
		if old.Fingerprint != fingerprint {
			return reply{}, false, conflict(client.CodeKeyReused, "this key was used for another request")
		}
		return old, true, nil
	}
	out, err := encode(f(r, body))
	if err != nil {
		return reply{}, false, err
	}
	status := http.StatusOK
	if r.URL.Path == "/v1/sessions" {
		status = http.StatusCreated
	}
	first := reply{Fingerprint: fingerprint, Status: status, Body: out}
	s.data.Replies[key] = first
	s.dirty = true
	return first, false, nil
}

func encode(out any, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return json.Marshal(out)
}

// fail logs what is not a refusal; writeError keeps it from the caller.
func (s *Server) fail(w http.ResponseWriter, err error) {
	if client.CodeOf(err) == "" {
		s.cfg.Log.Error("testcard call failed", "err", err)
	}
	writeError(w, err)
}

func (s *Server) authorize(r *http.Request) error {
	given := sha256.Sum256([]byte(r.Header.Get("Authorization")))
	want := sha256.Sum256([]byte("Bearer " + s.cfg.Secret))
	if subtle.ConstantTimeCompare(given[:], want[:]) == 1 {
		return nil
	}
	return &client.Error{Status: http.StatusUnauthorized, Code: client.CodeUnauthorized, Message: "the secret key is wrong"}
}

func (s *Server) createSession(r *http.Request, body []byte) (any, error) {
	var in client.NewSession
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	now := s.cfg.Now().UTC()
	if err := check(in); err != nil {
		return nil, err
	}
	if !in.ExpiresAt.After(now) {
		return nil, invalid("expires_at", "must be in the future")
	}
	token, _ := id.Token()
	sid := "ses_" + token
	p := &payment{Payment: client.Payment{
		ID: newID("pay_"), Session: sid, Reference: in.Reference, State: client.Created, Version: 1,
		AmountMinor: in.AmountMinor, Currency: in.Currency, CreatedAt: now, UpdatedAt: now,
	}}
	se := &session{
		Session: client.Session{
			ID: sid, URL: s.publicURL(r) + "/pay/" + sid, Payment: p.ID, Reference: in.Reference,
			AmountMinor: in.AmountMinor, Currency: in.Currency, CreatedAt: now, ExpiresAt: in.ExpiresAt.UTC(),
		},
		Language: in.Language, Description: in.Description, ReturnURL: in.ReturnURL, CancelURL: in.CancelURL,
	}
	s.data.Sessions[sid], s.data.Payments[p.ID] = se, p
	out := se.Session
	out.State = client.SessionOpen
	return out, nil
}

// publicURL is where browsers reach us: as configured, else as the caller did.
func (s *Server) publicURL(r *http.Request) string {
	if s.cfg.PublicURL != "" {
		return strings.TrimRight(s.cfg.PublicURL, "/")
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// check refuses what no payment can be made of. An e-mail address is accepted, as real providers do, and not kept: nothing is sent.
func check(in client.NewSession) error {
	switch {
	case !lengthWithin(in.Reference, 100):
		return invalid("reference", "must have 1 to 100 characters")
	case in.AmountMinor <= 0:
		return invalid("amount_minor", "must be more than 0")
	case !money.Currency(in.Currency).Valid():
		return invalid("currency", "must be NOK, SEK, DKK or EUR")
	case !lengthWithin(in.Description, 200):
		return invalid("description", "must have 1 to 200 characters")
	case !isLanguage(in.Language):
		return invalid("language", "must be nb, sv, da or en")
	case !isWebURL(in.ReturnURL):
		return invalid("return_url", "must be an absolute http or https address")
	case !isWebURL(in.CancelURL):
		return invalid("cancel_url", "must be an absolute http or https address")
	}
	if in.CustomerEmail != "" {
		if _, err := mail.ParseAddress(in.CustomerEmail); err != nil {
			return invalid("customer_email", "must be an e-mail address")
		}
	}
	return nil
}

func lengthWithin(s string, most int) bool {
	n := utf8.RuneCountInString(strings.TrimSpace(s))
	return n >= 1 && n <= most
}

func isLanguage(tag string) bool {
	l, ok := i18n.Parse(tag)
	return ok && l.Tag() == tag
}

func (s *Server) showSession(r *http.Request) (any, error) {
	se, p, ok := s.find(r.PathValue("id"))
	if !ok {
		return nil, errNotFound()
	}
	out := se.Session
	out.State = se.stateOf(p, s.cfg.Now())
	return out, nil
}

// find gives a session and its payment as they are now. The caller holds the lock.
func (s *Server) find(sessionID string) (*session, *payment, bool) {
	se, ok := s.data.Sessions[sessionID]
	if !ok {
		return nil, nil, false
	}
	p := s.data.Payments[se.Payment]
	s.lapseIfDue(p)
	return se, p, true
}

func (s *Server) showPayment(r *http.Request) (any, error) {
	p, err := s.payment(r)
	if err != nil {
		return nil, err
	}
	return p.Payment, nil
}

func (s *Server) payment(r *http.Request) (*payment, error) {
	p, ok := s.data.Payments[r.PathValue("id")]
	if !ok {
		return nil, errNotFound()
	}
	s.lapseIfDue(p)
	return p, nil
}

func (s *Server) capture(r *http.Request, body []byte) (any, error) {
	return s.move(r, client.EventCaptured, func(p *payment) error {
		var in client.Amount
		if err := decode(body, &in); err != nil {
			return err
		}
		return p.capture(in.AmountMinor, s.behaviour.CaptureOnce || p.Quirk == onceOnly)
	})
}

func (s *Server) release(r *http.Request, _ []byte) (any, error) {
	return s.move(r, client.EventReleased, (*payment).release)
}

func (s *Server) refund(r *http.Request, body []byte) (any, error) {
	return s.move(r, client.EventRefunded, func(p *payment) error {
		var in client.Amount
		if err := decode(body, &in); err != nil {
			return err
		}
		return p.refund(in.AmountMinor)
	})
}

// move makes one move of a payment and tells of it.
func (s *Server) move(r *http.Request, what client.EventType, f func(*payment) error) (any, error) {
	p, err := s.payment(r)
	if err != nil {
		return nil, err
	}
	if err := f(p); err != nil {
		return nil, err
	}
	s.changed(p, what)
	return p.Payment, nil
}

// decode is strict: a misspelt field is told, not ignored.
func decode(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err != nil || d.More() {
		return bad(client.CodeInvalid, "the body is not the JSON expected here")
	}
	return nil
}
