package webtest

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

//go:embed axe.min.js
var axe string

type violation struct {
	ID, Impact, Help string
	Nodes            []string
}

// runAxe asks for every rule of WCAG 2.0 to 2.2, A and AA, and for what its makers call good practice.
const runAxe = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"]})
  .then(r => r.violations.map(v => ({ID: v.id, Impact: v.impact || "", Help: v.help,
    Nodes: v.nodes.map(n => n.html.slice(0, 160) + "\n        " + (n.failureSummary || "").replace(/\s+/g, " ").slice(0, 240))})))`

const axeNodes = 5 // of each violation, in a message

// Axe fails the test for every barrier that axe-core finds in the page as it stands.
func (b *Tab) Axe(t testing.TB) {
	t.Helper()
	found, err := b.axe()
	if err != nil {
		b.Fatalf("run axe: %v", err)
	}
	if len(found) == 0 {
		return
	}
	var out strings.Builder
	for _, v := range found {
		fmt.Fprintf(&out, "\n  %s (%s): %s, %d times", v.ID, v.Impact, v.Help, len(v.Nodes))
		for _, n := range v.Nodes[:min(len(v.Nodes), axeNodes)] {
			fmt.Fprintf(&out, "\n      %s", n)
		}
	}
	t.Errorf("axe finds %d barriers%s%s", len(found), out.String(), b.state())
}

func (b *Tab) axe() ([]violation, error) {
	ctx, cancel := context.WithTimeout(b.ctx, 3*Patience) // a long page on a busy machine
	defer cancel()
	if b.noScript { // axe is a script; the page's own have had their chance and missed it
		if err := b.scripts(ctx, true); err != nil {
			return nil, err
		}
		defer func() { _ = b.scripts(ctx, false) }()
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](axe)); err != nil {
		return nil, fmt.Errorf("load it: %w", err)
	}
	return chromedp.Run(ctx, chromedp.Evaluate[[]violation](runAxe, chromedp.EvalAwaitPromise))
}
