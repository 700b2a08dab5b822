package app

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/limit"
	"skranke/internal/link"
	"skranke/internal/signup"
)

// The numbers have right check digits; nobody has them.
const (
	freeNumber, takenNumber = "998877660", "999888771"
	signupPassword          = "fem grønne bjørker"
)

// desk is the whole program without its server, and a browser.
type desk struct {
	*App
	cookie string
}

// openDesk starts the program with a register that knows two companies.
func openDesk(t *testing.T, d *db.DB, args ...string) *desk {
	t.Helper()
	names := map[string]string{freeNumber: "BJØRK LÅS AS", takenNumber: "ALM BORETTSLAG"}
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		number := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
		if names[number] == "" {
			http.NotFound(w, r)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{
			"organisasjonsnummer": number, "navn": names[number], "organisasjonsform": map[string]any{"kode": "AS"},
			"forretningsadresse": map[string]any{"adresse": []string{"Storgata 1"}, "postnummer": "0155", "poststed": "OSLO", "landkode": "NO"},
		})
	}))
	t.Cleanup(outside.Close)
	s, _, err := Load(append([]string{"--data", t.TempDir(), "--cards-listen", "127.0.0.1:0", "--registry-no", outside.URL}, args...), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(t.Context(), s, d, slog.New(slog.DiscardHandler))
	if err == nil {
		err = a.Jobs.Open(0)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Cards.Close)
	return &desk{App: a}
}

// do is one request of the browser, with the status that is expected.
func (k *desk) do(t *testing.T, status int, method, target string, form ...string) *httptest.ResponseRecorder {
	t.Helper()
	v := url.Values{}
	for i := 0; i < len(form); i += 2 {
		v.Set(form[i], form[i+1])
	}
	r := httptest.NewRequest(method, target, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Cookie", k.cookie+"; language=nb")
	w := httptest.NewRecorder()
	k.Edge.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.Name == "skranke" {
			k.cookie = c.Name + "=" + c.Value
		}
	}
	if w.Code != status {
		t.Fatalf("%s %s: %d, want %d\n%s", method, target, w.Code, status, w.Body)
	}
	return w
}

func holds(t *testing.T, w *httptest.ResponseRecorder, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(w.Body.String(), text) {
			t.Errorf("the page lacks %q:\n%s", text, w.Body)
		}
	}
}

// rootActor sets the house up.
var rootActor = authz.SystemActor(identity.MayEditCustomers, identity.MayEditPeople, identity.MayEditStaff, identity.MaySeeCustomers, identity.MaySeePeople)

// sign opens a session for somebody new in a role of the staff.
func (k *desk) sign(t *testing.T, email string, role identity.StaffRole) {
	t.Helper()
	p, err := k.Identity.CreatePerson(t.Context(), rootActor, identity.NewPerson{Name: "Eva Fjord", Email: email, Language: i18n.NB, Password: signupPassword})
	if err == nil {
		err = k.Identity.AddStaff(t.Context(), rootActor, p.ID, role)
	}
	if err != nil {
		t.Fatal(err)
	}
	k.do(t, http.StatusSeeOther, "POST", "/sign-in", "email", email, "password", signupPassword)
}

