package webtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// View is the size of the window.
type View struct {
	Name          string
	Width, Height int64
	Touch         bool
}

// The two views every page is looked at in.
var (
	Phone   = View{Name: "phone", Width: 390, Height: 844, Touch: true}
	Desktop = View{Name: "desktop", Width: 1280, Height: 900}
)

// Tab is one page of the browser with cookies of its own.
type Tab struct {
	t        testing.TB
	ctx      context.Context
	view     View
	dark     bool
	noScript bool
	news     *news
}

// Tab opens an empty page that shares nothing with other tabs. It closes when the test ends, which fails if the page has
// written errors or warnings to the console that were not allowed.
func (b *Chrome) Tab(t testing.TB, view View, dark, noScript bool) *Tab {
	t.Helper()
	return newTab(t, b.ctx, &Tab{view: view, dark: dark, noScript: noScript}, chromedp.WithNewBrowserContext())
}

// Twin opens a second tab of the same visitor: same cookies, same view.
func (b *Tab) Twin(t testing.TB) *Tab {
	t.Helper()
	return newTab(t, b.ctx, &Tab{view: b.view, dark: b.dark, noScript: b.noScript})
}

func newTab(t testing.TB, parent context.Context, b *Tab, opts ...chromedp.ContextOption) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent, opts...)
	b.t, b.ctx = t, ctx
	t.Cleanup(func() {
		if b.news != nil {
			b.judgeConsole()
		}
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	b.news = newNews(string(chromedp.FromContext(ctx).Target.TargetID))
	if err := chromedp.Listen(ctx, b.news.hear); err != nil {
		t.Fatalf("listen to the tab: %v", err)
	}
	if err := b.dress(); err != nil {
		t.Fatalf("set up the tab: %v", err)
	}
	return b
}

func (b *Tab) dress() error {
	ctx, cancel := context.WithTimeout(b.ctx, Patience)
	defer cancel()
	var opts []chromedp.EmulateViewportOption
	if b.view.Touch {
		opts = append(opts, chromedp.EmulateMobile)
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(b.view.Width, b.view.Height, opts...)); err != nil {
		return err
	}
	scheme := "light"
	if b.dark {
		scheme = "dark"
	}
	features := []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme},
		{Name: "prefers-reduced-motion", Value: "reduce"}, // pictures and clicks find everything at its place
	}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
		return err
	}
	return b.scripts(ctx, !b.noScript)
}

func (b *Tab) scripts(ctx context.Context, on bool) error {
	_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
	return err
}

// Open visits an address and waits until it has loaded.
func (b *Tab) Open(address string) {
	b.t.Helper()
	b.do("open "+address, chromedp.Navigate(address))
	b.Settle()
}

// Back does what the browser's back button does.
func (b *Tab) Back() {
	b.t.Helper()
	h, err := chromedp.Call(b.ctx, page.GetNavigationHistory, cdp.Empty{})
	if err != nil {
		b.Fatalf("read where the tab has been: %v", err)
	}
	if h.CurrentIndex == 0 {
		b.Fatalf("there is nothing to go back to")
	}
	to := page.NavigateToHistoryEntryParams{EntryID: h.Entries[h.CurrentIndex-1].ID}
	if _, err := chromedp.Call(b.ctx, page.NavigateToHistoryEntry, to); err != nil { // a kept page comes back without loading
		b.Fatalf("go back: %v", err)
	}
	b.Until("the tab is back", func() bool {
		now, err := chromedp.Call(b.ctx, page.GetNavigationHistory, cdp.Empty{})
		return err == nil && now.CurrentIndex == h.CurrentIndex-1
	})
	b.Settle()
}

// Reload loads the page again.
func (b *Tab) Reload() {
	b.t.Helper()
	b.do("reload", chromedp.Reload())
	b.Settle()
}

// Press types keys at whatever has the focus. The names of keys without a letter are in chromedp's package kb.
func (b *Tab) Press(keys string) {
	b.t.Helper()
	b.do("press keys", chromedp.KeyEvent(keys))
	b.Settle()
}

