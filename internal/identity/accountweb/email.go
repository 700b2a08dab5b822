package accountweb

import (
	"net/http"
	"time"

	"skranke/internal/fault"
	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// emailData is the form for another address to sign in with.
type emailData struct {
	form
	Me    identity.Me
	Email string
	Zone  *time.Location
}

func (d *emailData) view() web.View {
	return web.View{Title: d.L.AccountEmailTitle(), Body: emailPage(*d), Errors: len(d.Faults), Section: accountPath}
}

func (p *Pages) emailForm(w http.ResponseWriter, r *http.Request) error {
	d, err := p.emailOf(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, d.view())
}

func (p *Pages) emailOf(r *http.Request) (*emailData, error) {
	me, err := p.Accounts.Me(r.Context(), web.Actor(r))
	return &emailData{form: form{L: web.L(r)}, Me: me, Zone: p.zone()}, err
}

func (p *Pages) askEmail(w http.ResponseWriter, r *http.Request) error {
	typed := r.PostFormValue("email")
	err := p.Accounts.AskEmail(r.Context(), web.Actor(r), identity.NewEmail{Email: typed, Password: r.PostFormValue("password"), Address: web.Address(r)})
	if err != nil {
		d, again := p.emailOf(r)
		if again != nil {
			return again
		}
		d.Email = typed
		return refused(w, r, err, &d.form, d.view, "email", "password")
	}
	return web.Done(w, r, accountPath, "identity.email.sent")
}

func (p *Pages) cancelEmail(w http.ResponseWriter, r *http.Request) error {
	if err := p.Accounts.CancelEmail(r.Context(), web.Actor(r)); err != nil {
		return err
	}
	return web.Done(w, r, accountPath, "identity.email.cancelled")
}

// confirmData is the page behind the mailed link: opening it changes nothing, since programs open links too.
type confirmData struct {
	L     ui.L
	Email string
	Path  string
}

func (p *Pages) confirmForm(w http.ResponseWriter, r *http.Request) error {
	e, err := p.Accounts.FindEmail(r.Context(), web.Actor(r), r.PathValue("token"))
	if e.PersonID != "" {
		web.Prefer(r, e.L())
	}
	if err != nil {
		return ended(w, r, err, accountPath)
	}
	d := confirmData{L: web.L(r), Email: e.Email, Path: r.URL.Path}
	return web.Render(w, r, web.View{Title: d.L.AccountConfirmTitle(), Body: confirmPage(d)})
}

func (p *Pages) confirmEmail(w http.ResponseWriter, r *http.Request) error {
	if err := p.Accounts.ConfirmEmail(r.Context(), web.Actor(r), r.PathValue("token")); err != nil {
		return ended(w, r, err, accountPath)
	}
	next := signInPath
	if web.VisitorOf(r).SignedIn() {
		next = accountPath
	}
	return web.Done(w, r, next, "identity.email.done")
}

// endedData says why a mailed link opens nothing, with a way on.
type endedData struct {
	L           ui.L
	Title, Text string
	Ask         ui.Link // how to get another link
}

// ended answers for a link that is unknown, used or late; other errors go on.
func ended(w http.ResponseWriter, r *http.Request, err error, ask string) error {
	status := map[bool]int{true: http.StatusNotFound, false: http.StatusGone}[fault.Is(err, fault.NotFound)]
	if status == http.StatusGone && !fault.Is(err, fault.Conflict) {
		return err
	}
	l, code := web.L(r), fault.CodeOf(err)
	d := endedData{L: l, Title: l.Code(code), Text: l.Code(code + ".advice"), Ask: ui.Link{Text: l.AccountTitle(), Href: ask}}
	if ask == forgotPath {
		d.Ask.Text = l.AccountResetAsk()
	}
	return web.RenderStatus(w, r, status, web.View{Title: d.Title, Body: endedPage(d)})
}
