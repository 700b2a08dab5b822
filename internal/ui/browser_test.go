package ui_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"

	"skranke/internal/brand"
	"skranke/internal/i18n"
	"skranke/internal/ui"
	"skranke/internal/web/assets"
	"skranke/internal/web/webtest"
)

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// site serves components in a shell, under the product's own policy, and counts what is posted.
type site struct {
	*httptest.Server
	posts atomic.Int64
}

func serve(t *testing.T, l i18n.L, colour string, body ...templ.Component) *site {
	t.Helper()
	b, err := brand.New("Fjordlås Sikring", colour)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{}
	mux := http.NewServeMux()
	mux.Handle("GET "+assets.Prefix, assets.Handler())
	mux.Handle("GET "+brand.Prefix, b.Handler())
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		p := ui.Page{L: l, Title: "x", Brand: b, Path: "/", SignIn: "/sign-in", Wide: true, Live: true}
		if err := ui.Shell(p).Render(templ.WithChildren(r.Context(), templ.Join(body...)), w); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		s.posts.Add(1)
		time.Sleep(300 * time.Millisecond) // a slow answer, for the impatient to click into
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func browser(t *testing.T) *webtest.Chrome {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: no browser")
	}
	return webtest.Browser(t)
}

func TestTheStylePageIsAccessibleInEverySchemeSizeAndLanguage(t *testing.T) {
	chrome := browser(t)
	for _, c := range []struct {
		l      i18n.L
		view   webtest.View
		dark   bool
		colour string
	}{
		{i18n.NB, webtest.Desktop, false, brand.DefaultColor},
		{i18n.NB, webtest.Desktop, true, brand.DefaultColor},
		{i18n.NB, webtest.Phone, true, brand.DefaultColor},
		{i18n.SV, webtest.Phone, false, "#F2D21B"},
		{i18n.DA, webtest.Phone, false, "#B3122B"},
		{i18n.EN, webtest.View{Name: "narrow", Width: 320, Height: 640, Touch: true}, true, "#F2D21B"},
	} {
		t.Run(fmt.Sprintf("%s %s dark=%v %s", c.l, c.view.Name, c.dark, c.colour), func(t *testing.T) {
			s := serve(t, c.l, c.colour, ui.StylePage(c.l))
			tab := chrome.Tab(t, c.view, c.dark, false)
			tab.Open(s.URL)
			tab.Axe(t)
			if tab.Sideways() {
				t.Error("the page scrolls sideways")
			}
		})
	}
}

const form = `<form method="post" action="/"><button class="ds-button" type="submit">Send</button></form>`

func TestAnImpatientDoubleClickSendsOneForm(t *testing.T) {
	chrome := browser(t)
	s := serve(t, i18n.EN, brand.DefaultColor, templ.Raw(form))
	tab := chrome.Tab(t, webtest.Desktop, false, false)
	tab.Open(s.URL)
	// The browser itself drops a second click in the same breath; the one that hurts comes while the answer is on its way.
	webtest.Eval[bool](tab, `(() => {
		const button = document.querySelector("main form button");
		button.click();
		setTimeout(() => button.click(), 120);
		return true;
	})()`)
	tab.Until("the first form has arrived", func() bool { return s.posts.Load() > 0 })
	tab.Settle()
	if got := s.posts.Load(); got != 1 {
		t.Errorf("a double click sent %d forms", got)
	}
	tab.Click("Send") // the page that came back starts afresh
	if got := s.posts.Load(); got != 2 {
		t.Errorf("after the answer, the next click made it %d forms, want 2", got)
	}
}

func TestTheSummaryHasFocusWithAndWithoutScript(t *testing.T) {
	chrome := browser(t)
	s := serve(t, i18n.EN, brand.DefaultColor,
		ui.ErrorSummary(i18n.EN, []ui.FieldError{{Name: "zip", Text: "Write four digits"}}),
		ui.Field(ui.F{L: i18n.EN, Name: "zip", Label: "Postcode", Error: "Write four digits"}))
	for _, noScript := range []bool{false, true} {
		tab := chrome.Tab(t, webtest.Desktop, false, noScript)
		tab.Open(s.URL)
		tab.Until("the summary has focus", func() bool {
			return webtest.Eval[bool](tab, `document.activeElement.className === "ds-error-summary"`)
		})
		tab.Click(".ds-error-summary a")
		tab.Until("the field has focus", func() bool { return webtest.Eval[string](tab, `document.activeElement.id`) == "zip" })
	}
}

func TestMenusOpenWithoutScriptAndCloseOnEscapeWithIt(t *testing.T) {
	chrome := browser(t)
	s := serve(t, i18n.EN, brand.DefaultColor, templ.Raw("<h1>x</h1>"))
	tab := chrome.Tab(t, webtest.Desktop, false, true)
	tab.Open(s.URL)
	tab.Click(".menu summary")
	tab.See("Svenska")

	tab = chrome.Tab(t, webtest.Desktop, false, false)
	tab.Open(s.URL)
	tab.Click(".menu summary")
	tab.See("Svenska")
	tab.Press("\x1b")
	tab.Until("the menu is closed and its button has focus", func() bool {
		return webtest.Eval[bool](tab, `!document.querySelector(".menu").open && document.activeElement.matches(".menu summary")`)
	})
	tab.Click(".menu summary")
	tab.Click("h1")
	if n := tab.Count(".menu[open]"); n != 0 {
		t.Errorf("%d menus are open after a click elsewhere", n)
	}
}

func TestChosenFilesAreNamed(t *testing.T) {
	chrome := browser(t)
	s := serve(t, i18n.EN, brand.DefaultColor, ui.FileDrop(ui.File{L: i18n.EN, Name: "doc", Label: "Document", Multiple: true}))
	var files []string
	for _, name := range []string{"drawing.pdf", "door & lock.jpg"} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	tab := chrome.Tab(t, webtest.Phone, false, false)
	tab.Open(s.URL)
	tab.Upload("doc", files...)
	tab.See("drawing.pdf", "door & lock.jpg")
}
