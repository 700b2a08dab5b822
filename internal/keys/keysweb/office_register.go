package keysweb

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"skranke/internal/day"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/keys"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// registerData is one page of the register, in the order of the serial numbers.
type registerData struct {
	L         ui.L
	Side      side
	Filter    keys.ItemFilter
	Items     []keys.Item
	More      bool
	Systems   []keys.System
	Customers map[string]string
	Zone      *time.Location
}

func itemFilter(q url.Values) keys.ItemFilter {
	f := keys.ItemFilter{State: keys.ItemState(q.Get("state")), Search: strings.TrimSpace(q.Get("q"))}
	if !slices.Contains(keys.ItemStates(), f.State) {
		f.State = ""
	}
	for name, field := range map[string]*string{"system": &f.SystemID, "customer": &f.CustomerID} {
		if v := q.Get(name); id.Valid(v) {
			*field = v
		}
	}
	if folded, itemID, ok := strings.Cut(q.Get("after"), "."); ok && id.Valid(itemID) && utf8.ValidString(folded) && !strings.ContainsRune(folded, 0) {
		f.After, f.AfterID = folded, itemID
	}
	return f
}

// register lists the fobs and keys that the reader may see.
func (p *Pages) register(w http.ResponseWriter, r *http.Request, s side) error {
	ctx, by := r.Context(), web.Actor(r)
	d := registerData{L: web.L(r), Side: s, Filter: itemFilter(r.URL.Query()), Zone: p.zone()}
	items, err := p.Keys.Register(ctx, by, d.Filter, pageSize+1)
	if err != nil {
		return err
	}
	d.Items, d.More = items[:min(len(items), pageSize)], len(items) > pageSize
	if d.Systems, err = p.Keys.Systems(ctx, by, d.Filter.CustomerID); err != nil {
		return err
	}
	if d.Customers, err = p.itemCustomers(ctx, d.Items, d.Systems); err != nil {
		return err
	}
	return web.Render(w, r, web.View{Title: d.L.KeysOfficeRegister(), Body: registerPage(d)})
}

func (p *Pages) itemCustomers(ctx context.Context, items []keys.Item, systems []keys.System) (map[string]string, error) {
	var ids []string
	for _, it := range items {
		ids = append(ids, it.CustomerID)
	}
	for _, s := range systems {
		ids = append(ids, s.CustomerID)
	}
	return identity.CustomerNames(ctx, p.Keys.DB, ids)
}

// registerCSV is the register under the same filter, all of it.
func (p *Pages) registerCSV(w http.ResponseWriter, r *http.Request, _ side) error {
	ctx, by, l, f := r.Context(), web.Actor(r), web.L(r), itemFilter(r.URL.Query())
	f.After, f.AfterID = "", ""
	items, err := p.Keys.Register(ctx, by, f, batch)
	if err != nil {
		return err
	}
	systems, err := p.Keys.Systems(ctx, by, f.CustomerID)
	if err != nil {
		return err
	}
	customers, err := p.itemCustomers(ctx, nil, systems)
	if err != nil {
		return err
	}
	s, err := p.download(w, l, "register")
	if err != nil {
		return err
	}
	if err := s.Row(l.KeysSerial(), l.KeysWhat(), l.KeysOfficeCustomer(), l.KeysSystemNumber(), l.KeysOfficeCode(), l.KeysFlat(), l.KeysOfficeHolder(),
		l.KeysOfficeStatus(), l.KeysOfficeSince()); err != nil {
		return err
	}
	numbers := systemNumbers(systems)
	for len(items) > 0 {
		for _, it := range items {
			if err := s.Row(it.Serial, keys.ItemName(l, string(it.Product)), customers[it.CustomerID], numbers[it.SystemID], it.Code, it.Flat, it.Holder,
				l.Code("keys.state."+string(it.State)), day.Of(it.Since, p.zone()).String()); err != nil {
				return err
			}
		}
		if err := s.Flush(); err != nil || len(items) < batch {
			return err
		}
		f.After, f.AfterID = items[len(items)-1].Folded, items[len(items)-1].ID
		if items, err = p.Keys.Register(ctx, by, f, batch); err != nil {
			return err
		}
	}
	return s.Flush()
}

func systemNumbers(systems []keys.System) map[string]string {
	numbers := map[string]string{}
	for _, s := range systems {
		numbers[s.ID] = s.Number
	}
	return numbers
}

