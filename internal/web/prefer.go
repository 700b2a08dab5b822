package web

import (
	"net/http"

	"skranke/internal/i18n"
)

// Prefer answers in l unless the visitor has chosen a language: a page behind a mailed link speaks the mail's language, whatever
// the browser would like.
func Prefer(r *http.Request, l i18n.L) {
	q := of(r)
	if q.edge == nil {
		return
	}
	for _, tag := range []string{q.visitor.Language, q.edge.cookie(r, "language")} {
		if _, ok := i18n.Parse(tag); ok {
			return
		}
	}
	q.lang = l
}
