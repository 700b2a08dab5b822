package agreementweb_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"skranke/internal/agreement"
	"skranke/internal/agreement/agreementweb"
	"skranke/internal/authz"
	"skranke/internal/brand"
	"skranke/internal/day"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/event"
	"skranke/internal/files"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/web"
)

var root = authz.SystemActor(identity.MayEditCustomers, identity.MayEditPeople, agreement.MaySee, agreement.MayEdit)

// site is the pages on a database with one signed agreement, and whoever looks at them.
type site struct {
	http.Handler
	by    authz.Actor
	a     agreement.Agreement
	other identity.Customer
}

func open(t *testing.T, d *db.DB) *site {
	t.Helper()
	d.SetClock(func() time.Time { return time.Date(2026, 3, 9, 8, 0, 0, 0, time.UTC) })
	s := &site{}
	store, err := files.Open(t.Context(), "mem://")
	if err != nil {
		t.Fatal(err)
	}
	agreements := &agreement.Service{DB: d, Log: &event.Log{}}
	e := web.New(web.Config{
		Log: slog.New(slog.DiscardHandler), Brand: brand.Default("Fjordlås"),
		Authenticate: func(context.Context, string) (web.Visitor, error) { return web.Visitor{Actor: s.by, Name: "Siv"}, nil },
	})
	pages := &agreementweb.Pages{Agreements: agreements, Papers: agreementweb.Papers{Most: 1 << 20, Serve: func(w http.ResponseWriter, _ *http.Request, fileID string) error {
		_, err := io.WriteString(w, "file "+fileID)
		return err
	}, Keep: func(ctx context.Context, by authz.Actor, customerID, name string, body io.Reader) (string, error) {
		f, err := store.Put(ctx, d, by, files.Upload{CustomerID: customerID, Field: "document", Name: name, Accept: []files.Kind{files.PDF}, Body: body})
		return f.ID, err
	}, Why: files.Text}}
	e.Mount(pages.Routes()...)
	s.Handler = e
	s.fill(t, d, agreements)
	return s
}

func (s *site) fill(t *testing.T, d *db.DB, agreements *agreement.Service) {
	t.Helper()
	ctx, people := t.Context(), &identity.Service{DB: d, Log: &event.Log{}}
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	c, err := people.CreateCustomer(ctx, root, identity.NewCustomer{Kind: identity.Association, Name: "Fjellheim <b> borettslag", Country: "NO"})
	ok(err)
	s.other, err = people.CreateCustomer(ctx, root, identity.NewCustomer{Kind: identity.Association, Name: "Utsikten sameie", Country: "NO"})
	ok(err)
	p, err := people.CreatePerson(ctx, root, identity.NewPerson{Name: "Ingrid Moe", Email: "ingrid@fjell.example", Language: i18n.SV})
	ok(err)
	s.a, err = agreements.Create(ctx, root, agreement.NewAgreement{
		CustomerID: c.ID, StartsOn: day.New(2026, 1, 1),
		Prices: []agreement.Price{{Item: agreement.ItemFob, Amount: 34950, VAT: 2500}},
	})
	ok(err)
	ok(agreements.SetApprovers(ctx, root, s.a.ID, []string{p.ID}))
	s.a, err = agreements.Sign(ctx, root, s.a.ID, day.New(2025, 12, 20))
	ok(err)
	s.by = authz.Actor{ID: p.ID, Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: []authz.Permission{agreement.MaySee, agreement.MayEdit}}}}
}

// member makes the visitor somebody who sees the agreements of one customer.
func (s *site) member(customerID string) {
	s.by = authz.Actor{ID: "m", Kind: authz.Person, Grants: []authz.Grant{{Scope: authz.Customer, ID: customerID, May: []authz.Permission{agreement.MaySee}}}}
}

func (s *site) do(method, target string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Cookie", "skranke=x")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func (s *site) check(t *testing.T, path string, status int, has ...string) {
	t.Helper()
	w := s.do("GET", path, nil)
	if w.Code != status {
		t.Errorf("%s is %d", path, w.Code)
	}
	for _, text := range has {
		if !strings.Contains(w.Body.String(), text) {
			t.Errorf("%s lacks %q", path, text)
		}
	}
}

