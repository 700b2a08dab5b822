package e2e

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"skranke/internal/db/dbtest"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/keys"
	"skranke/internal/web/webtest"

	"github.com/chromedp/chromedp/kb"
)

const goodLogo = `<svg xmlns="http://www.w3.org/2000/svg" width="96" height="32" viewBox="0 0 96 32"><rect width="96" height="32" rx="4" fill="#7a1fa2"/></svg>`

func TestOPS5_AModuleThatIsSwitchedOffIsNowhereToBeFound(t *testing.T) {
	dsn := dbtest.SQLite(t)
	furnish(t, dsn, false)
	s := start(t, "serve", t.TempDir(), dsn, "--modules", "shop,service")
	for _, path := range []string{"/keys", "/keys/new", "/office/keys/orders", "/my/keys/orders"} {
		if code, _ := s.get(path); code != http.StatusNotFound {
			t.Errorf("%s is answered with %d, want 404", path, code)
		}
	}
	if _, described := s.get("/api/openapi.json"); strings.Contains(described, "key-orders") || !strings.Contains(described, "/api/v1/customers") {
		t.Error("the description of the API is not that of the modules")
	}
	admin := s.signIn(t, identity.Admin, inNorwegian)
	admin.At("/office/customers")
	admin.See(admin.l.AppNavCustomers())
	if n := admin.Count(`a[href*="/keys"]`); n != 0 {
		admin.Errorf("%d links still lead to keys", n)
	}
	b := s.tab(t, inSwedish, "/")
	b.At("/sign-in")
}

func TestOPS5_TheBrandIsConfiguration(t *testing.T) {
	logo, settings := t.TempDir()+"/logo.svg", t.TempDir()+"/settings"
	for name, content := range map[string]string{logo: goodLogo, settings: "# ours\nname = Not this\ncolor = #7A1FA2\nlanguage = en\nlogo = " + logo + "\n"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	plain := start(t, "serve", t.TempDir(), "")
	ours := start(t, "serve", t.TempDir(), "", "--config", settings, "SKRANKE_NAME=Lås & Larm i Väst", "SKRANKE_LANGUAGE=da", "--language", "sv")
	look := func(s *server) (colour string, b *webtest.Tab) {
		b = webtest.Browser(t).Tab(t, webtest.Desktop, false, false)
		b.Open(s.URL + "/sign-in")
		return webtest.Eval[string](b, `getComputedStyle(document.querySelector("main button[type=submit]")).backgroundColor`), b
	}
	usual, _ := look(plain)
	colour, b := look(ours)
	if colour == usual {
		b.Errorf("the colour changes nothing: buttons are %s", colour)
	}
	b.Axe(t)
	b.See("Lås & Larm i Väst")
	if !strings.Contains(b.Title(), "Lås & Larm i Väst") {
		b.Errorf("the title is %q", b.Title())
	}
	if !webtest.Eval[bool](b, `(i => i && i.complete && i.naturalWidth === 96)(document.querySelector("header .brand img"))`) {
		b.Errorf("the logo is not shown")
	}
	if _, page := ours.get("/sign-in", "Accept-Language", "fi"); !strings.Contains(page, `lang="sv"`) {
		t.Error("who reads none of the languages is not answered in the installation's own")
	}
}

func TestOPS4_PublicPagesSpeakFourLanguagesWithAndWithoutScripts(t *testing.T) {
	s := small(t, dbtest.SQLite(t))
	for _, l := range i18n.All() {
		t.Run(l.Tag(), func(t *testing.T) {
			for _, scripts := range []bool{true, false} {
				b := s.tab(t, way{l: l, view: webtest.Phone, noScript: !scripts}, "/keys")
				for path, title := range map[string]string{"/keys": l.KeysStartTitle(), "/keys/new": l.KeysWhoTitle(), "/sign-in": l.IdentitySignInTitle(), "/gone": l.Code("fault.not_found")} {
					b.Open(s.URL + path)
					b.See(title)
					if got := webtest.Eval[string](b, `document.documentElement.lang + " " + document.querySelectorAll("h1").length`); got != l.Tag()+" 1" {
						b.Errorf("%s: language and number of headings are %q", path, got)
					}
					if b.Sideways() {
						b.Errorf("%s is wider than the window", path)
					}
				}
			}
			if _, page := s.get("/keys", "Accept-Language", l.Tag()+"-XX, fr;q=0.5"); !strings.Contains(page, `lang="`+l.Tag()+`"`) {
				t.Errorf("a browser that asks for %s is not answered in it", l)
			}
		})
	}
}

func TestOPS4_AmountsAndDatesAreWrittenAsReadersDo(t *testing.T) {
	s := small(t, dbtest.SQLite(t))
	r := s.resident(t, s.findHouse(wanted{l: i18n.NB}), withoutJS)
	r.fillIn()
	for l, want := range map[i18n.L]string{i18n.NB: "549,00 kr", i18n.SV: "549,00 kr", i18n.DA: "549,00 kr.", i18n.EN: "NOK 549.00"} {
		speak(r.Tab, l)
		r.See(want, l.KeysOrderAndPay(want))
	}
	speak(r.Tab, i18n.NB)
	r.orderAndPay()
	for l, want := range map[i18n.L]string{i18n.NB: " kl. ", i18n.SV: " kl. ", i18n.DA: " kl. ", i18n.EN: ":"} {
		speak(r.Tab, l)
		r.See(want, l.Code("keys.status."+string(keys.AwaitingBoard)))
	}
}

func TestOPS4_TheKeyboardReachesTheContentAtOnce(t *testing.T) {
	s := small(t, dbtest.SQLite(t))
	b := s.tab(t, inNorwegian, "/keys")
	b.Open(s.URL + "/keys/new")
	b.Press(kb.Tab)
	b.See(i18n.NB.UISkip())
	b.Press(kb.Enter)
	b.Until("the focus is at the content", func() bool { return webtest.Eval[string](b, `document.activeElement.id`) == "main" })
	b.Press(kb.Tab)
	if !webtest.Eval[bool](b, `document.activeElement.closest("main") !== null && document.activeElement.matches(":focus-visible")`) {
		b.Errorf("the next stop is not in the content")
	}
}
