package companyweb_test

import (
	"bytes"
	"context"
	"html"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
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
	"skranke/internal/identity/companyweb"
	"skranke/internal/jobs"
	"skranke/internal/link"
	"skranke/internal/mail"
	"skranke/internal/web"
)

const password = "riktig hest batteri"

// people is what these pages need of the roles: a manager leads the people of a group.
type people struct{ table }

func (people) OfStaff(identity.StaffRole) []authz.Permission { return staffRights }

func (people) OfMember(r identity.Role) []identity.Right {
	if r == identity.Manager {
		return []identity.Right{
			{May: identity.MaySeeCustomers, Scope: authz.Customer},
			{May: identity.MaySeePeople, Scope: authz.Group},
			{May: identity.MayEditPeople, Scope: authz.Group},
		}
	}
	return table{}.OfMember(r)
}

// door is the pages with real sessions, and a browser.
type door struct {
	*web.Edge
	t      *testing.T
	s      *identity.Service
	oak    identity.Customer
	kari   identity.Member // its administrator
	cookie string
	notice string // that the next page shows
	log    *bytes.Buffer
}

func eachDoor(t *testing.T, f func(t *testing.T, d *door)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, base *db.DB) {
		d := openDoor(t, base)
		d.oak = d.customer("Eika Rør")
		d.kari = d.hire(d.oak, "Kari Nordby", "kari@eika.example", identity.Administrator)
		d.signIn("kari@eika.example")
		f(t, d)
	})
}

func openDoor(t *testing.T, base *db.DB) *door {
	t.Helper()
	d := &door{t: t, log: &bytes.Buffer{}}
	queue := jobs.New(base, slog.New(slog.DiscardHandler))
	signer, err := link.NewSigner([]byte(strings.Repeat("k", 32)))
	d.ok(err)
	post, err := mail.New(base, queue, signer, brand.Default("Fjordlås"), mail.Address{Email: "post@firm.example"}, "https://firm.example", mail.Mailbox{DB: base})
	d.ok(err)
	d.ok(queue.Open(0))
	d.s = &identity.Service{DB: base, Log: &event.Log{}, Roles: people{}, Mail: post, Links: signer}
	d.Edge = web.New(web.Config{Log: slog.New(slog.NewTextHandler(d.log, nil)), Brand: brand.Default("Fjordlås"), Authenticate: func(ctx context.Context, token string) (web.Visitor, error) {
		a, v, err := d.s.Authenticate(ctx, token)
		return web.Visitor{Actor: a, At: v.Member.CustomerID, Name: v.Name, Language: v.Language, Session: v.SessionID}, err
	}})
	d.Mount((&companyweb.Pages{Identity: d.s, Firm: "Fjordlås"}).Routes()...)
	return d
}

func (d *door) ok(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *door) customer(name string) identity.Customer {
	d.t.Helper()
	c, err := d.s.CreateCustomer(d.t.Context(), builder, identity.NewCustomer{Kind: identity.Company, Name: name, Country: "NO", Language: i18n.NB, Town: "Oslo"})
	d.ok(err)
	return c
}

func (d *door) person(name, email string) identity.Person {
	d.t.Helper()
	p, err := d.s.CreatePerson(d.t.Context(), builder, identity.NewPerson{Name: name, Email: email, Language: i18n.NB, Password: password})
	d.ok(err)
	return p
}

func (d *door) hire(c identity.Customer, name, email string, role identity.Role) identity.Member {
	d.t.Helper()
	m, err := d.s.AddMember(d.t.Context(), builder, c.ID, d.person(name, email).ID, role)
	d.ok(err)
	return m
}

func (d *door) signIn(email string) {
	d.t.Helper()
	s, err := d.s.SignIn(d.t.Context(), identity.Attempt{Email: email, Password: password})
	d.ok(err)
	d.cookie = s.Token
}

// signInStaff makes Siv one of the operator's people.
func (d *door) signInStaff() {
	d.t.Helper()
	d.ok(d.s.AddStaff(d.t.Context(), builder, d.person("Siv Berg", "siv@firm.example").ID, identity.Admin))
	d.signIn("siv@firm.example")
}

// send is one request of the browser, which keeps its session.
func (d *door) send(r *http.Request) *httptest.ResponseRecorder {
	if d.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "skranke", Value: d.cookie})
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		switch c.Name {
		case "skranke":
			d.cookie = c.Value
		case "notice":
			d.notice = c.Value
		}
	}
	return w
}

// want checks an answer: its status, what stands on it, and where a redirect leads when it begins with "→ ".
func (d *door) want(w *httptest.ResponseRecorder, what string, status int, has ...string) string {
	d.t.Helper()
	body := html.UnescapeString(w.Body.String())
	if w.Code != status {
		d.t.Errorf("%s is %d, not %d: %s", what, w.Code, status, body)
	}
	for _, text := range has {
		next, leads := strings.CutPrefix(text, "→ ")
		if leads && w.Header().Get("Location") != next {
			d.t.Errorf("%s leads to %q, not %s", what, w.Header().Get("Location"), next)
		}
		if !leads && !strings.Contains(body, text) {
			d.t.Errorf("%s lacks %q: %s", what, text, body)
		}
	}
	return body
}

func (d *door) get(path string, status int, has ...string) string {
	d.t.Helper()
	return d.want(d.send(httptest.NewRequestWithContext(d.t.Context(), "GET", path, nil)), "GET "+path, status, has...)
}

// here is the customer acted for: the forms of the portal name it.
func (d *door) here() string {
	d.t.Helper()
	_, v, err := d.s.Authenticate(d.t.Context(), d.cookie)
	d.ok(err)
	return v.Member.CustomerID
}

// post sends a form: names and values in turn.
func (d *door) post(path string, status int, form []string, has ...string) string {
	d.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		v.Add(form[i], form[i+1])
	}
	if strings.HasPrefix(path, "/my/") && !v.Has("customer") {
		v.Set("customer", d.here())
	}
	r := httptest.NewRequestWithContext(d.t.Context(), "POST", path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return d.want(d.send(r), "POST "+path, status, has...)
}

// upload sends a file as the import's form does.
func (d *door) upload(path, content string, role identity.Role) *httptest.ResponseRecorder {
	d.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	if content != "" {
		f, err := m.CreateFormFile("file", "people.csv")
		d.ok(err)
		_, err = f.Write([]byte(content))
		d.ok(err)
	}
	d.ok(m.WriteField("role", string(role)))
	d.ok(m.WriteField("customer", d.here()))
	d.ok(m.Close())
	r := httptest.NewRequestWithContext(d.t.Context(), "POST", path, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return d.send(r)
}

var reference = regexp.MustCompile(`skranke-link:([a-z.]+):([0-9a-f-]+):`)

// link is the address in the newest mail to somebody.
func (d *door) link(to string) string {
	d.t.Helper()
	bodies, err := db.List[string](d.t.Context(), d.s.DB, `SELECT body FROM mails WHERE to_address = $1 ORDER BY id`, to)
	d.ok(err)
	if len(bodies) == 0 {
		d.t.Fatalf("no mail to %s", to)
	}
	ref := reference.FindStringSubmatch(bodies[len(bodies)-1])
	return "/invitation/" + d.s.Links.Token(ref[1], ref[2])
}

// at is the member with an address, as things stand.
func (d *door) at(email string) identity.Member {
	d.t.Helper()
	ms, err := identity.Members(d.t.Context(), d.s.DB, builder, d.oak.ID, 100)
	d.ok(err)
	for _, m := range ms {
		if m.Email == email {
			return m
		}
	}
	return identity.Member{}
}
