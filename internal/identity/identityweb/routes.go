// Package identityweb is the pages of sign-in and of customers.
package identityweb

import (
	"net/http"
	"time"

	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"

	"github.com/a-h/templ"
)

// Section is a part of a customer's page that another module draws; nil draws nothing.
type Section func(r *http.Request, c identity.Customer) (templ.Component, error)

// Pages is what the pages need.
type Pages struct {
	Identity *identity.Service
	Accounts *identity.Accounts      // welcomes new staff
	Home     func(staff bool) string // where signing in leads when no page was asked for; nil means "/"
	Zone     *time.Location          // whose calendar days are shown in; nil is UTC
	Register string                  // where companies register themselves, or empty
	Sections []Section               // below a customer's own, in this order
}

// Routes is every address of this module.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /sign-in", Handle: p.signInForm, Look: []string{"/sign-in"}},
		{Pattern: "POST /sign-in", Handle: p.signIn},
		{Pattern: "POST /sign-out", Handle: p.signOut},
		{Pattern: "POST /switch", Handle: p.change, Who: web.Member},
		{Pattern: "POST /stand-in/end", Handle: p.standOut, Who: web.Member},
		{Pattern: "POST /office/members/{member}/stand-in", Handle: p.standIn, Who: web.Staff, Needs: identity.MayStandIn, Area: ui.Office},
		{
			Pattern: "GET /office/customers", Handle: p.customers, Who: web.Staff, Needs: identity.MaySeeCustomers, Area: ui.Office,
			Look: []string{"/office/customers", "/office/customers?q=none+such"},
		},
		{Pattern: "GET /office/customers/{id}", Handle: p.customer, Who: web.Staff, Needs: identity.MaySeeCustomers, Area: ui.Office},
		{
			Pattern: "GET /office/staff", Handle: p.staff, Who: web.Staff, Needs: identity.MayEditStaff, Area: ui.Office,
			Look: []string{"/office/staff", "/office/staff?q=none+such"},
		},
		{Pattern: "GET /office/staff/new", Handle: p.newStaff, Who: web.Staff, Needs: identity.MayEditStaff, Area: ui.Office, Look: []string{"/office/staff/new"}},
		{Pattern: "POST /office/staff", Handle: p.hire, Who: web.Staff, Needs: identity.MayEditStaff, Area: ui.Office},
		{Pattern: "GET /office/staff/{id}", Handle: p.colleague, Who: web.Staff, Needs: identity.MayEditStaff, Area: ui.Office},
		{Pattern: "POST /office/staff/{id}", Handle: p.editStaff, Who: web.Staff, Needs: identity.MayEditStaff, Area: ui.Office},
		{Pattern: "POST /office/staff/{id}/suspend", Handle: p.moveStaff(identity.SuspendStaff), Who: web.Staff, Needs: identity.MayEditStaff, Area: ui.Office},
		{Pattern: "POST /office/staff/{id}/reactivate", Handle: p.moveStaff(identity.ReactivateStaff), Who: web.Staff, Needs: identity.MayEditStaff, Area: ui.Office},
		{Pattern: "POST /office/staff/{id}/remove", Handle: p.moveStaff(identity.RemoveStaff), Who: web.Staff, Needs: identity.MayEditStaff, Area: ui.Office},
		{Pattern: "POST /office/staff/{id}/resend", Handle: p.welcomeAgain, Who: web.Staff, Needs: identity.MayEditStaff, Area: ui.Office},
	}
}

func (p *Pages) home(staff bool) string {
	if p.Home == nil {
		return "/"
	}
	return p.Home(staff)
}

func (p *Pages) zone() *time.Location {
	if p.Zone == nil {
		return time.UTC
	}
	return p.Zone
}
