package keysweb

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/billing"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/identity"
	"skranke/internal/keys"
	"skranke/internal/mail"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// typed is a form of an order that was sent with mistakes: what stood in it, and what was wrong.
type typed struct {
	order, serials, tracking, handedTo string
	err                                error
}

// orderData is one order's page.
type orderData struct {
	L        ui.L
	Side     side
	By       authz.Actor
	View     keys.View
	Customer identity.Customer
	Names    map[string]string
	Asked    *approval.View // the board's latest question
	Mails    []mail.Row
	Firm     string
	Typed    typed
	Errors   []ui.FieldError
	Now      time.Time
	Zone     *time.Location
}

// order shows one order, as its reader's side does.
func (p *Pages) order(w http.ResponseWriter, r *http.Request, s side) error {
	return p.showOrder(w, r, s, typed{})
}

// showOrder shows an order, again with a form's mistakes: 422 for what was typed, 409 for what is no longer so.
func (p *Pages) showOrder(w http.ResponseWriter, r *http.Request, s side, t typed) error {
	orderID, err := orderID(r)
	if err != nil {
		return err
	}
	d := orderData{
		L: web.L(r), Side: s, By: web.Actor(r), Firm: p.Firm, Typed: t, Now: p.Keys.DB.Now(), Zone: p.zone(),
		Errors: web.FieldErrors(r, t.err, "serials", "tracking", "handed_to"),
	}
	if err := p.readOrder(r, orderID, &d); err != nil {
		return err
	}
	page := web.View{Title: d.L.KeysOrderNumber() + " " + d.View.Number, Body: orderPage(d), Errors: len(d.Errors), Section: s.orders}
	if t.err != nil {
		return web.RenderStatus(w, r, fault.Status(t.err), page)
	}
	return web.Render(w, r, page)
}

func (p *Pages) readOrder(r *http.Request, orderID string, d *orderData) (err error) {
	ctx, q := r.Context(), p.Keys.DB
	if d.View, err = p.Keys.Find(ctx, d.By, orderID); err != nil {
		return err
	}
	if d.Customer, err = identity.CustomerByID(ctx, q, d.View.CustomerID); err != nil {
		return err
	}
	if d.View.Board != keys.BoardNone {
		asked, err := p.Keys.Approvals.Of(ctx, q, keys.SubjectKind, orderID)
		if err != nil && !db.NoRows(err) {
			return err
		}
		if err == nil {
			d.Asked = &asked
		}
	}
	if d.Side.office && d.By.May(mail.MaySee, authz.Place{Customer: d.View.CustomerID}) {
		if d.Mails, err = mail.Log(ctx, q, orderID); err != nil {
			return err
		}
	}
	d.Names, err = p.names(ctx, d.people())
	return err
}

// people is everybody the page speaks of.
func (d orderData) people() []string {
	ids := []string{d.View.Requisitioner}
	for _, e := range d.View.Timeline {
		by, _ := e.Data.V["by"].(string)
		ids = append(ids, e.Actor, by)
	}
	if d.Asked != nil {
		ids = append(ids, d.Asked.Approvers...)
		for _, a := range d.Asked.Decisions {
			ids = append(ids, a.PersonID)
		}
	}
	return ids
}

func (d orderData) made() int64 { return int64(len(d.View.Serials)) }

func (d orderData) when(t *time.Time) string {
	if t == nil {
		return ""
	}
	return d.L.DateTime(*t, d.Zone)
}

func (d orderData) head() ui.Head {
	b := StatusBadge(d.L, d.View.Status())
	return ui.Head{
		Title: d.View.Number, Badge: &b, Crumbs: []ui.Link{{Text: d.L.KeysOfficeOrders(), Href: d.Side.orders}},
		Lead: d.Customer.Name + ": " + d.L.KeysOfficeAbout(d.View.Flat, keys.QuantityOf(d.L, d.View.Product, d.View.Quantity)) + ", " + d.View.ResidentName,
	}
}

// stages draws how far the order has come, as the resident sees it.
func (d orderData) stages() []ui.Stage {
	return statusData{L: d.L, Order: d.View, Zone: d.Zone}.stages()
}