// customer makes a company that is there already, with an administrator.
func (k *desk) customer(t *testing.T) (identity.Customer, identity.Person) {
	t.Helper()
	c, err := k.Identity.CreateCustomer(t.Context(), rootActor, identity.NewCustomer{Kind: identity.Company, Name: "Alm AS", Country: "NO", OrgNumber: takenNumber, Language: i18n.NB})
	if err != nil {
		t.Fatal(err)
	}
	p, err := k.Identity.CreatePerson(t.Context(), rootActor, identity.NewPerson{Name: "Ada Alm", Email: "ada@alm.example", Language: i18n.NB, Password: signupPassword})
	if err == nil {
		_, err = k.Identity.AddMember(t.Context(), rootActor, c.ID, p.ID, identity.Administrator)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c, p
}

func filled(email string) []string {
	return []string{
		"kind", "company", "company", "Bjørk Lås AS", "street", "Storgata 1", "postcode", "0155", "town", "Oslo", "name", "Kari Bjørk", "phone", "400 00 123",
		"email", email, "language", "nb", "password", signupPassword,
	}
}

// registers goes through the pages up to the mail, and gives the link of the mail.
func (k *desk) registers(t *testing.T, number, company, email string) (path, confirm string) {
	t.Helper()
	path = k.do(t, http.StatusSeeOther, "POST", "/register", "country", "NO", "org_number", number).Header().Get("Location")
	form := filled(email)
	form[3] = company
	k.do(t, http.StatusSeeOther, "POST", path, form...)
	r, err := k.Signup.Find(t.Context(), strings.TrimPrefix(path, "/register/"))
	if err != nil || r.State != signup.Unverified {
		t.Fatalf("%v, %+v", err, r)
	}
	return path, "/register/confirm/" + k.Links.Token(signup.LinkKind, r.LinkID)
}

func TestORG1_ACompanyRegistersThroughThePages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := openDesk(t, d)
		holds(t, k.do(t, http.StatusOK, "GET", "/sign-in"), `href="/register"`)
		holds(t, k.do(t, http.StatusOK, "GET", "/register"), `name="org_number"`, `name="country"`)
		holds(t, k.do(t, http.StatusUnprocessableEntity, "POST", "/register", "country", "NO", "org_number", "998 877 661"), `value="998 877 661"`, "Nummeret stemmer ikke")
		path := k.do(t, http.StatusSeeOther, "POST", "/register", "country", "NO", "org_number", "998 877 660 MVA").Header().Get("Location")
		holds(t, k.do(t, http.StatusOK, "GET", path), "Er dette riktig selskap?", `value="BJØRK LÅS AS"`, `value="Storgata 1"`, `value="0155"`)
		bad := k.do(t, http.StatusUnprocessableEntity, "POST", path, append(filled("kari@bjork.example"), "name", "")...)
		holds(t, bad, `value="kari@bjork.example"`, "Skriv navnet på kontaktpersonen")
		if strings.Contains(bad.Body.String(), signupPassword) {
			t.Error("the password came back")
		}
		k.do(t, http.StatusSeeOther, "POST", path, filled("kari@bjork.example")...)
		k.do(t, http.StatusSeeOther, "POST", path, filled("kari@bjork.example")...) // a double click
		id := strings.TrimPrefix(path, "/register/")
		k.do(t, http.StatusSeeOther, "GET", path)
		holds(t, k.do(t, http.StatusOK, "GET", "/register/sent/"+id), "kari@bjork.example")
		k.do(t, http.StatusSeeOther, "POST", "/register/again/"+id)
		r, err := k.Signup.Find(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		confirm := "/register/confirm/" + k.Links.Token(signup.LinkKind, r.LinkID)
		for range 2 { // programs that read mail open links too
			holds(t, k.do(t, http.StatusOK, "GET", confirm), "Bekreft e-postadressen", `name="password"`)
		}
		holds(t, k.do(t, http.StatusUnprocessableEntity, "POST", confirm, "want", "company", "password", "noe helt annet"), "Passordet stemmer ikke")
		if to := k.do(t, http.StatusSeeOther, "POST", confirm, "want", "company", "password", signupPassword).Header().Get("Location"); to != "/my" || k.cookie == "" {
			t.Errorf("on to %s with %q", to, k.cookie)
		}
		k.do(t, http.StatusSeeOther, "GET", "/my")
		holds(t, k.do(t, http.StatusOK, "GET", confirm), "Kontoen er klar")
		k.do(t, http.StatusSeeOther, "POST", confirm, "want", "company", "password", signupPassword)
		holds(t, k.do(t, http.StatusGone, "GET", confirm+"x"), `href="/register"`)
		holds(t, k.do(t, http.StatusGone, "GET", "/register/sent/none"), `href="/register"`)
	})
}

