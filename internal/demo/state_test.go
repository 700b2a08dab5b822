package demo_test

import (
	"context"
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
	"skranke/internal/demo"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/web"
)

// root makes people.
var root = authz.SystemActor(identity.MayEditPeople, identity.MayEditStaff, identity.MayEditCustomers)

func person(t *testing.T, people *identity.Service, name, email string) identity.Person {
	t.Helper()
	p, err := people.CreatePerson(t.Context(), root, identity.NewPerson{Name: name, Email: email, Language: i18n.NB})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRealDataIsNeverTakenForADemonstration(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if stage, err := demo.State(t.Context(), d); stage != demo.Empty || err != nil {
			t.Errorf("an empty database is %v, %v", stage, err)
		}
		people := &identity.Service{DB: d}
		if _, err := people.CreateCustomer(t.Context(), root, identity.NewCustomer{Kind: identity.Company, Name: "Ekte Kunde AS", Country: "NO"}); err != nil {
			t.Fatal(err)
		}
		if stage, err := demo.State(t.Context(), d); stage != demo.Foreign || err != nil {
			t.Errorf("a database with a customer is %v, %v", stage, err)
		}
		if err := demo.Build(t.Context(), demo.House{DB: d}, func(string) {}); err == nil {
			t.Error("a demonstration was made beside a real customer")
		}
		if n, err := db.One[int64](t.Context(), d, `SELECT COUNT(*) AS n FROM settings WHERE name = 'demo'`); n != 0 || err != nil {
			t.Errorf("the refusal left %d marks, %v", n, err)
		}
	})
}

// interrupted gives roles, and stops what is under way.
type interrupted struct {
	identity.Roles
	stop func()
}

// OfStaff is what a role allows.
func (i interrupted) OfStaff(r identity.StaffRole) []authz.Permission {
	i.stop()
	return i.Roles.OfStaff(r)
}

func TestABuildThatWasBrokenOffIsToldAndNotMended(t *testing.T) {
	a := wired(t, dbtest.SQLite(t))
	ctx, stop := context.WithCancel(t.Context())
	a.Identity.Roles = interrupted{a.Identity.Roles, stop} // Ctrl+C when the first of the firm's people has been made
	err := demo.Build(ctx, house(a), func(string) {})
	if err == nil || !strings.Contains(err.Error(), "broken off half-way") {
		t.Fatalf("a build whose context ended says %v", err)
	}
	if late := time.Since(a.DB.Now()); late > time.Minute {
		t.Errorf("the clock was left %s behind", late)
	}
	_, err = demo.State(t.Context(), a.DB)
	if err == nil || !strings.Contains(err.Error(), "--data") || !strings.Contains(err.Error(), "PostgreSQL") {
		t.Errorf("half a demonstration is %v: it must say what to do", err)
	}
	if again := demo.Build(t.Context(), house(a), func(string) {}); again == nil {
		t.Error("half a demonstration was built upon")
	}
}

// edge serves the start page alone.
func edge(t *testing.T, people *identity.Service) http.Handler {
	t.Helper()
	b, err := brand.New("Fjellvik Lås & Sikring", brand.DefaultColor)
	if err != nil {
		t.Fatal(err)
	}
	e := web.New(web.Config{Brand: b, Language: i18n.NB, Demo: true, Log: quiet(t)})
	e.Mount(demo.Pages(people, b.Name, "/api/docs", func(staff bool) string {
		if staff {
			return "/office"
		}
		return "/my"
	}).Routes()...)
	return e
}

func TestOnlyTheCastCanBeSignedInAs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		people := &identity.Service{DB: d}
		maker, approver := person(t, people, "Kjersti Moen", demo.Example.Maker), person(t, people, "Torill Hagen", demo.Example.Approver)
		if err := people.AddStaff(t.Context(), root, maker.ID, identity.Production); err != nil {
			t.Fatal(err)
		}
		stranger := person(t, people, "Sjef Selv", "sjef@fjellvik.example")
		for _, tt := range []struct {
			name, id string
			status   int
			to       string
		}{
			{"one of the firm", maker.ID, http.StatusSeeOther, "/office"},
			{"one of the customers", approver.ID, http.StatusSeeOther, "/my"},
			{"somebody added later", stranger.ID, http.StatusNotFound, ""},
			{"nobody", "", http.StatusNotFound, ""},
			{"nonsense", "\x00'--", http.StatusNotFound, ""},
		} {
			t.Run(tt.name, func(t *testing.T) {
				r := httptest.NewRequest(http.MethodPost, "/demo/sign-in-as", strings.NewReader(url.Values{"person": {tt.id}}.Encode()))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				w := httptest.NewRecorder()
				edge(t, people).ServeHTTP(w, r)
				if w.Code != tt.status || w.Header().Get("Location") != tt.to {
					t.Errorf("%d %q, want %d %q", w.Code, w.Header().Get("Location"), tt.status, tt.to)
				}
				if got := len(w.Result().Cookies()) > 0; got != (tt.to != "") {
					t.Errorf("a session was opened: %v", got)
				}
			})
		}
	})
}

func TestTheStartPageSpeaksTheReadersLanguage(t *testing.T) {
	d := dbtest.Open(t, dbtest.SQLite(t))
	people := &identity.Service{DB: d}
	person(t, people, "Kjersti Moen", demo.Example.Maker)
	e := edge(t, people)
	for tag, words := range map[string]string{"nb": "Prøv dette først", "sv": "Prova det här först", "da": "Prøv det her først", "en": "Try this first"} {
		r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		r.AddCookie(&http.Cookie{Name: "language", Value: tag})
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		body := w.Body.String()
		for _, want := range []string{words, "Kjersti Moen", demo.Example.SystemNumber, demo.Example.Card, demo.Password, `action="/demo/sign-in-as"`, `href="/mailbox"`, `href="/api/docs"`} {
			if w.Code != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("%s: %d, and the page lacks %q", tag, w.Code, want)
			}
		}
		if strings.Contains(body, "Torill Hagen") || strings.Contains(body, "demo.hint") {
			t.Errorf("%s: the page shows somebody who is not there, or a code", tag)
		}
	}
}