// open is what the reader may do now, without cancelling, which has a page of its own.
func (d orderData) open() []keys.Action {
	if !d.Side.office {
		return nil
	}
	return slices.DeleteFunc(d.View.Open(d.By, d.made()), func(a keys.Action) bool { return a == keys.Cancel })
}

func (d orderData) mayCancel() bool {
	return d.Side.office && slices.Contains(d.View.Open(d.By, d.made()), keys.Cancel)
}

// answer is where the reader answers the board's question, or empty when it is not asked of them.
func (d orderData) answer() string {
	if d.Asked == nil || len(d.Asked.OpenTo(d.By, d.Now)) == 0 {
		return ""
	}
	return "/inbox/" + d.Asked.ID
}

func (d orderData) form(a keys.Action) actionForm {
	return actionForm{L: d.L, Action: a, Order: d.View.ID, Missing: d.View.Quantity - d.made(), Typed: d.Typed, Errors: d.Errors}
}

// problem is what was no longer so, in words; nil where the form itself was wrong.
func (d orderData) problem() *ui.Link {
	if d.Typed.err == nil || fault.Is(d.Typed.err, fault.Invalid) {
		return nil
	}
	code := fault.CodeOf(d.Typed.err)
	return &ui.Link{Text: d.L.Code(code), Href: d.L.Code(code + ".advice")}
}

// payment is where the order's money can be followed, or empty.
func (d orderData) payment() string {
	if !d.Side.office || !d.By.May(billing.MaySee, authz.Place{Customer: d.View.CustomerID}) {
		return ""
	}
	for _, e := range slices.Backward(d.View.Timeline) {
		if payment, ok := e.Data.V["payment"].(string); ok {
			return "/office/payments/" + payment
		}
	}
	return ""
}

// facts leaves out what is not so.
func (d orderData) facts() []ui.Fact {
	o, l := d.View.Order, d.L
	all := []ui.Fact{
		{Label: l.KeysOfficeCustomer(), Value: d.Customer.Name},
		{Label: l.KeysWhat(), Value: keys.QuantityOf(l, o.Product, o.Quantity)},
		{Label: l.KeysSystemNumber(), Value: o.SystemNumber},
		{Label: codeLabel(l, o.Product), Value: o.Code},
		{Label: l.KeysPurpose(), Value: l.Code("keys.purpose." + o.Purpose)},
		{Label: l.KeysDelivery(), Value: l.Code("keys.delivery." + o.Delivery)},
		{Label: l.KeysOfficeAskedBy(), Value: d.askedBy()},
		{Label: l.KeysOfficeOrdered(), Value: d.when(&o.CreatedAt)},
	}
	if d.Side.office && d.By.May(identity.MaySeeCustomers, authz.Place{Customer: o.CustomerID}) {
		all[0].Content = textLink("/office/customers/"+o.CustomerID, d.Customer.Name)
	}
	return slices.DeleteFunc(all, func(f ui.Fact) bool { return f.Value == "" })
}

func (d orderData) askedBy() string {
	if n := d.Names[d.View.Requisitioner]; n != "" {
		return n + ", " + strings.ToLower(d.L.Code("keys.asked_by."+keys.Requisitioner))
	}
	return d.L.Code("keys.asked_by." + d.View.AskedBy)
}

// resident is who the order is for. How to reach them is the operator's business alone.
func (d orderData) resident() []ui.Fact {
	o, l := d.View.Order, d.L
	all := []ui.Fact{{Label: l.KeysName(), Value: o.ResidentName}, {Label: l.KeysFlat(), Value: o.Flat}}
	if d.Side.office {
		all = append(all, ui.Fact{Label: l.KeysEmail(), Value: o.ResidentEmail, Content: textLink("mailto:"+o.ResidentEmail, o.ResidentEmail)},
			ui.Fact{Label: l.KeysPhone(), Value: o.ResidentPhone, Content: textLink("tel:"+digits(o.ResidentPhone), o.ResidentPhone)})
		if o.Street != "" {
			all = append(all, ui.Fact{Label: l.KeysAddress(), Value: o.Street + ", " + o.Postcode + " " + o.Town})
		}
	}
	return slices.DeleteFunc(all, func(f ui.Fact) bool { return f.Value == "" })
}

// digits is a telephone number as a link dials it.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, s)
}
