package accountweb

import (
	"net/http"

	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// passwordData is the form for a new password; what was typed never comes back. Username helps password managers.
type passwordData struct {
	form
	Username string
}

func (d *passwordData) view() web.View {
	return web.View{Title: d.L.AccountPasswordTitle(), Body: passwordPage(*d), Errors: len(d.Faults), Section: accountPath}
}

func (p *Pages) passwordForm(w http.ResponseWriter, r *http.Request) error {
	d, err := p.passwordOf(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, d.view())
}

func (p *Pages) passwordOf(r *http.Request) (*passwordData, error) {
	me, err := p.Accounts.Me(r.Context(), web.Actor(r))
	return &passwordData{form: form{L: web.L(r)}, Username: me.Email}, err
}

func (p *Pages) changePassword(w http.ResponseWriter, r *http.Request) error {
	s, err := p.Accounts.ChangePassword(r.Context(), web.Actor(r), identity.PasswordChange{
		Old: r.PostFormValue("old"), New: r.PostFormValue("password"), Address: web.Address(r), Token: web.SessionToken(r),
	})
	if err != nil {
		d, again := p.passwordOf(r)
		if again != nil {
			return again
		}
		return refused(w, r, err, &d.form, d.view, "old", "password")
	}
	web.SetSession(w, r, s.Token, identity.CookieLife)
	return web.Done(w, r, accountPath, "identity.account.password_saved")
}

// newPassword is the field for a new password.
func newPassword(f form) ui.F {
	return ui.F{
		L: f.L, Class: "s4", Name: "password", Label: f.L.AccountNewPassword(), Hint: f.L.AccountNewPasswordHint(), Error: f.fault("password"),
		Type: "password", Autocomplete: "new-password",
	}
}
