package identityweb

import (
	"net/http"

	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"

	"github.com/a-h/templ"
)

// mostCallers is how many people a search among all customers shows.
const mostCallers = 8

// standIn puts staff in a member's shoes.
func (p *Pages) standIn(w http.ResponseWriter, r *http.Request) error {
	v := web.VisitorOf(r)
	if err := p.Identity.StandIn(r.Context(), v.Actor, v.Session, r.PathValue("member")); err != nil {
		return err
	}
	return web.Redirect(w, r, p.home(false))
}

// standOut takes them out again.
func (p *Pages) standOut(w http.ResponseWriter, r *http.Request) error {
	v := web.VisitorOf(r)
	if err := p.Identity.StandOut(r.Context(), v.Actor, v.Session); err != nil {
		return err
	}
	return web.Done(w, r, p.home(true), "identity.stand_in.ended")
}

// change makes somebody act for another of their customers.
func (p *Pages) change(w http.ResponseWriter, r *http.Request) error {
	v := web.VisitorOf(r)
	if err := p.Identity.Switch(r.Context(), v.Actor, v.Session, r.PostFormValue("customer")); err != nil {
		return err
	}
	return web.Done(w, r, p.home(false), "identity.switched")
}

// callers finds people of all customers for whoever has somebody on the phone.
func (p *Pages) callers(r *http.Request, d *listData) (err error) {
	by := web.Actor(r)
	d.StandIn = by.MayAnywhere(identity.MayStandIn)
	if d.Filter.Text == "" || !by.MayAnywhere(identity.MaySeePeople) || d.Filter.After != "" || d.Filter.Before != "" {
		return nil
	}
	d.Callers, err = identity.Callers(r.Context(), p.Identity.DB, by, d.Filter.Text, mostCallers+1)
	return err
}

func (d listData) people() ui.TableData {
	t := ui.TableData{L: d.L, Caption: d.L.StandInPeople(), Cols: []ui.Col{
		{Label: d.L.IdentityName(), Spot: ui.SpotTitle},
		{Label: d.L.StandInWhere()},
		{Label: d.L.IdentityPhone(), Spot: ui.SpotLabeled},
		{Label: d.L.IdentityRole(), Spot: ui.SpotLabeled},
	}}
	if d.StandIn {
		t.Cols = append(t.Cols, ui.Col{Label: d.L.StandInSee(), Quiet: true})
	}
	for _, c := range d.Callers[:min(len(d.Callers), mostCallers)] {
		row := []ui.Cell{{Text: c.Name, Sub: c.Email}, {Text: c.CustomerName, Href: customersPath + "/" + c.CustomerID}, {Text: c.Phone, NoBreak: true}, {Text: c.Role.Word(d.L, c.RoleName)}}
		if d.StandIn {
			row = append(row, ui.Cell{Content: StandInButton(d.L, c.MemberID, c.Name)})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// StandInButton lets staff see the pages as a member does.
func StandInButton(l ui.L, memberID, name string) templ.Component {
	return standInButton(l, memberID, name)
}
