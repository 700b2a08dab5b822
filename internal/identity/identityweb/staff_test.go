package identityweb_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/brand"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/event"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/identity/identityweb"
	"skranke/internal/jobs"
	"skranke/internal/link"
	"skranke/internal/mail"
	"skranke/internal/web"
)

// crew lets administrators run the staff, and others only look at customers.
type crew struct{ roles }

func (crew) OfStaff(r identity.StaffRole) []authz.Permission {
	if r == identity.Admin {
		return []authz.Permission{identity.MaySeeCustomers, identity.MayEditStaff, event.MaySee}
	}
	return []authz.Permission{identity.MaySeeCustomers}
}

// openOffice is the pages with a post room behind them; Ada is signed in.
func openOffice(t *testing.T, d *db.DB) *site {
	t.Helper()
	s := &identity.Service{DB: d, Log: &event.Log{}, Roles: crew{}}
	queue := jobs.New(d, slog.New(slog.DiscardHandler))
	signer, err := link.NewSigner([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	post, err := mail.New(d, queue, signer, brand.Default("Fjordlås"), mail.Address{Name: "Lås", Email: "post@firm.example"}, "https://firm.example", mail.Mailbox{DB: d})
	if err == nil {
		err = queue.Open(1)
	}
	if err == nil {
		err = queue.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := queue.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	e := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Brand: brand.Default("Fjordlås"), Authenticate: func(ctx context.Context, token string) (web.Visitor, error) {
		a, v, err := s.Authenticate(ctx, token)
		return web.Visitor{Actor: a, Name: v.Name}, err
	}})
	accounts := &identity.Accounts{Identity: s, Jobs: queue, Mail: post, Links: signer, Firm: "Fjordlås"}
	e.Mount((&identityweb.Pages{Identity: s, Accounts: accounts}).Routes()...)
	o := &site{Handler: e, people: s}
	o.person(t, "ada@firm.example", identity.Admin)
	o.signIn("ada@firm.example", password, "")
	return o
}

func (s *site) id(t *testing.T, email string) string {
	t.Helper()
	p, err := identity.PersonByEmail(t.Context(), s.people.DB, email)
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

// says sends a request and checks its status and what the page has; "!…" must be missing.
func (s *site) says(t *testing.T, method, target string, form url.Values, status int, has ...string) string {
	t.Helper()
	w := s.do(method, target, form)
	body := strings.Join(strings.Fields(w.Body.String()), " ")
	if w.Code != status {
		t.Errorf("%s %s is %d, not %d", method, target, w.Code, status)
	}
	for _, text := range has {
		if without, no := strings.CutPrefix(text, "!"); strings.Contains(body, strings.TrimPrefix(text, "!")) == no {
			t.Errorf("%s %s: %q is there: %v", method, target, without, no)
		}
	}
	return body
}

func (s *site) leads(t *testing.T, target string, form url.Values, to string) {
	t.Helper()
	if w := s.do("POST", target, form); w.Code != http.StatusSeeOther || w.Header().Get("Location") != to {
		t.Errorf("POST %s leads with %d to %q: %s", target, w.Code, w.Header().Get("Location"), w.Body)
	}
}

func TestORG6_AnAdministratorRunsTheStaffFromItsPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openOffice(t, d)
		s.says(t, "GET", "/office/staff", nil, 200, "Siv Berg", "1 ansatt", "Systemadministrator", `href="/office/roles"`, `href="/office/staff/new"`)
		s.says(t, "GET", "/office/staff?q=ingen+slik", nil, 200, "Ingen ansatte passer", "Vis alle ansatte")
		s.says(t, "GET", "/office/staff/new", nil, 200, `name="role.sales"`, "Dette gir rollene adgang til")

		form := url.Values{"name": {"Ebba Lund"}, "email": {"ebba(at)firm"}, "phone": {"+46 70 000 00 01"}, "language": {"sv"}}
		s.says(t, "POST", "/office/staff", form, 422, "2 ting må rettes", `value="Ebba Lund"`, `value="ebba(at)firm"`, `value="+46 70 000 00 01"`, `<option value="sv" selected`,
			"Velg minst én rolle", `href="#role.admin"`)
		form.Set("email", "ebba@firm.example")
		form.Set("role.sales", "1")
		if s.do("POST", "/office/staff", form).Code != http.StatusSeeOther {
			t.Fatal("a right form is refused")
		}
		ebba := "/office/staff/" + s.id(t, "ebba@firm.example")
		s.says(t, "POST", "/office/staff", form, 422, "tilhører allerede en ansatt", `id="role.sales" name="role.sales" value="1" checked`)
		page := s.says(t, "GET", ebba, nil, 200, "Ebba Lund", "Venter på passord", "Send velkomsten på nytt", "Sett på pause", "Vis historikk", "Ikke innlogget")
		version := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(page)[1]

		edit := url.Values{"name": {"Ebba Lund Ek"}, "phone": {""}, "role.production": {"1"}, "version": {version}}
		s.leads(t, ebba, edit, ebba)
		edit.Set("name", "Ebba Ek")
		page = s.says(t, "POST", ebba, edit, 409, "Noen andre har lagret i mellomtiden", `value="Ebba Ek"`, "Ebba Lund Ek", `id="role.production" name="role.production" value="1" checked`)
		edit.Set("version", regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(page)[1])
		edit.Del("role.production")
		s.says(t, "POST", ebba, edit, 422, "Velg minst én rolle", `value="Ebba Ek"`)
		edit.Set("role.production", "1")
		s.leads(t, ebba, edit, ebba)

		s.leads(t, ebba+"/resend", nil, ebba)
		s.leads(t, ebba+"/suspend", nil, ebba)
		s.says(t, "POST", ebba+"/suspend", nil, 409, "Noen andre har alt gjort en endring", "Avslutt pausen", "!Send velkomsten")
		s.leads(t, ebba+"/reactivate", nil, ebba)
		s.leads(t, ebba+"/remove", nil, "/office/staff")
		for _, what := range []string{"", "/suspend", "/reactivate", "/remove", "/resend"} {
			s.says(t, "POST", ebba+what, edit, 404, "Vi finner ikke den ansatte")
		}
		s.says(t, "GET", ebba, nil, 404)
		s.says(t, "GET", "/office/staff/%00", nil, 404)
	})
}

