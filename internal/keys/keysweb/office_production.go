package keysweb

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"skranke/internal/authz"
	"skranke/internal/day"
	"skranke/internal/fault"
	"skranke/internal/keys"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// mostToMake is how many orders of each sort the workshop sees at once: more than a day's work.
const mostToMake = 100

// productionData is the workshop's list.
type productionData struct {
	L                  ui.L
	By                 authz.Actor
	Making, Collecting []keys.Row
	MoreMaking         bool
	MoreCollecting     bool
	Customers          map[string]string
	Firm               string
	Typed              typed
	Errors             []ui.FieldError
	Now                time.Time
	Zone               *time.Location
}

// system is the orders for one key system, oldest first.
type system struct {
	ID, Title string
	Rows      []keys.Row
}

// production is what is to be made and what waits to be collected.
func (p *Pages) production(w http.ResponseWriter, r *http.Request) error {
	return p.showProduction(w, r, typed{})
}

// productionLive tells the open list that something has changed.
func (p *Pages) productionLive(w http.ResponseWriter, r *http.Request) error {
	return web.Stream(w, r, p.Hub, ProductionTopic)
}

// showProduction shows the list, again with a form's mistakes.
func (p *Pages) showProduction(w http.ResponseWriter, r *http.Request, t typed) (err error) {
	d := productionData{L: web.L(r), By: web.Actor(r), Firm: p.Firm, Typed: t, Now: p.Keys.DB.Now(), Zone: p.zone()}
	for _, f := range web.FieldErrors(r, t.err, "serials", "tracking", "handed_to") {
		if f.Name != "" {
			f.Name = fieldName(f.Name, t.order, productionPath)
		}
		d.Errors = append(d.Errors, f)
	}
	read := func(work keys.WorkState) ([]keys.Row, bool, error) {
		rows, err := p.Keys.List(r.Context(), d.By, keys.Filter{Work: work, OldestOn: true}, mostToMake+1)
		return rows[:min(len(rows), mostToMake)], len(rows) > mostToMake, err
	}
	if d.Making, d.MoreMaking, err = read(keys.InProduction); err != nil {
		return err
	}
	if d.Collecting, d.MoreCollecting, err = read(keys.Ready); err != nil {
		return err
	}
	if d.Customers, err = p.rowCustomers(r.Context(), slices.Concat(d.Making, d.Collecting)); err != nil {
		return err
	}
	page := web.View{Title: d.L.KeysOfficeProduction(), Body: productionPage(d), Fragment: productionPanel(d), Live: true, Errors: len(d.Errors), Section: productionPath}
	if t.err != nil {
		page.Fragment = nil
		return web.RenderStatus(w, r, fault.Status(t.err), page)
	}
	return web.Render(w, r, page)
}

// systems groups what is to be made by key system, so that one setting of the machine serves them all; the group with the
// oldest order comes first.
func (d productionData) systems() (out []system) {
	at := map[string]int{}
	for _, o := range d.Making {
		key := o.CustomerID + "/" + string(o.Product) + "/" + o.SystemNumber
		i, known := at[key]
		if !known {
			i = len(out)
			at[key] = i
			out = append(out, system{ID: "system-" + strconv.Itoa(i+1), Title: d.L.KeysOfficeSystem(o.SystemNumber) + " – " + d.Customers[o.CustomerID]})
		}
		out[i].Rows = append(out[i].Rows, o)
	}
	return out
}

// figures are the day's work at a glance.
func (d productionData) figures() []ui.KPIData {
	var missing int64
	for _, o := range d.Making {
		missing += max(0, o.Quantity-o.Made)
	}
	toMake := ui.KPIData{Icon: "hammer", Label: d.L.KeysOfficeToMake(), Value: d.L.Int(missing), Unit: d.L.KeysOfficeInOrders(len(d.Making))}
	if len(d.Making) > 0 {
		toMake.Note = d.L.KeysOfficeOldest(d.since(d.Making[0].DecidedAt))
	}
	toCollect := ui.KPIData{Icon: "package-check", Label: d.L.Code("keys.work." + string(keys.Ready)), Value: d.L.Int(int64(len(d.Collecting)))}
	if d.MoreMaking {
		toMake.Note = d.L.KeysOfficeMany(strconv.Itoa(mostToMake))
	}
	if d.MoreCollecting {
		toCollect.Note = d.L.KeysOfficeMany(strconv.Itoa(mostToMake))
	}
	return []ui.KPIData{toMake, toCollect}
}

