package webtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// news is what the browser tells about one tab by itself: what it loads and what the page writes to the console. The browser
// sends it before it answers the next command, so after a click it is known whether the page is being left.
type news struct {
	frame string // the main one

	mu       sync.Mutex
	asked    bool // the page asked for another one
	loading  bool
	fetching map[network.RequestID]string
	refused  map[string]bool // documents answered with 4xx: a friendly error page is no fault of the page
	said     []Message
	allowed  []string
}

// Message is something written to the console by the page, or about it by the browser.
type Message struct {
	Level string // log, debug, info, warning, error, exception, …
	Text  string
	URL   string // where it came from
}

// String is the message on one line.
func (m Message) String() string { return fmt.Sprintf("%s: %s (%s)", m.Level, m.Text, m.URL) }

func newNews(frame string) *news {
	return &news{frame: frame, fetching: map[network.RequestID]string{}, refused: map[string]bool{}}
}

// hear runs in the loop that reads from the browser, so it must be quick.
func (n *news) hear(ev any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch e := ev.(type) {
	case *page.EventFrameRequestedNavigation:
		n.asked = n.asked || string(e.FrameID) == n.frame && e.Disposition == page.ClientNavigationDispositionCurrentTab
	case *page.EventFrameStartedLoading:
		if string(e.FrameID) == n.frame {
			n.asked, n.loading = false, true
			clear(n.fetching)
		}
	case *page.EventFrameStoppedLoading:
		n.loading = n.loading && string(e.FrameID) != n.frame
	case *network.EventRequestWillBeSent:
		if e.Type == network.ResourceTypeXHR || e.Type == network.ResourceTypeFetch {
			n.fetching[e.RequestID] = e.Request.URL
		}
	case *network.EventResponseReceived:
		if e.Response.MimeType == "text/event-stream" { // stays open on purpose
			delete(n.fetching, e.RequestID)
		}
		if e.Type == network.ResourceTypeDocument && e.Response.Status >= 400 && e.Response.Status < 500 {
			n.refused[e.Response.URL] = true
		}
	case *network.EventLoadingFinished:
		delete(n.fetching, e.RequestID)
	case *network.EventLoadingFailed:
		delete(n.fetching, e.RequestID)
	default:
		n.listen(ev)
	}
}

func (n *news) listen(ev any) {
	switch e := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		m := Message{Level: string(e.Type), Text: spell(e.Args)}
		if e.StackTrace != nil && len(e.StackTrace.CallFrames) > 0 {
			m.URL = e.StackTrace.CallFrames[0].URL
		}
		n.said = append(n.said, m)
	case *runtime.EventExceptionThrown:
		d := e.ExceptionDetails
		m := Message{Level: "exception", Text: d.Text, URL: d.URL}
		if d.Exception != nil {
			m.Text += " " + d.Exception.Description
		}
		n.said = append(n.said, m)
	case *log.EventEntryAdded:
		n.said = append(n.said, Message{Level: string(e.Entry.Level), Text: e.Entry.Text, URL: e.Entry.URL})
	}
}

func spell(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		switch {
		case a.Description != "":
			words = append(words, a.Description)
		default:
			words = append(words, strings.Trim(string(a.Value), `"`))
		}
	}
	return strings.Join(words, " ")
}

func (n *news) quiet() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return !n.asked && !n.loading && len(n.fetching) == 0
}

// underWay names what quiet still waits for.
func (n *news) underWay() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.fetching) == 0 {
		return ""
	}
	return "\nstill fetching " + strings.Join(slices.Collect(maps.Values(n.fetching)), ", ")
}

// Console is what has been written to the console so far, harmless messages too.
func (b *Tab) Console() []Message {
	b.news.mu.Lock()
	defer b.news.mu.Unlock()
	return slices.Clone(b.news.said)
}

// Allow lets messages pass that contain one of the texts. Allowed anyway is what the browser says about a form answered with
// 422 and about a page answered with another 4xx, since those are the product's way of speaking.
func (b *Tab) Allow(texts ...string) {
	b.news.mu.Lock()
	defer b.news.mu.Unlock()
	b.news.allowed = append(b.news.allowed, texts...)
}

// judgeConsole fails the test for every error and warning that was not allowed.
func (b *Tab) judgeConsole() {
	b.t.Helper()
	b.news.mu.Lock()
	defer b.news.mu.Unlock()
	for _, m := range b.news.said {
		if !b.news.harmless(m) {
			b.t.Errorf("the page wrote to the console: %s", m)
		}
	}
}

func (n *news) harmless(m Message) bool {
	switch m.Level {
	case "error", "warning", "assert", "exception":
	default:
		return true
	}
	if strings.Contains(m.Text, "responded with a status of") && (strings.Contains(m.Text, "status of 422") || n.refused[m.URL]) {
		return true
	}
	return slices.ContainsFunc(n.allowed, func(s string) bool { return strings.Contains(m.String(), s) })
}
