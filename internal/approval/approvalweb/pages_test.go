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
	"sync"
	"testing"
	"time"

	"skranke/internal/approval"
	"skranke/internal/approval/approvalweb"
	"skranke/internal/authz"
	"skranke/internal/brand"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
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
		q, links, err = s.approvals.Open(s.t.Context(), tx, asker, approval.Ask{Kind: kind, Subject: id.New(), Revision: 1, CustomerID: s.customer, Title: "1 brikke til H0203",
			Approvers: []string{kari, ola}, Needed: needed, DueAt: s.now.Add(72 * time.Hour)})
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

func TestKEY6_OpeningTheLinkShowsTheWholeOrderAndDecidesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		q, token := s.ask(1)
		path := "/approve/" + token[kari]
		for range 3 { // a mail scanner, then a person, then a reload
			s.want("GET", path, nil, 200, "whole order "+q.Subject+" in nb", "Skal dette godkjennes?", "Svarfrist: "+clock(s.now.Add(72*time.Hour)), `name="decision" value="approve"`, `value="reject"`, `action="`+path+`"`)
		}
		s.do("HEAD", path, nil)
		if v := s.state(q); v.State != approval.Pending || len(v.Decisions) != 0 {
			t.Errorf("a GET decided: %+v", v)
		}
		for _, query := range []string{"?decision=approve", "?decision=reject&reason=x"} {
			s.want("GET", path+query, nil, 200)
			s.want("POST", path+query, nil, 422) // nor does an address, whoever sends it
		}
		if v := s.state(q); v.State != approval.Pending {
			t.Errorf("an address decided: %+v", v)
		}
	})
}

func TestKEY6_ApprovingLeadsBackToAPageThatSaysSo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		q, token := s.ask(1)
		path := "/approve/" + token[kari]
		w := s.do("POST", path, approve())
		if w.Code != 303 || w.Header().Get("Location") != path {
			t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
		}
		s.now = s.now.Add(time.Hour)
		body := s.want("GET", path, nil, 200, "Kari Berg godkjente "+clock(s.now.Add(-time.Hour)), "whole order")
		if strings.Contains(body, `name="decision"`) {
			t.Error("the buttons are still there")
		}
		if v := s.state(q); v.State != approval.Approved || len(v.Decisions) != 1 || v.Decisions[0].PersonID != kari || v.Decisions[0].Via != "link" {
			t.Errorf("%+v", v)
		}
	})
}

func TestKEY6_TheSecondApproverSeesWhoDecidedAndWhen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		q, token := s.ask(1)
		s.do("POST", "/approve/"+token[ola], url.Values{"decision": {"reject"}, "reason": {"Flytter ut <snart>"}})
		s.now = s.now.Add(time.Hour)
		path := "/approve/" + token[kari]
		s.want("GET", path, nil, 200, "Ola &lt;b&gt;Dahl avslo "+clock(s.now.Add(-time.Hour)), "Begrunnelse: Flytter ut &lt;snart&gt;", "Det første svaret teller")
		if w := s.do("POST", path, approve()); w.Code != 303 || w.Header().Get("Location") != path {
			t.Errorf("a late yes is %d to %q", w.Code, w.Header().Get("Location"))
		}
		if w := s.do("POST", path, url.Values{"decision": {"reject"}}); w.Code != 303 {
			t.Errorf("a late no without a reason is %d", w.Code)
		}
		if v := s.state(q); v.State != approval.Rejected || len(v.Decisions) != 1 {
			t.Errorf("%+v", v)
		}
	})
}

