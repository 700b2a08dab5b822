package approvalweb

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"unicode"

	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/fault"
	"skranke/internal/id"
	"skranke/internal/link"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// door is the way somebody came to a request: through a mailed link, or signed in.
type door struct {
	by      authz.Actor
	request string
	link    string // used up by the answer, or empty
	via     string
	path    string
}

// linkDoor opens a mailed link. One that has been used still shows what became of the request; one that is revoked or past
// its time opens nothing.
func (p *Pages) linkDoor(r *http.Request) (d door, err error) {
	l, err := p.Links.Open(r.Context(), p.Approvals.DB, approval.LinkKind, r.PathValue("token"))
	if err != nil {
		return d, err
	}
	if p.Speak != nil {
		if err := p.Speak(r, l.PersonID); err != nil {
			return d, fmt.Errorf("settle the language of link %s: %w", l.ID, err)
		}
	}
	if err := l.State(p.Approvals.DB.Now()); err != nil && fault.CodeOf(err) != "link.used" {
		return d, err
	}
	if err := p.stillHeld(r.Context(), l); err != nil {
		return d, err
	}
	return door{by: approval.LinkActor(l), request: l.Subject, link: l.ID, via: "link", path: "/approve/" + r.PathValue("token")}, nil
}

// stillHeld refuses the link of somebody who has left, is held up or is something else to the customer now.
func (p *Pages) stillHeld(ctx context.Context, l link.Link) error {
	if p.Holds == nil {
		return nil
	}
	v, err := p.Approvals.Find(ctx, approval.LinkActor(l), l.Subject)
	if err != nil {
		return err
	}
	holds, err := p.Holds(ctx, l.PersonID, v.Request.CustomerID)
	if err == nil && !holds {
		err = fault.New(fault.Conflict, "link.revoked")
	}
	return err
}

func (p *Pages) showByLink(w http.ResponseWriter, r *http.Request) error {
	d, err := p.linkDoor(r)
	if fault.Is(err, fault.Conflict) {
		return gone(w, r, err)
	}
	if err != nil {
		return err
	}
	return p.show(w, r, d, typed{}, nil)
}

func (p *Pages) answerByLink(w http.ResponseWriter, r *http.Request) error {
	d, err := p.linkDoor(r)
	if fault.Is(err, fault.Conflict) {
		return gone(w, r, err)
	}
	if err != nil {
		return err
	}
	return p.answer(w, r, d)
}

// gone says why a link no longer opens anything, and what to do.
func gone(w http.ResponseWriter, r *http.Request, err error) error {
	l, code := web.L(r), fault.CodeOf(err)
	title := l.Code(code)
	return web.RenderStatus(w, r, http.StatusGone, web.View{Title: title, Body: ui.ErrorPage(l, http.StatusGone, title, l.Code(code+".advice"), "")})
}

// sessionDoor is the way of who is signed in.
func sessionDoor(r *http.Request) (door, error) {
	request := r.PathValue("id")
	if !id.Valid(request) {
		return door{}, fault.New(fault.NotFound, "approval.not_found")
	}
	return door{by: web.Actor(r), request: request, via: "session", path: inboxPath + "/" + request}, nil
}

func (p *Pages) showByID(w http.ResponseWriter, r *http.Request) error {
	d, err := sessionDoor(r)
	if err != nil {
		return err
	}
	return p.show(w, r, d, typed{}, nil)
}

func (p *Pages) answerByID(w http.ResponseWriter, r *http.Request) error {
	d, err := sessionDoor(r)
	if err != nil {
		return err
	}
	return p.answer(w, r, d)
}

// typed is what the form was sent with.
type typed struct{ reason string }

// answer takes yes or no. Whoever comes too late, or twice, is shown what has been decided.
func (p *Pages) answer(w http.ResponseWriter, r *http.Request, d door) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	t := typed{reason: clean(r.PostForm.Get("reason"))}
	a := approval.Answer{Do: approval.Action(r.PostForm.Get("decision")), Comment: t.reason, Via: d.via, LinkID: d.link}
	_, err := p.Approvals.Decide(r.Context(), d.by, d.request, a)
	switch {
	case fault.Is(err, fault.Invalid):
		return p.show(w, r, d, t, err)
	case fault.Is(err, fault.Conflict):
		return web.Redirect(w, r, d.path)
	case err != nil:
		return err
	}
	return web.Done(w, r, d.path, "approval.saved")
}

// clean takes out what no database keeps and nobody sees: broken letters, and control characters but the end of a line.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}
