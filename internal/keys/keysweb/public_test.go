package keysweb_test

import (
	"context"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"skranke/internal/brand"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/event"
	"skranke/internal/i18n"
	"skranke/internal/keys"
	"skranke/internal/keys/keystest"
	"skranke/internal/keys/keysweb"
	"skranke/internal/live"
	"skranke/internal/web"
)

// site is the pages of a furnished house, as a resident's browser meets them.
type site struct {
	*keystest.House
	t    *testing.T
	edge *web.Edge
	Hub  *live.Hub
}

func newSite(t *testing.T, d *db.DB, terms keystest.Terms) *site {
	t.Helper()
	s := &site{House: keystest.Open(t, d, terms), t: t}
	s.edge = web.New(web.Config{Log: slog.New(slog.DiscardHandler), Brand: brand.Default("Lås & Nøkkel"), Language: i18n.NB, FormTargets: []string{"https://cards.example"}})
	hub := live.New(d)
	s.Log.OnAny(func(ctx context.Context, tx *db.Tx, e event.Event) error {
		return hub.Publish(ctx, tx, e.Kind+":"+e.Subject)
	}) // as the program does
	s.Hub = hub
	pages := &keysweb.Pages{Keys: s.Keys, Hub: hub, Firm: "Lås & Nøkkel", Names: func(context.Context, []string) (map[string]string, error) { return nil, nil }}
	s.edge.Mount(pages.Routes()...)
	return s
}

// onSite runs f with a site on both databases.
func onSite(t *testing.T, terms keystest.Terms, f func(t *testing.T, s *site)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, newSite(t, d, terms)) })
}

// answer is what the browser got.
type answer struct {
	status   int
	location string
	header   http.Header
	body     string // as text: tags stand, entities do not
}

func (s *site) send(r *http.Request) answer {
	s.t.Helper()
	w := httptest.NewRecorder()
	s.edge.ServeHTTP(w, r)
	return answer{w.Code, w.Header().Get("Location"), w.Header(), strings.ReplaceAll(html.UnescapeString(w.Body.String()), "\u00a0", " ")}
}

func (s *site) get(path string, header ...string) answer {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return s.send(r)
}

func (s *site) post(path string, form url.Values) answer {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.send(r)
}

// sees checks the status and that the page holds every text.
func (a answer) sees(t *testing.T, status int, texts ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d, to %q", a.status, status, a.location)
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
	if t.Failed() {
		t.Logf("the page: %s", words(a.body))
	}
}

var tags = regexp.MustCompile(`(?s)<(script|style|svg).*?</(script|style|svg)>|<[^>]*>|\s+`)

func words(body string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(body, " ")), " ")
}

// leads checks that a form was taken, and gives where it leads.
func (a answer) leads(t *testing.T, prefix string) string {
	t.Helper()
	if a.status != http.StatusSeeOther || !strings.HasPrefix(a.location, prefix) {
		t.Fatalf("status %d to %q, want 303 to %s…: %s", a.status, a.location, prefix, words(a.body))
	}
	return a.location
}

// fields are a form as browsers send it.
func fields(f keys.Form) (who, numbers, you url.Values) {
	who = url.Values{"product": {f.Product}, "agreement": {f.AgreementID}, "asked_by": {f.AskedBy}}
	numbers = url.Values{"customer_number": {f.CustomerNumber}, "system_number": {f.SystemNumber}, "code": {f.Code}, "purpose": {f.Purpose}, "quantity": {f.Quantity}}
	you = url.Values{
		"flat": {f.Flat}, "name": {f.Name}, "email": {f.Email}, "phone": {f.Phone}, "delivery": {f.Delivery},
		"street": {f.Street}, "postcode": {f.Postcode}, "town": {f.Town},
	}
	return who, numbers, you
}

// filled walks a form to its last page and gives the address of the draft.
func (s *site) filled(f keys.Form) (draft string) {
	s.t.Helper()
	who, numbers, you := fields(f)
	at := s.post("/keys/new", who).leads(s.t, "/keys/order/")
	draft = strings.TrimSuffix(at, "/numbers")
	s.post(at, numbers).leads(s.t, draft+"/you")
	s.post(draft+"/you", you).leads(s.t, draft+"/sum")
	return draft
}