// forms is what the reader may do with a row now.
func (d productionData) forms(o keys.Row) (out []actionForm) {
	order := keys.Order{ID: o.ID, CustomerID: o.CustomerID, Quantity: o.Quantity, Delivery: o.Delivery, Payment: o.Payment, Board: o.Board, Work: o.Work}
	for _, a := range order.Open(d.By, o.Made) {
		out = append(out, actionForm{L: d.L, Action: a, Order: o.ID, Missing: o.Quantity - o.Made, Back: productionPath, Typed: d.Typed, Errors: d.Errors})
	}
	return out
}

// opened reports whether a row's form was sent with mistakes and so stands open.
func (d productionData) opened(o keys.Row) bool { return d.Typed.err != nil && d.Typed.order == o.ID }

// rowForm names the form of a row. It changes as soon as the row has moved, so that a live update leaves alone what is
// being typed, and throws away what no longer fits.
func rowForm(o keys.Row) string {
	return "do-" + o.ID + "-" + string(o.Work) + "-" + strconv.FormatInt(o.Made, 10)
}

func (d productionData) missing(o keys.Row) ui.Cell {
	if o.Made >= o.Quantity {
		return ui.Cell{Badge: &ui.Badge{State: ui.Done, Text: d.L.KeysOfficeAllMade()}}
	}
	return named(d.L.KeysOfficeMissing(), d.L.Int(o.Quantity-o.Made)+" / "+d.L.Int(o.Quantity))
}

func (d productionData) since(at *time.Time) string {
	if at == nil {
		return ""
	}
	return d.L.Date(day.Of(*at, d.Zone))
}

func (d productionData) makeTable(s system) ui.TableData {
	l, code := d.L, codeLabel(d.L, s.Rows[0].Product)
	t := ui.TableData{L: l, Caption: s.Title, Cols: []ui.Col{
		{Label: l.KeysOrderNumber(), Spot: ui.SpotTitle},
		{Label: l.KeysWhat()},
		{Label: code},
		{Label: l.KeysFlat()},
		{Label: l.KeysDelivery()},
		{Label: l.KeysOfficeApprovedOn()},
		{Label: l.KeysOfficeMissing()},
		{Label: l.KeysOfficeDo(), Quiet: true},
	}}
	for _, o := range s.Rows {
		t.Rows = append(t.Rows, []ui.Cell{
			{Href: officeSide.orders + "/" + o.ID, Text: o.Number, NoBreak: true},
			{Text: keys.QuantityOf(l, o.Product, o.Quantity), NoBreak: true},
			named(code, o.Code),
			named(l.KeysFlat(), o.Flat),
			{Text: l.Code("keys.delivery." + o.Delivery)},
			named(l.KeysOfficeApprovedOn(), d.since(o.DecidedAt)), d.missing(o),
			{Content: rowActions(d, o)},
		})
	}
	return t
}

func (d productionData) collectTable() ui.TableData {
	l := d.L
	t := ui.TableData{L: l, Caption: d.L.Code("keys.work." + string(keys.Ready)), Cols: []ui.Col{
		{Label: l.KeysOrderNumber(), Spot: ui.SpotTitle},
		{Label: l.KeysOfficeCustomer()},
		{Label: l.KeysWhat()},
		{Label: l.KeysFlat()},
		{Label: l.KeysOfficeOrdered()},
		{Label: l.KeysOfficeDo(), Quiet: true},
	}}
	for _, o := range d.Collecting {
		t.Rows = append(t.Rows, []ui.Cell{
			{Href: officeSide.orders + "/" + o.ID, Text: o.Number, NoBreak: true},
			{Text: d.Customers[o.CustomerID]},
			{Text: keys.QuantityOf(l, o.Product, o.Quantity), NoBreak: true},
			named(l.KeysFlat(), o.Flat), named(l.KeysOfficeOrdered(), l.Date(day.Of(o.CreatedAt, d.Zone))),
			{Content: rowActions(d, o)},
		})
	}
	return t
}

// named is a cell that brings its name along on a phone without leaving its place before the row's forms, which stand last.
func named(label, text string) ui.Cell { return ui.Cell{Content: namedLine(label, text)} }

// problem is what was no longer so when a form was sent.
func (d productionData) problem() *ui.Link {
	if d.Typed.err == nil || fault.Is(d.Typed.err, fault.Invalid) {
		return nil
	}
	code := fault.CodeOf(d.Typed.err)
	return &ui.Link{Text: d.L.Code(code), Href: d.L.Code(code + ".advice")}
}

func (d productionData) clock() string { return d.L.Clock(d.Now, d.Zone) }

func (d productionData) printed() ui.PrintData {
	return ui.PrintData{Title: d.L.KeysOfficeProduction(), Date: d.L.DateTime(d.Now, d.Zone)}
}
