// Package demoweb is the start page of the demonstration: what it is, what to try first, and whom to sign in as.
package demoweb

import (
	"context"
	"net/http"
	"net/url"

	"skranke/internal/fault"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// Pages is what the start page needs. It belongs to a demonstration and to nothing else: it opens sessions without a password.
type Pages struct {
	Identity *identity.Service
	Home     func(staff bool) string // where signing in leads
	Firm     string
	Password string // everybody's, on the usual sign-in page
	API      string // address of the API's documentation; empty leaves it out
	Cast     []Part
	Example  Example
}

// Part is somebody who can be signed in as. Nobody else can, whoever is added later.
type Part struct {
	Email, Customer string // Customer is empty for the firm's own people
	Role            string // code of the text that names it
	Hint            string // the rest of the code demo.hint.…: what there is to see
}

// Example is an order that the numbers of the demonstration allow, with the people who take part in it.
type Example struct {
	Search                                            string // finds the association
	House, CustomerNumber, SystemNumber, Zone, Flat   string
	Name, Email, Phone, Card, Serial, Approver, Maker string // the last two by their addresses
}

// Routes is every address of the start page.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /{$}", Handle: p.start, Look: []string{"/"}},
		{Pattern: "POST /demo/sign-in-as", Handle: p.signInAs},
	}
}

// startData is the page.
type startData struct {
	L         ui.L
	Pages     *Pages
	Firm      []actor
	Customers []actor
	approver  identity.Person
	maker     identity.Person
}

// actor is a part with who plays it.
type actor struct {
	Part
	Person identity.Person
}

// start shows the page. People who are not there are left out.
func (p *Pages) start(w http.ResponseWriter, r *http.Request) error {
	d := startData{L: web.L(r), Pages: p}
	for _, part := range p.Cast {
		who, err := p.person(r.Context(), part.Email)
		if err != nil {
			return err
		}
		switch {
		case who.ID == "":
		case part.Customer == "":
			d.Firm = append(d.Firm, actor{part, who})
		default:
			d.Customers = append(d.Customers, actor{part, who})
		}
		if part.Email == p.Example.Approver {
			d.approver = who
		}
		if part.Email == p.Example.Maker {
			d.maker = who
		}
	}
	return web.Render(w, r, web.View{Title: d.L.DemoTitle(), Body: startPage(d), Wide: true})
}

// person is who has an address; nobody is a person without an id.
func (p *Pages) person(ctx context.Context, email string) (identity.Person, error) {
	who, err := identity.PersonByEmail(ctx, p.Identity.DB, email)
	if fault.Is(err, fault.NotFound) {
		return identity.Person{}, nil
	}
	return who, err
}

// signInAs opens a session for one of the cast.
func (p *Pages) signInAs(w http.ResponseWriter, r *http.Request) error {
	stranger, personID := fault.New(fault.NotFound, "identity.person.not_found"), r.PostFormValue("person")
	if !id.Valid(personID) {
		return stranger
	}
	who, err := identity.PersonByID(r.Context(), p.Identity.DB, personID)
	if err != nil {
		return err
	}
	if !p.plays(who) {
		return stranger
	}
	s, err := p.Identity.SignInAs(r.Context(), who.ID, identity.Attempt{Email: who.Email, Address: web.Address(r), Agent: r.UserAgent(), Previous: web.SessionToken(r)})
	if err != nil {
		return err
	}
	web.SetSession(w, r, s.Token, identity.CookieLife)
	return web.Redirect(w, r, p.Home(s.Staff))
}

// plays tells whether somebody is one of the cast.
func (p *Pages) plays(who identity.Person) bool {
	for _, part := range p.Cast {
		if identity.EmailKey(part.Email) == who.EmailKey {
			return true
		}
	}
	return false
}

func (d startData) facts() []ui.Fact {
	l, e := d.L, d.Pages.Example
	return []ui.Fact{
		{Label: l.DemoHouse(), Value: e.House},
		{Label: l.KeysCustomerNumber(), Value: e.CustomerNumber},
		{Label: l.KeysSystemNumber(), Value: e.SystemNumber},
		{Label: l.KeysZoneNumber(), Value: e.Zone},
		{Label: l.KeysFlat(), Value: e.Flat},
		{Label: l.KeysName(), Value: e.Name},
		{Label: l.KeysEmail(), Value: e.Email},
		{Label: l.KeysPhone(), Value: e.Phone},
	}
}

// form is the order form with the association found.
func (d startData) form() string {
	return "/keys/new?" + url.Values{"product": {"fob"}, "q": {d.Pages.Example.Search}}.Encode()
}

// box is the mailbox of the one who is asked.
func (d startData) box() string {
	return "/mailbox?" + url.Values{"address": {d.Pages.Example.Approver}}.Encode()
}

// about is what the list says of somebody: role, where, and what there is to see.
func (a actor) about(l ui.L) string {
	role := l.Code(a.Role)
	if a.Customer != "" {
		role += ", " + a.Customer
	}
	return role + ". " + l.Code("demo.hint."+a.Hint) + "."
}

// cast lists people with a button each.
func cast(l ui.L, caption string, all []actor) ui.TableData {
	t := ui.TableData{L: l, Caption: caption, Cols: []ui.Col{{Label: l.KeysName(), Spot: ui.SpotTitle}, {Label: l.DemoSignIn(), Spot: ui.SpotCorner, Quiet: true}}}
	for _, a := range all {
		t.Rows = append(t.Rows, []ui.Cell{{Text: a.Person.Name, Sub: a.about(l)}, {Content: signIn(l, a.Person)}})
	}
	return t
}

// more is what else there is to look at.
func (d startData) more() []ui.Fact {
	l := d.L
	all := []ui.Fact{
		{Label: l.DemoMailboxText(), Content: link("/mailbox", l.DemoMailbox())},
		{Label: l.DemoStyleText(), Content: link("/stil", l.DemoStyle())},
	}
	if d.Pages.API != "" {
		all = append(all, ui.Fact{Label: l.DemoAPIText(), Content: link(d.Pages.API, l.DemoAPI())})
	}
	return all
}
