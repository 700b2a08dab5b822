package e2e

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"skranke/internal/db/dbtest"
	"skranke/internal/i18n"
)

// addStaff uses the command line as an operator does on the first day.
func addStaff(t testing.TB, data, database, email, role string) {
	t.Helper()
	args := []string{"user", "add", "--email", email, "--name", "Kari Moe", "--role", role, "--data", data}
	if database != "" {
		args = append(args, "--database", database)
	}
	if out, code := command(t, password+"\n", args...); code != 0 {
		t.Fatalf("skranke user add ended with %d:\n%s", code, out)
	}
}

func TestOPS1_AnOperatorBeginsWithAnEmptyHouse(t *testing.T) {
	data := t.TempDir()
	addStaff(t, data, "", "kari@firm.example", "admin")
	if out, code := command(t, "short\n", "user", "add", "--email", "siv@firm.example", "--name", "Siv", "--role", "sales", "--data", data); code != 1 || !strings.Contains(out, "password: ") {
		t.Errorf("a short password is answered with %d:\n%s", code, out)
	}
	if out, code := command(t, password+"\n", "user", "add", "--email", "ola@firm.example", "--name", "Ola", "--role", "wizard", "--data", data); code != 1 || !strings.Contains(out, "role") {
		t.Errorf("an unknown role is answered with %d:\n%s", code, out)
	}
	s := start(t, "serve", data, "")
	addStaff(t, data, "", "ola@firm.example", "production") // beside the server, and although the first try failed
	w := &worker{Tab: s.tab(t, inNorwegian, "/office/customers"), way: inNorwegian, t: t, s: s}
	w.At("/sign-in")
	w.enter("kari@firm.example", "not this one at all")
	w.See(w.l.Code("identity.sign_in.wrong"))
	if got := status(w.Tab); got != 422 || w.Value("email") != "kari@firm.example" || w.Value("password") != "" {
		t.Errorf("a wrong password is answered with %d, the address %q and the password %q", got, w.Value("email"), w.Value("password"))
	}
	w.enter("kari@firm.example", password)
	w.At("/office/customers")
	for path, kind := range map[string]string{
		"/office/customers": w.l.IdentityNoneTitle(), "/office/keys/orders": w.l.KeysOfficeNoneTitle(), "/office/keys/production": w.l.KeysOfficeIdleTitle(),
		"/office/keys/register": w.l.KeysOfficeItemsNoneTitle(), "/office/payments": w.l.BillingNoneTitle(), "/office/mails": w.l.MailNoneTitle(),
	} {
		w.Open(s.URL + path)
		w.See(kind)
		w.Axe(t)
	}
	w.Click("header details.menu > summary:has(.avatar)")
	w.Click(w.l.UISignOut())
	w.Open(s.URL + "/office/customers")
	w.At("/sign-in")
	if code, _ := s.get("/mailbox"); code != http.StatusNotFound {
		t.Errorf("the mailbox of a real house is answered with %d, want 404", code)
	}
	if out, code := command(t, "", "demo", "--data", data, "--listen", freeAddress(t), "--cards-listen", freeAddress(t)); code != 1 || !strings.Contains(out, "real data") {
		t.Errorf("demo on a real database is answered with %d:\n%s", code, out)
	}
}

func TestOPS1_GuessingPasswordsIsSlowedDownWhetherOrNotThereIsSuchAPerson(t *testing.T) {
	data := t.TempDir()
	addStaff(t, data, "", "kari@firm.example", "admin")
	s := start(t, "serve", data, "")
	answers := map[string]string{}
	for _, email := range []string{"kari@firm.example", "nobody@firm.example"} {
		var said strings.Builder
		for range 12 {
			res, err := http.PostForm(s.URL+"/sign-in", url.Values{"email": {email}, "password": {"a wrong password"}})
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			said.WriteString(res.Status + " ")
		}
		if !strings.HasSuffix(said.String(), "429 Too Many Requests ") {
			t.Errorf("twelve wrong passwords for %s are answered %s", email, said.String())
		}
		answers[email] = said.String()
	}
	if answers["kari@firm.example"] != answers["nobody@firm.example"] {
		t.Errorf("the answers tell who is known: %v", answers)
	}
}