func TestTheOfficeSeesWhatWasAgreed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		path := "/office/agreements/" + s.a.ID
		s.check(t, "/office/agreements", 200, s.a.Number, "Fjellheim &lt;b&gt; borettslag", "Fra 1. jan. 2026", "Gjelder", "1 avtale")
		s.check(t, "/office/agreements?q=fjell&state=current", 200, s.a.Number, "Nullstill")
		s.check(t, "/office/agreements?q=fjell&state=draft", 200, "Ingen avtaler å vise", "Vis alle avtaler")
		s.check(t, "/office/agreements?state=x&after=%00", 200, s.a.Number)
		s.check(t, path, 200, "349,50", "25\u00a0%", "Nøkkelbrikke", "ingrid@fjell.example", "Svenska", "Avtalen ble signert", "Systemet", "20. des. 2025", path+"/end")
		s.check(t, path+"/document", 404)
		s.check(t, "/office/agreements/"+strings.Repeat("0", 36), 404, "Vi finner ikke avtalen")
	})
}

func TestKEY11_EndingAnAgreementIsAskedOnAPageOfItsOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		path := "/office/agreements/" + s.a.ID
		s.check(t, path+"/end", 200, "Avslutt avtale A-1001?", `value="2026-03-09"`, "Fjellheim")
		for _, typed := range []string{"", "2026-02-30", "2026-03-08"} {
			w := s.do("POST", path+"/end", url.Values{"ends_on": {typed}})
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `aria-invalid="true"`) || !strings.Contains(w.Body.String(), `value="`+typed+`"`) {
				t.Errorf("%q: %d %s", typed, w.Code, w.Body)
			}
		}
		if w := s.do("POST", path+"/end", url.Values{"ends_on": {"2026-12-31"}}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != path {
			t.Errorf("a day ahead: %d %s", w.Code, w.Header().Get("Location"))
		}
		s.check(t, path, 200, "Har sluttdato", "31. des. 2026")
		if w := s.do("POST", path+"/end", url.Values{"ends_on": {"2026-03-09"}}); w.Code != http.StatusSeeOther {
			t.Errorf("today: %d", w.Code)
		}
		s.check(t, path, 200, "Avsluttet")
		s.check(t, path+"/end", 409, "Avtalen er endret i mellomtiden")
		if w := s.do("POST", path+"/end", url.Values{"ends_on": {"2026-03-09"}}); w.Code != http.StatusConflict {
			t.Errorf("twice: %d", w.Code)
		}
	})
}

func TestKEY12_MembersSeeTheirOwnAgreementAndChangeNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.member(s.a.CustomerID)
		s.check(t, "/agreements", 200, s.a.Number)
		s.check(t, "/agreements/"+s.a.ID, 200, "349,50", "Ingrid Moe")
		if w := s.do("GET", "/agreements/"+s.a.ID, nil); strings.Contains(w.Body.String(), "/end") || strings.Contains(w.Body.String(), "/office/") {
			t.Error("a member is led into the office")
		}
		s.check(t, "/office/agreements/"+s.a.ID, 404)
		if w := s.do("POST", "/office/agreements/"+s.a.ID+"/end", url.Values{"ends_on": {"2026-03-09"}}); w.Code != http.StatusNotFound {
			t.Errorf("a member ends it: %d", w.Code)
		}
		s.member(s.other.ID)
		s.check(t, "/agreements", 200, "Det er ikke inngått noen avtale ennå.")
		s.check(t, "/agreements/"+s.a.ID, 404)
		s.check(t, "/agreements/"+s.a.ID+"/document", 404)
		s.by = authz.Actor{ID: "m", Kind: authz.Person}
		s.check(t, "/agreements", 403)
	})
}

func TestTheSignedDocumentIsGivenToWhoMaySeeTheAgreement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		const fileID = "0198f000-0000-7000-8000-000000000001"
		err := d.InTx(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO files (id, created_at, created_by, name, content_type, size, sha256, key) VALUES ($1, $2, 'x', 'a.pdf', 'application/pdf', 1, 'x', 'x')`, fileID, tx.Now)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := (&agreement.Service{DB: d, Log: &event.Log{}}).AttachDocument(t.Context(), root, s.a.ID, fileID); err != nil {
			t.Fatal(err)
		}
		s.check(t, "/office/agreements/"+s.a.ID, 200, "Last ned dokumentet")
		s.check(t, "/office/agreements/"+s.a.ID+"/document", 200, "file "+fileID)
		s.member(s.a.CustomerID)
		s.check(t, "/agreements/"+s.a.ID+"/document", 200, "file "+fileID)
		s.member(s.other.ID)
		s.check(t, "/agreements/"+s.a.ID+"/document", 404)
	})
}
