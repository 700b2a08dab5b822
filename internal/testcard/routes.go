package testcard

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"skranke/internal/id"
	"skranke/internal/testcard/client"
)

// routes lists every address of the provider.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /v1/sessions", s.change(s.createSession))
	mux.Handle("GET /v1/sessions/{id}", s.read(s.showSession))
	mux.Handle("GET /v1/payments/{id}", s.read(s.showPayment))
	mux.Handle("POST /v1/payments/{id}/capture", s.change(s.capture))
	mux.Handle("POST /v1/payments/{id}/release", s.change(s.release))
	mux.Handle("POST /v1/payments/{id}/refund", s.change(s.refund))
	mux.Handle("/v1/", s.read(func(*http.Request) (any, error) { return nil, errNotFound() }))

	mux.HandleFunc("GET /pay/{session}", s.getPay)
	mux.HandleFunc("POST /pay/{session}", s.postPay)
	mux.HandleFunc("GET /pay/{session}/confirm", s.getConfirm)
	mux.HandleFunc("POST /pay/{session}/confirm", s.postConfirm)
	mux.HandleFunc("GET /assets/{name}", serveAsset)
	mux.HandleFunc("/", s.unknownPage)

	own := http.NewCrossOriginProtection() // the API's callers are no browsers and pass
	own.SetDenyHandler(http.HandlerFunc(s.foreignForm))
	return s.fit(own.Handler(mux))
}

// fit answers in place of the provider while it cannot work.
func (s *Server) fit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		s.mu.Lock()
		down := s.behaviour.Down
		s.mu.Unlock()
		api := strings.HasPrefix(r.URL.Path, "/v1/")
		switch {
		case s.broken != nil:
			writeError(w, s.broken)
		case down && api:
			w.Header().Set("Retry-After", "5")
			writeError(w, &client.Error{Status: http.StatusServiceUnavailable, Code: client.CodeDown, Message: "out of order"})
		case down && !strings.HasPrefix(r.URL.Path, "/assets/"):
			w.Header().Set("Retry-After", "5")
			s.downPage(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a caller that has gone gets nothing
}

// writeError tells a refusal as it is, and of anything else only that it happened.
func writeError(w http.ResponseWriter, err error) {
	var e *client.Error
	if !errors.As(err, &e) {
		e = &client.Error{Status: http.StatusInternalServerError, Code: client.CodeInternal, Message: "out of order, see the log"}
	}
	var out client.Refusal
	out.Error.Code, out.Error.Field, out.Error.Message = e.Code, e.Field, e.Message
	body, _ := json.Marshal(out) // three strings
	writeJSON(w, e.Status, body)
}

func newID(prefix string) string { return prefix + id.New() }

func isWebURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
