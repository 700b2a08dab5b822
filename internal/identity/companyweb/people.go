package companyweb

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// countLimit is how far a list is counted: further it says "over 1 000".
const countLimit = 1001

// anything is the first entry of a filter. It has a value, since an empty one in a select means that nothing was chosen.
const anything = "all"

// peopleData is the list of a customer's people with its filter.
type peopleData struct {
	side
	Filter  identity.MemberFilter
	Page    identity.MemberPage
	Choices identity.MemberChoices
	May     bool // may the reader add people?
}

// people lists the customer's people whom the reader may see.
func (p *Pages) people(w http.ResponseWriter, r *http.Request, s side) (err error) {
	d := peopleData{side: s, Filter: memberFilter(r.URL.Query()), May: s.By.MayAnywhere(identity.MayEditPeople)}
	if d.Page, err = identity.ListMembers(r.Context(), p.Identity.DB, s.By, s.CustomerID, d.Filter, countLimit); err != nil {
		return err
	}
	d.Choices, err = identity.FilterChoices(r.Context(), p.Identity.DB, s.By, s.CustomerID, d.Filter.GroupID)
	if err != nil {
		return err
	}
	return web.Render(w, r, web.View{Title: d.L.PeopleTitle(), Body: peoplePage(d)})
}

// memberFilter is what an address asks to see; what it does not make sense of narrows nothing.
func memberFilter(q url.Values) identity.MemberFilter {
	chosen := func(name string) string {
		if v := strings.ToValidUTF8(strings.ReplaceAll(q.Get(name), "\x00", ""), ""); v != anything {
			return v
		}
		return ""
	}
	f := identity.MemberFilter{
		Text: chosen("q"), Role: identity.Role(chosen("role")), GroupID: chosen("group"), Status: identity.MemberStatus(chosen("status")),
		After: chosen("after"), Before: chosen("before"),
	}
	if !slices.Contains(identity.MemberStatuses(), f.Status) {
		f.Status = ""
	}
	return f
}

func (s side) peoplePath() string { return s.Base + "/people" }

// crumbs lead back: in the office first to the customer.
func (s side) crumbs(customer string, more ...ui.Link) []ui.Link {
	if s.Office {
		return append([]ui.Link{{Text: customer, Href: s.Base}}, more...)
	}
	return more
}

func (d peopleData) head() ui.Head {
	return ui.Head{Title: d.L.PeopleTitle(), Lead: d.L.PeopleLead(d.Choices.Customer.Name), Crumbs: d.crumbs(d.Choices.Customer.Name)}
}

// href is the list under the same filter from another row on.
func (d peopleData) href(key, rowID string) string {
	f, q := d.Filter, url.Values{}
	for k, v := range map[string]string{"q": f.Text, "role": string(f.Role), "group": f.GroupID, "status": string(f.Status), key: rowID} {
		if v != "" {
			q.Set(k, v)
		}
	}
	if len(q) == 0 {
		return d.peoplePath()
	}
	return d.peoplePath() + "?" + q.Encode()
}

func (d peopleData) filtered() bool {
	return d.Filter.Text != "" || d.Filter.Role != "" || d.Filter.GroupID != "" || d.Filter.Status != ""
}

// clear leads to the whole list where something narrows it.
func (d peopleData) clear() string {
	if d.filtered() {
		return d.peoplePath()
	}
	return ""
}

func (d peopleData) empty() ui.Empty {
	e := ui.Empty{Icon: "users", Title: d.L.PeopleNoneTitle(), Text: d.L.PeopleNoneText()}
	switch {
	case d.filtered():
		e.Action = &ui.Link{Text: d.L.PeopleNoneAction(), Href: d.peoplePath()}
	case d.May:
		e.Text, e.Action = d.L.PeopleEmptyText(), &ui.Link{Text: d.L.PeopleAdd(), Href: d.peoplePath() + "/add"}
	}
	return e
}

