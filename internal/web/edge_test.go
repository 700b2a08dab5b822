package web_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/brand"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/ui"
	"skranke/internal/web"

	"github.com/a-h/templ"
)

const maySee authz.Permission = "things.see"

func edge(t *testing.T, log io.Writer, secure bool) *web.Edge {
	t.Helper()
	e := web.New(web.Config{
		Log: slog.New(slog.NewTextHandler(log, nil)), Brand: brand.Default("Firm"), Language: i18n.NB, Secure: secure,
		FormTargets: []string{"https://cards.example"}, Proxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")},
		Authenticate: func(_ context.Context, token string) (web.Visitor, error) {
			switch token {
			case "staff":
				return web.Visitor{Actor: authz.Actor{ID: "ann", Kind: authz.Staff}, Name: "Ann"}, nil
			case "member":
				return web.Visitor{Actor: authz.Actor{ID: "bo", Kind: authz.Person, Grants: []authz.Grant{{Scope: authz.All, May: []authz.Permission{maySee}}}}, Name: "Bo"}, nil
			case "broken":
				return web.Visitor{}, errors.New("dial tcp 10.0.0.7: secret")
			}
			return web.Visitor{}, nil
		},
	})
	page := func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, web.View{Title: "Page", Body: templ.Raw("<h1>" + strings.Repeat("long ", 400) + web.L(r).Tag() + " " + web.Address(r) + "</h1>"), Fragment: templ.Raw("<p>part</p>")})
	}
	fail := func(err error) web.HandlerFunc { return func(http.ResponseWriter, *http.Request) error { return err } }
	e.Mount(
		web.Route{Pattern: "GET /page", Handle: page},
		web.Route{Pattern: "POST /change", Handle: func(w http.ResponseWriter, r *http.Request) error {
			if _, err := io.ReadAll(r.Body); err != nil {
				return err
			}
			return web.Done(w, r, "/page", "fault.conflict")
		}},
		web.Route{Pattern: "GET /mine", Handle: page, Who: web.SignedIn, Area: ui.Portal},
		web.Route{Pattern: "GET /office", Handle: page, Who: web.Staff, Area: ui.Office},
		web.Route{Pattern: "GET /things", Handle: page, Who: web.SignedIn, Needs: maySee},
		web.Route{Pattern: "GET /k/{token}", Handle: page},
		web.Route{Pattern: "POST /hook", Handle: page, Who: web.Machine},
		web.Route{Pattern: "GET /boom", Handle: fail(errors.New("dial tcp 10.0.0.7: secret"))},
		web.Route{Pattern: "GET /gone", Handle: fail(fault.New(fault.NotFound, "fault.not_found"))},
		web.Route{Pattern: "GET /moved", Handle: fail(fault.New(fault.Conflict, "fault.conflict"))},
		web.Route{Pattern: "GET /panic", Handle: func(http.ResponseWriter, *http.Request) error { panic("oh no") }},
	)
	return e
}

type ask struct {
	method, path, cookie, body string
	header                     map[string]string
}

func do(e *web.Edge, a ask) *httptest.ResponseRecorder {
	if a.method == "" {
		a.method = "GET"
	}
	r := httptest.NewRequest(a.method, a.path, strings.NewReader(a.body))
	if a.body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for k, v := range a.header {
		r.Header.Set(k, v)
	}
	if a.cookie != "" {
		r.Header.Set("Cookie", a.cookie)
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w
}

func TestEveryDoorIsKept(t *testing.T) {
	e := edge(t, io.Discard, false)
	for _, tt := range []struct {
		name, path, cookie string
		status             int
	}{
		{"a public page", "/page", "", 200},
		{"a member's page, signed out, leads to sign-in", "/mine", "", 303},
		{"a member's page", "/mine", "skranke=member", 200},
		{"an unknown session is signed out", "/mine", "skranke=stranger", 303},
		{"the office does not exist for members", "/office", "skranke=member", 404},
		{"the office", "/office", "skranke=staff", 200},
		{"a permission not held", "/things", "skranke=staff", 403},
		{"a permission held", "/things", "skranke=member", 200},
		{"no such page", "/nothing", "", 404},
		{"a fault of ours", "/boom", "", 500},
		{"a broken session store", "/page", "skranke=broken", 500},
		{"a panic", "/panic", "", 500},
		{"moved on", "/moved", "", 409},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := do(e, ask{path: tt.path, cookie: tt.cookie})
			if w.Code != tt.status {
				t.Errorf("status %d, want %d", w.Code, tt.status)
			}
			if strings.Contains(w.Body.String(), "10.0.0.7") || strings.Contains(w.Body.String(), "oh no") {
				t.Error("the page tells the cause")
			}
			if w.Code >= 400 && !strings.Contains(w.Body.String(), "<h1") {
				t.Error("no page that says what happened")
			}
		})
	}
	if to := do(e, ask{path: "/mine?a=1"}).Header().Get("Location"); to != "/sign-in?next="+url.QueryEscape("/mine?a=1") {
		t.Errorf("sign-in leads to %q", to)
	}
}

