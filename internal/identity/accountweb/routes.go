// Package accountweb is the pages of one's own account: profile, password, address, devices; and those for who has forgotten the
// password.
package accountweb

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"skranke/internal/fault"
	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// Pages is what the pages need.
type Pages struct {
	Accounts *identity.Accounts
	Zone     *time.Location // whose clock and days are shown; nil is UTC
}

// Where the pages are; links and forms go there too.
const (
	accountPath  = "/account"
	passwordPath = "/account/password"
	emailPath    = "/account/email"
	devicesPath  = "/account/sessions"
	forgotPath   = "/forgot"
	signInPath   = "/sign-in"
)

// Routes is every address of the pages.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /account", Handle: p.account, Who: web.SignedIn, Area: ui.Portal, Look: []string{accountPath}},
		{Pattern: "POST /account", Handle: p.saveProfile, Who: web.SignedIn, Area: ui.Portal},
		{Pattern: "GET /account/password", Handle: p.passwordForm, Who: web.SignedIn, Area: ui.Portal, Look: []string{passwordPath}},
		{Pattern: "POST /account/password", Handle: p.changePassword, Who: web.SignedIn, Area: ui.Portal},
		{Pattern: "GET /account/email", Handle: p.emailForm, Who: web.SignedIn, Area: ui.Portal, Look: []string{emailPath}},
		{Pattern: "POST /account/email", Handle: p.askEmail, Who: web.SignedIn, Area: ui.Portal},
		{Pattern: "POST /account/email/cancel", Handle: p.cancelEmail, Who: web.SignedIn, Area: ui.Portal},
		{Pattern: "GET /account/email/{token}", Handle: p.confirmForm},
		{Pattern: "POST /account/email/{token}", Handle: p.confirmEmail},
		{Pattern: "GET /account/sessions", Handle: p.devices, Who: web.SignedIn, Area: ui.Portal, Look: []string{devicesPath}},
		{Pattern: "POST /account/sessions/end", Handle: p.endAll, Who: web.SignedIn, Area: ui.Portal},
		{Pattern: "POST /account/sessions/{id}/end", Handle: p.endOne, Who: web.SignedIn, Area: ui.Portal},
		{Pattern: "GET /forgot", Handle: p.forgotForm, Look: []string{forgotPath}},
		{Pattern: "POST /forgot", Handle: p.askReset},
		{Pattern: "GET /forgot/sent", Handle: p.sent, Look: []string{forgotPath + "/sent"}},
		{Pattern: "GET /reset/{token}", Handle: p.resetForm},
		{Pattern: "POST /reset/{token}", Handle: p.reset},
	}
}

func (p *Pages) zone() *time.Location {
	if p.Zone == nil {
		return time.UTC
	}
	return p.Zone
}

// form is what the forms have in common: what is wrong with them, and how long to wait.
type form struct {
	L      ui.L
	Faults []ui.FieldError
	Wait   int // minutes, or 0
}

func (f form) fault(name string) string {
	for _, e := range f.Faults {
		if e.Name == name {
			return e.Text
		}
	}
	return ""
}

// refused answers a form that cannot be taken: again with its faults, or with how long to wait. Other errors go on.
func refused(w http.ResponseWriter, r *http.Request, err error, f *form, view func() web.View, fields ...string) error {
	var wait identity.Wait
	switch {
	case errors.As(err, &wait):
		f.Wait = wait.Minutes()
		w.Header().Set("Retry-After", strconv.Itoa(f.Wait*60))
		return web.RenderStatus(w, r, http.StatusTooManyRequests, view())
	case fault.Is(err, fault.Invalid):
		f.Faults = web.FieldErrors(r, err, fields...)
		return web.Again(w, r, view())
	}
	return err
}
