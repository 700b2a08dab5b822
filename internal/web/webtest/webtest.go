// Package webtest drives the product's pages in a real browser: Chromium, without a window, one for each test binary.
//
// Everything waits for what it needs and gives up after Patience with a message that holds the page's text and the name of a
// picture of it; tests never sleep.
package webtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Patience is how long a page may take to show what a test waits for. It is long because the race detector, eight other
// packages and two cores are a normal day.
const Patience = 20 * time.Second

// errMissing says that this machine has no Chromium, and what to do about it.
var errMissing = errors.New("Chromium is missing: apt-get install -y chromium (or run the tests with -short)") //nolint:staticcheck // a name

// Chrome is the running browser.
type Chrome struct{ ctx context.Context }

var (
	oneMu sync.Mutex
	one   *Chrome
)

// Browser is the browser of this test binary, started when first asked for. It ends with the test binary.
func Browser(t testing.TB) *Chrome {
	t.Helper()
	if testing.Short() {
		t.Skip("-short leaves the browser out")
	}
	oneMu.Lock()
	defer oneMu.Unlock()
	if one != nil {
		return one
	}
	c, err := start(context.WithoutCancel(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	one = c
	return c
}

func start(ctx context.Context) (*Chrome, error) {
	program, err := find()
	if err != nil {
		return nil, err
	}
	profile, err := newProfile()
	if err != nil {
		return nil, err
	}
	alloc, _ := chromedp.NewExecAllocator(ctx, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Headless,
		chromedp.ExecPath(program), chromedp.UserDataDir(profile),
		chromedp.NoSandbox, // refused to root and in most containers; the tests visit nothing but this machine
		chromedp.DisableGPU, chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true), chromedp.Flag("force-color-profile", "srgb"),
		chromedp.Flag("disable-features", "Translate,AutofillServerCommunication,MediaRouter"),
		chromedp.Flag("password-store", "basic"), chromedp.Flag("no-proxy-server", true))
	ctx, _ = chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {})) // unknown protocol events of newer browsers
	if err := chromedp.Do(ctx); err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	return &Chrome{ctx: ctx}, nil
}

func find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			return p, nil
		}
	}
	return "", errMissing
}

// profilePrefix is followed by the number of the process that owns the profile.
const profilePrefix = "skranke-chromium-"

// newProfile makes a directory for the browser's own files. A test binary has no last moment to remove it in, so each one
// removes those whose owners are gone.
func newProfile() (string, error) {
	old, _ := filepath.Glob(filepath.Join(os.TempDir(), profilePrefix+"*")) // the only error is a bad pattern
	for _, dir := range old {
		word, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), profilePrefix), "-")
		if pid, err := strconv.Atoi(word); err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			_ = os.RemoveAll(dir) // another test binary may be doing the same
		}
	}
	dir, err := os.MkdirTemp("", fmt.Sprintf("%s%d-", profilePrefix, os.Getpid()))
	if err != nil {
		return "", fmt.Errorf("make the browser's profile: %w", err)
	}
	return dir, nil
}
