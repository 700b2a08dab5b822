package webtest

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const form = `<!doctype html><html lang="en"><head><title>Order</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width">
<style>.far{margin-top:2000px} .gone{display:none} .boxed input{position:absolute;opacity:0;width:0;height:0}</style></head><body>
<nav class="gone"><a href="/two">Send</a></nav>
<main><h1>Order a fob</h1>
<p id="scheme">light</p><script>document.getElementById("scheme").textContent = "scripts run"</script>
<form method="post" action="/order" enctype="multipart/form-data">
<p><label for="name">Name</label><input id="name" name="name" value="%s"></p>
<p><label for="note">Note</label><textarea id="note" name="note"></textarea></p>
<p><label for="day">Day</label><input id="day" name="day" type="date"></p>
<p><label for="site">Site</label><select id="site" name="site"><option value="a">Oak street</option><option value="b">Elm street</option></select></p>
<fieldset class="boxed"><legend>What</legend><label><input type="radio" name="what" value="fob">Key fob</label> <label><input type="radio" name="what" value="key">System key</label></fieldset>
<p><label><input type="checkbox" name="terms" value="yes"> I agree</label></p>
<p><label for="file">File</label><input id="file" name="file" type="file"></p>
<p class="far"><button>Send</button></p></form>
<p><a href="/two">Page two</a> costs 1&nbsp;250,00&nbsp;kr</p></main></body></html>`

func answer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintf(w, `<!doctype html><html lang="en"><head><title>Page</title><link rel="icon" href="data:,"><meta name="viewport" content="width=device-width"></head><body><main><h1>Page</h1>%s</main></body></html>`, body)
}

func serve(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, form, "") })
	mux.HandleFunc("GET /two", func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(200 * time.Millisecond) // the page to wait for
		answer(w, http.StatusOK, "You are on page two")
	})
	mux.HandleFunc("POST /order", func(w http.ResponseWriter, r *http.Request) {
		if r.PostFormValue("name") == "" {
			answer(w, http.StatusUnprocessableEntity, "One mistake: a name is missing")
			return
		}
		var file string
		if f, h, err := r.FormFile("file"); err == nil {
			content, _ := io.ReadAll(f)
			file = h.Filename + "=" + string(content)
		}
		answer(w, http.StatusOK, html.EscapeString(fmt.Sprintln("Got", r.PostForm["name"], r.PostForm["note"], r.PostForm["day"], r.PostForm["site"],
			r.PostForm["what"], r.PostForm["terms"], file)))
	})
	mux.HandleFunc("GET /live", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, `<button id="b">Load more</button><p id="p"></p><script>b.onclick = async () => { p.textContent = await (await fetch("/slow")).text() }</script>`)
	})
	mux.HandleFunc("GET /slow", func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(200 * time.Millisecond)
		fmt.Fprint(w, "there is more")
	})
	mux.HandleFunc("GET /bad", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusNotFound, `<img src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7" width="2000" height="9"><script>console.warn("watch", "out"); missing()</script>`)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

func TestAFormIsFilledAndSentWithAndWithoutScripts(t *testing.T) {
	address := serve(t)
	file := filepath.Join(t.TempDir(), "proof.txt")
	if err := os.WriteFile(file, []byte("signed"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name     string
		view     View
		dark     bool
		noScript bool
		says     string
	}{
		{"on a desktop", Desktop, false, false, "scripts run"},
		{"on a phone in the dark", Phone, true, false, "scripts run"},
		{"without scripts", Phone, false, true, "light"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := Browser(t).Tab(t, tt.view, tt.dark, tt.noScript)
			b.Open(address)
			b.See("Order a fob", "1 250,00 kr", tt.says)
			b.Axe(t)
			b.Fill("name", "first try")
			b.Fill("name", "Åse Ødegård")
			b.Fill("Note", "two\nlines")
			b.Fill("day", "2026-11-20")
			b.Choose("site", "Elm street")
			b.Choose("what", "System key")
			b.Check("terms", true)
			b.Upload("file", file)
			if got := b.Value("what") + b.Value("site") + b.Value("terms"); got != "keybyes" {
				t.Errorf("the form holds %q before sending", got)
			}
			b.Click("Send")
			b.At("/order")
			b.See("Got [Åse Ødegård] [two lines] [2026-11-20] [b] [key] [yes] proof.txt=signed")
			if b.Sideways() {
				t.Error("the page is wider than the window")
			}
		})
	}
}

