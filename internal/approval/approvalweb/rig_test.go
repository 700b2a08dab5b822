package approvalweb_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"skranke/internal/approval"
	"skranke/internal/approval/approvalweb"
	"skranke/internal/authz"
	"skranke/internal/brand"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/link"
	"skranke/internal/web"

	"github.com/a-h/templ"
)

var (
	asker = authz.SystemActor(approval.MaySee, approval.MayExpire, approval.MayWithdraw)
	kari  = id.New()
	ola   = id.New()
	names = map[string]string{kari: "Kari Berg", ola: "Ola <b>Dahl"}
)

const kind = "test.order"

// site is the pages on a fresh database, and whoever looks at them.
type site struct {
	*web.Edge
	t         *testing.T
	db        *db.DB
	approvals *approval.Service
	links     *link.Signer
	by        authz.Actor
	now       time.Time
	customer  string
	speaks    func(r *http.Request, person string) error
}

func open(t *testing.T, d *db.DB) *site {
	t.Helper()
	signer, err := link.NewSigner([]byte(strings.Repeat("s", 32)))
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, db: d, approvals: &approval.Service{DB: d, Log: &event.Log{}}, links: signer, now: time.Date(2026, 3, 9, 8, 0, 0, 0, time.UTC), customer: id.New()}
	d.SetClock(func() time.Time { return s.now })
	s.Edge = web.New(web.Config{
		Log: slog.New(slog.DiscardHandler), Brand: brand.Default("Fjordlås"), Language: i18n.NB,
		Authenticate: func(context.Context, string) (web.Visitor, error) { return web.Visitor{Actor: s.by, Name: "Kari"}, nil },
	})
	pages := &approvalweb.Pages{
		Approvals: s.approvals, Links: signer,
		Present: map[string]approvalweb.Present{kind: func(_ context.Context, l i18n.L, subject string) (templ.Component, error) {
			return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
				_, err := io.WriteString(w, "<p>whole order "+subject+" in "+l.Tag()+"</p>")
				return err
			}), nil
		}},
		Speak: func(r *http.Request, person string) error {
			if s.speaks == nil {
				return nil
			}
			return s.speaks(r, person)
		},
		Names: func(context.Context, []string) (map[string]string, error) { return names, nil },
		Customers: func(context.Context, []string) (map[string]string, error) {
			return map[string]string{s.customer: "Fjellheim borettslag"}, nil
		},
	}
	s.Mount(pages.Routes()...)
	return s
}

// ask opens a question to Kari and Ola, and gives the tokens of their links.
func (s *site) ask(needed int64) (q approval.Request, token map[string]string) {
	s.t.Helper()
	token = map[string]string{}
	err := s.db.InTx(s.t.Context(), func(tx *db.Tx) error {
		var links []link.Link
		var err error
		q, links, err = s.approvals.Open(s.t.Context(), tx, asker, approval.Ask{
			Kind: kind, Subject: id.New(), Revision: 1, CustomerID: s.customer, Title: "1 brikke til H0203",
			Approvers: []string{kari, ola}, Needed: needed, DueAt: s.now.Add(72 * time.Hour),
		})
		for _, l := range links {
			token[l.PersonID] = s.links.Token(approval.LinkKind, l.ID)
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return q, token
}

// member signs somebody in who may decide for the customer.
func (s *site) member(person, customer string) {
	s.by = authz.Actor{ID: person, Kind: authz.Person, Grants: []authz.Grant{{Scope: authz.Customer, ID: customer, May: []authz.Permission{approval.MaySee, approval.MayDecide}}}}
}

func (s *site) do(method, target string, form url.Values, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(s.t.Context(), method, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if s.by.ID != "" {
		r.Header.Set("Cookie", "skranke=x")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func (s *site) want(method, target string, form url.Values, status int, has ...string) string {
	s.t.Helper()
	w := s.do(method, target, form)
	body := words(w.Body.String())
	if w.Code != status {
		s.t.Errorf("%s %s is %d, not %d: %s", method, target, w.Code, status, body)
	}
	for _, text := range has {
		if !strings.Contains(body, text) {
			s.t.Errorf("%s %s lacks %q: %s", method, target, text, body)
		}
	}
	return body
}

var space = regexp.MustCompile(`\s+`)

// words is a page from its title on, on one line.
func words(html string) string {
	if i := strings.Index(html, "<title>"); i > 0 {
		html = html[i:]
	}
	return space.ReplaceAllString(html, " ")
}

func clock(at time.Time) string { return i18n.NB.DateTime(at, time.UTC) }

func (s *site) state(q approval.Request) approval.View {
	s.t.Helper()
	v, err := s.approvals.Find(s.t.Context(), asker, q.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return v
}

func approve() url.Values { return url.Values{"decision": {"approve"}} }
