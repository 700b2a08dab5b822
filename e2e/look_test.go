package e2e

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"skranke/internal/i18n"
	"skranke/internal/web/webtest"
)

// variant is one way of looking at every page.
type variant struct {
	l    i18n.L
	view webtest.View
	dark bool
}

// In the gate every page is looked at once; `make look` looks at it in every way that matters.
var (
	once  = []variant{{i18n.NB, webtest.Phone, false}}
	every = []variant{
		{i18n.NB, webtest.Phone, false},
		{i18n.NB, webtest.Phone, true},
		{i18n.NB, webtest.Desktop, false},
		{i18n.NB, webtest.Desktop, true},
		{i18n.SV, webtest.Phone, false},
		{i18n.DA, webtest.Phone, false},
		{i18n.EN, webtest.Phone, false},
	}
)

// name is the folder that the variant's pictures lie in.
func (v variant) name() string {
	scheme := "light"
	if v.dark {
		scheme = "dark"
	}
	return fmt.Sprintf("%s-%d-%s", v.l, v.view.Width, scheme)
}

// pictures is where they are kept, or empty. LOOK=1 is the folder look at the top of the project.
func pictures() string {
	switch to := os.Getenv("LOOK"); {
	case to == "1":
		return filepath.Join("..", "look")
	case to != "" && !filepath.IsAbs(to):
		return filepath.Join("..", to)
	default:
		return to
	}
}

// TestOPS4_EveryPageLooksRight opens every page of the route table, each as somebody who may: no barrier that axe finds,
// nothing in the console, nothing wider than the window. A new page without an address to open fails here by its pattern.
func TestOPS4_EveryPageLooksRight(t *testing.T) {
	variants, to := once, pictures()
	if to != "" {
		variants = every
	}
	s := demonstration(t)
	pages := s.pages(t, to != "")
	t.Logf("%d pages in %d ways", len(pages), len(variants))
	for _, v := range variants {
		for _, who := range []visitor{nobody, staffMember, boardMember, chief} {
			t.Run(v.name()+"/"+string(who), func(t *testing.T) {
				t.Parallel()
				b := s.visit(t, who, v)
				for _, p := range pages {
					if p.who == who {
						p.look(t, b, s.URL, to, v)
					}
				}
			})
		}
	}
}

// page is one address to open.
type page struct {
	pattern, path string
	who           visitor
	nth           int // of the addresses of its pattern
}

var notWord = regexp.MustCompile(`[^a-z]+`)

// name is what the picture is called.
func (p page) name() string {
	name := strings.Trim(notWord.ReplaceAllString(strings.ToLower(strings.TrimPrefix(p.pattern, "GET ")), "-"), "-")
	name = cmp.Or(name, "start")
	if p.nth > 0 {
		name += fmt.Sprintf("-%d", p.nth+1)
	}
	return name
}

func (p page) look(t *testing.T, b *webtest.Tab, base, to string, v variant) {
	t.Helper()
	said := len(b.Console())
	b.Open(base + p.path)
	b.Axe(t)
	if b.Sideways() {
		b.Errorf("%s is wider than the window", p.pattern)
	}
	for _, m := range b.Console()[said:] {
		if (m.Level == "error" || m.Level == "warning") && !strings.Contains(m.Text, "with a status of 4") {
			t.Logf("%s at %s wrote to the console: %s", p.pattern, p.path, m) // judged when the tab closes
		}
	}
	if lang := webtest.Eval[string](b, `document.documentElement.lang`); lang != v.l.Tag() && !p.mail() {
		b.Errorf("%s speaks %q", p.pattern, lang)
	}
	if to != "" {
		b.Shot(filepath.Join(to, v.name(), p.name()+".png"))
	}
}

// mail says that a page speaks the language of a letter, not the reader's.
func (p page) mail() bool { return strings.HasSuffix(p.pattern, "/html") }

// visit opens a browser for a kind of visitor.
func (s *server) visit(t *testing.T, who visitor, v variant) *webtest.Tab {
	t.Helper()
	b := webtest.Browser(t).Tab(t, v.view, v.dark, false)
	b.Open(s.URL + "/sign-in")
	speak(b, v.l)
	if p := s.person(who); p.ID != "" {
		(&worker{Tab: b, t: t, s: s}).enter(p.Email, password)
		b.Until("they are signed in", func() bool { return b.Path() != "/sign-in" })
	}
	return b
}
