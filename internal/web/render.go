package web

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"skranke/internal/fault"
	"skranke/internal/ui"

	"github.com/a-h/templ"
)

// View is a page: what stands inside the shell, and what the shell must know.
type View struct {
	Title    string
	Body     templ.Component
	Fragment templ.Component // what htmx gets instead of the whole page; nil means Body in the shell
	Errors   int             // mistakes in the form, for the title
	Section  string          // href of the menu item this page belongs to, when the address does not tell
	Live     bool            // the page updates itself: load htmx
	Wide     bool
	Bare     bool   // Body is a whole document: no shell
	Frames   bool   // the page frames another page of ours
	Refresh  string // seconds; an address to load again after them, for pages that wait without scripts
}

// Render answers with a page.
func Render(w http.ResponseWriter, r *http.Request, v View) error {
	return render(w, r, http.StatusOK, v)
}

// Again answers a form that cannot be taken: the same form, with its faults, as 422.
func Again(w http.ResponseWriter, r *http.Request, v View) error {
	return render(w, r, http.StatusUnprocessableEntity, v)
}

// RenderStatus answers with a page and a status of its own.
func RenderStatus(w http.ResponseWriter, r *http.Request, status int, v View) error {
	return render(w, r, status, v)
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func render(w http.ResponseWriter, r *http.Request, status int, v View) error {
	q := of(r)
	body := v.Body
	switch {
	case r.Header.Get("HX-Request") == "true" && v.Fragment != nil:
		body = v.Fragment
	case !v.Bare && q.edge != nil:
		body = q.edge.inShell(r, q, v)
		noticed(w, r)
	}
	buf := buffers.Get().(*bytes.Buffer) //nolint:forcetypeassert // the pool holds nothing else
	defer buffers.Put(buf)
	buf.Reset()
	if err := body.Render(r.Context(), buf); err != nil { // into memory first: half a page helps nobody
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "HX-Request, Accept-Language, Cookie")
	if v.Refresh != "" {
		h.Set("Refresh", v.Refresh)
	}
	if v.Frames {
		h.Set("Content-Security-Policy", strings.Replace(h.Get("Content-Security-Policy"), "default-src 'none'", "default-src 'none'; frame-src 'self'", 1))
	}
	write(w, r, status, buf.Bytes())
	return nil
}

var zippers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// write sends body, compressed where the browser takes it and it is worth the while.
func write(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	h := w.Header()
	if len(body) < 1200 || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(status)
		_, _ = w.Write(body) // the browser went away: nobody to tell
		return
	}
	h.Add("Vary", "Accept-Encoding")
	h.Set("Content-Encoding", "gzip")
	w.WriteHeader(status)
	z := zippers.Get().(*gzip.Writer) //nolint:forcetypeassert // the pool holds nothing else
	defer zippers.Put(z)
	z.Reset(w)
	_, _ = z.Write(body)
	_ = z.Close()
}

// Done answers a change: on to the next page, which shows the notice (a text code, or empty).
func Done(w http.ResponseWriter, r *http.Request, next, notice string) error {
	if notice != "" {
		setCookie(w, r, "notice", notice, time.Minute, false)
	}
	return Redirect(w, r, next)
}

// Redirect sends the browser on with GET. Under htmx the whole page moves.
func Redirect(w http.ResponseWriter, r *http.Request, next string) error {
	if r.Header.Get("HX-Request") == "true" {
		w.Header().Set("HX-Redirect", next)
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	http.Redirect(w, r, next, http.StatusSeeOther) //nolint:gosec // addresses from outside pass through Local
	return nil
}

// Local is next when it is a path of ours, else fallback: an address from outside never decides where the browser goes.
func Local(next, fallback string) string {
	u, err := url.Parse(next)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n") {
		return fallback
	}
	return next
}

// FieldErrors is what an error says of a form, in the reader's language and in the order of the form's fields. Fields that the
// form does not show come last, without a link.
func FieldErrors(r *http.Request, err error, order ...string) []ui.FieldError {
	fields, l := fault.FieldsOf(err), L(r)
	var out []ui.FieldError
	shown := map[string]bool{}
	for _, name := range order {
		if code, ok := fields[name]; ok && !shown[name] {
			out, shown[name] = append(out, ui.FieldError{Name: name, Text: l.Code(code)}), true
		}
	}
	for name, code := range fields {
		if !shown[name] {
			out = append(out, ui.FieldError{Text: l.Code(code)})
		}
	}
	return out
}
