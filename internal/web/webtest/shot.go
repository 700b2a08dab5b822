package webtest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Shot writes a picture of the whole page, in PNG.
func (b *Tab) Shot(path string) {
	b.t.Helper()
	if err := b.shoot(path); err != nil {
		b.t.Fatalf("take a picture of the page: %v", err)
	}
}

func (b *Tab) shoot(path string) error {
	ctx, cancel := context.WithTimeout(b.ctx, Patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		return fmt.Errorf("take a picture: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make the picture's directory: %w", err)
	}
	if err := os.WriteFile(path, png, 0o644); err != nil {
		return fmt.Errorf("write the picture: %w", err)
	}
	return nil
}

// Fatalf ends the test with a message, what the page says, what is in the console and where a picture of it lies.
func (b *Tab) Fatalf(format string, args ...any) {
	b.t.Helper()
	b.t.Fatalf(format+"%s", append(args, b.state())...)
}

// Errorf is Fatalf for a test that can go on.
func (b *Tab) Errorf(format string, args ...any) {
	b.t.Helper()
	b.t.Errorf(format+"%s", append(args, b.state())...)
}

const textLines = 80 // of a page, in a message

func (b *Tab) state() string {
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	page, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`[location.href, document.title, document.body ? document.body.innerText : ""]`))
	if err != nil {
		return fmt.Sprintf("\n(and the page does not answer: %v)", err)
	}
	lines := strings.Split(regexp.MustCompile(`\n\s*\n`).ReplaceAllString(page[2], "\n"), "\n")
	if len(lines) > textLines {
		lines = append(lines[:textLines], fmt.Sprintf("… %d lines more", len(lines)-textLines))
	}
	var out strings.Builder
	fmt.Fprintf(&out, "\n--- %s (%s, %s)\n    %s\n", page[0], page[1], b.view.Name, strings.Join(lines, "\n    "))
	for _, m := range b.Console() {
		fmt.Fprintf(&out, "--- console %s\n", m)
	}
	name := filepath.Join(artifacts(b.t), fmt.Sprintf("failed-%d.png", time.Now().UnixMilli()))
	if err := b.shoot(name); err != nil {
		fmt.Fprintf(&out, "--- no picture: %v", err)
		return out.String()
	}
	fmt.Fprintf(&out, "--- picture: %s", name)
	return out.String()
}

var unsafe = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// artifacts is where pictures of failures are kept: the test's own directory under -artifacts, else one that outlives the test.
func artifacts(t testing.TB) string {
	if f := flag.Lookup("test.artifacts"); f != nil && f.Value.String() == "true" {
		return t.ArtifactDir()
	}
	return filepath.Join(os.TempDir(), fmt.Sprintf("skranke-failed-%d", os.Getuid()), unsafe.ReplaceAllString(t.Name(), "_"))
}
