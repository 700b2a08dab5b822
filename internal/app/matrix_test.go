package app

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/identity"
	"skranke/internal/web"
)

// TestORG5_TheMatrixOfRights calls every route and every operation as everybody: with ids of their own customer, and with those
// of another. Rule C1, invariants 17 to 22.
func TestORG5_TheMatrixOfRights(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { callEverything(t, openRightsHouse(t, d, t.TempDir())) })
}

func callEverything(t *testing.T, h *rightsHouse) {
	t.Helper()
	m := &rightsMatrix{rightsHouse: h, t: t, lines: matrixLines(), still: keepStill(t, h.DB)}
	m.complete()
	for _, pattern := range slices.Sorted(maps.Keys(m.lines)) {
		l := m.lines[pattern]
		l.pattern = pattern
		for _, c := range h.everybody() {
			if m.concerns(l, c) {
				m.one(l, c)
			}
		}
		m.crossed(l)
	}
	t.Logf("%d lines, %d calls", len(m.lines), m.calls)
}

type rightsMatrix struct {
	*rightsHouse
	t     *testing.T
	lines map[string]line
	still *stillLife
	calls int
}

// complete fails for a route or an operation without a line, and for a line without either.
func (m *rightsMatrix) complete() {
	there := map[string]bool{}
	for _, r := range m.Edge.Routes() {
		there[r.Pattern] = true
	}
	text, err := description()
	m.check(err)
	var api struct {
		Paths map[string]map[string]any
	}
	m.check(json.Unmarshal([]byte(text), &api))
	for path, operations := range api.Paths {
		for method := range operations {
			there[strings.ToUpper(method)+" "+path] = true
		}
	}
	for _, pattern := range slices.Sorted(maps.Keys(there)) {
		if _, ok := m.lines[pattern]; !ok {
			m.t.Errorf("%q has no line in the matrix: add one to matrix_table_test.go that says who may come in, with which permission, and what a call sends", pattern)
		}
	}
	for _, pattern := range slices.Sorted(maps.Keys(m.lines)) {
		if !there[pattern] {
			m.t.Errorf("%q is a line in the matrix without a route or an operation: take it out of matrix_table_test.go", pattern)
			delete(m.lines, pattern)
		}
	}
}

// answer is what came back.
type answer struct {
	status         int
	code, to, body string
	changed        []string
}

func (a answer) String() string {
	return fmt.Sprintf("%d %s%s", a.status, a.code, a.to)
}

var wanted = regexp.MustCompile(`<([\w ]+)>`)

// fill puts ids of one home into an address or a form; nil makes some up.
func (m *rightsMatrix) fill(text string, of *rightsHome) string { return m.fillFor(text, of, of) }

// fillFor fills in as well, with <own>, the customer that a form was opened for.
func (m *rightsMatrix) fillFor(text string, of, own *rightsHome) string {
	if own != nil {
		text = strings.ReplaceAll(text, "<own>", own.customer.ID)
	}
	return wanted.ReplaceAllStringFunc(text, func(s string) string {
		name := s[1 : len(s)-1]
		if name == "nothing" {
			return "00000000-0000-7000-8000-000000000999"
		}
		if v, ok := m.staffID[strings.TrimPrefix(name, "staff ")]; ok && (of == nil || of.ids[name] == "") {
			return v
		}
		if of == nil {
			return "00000000-0000-7000-8000-000000000998"
		}
		if of.ids[name] == "" {
			m.t.Fatalf("nothing in the house is called %q", name)
		}
		return of.ids[name]
	})
}

func foreignIn(text string) bool {
	for _, s := range wanted.FindAllString(text, -1) {
		if s != "<nothing>" && s != "<own>" && s != "<colleague>" && s != "<registration>" && s != "<staff role>" {
			return true
		}
	}
	return false
}

// ask sends one request through the whole edge. Whatever it changed is told, and undone.
func (m *rightsMatrix) ask(l line, c *caller, path, form string) (a answer) {
	m.calls++
	method, _ := l.sample(l.pattern)
	kind, form := body(form)
	ctx, cancel := context.WithCancel(m.t.Context())
	defer cancel()
	r := httptest.NewRequestWithContext(m.still.watch(ctx), method, path, strings.NewReader(form))
	r.RemoteAddr = "192.0.2.1:1"
	r.Header.Set("Content-Type", kind)
	if c.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "skranke", Value: c.cookie})
	}
	if c.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+c.bearer)
		r.Header.Set("Idempotency-Key", fmt.Sprint("call ", m.calls))
	}
	w := &once{ResponseRecorder: httptest.NewRecorder()}
	if l.live {
		w.end = cancel
	}
	m.heard.code = ""
	m.Edge.ServeHTTP(w, r)
	changed := m.still.changed()
	a = answer{status: w.Code, code: m.heard.code, to: w.Header().Get("Location"), body: w.Body.String(), changed: slices.Clone(changed)}
	if l.door == program {
		var p struct{ Code string }
		_ = json.Unmarshal(w.Body.Bytes(), &p) // an answer that is no problem has no code
		a.code = p.Code
	}
	a.changed = slices.DeleteFunc(a.changed, func(table string) bool { return table == "idempotency_keys" }) // a refusal is kept for the next try too
	a.body = strings.ReplaceAll(a.body, w.Header().Get("X-Request-Id"), "")
	m.still.restore(changed)
	return a
}

