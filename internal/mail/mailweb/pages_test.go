package mailweb_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/brand"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/i18n"
	"skranke/internal/jobs"
	"skranke/internal/link"
	"skranke/internal/mail"
	"skranke/internal/mail/mailweb"
	"skranke/internal/web"
)

// house is the edge with the mail pages, and a post room whose mails go to box until refuse is set.
type house struct {
	d      *db.DB
	post   *mail.Post
	box    mail.Mailbox
	edge   *web.Edge
	refuse bool
}

// Deliver is the house's transport.
func (h *house) Deliver(ctx context.Context, m mail.Message) error {
	if h.refuse {
		return &mail.Undelivered{Step: "RCPT TO", Code: 550, Permanent: true, Answer: "550 5.1.1 no such user"}
	}
	return h.box.Deliver(ctx, m)
}

func build(t *testing.T, d *db.DB) *house {
	t.Helper()
	if err := jobs.Migrate(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	signer, err := link.NewSigner([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	h := &house{d: d, box: mail.Mailbox{DB: d}}
	log := slog.New(slog.DiscardHandler)
	j := jobs.New(d, log)
	h.post, err = mail.New(d, j, signer, brand.Default("Vakt & Nøkkel"), mail.Address{Email: "post@firm.example"}, "https://firm.example", h)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Open(2); err != nil {
		t.Fatal(err)
	}
	if err := j.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	h.edge = web.New(web.Config{Log: log, Brand: brand.Default("Vakt & Nøkkel"), Language: i18n.EN, Authenticate: authenticate})
	h.edge.Mount((&mailweb.Pages{Post: h.post}).Routes()...)
	h.edge.Mount((&mailweb.MailboxPages{Box: h.box}).Routes()...)
	return h
}

// authenticate knows two of the staff: "all" may see and resend, "see" may only see.
func authenticate(_ context.Context, token string) (web.Visitor, error) {
	may := map[string][]authz.Permission{"all": {mail.MaySee, mail.MayResend}, "see": {mail.MaySee}, "none": nil}[token]
	return web.Visitor{Name: "Staff", Actor: authz.Actor{ID: token, Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: may}}}}, nil
}

func (h *house) do(t *testing.T, method, path, session string) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	if session != "" {
		r.AddCookie(&http.Cookie{Name: "skranke", Value: session})
	}
	w := httptest.NewRecorder()
	h.edge.ServeHTTP(w, r)
	return w.Result()
}

func (h *house) text(t *testing.T, path, session string) string {
	t.Helper()
	res := h.do(t, http.MethodGet, path, session)
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %d %v %s", path, res.StatusCode, err, b)
	}
	return string(b)
}

// send sends a letter with a signed link, waits until it is in the state and gives its id.
func (h *house) send(t *testing.T, subject string, want mail.State) string {
	t.Helper()
	err := h.d.InTx(t.Context(), func(tx *db.Tx) error {
		l, err := link.Make(t.Context(), tx, "keys.approve", "order-1", "", time.Hour)
		if err != nil {
			return err
		}
		return h.post.Send(t.Context(), tx, mail.Letter{
			Template: "keys.approve", To: mail.Address{Name: "Mona Sæther", Email: "mona@borettslag.example"}, L: i18n.NB, About: "order-1",
			Subject: subject, Greeting: "Hei, Mona!", Paragraphs: []string{"Si ja eller <b>nei</b>."},
			Button: &mail.Button{Label: "Se bestillingen", Link: mail.Ref{Kind: "keys.approve", ID: l.ID, Path: "/approve/%s"}},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := mail.Log(t.Context(), h.d, "order-1")
	if err != nil {
		t.Fatal(err)
	}
	sent := rows[len(rows)-1].ID
	h.await(t, sent, want)
	return sent
}

func (h *house) await(t *testing.T, mailID string, want mail.State) {
	t.Helper()
	var got mail.State
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		rows, err := mail.Log(t.Context(), h.d, "order-1")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if r.ID == mailID {
				got = r.State
			}
		}
		if got == want {
			return
		}
	}
	t.Fatalf("mail is %s after 20 s, want %s", got, want)
}

func contains(t *testing.T, page string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(page, p) {
			t.Errorf("the page lacks %q:\n%s", p, page)
		}
	}
}

func lacks(t *testing.T, page string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if strings.Contains(page, p) {
			t.Errorf("the page holds %q:\n%s", p, page)
		}
	}
}

func TestStaffFindAMailReadItAndSendItAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := build(t, d)
		contains(t, h.text(t, "/office/mails", "see"), "No e-mails here")
		sent := h.send(t, "Godkjenn brikke", mail.Sent)
		h.refuse = true
		failed := h.send(t, "Brikken er klar", mail.Failed)

		page := h.text(t, "/office/mails", "see")
		contains(t, page, "Godkjenn brikke", "Brikken er klar", "/office/mails/"+sent, "mona@borettslag.example", "2 e-mails")
		page = h.text(t, "/office/mails?state=failed", "see")
		contains(t, page, "Brikken er klar", "Not sent", "1 e-mail")
		lacks(t, page, "Godkjenn brikke")
		contains(t, h.text(t, "/office/mails?state=nonsense", "see"), "2 e-mails")

		page = h.text(t, "/office/mails/"+failed, "see")
		contains(t, page, "The e-mail was not delivered", "550 5.1.1 no such user", "Si ja eller &lt;b&gt;nei&lt;/b&gt;.", "https://firm.example/approve/…", `lang="nb"`)
		lacks(t, page, "Send again", "skranke-link")
		contains(t, h.text(t, "/office/mails/"+failed, "all"), "Send again")

		h.refuse = false
		res := h.do(t, http.MethodPost, "/office/mails/"+failed+"/resend", "all")
		if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/office/mails/"+failed {
			t.Errorf("resend: %d %v", res.StatusCode, res.Header)
		}
		h.await(t, failed, mail.Sent)
		contains(t, h.text(t, "/mailbox", ""), "Brikken er klar")
	})
}