func TestKEY6_ARejectionNeedsAReasonAndNothingTypedIsLost(t *testing.T) {
	long := strings.Repeat("a", 1001)
	for name, x := range map[string]struct {
		form url.Values
		says string
		kept string
	}{
		"no reason":       {url.Values{"decision": {"reject"}, "reason": {"  "}}, "Skriv kort hvorfor det avslås", ""},
		"too long":        {url.Values{"decision": {"reject"}, "reason": {long}}, "Begrunnelsen er for lang", long},
		"no choice":       {url.Values{"reason": {"Hm, \"nei\""}}, "Velg godkjenn eller avslå", "Hm, &#34;nei&#34;"},
		"another word":    {url.Values{"decision": {"expire"}, "reason": {"x"}}, "Velg godkjenn eller avslå", ">x</textarea>"},
		"only characters": {url.Values{"decision": {"reject"}, "reason": {"\x00\x01"}}, "Skriv kort hvorfor det avslås", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := open(t, d)
				q, token := s.ask(1)
				body := s.want("POST", "/approve/"+token[kari], x.form, 422, x.says, x.kept, `class="ds-error-summary"`, "<title>1 feil – ", "whole order")
				if v := s.state(q); v.State != approval.Pending {
					t.Errorf("%+v", v)
				}
				if strings.Contains(x.says, "Skriv") && !strings.Contains(body, `aria-invalid="true"`) {
					t.Error("the field is not marked")
				}
			})
		})
	}
}

func TestKEY6_TwoApproversAreNeededWhereTheAgreementSaysSo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		q, token := s.ask(2)
		s.want("GET", "/approve/"+token[ola], nil, 200, "0 av 2 har sagt ja")
		s.do("POST", "/approve/"+token[kari], approve())
		if v := s.state(q); v.State != approval.Pending {
			t.Fatalf("one of two settled it: %+v", v)
		}
		mine := s.want("GET", "/approve/"+token[kari], nil, 200, "Takk, svaret er lagret", "Det trengs ja fra 1 godkjenner til.", "1 av 2 har sagt ja")
		if strings.Contains(mine, `name="decision"`) {
			t.Error("Kari may answer twice")
		}
		s.do("POST", "/approve/"+token[kari], approve())
		s.want("GET", "/approve/"+token[ola], nil, 200, "1 av 2 har sagt ja", "Kari Berg sa ja", `value="approve"`)
		s.do("POST", "/approve/"+token[ola], approve())
		s.want("GET", "/approve/"+token[kari], nil, 200, "Alle som trengtes, har sagt ja", "Ola &lt;b&gt;Dahl sa ja")
		if v := s.state(q); v.State != approval.Approved || len(v.Decisions) != 2 {
			t.Errorf("%+v", v)
		}
	})
}

func TestKEY6_ADoubleClickDecidesOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		q, token := s.ask(1)
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				if w := s.do("POST", "/approve/"+token[kari], approve()); w.Code != 303 {
					t.Errorf("a click is answered with %d", w.Code)
				}
			})
		}
		all.Wait()
		if v := s.state(q); v.State != approval.Approved || len(v.Decisions) != 1 {
			t.Errorf("%+v", v)
		}
	})
}

func TestKEY6_ALinkThatOpensNothingSaysWhyAndWhatToDo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		q, token := s.ask(1)
		_, other := s.ask(1)
		path := "/approve/" + token[kari]
		broken := path[:len(path)-1] + "A"
		if broken == path {
			broken = path[:len(path)-1] + "B"
		}
		for _, p := range []string{"/approve/x", "/approve/" + strings.Repeat("A", 43), broken, "/approve/" + s.links.Token("keys.status", q.ID)} {
			s.want("GET", p, nil, 404, "Lenken virker ikke", "kopier hele adressen")
			s.want("POST", p, approve(), 404)
		}
		if err := d.InTx(t.Context(), func(tx *db.Tx) error { return link.Revoke(t.Context(), tx, approval.LinkKind, q.ID) }); err != nil {
			t.Fatal(err)
		}
		s.want("GET", path, nil, 410, "Lenken gjelder ikke lenger", "den siste e-posten")
		s.want("POST", path, approve(), 410)
		if v := s.state(q); v.State != approval.Pending {
			t.Errorf("a dead link decided: %+v", v)
		}
		s.now = s.now.Add(200 * 24 * time.Hour)
		s.want("GET", "/approve/"+other[kari], nil, 410, "Lenken er for gammel", "logg inn")
	})
}