func TestHeadersAreStrict(t *testing.T) {
	w := do(edge(t, io.Discard, true), ask{path: "/page"})
	csp := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self' https://cards.example;", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("CSP %q lacks %q", csp, want)
		}
	}
	if strings.Contains(csp, "unsafe") {
		t.Errorf("CSP %q", csp)
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000", "Cache-Control": "no-store"} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestAChangeFromAnotherSiteIsRefused(t *testing.T) {
	e := edge(t, io.Discard, false)
	cross := map[string]string{"Sec-Fetch-Site": "cross-site"}
	if w := do(e, ask{method: "POST", path: "/change", header: cross}); w.Code != 403 {
		t.Errorf("cross-site POST: %d", w.Code)
	}
	if w := do(e, ask{method: "POST", path: "/change", header: map[string]string{"Origin": "https://evil.example"}}); w.Code != 403 {
		t.Errorf("foreign origin: %d", w.Code)
	}
	if w := do(e, ask{method: "POST", path: "/change", header: map[string]string{"Sec-Fetch-Site": "same-origin"}}); w.Code != 303 {
		t.Errorf("own form: %d", w.Code)
	}
	if w := do(e, ask{method: "POST", path: "/hook", header: cross}); w.Code != 200 {
		t.Errorf("a machine's hook: %d", w.Code)
	}
}

func TestANoticeShowsOnce(t *testing.T) {
	e := edge(t, io.Discard, false)
	w := do(e, ask{method: "POST", path: "/change", body: "a=1"})
	if w.Code != 303 || w.Header().Get("Location") != "/page" {
		t.Fatal(w.Code, w.Header())
	}
	c := w.Result().Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("cookie %v", c)
	}
	w = do(e, ask{path: "/page", cookie: c.Name + "=" + c.Value})
	if !strings.Contains(w.Body.String(), i18n.NB.Code("fault.conflict")) || !strings.Contains(w.Header().Get("Set-Cookie"), "Max-Age=0") {
		t.Error("the notice is not shown and taken away")
	}
	w = do(e, ask{path: "/page", cookie: c.Name + "=" + c.Value, header: map[string]string{"HX-Request": "true"}})
	if strings.Contains(w.Header().Get("Set-Cookie"), "notice") {
		t.Error("a part of a page, read again by another tab, takes the notice away")
	}
	if w = do(e, ask{path: "/page", cookie: "notice=<script>"}); strings.Contains(w.Body.String(), "<script>") {
		t.Error("a made-up notice is shown")
	}
	w = do(e, ask{method: "POST", path: "/change", header: map[string]string{"HX-Request": "true"}})
	if w.Header().Get("HX-Redirect") != "/page" || w.Code != 204 {
		t.Error("htmx is not sent on", w.Code)
	}
}

func TestLanguageAndSchemeAreTheReaders(t *testing.T) {
	e := edge(t, io.Discard, false)
	for _, tt := range []struct{ name, accept, cookie, want string }{
		{"the installation's", "", "", "nb"}, {"the browser's", "sv-SE,sv;q=0.9", "", "sv"}, {"one's own choice wins", "sv", "language=da", "da"}, {"nonsense changes nothing", "xx", "language=xx", "nb"},
	} {
		w := do(e, ask{path: "/page", cookie: tt.cookie, header: map[string]string{"Accept-Language": tt.accept}})
		if !strings.Contains(w.Body.String(), `<html lang="`+tt.want+`"`) {
			t.Errorf("%s: not %s", tt.name, tt.want)
		}
	}
	w := do(e, ask{method: "POST", path: "/language", body: "language=sv&return=/page"})
	if w.Header().Get("Location") != "/page" || !strings.Contains(w.Header().Get("Set-Cookie"), "language=sv") {
		t.Error(w.Header())
	}
	w = do(e, ask{method: "POST", path: "/scheme", body: "scheme=dark&return=https://evil.example/"})
	if w.Header().Get("Location") != "/" {
		t.Errorf("a foreign return address leads to %q", w.Header().Get("Location"))
	}
	if w := do(e, ask{path: "/page", cookie: "scheme=dark"}); !strings.Contains(w.Body.String(), `data-color-scheme="dark"`) {
		t.Error("not dark")
	}
}

