package identityweb_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/brand"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/event"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/identity/identityweb"
	"skranke/internal/limit"
	"skranke/internal/web"

	"github.com/a-h/templ"
)

const password = "riktig hest batteri"

var root = authz.SystemActor(identity.MaySeeCustomers, identity.MayEditCustomers, identity.MaySeePeople, identity.MayEditPeople, identity.MayEditStaff)

// roles lets staff see everything and members nothing.
type roles struct{}

func (roles) OfStaff(identity.StaffRole) []authz.Permission {
	return []authz.Permission{identity.MaySeeCustomers, identity.MaySeePeople}
}

func (roles) OfMember(identity.Role) []identity.Right { return nil }

func (roles) WhileBlocked(authz.Permission) bool { return true }

func (roles) CustomersAlone(authz.Permission) bool { return false }

func (roles) All() (members, staff []authz.Permission) { return nil, nil }

// site is the pages on a database, and a browser that keeps the session.
type site struct {
	http.Handler
	people *identity.Service
	cookie string
}

func open(t *testing.T, d *db.DB) *site {
	t.Helper()
	s := &identity.Service{DB: d, Log: &event.Log{}, Roles: roles{}, Limits: identity.Limits{Account: limit.Rule{Max: 3, Window: 10 * time.Minute}}}
	e := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Brand: brand.Default("Fjordlås"), Authenticate: func(ctx context.Context, token string) (web.Visitor, error) {
		a, v, err := s.Authenticate(ctx, token)
		return web.Visitor{Actor: a, Name: v.Name}, err
	}})
	pages := &identityweb.Pages{
		Identity: s, Home: func(staff bool) string { return map[bool]string{true: "/office", false: "/"}[staff] },
		Sections: []identityweb.Section{
			func(_ *http.Request, c identity.Customer) (templ.Component, error) {
				return templ.Raw("<p>slot for " + c.Number + "</p>"), nil
			},
			func(*http.Request, identity.Customer) (templ.Component, error) { return nil, nil },
		},
	}
	e.Mount(pages.Routes()...)
	return &site{Handler: e, people: s}
}

func (s *site) do(method, target string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if s.cookie != "" {
		r.Header.Set("Cookie", s.cookie)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.Name == "skranke" {
			s.cookie = c.Name + "=" + c.Value
		}
	}
	return w
}

func (s *site) person(t *testing.T, email string, staff ...identity.StaffRole) {
	t.Helper()
	p, err := s.people.CreatePerson(t.Context(), root, identity.NewPerson{Name: "Siv Berg", Email: email, Language: i18n.NB, Password: password})
	if err == nil {
		err = s.people.AddStaff(t.Context(), root, p.ID, staff...)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (s *site) signIn(email, typed, next string) *httptest.ResponseRecorder {
	return s.do("POST", "/sign-in", url.Values{"email": {email}, "password": {typed}, "next": {next}})
}

func TestSigningInGoesOnToTheAskedForPageOfOursAndToNoOther(t *testing.T) {
	tests := []struct{ next, want string }{
		{"", "/office"},
		{"/office/customers?q=a", "/office/customers?q=a"},
		{"https://evil.example/", "/office"},
		{"//evil.example/", "/office"},
		{"/\\evil.example", "/office"},
		{"javascript:alert(1)", "/office"},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.person(t, "siv@laas.example", identity.Production)
		for _, tt := range tests {
			s.cookie = ""
			w := s.signIn("Siv@laas.example ", password, tt.next)
			if w.Code != http.StatusSeeOther || w.Header().Get("Location") != tt.want || s.cookie == "" {
				t.Errorf("%q leads to %d %q, cookie %q", tt.next, w.Code, w.Header().Get("Location"), s.cookie)
			}
		}
		if w := s.do("GET", "/sign-in?next=/office/customers", nil); w.Header().Get("Location") != "/office/customers" {
			t.Errorf("who is signed in already sees %d %s", w.Code, w.Header().Get("Location"))
		}
	})
}

func TestARefusedSignInKeepsTheAddressAndNeverThePassword(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.person(t, "siv@laas.example", identity.Production)
		var first string
		for i, email := range []string{"siv@laas.example", "ukjent@laas.example"} {
			w := s.signIn(email, "hemmelig-og-feil", "/office/customers")
			body := w.Body.String()
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `value="`+email+`"`) || !strings.Contains(body, `value="/office/customers"`) ||
				!strings.Contains(body, "E-postadressen eller passordet stemmer ikke") || strings.Contains(body, "hemmelig") || s.cookie != "" {
				t.Errorf("%d %s", w.Code, body)
			}
			body = strings.ReplaceAll(body, email, "x")
			if i == 0 {
				first = body
			} else if body != first {
				t.Error("an unknown address is answered otherwise than a wrong password")
			}
		}
		if w := s.signIn("", "", ""); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "2 ting må rettes") {
			t.Errorf("an empty form: %d", w.Code)
		}
	})
}

