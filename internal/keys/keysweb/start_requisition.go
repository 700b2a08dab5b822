package keysweb

import (
	"net/http"
	"strings"

	"skranke/internal/agreement"
	"skranke/internal/fault"
	"skranke/internal/keys"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// requisitionData is the pages on which somebody of the board asks for a link, and begins with it.
type requisitionData struct {
	L      ui.L
	House  agreement.Match
	Email  string
	Action string
	Form   keys.Form
	Faults []ui.FieldError
	Pause  string
}

func (d requisitionData) ask() web.View {
	return web.View{Title: d.L.KeysRequisitionTitle(), Body: requisitionAskPage(d), Errors: len(d.Faults)}
}

// askRequisitioner asks for the address that the agreement lists.
func (p *Pages) askRequisitioner(w http.ResponseWriter, r *http.Request) error {
	house, err := p.Keys.Association(r.Context(), r.URL.Query().Get("agreement"))
	if fault.Is(err, fault.Conflict) {
		return web.Redirect(w, r, "/keys/new")
	}
	if err != nil {
		return err
	}
	return web.Render(w, r, requisitionData{L: web.L(r), House: house}.ask())
}

// inviteRequisitioner answers every address alike; only one that is listed gets a mail.
func (p *Pages) inviteRequisitioner(w http.ResponseWriter, r *http.Request) error {
	house, err := p.Keys.Association(r.Context(), r.PostFormValue("agreement"))
	if err != nil {
		return err
	}
	d := requisitionData{L: web.L(r), House: house, Email: strings.TrimSpace(r.PostFormValue("email"))}
	err = p.Keys.InviteRequisitioner(r.Context(), house.Handle, d.Email, web.Address(r))
	switch {
	case fault.Is(err, fault.Invalid):
		d.Faults = web.FieldErrors(r, err, "email")
		return web.Again(w, r, d.ask())
	case keys.Patience(err) > 0:
		d.Pause = pause(w, d.L, keys.Patience(err))
		return web.RenderStatus(w, r, http.StatusTooManyRequests, d.ask())
	case err != nil:
		return err
	}
	return web.Redirect(w, r, "/keys/requisition/sent")
}

func (p *Pages) invited(w http.ResponseWriter, r *http.Request) error {
	l := web.L(r)
	return web.Render(w, r, web.View{Title: l.KeysRequisitionSent(), Body: requisitionSentPage(l)})
}

// requisition is behind the mailed link. Opening it begins nothing: mail scanners open links too.
func (p *Pages) requisition(w http.ResponseWriter, r *http.Request) error {
	_, house, err := p.Keys.Requisition(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return web.Render(w, r, requisitionData{L: web.L(r), House: house, Action: r.URL.EscapedPath(), Form: keys.Form{Product: r.URL.Query().Get("product")}}.begin())
}

func (d requisitionData) begin() web.View {
	return web.View{Title: d.L.KeysRequisitionTitle(), Body: requisitionBeginPage(d), Errors: len(d.Faults)}
}

func (p *Pages) beginRequisition(w http.ResponseWriter, r *http.Request) error {
	token, product := r.PathValue("token"), r.PostFormValue("product")
	draft, err := p.Keys.BeginRequisition(r.Context(), token, product)
	if fault.Is(err, fault.Invalid) {
		_, house, opened := p.Keys.Requisition(r.Context(), token)
		if opened != nil {
			return opened
		}
		return web.Again(w, r, requisitionData{
			L: web.L(r), House: house, Action: r.URL.EscapedPath(), Form: keys.Form{Product: product},
			Faults: web.FieldErrors(r, err, "product"),
		}.begin())
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, stepPath(draft.ID, keys.StepNumbers))
}