func (d peopleData) pages() ui.Pages {
	p, rows, n := ui.Pages{}, d.Page.Members, d.Page.Found
	if p.Summary = d.L.PeopleFound(n); n >= countLimit {
		p.Summary = d.L.PeopleFoundMany()
	}
	if d.Page.Prev && len(rows) > 0 {
		p.PreviousHref = d.href("before", rows[0].ID)
	}
	if d.Page.Next && len(rows) > 0 {
		p.NextHref = d.href("after", rows[len(rows)-1].ID)
	}
	return p
}

func (d peopleData) table() ui.TableData {
	t := ui.TableData{L: d.L, Caption: d.L.PeopleTitle(), Cols: []ui.Col{
		{Label: d.L.PeopleName(), Spot: ui.SpotTitle},
		{Label: d.L.PeopleRole(), Spot: ui.SpotLabeled},
		{Label: d.L.PeopleGroup(), Spot: ui.SpotLabeled},
		{Label: d.L.PeoplePhone()},
		{Label: d.L.PeopleStatus(), Spot: ui.SpotCorner},
	}}
	for _, m := range d.Page.Members {
		badge := memberBadge(d.L, m.Status)
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: m.Name, Href: d.peoplePath() + "/" + m.ID, Sub: emailUnder(m)},
			{Text: m.Role.Word(d.L, m.RoleName)},
			{Text: cmp.Or(m.GroupName, d.L.PeopleWhole())},
			{Text: m.Phone, NoBreak: true},
			{Badge: &badge},
		})
	}
	return t
}

// emailUnder is the address, unless it stands in the place of the name.
func emailUnder(m identity.Member) string {
	if m.Name == m.Email {
		return ""
	}
	return m.Email
}

// memberBadge is the one place where a member's status becomes a shape, a colour and a word.
func memberBadge(l ui.L, s identity.MemberStatus) ui.Badge {
	state := map[identity.MemberStatus]ui.State{
		identity.MemberInvited: ui.Waiting, identity.MemberActive: ui.Done, identity.MemberSuspended: ui.OnHold, identity.MemberRemoved: ui.Cancelled,
	}[s]
	return ui.Badge{State: state, Text: l.Code("identity.member." + string(s))}
}

func (d peopleData) roles() ui.Choice {
	c := ui.Choice{L: d.L, Name: "role", Label: d.L.PeopleRole(), Value: cmp.Or(string(d.Filter.Role), anything), Options: []ui.Option{{Value: anything, Label: d.L.PeopleAnyRole()}}}
	for _, r := range d.Choices.Roles {
		c.Options = append(c.Options, ui.Option{Value: string(r.Role), Label: r.Role.Word(d.L, r.Name)})
	}
	return c
}

func (d peopleData) groups() ui.Choice {
	c := ui.Choice{L: d.L, Name: "group", Label: d.L.PeopleGroup(), Value: cmp.Or(d.Filter.GroupID, anything), Options: []ui.Option{{Value: anything, Label: d.L.PeopleAnyGroup()}}}
	c.Options = append(c.Options, groupOptions(d.Choices.Groups)...)
	return c
}

// groupOptions shows a tree in a menu: each step down is a dash.
func groupOptions(groups []identity.GroupChoice) (out []ui.Option) {
	for _, g := range groups {
		out = append(out, ui.Option{Value: g.ID, Label: strings.Repeat("– ", int(g.Depth)) + g.Name})
	}
	return out
}

func (d peopleData) statuses() ui.Choice {
	c := ui.Choice{L: d.L, Name: "status", Label: d.L.PeopleStatus(), Value: cmp.Or(string(d.Filter.Status), anything), Options: []ui.Option{{Value: anything, Label: d.L.PeopleAnyStatus()}}}
	for _, s := range identity.MemberStatuses() {
		c.Options = append(c.Options, ui.Option{Value: string(s), Label: d.L.Code("identity.member." + string(s))})
	}
	return c
}