// ids are what differs between two registrations of the same kind.
var ids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{4,27}|998[^<"]{1,6}877[^<"]{1,6}660|999[^<"]{1,6}888[^<"]{1,6}771|BJØRK LÅS AS|ALM BORETTSLAG`)

// trace is all that a stranger sees of a registration: statuses, ways on and pages.
func (k *desk) trace(t *testing.T, number, email string) string {
	t.Helper()
	var b strings.Builder
	see := func(w *httptest.ResponseRecorder) string {
		w.Header().Del("X-Request-Id")
		b.WriteString(w.Result().Status + w.Header().Get("Location") + strings.Join(w.Header().Values("Set-Cookie"), ";") + "\n" + w.Body.String() + "\n")
		return w.Header().Get("Location")
	}
	path := see(k.do(t, http.StatusSeeOther, "POST", "/register", "country", "NO", "org_number", number))
	see(k.do(t, http.StatusOK, "GET", path))
	form := filled(email)
	form[3] = map[string]string{freeNumber: "BJØRK LÅS AS", takenNumber: "ALM BORETTSLAG"}[number]
	sent := see(k.do(t, http.StatusSeeOther, "POST", path, form...))
	see(k.do(t, http.StatusOK, "GET", sent))
	see(k.do(t, http.StatusSeeOther, "POST", "/register/again/"+strings.TrimPrefix(path, "/register/")))
	return strings.ReplaceAll(ids.ReplaceAllString(b.String(), "*"), email, "@")
}

func TestORG1_ThePagesRevealNobody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := openDesk(t, d)
		k.customer(t)
		k.Signup.Limits.Mailbox = limit.Rule{Max: 10, Window: time.Hour}
		want := k.trace(t, freeNumber, "kari@bjork.example")
		for _, tt := range []struct{ who, number, email string }{
			{"a company that is a customer", takenNumber, "per@alm.example"},
			{"somebody with an account", freeNumber, "ada@alm.example"},
			{"somebody who has access already", takenNumber, "ada@alm.example"},
		} {
			before := k.mails(t)
			if got := k.trace(t, tt.number, tt.email); got != want {
				t.Errorf("%s is told from others:\n%s\n---\n%s", tt.who, got, want)
			}
			sent := k.mails(t)[len(before):]
			if len(sent) != 2 { // the first and the one that was asked for again
				t.Fatalf("%s: %+v", tt.who, sent)
			}
			for _, m := range sent {
				if m.ToAddress != tt.email || m.Subject != "Bekreft e-postadressen" || m.Template != signup.LinkKind {
					t.Errorf("%s: %+v", tt.who, m)
				}
			}
		}
	})
}

type sentMail struct{ Template, ToAddress, Subject string }

func (k *desk) mails(t *testing.T) []sentMail {
	t.Helper()
	all, err := db.List[sentMail](t.Context(), k.DB, `SELECT template, to_address, subject FROM mails ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestORG1_AnAdministratorAnswersFromTheMail(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := openDesk(t, d)
		c, ada := k.customer(t)
		_, confirm := k.registers(t, takenNumber, "Alm borettslag", "per@alm.example")
		holds(t, k.do(t, http.StatusOK, "GET", confirm), "Be om tilgang til Alm AS")
		holds(t, k.do(t, http.StatusConflict, "POST", confirm, "want", "company", "password", signupPassword), "Noe har endret seg")
		k.do(t, http.StatusSeeOther, "POST", confirm, "want", "access", "password", signupPassword)
		holds(t, k.do(t, http.StatusOK, "GET", confirm), "Forespørselen er sendt")
		ln, err := db.One[link.Link](t.Context(), d, `SELECT id, kind, subject, person_id, created_at, expires_at, used_at, revoked_at FROM links WHERE kind = 'approval' AND person_id = $1`, ada.ID)
		if err != nil {
			t.Fatal(err)
		}
		answer := "/approve/" + k.Links.Token("approval", ln.ID)
		holds(t, k.do(t, http.StatusOK, "GET", answer), "Skal denne personen få tilgang?", "per@alm.example", "Ja gjør personen til bestiller")
		k.do(t, http.StatusSeeOther, "POST", answer, "decision", "approve")
		ms, err := identity.Members(t.Context(), d, rootActor, c.ID, 10)
		if err != nil || len(ms) != 2 {
			t.Errorf("%v, %+v", err, ms)
		}
		holds(t, k.do(t, http.StatusOK, "GET", confirm), "Kontoen er klar")
	})
}

