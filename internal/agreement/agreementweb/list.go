package agreementweb

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"skranke/internal/agreement"
	"skranke/internal/day"
	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"

	"github.com/a-h/templ"
)

// listData is a list of agreements with its filter.
type listData struct {
	L      ui.L
	Base   string
	Filter agreement.Filter
	Page   agreement.Page
	Count  int64
	Today  day.Date
}

// countLimit is how far a list is counted: further it says "over 1 000".
const countLimit = 1001

// list shows the agreements that the reader may see. Members have few, so that only the office has a filter.
func (p *Pages) list(base string) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		q := r.URL.Query()
		f := agreement.Filter{After: q.Get("after"), Before: q.Get("before")}
		if base == officePath {
			f.Text, f.State = q.Get("q"), agreement.State(q.Get("state"))
		}
		if !slices.Contains(agreement.States(), f.State) {
			f.State = ""
		}
		d := listData{L: web.L(r), Base: base, Filter: f, Today: p.Agreements.Today()}
		var err error
		if d.Page, err = agreement.List(r.Context(), p.Agreements.DB, web.Actor(r), f, d.Today); err != nil {
			return err
		}
		if d.Count, err = agreement.Count(r.Context(), p.Agreements.DB, web.Actor(r), f, countLimit, d.Today); err != nil {
			return err
		}
		return web.Render(w, r, web.View{Title: d.L.AgreementTitle(), Body: listPage(d)})
	}
}

func (d listData) office() bool { return d.Base == officePath }

// href is the list under the same filter from another row on.
func (d listData) href(key, rowID string) string {
	q := url.Values{}
	for k, v := range map[string]string{"q": d.Filter.Text, "state": string(d.Filter.State), key: rowID} {
		if v != "" {
			q.Set(k, v)
		}
	}
	return d.Base + "?" + q.Encode()
}

// clear leads to the whole list where something narrows it.
func (d listData) clear() string {
	if d.Filter.Text != "" || d.Filter.State != "" {
		return d.Base
	}
	return ""
}

func (d listData) empty() ui.Empty {
	e := ui.Empty{Icon: "handshake", Title: d.L.AgreementNoneTitle(), Text: d.L.AgreementNoneText()}
	if clear := d.clear(); clear != "" {
		e.Action = &ui.Link{Text: d.L.AgreementNoneAction(), Href: clear}
	} else {
		e.Text = d.L.AgreementNoneOwn()
	}
	return e
}

func (d listData) pages() ui.Pages {
	p, rows := ui.Pages{Summary: d.L.AgreementFound(int(d.Count))}, d.Page.Agreements
	if d.Count >= countLimit {
		p.Summary = d.L.AgreementFoundMany()
	}
	if d.Page.Prev && len(rows) > 0 {
		p.PreviousHref = d.href("before", rows[0].ID)
	}
	if d.Page.Next && len(rows) > 0 {
		p.NextHref = d.href("after", rows[len(rows)-1].ID)
	}
	return p
}

func (d listData) table() ui.TableData {
	return table(d.L, d.Base, d.Page, d.Today)
}

// customerColumn is left out where all rows are of one customer.
const customerColumn = 1

func table(l ui.L, base string, page agreement.Page, today day.Date) ui.TableData {
	t := ui.TableData{L: l, Caption: l.AgreementTitle(), Cols: []ui.Col{
		{Label: l.AgreementNumber(), Spot: ui.SpotTitle},
		{Label: l.AgreementCustomer()},
		{Label: l.AgreementKind()},
		{Label: l.AgreementPeriod()},
		{Label: l.AgreementStatus(), Spot: ui.SpotCorner},
	}}
	for _, a := range page.Agreements {
		badge := Badge(l, a.StateOn(today))
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: a.Number, Href: base + "/" + a.ID},
			{Text: page.Customers[a.CustomerID].Name},
			{Text: l.Code("agreement.kind." + string(a.Kind))},
			{Text: period(l, a), Tabular: true},
			{Badge: &badge},
		})
	}
	return t
}

// period is the days from and to which an agreement counts.
func period(l ui.L, a agreement.Agreement) string {
	if a.EndsOn.IsZero() {
		return l.AgreementFrom(l.Date(a.StartsOn))
	}
	return l.AgreementFromTo(l.Date(a.StartsOn), l.Date(a.EndsOn))
}

// Badge is the one place where an agreement's state becomes a shape, a colour and a word.
func Badge(l ui.L, s agreement.State) ui.Badge {
	state := map[agreement.State]ui.State{
		agreement.StateDraft: ui.Received, agreement.StateUpcoming: ui.Working, agreement.StateCurrent: ui.Done,
		agreement.StateEnding: ui.Waiting, agreement.StateEnded: ui.Cancelled,
	}[s]
	return ui.Badge{State: state, Text: l.Code("agreement.state." + string(s))}
}

// anyState is the filter's first entry. It has a value, since an empty one in a select means that nothing was chosen.
const anyState = "all"

func (d listData) chosen() string { return cmp.Or(string(d.Filter.State), anyState) }

func states(l ui.L) []ui.Option {
	out := []ui.Option{{Value: anyState, Label: l.AgreementAnyStatus()}}
	for _, s := range agreement.States() {
		out = append(out, ui.Option{Value: string(s), Label: l.Code("agreement.state." + string(s))})
	}
	return out
}

// OfCustomer is the part of a customer's page that lists its agreements, newest first; nil for who may not see them.
func (p *Pages) OfCustomer(r *http.Request, c identity.Customer) (templ.Component, error) {
	by, l, today := web.Actor(r), web.L(r), p.Agreements.Today()
	if !by.MayAnywhere(agreement.MaySee) {
		return nil, nil //nolint:nilnil // nothing to draw
	}
	page, err := agreement.List(r.Context(), p.Agreements.DB, by, agreement.Filter{CustomerID: c.ID}, today)
	if err != nil {
		return nil, err
	}
	t := table(l, officePath, page, today)
	t.Cols = slices.Delete(t.Cols, customerColumn, customerColumn+1)
	for i := range t.Rows {
		t.Rows[i] = slices.Delete(t.Rows[i], customerColumn, customerColumn+1)
	}
	return customerCard(l, page, t), nil
}