func TestAClickWaitsForTheNextPage(t *testing.T) {
	b := Browser(t).Tab(t, Desktop, false, false)
	b.Open(serve(t))
	b.Click("Page two")
	if got := b.Text(); !strings.Contains(got, "You are on page two") {
		t.Errorf("after the click the page says %q", got)
	}
	b.Back()
	b.See("Order a fob")
	b.Click(`a[href="/two"]:not(nav a)`)
	if got := b.Path(); got != "/two" {
		t.Errorf("after the click the path is %q", got)
	}
}

func TestAClickWaitsForWhatThePageFetches(t *testing.T) {
	b := Browser(t).Tab(t, Desktop, false, false)
	b.Open(serve(t) + "/live")
	b.Click("Load more")
	if got := b.Text(); !strings.Contains(got, "there is more") {
		t.Errorf("after the click the page says %q", got)
	}
}

func TestAFormAnsweredWith422IsNoFaultOfThePage(t *testing.T) {
	b := Browser(t).Tab(t, Desktop, false, false)
	b.Open(serve(t))
	b.Click("Send")
	b.See("One mistake")
	if b.news.harmless(Message{"error", "Failed to load resource: the server responded with a status of 500 ()", ""}) {
		t.Error("an answer of 500 passes")
	}
}

func TestFaultsOfAPageAreSeen(t *testing.T) {
	b := Browser(t).Tab(t, Phone, false, false)
	b.Open(serve(t) + "/bad")
	if !b.Sideways() {
		t.Error("a picture of 2000 pixels fits a phone")
	}
	found, err := b.axe()
	if err != nil || len(found) != 1 || found[0].ID != "image-alt" {
		t.Errorf("axe finds %v, %v; want a picture without words", found, err)
	}
	var said []string
	for _, m := range b.Console() {
		if !b.news.harmless(m) {
			said = append(said, m.Level+" "+m.Text)
		}
	}
	if all := strings.Join(said, "; "); len(said) != 2 || !strings.Contains(all, "warning watch out") || !strings.Contains(all, "missing is not defined") {
		t.Errorf("the console holds %q, want the warning and the exception", all)
	}
	b.Allow("watch out", "missing is not defined")
}

func TestAMessageOfFailureShowsThePage(t *testing.T) {
	b := Browser(t).Tab(t, Desktop, false, false)
	b.Open(serve(t) + "/two")
	s := b.state()
	_, picture, _ := strings.Cut(s, "picture: ")
	if info, err := os.Stat(picture); err != nil || info.Size() < 1000 || !strings.Contains(s, "You are on page two") {
		t.Errorf("the message is %q, the picture %v", s, err)
	}
	if err := os.RemoveAll(filepath.Dir(picture)); err != nil {
		t.Error(err)
	}
}

func TestTabsAreStrangersAndTwinsAreNot(t *testing.T) {
	address := serve(t)
	one := Browser(t).Tab(t, Desktop, false, false)
	one.Open(address)
	Eval[string](one, `document.cookie = "who=me"`)
	two, twin := Browser(t).Tab(t, Desktop, false, false), one.Twin(t)
	two.Open(address)
	twin.Open(address)
	if a, b := Eval[string](two, `document.cookie`), Eval[string](twin, `document.cookie`); a != "" || b != "who=me" {
		t.Errorf("the stranger has the cookie %q, the twin %q", a, b)
	}
}
