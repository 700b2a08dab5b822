package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"skranke/internal/authz"
	"skranke/internal/brand"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/ui"
	"skranke/internal/web/assets"

	"github.com/a-h/templ"
	"github.com/google/uuid"
)

// Authenticate finds who a session's token belongs to; a token of nobody is an empty visitor, not an error.
type Authenticate func(ctx context.Context, token string) (Visitor, error)

// Menu is what the visitor's menus hold: the side menu and the phone's bottom bar.
type Menu func(ctx context.Context, v Visitor, area ui.Area, l i18n.L) (side, bottom []ui.NavItem)

// Config is what the edge needs to know of the installation.
type Config struct {
	Log          *slog.Logger
	Brand        brand.Brand
	Language     i18n.L   // of a visitor who has chosen none and whose browser says nothing
	Secure       bool     // cookies go over https only
	Demo         bool     // the ribbon that says so
	FormTargets  []string // origins that a form may lead to after a redirect: card and sign-in providers
	Proxies      []netip.Prefix
	Authenticate Authenticate
	Menu         Menu
	// Choose remembers the language or colour scheme that somebody signed in has chosen; the other of the two is empty.
	Choose func(ctx context.Context, v Visitor, language, scheme string) error
	// PersonLinks are the places of one's own in the menu of whoever is signed in.
	PersonLinks func(v Visitor, l i18n.L) []ui.NavItem
	// Why makes a sentence of a refusal: the rule or status, and who can change it.
	Why     func(ctx context.Context, v Visitor, d authz.Denial, l i18n.L) string
	Metrics Metrics
}

// Metrics counts requests; route is the pattern, never the address.
type Metrics interface {
	Request(route, method string, status int, took time.Duration)
}

// Edge serves a table of routes.
type Edge struct {
	Config
	mux    *http.ServeMux
	cross  *http.CrossOriginProtection
	routes []Route
	csp    string
}

const usualBody = 1 << 20

// New makes an edge with the routes every installation has: assets, brand, language and colour scheme.
func New(c Config) *Edge {
	e := &Edge{Config: c, mux: http.NewServeMux(), cross: http.NewCrossOriginProtection()}
	e.csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; form-action " +
		strings.Join(append([]string{"'self'"}, c.FormTargets...), " ") + "; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; worker-src 'self'"
	e.mux.Handle("GET "+assets.Prefix, assets.Handler())
	e.mux.Handle("GET "+brand.Prefix, c.Brand.Handler())
	e.Mount(
		Route{Pattern: "POST /language", Handle: e.setLanguage},
		Route{Pattern: "POST /scheme", Handle: e.setScheme},
		Route{Pattern: "/", Handle: func(http.ResponseWriter, *http.Request) error {
			return fault.New(fault.NotFound, "fault.not_found")
		}},
	)
	return e
}

// Mount adds routes.
func (e *Edge) Mount(routes ...Route) {
	for _, rt := range routes {
		e.routes = append(e.routes, rt)
		if rt.Who == Machine {
			e.cross.AddInsecureBypassPattern(rt.Pattern)
		}
		e.mux.Handle(rt.Pattern, e.handler(rt))
	}
}

// MountRaw adds a handler that answers by itself, such as the API's.
func (e *Edge) MountRaw(pattern string, h http.Handler) {
	e.mux.Handle(pattern, h)
}

// MountMachine adds a handler for programs that bring their own credentials: no cross-origin check, since no cookie counts there.
func (e *Edge) MountMachine(pattern string, h http.Handler) {
	e.cross.AddInsecureBypassPattern(pattern)
	e.mux.Handle(pattern, h)
}

// Routes is the whole table.
func (e *Edge) Routes() []Route { return e.routes }

// ServeHTTP is the way of every request.
func (e *Edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now() //nolint:forbidigo // how long a request took is measured on the wall clock
	q := &request{id: uuid.NewString()[:13], edge: e, lang: e.Language, address: e.address(r)}
	r = r.WithContext(context.WithValue(r.Context(), requestKey{}, q))
	rec := &recorder{ResponseWriter: w}
	e.headers(rec.Header(), q.id)
	defer e.finish(rec, r, q, start)
	if err := e.cross.Check(r); err != nil {
		e.fail(rec, r, fault.New(fault.Forbidden, "fault.csrf").Because(err))
		return
	}
	e.mux.ServeHTTP(rec, r)
}

