// Package api is the edge of the JSON API: who calls, what an error looks like, what a repeated call does. The modules'
// …api packages add the operations.
package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/i18n"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/google/uuid"
)

// Prefix is where every operation of this version lives.
const Prefix = "/api/v1"

// Config is what the edge needs to know.
type Config struct {
	DB  *db.DB
	Log *slog.Logger
	// Authenticate finds the program behind a bearer key; who is refused gets a fault.
	Authenticate func(ctx context.Context, key string) (authz.Actor, error)
	Version      string
}

// API takes operations and answers for them.
type API struct {
	huma.API
	mux *http.ServeMux
	cfg Config
}

// New makes an API without operations.
func New(c Config) *API {
	huma.NewErrorWithContext = problem
	cfg := huma.DefaultConfig("Skranke", c.Version)
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath, cfg.CreateHooks = "/api/openapi", "", "", nil
	cfg.Info.Description = "The same use cases as the pages. Every POST takes an Idempotency-Key header: a repeated call with the same key gets the first answer and changes nothing twice. Errors are problem+json with a stable code."
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"key": {Type: "http", Scheme: "bearer", Description: "An API key with permissions, made by the firm's administrator."}}
	cfg.Security = []map[string][]string{{"key": {}}}
	mux := http.NewServeMux()
	return &API{API: humago.New(mux, cfg), mux: mux, cfg: c}
}

type callKey struct{}

// call is what the edge knows of one request.
type call struct {
	actor authz.Actor
	id    string
	lang  i18n.L
	log   *slog.Logger
}

func of(ctx context.Context) call {
	c, _ := ctx.Value(callKey{}).(call)
	return c
}

// Actor is who calls.
func Actor(ctx context.Context) authz.Actor { return of(ctx).actor }

const maxBody = 1 << 20

// ServeHTTP is the way of every call. The description is open; all else needs a key.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := call{id: uuid.NewString()[:13], lang: i18n.FromAcceptLanguage(r.Header.Get("Accept-Language"), i18n.EN), log: a.cfg.Log}
	w.Header().Set("X-Request-Id", c.id)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
	if strings.HasPrefix(r.URL.Path, "/api/openapi") {
		a.mux.ServeHTTP(w, r)
		return
	}
	key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		writeProblem(w, r.Context(), fault.New(fault.SignIn, "api.key_needed"))
		return
	}
	actor, err := a.cfg.Authenticate(r.Context(), key)
	if err != nil {
		writeProblem(w, r.Context(), err)
		return
	}
	c.actor = actor
	r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if r.Method == http.MethodPost && r.Header.Get("Idempotency-Key") != "" {
		a.once(w, r)
		return
	}
	a.mux.ServeHTTP(w, r)
}

// Problem is RFC 9457's problem+json with a code that programs can rely on.
type Problem struct {
	Type      string         `json:"type" doc:"Always about:blank: the code tells the kind" example:"about:blank"`
	Title     string         `json:"title" doc:"What went wrong, in the caller's language" example:"We cannot find this order"`
	Status    int            `json:"status" example:"404"`
	Code      string         `json:"code" doc:"Stable" example:"keys.order.not_found"`
	Reference string         `json:"reference,omitempty" doc:"What to quote when asking us"`
	Errors    []ProblemField `json:"errors,omitempty" doc:"What is wrong with the input, field by field"`
}

// ProblemField is what is wrong with one field.
type ProblemField struct {
	Field string `json:"field" example:"serials"`
	Code  string `json:"code,omitempty" example:"keys.make.taken"`
	Title string `json:"title"`
}

// Error is the code, for the log.
func (p *Problem) Error() string { return p.Code }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is problem+json.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// problem turns every error of an operation into one shape. What is not a fault is ours: the log gets the cause, the caller a reference.
func problem(hc huma.Context, status int, msg string, errs ...error) huma.StatusError {
	if hc == nil { // huma asks for an example of an error while no call is under way
		return &Problem{Status: status}
	}
	ctx, err := hc.Context(), errors.Join(errs...)
	if status != http.StatusInternalServerError { // huma's own checks of the input
		p := &Problem{Type: "about:blank", Title: of(ctx).lang.Code("fault.invalid"), Status: status, Code: "api.input"}
		for _, e := range errs {
			if d, ok := e.(huma.ErrorDetailer); ok {
				p.Errors = append(p.Errors, ProblemField{Field: d.ErrorDetail().Location, Title: d.ErrorDetail().Message})
			}
		}
		if len(p.Errors) == 0 {
			p.Errors = []ProblemField{{Title: msg}}
		}
		return p
	}
	return problemOf(ctx, err)
}

func problemOf(ctx context.Context, err error) *Problem {
	c, code := of(ctx), fault.CodeOf(err)
	p := &Problem{Type: "about:blank", Title: c.lang.Code(code), Status: fault.Status(err), Code: code}
	for field, code := range fault.FieldsOf(err) {
		p.Errors = append(p.Errors, ProblemField{Field: field, Code: code, Title: c.lang.Code(code)})
	}
	if p.Status == http.StatusInternalServerError {
		p.Reference = c.id
		if c.log != nil {
			c.log.ErrorContext(ctx, "call failed", "request", c.id, "err", err)
		}
	}
	return p
}

// Limit is how many rows a list gives at most.
const Limit = 100