func TestTheMailLogIsForWhoMaySeeIt(t *testing.T) {
	h := build(t, dbtest.Open(t, dbtest.SQLite(t)))
	sent := h.send(t, "Godkjenn brikke", mail.Sent)
	for _, tt := range []struct {
		method, path, session string
		want                  int
	}{
		{http.MethodGet, "/office/mails", "", http.StatusSeeOther}, // to sign in
		{http.MethodGet, "/office/mails", "none", http.StatusForbidden},
		{http.MethodGet, "/office/mails/" + sent, "none", http.StatusForbidden},
		{http.MethodGet, "/office/mails/nothing", "see", http.StatusNotFound},
		{http.MethodPost, "/office/mails/" + sent + "/resend", "see", http.StatusForbidden},
		{http.MethodPost, "/office/mails/nothing/resend", "all", http.StatusNotFound},
	} {
		if res := h.do(t, tt.method, tt.path, tt.session); res.StatusCode != tt.want {
			t.Errorf("%s %s as %q: %d, want %d", tt.method, tt.path, tt.session, res.StatusCode, tt.want)
		}
	}
}

func TestTheMailLogIsReadPageByPage(t *testing.T) {
	h := build(t, dbtest.Open(t, dbtest.SQLite(t)))
	for n := range 30 {
		h.send(t, fmt.Sprintf("Brikke nummer %02d", n), mail.Sent)
	}
	first := h.text(t, "/office/mails?state=sent", "see")
	contains(t, first, "Brikke nummer 29", "Brikke nummer 06", "30 e-mails")
	lacks(t, first, "Brikke nummer 05", `rel="prev"`)
	second := h.text(t, href(t, first, "next"), "see")
	contains(t, second, "Brikke nummer 05", "Brikke nummer 00")
	lacks(t, second, "Brikke nummer 06", `rel="next"`)
	contains(t, h.text(t, href(t, second, "prev"), "see"), "Brikke nummer 29", "Brikke nummer 06")
	box := h.text(t, "/mailbox", "")
	contains(t, box, "Brikke nummer 29", "Brikke nummer 06")
	lacks(t, box, "Brikke nummer 05")
	contains(t, h.text(t, href(t, box, "next"), ""), "Brikke nummer 05", "Brikke nummer 00")
}

// href is where the link with this rel leads.
func href(t *testing.T, page, rel string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, `rel="`+rel+`" href="`)
	if !ok {
		t.Fatalf("no %s link", rel)
	}
	path, _, _ := strings.Cut(rest, `"`)
	return strings.ReplaceAll(path, "&amp;", "&")
}

func TestTheMailboxShowsTheMailAsItsReceiverSeesIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := build(t, d)
		contains(t, h.text(t, "/mailbox", ""), "The mailbox is empty")
		sent := h.send(t, "Godkjenn brikke", mail.Sent)
		contains(t, h.text(t, "/mailbox?address=+Mona@Borettslag.example+", ""), "/mailbox/"+sent, "Godkjenn brikke")
		contains(t, h.text(t, "/mailbox?address=ola@borettslag.example", ""), "Nothing for ola@borettslag.example")

		res := h.do(t, http.MethodGet, "/mailbox/"+sent, "")
		if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-src 'self'") {
			t.Errorf("the page cannot frame the mail: %s", csp)
		}
		page := h.text(t, "/mailbox/"+sent, "")
		contains(t, page, `src="/mailbox/`+sent+`/html"`, `sandbox="allow-top-navigation-by-user-activation allow-popups"`, `<a href="/approve/`)
		_, token, _ := strings.Cut(page, `href="/approve/`)
		token, _, _ = strings.Cut(token, `"`)

		frame := h.do(t, http.MethodGet, "/mailbox/"+sent+"/html", "")
		csp := frame.Header.Get("Content-Security-Policy")
		contains(t, csp, "default-src 'none'", "frame-ancestors 'self'")
		lacks(t, csp, "script-src")
		contains(t, h.text(t, "/mailbox/"+sent+"/html", ""), `<base target="_top">`, "https://firm.example/approve/"+token, "Si ja eller &lt;b&gt;nei&lt;/b&gt;.")
		for _, path := range []string{"/mailbox/nothing", "/mailbox/nothing/html"} {
			if res := h.do(t, http.MethodGet, path, ""); res.StatusCode != http.StatusNotFound {
				t.Errorf("%s: %d", path, res.StatusCode)
			}
		}
	})
}

func TestTheMailsAboutARecordMakeACard(t *testing.T) {
	h := build(t, dbtest.Open(t, dbtest.SQLite(t)))
	sent := h.send(t, "Godkjenn brikke", mail.Sent)
	rows, err := mail.Log(t.Context(), h.d, "order-1")
	if err != nil {
		t.Fatal(err)
	}
	card := func(token string, rows []mail.Row) string {
		v, err := authenticate(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		r := web.WithVisitor(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil), v, i18n.EN)
		var b strings.Builder
		if err := mailweb.About(r, nil, rows).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	contains(t, card("see", rows), "Godkjenn brikke", "/office/mails/"+sent)
	lacks(t, card("none", rows), "/office/mails/")
	contains(t, card("see", nil), "No e-mails have been sent about this.")
}
