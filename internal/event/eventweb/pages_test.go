package eventweb_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/brand"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/event"
	"skranke/internal/event/eventweb"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/web"
)

// site is the page on a fresh database, and whoever looks at it.
type site struct {
	*web.Edge
	t                     *testing.T
	db                    *db.DB
	by                    authz.Actor
	now                   time.Time
	staff, house, another string
}

func open(t *testing.T, d *db.DB) *site {
	t.Helper()
	s := &site{t: t, db: d, now: time.Date(2026, 3, 9, 8, 0, 0, 0, time.UTC), staff: id.New(), house: id.New(), another: id.New()}
	d.SetClock(func() time.Time { return s.now })
	s.by = authz.Actor{ID: s.staff, Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: []authz.Permission{event.MaySee}}}}
	s.Edge = web.New(web.Config{
		Log: slog.New(slog.DiscardHandler), Brand: brand.Default("Fjordlås"), Language: i18n.NB,
		Authenticate: func(context.Context, string) (web.Visitor, error) { return web.Visitor{Actor: s.by, Name: "Siv"}, nil },
	})
	s.Mount((&eventweb.Pages{
		DB: d,
		Names: func(context.Context, []string) (map[string]string, error) {
			return map[string]string{s.staff: "Siv <i>Moe"}, nil
		},
		Customers: func(context.Context, []string) (map[string]string, error) {
			return map[string]string{s.house: "Fjellheim"}, nil
		},
		Paths: map[string]string{"keys.order": "/office/keys/orders/"},
	}).Routes()...)
	return s
}

func (s *site) record(by authz.Actor, e event.Event) event.Event {
	s.t.Helper()
	s.now = s.now.Add(time.Minute)
	err := s.db.InTx(s.t.Context(), func(tx *db.Tx) error { return (&event.Log{}).Record(s.t.Context(), tx, by, e) })
	if err != nil {
		s.t.Fatal(err)
	}
	return e
}

func (s *site) get(path string) (int, string) {
	r := httptest.NewRequestWithContext(s.t.Context(), "GET", path, nil)
	r.Header.Set("Cookie", "skranke=x")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	body := w.Body.String()
	return w.Code, body[max(0, strings.Index(body, "<main")):]
}

// want checks a page: has must stand in it, in this order, and not is what must not.
func (s *site) want(path string, has []string, not ...string) string {
	s.t.Helper()
	code, body := s.get(path)
	if code != 200 {
		s.t.Errorf("%s is %d", path, code)
	}
	rest := body
	for _, text := range has {
		i := strings.Index(rest, text)
		if i < 0 {
			s.t.Errorf("%s lacks %q, or has it too early: %s", path, text, body)
			return body
		}
		rest = rest[i:]
	}
	for _, text := range not {
		if strings.Contains(body, text) {
			s.t.Errorf("%s has %q", path, text)
		}
	}
	return body
}

func TestTheRecordIsSearchedByKindSubjectAndActor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		order := s.record(authz.SystemActor(), event.Event{
			Kind: "keys.order", Subject: id.New(), CustomerID: s.house, Name: "keys.order.start",
			Data: event.Data(map[string]any{"total": 45100, "currency": "NOK", "approvers": []string{s.staff}, "reserved_until": "2026-03-12T08:00:00Z", "late": true}),
		})
		s.record(s.by, event.Event{Kind: "mail", Subject: id.New(), CustomerID: s.another, Name: "mail.resend", Data: event.Data(map[string]any{"about": order.Subject})})
		s.record(authz.Actor{ID: "link:" + id.New(), Kind: authz.Link}, event.Event{Kind: "unheard.of", Subject: "x", Name: "unheard.of.thing"})

		s.want("/office/events", []string{"unheard.of.thing", "Lenke i e-post", "E-post sendt på nytt", "Siv &lt;i&gt;Moe", "Satt i produksjon", "Systemet", "Fjellheim"})
		s.want("/office/events", []string{`href="/office/keys/orders/` + order.Subject + `"`, "godkjennere: Siv &lt;i&gt;Moe", "forsinket: ja", "totalt: 451,00\u00a0kr"})
		s.want("/office/events?kind=mail", []string{"E-post sendt på nytt", "om: …" + order.Subject[28:]}, "unheard.of.thing", "Satt i produksjon")
		s.want("/office/events?subject="+order.Subject, []string{"Satt i produksjon"}, "unheard.of.thing", "E-post sendt på nytt")
		s.want("/office/events?actor="+s.staff, []string{"Bare det Siv &lt;i&gt;Moe har gjort", `href="/office/events"`, "E-post sendt på nytt"}, "Satt i produksjon")
		s.want("/office/events?actor=system", []string{"Bare det Systemet har gjort", "Satt i produksjon"}, "E-post sendt på nytt")
		s.want("/office/events?customer="+s.house, []string{"Bare for Fjellheim", "Satt i produksjon"}, "E-post sendt på nytt")
		s.want("/office/events?subject=nothing", []string{"Ingen hendelser passer", "Vis alle hendelser"})
		for _, nonsense := range []string{"kind=x", "before=x", "actor=%00", "subject=a%20b", "customer=%ff", "subject=" + strings.Repeat("a", 81)} {
			s.want("/office/events?"+nonsense, []string{"Satt i produksjon"})
		}
	})
}

func TestTheRecordIsReadPageByPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		subject := id.New()
		for range 60 {
			s.record(authz.SystemActor(), event.Event{Kind: "mail", Subject: subject, Name: "mail.resend"})
		}
		path, seen := "/office/events?kind=mail", 0
		for path != "" {
			body := s.want(path, []string{"på denne siden"})
			seen += strings.Count(body, `<tr role="row">`) - 1
			path = next(body)
		}
		if seen != 60 {
			t.Errorf("%d of 60 events were on the pages", seen)
		}
	})
}

// next is the address of the following page, or empty.
func next(body string) string {
	_, after, ok := strings.Cut(body, `rel="next" href="`)
	if !ok {
		return ""
	}
	href, _, _ := strings.Cut(after, `"`)
	return strings.ReplaceAll(href, "&amp;", "&")
}

func TestTheRecordIsForStaffWhoMaySeeIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.by.Grants = nil
		if code, _ := s.get("/office/events"); code != 403 {
			t.Errorf("staff without the right: %d", code)
		}
		s.by = authz.Actor{ID: id.New(), Kind: authz.Person, Grants: []authz.Grant{{Scope: authz.All, May: []authz.Permission{event.MaySee}}}}
		if code, _ := s.get("/office/events"); code != 404 {
			t.Errorf("a customer's person: %d", code)
		}
	})
}
