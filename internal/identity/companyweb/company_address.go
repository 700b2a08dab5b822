package companyweb

import (
	"net/http"

	"skranke/internal/authz"
	"skranke/internal/fault"
	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// addressData is the form of one delivery address; without an id it is a new one.
type addressData struct {
	side
	Address identity.Address
	Form    *filled
	Usual   bool
}

func (d addressData) title() string {
	if d.Address.ID == "" {
		return d.L.CompanyAddressNew()
	}
	return d.L.CompanyAddressEdit()
}

func (d addressData) action() string {
	if d.Address.ID == "" {
		return d.Base + "/company/addresses"
	}
	return d.Base + "/company/addresses/" + d.Address.ID
}

func (d addressData) view() web.View {
	v := d.side.view(d.title(), addressPage(d))
	v.Errors = len(d.Form.Faults)
	return v
}

func (d addressData) head() ui.Head {
	h := ui.Head{Title: d.title(), Lead: d.Address.Label, Crumbs: []ui.Link{d.company()}}
	if b, ok := addressBadge(d.L, d.Address); ok {
		h.Badge = &b
	}
	return h
}

// mayEdit keeps the door of a form about the company: hidden from who may not see it, explained to who may not change it.
func (p *Pages) mayEdit(r *http.Request, s side) error {
	if _, err := identity.FindProfile(r.Context(), p.Identity.DB, s.By, s.CustomerID); err != nil {
		return err
	}
	return s.By.Check(identity.MayEditCompany, authz.Place{Customer: s.CustomerID})
}

func (p *Pages) address(r *http.Request, s side) (d addressData, err error) {
	d.side = s
	if err := p.mayEdit(r, s); err != nil {
		return d, err
	}
	if addressID := r.PathValue("address"); addressID != "" {
		if d.Address, err = identity.FindAddress(r.Context(), p.Identity.DB, s.By, s.CustomerID, addressID); err != nil {
			return d, err
		}
	}
	now := d.Address.Edit()
	d.Form, d.Usual = fill(d.L, now.Pieces(), now.Version), d.Address.Usual
	return d, nil
}

func (p *Pages) askAddress(w http.ResponseWriter, r *http.Request, s side) error {
	d, err := p.address(r, s)
	if err != nil {
		return err
	}
	return web.Render(w, r, d.view())
}

func (p *Pages) saveAddress(w http.ResponseWriter, r *http.Request, s side) error {
	e := identity.AddressEdit{ID: r.PathValue("address"), Usual: r.PostFormValue("usual") != "", Version: identity.Version(r.PostFormValue("version"))}
	read(r, e.Pieces())
	_, err := p.Identity.SaveAddress(r.Context(), s.By, s.CustomerID, e)
	if err == nil {
		return web.Done(w, r, s.Base+"/company", "company.saved")
	}
	d, findErr := p.address(r, s)
	if findErr != nil {
		return findErr
	}
	now := d.Address.Edit()
	d.Form, d.Usual = fill(d.L, e.Pieces(), e.Version), e.Usual || d.Usual
	return d.Form.again(w, r, err, now.Pieces(), now.Version, d.view)
}

// archive takes an address out of use or back into it.
func (p *Pages) archive(back bool) func(http.ResponseWriter, *http.Request, side) error {
	return func(w http.ResponseWriter, r *http.Request, s side) error {
		err := p.Identity.ArchiveAddress(r.Context(), s.By, s.CustomerID, r.PathValue("address"), back)
		switch {
		case err == nil && back:
			return web.Done(w, r, s.Base+"/company", "company.restored")
		case err == nil:
			return web.Done(w, r, s.Base+"/company", "company.archived")
		case !fault.Is(err, fault.Conflict):
			return err
		}
		d, findErr := p.address(r, s)
		if findErr != nil {
			return findErr
		}
		d.Form.Faults = []ui.FieldError{{Text: d.L.Code(fault.CodeOf(err))}}
		return web.RenderStatus(w, r, http.StatusConflict, d.view())
	}
}

// centreData is the form of one cost centre.
type centreData struct {
	side
	Centre identity.CostCentre
	Form   *filled
	Active bool
}

func (d centreData) title() string {
	if d.Centre.ID == "" {
		return d.L.CompanyCentreNew()
	}
	return d.L.CompanyCentreEdit()
}

func (d centreData) action() string {
	if d.Centre.ID == "" {
		return d.Base + "/company/cost-centres"
	}
	return d.Base + "/company/cost-centres/" + d.Centre.ID
}

func (d centreData) view() web.View {
	v := d.side.view(d.title(), centrePage(d))
	v.Errors = len(d.Form.Faults)
	return v
}

func (p *Pages) centre(r *http.Request, s side) (d centreData, err error) {
	d.side = s
	if err := p.mayEdit(r, s); err != nil {
		return d, err
	}
	d.Active = true
	if centreID := r.PathValue("centre"); centreID != "" {
		if d.Centre, err = identity.FindCostCentre(r.Context(), p.Identity.DB, s.By, s.CustomerID, centreID); err != nil {
			return d, err
		}
		d.Active = d.Centre.Active
	}
	now := d.Centre.Edit()
	d.Form = fill(d.L, now.Pieces(), now.Version)
	return d, nil
}

func (p *Pages) askCentre(w http.ResponseWriter, r *http.Request, s side) error {
	d, err := p.centre(r, s)
	if err != nil {
		return err
	}
	return web.Render(w, r, d.view())
}

func (p *Pages) saveCentre(w http.ResponseWriter, r *http.Request, s side) error {
	e := identity.CostCentreEdit{ID: r.PathValue("centre"), Active: r.PostFormValue("active") != "", Version: identity.Version(r.PostFormValue("version"))}
	read(r, e.Pieces())
	_, err := p.Identity.SaveCostCentre(r.Context(), s.By, s.CustomerID, e)
	if err == nil {
		return web.Done(w, r, s.Base+"/company", "company.saved")
	}
	d, findErr := p.centre(r, s)
	if findErr != nil {
		return findErr
	}
	now := d.Centre.Edit()
	d.Form, d.Active = fill(d.L, e.Pieces(), e.Version), e.Active
	return d.Form.again(w, r, err, now.Pieces(), now.Version, d.view)
}
