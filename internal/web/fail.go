package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"

	"skranke/internal/authz"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/ui"

	"github.com/a-h/templ"
)

// fail answers an error: the sign-in page for who is not signed in, else a page that says what happened and what to do.
func (e *Edge) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, code := fault.Status(err), fault.CodeOf(err)
	level := slog.LevelInfo
	switch {
	case left(r, err):
		return // nobody to tell
	case status == http.StatusInternalServerError:
		level = slog.LevelError
	case status == http.StatusRequestEntityTooLarge:
		code = "fault.too_large"
	}
	e.Log.Log(r.Context(), level, "request failed", "request", RequestID(r), "route", r.Pattern, "status", status, "err", err)
	if rec, ok := w.(*recorder); ok && rec.status != 0 {
		panic(http.ErrAbortHandler) // half an answer is out: a broken download is honest, an error page at its end is not
	}
	if status == http.StatusUnauthorized && r.Method == http.MethodGet {
		_ = Redirect(w, r, "/sign-in?next="+url.QueryEscape(r.URL.RequestURI())) // Redirect never fails
		return
	}
	q, advice := of(r), ""
	if i18n.HasCode(code + ".advice") {
		advice = q.lang.Code(code + ".advice")
	}
	var denied authz.Denial
	if e.Why != nil && errors.As(err, &denied) {
		advice = e.Why(r.Context(), q.visitor, denied, q.lang)
	}
	title := q.lang.Code(code)
	if err := render(w, r, status, View{Title: title, Body: ui.ErrorPage(q.lang, status, title, advice, q.id)}); err != nil {
		e.Log.ErrorContext(r.Context(), "error page failed", "request", q.id, "err", err)
		http.Error(w, http.StatusText(status), status)
	}
}

// left reports whether the browser went away before it had its answer.
func left(r *http.Request, err error) bool {
	var op *net.OpError
	return errors.Is(err, context.Canceled) && r.Context().Err() != nil ||
		errors.As(err, &op) && op.Op == "write" && op.Addr != nil && op.Addr.String() == r.RemoteAddr
}

func stack() string { return string(debug.Stack()) }

// inside renders body where a shell has its children.
func inside(shell, body templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return shell.Render(templ.WithChildren(ctx, body), w)
	})
}

// recorder notes what was answered, for the log.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader notes the status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write notes the size.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
