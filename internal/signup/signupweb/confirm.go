package signupweb

import (
	"net/http"
	"time"

	"skranke/internal/fault"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/signup"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// confirmData is the page behind the mailed link.
type confirmData struct {
	L ui.L
	signup.Standing
	Path    string
	Changed bool // since the page that was sent
	Zone    *time.Location
	faults
}

// opened is what a mailed link opens. The page speaks the mail's language until the reader chooses another.
func (p *Pages) opened(r *http.Request) (confirmData, error) {
	_, st, err := p.Signup.Confirmation(r.Context(), r.PathValue("token"))
	if err != nil {
		return confirmData{}, err
	}
	web.Prefer(r, st.L())
	return confirmData{L: web.L(r), Standing: st, Path: Path + "/confirm/" + r.PathValue("token"), Zone: p.zone()}, nil
}

// confirm shows what the link does, or what has become of it. Opening it does nothing: programs that read mail open links too.
func (p *Pages) confirm(w http.ResponseWriter, r *http.Request) error {
	d, err := p.opened(r)
	if err != nil {
		return gone(w, r, err)
	}
	return web.Render(w, r, d.view(faults{}))
}

// verify does it.
func (p *Pages) verify(w http.ResponseWriter, r *http.Request) error {
	d, err := p.opened(r)
	if err != nil {
		return gone(w, r, err)
	}
	reg, err := p.Signup.Verify(r.Context(), r.PathValue("token"), signup.Want(r.PostFormValue("want")), r.PostFormValue("password"))
	switch code := fault.CodeOf(err); {
	case code == "signup.moved_on":
		return web.Redirect(w, r, d.Path)
	case code == "signup.changed":
		if d, err = p.opened(r); err != nil {
			return gone(w, r, err)
		}
		d.Changed = true
		return web.RenderStatus(w, r, http.StatusConflict, d.view(faults{}))
	case err != nil:
		return answer(w, r, err, d.view, "password")
	case reg.State != signup.Active:
		return web.Redirect(w, r, d.Path)
	}
	s, err := p.Signup.Identity.SignInVerified(r.Context(), reg.PersonID, reg.CustomerID, identity.Attempt{
		Email: reg.Email, Address: web.Address(r), Agent: r.UserAgent(), Previous: web.SessionToken(r),
	})
	if err != nil {
		return err
	}
	web.SetSession(w, r, s.Token, identity.CookieLife)
	return web.Done(w, r, p.Home, "signup.notice.welcome")
}

func (d confirmData) view(f faults) web.View {
	d.faults = f
	if d.State != signup.Unverified {
		return web.View{Title: d.outcome().title, Body: outcomePage(d)}
	}
	return web.View{Title: d.title(), Body: confirmPage(d), Errors: len(f.List)}
}

func (d confirmData) barred() bool { return d.Barred() != nil }

func (d confirmData) title() string {
	switch {
	case d.barred():
		return d.L.Code("signup.barred")
	case d.Want == signup.WantAccess:
		return d.L.SignupAskTitle(d.Holder.Name)
	case d.Want == signup.WantNothing:
		return d.L.SignupThereTitle()
	}
	return d.L.SignupConfirmTitle()
}

func (d confirmData) lead() string {
	switch {
	case d.barred():
		return d.L.Code("signup.barred.advice")
	case d.Want == signup.WantAccess:
		return d.L.SignupAskLead()
	case d.Want == signup.WantNothing:
		return d.L.SignupThereText(d.Holder.Name)
	}
	return d.L.SignupConfirmLead()
}

// asks says that there is something to confirm.
func (d confirmData) asks() bool { return !d.barred() && d.Want != signup.WantNothing }

func (d confirmData) facts() []ui.Fact {
	return []ui.Fact{
		{Label: d.L.SignupOfficeWhat(), Value: d.Company},
		{Label: d.L.SignupOrgNumberShort(), Value: id.FormatOrgNumber(d.Country, d.OrgNumber)},
		{Label: d.L.SignupName(), Value: d.Name},
		{Label: d.L.SignupEmail(), Value: d.Email},
	}
}

func (d confirmData) password() ui.F {
	hint := d.L.SignupConfirmChosen()
	if d.HasAccount() {
		hint = d.L.SignupConfirmAccount()
	}
	return ui.F{
		L: d.L, Name: "password", Label: d.L.SignupConfirmPassword(), Hint: hint, Error: d.of("password"), Type: "password",
		Autocomplete: "current-password", Class: "s4",
	}
}

func (d confirmData) button() ui.ButtonData {
	if d.Want == signup.WantAccess {
		return ui.ButtonData{Text: d.L.SignupAskButton(), Icon: "send"}
	}
	return ui.ButtonData{Text: d.L.SignupConfirmButton(), Icon: "log-in"}
}

// outcome is what has become of a registration whose link is used.
type outcome struct {
	title  string
	texts  []string
	signIn bool
}

func (d confirmData) outcome() outcome {
	l := d.L
	switch d.State {
	case signup.Asked:
		when := ""
		if d.DueAt != nil {
			when = l.DateTime(*d.DueAt, d.Zone)
		}
		return outcome{title: l.SignupAskedTitle(), texts: []string{l.SignupAskedText(when)}}
	case signup.Review:
		return outcome{title: l.SignupReviewTitle(), texts: []string{l.SignupReviewText()}}
	case signup.Rejected:
		o := outcome{title: l.SignupRejectedTitle(), texts: []string{l.SignupReasonGiven(d.Reason)}}
		if d.CustomerID != "" {
			o.title = l.SignupRefusedTitle()
		}
		return o
	case signup.Draft, signup.Unverified, signup.Active:
	}
	return outcome{title: l.SignupDoneTitle(), texts: []string{l.SignupDoneText()}, signIn: true}
}