// body is what is sent: a form, an object or a file.
func body(form string) (kind, text string) {
	if strings.HasPrefix(form, "{") {
		return "application/json", form
	}
	up, ok := strings.CutPrefix(form, "upload ")
	if !ok {
		return "application/x-www-form-urlencoded", form
	}
	up, own, _ := strings.Cut(up, "&customer=")
	field, name, _ := strings.Cut(up, " ")
	content := map[string]string{"people.csv": "email;role\nny@home.example;buyer\n", "paper.pdf": paperPDF}[name]
	return "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"" + field + "\"; filename=\"" + name + "\"\r\n\r\n" + content + "\r\n--x\r\nContent-Disposition: form-data; name=\"customer\"\r\n\r\n" + own + "\r\n--x--\r\n"
}

// once ends a stream when its beginning is there.
type once struct {
	*httptest.ResponseRecorder
	end func()
}

func (w *once) Write(b []byte) (int, error) {
	if w.end != nil {
		w.end()
	}
	return w.ResponseRecorder.Write(b)
}

// SetWriteDeadline is what a stream asks of a connection.
func (w *once) SetWriteDeadline(time.Time) error { return nil }

// SetReadDeadline is the same.
func (w *once) SetReadDeadline(time.Time) error { return nil }

func (w *once) Flush() {
	if w.end != nil {
		w.end()
	}
}

// verdict is what a caller should meet.
type verdict int

const (
	allowed verdict = iota
	signIn          // to the page where one signs in, or the same said to a form or a program
	unseen          // not there
	refused         // not there, or a reason
)

// should says what the rules make of a caller at a line, with ids of the home.
func (m *rightsMatrix) should(l line, c *caller, home *rightsHome) verdict {
	inShoes := c.row.OnBehalf != ""
	isStaff := len(c.truth.staff) > 0 || inShoes
	switch {
	case l.door == web.Anyone, l.door == web.Machine:
		return allowed
	case l.door == program && c.bearer == "", l.door != program && c.cookie == "":
		return signIn
	case l.door == web.Staff && !isStaff:
		return unseen
	case l.door == web.Staff && inShoes:
		return refused
	case l.door == web.Member && isStaff && !inShoes:
		return unseen
	case l.may == "" || m.held(l, c, home) && (l.sees == "" || m.tables.may(c.truth, l.sees, home.place[""])):
		return allowed
	}
	return refused
}

func (m *rightsMatrix) held(l line, c *caller, home *rightsHome) bool {
	if l.at == "somewhere" {
		return slices.Contains(c.truth.staff, l.may) || slices.ContainsFunc(c.truth.rights, func(r identity.Right) bool { return r.May == l.may })
	}
	if l.at == "a group" {
		return slices.ContainsFunc([]string{"", "house", "wing", "room", "other"}, func(g string) bool {
			return m.tables.may(c.truth, l.may, authz.Place{Customer: home.customer.ID, Group: home.ids[g]})
		})
	}
	at, ok := home.place[l.at]
	if !ok {
		m.t.Fatalf("%s: no place is called %q", l.pattern, l.at)
	}
	return m.tables.may(c.truth, l.may, at)
}

// concerns leaves out what can tell nothing new: programs and people each have their doors, and to what is open to all a few
// of each kind are enough.
func (m *rightsMatrix) concerns(l line, c *caller) bool {
	if l.door == web.Anyone || l.door == web.Machine {
		return slices.Contains([]*caller{m.nobody, m.staff[0], m.staff[len(m.staff)-1], m.homes[0].people[0], m.homes[1].people[0]}, c)
	}
	if c.bearer != "" && c.home != m.homes[0] && m.should(l, c, c.home) != allowed {
		return false
	}
	return c == m.nobody || (c.bearer != "") == (l.door == program)
}

// one calls one line as one caller: those of the first customer, the operator and nobody with ids of the first customer, and
// those of the second with both.
func (m *rightsMatrix) one(l line, c *caller) {
	home := c.home
	if home == nil {
		home = m.homes[0]
	}
	_, path := l.sample(l.pattern)
	want := m.should(l, c, home)
	if home == m.homes[0] || !foreignIn(path) {
		own := m.ask(l, c, m.fill(path, home), m.fill(l.form, home))
		m.judge(l, c, "", own, want)
		m.silent(l, c, own)
	}
	if c.home == nil || l.door == web.Anyone || l.door == web.Machine || want == signIn || want == unseen {
		return
	}
	if other := m.homes[0]; home != other || c.row.OnBehalf != "" && l.door != web.Staff {
		if home == other {
			other = m.homes[1]
		}
		m.abroad(l, c, want, home, other)
	}
}

