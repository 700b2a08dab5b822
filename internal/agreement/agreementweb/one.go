package agreementweb

import (
	"context"
	"net/http"
	"slices"
	"time"

	"skranke/internal/agreement"
	"skranke/internal/authz"
	"skranke/internal/day"
	"skranke/internal/event"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/money"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// pageData is one agreement with everything that is shown of it.
type pageData struct {
	L         ui.L
	Base      string
	Agreement agreement.Agreement
	Customer  identity.Customer
	Approvers []identity.Person
	Events    []event.Event
	People    map[string]identity.Person // who did what in Events
	Today     day.Date
	Zone      *time.Location
	Open      []agreement.Action // what the reader may do
	Attach    bool               // may the reader send the signed document?
	Accept    string             // the file endings that are taken
	Faults    []ui.FieldError    // what is wrong with the one just sent
}

// one shows an agreement to the office or to its customer.
func (p *Pages) one(base string) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		d, err := p.page(r, base)
		if err != nil {
			return err
		}
		return web.Render(w, r, d.view())
	}
}

// page is the agreement that an address names, as its reader may see it.
func (p *Pages) page(r *http.Request, base string) (d pageData, err error) {
	by := web.Actor(r)
	a, err := agreement.Find(r.Context(), p.Agreements.DB, by, r.PathValue("id"))
	if err != nil {
		return d, err
	}
	d = pageData{L: web.L(r), Base: base, Agreement: a, Today: p.Agreements.Today(), Zone: p.zone()}
	if d.office() {
		d.Open = a.Open(by, d.Today)
		d.Attach = by.May(agreement.MayEdit, authz.Place{Customer: a.CustomerID})
		d.Accept = p.Papers.Accept
	}
	return d, p.fill(r.Context(), &d)
}

// fill reads what stands beside the agreement: always the same few queries.
func (p *Pages) fill(ctx context.Context, d *pageData) (err error) {
	q := p.Agreements.DB
	if d.Customer, err = identity.CustomerByID(ctx, q, d.Agreement.CustomerID); err != nil {
		return err
	}
	if d.Approvers, err = agreement.Approvers(ctx, q, d.Agreement.ID); err != nil {
		return err
	}
	if d.Events, err = event.Of(ctx, q, d.Agreement.ID); err != nil {
		return err
	}
	slices.Reverse(d.Events) // newest first
	actors := make([]string, len(d.Events))
	for i, e := range d.Events {
		actors[i] = e.Actor
	}
	d.People, err = identity.People(ctx, q, actors)
	return err
}

func (d pageData) office() bool { return d.Base == officePath }

func (d pageData) path() string { return d.Base + "/" + d.Agreement.ID }

func (d pageData) head() ui.Head {
	b := Badge(d.L, d.Agreement.StateOn(d.Today))
	return ui.Head{
		Title: d.L.AgreementOne(d.Agreement.Number), Lead: d.Customer.Name, Badge: &b,
		Crumbs: []ui.Link{{Text: d.L.AgreementTitle(), Href: d.Base}},
	}
}

func (d pageData) facts() []ui.Fact {
	a, l := d.Agreement, d.L
	or := func(day, otherwise string) string {
		if day == "" {
			return otherwise
		}
		return day
	}
	customer := ui.Fact{Label: l.AgreementCustomer(), Value: d.Customer.Name}
	if d.office() {
		customer.Content = link("/office/customers/"+d.Customer.ID, d.Customer.Name)
	}
	document := ui.Fact{Label: l.AgreementDocument(), Value: l.AgreementNoDocument()}
	if a.FileID != "" {
		document.Content = link(d.path()+"/document", l.AgreementDownload())
	}
	return []ui.Fact{
		customer,
		{Label: l.AgreementKind(), Value: l.Code("agreement.kind." + string(a.Kind))},
		{Label: l.AgreementSignedOn(), Value: or(l.Date(a.SignedOn), l.AgreementNotSigned())},
		{Label: l.AgreementStartsOn(), Value: l.Date(a.StartsOn)},
		{Label: l.AgreementEndsOn(), Value: or(l.Date(a.EndsOn), l.AgreementNoEnd())},
		{Label: l.AgreementPayer(), Value: l.Code("agreement.payer." + string(a.Payer))},
		{Label: l.AgreementApprovals(), Value: l.AgreementApprovalsNeeded(int(a.Approvals))},
		document,
	}
}

func (d pageData) prices() ui.TableData {
	t := ui.TableData{L: d.L, Caption: d.L.AgreementPrices(), Cols: []ui.Col{
		{Label: d.L.AgreementItem(), Spot: ui.SpotTitle},
		{Label: d.L.AgreementVAT(), Num: true, Spot: ui.SpotLabeled},
		{Label: d.L.AgreementPrice(string(d.Agreement.Currency)), Num: true, Spot: ui.SpotAmount},
	}}
	for _, p := range d.Agreement.Prices {
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: d.L.Code("agreement.item." + p.Item)}, {Text: d.L.Percent(p.VAT)}, {Text: d.L.Amount(p.Amount, d.currency())},
		})
	}
	return t
}

func (d pageData) currency() money.Currency { return d.Agreement.Currency }

func (d pageData) approvers() ui.TableData {
	t := ui.TableData{L: d.L, Caption: d.L.AgreementApprovers(), Cols: []ui.Col{
		{Label: d.L.AgreementName(), Spot: ui.SpotTitle}, {Label: d.L.AgreementEmail()}, {Label: d.L.AgreementLanguage()},
	}}
	for _, p := range d.Approvers {
		lang, _ := i18n.Parse(p.Language)
		t.Rows = append(t.Rows, []ui.Cell{{Text: p.Name}, {Text: p.Email}, {Text: lang.Name(), Lang: lang.Tag()}})
	}
	return t
}

func (d pageData) history() []ui.Event {
	out := make([]ui.Event, len(d.Events))
	for i, e := range d.Events {
		out[i] = ui.Event{When: d.L.DateTime(e.At, d.Zone), Machine: e.At.Format(time.RFC3339), Text: d.L.Code(e.Name), Note: d.who(e)}
		if last, ok := e.Data.V["ends_on"].(string); ok {
			if on, err := day.Parse(last); err == nil {
				out[i].Text += ": " + d.L.Date(on)
			}
		}
	}
	return out
}

// who is the person behind an event, as long as there is one: events hold ids.
func (d pageData) who(e event.Event) string {
	if e.ActorKind == authz.System {
		return d.L.AgreementBySystem()
	}
	if p, ok := d.People[e.Actor]; ok {
		return p.Name
	}
	return d.L.AgreementByGone()
}
