// Package agreementweb is the pages of agreements: the operator's, and the customer's own, which show the same and change nothing.
package agreementweb

import (
	"time"

	"skranke/internal/agreement"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// Pages is what the pages need.
type Pages struct {
	Agreements *agreement.Service
	Papers     Papers
}

// The two faces of the same pages.
const (
	officePath = "/office/agreements"
	ownPath    = "/agreements"
)

// Routes is every address of this module.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{
			Pattern: "GET /office/agreements", Handle: p.list(officePath), Who: web.Staff, Needs: agreement.MaySee, Area: ui.Office,
			Look: []string{officePath, officePath + "?state=draft&q=none+such"},
		},
		{Pattern: "GET /office/agreements/{id}", Handle: p.one(officePath), Who: web.Staff, Needs: agreement.MaySee, Area: ui.Office},
		{Pattern: "POST /office/agreements/{id}/document", Handle: p.attach, Who: web.Staff, Needs: agreement.MayEdit, Area: ui.Office, MaxBody: p.Papers.Most + 1<<20},
		{Pattern: "GET /office/agreements/{id}/document", Handle: p.document, Who: web.Staff, Needs: agreement.MaySee, Area: ui.Office},
		{Pattern: "GET /office/agreements/{id}/end", Handle: p.askEnd, Who: web.Staff, Needs: agreement.MayEdit, Area: ui.Office},
		{Pattern: "POST /office/agreements/{id}/end", Handle: p.end, Who: web.Staff, Needs: agreement.MayEdit, Area: ui.Office},
		{Pattern: "GET /agreements", Handle: p.list(ownPath), Who: web.SignedIn, Needs: agreement.MaySee, Area: ui.Portal},
		{Pattern: "GET /agreements/{id}", Handle: p.one(ownPath), Who: web.SignedIn, Needs: agreement.MaySee, Area: ui.Portal},
		{Pattern: "GET /agreements/{id}/document", Handle: p.document, Who: web.SignedIn, Needs: agreement.MaySee, Area: ui.Portal},
	}
}

func (p *Pages) zone() *time.Location {
	if p.Agreements.Zone == nil {
		return time.UTC
	}
	return p.Agreements.Zone
}
