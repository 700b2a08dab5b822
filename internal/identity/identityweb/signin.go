package identityweb

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"

	"skranke/internal/fault"
	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// signInData is the form as it was sent; the password never comes back.
type signInData struct {
	L           ui.L
	Email, Next string
	Faults      []ui.FieldError
	Wait        int    // minutes to wait, or 0
	Register    string // where companies register themselves, or empty
}

func (d signInData) fault(name string) string {
	for _, f := range d.Faults {
		if f.Name == name {
			return f.Text
		}
	}
	return ""
}

func (d signInData) view() web.View {
	return web.View{Title: d.L.IdentitySignInTitle(), Body: signInPage(d), Errors: len(d.Faults)}
}

// signInForm asks who it is; whoever is signed in already goes on.
func (p *Pages) signInForm(w http.ResponseWriter, r *http.Request) error {
	next := web.Local(r.URL.Query().Get("next"), "")
	if v := web.VisitorOf(r); v.SignedIn() {
		return web.Redirect(w, r, cmp.Or(next, p.home(v.Actor.AtOffice())))
	}
	return web.Render(w, r, signInData{L: web.L(r), Next: next, Register: p.Register}.view())
}

// signIn opens a session and goes on to the page that was asked for.
func (p *Pages) signIn(w http.ResponseWriter, r *http.Request) error {
	form := signInData{L: web.L(r), Email: r.PostFormValue("email"), Next: web.Local(r.PostFormValue("next"), ""), Register: p.Register}
	s, err := p.Identity.SignIn(r.Context(), identity.Attempt{
		Email: form.Email, Password: r.PostFormValue("password"),
		Address: web.Address(r), Agent: r.UserAgent(), Previous: web.SessionToken(r),
	})
	var wait identity.Wait
	switch {
	case errors.As(err, &wait):
		form.Wait = wait.Minutes()
		w.Header().Set("Retry-After", strconv.Itoa(form.Wait*60))
		return web.RenderStatus(w, r, http.StatusTooManyRequests, form.view())
	case fault.Is(err, fault.Invalid):
		form.Faults = web.FieldErrors(r, err, "email", "password")
		return web.Again(w, r, form.view())
	case err != nil:
		return err
	}
	web.SetSession(w, r, s.Token, identity.CookieLife)
	return web.Redirect(w, r, cmp.Or(form.Next, p.home(s.Staff)))
}

// signOut ends the session here and in the browser.
func (p *Pages) signOut(w http.ResponseWriter, r *http.Request) error {
	if token := web.SessionToken(r); token != "" {
		if err := p.Identity.SignOut(r.Context(), token); err != nil {
			return err
		}
	}
	web.ClearSession(w, r)
	return web.Done(w, r, "/", "identity.signed_out")
}
