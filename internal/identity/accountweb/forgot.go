package accountweb

import (
	"net/http"

	"skranke/internal/fault"
	"skranke/internal/web"
)

// forgotData is the form of who has forgotten the password.
type forgotData struct {
	form
	Email string
}

func (d *forgotData) view() web.View {
	return web.View{Title: d.L.AccountForgot(), Body: forgotPage(*d), Errors: len(d.Faults)}
}

func (p *Pages) forgotForm(w http.ResponseWriter, r *http.Request) error {
	d := forgotData{form: form{L: web.L(r)}}
	return web.Render(w, r, d.view())
}

// askReset answers everybody the same, whether the address is somebody's or not.
func (p *Pages) askReset(w http.ResponseWriter, r *http.Request) error {
	d := &forgotData{form: form{L: web.L(r)}, Email: r.PostFormValue("email")}
	if err := p.Accounts.AskReset(r.Context(), d.Email, web.Address(r)); err != nil {
		return refused(w, r, err, &d.form, d.view, "email")
	}
	return web.Redirect(w, r, forgotPath+"/sent")
}

func (p *Pages) sent(w http.ResponseWriter, r *http.Request) error {
	l := web.L(r)
	return web.Render(w, r, web.View{Title: l.AccountSentTitle(), Body: sentPage(l)})
}

// resetData is the form behind the mailed link.
type resetData struct {
	form
	Email, Path string
}

func (d *resetData) view() web.View {
	return web.View{Title: d.L.AccountResetTitle(), Body: resetPage(*d), Errors: len(d.Faults)}
}

// resetOf opens the link, in the language of its receiver.
func (p *Pages) resetOf(r *http.Request) (*resetData, error) {
	f, err := p.Accounts.FindReset(r.Context(), r.PathValue("token"))
	if f.PersonID != "" {
		web.Prefer(r, f.L())
	}
	return &resetData{form: form{L: web.L(r)}, Email: f.Email, Path: r.URL.Path}, err
}

func (p *Pages) resetForm(w http.ResponseWriter, r *http.Request) error {
	d, err := p.resetOf(r)
	if err != nil {
		return ended(w, r, err, forgotPath)
	}
	return web.Render(w, r, d.view())
}

// reset sets the new password. It leads to sign-in: whoever set it shows at once that they know it.
func (p *Pages) reset(w http.ResponseWriter, r *http.Request) error {
	d, err := p.resetOf(r)
	if err == nil {
		err = p.Accounts.ResetPassword(r.Context(), r.PathValue("token"), r.PostFormValue("password"), web.Address(r))
	}
	switch {
	case fault.Is(err, fault.NotFound), fault.Is(err, fault.Conflict):
		return ended(w, r, err, forgotPath)
	case err != nil:
		return refused(w, r, err, &d.form, d.view, "password")
	}
	return web.Done(w, r, signInPath, "identity.reset.done")
}
