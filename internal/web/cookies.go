package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"skranke/internal/i18n"
	"skranke/internal/ui"
)

const year = 365 * 24 * time.Hour

// cookieName carries the __Host- prefix where cookies are secure: such a cookie cannot be set from a subdomain or over http.
func cookieName(secure bool, name string) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

func setCookie(w http.ResponseWriter, r *http.Request, name, value string, age time.Duration, secret bool) {
	secure := of(r).edge != nil && of(r).edge.Secure
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure is off only where the installation is reached over plain http, on one's own machine
		Name: cookieName(secure, name), Value: value, Path: "/", MaxAge: int(age.Seconds()),
		Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	if secret {
		w.Header().Set("Cache-Control", "no-store")
	}
}

func (e *Edge) cookie(r *http.Request, name string) string {
	c, err := r.Cookie(cookieName(e.Secure, name))
	if err != nil {
		return ""
	}
	return c.Value
}

const sessionCookie = "skranke"

func (e *Edge) sessionToken(r *http.Request) string { return e.cookie(r, sessionCookie) }

// SetSession gives the browser a new session; signing in always makes one, so that nobody can plant one beforehand.
func SetSession(w http.ResponseWriter, r *http.Request, token string, valid time.Duration) {
	setCookie(w, r, sessionCookie, token, valid, true)
}

// SessionToken is the session that the browser brought, or empty.
func SessionToken(r *http.Request) string {
	if e := of(r).edge; e != nil {
		return e.sessionToken(r)
	}
	return ""
}

// ClearSession takes the session away from the browser; the service ends it for good.
func ClearSession(w http.ResponseWriter, r *http.Request) {
	setCookie(w, r, sessionCookie, "", -time.Second, true)
}

// prefer settles language and colour scheme: the visitor's own choice, then the browser's, then the installation's. It
// also reads the notice that the last change left.
func (e *Edge) prefer(r *http.Request, q *request) {
	q.lang = i18n.FromAcceptLanguage(r.Header.Get("Accept-Language"), e.Language)
	for _, tag := range []string{q.visitor.Language, e.cookie(r, "language")} {
		if l, ok := i18n.Parse(tag); ok {
			q.lang = l
		}
	}
	if q.scheme = e.cookie(r, "scheme"); q.scheme == "" {
		q.scheme = q.visitor.Scheme
	}
	if q.notice = e.cookie(r, "notice"); !i18n.HasCode(q.notice) {
		q.notice = ""
	}
}

// noticed takes the notice away once a whole page shows it: not when a redirect lies between, nor when another tab reads a
// part of itself again.
func noticed(w http.ResponseWriter, r *http.Request) {
	if of(r).notice != "" && r.Method == http.MethodGet {
		setCookie(w, r, "notice", "", -time.Second, false)
	}
}

func (e *Edge) setLanguage(w http.ResponseWriter, r *http.Request) error {
	if l, ok := i18n.Parse(r.PostFormValue("language")); ok {
		setCookie(w, r, "language", l.Tag(), year, false)
		if err := e.choose(r, l.Tag(), ""); err != nil {
			return err
		}
	}
	return Redirect(w, r, Local(r.PostFormValue("return"), "/"))
}

func (e *Edge) setScheme(w http.ResponseWriter, r *http.Request) error {
	switch s := r.PostFormValue("scheme"); s {
	case ui.SchemeLight, ui.SchemeDark, ui.SchemeAuto:
		setCookie(w, r, "scheme", s, year, false)
		if err := e.choose(r, "", s); err != nil {
			return err
		}
	}
	return Redirect(w, r, Local(r.PostFormValue("return"), "/"))
}

func (e *Edge) choose(r *http.Request, language, scheme string) error {
	if v := VisitorOf(r); v.SignedIn() && e.Choose != nil {
		return e.Choose(r.Context(), v, language, scheme)
	}
	return nil
}

// address is the client's, read from X-Forwarded-For as far back as the proxies are ours.
func (e *Edge) address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && e.trusted(host); i-- {
		if next := strings.TrimSpace(hops[i]); next != "" {
			host = next
		}
	}
	return host
}

func (e *Edge) trusted(host string) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range e.Proxies {
		if p.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}

// origin is how the browser names this server.
func origin(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || of(r).edge != nil && of(r).edge.Secure {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