func TestORG6_OneselfAndTheLastAdministratorAreKeptOnThePages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openOffice(t, d)
		ada := "/office/staff/" + s.id(t, "ada@firm.example")
		page := s.says(t, "GET", ada, nil, 200, "Ingen setter seg selv på pause", "!Fjern som ansatt", "!Send velkomsten")
		form := url.Values{"name": {"Siv Berg"}, "role.sales": {"1"}, "version": {regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(page)[1]}}
		s.says(t, "POST", ada, form, 422, "Dette er den siste aktive systemadministratoren", `name="role.sales" value="1" checked`)
		s.says(t, "POST", ada+"/suspend", nil, 403, "Dette må en kollega gjøre")
		s.says(t, "POST", ada+"/remove", nil, 403, "Dette må en kollega gjøre")
	})
}

func TestORG6_WhoMayNotRunTheStaffFindsNoPageOfIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openOffice(t, d)
		ada := "/office/staff/" + s.id(t, "ada@firm.example")
		s.person(t, "siv@firm.example", identity.Sales)
		c, err := s.people.CreateCustomer(t.Context(), root, identity.NewCustomer{Kind: identity.Company, Name: "Fjell", Country: "NO", Language: i18n.NB})
		if err == nil {
			s.person(t, "ingrid@fjell.example")
			_, err = s.people.AddMember(t.Context(), root, c.ID, s.id(t, "ingrid@fjell.example"), identity.Resident)
		}
		if err != nil {
			t.Fatal(err)
		}
		for email, status := range map[string]int{"siv@firm.example": 403, "ingrid@fjell.example": 404} {
			s.cookie = ""
			s.signIn(email, password, "")
			for _, page := range []string{"/office/staff", "/office/staff/new", ada} {
				s.says(t, "GET", page, nil, status, "!ada@firm.example")
			}
			for _, target := range []string{"/office/staff", ada, ada + "/suspend", ada + "/reactivate", ada + "/remove", ada + "/resend"} {
				s.says(t, "POST", target, url.Values{"name": {"X"}, "role.sales": {"1"}}, status)
			}
		}
	})
}
