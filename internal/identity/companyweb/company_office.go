package companyweb

import (
	"net/http"
	"strings"

	"skranke/internal/authz"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

const customersPath = "/office/customers"

// customerForm is what the operator answers for: a new customer, or the numbers and the kind of one that is there.
type customerForm struct {
	side
	Profile identity.Profile // without an id: a new customer
	Form    *filled
}

func (d customerForm) isNew() bool { return d.Profile.ID == "" }

func (d customerForm) title() string {
	if d.isNew() {
		return d.L.CompanyNewTitle()
	}
	return d.L.CompanyNumbersTitle()
}

func (d customerForm) action() string {
	if d.isNew() {
		return customersPath + "/new"
	}
	return d.Base + "/edit"
}

func (d customerForm) back() string {
	if d.isNew() {
		return customersPath
	}
	return d.Base
}

func (d customerForm) head() ui.Head {
	if d.isNew() {
		return ui.Head{Title: d.title(), Lead: d.L.CompanyNewLead(), Crumbs: []ui.Link{{Text: d.L.IdentityCustomers(), Href: customersPath}}}
	}
	return ui.Head{Title: d.title(), Lead: d.Profile.Name, Crumbs: []ui.Link{d.home()}}
}

func (d customerForm) view() web.View {
	v := web.View{Title: d.title(), Body: customerFormPage(d), Section: customersPath, Errors: len(d.Form.Faults)}
	return v
}

func (d customerForm) kinds() ui.Choice {
	return d.Form.choice("customer_kind", ui.Choice{Options: coded(d.L, "identity.kind.", identity.CustomerKinds())})
}

func (d customerForm) countries() ui.Choice {
	return d.Form.choice("country", ui.Choice{Class: "s3", Options: countries(d.L), Autocomplete: "country"})
}

func countries(l ui.L) (out []ui.Option) {
	for _, c := range identity.Countries() {
		out = append(out, ui.Option{Value: c, Label: l.Code("signup.country." + strings.ToLower(c))})
	}
	return out
}

// show writes a value of the form as a reader knows it.
func (d customerForm) show(name, value string) string {
	switch name {
	case "customer_kind":
		return d.L.Code("identity.kind." + value)
	case "country":
		return d.L.Code("signup.country." + strings.ToLower(value))
	}
	return value
}

// numbers are the fields that the operator alone changes.
func numbers(e *identity.CustomerEdit, kind *string) []identity.Piece {
	return []identity.Piece{{Name: "customer_kind", Value: kind}, {Name: "country", Value: &e.Country}, {Name: "org_number", Value: &e.OrgNumber}, {Name: "number", Value: &e.Number}}
}

// newPieces are the fields of a new customer, in the order of the form.
func newPieces(n *identity.NewCustomer, kind, language *string) []identity.Piece {
	return []identity.Piece{
		{Name: "customer_kind", Value: kind},
		{Name: "name", Value: &n.Name},
		{Name: "country", Value: &n.Country},
		{Name: "org_number", Value: &n.OrgNumber},
		{Name: "number", Value: &n.Number},
		{Name: "language", Value: language},
		{Name: "phone", Value: &n.Phone},
		{Name: "email", Value: &n.Email},
		{Name: "street", Value: &n.Street},
		{Name: "postcode", Value: &n.Postcode},
		{Name: "town", Value: &n.Town},
	}
}

// atOffice is the operator's side of what belongs to no customer.
func atOffice(r *http.Request) side {
	return side{L: web.L(r), By: web.Actor(r), Office: true, Base: "/office"}
}

func (p *Pages) askCustomer(w http.ResponseWriter, r *http.Request) error {
	d := customerForm{side: atOffice(r)}
	if err := d.By.Check(identity.MayEditCustomers, authz.Place{}); err != nil {
		return err
	}
	kind, language := string(identity.Company), d.L.Tag()
	n := identity.NewCustomer{Country: homeOf(d.L)}
	d.Form = fill(d.L, newPieces(&n, &kind, &language), 0)
	return web.Render(w, r, d.view())
}

// homeOf is the country that a form begins with: where the reader's language is spoken.
func homeOf(l ui.L) string {
	if l == i18n.SV {
		return "SE"
	}
	if l == i18n.DA {
		return "DK"
	}
	return "NO"
}

func (p *Pages) newCustomer(w http.ResponseWriter, r *http.Request) error {
	d := customerForm{side: atOffice(r)}
	var n identity.NewCustomer
	var kind, language string
	pieces := newPieces(&n, &kind, &language)
	read(r, pieces)
	d.Form = fill(d.L, pieces, 0)
	n.Kind = identity.CustomerKind(kind)
	n.Language, _ = i18n.Parse(language)
	c, err := p.Identity.CreateCustomer(r.Context(), d.By, n)
	if err == nil {
		return web.Done(w, r, customersPath+"/"+c.ID, "company.customer_created")
	}
	return d.Form.again(w, r, renamed(err, "kind", "customer_kind"), nil, 0, d.view)
}

func (p *Pages) customerNumbers(r *http.Request, s side) (d customerForm, err error) {
	d.side = s
	if d.Profile, err = identity.FindProfile(r.Context(), p.Identity.DB, s.By, s.CustomerID); err != nil {
		return d, err
	}
	e, kind := identity.CustomerEdit{Number: d.Profile.Number, Country: d.Profile.Country, OrgNumber: d.Profile.OrgNumber}, string(d.Profile.Kind)
	d.Form = fill(d.L, numbers(&e, &kind), d.Profile.Version)
	return d, s.By.Check(identity.MayEditCustomers, authz.Place{})
}

func (p *Pages) askNumbers(w http.ResponseWriter, r *http.Request, s side) error {
	d, err := p.customerNumbers(r, s)
	if err != nil {
		return err
	}
	return web.Render(w, r, d.view())
}

func (p *Pages) editNumbers(w http.ResponseWriter, r *http.Request, s side) error {
	e, kind := identity.CustomerEdit{Version: identity.Version(r.PostFormValue("version"))}, ""
	pieces := numbers(&e, &kind)
	read(r, pieces)
	e.Kind = identity.CustomerKind(kind)
	err := p.Identity.EditCustomer(r.Context(), s.By, s.CustomerID, e)
	if err == nil {
		return web.Done(w, r, s.Base, "company.saved")
	}
	d, findErr := p.customerNumbers(r, s)
	if findErr != nil {
		return findErr
	}
	now, kindNow := identity.CustomerEdit{Number: d.Profile.Number, Country: d.Profile.Country, OrgNumber: d.Profile.OrgNumber}, string(d.Profile.Kind)
	d.Form = fill(d.L, pieces, e.Version)
	return d.Form.again(w, r, renamed(err, "kind", "customer_kind"), numbers(&now, &kindNow), d.Profile.Version, d.view)
}

// statusForm asks what a customer is to become, and why.
type statusForm struct {
	side
	Profile identity.Profile
	Form    *filled
}

func (d statusForm) view() web.View {
	v := d.side.view(d.L.CompanyStatusTitle(), statusPage(d))
	v.Errors = len(d.Form.Faults)
	return v
}

func (d statusForm) head() ui.Head {
	return ui.Head{Title: d.L.CompanyStatusTitle(), Lead: d.Profile.Name, Crumbs: []ui.Link{d.home()}}
}

func (d statusForm) facts() []ui.Fact {
	return known([]ui.Fact{{Label: d.L.CompanyStatusNow(), Value: d.status(d.Profile.Status)}, {Label: label(d.L, "reason"), Value: d.Profile.StatusReason}})
}

func (d statusForm) status(s identity.CustomerStatus) string {
	return d.L.Code("identity.status." + string(s))
}

func (d statusForm) choices() ui.Choice {
	c := ui.Choice{Stacked: true}
	for _, s := range identity.NextStatuses(d.Profile.Status) {
		c.Options = append(c.Options, ui.Option{Value: string(s), Label: d.status(s), Hint: d.L.Code("company.status." + string(s))})
	}
	return d.Form.choice("status", c)
}

// show writes a value of the form as a reader knows it.
func (d statusForm) show(name, value string) string {
	if name == "status" {
		return d.status(identity.CustomerStatus(value))
	}
	return value
}

func statusPieces(status, reason *string) []identity.Piece {
	return []identity.Piece{{Name: "status", Value: status}, {Name: "reason", Value: reason}}
}

func (p *Pages) statusForm(r *http.Request, s side) (d statusForm, err error) {
	d.side = s
	if d.Profile, err = identity.FindProfile(r.Context(), p.Identity.DB, s.By, s.CustomerID); err != nil {
		return d, err
	}
	var status, reason string
	d.Form = fill(d.L, statusPieces(&status, &reason), d.Profile.Version)
	return d, s.By.Check(identity.MayReview, authz.Place{Customer: s.CustomerID})
}

func (p *Pages) askStatus(w http.ResponseWriter, r *http.Request, s side) error {
	d, err := p.statusForm(r, s)
	if err != nil {
		return err
	}
	return web.Render(w, r, d.view())
}

func (p *Pages) setStatus(w http.ResponseWriter, r *http.Request, s side) error {
	var status, reason string
	pieces := statusPieces(&status, &reason)
	read(r, pieces)
	err := p.Identity.SetStatus(r.Context(), s.By, s.CustomerID, identity.CustomerStatus(status), reason, identity.Version(r.PostFormValue("version")))
	if err == nil {
		return web.Done(w, r, s.Base, "company.status_set")
	}
	d, findErr := p.statusForm(r, s)
	if findErr != nil {
		return findErr
	}
	statusNow, reasonNow := string(d.Profile.Status), d.Profile.StatusReason
	d.Form = fill(d.L, pieces, d.Profile.Version)
	return d.Form.again(w, r, err, statusPieces(&statusNow, &reasonNow), d.Profile.Version, d.view)
}

// OfCustomer is the part of a customer's page in the office that leads to these pages.
func (p *Pages) OfCustomer(r *http.Request, c identity.Customer) (component, error) {
	prof, err := identity.FindProfile(r.Context(), p.Identity.DB, web.Actor(r), c.ID)
	if err != nil {
		return nil, err
	}
	s := side{L: web.L(r), By: web.Actor(r), Office: true, CustomerID: c.ID, Base: officePath + c.ID}
	return customerLinks(s, prof), nil
}

func (s side) may(p authz.Permission) bool { return s.By.May(p, authz.Place{Customer: s.CustomerID}) }