// abroad calls a line with ids of another customer, in the address and in the form.
func (m *rightsMatrix) abroad(l line, c *caller, want verdict, home, other *rightsHome) {
	_, path := l.sample(l.pattern)
	if foreignIn(path) {
		foreign := m.ask(l, c, m.fill(path, other), m.fillFor(l.form, other, home))
		m.judge(l, c, " with another's ids", foreign, map[bool]verdict{true: unseen, false: refused}[want == allowed])
		m.silent(l, c, foreign)
		if strings.HasPrefix(foreign.code, "authz.") && want == refused {
			return // refused before anything was looked for
		}
		if made := m.ask(l, c, m.fill(path, nil), m.fillFor(l.form, nil, home)); foreign.status != made.status || foreign.code != made.code {
			m.t.Errorf("%s as %s: another's ids are %v, made up ones %v: the answer tells that they are there", l.pattern, c.name, foreign, made)
		}
	}
	if want != allowed {
		return
	}
	for how, form := range map[string]string{"another's ids in the form": m.fillFor(l.form, other, home), "a form for another": m.fillFor(l.form, home, other)} {
		if form == m.fill(l.form, home) {
			continue
		}
		foreign := m.ask(l, c, m.fill(path, home), form)
		if len(foreign.changed) > 0 || foreign.status < http.StatusBadRequest || foreign.status >= http.StatusInternalServerError {
			m.t.Errorf("%s as %s with %s: %v, changed %v", l.pattern, c.name, how, foreign, foreign.changed)
		}
		m.silent(l, c, foreign)
	}
}

// crossed asks, as those who may see all customers, for one customer's things at another.
func (m *rightsMatrix) crossed(l line) {
	_, path := l.sample(l.pattern)
	if l.door != web.Staff || !strings.HasPrefix(path, "/office/customers/<customer>/") || !foreignIn(strings.TrimPrefix(path, "/office/customers/<customer>/")) {
		return
	}
	path = strings.Replace(path, "<customer>", m.homes[1].ids["customer"], 1)
	for _, c := range m.staff {
		if m.should(l, c, m.homes[0]) == allowed {
			m.judge(l, c, " at the wrong customer", m.ask(l, c, m.fill(path, m.homes[0]), m.fill(l.form, m.homes[0])), unseen)
		}
	}
}

func (m *rightsMatrix) judge(l line, c *caller, how string, got answer, want verdict) {
	m.t.Helper()
	known := got.code != "" && slices.Contains(strings.Fields(l.also), got.code)
	ok := false
	switch want {
	case allowed:
		toDoor := strings.HasPrefix(got.to, "/sign-in?next")
		ok = known || l.door == web.Machine && (got.status == http.StatusServiceUnavailable || got.status == http.StatusUnauthorized) || got.status < 500 && got.status != http.StatusUnauthorized && got.status != http.StatusForbidden && (got.status != http.StatusNotFound || l.door == web.Anyone) && !toDoor
	case signIn:
		ok = got.status == http.StatusUnauthorized || got.status == http.StatusSeeOther && strings.HasPrefix(got.to, "/sign-in") && strings.HasPrefix(l.pattern, "GET")
	case unseen:
		ok = got.status == http.StatusNotFound
	case refused:
		empty := l.door == program && l.at == "somewhere" && got.status == http.StatusOK && !strings.Contains(got.body, c.home.mark) // a list of what one may see: nothing
		told := got.status == http.StatusConflict && known || got.status == http.StatusUnprocessableEntity && l.also == "422"
		ok = empty || told || got.status == http.StatusNotFound || got.status == http.StatusForbidden && strings.HasPrefix(got.code, "authz.")
	}
	if !ok {
		m.t.Errorf("%s as %s%s: %v, want %s", l.pattern, c.name, how, got, []string{"to be let in", "to be sent to sign in", "404", "403 with a reason, or 404"}[want])
	}
	if want != allowed && len(got.changed) > 0 {
		m.t.Errorf("%s as %s%s: %v, and it changed %v", l.pattern, c.name, how, got, got.changed)
	}
}

// silent looks for what the caller must not read: another's name on a page that is not public.
func (m *rightsMatrix) silent(l line, c *caller, got answer) {
	if l.door == web.Anyone || l.door == web.Machine {
		return
	}
	for _, h := range m.homes {
		if (c.home != h || c.past) && len(c.truth.staff) == 0 && strings.Contains(got.body, h.mark) {
			i := strings.Index(got.body, h.mark)
			m.t.Errorf("%s as %s: %v tells of %s: …%s…", l.pattern, c.name, got, h.mark, got.body[max(0, i-80):min(len(got.body), i+40)])
		}
	}
}
