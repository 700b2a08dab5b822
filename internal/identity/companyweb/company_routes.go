package companyweb

import (
	"net/http"

	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// companyRoutes is the addresses of the company page, groups and roles.
func (p *Pages) companyRoutes() (all []web.Route) {
	add := func(routes []web.Route) { all = append(all, routes...) }
	const see, edit, group, role = identity.MaySeeCustomers, identity.MayEditCompany, identity.MayEditGroups, identity.MayEditRoles
	add(both("GET", "/company", see, p.company, "/my/company"))
	add(both("GET", "/company/edit", edit, p.askCompany, "/my/company/edit"))
	add(both("POST", "/company/edit", edit, p.editCompany))
	add(both("GET", "/company/addresses/new", edit, p.askAddress, "/my/company/addresses/new"))
	add(both("POST", "/company/addresses", edit, p.saveAddress))
	add(both("GET", "/company/addresses/{address}", edit, p.askAddress))
	add(both("POST", "/company/addresses/{address}", edit, p.saveAddress))
	add(both("POST", "/company/addresses/{address}/archive", edit, p.archive(false)))
	add(both("POST", "/company/addresses/{address}/restore", edit, p.archive(true)))
	add(both("GET", "/company/cost-centres/new", edit, p.askCentre, "/my/company/cost-centres/new"))
	add(both("POST", "/company/cost-centres", edit, p.saveCentre))
	add(both("GET", "/company/cost-centres/{centre}", edit, p.askCentre))
	add(both("POST", "/company/cost-centres/{centre}", edit, p.saveCentre))
	add(both("GET", "/groups", see, p.groups, "/my/groups"))
	add(both("GET", "/groups/new", group, p.askGroup, "/my/groups/new"))
	add(both("POST", "/groups", group, p.saveGroup))
	add(both("GET", "/groups/{group}", see, p.askGroup))
	add(both("POST", "/groups/{group}", group, p.saveGroup))
	add(both("POST", "/groups/{group}/delete", group, p.deleteGroup))
	add(both("GET", "/roles", see, p.roles, "/my/roles"))
	add(both("GET", "/roles/new", role, p.askRole, "/my/roles/new"))
	add(both("POST", "/roles", role, p.saveRole))
	add(both("GET", "/roles/{role}", see, p.askRole))
	add(both("POST", "/roles/{role}", role, p.saveRole))
	add(both("POST", "/roles/{role}/delete", role, p.deleteRole))
	return append(all, p.officeRoutes()...)
}

// officeRoutes is what the operator alone does: customers' numbers and status, and the roles of its own staff.
func (p *Pages) officeRoutes() []web.Route {
	at := func(pattern string, handle web.HandlerFunc, look ...string) web.Route {
		return web.Route{Pattern: pattern, Handle: handle, Who: web.Staff, Needs: identity.MayEditStaff, Area: ui.Office, Look: look}
	}
	of := func(handle func(http.ResponseWriter, *http.Request, side) error) web.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) error {
			s, err := sideOf(r)
			if err != nil {
				return err
			}
			return handle(w, r, s)
		}
	}
	own := func(handle func(http.ResponseWriter, *http.Request, side) error) web.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) error { return handle(w, r, atOffice(r)) }
	}
	routes := []web.Route{
		at("GET /office/customers/new", p.askCustomer, "/office/customers/new"),
		at("POST /office/customers/new", p.newCustomer),
		at("GET /office/customers/{id}/edit", of(p.askNumbers)),
		at("POST /office/customers/{id}/edit", of(p.editNumbers)),
		at("GET /office/customers/{id}/status", of(p.askStatus)),
		at("POST /office/customers/{id}/status", of(p.setStatus)),
		at("GET /office/roles", own(p.roles), "/office/roles"),
		at("GET /office/roles/new", own(p.askRole), "/office/roles/new"),
		at("POST /office/roles", own(p.saveRole)),
		at("GET /office/roles/{role}", own(p.askRole)),
		at("POST /office/roles/{role}", own(p.saveRole)),
		at("POST /office/roles/{role}/delete", own(p.deleteRole)),
	}
	for i := range 4 {
		routes[i].Needs = identity.MayEditCustomers
	}
	routes[4].Needs, routes[5].Needs = identity.MayReview, identity.MayReview
	return routes
}
