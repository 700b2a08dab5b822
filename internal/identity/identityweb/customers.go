package identityweb

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"skranke/internal/authz"
	"skranke/internal/day"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"

	"github.com/a-h/templ"
)

const customersPath = "/office/customers"

// countLimit is how far a list is counted: further it says "over 1 000".
const countLimit = 1001

// mostPeople is how many people a customer's page shows; all are a page of their own.
const mostPeople = 8

// listData is the list of customers with its filter.
type listData struct {
	L      ui.L
	Filter identity.Filter
	Page   identity.CustomerPage
	Count  int64
	// Callers is people at customers, one more than are shown where there are more; StandIn lets the reader see as one.
	Callers []identity.Caller
	StandIn bool
	Add     bool // may the reader add a customer?
}

// customers lists whom the reader may see.
func (p *Pages) customers(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := identity.Filter{
		Text: q.Get("q"), Kind: identity.CustomerKind(q.Get("kind")), Status: identity.CustomerStatus(q.Get("status")),
		After: q.Get("after"), Before: q.Get("before"),
	}
	if !slices.Contains(identity.CustomerKinds(), f.Kind) {
		f.Kind = ""
	}
	if !slices.Contains(identity.CustomerStatuses(), f.Status) {
		f.Status = ""
	}
	ctx, by := r.Context(), web.Actor(r)
	page, err := identity.Customers(ctx, p.Identity.DB, by, f)
	if err != nil {
		return err
	}
	n, err := identity.CountCustomers(ctx, p.Identity.DB, by, f, countLimit)
	if err != nil {
		return err
	}
	d := listData{L: web.L(r), Filter: f, Page: page, Count: n, Add: by.May(identity.MayEditCustomers, authz.Place{})}
	if err := p.callers(r, &d); err != nil {
		return err
	}
	return web.Render(w, r, web.View{Title: d.L.IdentityCustomers(), Body: customersPage(d)})
}

// href is the list under the same filter from another row on.
func (d listData) href(key, rowID string) string {
	q := url.Values{}
	for k, v := range map[string]string{"q": d.Filter.Text, "kind": string(d.Filter.Kind), "status": string(d.Filter.Status), key: rowID} {
		if v != "" {
			q.Set(k, v)
		}
	}
	if len(q) == 0 {
		return customersPath
	}
	return customersPath + "?" + q.Encode()
}

func (d listData) filtered() bool {
	return d.Filter.Text != "" || d.Filter.Kind != "" || d.Filter.Status != ""
}

// clear leads to the whole list where something narrows it.
func (d listData) clear() string {
	if d.filtered() {
		return customersPath
	}
	return ""
}

func (d listData) pages() ui.Pages {
	p, rows := ui.Pages{Summary: d.L.IdentityFound(int(d.Count))}, d.Page.Customers
	if d.Count >= countLimit {
		p.Summary = d.L.IdentityFoundMany()
	}
	if d.Page.Prev && len(rows) > 0 {
		p.PreviousHref = d.href("before", rows[0].ID)
	}
	if d.Page.Next && len(rows) > 0 {
		p.NextHref = d.href("after", rows[len(rows)-1].ID)
	}
	return p
}

func (d listData) table() ui.TableData {
	t := ui.TableData{L: d.L, Caption: d.L.IdentityCustomers(), Cols: []ui.Col{
		{Label: d.L.IdentityName(), Spot: ui.SpotTitle},
		{Label: d.L.IdentityNumber(), Spot: ui.SpotLabeled},
		{Label: d.L.IdentityKind()},
		{Label: d.L.IdentityTown()},
		{Label: d.L.IdentityStatus(), Spot: ui.SpotCorner},
	}}
	for _, c := range d.Page.Customers {
		badge := Badge(d.L, c.Status)
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: c.Name, Href: customersPath + "/" + c.ID},
			{Text: c.Number},
			{Text: d.L.Code("identity.kind." + string(c.Kind))},
			{Text: c.Town},
			{Badge: &badge},
		})
	}
	return t
}

// Badge is the one place where a customer's status becomes a shape, a colour and a word.
func Badge(l ui.L, s identity.CustomerStatus) ui.Badge {
	state := map[identity.CustomerStatus]ui.State{
		identity.Active: ui.Done, identity.OnHold: ui.OnHold, identity.Blocked: ui.Blocked, identity.Closed: ui.Cancelled,
	}[s]
	return ui.Badge{State: state, Text: l.Code("identity.status." + string(s))}
}

// customerData is one customer's page.
type customerData struct {
	L        ui.L
	Customer identity.Customer
	Sites    []identity.Site
	Flats    map[string]int64
	// Members has one more than are shown when there are more.
	Members     []identity.Member
	ShowMembers bool
	Sections    []templ.Component
	Zone        *time.Location
}

