// Package approvalweb is the pages of package approval: the one behind a mailed link, and everybody's inbox. Both show
// the same panel; opening either decides nothing.
package approvalweb

import (
	"context"
	"net/http"
	"time"

	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/i18n"
	"skranke/internal/link"
	"skranke/internal/ui"
	"skranke/internal/web"

	"github.com/a-h/templ"
)

// Present shows the whole of what is asked about, in the reader's language. That the reader may see it has been checked.
type Present func(ctx context.Context, l i18n.L, subject string) (templ.Component, error)

// Pages serves the pages; app fills it in.
type Pages struct {
	Approvals *approval.Service
	Links     *link.Signer
	Zone      *time.Location     // whose clock deadlines are shown by; nil is UTC
	Present   map[string]Present // by kind of subject
	// Names gives the names of people by their ids; ids without a person are left out.
	Names func(ctx context.Context, ids []string) (map[string]string, error)
	// Customers gives the names of customers by their ids, for the inbox of who acts for several.
	Customers func(ctx context.Context, ids []string) (map[string]string, error)
	// Speak settles the language of the page for whoever holds a person's link and has not chosen one; nil leaves the browser's.
	Speak func(r *http.Request, personID string) error
	// Holds says whether a person may still decide at a customer: a mailed link opens no more than its holder may now. nil asks nobody.
	Holds func(ctx context.Context, personID, customerID string) (bool, error)
}

const inboxPath = "/inbox"

// Routes is every address of the module's pages.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /approve/{token}", Handle: p.showByLink, Area: ui.Public},
		{Pattern: "POST /approve/{token}", Handle: p.answerByLink, Area: ui.Public},
		{Pattern: "GET /inbox", Handle: p.inbox, Who: web.SignedIn, Area: ui.Portal, Look: []string{inboxPath}},
		{Pattern: "GET /inbox/{id}", Handle: p.showByID, Who: web.SignedIn, Area: ui.Portal},
		{Pattern: "POST /inbox/{id}", Handle: p.answerByID, Who: web.SignedIn, Area: ui.Portal},
	}
}

// Count is the number in the menu: how much waits for the actor.
func (p *Pages) Count(ctx context.Context, by authz.Actor) (int, error) {
	n, err := p.Approvals.CountWaiting(ctx, by)
	return int(n), err
}

func (p *Pages) when(l i18n.L, t time.Time) string {
	if p.Zone == nil {
		return l.DateTime(t, time.UTC)
	}
	return l.DateTime(t, p.Zone)
}
