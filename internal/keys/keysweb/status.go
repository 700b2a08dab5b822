package keysweb

import (
	"net/http"
	"time"

	"skranke/internal/authz"
	"skranke/internal/fault"
	"skranke/internal/keys"
	"skranke/internal/link"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// statusData is the resident's page of one order.
type statusData struct {
	L     ui.L
	Order keys.View
	House string
	Firm  string
	Path  string
	Now   time.Time
	Zone  *time.Location
	Later bool // the card provider was down when the resident wanted to pay
	By    authz.Actor
}

// opened is the order behind a status link. The page speaks the order's language until the reader chooses another.
func (p *Pages) opened(r *http.Request) (link.Link, statusData, error) {
	ln, err := p.Keys.Links.Open(r.Context(), p.Keys.DB, keys.StatusLink, r.PathValue("token"))
	if err != nil {
		return ln, statusData{}, err
	}
	now := p.Keys.DB.Now()
	if err := ln.State(now); err != nil {
		return ln, statusData{}, err
	}
	by := keys.LinkActor(ln)
	v, err := p.Keys.Find(r.Context(), by, ln.Subject)
	if err != nil {
		return ln, statusData{}, err
	}
	house, err := p.Keys.HouseOf(r.Context(), by, v.Order)
	if err != nil {
		return ln, statusData{}, err
	}
	web.Prefer(r, v.L())
	return ln, statusData{
		L: web.L(r), Order: v, House: house, Firm: p.Firm, Path: "/k/" + r.PathValue("token"), Now: now, Zone: p.Keys.Zone,
		Later: r.URL.Query().Has("later"), By: by,
	}, nil
}

// status shows where an order stands and what comes next (KEY-8).
func (p *Pages) status(w http.ResponseWriter, r *http.Request) error {
	_, d, err := p.opened(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, web.View{Title: d.L.KeysStatusTitle(d.Order.Number), Body: statusPage(d), Fragment: statusPanel(d), Live: !d.over()})
}

// live tells the page that the order has changed.
func (p *Pages) live(w http.ResponseWriter, r *http.Request) error {
	ln, _, err := p.opened(r)
	if err != nil {
		return err
	}
	return web.Stream(w, r, p.Hub, Topic(ln.Subject))
}

// pay leads to the card provider, from the page or from a mail.
func (p *Pages) pay(w http.ResponseWriter, r *http.Request) error {
	ln, d, err := p.opened(r)
	if err != nil {
		return err
	}
	return p.toPayment(w, r, ln, d.Path)
}

// askReceived asks whether the parcel has really come: it cannot be taken back.
func (p *Pages) askReceived(w http.ResponseWriter, r *http.Request) error {
	_, d, err := p.opened(r)
	if err != nil {
		return err
	}
	if !d.receivable() {
		return web.Redirect(w, r, d.Path)
	}
	return web.Render(w, r, web.View{Title: d.L.KeysReceivedQuestion(), Body: receivedPage(d)})
}

// receive takes the resident's word that the parcel has come. Said twice it is said once.
func (p *Pages) receive(w http.ResponseWriter, r *http.Request) error {
	_, d, err := p.opened(r)
	if err != nil {
		return err
	}
	_, err = p.Keys.Receive(r.Context(), d.By, d.Order.ID)
	switch {
	case fault.Is(err, fault.Conflict):
		return web.Redirect(w, r, d.Path)
	case err != nil:
		return err
	}
	return web.Done(w, r, d.Path, "keys.notice.received")
}