func TestLocalKeepsTheBrowserHere(t *testing.T) {
	for in, want := range map[string]string{"/a?b=c#d": "/a?b=c#d", "//evil.example": "/x", "https://evil.example": "/x", "/\\evil.example": "/x", "": "/x", "javascript:alert(1)": "/x", "/a\r\nSet-Cookie: x": "/x"} {
		if got := web.Local(in, "/x"); got != want {
			t.Errorf("Local(%q) = %q", in, got)
		}
	}
}

func TestHtmxGetsThePartAndBrowsersTheWhole(t *testing.T) {
	e := edge(t, io.Discard, false)
	if w := do(e, ask{path: "/page", header: map[string]string{"HX-Request": "true"}}); w.Body.String() != "<p>part</p>" {
		t.Error(w.Body)
	}
	w := do(e, ask{path: "/page", header: map[string]string{"Accept-Encoding": "gzip"}})
	z, err := gzip.NewReader(w.Body)
	if err != nil || w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal(err, w.Header())
	}
	whole, err := io.ReadAll(z)
	if err != nil || !bytes.Contains(whole, []byte("</html>")) {
		t.Error(err, "not the whole page")
	}
}

func TestATooLargeBodyIsToldSo(t *testing.T) {
	w := do(edge(t, io.Discard, false), ask{method: "POST", path: "/change", body: strings.Repeat("a", 1<<20+1)})
	if w.Code != 413 || !strings.Contains(w.Body.String(), i18n.NB.Code("fault.too_large")) {
		t.Error(w.Code)
	}
}

func TestTheLogHoldsNoSecrets(t *testing.T) {
	var log bytes.Buffer
	do(edge(t, &log, false), ask{path: "/k/secret-token?x=secret-query", cookie: "skranke=secret-session"})
	if s := log.String(); strings.Contains(s, "secret") || !strings.Contains(s, `route="GET /k/{token}"`) || !strings.Contains(s, "request=") {
		t.Error(s)
	}
}

func TestTheAddressIsReadThroughTrustedProxiesOnly(t *testing.T) {
	e := edge(t, io.Discard, false) // httptest's client is 192.0.2.1, a proxy of ours
	for forwarded, want := range map[string]string{"": "192.0.2.1", "203.0.113.9": "203.0.113.9", "198.51.100.7, 203.0.113.9": "203.0.113.9", "203.0.113.9, 192.0.2.8": "203.0.113.9"} {
		w := do(e, ask{path: "/page", header: map[string]string{"X-Forwarded-For": forwarded}})
		if !strings.Contains(w.Body.String(), " "+want+"</h1>") {
			t.Errorf("%q: not %s", forwarded, want)
		}
	}
}

func TestCookiesAreHostOnlyWhenSecure(t *testing.T) {
	e := edge(t, io.Discard, true)
	w := do(e, ask{method: "POST", path: "/language", body: "language=sv&return=/page", header: map[string]string{"Sec-Fetch-Site": "same-origin"}})
	if c := w.Header().Get("Set-Cookie"); !strings.HasPrefix(c, "__Host-language=sv; Path=/;") || !strings.Contains(c, "; Secure") {
		t.Error(c)
	}
}

func TestAFailureMidwayBreaksTheDownload(t *testing.T) {
	e := edge(t, io.Discard, false)
	e.Mount(web.Route{Pattern: "GET /list.csv", Handle: func(w http.ResponseWriter, _ *http.Request) error {
		_, _ = io.WriteString(w, "a;b\n")
		return errors.New("the database went away")
	}})
	srv := httptest.NewServer(e)
	defer srv.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/list.csv", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := srv.Client().Do(r)
	var body []byte
	if err == nil {
		body, err = io.ReadAll(answer.Body)
		_ = answer.Body.Close()
	}
	if err == nil || strings.Contains(string(body), "<html") {
		t.Errorf("%q, %v: the reader cannot tell that it is half a list", body, err)
	}
}
