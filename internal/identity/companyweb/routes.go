// Package companyweb is the pages on which a customer runs its own house: its people, groups, roles and company details. The
// customer's people find them under /my, the operator's staff under /office/customers/{id}; the handlers are the same.
package companyweb

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"skranke/internal/authz"
	"skranke/internal/fault"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// Pages is what the pages need.
type Pages struct {
	Identity *identity.Service
	Firm     string         // the operator's name
	Zone     *time.Location // whose calendar days are shown in; nil is UTC
	// Names gives people's names by id: events hold ids only.
	Names func(ctx context.Context, ids []string) (map[string]string, error)
}

// Routes is every address of this module.
func (p *Pages) Routes() []web.Route { return slices.Concat(p.peopleRoutes(), p.companyRoutes()) }

const (
	portalPath = "/my"
	officePath = "/office/customers/"
)

// side is one of the two faces of the same pages, and the customer that they are about.
type side struct {
	L          ui.L
	By         authz.Actor
	Office     bool
	CustomerID string
	Base       string // what every address begins with: /my, or /office/customers/{id}
}

// sideOf tells from the address which side a request came to. A portal page is about the customer that the reader acts for.
func sideOf(r *http.Request) (side, error) {
	v := web.VisitorOf(r)
	s := side{L: web.L(r), By: v.Actor, CustomerID: r.PathValue("id")}
	if s.Office = s.CustomerID != ""; s.Office {
		s.Base = officePath + s.CustomerID
	} else {
		s.CustomerID, s.Base = v.At, portalPath
	}
	if !id.Valid(s.CustomerID) {
		return s, fault.New(fault.NotFound, "identity.customer.not_found")
	}
	return s, s.meant(r)
}

// meant refuses a form of the portal that was opened for another customer: whoever acts for several may have switched in another
// tab, or been removed from the one that the form names, and what was meant for one must not land at another.
func (s side) meant(r *http.Request) error {
	if s.Office || r.Method != http.MethodPost {
		return nil
	}
	var tooBig *http.MaxBytesError
	err := errors.Join(r.ParseForm(), r.ParseMultipartForm(maxUpload+1<<20)) //nolint:gosec // the edge limits the body
	if errors.As(err, &tooBig) {
		return err
	}
	if r.PostFormValue("customer") != s.CustomerID {
		return fault.New(fault.Conflict, "company.other_customer")
	}
	return nil
}

// both mounts one handler on either side. path begins behind the base; look are pages of the portal to look at.
func both(method, path string, needs authz.Permission, handle func(http.ResponseWriter, *http.Request, side) error, look ...string) []web.Route {
	on := func(w http.ResponseWriter, r *http.Request) error {
		s, err := sideOf(r)
		if err != nil {
			return err
		}
		return handle(w, r, s)
	}
	return []web.Route{
		{Pattern: method + " " + portalPath + path, Handle: on, Who: web.Member, Needs: needs, Area: ui.Portal, Look: look},
		{Pattern: method + " " + officePath + "{id}" + path, Handle: on, Who: web.Staff, Needs: needs, Area: ui.Office},
	}
}

func (p *Pages) zone() *time.Location {
	if p.Zone == nil {
		return time.UTC
	}
	return p.Zone
}