func (e *Edge) headers(h http.Header, id string) {
	h.Set("Content-Security-Policy", e.csp)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // secret links stay ours; no-referrer would blank the Origin of our own forms
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
	h.Set("X-Request-Id", id)
	if e.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// finish turns a panic into an error page, and writes the one log line of the request. The pattern is logged, not the
// address: mailed links carry secrets.
func (e *Edge) finish(rec *recorder, r *http.Request, q *request, start time.Time) {
	if p := recover(); p != nil {
		if p == http.ErrAbortHandler { //nolint:errorlint,err113 // the documented sentinel
			panic(p)
		}
		e.Log.ErrorContext(r.Context(), "handler panicked", "request", q.id, "route", r.Pattern, "panic", p, "stack", stack())
		if rec.status == 0 {
			e.fail(rec, r, fault.New(fault.Internal, "fault.internal"))
		}
	}
	if rec.status == 0 {
		rec.status = http.StatusOK // what net/http says for a handler that wrote nothing
	}
	took := time.Since(start)
	e.Log.InfoContext(r.Context(), "request", "request", q.id, "method", r.Method, "route", r.Pattern, "status", rec.status,
		"bytes", rec.bytes, "took", took, "actor", q.visitor.Actor.ID)
	if e.Metrics != nil {
		e.Metrics.Request(r.Pattern, r.Method, rec.status, took)
	}
}

// handler is the common part of every route of ours.
func (e *Edge) handler(rt Route) http.Handler {
	limit := rt.MaxBody
	if limit == 0 {
		limit = usualBody
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := of(r)
		q.route = &rt
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		if err := e.recognise(r, q, rt); err != nil {
			e.fail(w, r, err)
			return
		}
		if err := rt.Handle(w, r); err != nil {
			e.fail(w, r, err)
		}
	})
}

// recognise finds out who asks and in which language, and keeps the door.
func (e *Edge) recognise(r *http.Request, q *request, rt Route) error {
	if rt.Who != Machine {
		if token := e.sessionToken(r); token != "" && e.Authenticate != nil {
			v, err := e.Authenticate(r.Context(), token)
			if err != nil {
				return err
			}
			q.visitor = v
		}
	}
	e.prefer(r, q)
	a := q.visitor.Actor
	switch {
	case rt.Who >= SignedIn && rt.Who != Machine && !q.visitor.SignedIn():
		return fault.New(fault.SignIn, "fault.sign_in")
	case rt.Who == Staff && a.Kind == authz.Staff && a.OnBehalf != "":
		return authz.Because(authz.StandingIn, rt.Needs, authz.Place{})
	case rt.Who == Staff && a.Kind != authz.Staff, rt.Who == Member && a.Kind != authz.Person && a.OnBehalf == "":
		return fault.New(fault.NotFound, "fault.not_found")
	case rt.Needs != "" && !a.MayAnywhere(rt.Needs):
		return a.Refuse(rt.Needs, authz.Place{})
	}
	return nil
}

// inShell puts a page into the shell of its area.
func (e *Edge) inShell(r *http.Request, q *request, v View) templ.Component {
	area := ui.Public
	if q.route != nil {
		area = q.route.Area
	}
	p := ui.Page{
		L: q.lang, Title: v.Title, Errors: v.Errors, Area: area, Brand: e.Brand, Scheme: q.scheme, Path: r.URL.RequestURI(),
		Demo: e.Demo, Wide: v.Wide, Live: v.Live, SignIn: "/sign-in",
	}
	if r.Method != http.MethodGet {
		p.Path = Local(strings.TrimPrefix(r.Header.Get("Referer"), origin(r)), "/")
	}
	if q.notice != "" {
		p.Notice = q.lang.Code(q.notice)
	}
	if q.visitor.SignedIn() {
		p.Person = &ui.Person{Name: q.visitor.Name, Initials: q.visitor.Initials, Role: q.visitor.Role}
		p.Customer, p.Customers, p.StandIn, p.SignIn = q.visitor.Customer, q.visitor.Customers, q.visitor.StandIn, ""
		if e.PersonLinks != nil {
			p.Person.Links = e.PersonLinks(q.visitor, q.lang)
		}
	}
	if e.Menu != nil {
		p.Nav, p.Bottom = e.Menu(r.Context(), q.visitor, area, q.lang)
		section := v.Section
		if section == "" {
			section = r.URL.Path
		}
		markCurrent(p.Nav, section)
		markCurrent(p.Bottom, section)
	}
	shell := ui.Shell(p)
	return inside(shell, v.Body)
}

// markCurrent marks the item whose address is the longest beginning of where we are.
func markCurrent(items []ui.NavItem, path string) {
	best := -1
	for i, it := range items {
		if (path == it.Href || strings.HasPrefix(path, strings.TrimSuffix(it.Href, "/")+"/")) && (best < 0 || len(it.Href) > len(items[best].Href)) {
			best = i
		}
	}
	if best >= 0 {
		items[best].Current = true
	}
}
