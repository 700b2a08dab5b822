package companyweb

import (
	"net/http"
	"slices"
	"strings"

	"skranke/internal/authz"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// companyData is the company page, with where it has things delivered and what it books on.
type companyData struct {
	side
	Profile   identity.Profile
	Addresses []identity.Address
	Centres   []identity.CostCentre
	Edit      bool // may the reader change it?
}

func (p *Pages) company(w http.ResponseWriter, r *http.Request, s side) (err error) {
	ctx, q := r.Context(), p.Identity.DB
	d := companyData{side: s, Edit: s.By.May(identity.MayEditCompany, authz.Place{Customer: s.CustomerID})}
	if d.Profile, err = identity.FindProfile(ctx, q, s.By, s.CustomerID); err != nil {
		return err
	}
	if d.Addresses, err = identity.Addresses(ctx, q, s.By, s.CustomerID); err != nil {
		return err
	}
	if d.Centres, err = identity.CostCentres(ctx, q, s.By, s.CustomerID); err != nil {
		return err
	}
	return web.Render(w, r, s.view(s.company().Text, companyPage(d)))
}

// view is a page of this module; in the office it belongs to the customers in the menu.
func (s side) view(title string, body component) web.View {
	v := web.View{Title: title, Body: body}
	if s.Office {
		v.Section = "/office/customers"
	}
	return v
}

// home is the customer's page in the office, where the pages of a customer lead back to.
func (s side) home() ui.Link { return ui.Link{Text: s.L.CompanyBackToCustomer(), Href: s.Base} }

// company is what the company page is called: to staff it is somebody else's.
func (s side) company() ui.Link {
	l := ui.Link{Text: s.L.CompanyTitle(), Href: s.Base + "/company"}
	if s.Office {
		l.Text = s.L.CompanyLink()
	}
	return l
}

func (d companyData) head() ui.Head {
	h := ui.Head{Title: d.company().Text, Lead: d.Profile.Name}
	if d.Office {
		h.Crumbs = []ui.Link{d.home()}
	}
	return h
}

// known leaves out facts without a value.
func known(facts []ui.Fact) []ui.Fact {
	return slices.DeleteFunc(facts, func(f ui.Fact) bool { return f.Value == "" })
}

func (d companyData) facts() []ui.Fact {
	c, l := d.Profile, d.L
	lang, _ := i18n.Parse(c.Language)
	return known([]ui.Fact{
		{Label: label(l, "name"), Value: c.Name},
		{Label: l.CompanyNumber(), Value: c.Number},
		{Label: l.IdentityOrgNumber(), Value: id.FormatOrgNumber(c.Country, c.OrgNumber)},
		{Label: l.CompanyAddress(), Value: address(c.Street, c.Postcode, c.Town)},
		{Label: label(l, "phone"), Value: c.Phone},
		{Label: label(l, "email"), Value: c.Email},
		{Label: label(l, "language"), Value: lang.Name()},
	})
}

func (d companyData) invoice() []ui.Fact {
	c, l := d.Profile, d.L
	to := address(c.InvoiceStreet, c.InvoicePostcode, c.InvoiceTown)
	if to == "" {
		to = l.CompanyInvoiceSame()
	}
	return known([]ui.Fact{
		{Label: label(l, "invoice_email"), Value: c.InvoiceEmail},
		{Label: label(l, "invoice_reference"), Value: c.InvoiceReference},
		{Label: l.CompanyInvoiceAddress(), Value: to},
		{Label: label(l, "gln"), Value: c.GLN},
		{Label: label(l, "peppol"), Value: c.Peppol},
	})
}

// address is street, postcode and town on one line, as far as they are known.
func address(street, postcode, town string) string {
	return strings.Trim(street+", "+strings.TrimSpace(postcode+" "+town), ", ")
}

func (d companyData) addresses() ui.TableData {
	t := ui.TableData{L: d.L, Caption: d.L.CompanyAddresses(), Cols: []ui.Col{
		{Label: label(d.L, "label"), Spot: ui.SpotTitle}, {Label: d.L.CompanyAddress()}, {Label: d.L.CompanyStatus(), Spot: ui.SpotCorner},
	}}
	for _, a := range d.Addresses {
		row := []ui.Cell{{Text: a.Label}, {Text: address(a.Street, a.Postcode, a.Town), Sub: strings.Trim(a.Attention+" · "+a.Phone, " ·")}, {}}
		if d.Edit {
			row[0].Href = d.Base + "/company/addresses/" + a.ID
		}
		if b, ok := addressBadge(d.L, a); ok {
			row[2].Badge = &b
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func addressBadge(l ui.L, a identity.Address) (ui.Badge, bool) {
	switch {
	case a.ArchivedAt != nil:
		return ui.Badge{State: ui.Cancelled, Text: l.CompanyArchived()}, true
	case a.Usual:
		return ui.Badge{State: ui.Done, Text: l.CompanyUsual()}, true
	}
	return ui.Badge{}, false
}

func (d companyData) centres() ui.TableData {
	t := ui.TableData{L: d.L, Caption: d.L.CompanyCentres(), Cols: []ui.Col{
		{Label: label(d.L, "code"), Spot: ui.SpotTitle}, {Label: label(d.L, "name")}, {Label: d.L.CompanyStatus(), Spot: ui.SpotCorner},
	}}
	for _, c := range d.Centres {
		badge := ui.Badge{State: ui.Done, Text: d.L.CompanyCentreActive()}
		if !c.Active {
			badge = ui.Badge{State: ui.Cancelled, Text: d.L.CompanyCentreInactive()}
		}
		row := []ui.Cell{{Text: c.Code}, {Text: c.Name}, {Badge: &badge}}
		if d.Edit {
			row[0].Href = d.Base + "/company/cost-centres/" + c.ID
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// profileData is the form of the company page.
type profileData struct {
	side
	Profile identity.Profile
	Form    *filled
}

func (d profileData) view() web.View {
	v := d.side.view(d.L.CompanyEditTitle(), profilePage(d))
	v.Errors = len(d.Form.Faults)
	return v
}

// peppolHint proposes what the organisation number usually makes.
func (d profileData) peppolHint() string {
	if usual := id.PeppolFor(d.Profile.Country, d.Profile.OrgNumber); usual != "" {
		return d.L.CompanyPeppolHint(usual)
	}
	return d.L.CompanyPeppolHintPlain()
}

// show writes a value of the form as a reader knows it.
func (d profileData) show(name, value string) string {
	if name == "language" {
		l, _ := i18n.Parse(value)
		return l.Name()
	}
	return value
}

func (p *Pages) profile(r *http.Request, s side) (d profileData, err error) {
	d.side = s
	if d.Profile, err = identity.FindProfile(r.Context(), p.Identity.DB, s.By, s.CustomerID); err != nil {
		return d, err
	}
	return d, s.By.Check(identity.MayEditCompany, authz.Place{Customer: s.CustomerID})
}

func (p *Pages) askCompany(w http.ResponseWriter, r *http.Request, s side) error {
	d, err := p.profile(r, s)
	if err != nil {
		return err
	}
	now := d.Profile.Edit()
	d.Form = fill(d.L, now.Pieces(), now.Version)
	return web.Render(w, r, d.view())
}

func (p *Pages) editCompany(w http.ResponseWriter, r *http.Request, s side) error {
	e := identity.ProfileEdit{Version: identity.Version(r.PostFormValue("version"))}
	read(r, e.Pieces())
	_, err := p.Identity.EditCompany(r.Context(), s.By, s.CustomerID, e)
	if err == nil {
		return web.Done(w, r, s.Base+"/company", "company.saved")
	}
	d, findErr := p.profile(r, s)
	if findErr != nil {
		return findErr
	}
	now := d.Profile.Edit()
	d.Form = fill(d.L, e.Pieces(), e.Version)
	return d.Form.again(w, r, err, now.Pieces(), now.Version, d.view)
}
