package identityweb

import (
	"net/http"
	"net/url"
	"time"

	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

const staffPath = "/office/staff"

// staffData is the list of the operator's own people.
type staffData struct {
	L      ui.L
	Filter identity.StaffFilter
	Page   identity.StaffPage
	Zone   *time.Location
}

// staff lists the reader's colleagues.
func (p *Pages) staff(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	d := staffData{L: web.L(r), Zone: p.zone(), Filter: identity.StaffFilter{Text: q.Get("q"), After: q.Get("after"), Before: q.Get("before")}}
	var err error
	if d.Page, err = p.Identity.Colleagues(r.Context(), web.Actor(r), d.Filter); err != nil {
		return err
	}
	return web.Render(w, r, web.View{Title: d.L.StaffTitle(), Body: staffPage(d)})
}

// href is the list under the same search from another row on.
func (d staffData) href(key, rowID string) string {
	q := url.Values{key: {rowID}}
	if d.Filter.Text != "" {
		q.Set("q", d.Filter.Text)
	}
	return staffPath + "?" + q.Encode()
}

// clear leads to the whole list where a search narrows it.
func (d staffData) clear() string {
	if d.Filter.Text != "" {
		return staffPath
	}
	return ""
}

func (d staffData) pages() ui.Pages {
	p, rows := ui.Pages{Summary: d.L.StaffFound(d.Page.Found)}, d.Page.Colleagues
	if d.Page.Prev && len(rows) > 0 {
		p.PreviousHref = d.href("before", rows[0].ID)
	}
	if d.Page.Next && len(rows) > 0 {
		p.NextHref = d.href("after", rows[len(rows)-1].ID)
	}
	return p
}

func (d staffData) empty() ui.Empty {
	return ui.Empty{Icon: "users", Title: d.L.StaffNoneTitle(), Text: d.L.StaffNoneText(), Action: &ui.Link{Text: d.L.StaffNoneAction(), Href: staffPath}}
}

func (d staffData) table() ui.TableData {
	t := ui.TableData{L: d.L, Caption: d.L.StaffTitle(), Cols: []ui.Col{
		{Label: d.L.IdentityName(), Spot: ui.SpotTitle},
		{Label: d.L.StaffRoles()},
		{Label: d.L.IdentityEmail()},
		{Label: d.L.StaffSeen(), Spot: ui.SpotLabeled},
		{Label: d.L.IdentityStatus(), Spot: ui.SpotCorner},
	}}
	for _, c := range d.Page.Colleagues {
		badge := staffBadge(d.L, c)
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: c.Name, Href: staffPath + "/" + c.ID},
			{Text: c.Words(d.L)},
			{Text: c.Email, Sub: c.Phone},
			{Text: seen(d.L, c, d.Zone), Tabular: true},
			{Badge: &badge},
		})
	}
	return t
}

// seen is when a colleague was last here, as far as an open session tells.
func seen(l ui.L, c identity.Colleague, zone *time.Location) string {
	if c.SeenAt == nil {
		return l.StaffNotSeen()
	}
	return l.DateTime(*c.SeenAt, zone)
}

func staffBadge(l ui.L, c identity.Colleague) ui.Badge {
	switch {
	case c.Status != identity.PersonActive:
		return ui.Badge{State: ui.OnHold, Text: l.Code("identity.colleague.status.suspended")}
	case !c.MaySignIn:
		return ui.Badge{State: ui.Waiting, Text: l.Code("identity.colleague.status.waiting")}
	}
	return ui.Badge{State: ui.Done, Text: l.Code("identity.colleague.status.active")}
}

// languages are the answers to which language somebody reads.
func languages() (out []ui.Option) {
	for _, l := range i18n.All() {
		out = append(out, ui.Option{Value: l.Tag(), Label: l.Name()})
	}
	return out
}
