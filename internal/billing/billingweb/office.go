package billingweb

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"skranke/internal/billing"
	"skranke/internal/ui"
	"skranke/internal/web"
)

const paymentsPath = "/office/payments"

// countLimit is how far a list is counted: further it says "over 1 000".
const countLimit = 1001

// listData is the list of payments with its filter.
type listData struct {
	L        ui.L
	Zone     *time.Location
	Filter   billing.Filter
	Page     billing.Page
	Count    int64
	Troubled map[string]bool
}

// payments lists those that the reader may see.
func (p *Pages) payments(w http.ResponseWriter, r *http.Request) error {
	q, ctx, by := r.URL.Query(), r.Context(), web.Actor(r)
	f := billing.Filter{State: billing.State(q.Get("state")), After: q.Get("after"), Before: q.Get("before")}
	if !slices.Contains(billing.States(), f.State) {
		f.State = ""
	}
	page, err := p.Billing.List(ctx, by, f)
	if err != nil {
		return err
	}
	n, err := p.Billing.Count(ctx, by, f, countLimit)
	if err != nil {
		return err
	}
	troubled, err := p.Billing.Troubled(ctx, page.Payments)
	if err != nil {
		return err
	}
	d := listData{L: web.L(r), Zone: p.zone(), Filter: f, Page: page, Count: n, Troubled: troubled}
	return web.Render(w, r, web.View{Title: d.L.BillingPayments(), Body: paymentsPage(d)})
}

// href is the list under the same filter from another row on.
func (d listData) href(key, rowID string) string {
	q := url.Values{key: {rowID}}
	if d.Filter.State != "" {
		q.Set("state", string(d.Filter.State))
	}
	return paymentsPath + "?" + q.Encode()
}

// clear leads to the whole list where something narrows it.
func (d listData) clear() string {
	if d.Filter.State == "" {
		return ""
	}
	return paymentsPath
}

func (d listData) pages() ui.Pages {
	p, rows := ui.Pages{Summary: d.L.BillingFound(int(d.Count))}, d.Page.Payments
	if d.Count >= countLimit {
		p.Summary = d.L.BillingFoundMany()
	}
	if d.Page.Prev && len(rows) > 0 {
		p.PreviousHref = d.href("before", rows[0].ID)
	}
	if d.Page.Next && len(rows) > 0 {
		p.NextHref = d.href("after", rows[len(rows)-1].ID)
	}
	return p
}

// anyState is the filter's first entry. It has a value, since an empty one in a select means that nothing was chosen.
const anyState = "all"

func (d listData) options() []ui.Option {
	out := []ui.Option{{Value: anyState, Label: d.L.BillingAnyStatus()}}
	for _, s := range billing.States() {
		out = append(out, ui.Option{Value: string(s), Label: d.L.Code("billing.state." + string(s))})
	}
	return out
}

func (d listData) chosen() string {
	if d.Filter.State == "" {
		return anyState
	}
	return string(d.Filter.State)
}

func (d listData) table() ui.TableData {
	t := ui.TableData{L: d.L, Caption: d.L.BillingPayments(), Cols: []ui.Col{
		{Label: d.L.BillingReference(), Spot: ui.SpotTitle},
		{Label: d.L.BillingMade(), Spot: ui.SpotLabeled},
		{Label: d.L.BillingStatus(), Spot: ui.SpotCorner},
		{Label: d.L.BillingAmount(), Num: true, Spot: ui.SpotAmount},
	}}
	for _, p := range d.Page.Payments {
		badge, note := Badge(d.L, p), p.Description
		if d.Troubled[p.ID] {
			note = d.L.BillingTroubled()
		}
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: p.Reference, Href: paymentsPath + "/" + p.ID, Sub: note},
			{Text: d.L.DateTime(p.CreatedAt, d.Zone), Tabular: true},
			{Badge: &badge},
			{Text: d.L.MoneyCode(p.Money())},
		})
	}
	return t
}

func (d listData) empty() ui.Empty {
	e := ui.Empty{Icon: "credit-card", Title: d.L.BillingNoneTitle(), Text: d.L.BillingNoneText()}
	if d.Filter.State != "" {
		e.Action = &ui.Link{Text: d.L.BillingNoneAction(), Href: paymentsPath}
	}
	return e
}

// Badge is the one place where a payment's state becomes a shape, a colour and a word.
func Badge(l ui.L, p billing.Payment) ui.Badge {
	if p.State == billing.Captured && p.Refunded > 0 {
		return ui.Badge{State: ui.Done, Text: l.Code("billing.state.part_refunded")}
	}
	state := map[billing.State]ui.State{
		billing.Created: ui.Waiting, billing.Reserved: ui.Working, billing.Captured: ui.Done, billing.Released: ui.Cancelled,
		billing.Lapsed: ui.Cancelled, billing.Failed: ui.Cancelled, billing.Refunded: ui.Cancelled,
	}[p.State]
	return ui.Badge{State: state, Text: l.Code("billing.state." + string(p.State))}
}
