package webtest

import (
	"context"
	_ "embed"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// pageSide finds things in the page: an object of functions that are called by name.
//
//go:embed page.js
var pageSide string

// found is what the functions of page.js answer. Problem says why there is nothing yet.
type found struct {
	Problem string
	X, Y    float64 // the middle of what is to be clicked, in the window
	Kind    string  // of a field: text, select, radio, checkbox, file, set
	Value   string
	Done    bool
}

// ask calls a function of page.js until it has no problem.
func (b *Tab) ask(what, function string, args ...any) found {
	b.t.Helper()
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = quote(a)
	}
	call := "(" + pageSide + ")." + function + "(" + strings.Join(words, ", ") + ")"
	for deadline := time.Now().Add(Patience); ; {
		f := Eval[found](b, call)
		if f.Problem == "" {
			return f
		}
		if time.Now().After(deadline) {
			b.Fatalf("%s: %s", what, f.Problem)
		}
		time.Sleep(15 * time.Millisecond) // between two looks, not instead of one
	}
}

// Click clicks with the mouse on the link, button or label that a visitor would call by this text; a text that nothing is
// called by is taken as a CSS selector. What is hidden or covered cannot be clicked.
func (b *Tab) Click(what string) {
	b.t.Helper()
	for deadline := time.Now().Add(Patience); ; {
		f := b.ask("click "+what, "clickable", what)
		b.clickAt("click "+what, f)
		if !b.missed() {
			return
		}
		if time.Now().After(deadline) {
			b.Fatalf("click %s: no click arrives", what)
		}
	}
}

// missed reports whether the last click went elsewhere. Without scripts the page cannot tell.
func (b *Tab) missed() bool {
	b.t.Helper()
	return !b.noScript && b.ask("see whether the click arrived", "missed").Done
}

func (b *Tab) clickAt(what string, f found) {
	b.t.Helper()
	b.do(what, chromedp.MouseClickXY(f.X, f.Y))
	b.Settle()
}

// DoubleClick clicks twice as fast as it goes, as impatient people do.
func (b *Tab) DoubleClick(what string) {
	b.t.Helper()
	f := b.ask("double click "+what, "clickable", what)
	b.do("double click "+what, chromedp.MouseClickXY(f.X, f.Y), chromedp.MouseClickXY(f.X, f.Y, chromedp.ClickCount(2)))
	b.Settle()
}

// Fill types a value into the field with this name, or with this label, in place of what stood there.
func (b *Tab) Fill(name, value string) {
	b.t.Helper()
	what := "fill " + name
	switch f := b.ask(what, "focus", name); f.Kind {
	case "text":
		b.do(what, typing(value))
	case "set": // dates and the like, whose keyboard depends on the language
		b.ask(what, "set", name, value)
	default:
		b.Fatalf("%s: it is a %s, which is for Choose, Check or Upload", what, f.Kind)
	}
	if got := b.Value(name); got != strings.ReplaceAll(value, "\r\n", "\n") {
		b.Fatalf("%s: typed %q, but the field holds %q", what, value, got)
	}
}

// typing replaces the marked text.
func typing(value string) chromedp.Action[chromedp.Void] {
	if value == "" {
		return chromedp.KeyEvent(kb.Delete)
	}
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: value})
		return err
	})
}

// Value is what stands in the field: the text, the value chosen, or "" for nothing chosen.
func (b *Tab) Value(name string) string {
	b.t.Helper()
	return b.ask("read "+name, "value", name).Value
}

// Choose picks the radio button or the entry of a list that has this value, or this text.
func (b *Tab) Choose(name, value string) {
	b.t.Helper()
	what := "choose " + value + " for " + name
	f := b.ask(what, "choice", name, value)
	if !f.Done { // a radio button; the entries of a list hang outside the page and cannot be clicked
		b.clickAt(what, f)
	}
	b.Settle()
}

// Check ticks or clears a checkbox.
func (b *Tab) Check(name string, on bool) {
	b.t.Helper()
	f := b.ask("check "+name, "box", name)
	if (f.Value != "") != on {
		b.clickAt("check "+name, f)
	}
	if now := b.ask("check "+name, "box", name); (now.Value != "") != on {
		b.Fatalf("check %s: the click did not change it", name)
	}
}

// Upload hands files to a file field.
func (b *Tab) Upload(name string, files ...string) {
	b.t.Helper()
	b.ask("upload to "+name, "file", name)
	b.do("upload to "+name, chromedp.SetUploadFiles(chromedp.CSS(`input[type=file][name=`+quote(name)+`]`), files, chromedp.NodeReady))
	b.Settle()
}