func TestWhoeverTriesTooOftenIsToldHowLongToWait(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.person(t, "siv@laas.example", identity.Production)
		for range 3 {
			s.signIn("siv@laas.example", "feil passord", "")
		}
		w := s.signIn("siv@laas.example", password, "")
		if w.Code != http.StatusTooManyRequests || !strings.Contains(w.Body.String(), "Prøv igjen om 10 minutter") || w.Header().Get("Retry-After") != "600" {
			t.Errorf("%d, Retry-After %q: %s", w.Code, w.Header().Get("Retry-After"), w.Body)
		}
		if !strings.Contains(w.Body.String(), `value="siv@laas.example"`) {
			t.Error("the address is lost")
		}
	})
}

func TestSignedOutMeansOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.person(t, "siv@laas.example", identity.Production)
		if w := s.do("GET", "/office/customers", nil); w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/sign-in?next=") {
			t.Errorf("before: %d", w.Code)
		}
		s.signIn("siv@laas.example", password, "")
		old := s.cookie
		if w := s.do("GET", "/office/customers", nil); w.Code != http.StatusOK {
			t.Errorf("signed in: %d", w.Code)
		}
		if w := s.do("POST", "/sign-out", nil); w.Code != http.StatusSeeOther {
			t.Errorf("signing out: %d", w.Code)
		}
		s.cookie = old
		if w := s.do("GET", "/office/customers", nil); w.Code != http.StatusSeeOther {
			t.Errorf("with the old cookie: %d", w.Code)
		}
	})
}

func TestTheOfficeFindsACustomerAndSeesItsPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.person(t, "siv@laas.example", identity.Production)
		s.person(t, "ingrid@fjell.example")
		var c identity.Customer
		for i := range 30 {
			var err error
			c, err = s.people.CreateCustomer(t.Context(), root, identity.NewCustomer{
				Kind: identity.Association, Name: fmt.Sprintf("Granlia %02d sameie", i),
				Country: "NO", Language: i18n.NB, Town: "Oslo",
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		p, err := identity.PersonByEmail(t.Context(), d, "ingrid@fjell.example")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.people.AddMember(t.Context(), root, c.ID, p.ID, identity.Board); err != nil {
			t.Fatal(err)
		}
		s.signIn("siv@laas.example", password, "")
		tests := []struct {
			path   string
			status int
			has    []string
		}{
			{"/office/customers", 200, []string{"Granlia 00 sameie", "30 kunder", `rel="next"`, "after="}},
			{"/office/customers?q=gran+29&kind=association&status=active", 200, []string{"Granlia 29 sameie", "1 kunde", "Nullstill"}},
			{"/office/customers?q=finnes+ikke", 200, []string{"Ingen kunder passer til søket", "Vis alle kunder"}},
			{"/office/customers?kind=x&status=y&after=z%00", 200, []string{"Ingen kunder"}},
			{"/office/customers/" + c.ID, 200, []string{"Granlia 29 sameie", c.Number, "slot for " + c.Number, "Styremedlem", "ingrid@fjell.example"}},
			{"/office/customers/" + strings.Repeat("0", 36), 404, []string{"Vi finner ikke kunden"}},
			{"/office/customers/%00", 404, nil},
		}
		for _, tt := range tests {
			w := s.do("GET", tt.path, nil)
			if w.Code != tt.status {
				t.Errorf("%s is %d", tt.path, w.Code)
			}
			for _, has := range tt.has {
				if !strings.Contains(w.Body.String(), has) {
					t.Errorf("%s lacks %q", tt.path, has)
				}
			}
		}
		s.cookie = ""
		s.signIn("ingrid@fjell.example", password, "")
		if w := s.do("GET", "/office/customers/"+c.ID, nil); w.Code != http.StatusNotFound {
			t.Errorf("a member in the office: %d", w.Code)
		}
	})
}
