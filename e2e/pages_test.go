package e2e

import (
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"skranke/internal/app"
	"skranke/internal/approval"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// visitor is a kind of person who opens pages.
type visitor string

const (
	nobody      visitor = "nobody"
	staffMember visitor = "staff"
	boardMember visitor = "board"
	chief       visitor = "administrator" // of the customer with the most people
)

// person is who plays the visitor in the demonstration; nobody has no id.
func (s *server) person(who visitor) person {
	switch who {
	case staffMember:
		return s.staff("admin")
	case boardMember: // one who is asked something
		p, err := db.One[person](s.t.Context(), s.open(), `
			SELECT p.id, p.name, p.email, p.language FROM approval_approvers a JOIN approval_requests q ON q.id = a.request_id JOIN people p ON p.id = a.person_id
			JOIN members m ON m.person_id = p.id WHERE a.pending AND q.state = 'pending' AND m.role = 'board' ORDER BY q.due_at DESC, p.email_key LIMIT 1`)
		if err != nil {
			s.t.Fatalf("find a member of a board who is asked something: %v", err)
		}
		return p
	case chief:
		p, err := db.One[person](s.t.Context(), s.open(), `
			SELECT p.id, p.name, p.email, p.language FROM members m JOIN people p ON p.id = m.person_id WHERE m.role = 'administrator' AND m.status = 'active'
			ORDER BY (SELECT count(*) FROM members o WHERE o.customer_id = m.customer_id) DESC, m.created_at LIMIT 1`)
		if err != nil {
			s.t.Fatalf("find an administrator: %v", err)
		}
		return p
	case nobody:
	}
	return person{}
}

// routes is the route table of a demonstration, which has every page there is.
func routes(t testing.TB) []web.Route {
	t.Helper()
	dsn := dbtest.SQLite(t)
	furnish(t, dsn, true)
	settings, _, err := app.Load([]string{"--data", t.TempDir(), "--database", dsn, "--cards-listen", "127.0.0.1:0"}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.Open(t, dsn)
	a, err := app.NewDemo(t.Context(), settings, d, slog.New(slog.DiscardHandler), func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Cards.Close)
	return slices.DeleteFunc(a.Edge.Routes(), func(r web.Route) bool { return !strings.HasPrefix(r.Pattern, "GET ") })
}

func whoOpens(r web.Route) visitor {
	switch {
	case r.Who == web.Staff || r.Area == ui.Office:
		return staffMember
	case r.Who == web.Member && r.Needs != approval.MaySee && (strings.HasPrefix(r.Pattern, "GET /my/") && !strings.HasPrefix(r.Pattern, "GET /my/keys")):
		return chief
	case r.Who == web.SignedIn, r.Who == web.Member:
		return boardMember
	}
	return nobody
}

// survey finds an address for every pattern of the table by following the links of the pages it knows, as each visitor.
type survey struct {
	s       *server
	mux     *http.ServeMux // knows which pattern an address belongs to
	routes  map[string]web.Route
	clients map[visitor]*http.Client
	seen    map[string][]string // pattern → addresses
	todo    []string
	html    map[string]bool // address → a page for people
}

// enough is how many addresses of one pattern are followed: records differ in what their pages link to.
const enough = 4

// pages is what there is to look at: of each pattern one address, or all that are known when every is set.
func (s *server) pages(t testing.TB, every bool) (pages []page) {
	t.Helper()
	v := &survey{s: s, mux: http.NewServeMux(), routes: map[string]web.Route{}, clients: map[visitor]*http.Client{}, seen: map[string][]string{}, html: map[string]bool{}}
	for _, r := range routes(t) {
		v.routes[r.Pattern] = r
		v.mux.Handle(r.Pattern, http.NotFoundHandler())
	}
	for _, who := range []visitor{nobody, staffMember, boardMember, chief} {
		v.clients[who] = s.client(t, s.person(who).Email)
	}
	v.begin(t)
	for len(v.todo) > 0 {
		path := v.todo[0]
		v.todo = v.todo[1:]
		v.open(t, path)
	}
	for _, pattern := range slices.Sorted(maps.Keys(v.routes)) {
		if len(v.seen[pattern]) == 0 {
			t.Errorf("no address is known for %s: give its route a Look, or link to it, or add it to begin in e2e/pages_test.go", pattern)
		}
		shown := slices.DeleteFunc(slices.Clone(v.seen[pattern]), func(path string) bool { return !v.html[path] })
		for i, path := range shown {
			if i == 0 || every {
				pages = append(pages, page{pattern: pattern, path: path, who: whoOpens(v.routes[pattern]), nth: i})
			}
		}
	}
	for _, path := range []string{"/no/such/page", "/approve/not-a-link", "/keys/order/01a1fcaf-0000-7000-8000-000000000000/numbers"} {
		pages = append(pages, page{pattern: "wrong " + strings.Split(path, "/")[1], path: path, who: nobody})
	}
	return pages
}

// client is a browser without a window, signed in as one of the demonstration's people.
func (s *server) client(t testing.TB, email string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if email != "" {
		s.post(t, c, "/sign-in", "email", email, "password", password)
	}
	return c
}

// post sends a form and gives where it leads.
func (s *server) post(t testing.TB, c *http.Client, path string, fields ...string) string {
	t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	res, err := c.PostForm(s.URL+path, form)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		body, _ := io.ReadAll(res.Body)
		t.Fatalf("%s is answered with %d:\n%.2000s", path, res.StatusCode, body)
	}
	return res.Header.Get("Location")
}

// add notes an address if it belongs to the table and there are not enough of its kind.
func (v *survey) add(path string) {
	pattern := v.pattern(path)
	if pattern == "" || slices.Contains(v.seen[pattern], path) || len(v.seen[pattern]) >= enough+len(v.routes[pattern].Look) {
		return
	}
	v.seen[pattern] = append(v.seen[pattern], path)
	v.todo = append(v.todo, path)
}

func (v *survey) pattern(path string) string {
	u, err := url.Parse(path)
	if err != nil || !strings.HasPrefix(path, "/") {
		return ""
	}
	_, pattern := v.mux.Handler(httptest.NewRequest(http.MethodGet, u.EscapedPath(), http.NoBody))
	return pattern
}

var address = regexp.MustCompile(`(?:href|src|hx-get|hx-sse:connect)="(/[^"]*)"`)

// open asks for an address: what is a page is read for further ones, and nothing may answer with an error.
func (v *survey) open(t testing.TB, path string) {
	t.Helper()
	pattern := v.pattern(path)
	res, err := v.clients[whoOpens(v.routes[pattern])].Get(v.s.URL + path)
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	defer res.Body.Close() // a stream is left here
	if res.StatusCode >= 400 {
		t.Errorf("%s at %s is answered with %d", pattern, path, res.StatusCode)
		v.seen[pattern] = slices.DeleteFunc(v.seen[pattern], func(p string) bool { return p == path })
		return
	}
	if res.StatusCode >= 300 {
		v.add(strings.TrimPrefix(res.Header.Get("Location"), v.s.URL))
		return
	}
	if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		return
	}
	v.html[path] = true
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
	for _, m := range address.FindAllSubmatch(body, -1) {
		v.add(strings.ReplaceAll(string(m[1]), "&amp;", "&"))
	}
}