func TestORG1_StaffWorkThroughTheQueue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := openDesk(t, d)
		_, first := k.registers(t, freeNumber, "Noe Helt Annet", "kari@bjork.example")
		_, second := k.registers(t, freeNumber, "Sykkelbua", "siv@bjork.example")
		for _, confirm := range []string{first, second} {
			k.do(t, http.StatusSeeOther, "POST", confirm, "want", "company", "password", signupPassword)
		}
		holds(t, k.do(t, http.StatusOK, "GET", first), "Registreringen er til gjennomsyn")
		k.sign(t, "lager@firm.example", identity.Warehouse)
		k.do(t, http.StatusForbidden, "GET", "/office/registrations")
		k.sign(t, "eva@firm.example", identity.CustomerService)
		list := k.do(t, http.StatusOK, "GET", "/office/registrations")
		holds(t, list, "Noe Helt Annet", "Sykkelbua", "Annet navn i registeret")
		one := regexp.MustCompile(`/office/registrations/[0-9a-f-]{36}`).FindAllString(list.Body.String(), -1)
		page := k.do(t, http.StatusOK, "GET", one[0])
		holds(t, page, "BJØRK LÅS AS", "kari@bjork.example", "Derfor er den stoppet")
		version := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(page.Body.String())[1]
		holds(t, k.do(t, http.StatusUnprocessableEntity, "POST", one[0]+"/reject", "version", version, "want", "company"), "Skriv kort hvorfor")
		k.do(t, http.StatusSeeOther, "POST", one[0]+"/approve", "version", version, "want", "company")
		k.do(t, http.StatusConflict, "POST", one[0]+"/approve", "version", version, "want", "company")
		holds(t, k.do(t, http.StatusOK, "GET", "/office/registrations?state=active"), "Noe Helt Annet")
		other := one[len(one)-1]
		holds(t, k.do(t, http.StatusOK, "GET", other), `name="role"`, "er kunde fra før") // the number is taken since
		version = regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(k.do(t, http.StatusOK, "GET", other).Body.String())[1]
		k.do(t, http.StatusSeeOther, "POST", other+"/reject", "version", version, "want", "access", "reason", "Feil nummer")
		holds(t, k.do(t, http.StatusOK, "GET", second), "avslått", "Feil nummer")
		k.do(t, http.StatusNotFound, "GET", "/office/registrations/none")
	})
}

func TestORG1_TooManyTriesAreToldToWait(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := openDesk(t, d)
		k.Signup.Limits.Lookups = limit.Rule{Max: 1, Window: time.Hour}
		k.do(t, http.StatusSeeOther, "POST", "/register", "country", "NO", "org_number", freeNumber)
		w := k.do(t, http.StatusTooManyRequests, "POST", "/register", "country", "NO", "org_number", freeNumber)
		if holds(t, w, freeNumber, "For mange forsøk"); w.Header().Get("Retry-After") == "" {
			t.Error("programs are not told to wait")
		}
	})
}

func TestORG1_RegistrationCanBeSwitchedOff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := openDesk(t, d, "--registration", "off")
		holds(t, k.do(t, http.StatusNotFound, "GET", "/register"), "Registrering er ikke åpen")
		if w := k.do(t, http.StatusOK, "GET", "/sign-in"); strings.Contains(w.Body.String(), "/register") {
			t.Error("the sign-in page still leads there")
		}
		r := httptest.NewRequest("POST", "/register", strings.NewReader("country=NO&org_number="+freeNumber))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		if k.Edge.ServeHTTP(w, r); w.Code == http.StatusSeeOther {
			t.Error("a number was taken")
		}
	})
}
