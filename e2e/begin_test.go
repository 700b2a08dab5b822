package e2e

import (
	"bytes"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"skranke/internal/approval"
	"skranke/internal/db"
	"skranke/internal/i18n"
	"skranke/internal/keys"
	"skranke/internal/web/webtest"
)

// begin gives the survey the addresses it starts from: those the routes name themselves, those without a wildcard, and the
// secret ones that no page links to.
func (v *survey) begin(t testing.TB) {
	t.Helper()
	for _, pattern := range slices.Sorted(maps.Keys(v.routes)) {
		for _, path := range v.routes[pattern].Look {
			v.add(path)
		}
		if path := strings.TrimPrefix(pattern, "GET "); !strings.Contains(path, "{") && path != "/keys/requisition" {
			v.add(path)
		}
	}
	v.secrets(t)
	v.drafts(t)
	v.letters(t)
}

// secrets are behind mailed links: an order in every state, a question asked and one answered, a way back from the card
// provider.
func (v *survey) secrets(t testing.TB) {
	t.Helper()
	ctx, d := t.Context(), v.s.open()
	sign := v.s.signer(d)
	orders, err := db.List[struct{ Work, StatusLink string }](ctx, d, `
		SELECT work || board || payment AS work, MAX(status_link) AS status_link FROM key_orders GROUP BY work || board || payment ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range orders {
		path := "/k/" + sign.Token(keys.StatusLink, o.StatusLink)
		v.seen["GET /k/{token}"] = append(v.seen["GET /k/{token}"], path) // all of them, however many
		v.todo = append(v.todo, path)
	}
	links, err := db.List[string](ctx, d, `
		SELECT MAX(l.id) AS id FROM links l JOIN approval_requests q ON q.id = l.subject WHERE l.kind = $1 GROUP BY q.state ORDER BY 1`, approval.LinkKind)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range links {
		v.add("/approve/" + sign.Token(approval.LinkKind, id))
	}
	cancellable, err := db.One[string](ctx, d, `SELECT id FROM key_orders WHERE work = 'waiting' ORDER BY created_at DESC LIMIT 1`)
	if err != nil {
		t.Fatal(err)
	}
	v.add("/office/keys/orders/" + cancellable)
}

// drafts fills in the form, once as a resident who does not pay and once as somebody of the board, and keeps the pages on the
// way.
func (v *survey) drafts(t testing.TB) {
	t.Helper()
	c, h := v.clients[nobody], v.s.findHouse(wanted{l: i18n.NB})
	fill := func(numbers string) (sum string) {
		v.add(numbers)
		you := v.s.post(t, c, numbers, "customer_number", h.CustomerNumber, "system_number", h.System, "code", h.Zone, "purpose", keys.Additional, "quantity", "2")
		v.add(you)
		sum = v.s.post(t, c, you, "name", "Liv Ås", "flat", h.Flat, "email", "liv.as@post.example", "phone", "22334455", "delivery", keys.Pickup)
		v.add(sum)
		return sum
	}
	begin := func(askedBy string) string {
		return v.s.post(t, c, "/keys/new", "product", string(keys.Fob), "agreement", h.AgreementID, "asked_by", askedBy)
	}
	v.add(v.s.post(t, c, "/keys/new", "product", string(keys.Key), "agreement", h.AgreementID, "asked_by", keys.Resident))
	fill(begin(keys.Resident)) // stays a draft
	sum := fill(begin(keys.Resident))
	v.s.post(t, c, sum, "total", v.total(t, sum))
	payment, err := db.One[string](t.Context(), v.s.open(), `SELECT id FROM payments ORDER BY created_at DESC, id DESC LIMIT 1`)
	if err != nil {
		t.Fatal(err)
	}
	v.add("/pay/return/" + v.s.signer(v.s.open()).Token("billing.return", payment))

	v.add(begin(keys.Requisitioner))
	v.s.post(t, c, "/keys/requisition", "agreement", h.AgreementID, "email", h.Approvers[0].Email)
	door := v.s.requisitionLink(t)
	v.add(door)
	sum = fill(v.s.post(t, c, door, "product", string(keys.Fob)))
	v.add(v.s.post(t, c, sum, "total", v.total(t, sum)))
}

// total is the price that the page shows and sends along.
func (v *survey) total(t testing.TB, sum string) string {
	t.Helper()
	_, body := v.s.get(sum)
	_, rest, _ := strings.Cut(body, `name="total" value="`)
	total, _, ok := strings.Cut(rest, `"`)
	if !ok {
		t.Fatalf("%s shows no price:\n%.3000s", sum, body)
	}
	return total
}

// requisitionLink is the address in the newest mail to somebody of a board who asked for it.
func (s *server) requisitionLink(t testing.TB) string {
	t.Helper()
	d := s.open()
	id, err := db.One[string](t.Context(), d, `SELECT id FROM links WHERE kind = $1 ORDER BY created_at DESC LIMIT 1`, keys.RequisitionLink)
	if err != nil {
		t.Fatal(err)
	}
	return "/keys/requisition/" + s.signer(d).Token(keys.RequisitionLink, id)
}

// letters has mails sent whose links open a page each, and keeps the links: a new password, a new address, a registration. An
// invitation waits in the demonstration.
func (v *survey) letters(t testing.TB) {
	t.Helper()
	me := v.s.person(boardMember)
	v.s.post(t, v.clients[nobody], "/forgot", "email", me.Email)
	v.s.post(t, v.clients[boardMember], "/account/email", "email", "nytt@post.example", "password", password)
	details := v.s.post(t, v.clients[nobody], "/register", "country", "NO", "org_number", "310456713")
	v.add(details)
	v.add(v.s.post(t, v.clients[nobody], details, "kind", "company", "company", "Fjordkai Eiendom", "street", "Kaigata 4", "postcode", "5003", "town", "Bergen",
		"name", "Siri Moen", "phone", "400 20 300", "email", "siri@fjordkai.example", "password", password, "language", "nb"))
	v.company(t)
	for _, prefix := range []string{"/reset/", "/account/email/", "/register/confirm/", "/invitation/"} {
		v.add(v.s.mailedLink(t, prefix))
	}
}

// mailedLink waits for a mail with a link that begins so, and gives the link of the newest.
func (s *server) mailedLink(t testing.TB, prefix string) string {
	t.Helper()
	d, link := s.open(), regexp.MustCompile(regexp.QuoteMeta(prefix)+`[A-Za-z0-9_.-]+`)
	for deadline := time.Now().Add(webtest.Patience); ; time.Sleep(20 * time.Millisecond) {
		bodies, err := db.List[string](t.Context(), d, `SELECT body FROM mailbox WHERE body LIKE $1 ORDER BY at DESC, id DESC LIMIT 1`, "%"+prefix+"%")
		if err != nil {
			t.Fatal(err)
		}
		if len(bodies) > 0 {
			return link.FindString(bodies[0])
		}
		if time.Now().After(deadline) {
			t.Fatalf("no mail has a link that begins with %s", prefix)
		}
	}
}

// company is the customer whose own house is in full use, from both sides; and a list of people on its way in.
func (v *survey) company(t testing.TB) {
	t.Helper()
	m, err := db.One[struct{ ID, CustomerID string }](t.Context(), v.s.open(), `SELECT id, customer_id FROM members WHERE person_id = $1`, v.s.person(chief).ID)
	if err != nil {
		t.Fatal(err)
	}
	v.add("/office/people/" + m.ID)
	office := "/office/customers/" + m.CustomerID
	for _, page := range []string{"", "/people", "/company", "/groups", "/roles"} {
		v.add(office + page)
	}
	const list = "E-post;Fornavn;Etternavn;Rolle\nliv@havblikkhotell.example;Liv;Aas;Bestiller\nikke en adresse;Per;Vik;Bestiller\n"
	v.add(v.s.upload(t, v.clients[chief], "/my/people/import", list))
	v.add(v.s.upload(t, v.clients[staffMember], office+"/people/import", list))
}

// customerField is the customer that the form of a page names; the office has it in the address.
func (s *server) customerField(t testing.TB, c *http.Client, path string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(body), `type="hidden" name="customer" value="`)
	customer, _, _ := strings.Cut(rest, `"`)
	return customer
}

// upload sends a file by the form of a page and gives where it leads.
func (s *server) upload(t testing.TB, c *http.Client, path, list string) string {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if customer := s.customerField(t, c, path); customer != "" {
		if err := form.WriteField("customer", customer); err != nil {
			t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("file", "folk.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(part, list); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+path, &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s is answered with %d", path, res.StatusCode)
	}
	return res.Header.Get("Location")
}
