package accountweb_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/i18n"
	"skranke/internal/identity"
)

func each(t *testing.T, f func(t *testing.T, s *site)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, open(t, d)) })
}

func TestORG8_WhoHasForgottenThePasswordChoosesANewOneByMail(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.want("GET", "/forgot", nil, 200, "Glemt passordet?", `autocomplete="username"`)
		s.want("POST", "/forgot", url.Values{"email": {"siv"}}, 422, "1 feil – ", `value="siv"`, `href="#email"`)
		for _, who := range []string{email, "ukjent@laas.example"} {
			s.leads("/forgot", url.Values{"email": {who}}, "/forgot/sent", "")
		}
		s.want("GET", "/forgot/sent", nil, 200, "Hører adressen til en konto, er lenken på vei", `href="/forgot"`)
		path := s.mailed(email)
		s.want("GET", path, nil, 200, "Velg nytt passord", email, `action="`+path+`"`, `autocomplete="new-password"`)
		body := s.want("POST", path, url.Values{"password": {"kort-hem"}}, 422, "Passordet må ha minst 10 tegn")
		if strings.Contains(body, "kort-hem") {
			t.Error("the password comes back")
		}
		s.leads(path, url.Values{"password": {newPassword}}, "/sign-in", "identity.reset.done")
		if s.cookies["skranke"] != "" {
			t.Error("somebody is signed in by a reset")
		}
		_, err := s.people.SignIn(t.Context(), identity.Attempt{Email: email, Password: newPassword})
		s.ok(err)
		for _, method := range []string{"GET", "POST"} {
			form := url.Values{"password": {"enda en annen hest"}}
			s.want(method, path, form, 410, "Lenken er allerede brukt", `href="/forgot"`, `href="/sign-in"`)
			s.want(method, "/reset/nobody-sent-this", form, 404, "Lenken virker ikke", "be om en ny", `href="/forgot"`)
		}
	})
}

func TestORG8_SecretLinksStayOutOfLogsCachesAndReferrers(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.leads("/forgot", url.Values{"email": {email}}, "/forgot/sent", "")
		reset := s.mailed(email)
		s.signIn("x")
		s.leads("/account/email", url.Values{"email": {"ny@laas.example"}, "password": {password}}, "/account", "identity.email.sent")
		confirm := s.mailed("ny@laas.example")
		for _, path := range []string{reset, confirm, "/reset/wrong-token-of-nobody", "/account/email/wrong-token-of-nobody"} {
			for _, method := range []string{"GET", "POST"} {
				w := s.do(method, path, url.Values{"password": {"kort"}})
				if got := w.Header().Get("Referrer-Policy"); got != "same-origin" {
					t.Errorf("%s %s tells others where it was: %q", method, path, got)
				}
				if got := w.Header().Get("Cache-Control"); w.Code != 303 && got != "no-store" {
					t.Errorf("%s %s may be kept: %q", method, path, got)
				}
			}
		}
		log := s.log.String()
		for _, path := range []string{reset, confirm, "/wrong-token-of-nobody"} {
			if token := path[strings.LastIndex(path, "/")+1:]; strings.Contains(log, token) {
				t.Errorf("%s is in the log", token)
			}
		}
		if !strings.Contains(log, "/reset/{token}") || strings.Contains(log, "@") {
			t.Errorf("the log: %s", log)
		}
	})
}

func TestORG8_ThePasswordIsChangedAndThisBrowserStaysSignedIn(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.signIn("x")
		s.want("GET", "/account/password", nil, 200, "Endre passord", `autocomplete="current-password"`, `autocomplete="username"`, `href="/forgot"`)
		s.want("POST", "/account/password", nil, 422, "2 ting må rettes", `href="#old"`, `href="#password"`)
		body := s.want("POST", "/account/password", url.Values{"old": {"gal-hemmelig"}, "password": {newPassword}}, 422, "Passordet stemmer ikke")
		if strings.Contains(body, "hemmelig") || strings.Contains(body, newPassword) {
			t.Error("a password comes back")
		}
		before := s.cookies["skranke"]
		s.leads("/account/password", url.Values{"old": {password}, "password": {newPassword}}, "/account", "identity.account.password_saved")
		after := s.cookies["skranke"]
		s.want("GET", "/account", nil, 200, "Min konto")
		s.cookies["skranke"] = before
		s.want("GET", "/account", nil, 303)
		s.cookies["skranke"] = after
		for range 3 {
			s.do("POST", "/account/password", url.Values{"old": {"gal-hemmelig"}, "password": {password}})
		}
		s.want("POST", "/account/password", url.Values{"old": {newPassword}, "password": {password}}, 429, "For mange forsøk", "Prøv igjen om")
	})
}

var endForm = regexp.MustCompile(`action="(/account/sessions/[0-9a-f]+/end)"`)