// customer shows one customer: what it is, where it is, who acts for it, and what other modules say of it.
func (p *Pages) customer(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), p.Identity.DB
	c, err := identity.FindCustomer(ctx, q, web.Actor(r), r.PathValue("id"))
	if err != nil {
		return err
	}
	d := customerData{L: web.L(r), Customer: c, Zone: p.zone()}
	if d.Sites, err = identity.Sites(ctx, q, c.ID); err != nil {
		return err
	}
	if d.Flats, err = identity.CountFlats(ctx, q, c.ID); err != nil {
		return err
	}
	if d.ShowMembers = web.Actor(r).May(identity.MaySeePeople, authz.Place{Customer: c.ID}); d.ShowMembers {
		if d.Members, err = identity.Members(ctx, q, web.Actor(r), c.ID, mostPeople+1); err != nil {
			return err
		}
	}
	for _, s := range p.Sections {
		part, err := s(r, c)
		if err != nil {
			return err
		}
		if part != nil {
			d.Sections = append(d.Sections, part)
		}
	}
	return web.Render(w, r, web.View{Title: c.Name, Body: customerPage(d)})
}

func (d customerData) head() ui.Head {
	b := Badge(d.L, d.Customer.Status)
	return ui.Head{
		Title: d.Customer.Name, Lead: d.L.Code("identity.kind." + string(d.Customer.Kind)), Badge: &b,
		Crumbs: []ui.Link{{Text: d.L.IdentityCustomers(), Href: customersPath}},
	}
}

// facts leaves out what is not known.
func (d customerData) facts() []ui.Fact {
	c, l := d.Customer, d.L
	lang, _ := i18n.Parse(c.Language)
	all := []ui.Fact{
		{Label: l.IdentityNumber(), Value: c.Number},
		{Label: l.IdentityOrgNumber(), Value: id.FormatOrgNumber(c.Country, c.OrgNumber)},
		{Label: l.IdentityAddress(), Value: address(c.Street, c.Postcode, c.Town)},
		{Label: l.IdentityEmail(), Value: c.Email},
		{Label: l.IdentityPhone(), Value: c.Phone},
		{Label: l.IdentityLanguage(), Value: lang.Name()},
		{Label: l.IdentityCustomerSince(), Value: l.Date(day.Of(c.CreatedAt, d.Zone))},
	}
	return slices.DeleteFunc(all, func(f ui.Fact) bool { return f.Value == "" })
}

// address is street, postcode and town on one line, as far as they are known.
func address(street, postcode, town string) string {
	place := strings.TrimSpace(postcode + " " + town)
	if street == "" || place == "" {
		return street + place
	}
	return street + ", " + place
}

func (d customerData) sites() ui.TableData {
	t := ui.TableData{L: d.L, Caption: d.L.IdentitySites(), Cols: []ui.Col{
		{Label: d.L.IdentityName(), Spot: ui.SpotTitle}, {Label: d.L.IdentityAddress()}, {Label: d.L.IdentityFlatsColumn(), Num: true, Spot: ui.SpotLabeled},
	}}
	for _, s := range d.Sites {
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: s.Name}, {Text: address(s.Street, s.Postcode, s.Town)}, {Text: d.L.Int(d.Flats[s.ID])},
		})
	}
	return t
}

func (d customerData) people() ui.TableData {
	t := ui.TableData{L: d.L, Caption: d.L.IdentityPeople(), Cols: []ui.Col{
		{Label: d.L.IdentityName(), Spot: ui.SpotTitle},
		{Label: d.L.IdentityRole()},
		{Label: d.L.IdentityEmail()},
		{Label: d.L.IdentityStatus(), Spot: ui.SpotCorner},
	}}
	for _, m := range d.Members[:min(len(d.Members), mostPeople)] {
		badge := memberBadge(d.L, m.Status)
		t.Rows = append(t.Rows, []ui.Cell{{Text: m.Name, Href: d.peoplePath() + "/" + m.ID}, {Text: m.Role.Word(d.L, m.RoleName)}, {Text: m.Email}, {Badge: &badge}})
	}
	return t
}

func memberBadge(l ui.L, s identity.MemberStatus) ui.Badge {
	state := map[identity.MemberStatus]ui.State{
		identity.MemberInvited: ui.Waiting, identity.MemberActive: ui.Done, identity.MemberSuspended: ui.OnHold, identity.MemberRemoved: ui.Cancelled,
	}[s]
	return ui.Badge{State: state, Text: l.Code("identity.member." + string(s))}
}

func (d customerData) peoplePath() string { return customersPath + "/" + d.Customer.ID + "/people" }

// peopleLead says that there are more than are shown.
func (d customerData) peopleLead() string {
	if len(d.Members) > mostPeople {
		return d.L.IdentityPeopleMore(mostPeople)
	}
	return ""
}

// anything is the first entry of a filter. It has a value, since an empty one in a select means that nothing was chosen.
const anything = "all"

// options are the entries of a filter over the values of an enumeration.
func options[T ~string](l ui.L, all, prefix string, values []T) []ui.Option {
	out := []ui.Option{{Value: anything, Label: all}}
	for _, v := range values {
		out = append(out, ui.Option{Value: string(v), Label: l.Code(prefix + string(v))})
	}
	return out
}

func chosen[T ~string](v T) string { return cmp.Or(string(v), anything) }

func (d listData) empty() ui.Empty {
	e := ui.Empty{Icon: "building-2", Title: d.L.IdentityNoneTitle(), Text: d.L.IdentityNoneText()}
	if d.filtered() {
		e.Action = &ui.Link{Text: d.L.IdentityNoneAction(), Href: customersPath}
	}
	return e
}
