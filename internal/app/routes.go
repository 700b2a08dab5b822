package app

import (
	"context"
	"io"
	"net/http"

	"skranke/internal/agreement/agreementweb"
	"skranke/internal/approval"
	"skranke/internal/approval/approvalweb"
	"skranke/internal/authz"
	"skranke/internal/billing/billingweb"
	"skranke/internal/demo"
	"skranke/internal/event/eventweb"
	"skranke/internal/fault"
	"skranke/internal/files"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/identity/accountweb"
	"skranke/internal/identity/companyweb"
	"skranke/internal/identity/identityweb"
	"skranke/internal/keys"
	"skranke/internal/keys/keysweb"
	"skranke/internal/mail"
	"skranke/internal/mail/mailweb"
	"skranke/internal/signup"
	"skranke/internal/signup/signupweb"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// routes is every address of the installation.
func (a *App) routes() *web.Edge {
	e := web.New(web.Config{
		Log: a.Slog, Brand: a.Brand, Language: a.Language, Secure: a.Secure(), Demo: a.Demo, FormTargets: a.Billing.Origins(),
		Proxies: a.TrustedProxies, Authenticate: a.authenticate, Menu: a.menu, Choose: a.choose, Why: a.why, PersonLinks: personLinks, Metrics: a.metrics,
	})
	e.Mount(
		web.Route{Pattern: "GET /healthz", Handle: a.health, Who: web.Machine},
		web.Route{Pattern: "GET /readyz", Handle: a.ready, Who: web.Machine},
		web.Route{Pattern: "GET /metrics", Handle: a.showMetrics, Who: web.Machine},
		web.Route{Pattern: "GET /stil", Handle: style, Look: []string{"/stil"}},
		web.Route{Pattern: "GET /office", Handle: a.start, Who: web.Staff, Area: ui.Office},
		web.Route{Pattern: "GET /my", Handle: a.start, Who: web.SignedIn, Area: ui.Portal},
	)
	a.pages(e)
	e.MountMachine("/api/", a.api())
	return e
}

// paths is where records have their pages, by kind of record.
var paths = map[string]string{signup.EventKind: signupweb.OfficePath + "/", keys.SubjectKind: "/office/keys/orders/", "identity.customer": "/office/customers/", identity.MemberKind: "/office/people/", "agreement": "/office/agreements/", "billing.payment": "/office/payments/"}

// pages mounts the modules' own.
func (a *App) pages(e *web.Edge) {
	agreements := &agreementweb.Pages{Agreements: a.Agreements, Papers: a.papers()}
	companies := &companyweb.Pages{Identity: a.Identity, Firm: a.Brand.Name, Zone: a.Zone, Names: a.names}
	e.Mount((&identityweb.Pages{Identity: a.Identity, Accounts: a.accounts(), Home: home, Zone: a.Zone, Register: a.register(), Sections: []identityweb.Section{companies.OfCustomer, agreements.OfCustomer}}).Routes()...)
	e.Mount(companies.Routes()...)
	e.Mount((&accountweb.Pages{Accounts: a.accounts(), Zone: a.Zone}).Routes()...)
	e.Mount(agreements.Routes()...)
	e.Mount((&billingweb.Pages{Billing: a.Billing, Zone: a.Zone, Names: a.names, About: paths}).Routes()...)
	e.Mount((&mailweb.Pages{Post: a.Mail, Zone: a.Zone}).Routes()...)
	e.Mount((&eventweb.Pages{DB: a.DB, Zone: a.Zone, Names: a.names, Customers: a.customers, Paths: paths}).Routes()...)
	if !a.Demo {
		e.Mount(web.Route{Pattern: "GET /{$}", Handle: a.start})
	} else {
		e.Mount(demo.Pages(a.Identity, a.Brand.Name, "", home).Routes()...)
		e.Mount((&mailweb.MailboxPages{Box: mail.Mailbox{DB: a.DB}, Zone: a.Zone}).Routes()...)
	}
	registrations := a.signUpPages()
	e.Mount(registrations.Routes()...)
	present := map[string]approvalweb.Present{signup.AccessKind: registrations.AccessForApproval}
	if a.Has(ModuleKeys) {
		p := &keysweb.Pages{Register: a.register(), Keys: a.Keys, Hub: a.Live, Firm: a.Brand.Name, Names: a.names}
		e.Mount(p.Routes()...)
		present[keys.SubjectKind] = p.OrderForApproval
	}
	e.Mount((&approvalweb.Pages{Approvals: a.Approvals, Links: a.Links, Zone: a.Zone, Present: present, Names: a.names, Customers: a.customers, Speak: a.speak, Holds: a.mayDecide}).Routes()...)
}

// papers keeps the signed documents of agreements.
func (a *App) papers() agreementweb.Papers {
	return agreementweb.Papers{
		Serve: a.document, Why: files.Text, Accept: files.Accept(files.PDF), Most: maxPaper,
		Keep: func(ctx context.Context, by authz.Actor, customerID, name string, body io.Reader) (string, error) {
			f, err := a.Files.Put(ctx, a.DB, by, files.Upload{CustomerID: customerID, Field: "document", Name: name, Accept: []files.Kind{files.PDF}, Max: maxPaper, Body: body})
			return f.ID, err
		},
	}
}

const maxPaper = 10 << 20

// document answers with an uploaded file; the page that links to it has checked the reader.
func (a *App) document(w http.ResponseWriter, r *http.Request, fileID string) error {
	f, err := files.Find(r.Context(), a.DB, fileID)
	if err != nil {
		return err
	}
	return a.Files.Serve(w, r, f)
}

// speak settles the language of a page behind a person's mailed link.
func (a *App) speak(r *http.Request, personID string) error {
	p, err := identity.PersonByID(r.Context(), a.DB, personID)
	if err == nil {
		web.Prefer(r, p.L())
	}
	return err
}

func home(staff bool) string {
	if staff {
		return "/office"
	}
	return "/my"
}

// start leads everybody to where their work is.
func (a *App) start(w http.ResponseWriter, r *http.Request) error {
	actor := web.Actor(r)
	for _, item := range a.places(actor, web.L(r)) {
		return web.Redirect(w, r, item.Href)
	}
	if a.Has(ModuleKeys) {
		return web.Redirect(w, r, "/keys")
	}
	if !web.VisitorOf(r).SignedIn() {
		return web.Redirect(w, r, "/sign-in")
	}
	return fault.New(fault.Forbidden, "fault.forbidden")
}

func style(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, web.View{Title: "Stil", Body: ui.StylePage(web.L(r)), Wide: true})
}