func TestKEY6_ALateClickLearnsThatTheTimeIsUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		q, token := s.ask(1)
		s.now = s.now.Add(73 * time.Hour)
		path := "/approve/" + token[kari]
		s.want("GET", path, nil, 200, "Svarfristen gikk ut "+clock(q.DueAt))
		if w := s.do("POST", path, approve()); w.Code != 303 {
			t.Errorf("a late yes is %d", w.Code)
		}
		if v := s.state(q); v.State != approval.Pending {
			t.Errorf("a late yes counted: %+v", v)
		}
		if err := d.InTx(t.Context(), func(tx *db.Tx) error { return s.approvals.Expire(t.Context(), tx, asker, kind, q.Subject) }); err != nil {
			t.Fatal(err)
		}
		s.want("GET", path, nil, 200, "Svarfristen gikk ut", "Fristen gikk ut")
		q, token = s.ask(1)
		if err := d.InTx(t.Context(), func(tx *db.Tx) error { return s.approvals.Withdraw(t.Context(), tx, asker, kind, q.Subject) }); err != nil {
			t.Fatal(err)
		}
		s.want("GET", "/approve/"+token[ola], nil, 200, "Spørsmålet er trukket tilbake")
	})
}

func TestKEY6_TheInboxAsksTheSameAsTheLink(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		if w := s.do("GET", "/inbox", nil); w.Code != 303 || !strings.HasPrefix(w.Header().Get("Location"), "/sign-in") {
			t.Errorf("a stranger's inbox is %d", w.Code)
		}
		q, _ := s.ask(1)
		path := "/inbox/" + q.ID
		s.member(kari, s.customer)
		s.want("GET", "/inbox", nil, 200, "Til deg", "1 brikke til H0203", "Fjellheim borettslag", "om 3 dager", path)
		s.want("GET", path, nil, 200, "whole order", `action="`+path+`"`, `href="/inbox"`)
		s.want("POST", path, url.Values{"decision": {"reject"}, "reason": {""}}, 422, "Skriv kort hvorfor")
		if w := s.do("POST", path, url.Values{"decision": {"reject"}, "reason": {"Nei takk"}}); w.Code != 303 || w.Header().Get("Location") != path {
			t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
		}
		s.want("GET", "/inbox", nil, 200, "Ingenting venter", "Besvart", "Avslått")
		if v := s.state(q); v.State != approval.Rejected || v.Decisions[0].Via != "session" {
			t.Errorf("%+v", v)
		}
	})
}

func TestKEY6_OnlyListedApproversMayDecide(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		q, _ := s.ask(1)
		path := "/inbox/" + q.ID
		s.member(kari, id.New())
		for _, p := range []string{path, "/inbox/x", "/inbox/" + id.New()} {
			s.want("GET", p, nil, 404, "Vi finner ikke dette spørsmålet")
			s.want("POST", p, approve(), 404)
		}
		s.member(id.New(), s.customer)
		s.want("GET", path, nil, 200, "Dette kan bare godkjennerne svare på")
		s.want("POST", path, approve(), 403)
		s.by = authz.Actor{ID: kari, Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: []authz.Permission{approval.MaySee, approval.MayDecide}}}}
		s.want("GET", path, nil, 200, "Ansatte kan ikke godkjenne for kunden")
		s.want("POST", path, approve(), 403)
		if v := s.state(q); v.State != approval.Pending || len(v.Decisions) != 0 {
			t.Errorf("%+v", v)
		}
	})
}

func TestKEY6_ThePageSpeaksTheApproversLanguageUntilTheyChooseAnother(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		_, token := s.ask(2)
		s.speaks = func(r *http.Request, person string) error {
			if person != kari {
				t.Errorf("the link is %q's", person)
			}
			web.Prefer(r, i18n.SV)
			return nil
		}
		for cookie, tag := range map[string]string{"x=1": "sv", "language=da": "da"} {
			body := s.do("GET", "/approve/"+token[kari], nil, "Accept-Language", "en", "Cookie", cookie).Body.String()
			if !strings.Contains(body, `<html lang="`+tag+`"`) || !strings.Contains(body, " in "+tag+"<") {
				t.Errorf("%s: %s", cookie, body)
			}
		}
		s.speaks = nil
		for tag, says := range map[string]string{"sv": "Svara senast", "da": "Svarfrist", "en": "Answer by", "nb": "Svarfrist"} {
			body := s.do("GET", "/approve/"+token[kari], nil, "Accept-Language", tag).Body.String()
			if !strings.Contains(body, `<html lang="`+tag+`"`) || !strings.Contains(body, says) || !strings.Contains(body, " in "+tag+"<") {
				t.Errorf("%s: %s", tag, body)
			}
		}
	})
}