func TestORG8_CASE8_DevicesAreNamedInPlainWordsAndSignedOut(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.signIn("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1")
		phone := s.cookies["skranke"]
		s.signIn("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0")
		s.want("GET", "/account", nil, 200, "2 enheter", `href="/account/sessions"`)
		body := s.want("GET", "/account/sessions", nil, 200, "Safari på iPhone", "Firefox på Windows", "Denne enheten", "192.0.2.1", "Logg ut overalt")
		forms := endForm.FindAllStringSubmatch(body, -1)
		if len(forms) != 1 || strings.Contains(body, phone) {
			t.Fatalf("the other device alone has a button, and no token is shown: %v", forms)
		}
		s.leads(forms[0][1], nil, "/account/sessions", "identity.session.ended")
		s.want("POST", forms[0][1], nil, 404, "Enheten er ikke innlogget lenger")
		here := s.cookies["skranke"]
		s.leads("/account/sessions/end", nil, "/sign-in", "identity.account.signed_out")
		if s.cookies["skranke"] != "" {
			t.Error("the browser keeps its cookie")
		}
		for _, token := range []string{phone, here} {
			s.cookies["skranke"] = token
			s.want("GET", "/account", nil, 303)
		}
	})
}

func TestORG8_AnotherAddressIsConfirmedThroughItsOwnMail(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.signIn("x")
		s.want("GET", "/account/email", nil, 200, "Endre e-postadresse", email)
		s.want("POST", "/account/email", url.Values{"email": {"ny"}}, 422, "2 ting må rettes", `value="ny"`)
		s.want("POST", "/account/email", url.Values{"email": {" SIV@laas.example"}, "password": {password}}, 422, "Kontoen har allerede denne adressen")
		s.leads("/account/email", url.Values{"email": {"ny@laas.example"}, "password": {password}}, "/account", "identity.email.sent")
		for _, page := range []string{"/account", "/account/email"} {
			s.want("GET", page, nil, 200, "ny@laas.example er ikke bekreftet ennå", `action="/account/email/cancel"`)
		}
		path := s.mailed("ny@laas.example")
		delete(s.cookies, "skranke")
		s.want("GET", path, nil, 200, "ny@laas.example blir adressen", `action="`+path+`"`)
		s.leads(path, nil, "/sign-in", "identity.email.done")
		s.want("POST", path, nil, 410, "Adressen er allerede bekreftet", `href="/account"`)
		s.want("GET", "/account/email/nobody-sent-this", nil, 404, "Lenken virker ikke")
		got, err := s.people.SignIn(t.Context(), identity.Attempt{Email: "NY@laas.example", Password: password})
		s.ok(err)
		s.cookies["skranke"] = got.Token
		s.leads("/account/email", url.Values{"email": {"tredje@laas.example"}, "password": {password}}, "/account", "identity.email.sent")
		path = s.mailed("tredje@laas.example")
		s.leads("/account/email/cancel", nil, "/account", "identity.email.cancelled")
		s.want("GET", path, nil, 410, "Lenken gjelder ikke lenger")
	})
}

func TestORG8_TheProfileDecidesLanguageAndColoursEvenWhereTheBrowserChoseBefore(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.signIn("x")
		s.cookies["language"], s.cookies["scheme"] = "nb", "light"
		good := url.Values{"name": {"Siv Berg"}, "phone": {"+46 8 123 45 67"}, "language": {"sv"}, "scheme": {"dark"}}
		s.want("POST", "/account", url.Values{"name": {" "}, "phone": {"ring"}, "language": {"nb"}, "scheme": {"auto"}}, 422, "2 ting må rettes", `value="ring"`)
		s.leads("/account", good, "/account", "identity.account.saved")
		s.want("GET", "/account", nil, 200, `lang="sv"`, `data-color-scheme="dark"`, "Mitt konto", `value="+46 8 123 45 67"`)
	})
}

func TestORG8_TheAccountIsItsOwnersAlone(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		pages := []string{"/account", "/account/password", "/account/email", "/account/sessions"}
		for _, page := range pages {
			s.want("GET", page, nil, 303)
		}
		s.signIn("x")
		s.behalf = "somebody"
		for _, page := range pages {
			s.want("GET", page, nil, 403, "Kontoen kan bare endres av den som eier den")
		}
		for _, page := range []string{"/account", "/account/password", "/account/email", "/account/email/cancel", "/account/sessions/end", "/account/sessions/x/end"} {
			s.want("POST", page, url.Values{"old": {password}, "password": {newPassword}, "email": {"ny@laas.example"}}, 403)
		}
	})
}

func TestORG8_EveryPageSpeaksEveryLanguage(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.signIn("x")
		raw := regexp.MustCompile(`>\s*(identity|account)\.[a-z_.]+\s*<`)
		for _, l := range i18n.All() {
			s.cookies["language"] = l.Tag()
			for _, page := range []string{"/account", "/account/password", "/account/email", "/account/sessions", "/forgot", "/forgot/sent", "/reset/x", "/account/email/x"} {
				w := s.do("GET", page, nil)
				if body := w.Body.String(); !strings.Contains(body, `lang="`+l.Tag()+`"`) || raw.MatchString(body) {
					t.Errorf("%s in %s: %d %s", page, l, w.Code, raw.FindString(body))
				}
			}
		}
	})
}
