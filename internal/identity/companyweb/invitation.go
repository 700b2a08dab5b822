package companyweb

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"skranke/internal/authz"
	"skranke/internal/day"
	"skranke/internal/fault"
	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// invitationData is the page behind a mailed link. The password never comes back.
type invitationData struct {
	L                  ui.L
	Token              string
	Invitation         identity.Invitation
	First, Last, Phone string
	Faults             []ui.FieldError
	Wait               int    // minutes to wait, or 0
	Other              string // who is signed in, where it is somebody else
	Mine               bool   // signed in as the one who was invited
	Zone               *time.Location
}

// invitationData finds what a token opens, and who is there.
func (p *Pages) invitationData(r *http.Request) (d invitationData, err error) {
	d.Token, d.Zone = r.PathValue("token"), p.zone()
	if d.Invitation, err = p.Identity.Invitation(r.Context(), d.Token); err != nil {
		return d, err
	}
	web.Prefer(r, d.Invitation.L())
	d.L, d.Phone = web.L(r), d.Invitation.Phone
	if i := d.Invitation; i.Name != i.Email {
		last := strings.LastIndex(i.Name, " ")
		d.First, d.Last = strings.TrimSpace(i.Name[:max(last, 0)]), i.Name[last+1:]
	}
	if v := web.VisitorOf(r); v.SignedIn() {
		d.Mine = v.Actor.ID == d.Invitation.PersonID && v.Actor.Kind == authz.Person
		if !d.Mine {
			d.Other = v.Name
		}
	}
	return d, nil
}

// invitation shows who invites to what. Looking at it changes nothing: mail scanners follow links.
func (p *Pages) invitation(w http.ResponseWriter, r *http.Request) error {
	d, err := p.invitationData(r)
	if err != nil {
		return err
	}
	return d.show(w, r)
}

func (d invitationData) show(w http.ResponseWriter, r *http.Request) error {
	switch {
	case d.Invitation.State != identity.InvitationOpen:
		return web.RenderStatus(w, r, http.StatusGone, web.View{Title: d.overTitle(), Body: overPage(d)})
	case d.Wait > 0:
		w.Header().Set("Retry-After", strconv.Itoa(d.Wait*60))
		return web.RenderStatus(w, r, http.StatusTooManyRequests, d.view())
	case len(d.Faults) > 0:
		return web.Again(w, r, d.view())
	}
	return web.Render(w, r, d.view())
}

func (d invitationData) view() web.View {
	return web.View{Title: d.L.InvitationTitle(d.Invitation.CustomerName), Body: invitationPage(d), Errors: len(d.Faults)}
}

// answer accepts the invitation: with a name and a first password, with the password there is, or by the session that is open.
func (p *Pages) answer(w http.ResponseWriter, r *http.Request) error {
	d, err := p.invitationData(r)
	if err != nil {
		return err
	}
	if d.Other != "" || r.PostFormValue("do") == "sign_out" {
		return p.leave(w, r, d)
	}
	if d.Invitation.State != identity.InvitationOpen {
		return d.show(w, r)
	}
	session, err := p.accept(r, &d)
	if session.Token != "" {
		web.SetSession(w, r, session.Token, identity.CookieLife)
	}
	var wait identity.Wait
	switch {
	case errors.As(err, &wait):
		d.Wait = wait.Minutes()
		return d.show(w, r)
	case fault.Is(err, fault.Invalid):
		d.Faults = web.FieldErrors(r, err, "first_name", "last_name", "phone", "password")
		return d.show(w, r)
	case fault.Is(err, fault.Conflict): // it came to its end in between
		return web.Redirect(w, r, d.path())
	case err != nil:
		return err
	}
	return web.Done(w, r, portalPath, "people.welcome")
}

func (p *Pages) accept(r *http.Request, d *invitationData) (identity.Session, error) {
	v, ctx, password := web.VisitorOf(r), r.Context(), r.PostFormValue("password")
	switch {
	case d.Mine && d.Invitation.HasPassword:
		return identity.Session{}, p.Identity.AcceptSignedIn(ctx, v.Actor, v.Session, d.Token)
	case d.Invitation.HasPassword:
		s, err := p.Identity.AcceptWithPassword(ctx, d.Token, identity.Attempt{
			Password: password, Address: web.Address(r), Agent: r.UserAgent(), Previous: web.SessionToken(r),
		})
		if code := fault.FieldsOf(err)["email"]; code != "" { // only the password was asked for
			err = fault.Field("password", "identity.invitation.password")
		}
		return s, err
	}
	d.First, d.Last, d.Phone = r.PostFormValue("first_name"), r.PostFormValue("last_name"), r.PostFormValue("phone")
	return p.Identity.CompleteInvitation(ctx, d.Token, identity.Completion{
		First: d.First, Last: d.Last, Phone: d.Phone, Password: password,
		Address: web.Address(r), Agent: r.UserAgent(), Previous: web.SessionToken(r),
	})
}

// leave signs out whoever else is signed in, and comes back to the invitation.
func (p *Pages) leave(w http.ResponseWriter, r *http.Request, d invitationData) error {
	if r.PostFormValue("do") != "sign_out" {
		return web.Redirect(w, r, d.path())
	}
	if token := web.SessionToken(r); token != "" {
		if err := p.Identity.SignOut(r.Context(), token); err != nil {
			return err
		}
	}
	web.ClearSession(w, r)
	return web.Redirect(w, r, d.path())
}

func (d invitationData) path() string { return "/invitation/" + d.Token }

func (d invitationData) fault(name string) string {
	for _, f := range d.Faults {
		if f.Name == name {
			return f.Text
		}
	}
	return ""
}

func (d invitationData) lead() string {
	i := d.Invitation
	if i.Inviter == "" {
		return d.L.PeopleMailInvited(i.CustomerName)
	}
	return d.L.PeopleMailInvitedBy(i.CustomerName, i.Inviter)
}

func (d invitationData) facts() []ui.Fact {
	i, l := d.Invitation, d.L
	facts := []ui.Fact{
		{Label: l.PeopleCustomer(), Value: i.CustomerName},
		{Label: l.PeopleRole(), Value: i.Role.Word(l, i.RoleName)},
		{Label: l.PeopleEmail(), Value: i.Email},
		{Label: l.InvitationUntil(), Value: l.Date(day.Of(i.ExpiresAt, d.Zone))},
	}
	if i.GroupName != "" {
		facts = append(facts, ui.Fact{Label: l.PeopleGroup(), Value: i.GroupName})
	}
	return facts
}

func (d invitationData) overTitle() string {
	return d.L.Code("identity.invitation.state." + string(d.Invitation.State))
}

// overText says what to do when a link no longer opens anything.
func (d invitationData) overText() string {
	return d.L.Code("identity.invitation.state." + string(d.Invitation.State) + ".advice")
}