// authenticate turns a session into the visitor that pages know.
func (a *App) authenticate(ctx context.Context, token string) (web.Visitor, error) {
	actor, v, err := a.Identity.Authenticate(ctx, token)
	if err != nil || actor.Kind == authz.Nobody {
		return web.Visitor{}, err
	}
	out := web.Visitor{Actor: actor, Name: v.Name, Initials: id.Initials(v.Name), Language: v.Language, Scheme: v.Scheme, Session: v.SessionID}
	switch {
	case len(v.Staff) > 0:
		out.Role = staffName(v.L(), v.Staff)
	case v.Member.CustomerID != "":
		out.Role = v.Member.Role.Word(v.L(), v.Member.RoleName)
	}
	out.Customer, out.At, out.StandIn = v.Member.CustomerName, v.Member.CustomerID, v.OnBehalfName
	if v.OnBehalf == "" {
		for _, m := range v.Members {
			out.Customers = append(out.Customers, ui.Customer{ID: m.CustomerID, Name: m.CustomerName, On: m.CustomerID == v.Member.CustomerID})
		}
	}
	return out, nil
}

// mayDecide says whether somebody may still answer for a customer.
func (a *App) mayDecide(ctx context.Context, personID, customerID string) (bool, error) {
	return a.Identity.Keeps(ctx, a.DB, personID, customerID, approval.MayDecide)
}

// customers gives customers' names for pages.
func (a *App) customers(ctx context.Context, ids []string) (map[string]string, error) {
	return identity.CustomerNames(ctx, a.DB, ids)
}

// choose remembers what somebody signed in has chosen, so that their mails and other browsers follow.
func (a *App) choose(ctx context.Context, v web.Visitor, language, scheme string) error {
	if l, ok := i18n.Parse(language); ok {
		return a.Identity.SetLanguage(ctx, v.Actor.ID, l)
	}
	return a.Identity.SetScheme(ctx, v.Actor.ID, scheme)
}

// names gives people's names for pages; events hold only ids.
func (a *App) names(ctx context.Context, ids []string) (map[string]string, error) {
	people, err := identity.People(ctx, a.DB, ids)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for id, p := range people {
		out[id] = p.Name
	}
	return out, nil
}
