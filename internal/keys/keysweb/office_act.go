package keysweb

import (
	"context"
	"net/http"
	"strings"

	"skranke/internal/authz"
	"skranke/internal/fault"
	"skranke/internal/id"
	"skranke/internal/keys"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// actionForm is the form of one action on one order. In the production list many stand on one page, so there each field's
// name carries its order's id.
type actionForm struct {
	L       ui.L
	Action  keys.Action
	Order   string
	Missing int64
	Back    string // where to go afterwards: empty is the order's page
	Typed   typed
	Errors  []ui.FieldError
}

func (f actionForm) path() string { return officeSide.orders + "/" + f.Order + "/" + string(f.Action) }

// name is a field's name on this page.
func (f actionForm) name(field string) string { return fieldName(field, f.Order, f.Back) }

func fieldName(field, orderID, back string) string {
	if back == "" {
		return field
	}
	return field + "-" + orderID
}

func (f actionForm) field(field, value string) ui.F {
	x := ui.F{L: f.L, Name: f.name(field), NoSpellcheck: true, Autocomplete: "off"}
	if f.Typed.order == f.Order {
		x.Value = value
		x.Error = faultOf(f.Errors, x.Name)
	}
	return x
}

func (f actionForm) serials() ui.F {
	x := f.field("serials", f.Typed.serials)
	x.Type, x.Label, x.Hint, x.Rows = "textarea", f.L.KeysOfficeSerialsLabel(), f.L.KeysOfficeSerialsHint(int(f.Missing)), int(min(max(f.Missing, 2), 8))
	return x
}

func (f actionForm) tracking() ui.F {
	x := f.field("tracking", f.Typed.tracking)
	x.Label, x.Hint, x.Optional, x.Width, x.Maxlength = f.L.KeysOfficeTrackingLabel(), f.L.KeysOfficeTrackingHint(), true, "m", 40
	return x
}

func (f actionForm) handedTo() ui.F {
	x := f.field("handed_to", f.Typed.handedTo)
	x.Label, x.Hint, x.Maxlength = f.L.KeysOfficeHandedLabel(), f.L.KeysOfficeHandedHint(), 100
	return x
}

// act does one thing to an order, and goes back to where its form stood: the order's page or the production list.
func (p *Pages) act(w http.ResponseWriter, r *http.Request) error {
	orderID, err := orderID(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	back := r.PostForm.Get("back")
	if back != productionPath {
		back = ""
	}
	read := func(field string) string {
		return strings.ToValidUTF8(r.PostForm.Get(fieldName(field, orderID, back)), "") // no database keeps broken letters
	}
	a, t := keys.Action(r.PathValue("action")), typed{order: orderID, serials: read("serials"), tracking: read("tracking"), handedTo: read("handed_to")}
	do, ok := p.does(a, t)
	if !ok {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	_, t.err = do(r.Context(), web.Actor(r), orderID)
	switch k := fault.KindOf(t.err); {
	case t.err == nil && back != "":
		return web.Done(w, r, back, "keys.done."+string(a))
	case t.err == nil:
		return web.Done(w, r, officeSide.orders+"/"+orderID, "keys.done."+string(a))
	case k != fault.Invalid && k != fault.Conflict:
		return t.err
	case back != "" && web.Actor(r).MayAnywhere(keys.MayProduce):
		return p.showProduction(w, r, t)
	}
	return p.showOrder(w, r, officeSide, t)
}

// does is the use case behind an action's word.
func (p *Pages) does(a keys.Action, t typed) (func(ctx context.Context, by authz.Actor, orderID string) (keys.Order, error), bool) {
	switch a {
	case keys.Make:
		return func(ctx context.Context, by authz.Actor, orderID string) (keys.Order, error) {
			return p.Keys.Made(ctx, by, orderID, keys.SplitSerials(t.serials))
		}, true
	case keys.MarkReady:
		return p.Keys.Ready, true
	case keys.Send:
		return func(ctx context.Context, by authz.Actor, orderID string) (keys.Order, error) {
			return p.Keys.Sent(ctx, by, orderID, t.tracking)
		}, true
	case keys.HandOver:
		return func(ctx context.Context, by authz.Actor, orderID string) (keys.Order, error) {
			return p.Keys.HandOver(ctx, by, orderID, t.handedTo)
		}, true
	case keys.Receive:
		return p.Keys.Receive, true
	case keys.Cancel:
		return p.Keys.Cancel, true
	default:
		return nil, false
	}
}

// askCancel is the page before an order ends.
func (p *Pages) askCancel(w http.ResponseWriter, r *http.Request) error {
	orderID, err := orderID(r)
	if err != nil {
		return err
	}
	d := orderData{L: web.L(r), Side: officeSide, By: web.Actor(r), Now: p.Keys.DB.Now(), Zone: p.zone()}
	if err := p.readOrder(r, orderID, &d); err != nil {
		return err
	}
	if !d.mayCancel() {
		return web.Redirect(w, r, officeSide.orders+"/"+orderID) // it has moved on: its page says how far
	}
	return web.Render(w, r, web.View{Title: d.L.KeysOfficeCancelTitle(d.View.Number), Body: cancelPage(d), Section: officeSide.orders})
}

// resend sends a mail about the order once more.
func (p *Pages) resend(w http.ResponseWriter, r *http.Request) error {
	orderID, err := orderID(r)
	if err != nil {
		return err
	}
	ctx, by, mailID := r.Context(), web.Actor(r), r.PathValue("mail")
	if _, err := p.Keys.Find(ctx, by, orderID); err != nil {
		return err
	}
	m, err := p.Keys.Mail.Get(ctx, by, mailID)
	if err == nil && m.About != orderID || !id.Valid(mailID) {
		err = fault.New(fault.NotFound, "mail.not_found")
	}
	if err == nil {
		err = p.Keys.Mail.Resend(ctx, by, mailID)
	}
	if err != nil {
		return err
	}
	return web.Done(w, r, officeSide.orders+"/"+orderID, "mail.queued_again")
}

// mailTable is the mails about the order.
func (d orderData) mailTable() ui.TableData {
	l := d.L
	t := ui.TableData{L: l, Caption: l.KeysOfficeMails(), Cols: []ui.Col{
		{Label: l.MailSubject(), Spot: ui.SpotTitle}, {Label: l.MailState(), Spot: ui.SpotCorner}, {Label: l.KeysOfficeResend(), Quiet: true},
	}}
	for _, m := range d.mails() {
		badge, resend := m.Badge, ui.Cell{}
		if m.Resend {
			resend.Content = resendButton(l, d.Side.orders+"/"+d.View.ID+"/mails/"+m.ID+"/resend", m.Subject)
		}
		t.Rows = append(t.Rows, []ui.Cell{{Text: m.Subject, Href: "/office/mails/" + m.ID, Sub: m.ToName + ", " + m.ToAddress + " · " + m.When}, {Badge: &badge}, resend})
	}
	return t
}
