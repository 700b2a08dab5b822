package accountweb_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/brand"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/identity/accountweb"
	"skranke/internal/jobs"
	"skranke/internal/limit"
	"skranke/internal/link"
	"skranke/internal/mail"
	"skranke/internal/web"
)

const (
	password    = "riktig hest batteri"
	newPassword = "en helt annen hest"
	email       = "siv@laas.example"
)

var root = authz.SystemActor(identity.MayEditPeople)

// site is the pages with all that stands behind them, and a browser that keeps its cookies.
type site struct {
	*web.Edge
	t       *testing.T
	people  *identity.Service
	queue   *jobs.Jobs
	box     mail.Mailbox
	log     *bytes.Buffer
	cookies map[string]string
	behalf  string // whose shoes whoever is signed in stands in
}

func open(t *testing.T, d *db.DB) *site {
	t.Helper()
	s := &site{t: t, queue: jobs.New(d, slog.New(slog.DiscardHandler)), box: mail.Mailbox{DB: d}, log: &bytes.Buffer{}, cookies: map[string]string{}}
	s.people = &identity.Service{DB: d, Log: &event.Log{}, Limits: identity.Limits{Account: limit.Rule{Max: 3, Window: time.Hour}}}
	signer, err := link.NewSigner([]byte(strings.Repeat("k", 32)))
	s.ok(err)
	post, err := mail.New(d, s.queue, signer, brand.Default("Lås"), mail.Address{Name: "Lås", Email: "post@firm.example"}, "https://firm.example", s.box)
	s.ok(err)
	accounts := &identity.Accounts{Identity: s.people, Jobs: s.queue, Mail: post, Links: signer}
	accounts.Register()
	s.ok(s.queue.Open(2))
	s.ok(s.queue.Start(t.Context()))
	t.Cleanup(func() { s.ok(s.queue.Stop(context.WithoutCancel(t.Context()))) })
	s.Edge = web.New(web.Config{Log: slog.New(slog.NewTextHandler(s.log, nil)), Brand: brand.Default("Lås"), Language: i18n.NB, Authenticate: s.authenticate})
	s.Mount((&accountweb.Pages{Accounts: accounts}).Routes()...)
	_, err = s.people.CreatePerson(t.Context(), root, identity.NewPerson{Name: "Siv Berg", Email: email, Language: i18n.NB, Password: password})
	s.ok(err)
	return s
}

func (s *site) authenticate(ctx context.Context, token string) (web.Visitor, error) {
	a, v, err := s.people.Authenticate(ctx, token)
	a.OnBehalf = s.behalf
	return web.Visitor{Actor: a, Name: v.Name, Language: v.Language, Scheme: v.Scheme, Session: v.SessionID}, err
}

func (s *site) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) do(method, target string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(s.t.Context(), method, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, value := range s.cookies {
		r.Header.Add("Cookie", name+"="+value)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if s.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(s.cookies, c.Name)
		}
	}
	return w
}

// want asks for a page and checks what it says.
func (s *site) want(method, target string, form url.Values, status int, has ...string) string {
	s.t.Helper()
	w := s.do(method, target, form)
	body := strings.Join(strings.Fields(w.Body.String()), " ")
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

// leads sends a form that is taken, and checks where it leads and what the next page confirms.
func (s *site) leads(target string, form url.Values, to, notice string) {
	s.t.Helper()
	w := s.do("POST", target, form)
	if got := w.Header().Get("Location"); w.Code != 303 || got != to || s.cookies["notice"] != notice {
		s.t.Errorf("POST %s leads with %d to %q, saying %q: %s", target, w.Code, got, s.cookies["notice"], w.Body)
	}
	delete(s.cookies, "notice")
}

// signIn opens a session from a browser, and forgets the one before without ending it.
func (s *site) signIn(agent string) {
	s.t.Helper()
	got, err := s.people.SignIn(s.t.Context(), identity.Attempt{Email: email, Password: password, Address: "192.0.2.1", Agent: agent})
	s.ok(err)
	s.cookies["skranke"] = got.Token
}

// mailed is the path of the first link in the newest mail to somebody.
func (s *site) mailed(to string) string {
	s.t.Helper()
	s.ok(s.queue.Drain(s.t.Context()))
	list, _, err := s.box.List(s.t.Context(), to, "", 1)
	s.ok(err)
	if len(list) == 0 {
		s.t.Fatalf("no mail to %s", to)
	}
	m, err := s.box.Get(s.t.Context(), list[0].ID)
	s.ok(err)
	return m.Links()[0].Path
}