func TestOPS1_AWrongSettingIsRefusedWithItsNameAndWhatWouldBeRight(t *testing.T) {
	text := t.TempDir() + "/settings"
	if err := os.WriteFile(text, []byte("# ours\nlisten 8080\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ flag, name, says string }{
		{"--listen=8080", "listen", "127.0.0.1:8080"},
		{"--listen=localhost:http-alt", "listen", "127.0.0.1:8080"},
		{"--url=portal.firm.example", "url", "https://portal.firm.example"},
		{"--secret=abc", "secret", "openssl rand -hex 32"},
		{"--color=green", "color", "# and six hexadecimal digits"},
		{"--name=", "name", "firm"},
		{"--logo=" + text, "logo", "SVG, PNG or WebP"},
		{"--language=fi", "language", "nb, sv, da, en"},
		{"--timezone=Oslo", "timezone", "Europe/Oslo"},
		{"--modules=keys,crypto", "modules", "keys, shop, service, alarm"},
		{"--smtp=mail.firm.example", "smtp", "smtp://user:password@mail.firm.example:587"},
		{"--smtp=smtp://post.example?tls=maybe", "smtp", "starttls"},
		{"--mail-from=Kari", "mail-from", "The Firm <post@firm.example>"},
		{"--files=ftp://files.firm.example", "files", "file:///"},
		{"--cards-listen=nowhere", "cards-listen", "127.0.0.1:8080"},
		{"--trusted-proxies=10.0.0.1", "trusted-proxies", "10.0.0.0/8"},
		{"--log-level=loud", "log-level", "debug, info, warn or error"},
		{"--log-format=xml", "log-format", "text or json"},
		{"--workers=0", "workers", "1 to 64"},
		{"--database=/nowhere/at/all/skranke.db", "database", "/nowhere/at/all"},
		{"--colour=#112233", "colour", "skranke help"},
		{"--config=" + text, "settings", "line 2: write it as name = value"},
		{"--config=" + text + "-not", "settings file", "no such file"},
		{"--logo=" + text + "-not", "logo", "no such file"},
	} {
		t.Run(strings.ReplaceAll(tt.flag, text, "file"), func(t *testing.T) {
			out, code := command(t, "", "serve", "--data", t.TempDir(), tt.flag)
			if code != 1 || !strings.Contains(out, tt.name) || !strings.Contains(out, tt.says) {
				t.Errorf("serve %s ended with %d and said\n%s\nwant the words %q and %q", tt.flag, code, out, tt.name, tt.says)
			}
			if n := strings.Count(strings.TrimSpace(out), "\n"); n > 2 {
				t.Errorf("it takes %d lines to say it:\n%s", n+1, out)
			}
		})
	}
}

func TestOPS1_CommandsExplainThemselves(t *testing.T) {
	for _, tt := range []struct {
		args []string
		code int
		says string
	}{
		{nil, 0, "skranke demo"},
		{[]string{"help"}, 0, "--database"},
		{[]string{"version"}, 0, "skranke "},
		{[]string{"dance"}, 1, "skranke help"},
		{[]string{"serve", "now"}, 1, `"now"`},
		{[]string{"user"}, 1, "skranke user add --email"},
		{[]string{"migrate", "--data", t.TempDir()}, 0, "up to date"},
	} {
		if out, code := command(t, "", tt.args...); code != tt.code || !strings.Contains(out, tt.says) {
			t.Errorf("skranke %v ended with %d and said\n%s\nwant %d and %q", tt.args, code, out, tt.code, tt.says)
		}
	}
}

func TestOPS1_ProgramsAskHowItIs(t *testing.T) {
	s := start(t, "serve", t.TempDir(), dbtest.Postgres(t), "--metrics-token", "secret-of-the-watch")
	for _, tt := range []struct {
		path   string
		header []string
		code   int
		says   []string
	}{
		{"/healthz", nil, 200, []string{"ok"}},
		{"/readyz", nil, 200, []string{"ok"}},
		{"/metrics", nil, 404, nil},
		{"/metrics", []string{"Authorization", "Bearer secret-of-the-watch"}, 200, []string{`skranke_http_requests_total{method="GET",route="GET /healthz",status="200"} 1`, "skranke_http_request_seconds", "go_goroutines"}},
		{"/api/openapi.json", nil, 200, []string{`"openapi":"3.1`}},
		{"/api/v1/key-orders", []string{"Accept", "application/json"}, 401, []string{`"code":"`, `"status":401`}},
		{"/api/v1/key-orders", []string{"Authorization", "Bearer nonsense"}, 401, []string{`identity.key.refused`}},
		{"/no-such-page", []string{"Accept-Language", "sv"}, 404, []string{i18n.SV.Code("fault.not_found"), `lang="sv"`}},
	} {
		code, body := s.get(tt.path, tt.header...)
		if code != tt.code {
			t.Errorf("%s %v is answered with %d, want %d:\n%s", tt.path, tt.header, code, tt.code, body)
		}
		for _, want := range tt.says {
			if !strings.Contains(body, want) {
				t.Errorf("%s %v does not say %q:\n%.2000s", tt.path, tt.header, want, body)
			}
		}
	}
	if !s.log.has(`"route":"GET /healthz"`) || s.log.has("secret-of-the-watch") {
		t.Error("the log lacks the requests, or holds the token")
	}
	b := s.tab(t, withoutJS, "/no-such-page")
	b.See(i18n.NB.Code("fault.not_found"), i18n.NB.Code("fault.not_found.advice"))
	b.Axe(t)
	b.Click(i18n.NB.UIErrorHome())
	b.At("/keys")
}

func TestOPS1_BehindHTTPSTheSessionNeverTravelsInTheOpen(t *testing.T) {
	data := t.TempDir()
	addStaff(t, data, "", "kari@firm.example", "admin")
	s := start(t, "serve", data, "", "--url", "https://portal.firm.example")
	noRedirect := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := noRedirect.PostForm(s.URL+"/sign-in", url.Values{"email": {"Kari@Firm.example "}, "password": {password}})
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	for _, c := range res.Cookies() {
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
			t.Errorf("the cookie %s is Secure %v, HttpOnly %v, SameSite %v", c.Name, c.Secure, c.HttpOnly, c.SameSite)
		}
	}
	if len(res.Cookies()) == 0 || res.StatusCode != http.StatusSeeOther || res.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("signing in is answered with %d and %v", res.StatusCode, res.Header)
	}
}

func TestOPS1_AnErrorPageCarriesTheReferenceThatTheLogHas(t *testing.T) {
	s := start(t, "serve", t.TempDir(), "")
	b := s.tab(t, inNorwegian, "/no/such/page")
	b.See(i18n.NB.Code("fault.not_found"))
	_, reference, ok := strings.Cut(b.Text(), strings.TrimSuffix(i18n.NB.UIErrorReference("|"), "|"))
	if reference, _, _ = strings.Cut(reference, " "); !ok || !s.log.has(`"request":"`+reference+`"`) {
		t.Errorf("the reference %q is not in the log", reference)
	}
}