// Settle waits until the page neither loads nor fetches anything. Everything that changes the page ends with it.
func (b *Tab) Settle() {
	b.t.Helper()
	quiet := 0
	b.Until("the page has stopped loading", func() bool {
		Eval[int](b, `1`) // its answer comes after the news of what a click has set off
		if quiet++; !b.news.quiet() {
			quiet = 0
		}
		return quiet == 2 // the page has had a moment to show what it fetched
	})
}

// URL is the address that the tab shows.
func (b *Tab) URL() string {
	b.t.Helper()
	return Eval[string](b, `location.href`)
}

// Path is the part of URL from the host on, without a query.
func (b *Tab) Path() string {
	b.t.Helper()
	u, err := url.Parse(b.URL())
	if err != nil {
		b.Fatalf("the address cannot be read: %v", err)
	}
	return u.Path
}

// Text is what a visitor can read on the page, every run of blanks as one space.
func (b *Tab) Text() string {
	b.t.Helper()
	return tidy(Eval[string](b, `document.body ? document.body.innerText : ""`))
}

// Title is the title of the page.
func (b *Tab) Title() string {
	b.t.Helper()
	return Eval[string](b, `document.title`)
}

// See waits until the page shows every one of the texts.
func (b *Tab) See(texts ...string) {
	b.t.Helper()
	for _, want := range texts {
		b.Until(fmt.Sprintf("the page says %q", want), func() bool { return strings.Contains(b.Text(), tidy(want)) })
	}
}

// Miss waits until the page shows none of the texts.
func (b *Tab) Miss(texts ...string) {
	b.t.Helper()
	for _, not := range texts {
		b.Until(fmt.Sprintf("the page no longer says %q", not), func() bool { return !strings.Contains(b.Text(), tidy(not)) })
	}
}

// At waits until the tab shows the path, which may end in * for any rest.
func (b *Tab) At(path string) {
	b.t.Helper()
	b.Until("the address is "+path, func() bool {
		start, open := strings.CutSuffix(path, "*")
		return b.Path() == path || open && strings.HasPrefix(b.Path(), start)
	})
}

// Count is the number of elements that match a CSS selector.
func (b *Tab) Count(selector string) int {
	b.t.Helper()
	return Eval[int](b, `document.querySelectorAll(`+quote(selector)+`).length`)
}

// Sideways tells whether the page is wider than the window.
func (b *Tab) Sideways() bool {
	b.t.Helper()
	return Eval[bool](b, `document.documentElement.scrollWidth > document.documentElement.clientWidth`)
}

// Until asks again and again until done is true; when Patience ends it fails the test, saying what it waited for.
func (b *Tab) Until(what string, done func() bool) {
	b.t.Helper()
	for deadline := time.Now().Add(Patience); !done(); {
		if time.Now().After(deadline) {
			b.Fatalf("waited %s, but not: %s%s", Patience, what, b.news.underWay())
		}
		time.Sleep(15 * time.Millisecond) // between two looks, not instead of one
	}
}

// Eval runs an expression in the page. It works with scripts off too, but must not wait for anything then.
func Eval[T any](b *Tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, Patience)
	defer cancel()
	for {
		v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
		if err == nil {
			return v
		}
		if !fleeting(err) || ctx.Err() != nil {
			b.Fatalf("evaluate %.80s: %v", expression, err)
		}
		time.Sleep(5 * time.Millisecond) // the next page is on its way
	}
}

// fleeting reports the errors of asking a page that is just being left; the next one will answer.
func fleeting(err error) bool {
	for _, s := range []string{
		"context was destroyed", "Cannot find context", "context with specified id", "uniqueContextId not found",
		"Cannot find default execution context", "navigated or closed",
	} {
		if strings.Contains(err.Error(), s) {
			return true
		}
	}
	return false
}

func (b *Tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, Patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.Fatalf("%s: %v", what, err)
	}
}

func tidy(s string) string { return strings.Join(strings.Fields(s), " ") } // Fields takes no-break spaces too

func quote(v any) string {
	s, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and lists of them always marshal
	}
	return string(s)
}
