package ui

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"skranke/internal/brand"
	"skranke/internal/i18n"
	"skranke/internal/web/assets"
)

// render writes a component, with children inside it if there are any.
func render(t *testing.T, c templ.Component, children ...templ.Component) string {
	t.Helper()
	ctx := t.Context()
	for _, child := range children {
		ctx = templ.WithChildren(ctx, child)
	}
	var b strings.Builder
	if err := c.Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func page() Page {
	return Page{L: i18n.NB, Title: "Saker", Area: Portal, Brand: brand.Default("Fjordlås Sikring"), Path: "/cases?state=open", SignIn: "/sign-in"}
}

// everyPage is the style page in a shell with all that a shell can hold: every component there is.
func everyPage(t *testing.T, l L) string {
	t.Helper()
	p := page()
	p.L, p.Demo, p.Live, p.Notice, p.Customer = l, true, true, "x", "Bjerkealléen"
	p.Person = &Person{Name: "Ingrid Haugen", Initials: "IH", Role: "x", Links: []NavItem{{Icon: "settings", Label: "x", Href: "/me"}}}
	p.Nav = []NavItem{{Icon: "house", Label: "a", Href: "/", Current: true}, {Icon: "users", Label: "b", Href: "/b", Section: "s", Count: 1200, Hot: true}}
	p.Bottom = []NavItem{{Icon: "house", Label: "a", Href: "/", Current: true}, {Icon: "plus", Label: "b", Href: "/b", Add: true, Count: 3}}
	return render(t, Shell(p), StylePage(l))
}

func want(t *testing.T, html string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(html, part) {
			t.Errorf("lacks %s in\n%s", part, html)
		}
	}
}

func TestNothingNeedsMoreThanAStrictPolicyAllows(t *testing.T) {
	html := everyPage(t, i18n.NB)
	for _, bad := range []string{`<style`, ` style="`, `javascript:`, `<script>`, `hx-on`} {
		if strings.Contains(html, bad) {
			t.Errorf("a page holds %s", bad)
		}
	}
	if m := regexp.MustCompile(`<[^>]* on[a-z]+="[^>]*>`).FindString(html); m != "" {
		t.Errorf("a page holds a handler attribute: %s", m)
	}
}

func TestEveryIdIsThereOnceAndEveryReferenceLeadsToOne(t *testing.T) {
	for _, l := range i18n.All() {
		html := everyPage(t, l)
		ids := map[string]int{}
		for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(html, -1) {
			ids[m[1]]++
		}
		for id, n := range ids {
			if n > 1 {
				t.Errorf("%s: the id %s is there %d times", l, id, n)
			}
		}
		for _, m := range regexp.MustCompile(` (for|aria-labelledby|aria-describedby)="([^"]+)"`).FindAllStringSubmatch(html, -1) {
			for ref := range strings.FieldsSeq(m[2]) {
				if ids[ref] == 0 {
					t.Errorf("%s: %s leads to %s, which is not there", l, m[1], ref)
				}
			}
		}
		for _, m := range regexp.MustCompile(`class="ds-error-summary".*?</ul>`).FindAllString(html, -1) {
			for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(m, -1) {
				if ids[link[1]] == 0 {
					t.Errorf("%s: the summary leads to %s, which is not there", l, link[1])
				}
			}
		}
	}
}

func TestEveryIconShownIsInTheSprite(t *testing.T) {
	w := httptest.NewRecorder()
	assets.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, assets.URL("icons.svg"), nil))
	sprite := w.Body.String()
	html := everyPage(t, i18n.NB)
	for _, tone := range []Tone{Neutral, Info, Success, Warning, Danger} {
		html += render(t, Alert(tone, "x"))
	}
	for _, status := range []int{400, 401, 403, 404, 409, 410, 429, 500, 503} {
		html += render(t, ErrorPage(i18n.NB, status, "x", "x", "x"))
	}
	names := regexp.MustCompile(`icons\.[0-9a-f]+\.svg#([a-z0-9-]+)`).FindAllStringSubmatch(html, -1)
	for _, m := range names {
		if !strings.Contains(sprite, `<symbol id="`+m[1]+`"`) {
			t.Errorf("the icon %s is not in the sprite", m[1])
		}
	}
	if len(names) < 50 {
		t.Errorf("looked at %d icons only", len(names))
	}
}

func TestThePageSaysWhichLanguageSchemeAndDensityItHas(t *testing.T) {
	p := page()
	want(t, render(t, Shell(p)), `<html lang="nb" data-color-scheme="auto">`, `data-density="comfortable"`, `<title>Saker – Fjordlås Sikring</title>`)
	p.L, p.Area, p.Scheme, p.Errors = i18n.SV, Office, SchemeDark, 4
	want(t, render(t, Shell(p)), `<html lang="sv" data-color-scheme="dark">`, `data-density="compact"`, `<title>4 fel – Saker – Fjordlås Sikring</title>`)
	p.Scheme = "purple"
	want(t, render(t, Shell(p)), `data-color-scheme="auto"`)
}

func TestTheLanguageMenuPostsAndComesBack(t *testing.T) {
	html := render(t, LanguageMenu(i18n.DA, `/cases?q="a"`))
	want(t, html, `method="post" action="/language"`, `name="return" value="/cases?q=&#34;a&#34;"`)
	for _, l := range i18n.All() {
		want(t, html, fmt.Sprintf(`value="%s" lang="%s"`, l.Tag(), l.Tag()), l.Name())
	}
	if n := strings.Count(html, `aria-current="true"`); n != 1 {
		t.Errorf("%d languages are marked as current, want 1", n)
	}
}

func TestThePublicAreaHasNoMenuAndASignInLink(t *testing.T) {
	p := page()
	p.Nav = []NavItem{{Icon: "house", Label: "Oversikt", Href: "/"}}
	want(t, render(t, Shell(p)), `class="side"`)
	p.Area = Public
	html := render(t, Shell(p))
	want(t, html, `href="/sign-in"`, `class="foot"`)
	if strings.Contains(html, `class="side"`) {
		t.Error("the public area has a side menu")
	}
	p.Person = &Person{Name: "Ingrid Haugen", Initials: "IH"}
	html = render(t, Shell(p))
	want(t, html, `action="/sign-out"`, "Ingrid Haugen")
	if strings.Contains(html, `href="/sign-in"`) {
		t.Error("someone signed in is asked to sign in")
	}
}

func TestTheScriptForLivePartsComesOnlyWhereItIsNeeded(t *testing.T) {
	p := page()
	if strings.Contains(render(t, Shell(p)), assets.URL("htmx.js")) {
		t.Error("a plain page loads htmx")
	}
	p.Live = true
	want(t, render(t, Shell(p)), assets.URL("htmx.js"))
}

func TestAnErrorPageOffersAnotherTryOnlyWhereItMayHelp(t *testing.T) {
	want(t, render(t, ErrorPage(i18n.EN, http.StatusInternalServerError, "Something broke", "We know.", "7f3a")), "<h1>Something broke</h1>", "Reference: 7f3a", "Try again")
	html := render(t, ErrorPage(i18n.EN, http.StatusNotFound, "Not here", "", ""))
	if strings.Contains(html, "Try again") || strings.Contains(html, "Reference") {
		t.Errorf("a page that is not there says\n%s", html)
	}
}
