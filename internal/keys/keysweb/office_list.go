package keysweb

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"skranke/internal/day"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/keys"
	"skranke/internal/money"
	"skranke/internal/ui"
	"skranke/internal/web"
)

const pageSize = 24

// works lists the workshop's states in the order of the tabs.
func works() []keys.WorkState {
	return []keys.WorkState{keys.WorkWaiting, keys.InProduction, keys.Ready, keys.Sent, keys.Received, keys.Cancelled}
}

// listData is one page of orders, newest first.
type listData struct {
	L            ui.L
	Side         side
	Filter       keys.Filter
	Rows         []keys.Row
	Customers    map[string]string
	Newer, Older bool
	Zone         *time.Location
}

// ordersFilter is what an address asks to see; what it does not make sense of narrows nothing.
func ordersFilter(q url.Values) keys.Filter {
	f := keys.Filter{Work: keys.WorkState(q.Get("work"))}
	if !slices.Contains(works(), f.Work) {
		f.Work = ""
	}
	if c := q.Get("customer"); id.Valid(c) {
		f.CustomerID = c
	}
	return f
}

// orders lists the orders that the reader may see.
func (p *Pages) orders(w http.ResponseWriter, r *http.Request, s side) error {
	d := listData{L: web.L(r), Side: s, Filter: ordersFilter(r.URL.Query()), Zone: p.zone()}
	if err := p.readOrders(r, &d); err != nil {
		return err
	}
	return web.Render(w, r, web.View{Title: d.L.KeysOfficeOrders(), Body: ordersPage(d)})
}

// readOrders reads one row more than is shown, to know whether there are others behind.
func (p *Pages) readOrders(r *http.Request, d *listData) (err error) {
	q, f := r.URL.Query(), d.Filter
	at, rowID, older := parseCursor(q.Get("older"))
	newer := false
	if !older {
		at, rowID, newer = parseCursor(q.Get("newer"))
	}
	f.Before, f.BeforeID, f.OldestOn = at, rowID, newer
	rows, err := p.Keys.List(r.Context(), web.Actor(r), f, pageSize+1)
	if err != nil {
		return err
	}
	more := len(rows) > pageSize
	d.Rows, d.Newer, d.Older = rows[:min(len(rows), pageSize)], older, more
	if newer {
		slices.Reverse(d.Rows)
		d.Newer, d.Older = more, true
	}
	d.Customers, err = p.rowCustomers(r.Context(), d.Rows, d.Filter.CustomerID)
	return err
}

func (p *Pages) rowCustomers(ctx context.Context, rows []keys.Row, and ...string) (map[string]string, error) {
	ids := slices.Clone(and)
	for _, o := range rows {
		ids = append(ids, o.CustomerID)
	}
	return identity.CustomerNames(ctx, p.Keys.DB, ids)
}

// href is a list of orders with some of its parameters changed; the page begins anew.
func (d listData) href(path string, change map[string]string) string {
	all := map[string]string{"work": string(d.Filter.Work), "customer": d.Filter.CustomerID}
	maps.Copy(all, change)
	q := url.Values{}
	for k, v := range all {
		if v != "" {
			q.Set(k, v)
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (d listData) tabs() []ui.Tab {
	tabs := []ui.Tab{{Text: d.L.KeysOfficeAll(), Href: d.href(d.Side.orders, map[string]string{"work": ""}), Current: d.Filter.Work == ""}}
	for _, s := range works() {
		tabs = append(tabs, ui.Tab{Text: d.L.Code("keys.work." + string(s)), Href: d.href(d.Side.orders, map[string]string{"work": string(s)}), Current: d.Filter.Work == s})
	}
	return tabs
}

func (d listData) csv() string { return d.href(d.Side.orders+".csv", nil) }

func (d listData) pages() ui.Pages {
	p, rows := ui.Pages{Summary: d.L.KeysOfficeShown(len(d.Rows))}, d.Rows
	if len(rows) == 0 {
		return p
	}
	if first := rows[0]; d.Newer {
		p.PreviousHref = d.href(d.Side.orders, map[string]string{"newer": cursor(first.CreatedAt, first.ID)})
	}
	if last := rows[len(rows)-1]; d.Older {
		p.NextHref = d.href(d.Side.orders, map[string]string{"older": cursor(last.CreatedAt, last.ID)})
	}
	return p
}

// currency is the one that all rows share, or empty.
func (d listData) currency() money.Currency {
	for _, o := range d.Rows {
		if o.Currency != d.Rows[0].Currency {
			return ""
		}
	}
	return money.Currency(d.Rows[0].Currency)
}

func (d listData) table() ui.TableData {
	l, shared := d.L, d.currency()
	amount := l.KeysOfficeAmount()
	if shared != "" {
		amount = l.KeysOfficeAmountIn(string(shared))
	}
	t := ui.TableData{L: l, Caption: l.KeysOfficeOrders(), Cols: []ui.Col{
		{Label: l.KeysOrderNumber(), Spot: ui.SpotTitle},
		{Label: l.KeysOfficeCustomer()},
		{Label: l.KeysWhat()},
		{Label: l.KeysFlat(), Spot: ui.SpotLabeled},
		{Label: l.KeysOfficeOrdered(), Spot: ui.SpotLabeled},
		{Label: l.KeysOfficeStatus(), Spot: ui.SpotCorner},
		{Label: amount, Num: true, Spot: ui.SpotLabeled},
	}}
	for _, o := range d.Rows {
		badge, total := StatusBadge(l, o.Status()), l.Amount(o.Total, shared)
		if shared == "" {
			total = l.MoneyCode(money.Of(o.Total, money.Currency(o.Currency)))
		}
		t.Rows = append(t.Rows, []ui.Cell{
			{Href: d.Side.orders + "/" + o.ID, Text: o.Number, NoBreak: true},
			{Text: d.Customers[o.CustomerID]},
			{Text: keys.QuantityOf(l, o.Product, o.Quantity), Sub: o.SystemNumber + " · " + o.Code, NoBreak: true},
			{Text: o.Flat},
			{Text: l.Date(day.Of(o.CreatedAt, d.Zone)), NoBreak: true},
			{Badge: &badge},
			{Text: total},
		})
	}
	return t
}

func (d listData) empty() ui.Empty {
	e := ui.Empty{Icon: "key-round", Title: d.L.KeysOfficeNoneTitle(), Text: d.L.KeysOfficeNoneText()}
	if d.Filter.Work != "" || d.Filter.CustomerID != "" {
		e.Text, e.Action = d.L.KeysOfficeNoneOfState(), &ui.Link{Text: d.L.KeysOfficeShowAll(), Href: d.Side.orders}
	}
	return e
}