// href is the register with some of its parameters changed; the page begins anew.
func (d registerData) href(path string, change map[string]string) string {
	f := d.Filter
	all := map[string]string{"q": f.Search, "state": string(f.State), "system": f.SystemID, "customer": f.CustomerID}
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

func (d registerData) filtered() bool {
	return d.Filter.Search != "" || d.Filter.State != "" || d.Filter.SystemID != "" || d.Filter.CustomerID != ""
}

func (d registerData) clear() string {
	if d.filtered() {
		return d.Side.register
	}
	return ""
}

func (d registerData) pages() ui.Pages {
	p := ui.Pages{Summary: d.L.KeysOfficeItemsShown(len(d.Items))}
	if d.More {
		last := d.Items[len(d.Items)-1]
		p.NextHref = d.href(d.Side.register, map[string]string{"after": last.Folded + "." + last.ID})
	}
	return p
}

func (d registerData) states() ui.Choice {
	c := ui.Choice{L: d.L, Name: "state", Label: d.L.KeysOfficeStatus(), Value: string(d.Filter.State), Optional: true, HideLabel: true, Blank: d.L.KeysOfficeAnyState()}
	for _, s := range keys.ItemStates() {
		c.Options = append(c.Options, ui.Option{Value: string(s), Label: d.L.Code("keys.state." + string(s))})
	}
	return c
}

// several reports whether the reader sees more than one customer's systems, so that it must be said whose each is.
func (d registerData) several() bool {
	for _, s := range d.Systems {
		if s.CustomerID != d.Systems[0].CustomerID {
			return true
		}
	}
	return false
}

func (d registerData) systems() ui.Choice {
	c := ui.Choice{L: d.L, Name: "system", Label: d.L.KeysOfficeSystemColumn(), Value: d.Filter.SystemID, Optional: true, HideLabel: true, Blank: d.L.KeysOfficeAnySystem()}
	for _, s := range d.Systems {
		label := s.Number + " " + s.Name
		if d.several() {
			label = d.Customers[s.CustomerID] + ", " + label
		}
		c.Options = append(c.Options, ui.Option{Value: s.ID, Label: strings.TrimSpace(label)})
	}
	slices.SortStableFunc(c.Options, func(a, b ui.Option) int { return strings.Compare(a.Label, b.Label) })
	return c
}

func (d registerData) table() ui.TableData {
	l, numbers, several := d.L, systemNumbers(d.Systems), d.several()
	t := ui.TableData{L: l, Caption: l.KeysOfficeRegister(), Cols: []ui.Col{{Label: l.KeysSerial(), Spot: ui.SpotTitle}}}
	if several {
		t.Cols = append(t.Cols, ui.Col{Label: l.KeysOfficeCustomer()})
	}
	t.Cols = append(t.Cols, ui.Col{Label: l.KeysOfficeSystemColumn(), Spot: ui.SpotLabeled}, ui.Col{Label: l.KeysFlat(), Spot: ui.SpotLabeled},
		ui.Col{Label: l.KeysOfficeHolder(), Spot: ui.SpotLabeled}, ui.Col{Label: l.KeysOfficeSince(), Spot: ui.SpotLabeled}, ui.Col{Label: l.KeysOfficeStatus(), Spot: ui.SpotCorner})
	for _, it := range d.Items {
		badge := itemBadge(l, it.State)
		row := []ui.Cell{{Text: it.Serial, Sub: keys.ItemName(l, string(it.Product))}}
		if it.OrderID != "" {
			row[0].Href = d.Side.orders + "/" + it.OrderID
		}
		if several {
			row = append(row, ui.Cell{Text: d.Customers[it.CustomerID]})
		}
		t.Rows = append(t.Rows, append(row, ui.Cell{Text: numbers[it.SystemID] + " · " + it.Code}, ui.Cell{Text: it.Flat}, ui.Cell{Text: it.Holder},
			ui.Cell{Text: l.Date(day.Of(it.Since, d.Zone)), NoBreak: true}, ui.Cell{Badge: &badge}))
	}
	return t
}

func (d registerData) empty() ui.Empty {
	e := ui.Empty{Icon: "tag", Title: d.L.KeysOfficeItemsNoneTitle(), Text: d.L.KeysOfficeItemsNoneText()}
	if d.filtered() {
		e.Action = &ui.Link{Text: d.L.KeysOfficeItemsShowAll(), Href: d.Side.register}
	}
	return e
}
