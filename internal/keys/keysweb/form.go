package keysweb

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"skranke/internal/agreement"
	"skranke/internal/fault"
	"skranke/internal/keys"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// formData is one of the pages that fill in a draft.
type formData struct {
	L      ui.L
	ID     string
	Form   keys.Form
	House  agreement.Match
	Step   keys.Step
	Faults []ui.FieldError
	Pause  string // how long to wait before the next try
	Phone  string // of the firm
}

// draft finds the draft of an address whose earlier pages are in order. When it answers false the visitor has been sent where
// they belong, or the error says why not.
func (p *Pages) draft(w http.ResponseWriter, r *http.Request, step keys.Step) (d keys.Draft, ok bool, err error) {
	draftID := r.PathValue("draft")
	if o, placed, err := p.Keys.Ordered(r.Context(), draftID); err != nil || placed {
		if err == nil {
			err = web.Redirect(w, r, p.placed(o))
		}
		return d, false, err
	}
	if d, err = p.Keys.Draft(r.Context(), draftID); err != nil {
		return d, false, refused(w, r, err)
	}
	if done := d.Form.V.Done; done < step-1 {
		return d, false, web.Redirect(w, r, stepPath(d.ID, done+1))
	}
	return d, true, nil
}

// placed is where whoever filled in the form follows the order.
func (p *Pages) placed(o keys.Order) string {
	if o.Requisitioner != "" { // the status page is the resident's
		return "/keys/order/" + o.DraftID + "/done"
	}
	return p.Keys.StatusPath(o)
}

func (p *Pages) form(ctx context.Context, l ui.L, d keys.Draft, step keys.Step) (formData, error) {
	house, err := p.Keys.Association(ctx, d.Form.V.AgreementID)
	return formData{L: l, ID: d.ID, Form: d.Form.V, House: house, Step: step, Phone: p.Phone}, err
}

// show is the GET of a page of the form.
func (p *Pages) show(w http.ResponseWriter, r *http.Request, step keys.Step, view func(formData) web.View) error {
	d, ok, err := p.draft(w, r, step)
	if !ok {
		return err
	}
	data, err := p.form(r.Context(), web.L(r), d, step)
	if err != nil {
		return err
	}
	return web.Render(w, r, view(data))
}

// fill is the POST of a page of the form: on to the next one, or the same again with what is wrong.
func (p *Pages) fill(w http.ResponseWriter, r *http.Request, step keys.Step, take func(draftID string) (keys.Draft, error), view func(formData) web.View, order ...string) error {
	d, ok, err := p.draft(w, r, step)
	if !ok {
		return err
	}
	d, err = take(d.ID)
	if err == nil {
		return web.Redirect(w, r, stepPath(d.ID, step+1))
	}
	if wait := keys.Patience(err); wait == 0 && !fault.Is(err, fault.Invalid) {
		return refused(w, r, err)
	}
	data, failed := p.form(r.Context(), web.L(r), d, step)
	if failed != nil {
		return errors.Join(failed, err)
	}
	if wait := keys.Patience(err); wait > 0 {
		data.Pause = pause(w, data.L, wait)
		return web.RenderStatus(w, r, http.StatusTooManyRequests, view(data))
	}
	data.Faults = web.FieldErrors(r, err, order...)
	return web.Again(w, r, view(data))
}

func (p *Pages) numbers(w http.ResponseWriter, r *http.Request) error {
	return p.show(w, r, keys.StepNumbers, formData.numbersView)
}

func (p *Pages) fillNumbers(w http.ResponseWriter, r *http.Request) error {
	return p.fill(w, r, keys.StepNumbers, func(draftID string) (keys.Draft, error) {
		return p.Keys.FillNumbers(r.Context(), draftID, web.Address(r), keys.Form{
			CustomerNumber: r.PostFormValue("customer_number"),
			SystemNumber:   r.PostFormValue("system_number"), Code: r.PostFormValue("code"), Purpose: r.PostFormValue("purpose"), Quantity: r.PostFormValue("quantity"),
		})
	}, formData.numbersView, "customer_number", "system_number", "code", keys.FieldNumbers, "purpose", "quantity")
}

func (p *Pages) you(w http.ResponseWriter, r *http.Request) error {
	return p.show(w, r, keys.StepYou, formData.youView)
}

func (p *Pages) fillYou(w http.ResponseWriter, r *http.Request) error {
	return p.fill(w, r, keys.StepYou, func(draftID string) (keys.Draft, error) {
		return p.Keys.FillYou(r.Context(), draftID, keys.Form{
			Flat: r.PostFormValue("flat"), Name: r.PostFormValue("name"), Email: r.PostFormValue("email"),
			Phone: r.PostFormValue("phone"), Delivery: r.PostFormValue("delivery"), Street: r.PostFormValue("street"), Postcode: r.PostFormValue("postcode"), Town: r.PostFormValue("town"),
		})
	}, formData.youView, "name", "flat", "email", "phone", "delivery", "street", "postcode", "town")
}

func (d formData) numbersView() web.View {
	return web.View{Title: stepTitle(d.L, d.Step), Body: numbersPage(d), Errors: len(d.Faults)}
}

func (d formData) youView() web.View {
	return web.View{Title: stepTitle(d.L, d.Step), Body: youPage(d), Errors: len(d.Faults)}
}

func stepNames(l ui.L) []string {
	return []string{l.KeysStepWho(), l.KeysStepNumbers(), l.KeysStepYou(), l.KeysStepSum()}
}

// stepTitle tells tabs and histories apart.
func stepTitle(l ui.L, s keys.Step) string {
	return l.UIStep(strconv.Itoa(int(s)), strconv.Itoa(int(keys.StepSum))) + ": " + stepNames(l)[s-1]
}

// steps leads back to the pages before; the first of them is skipped by whoever came with a link.
func (d formData) steps() []ui.Step {
	hrefs := []string{"/keys/new?draft=" + url.QueryEscape(d.ID), stepPath(d.ID, keys.StepNumbers), stepPath(d.ID, keys.StepYou), ""}
	if d.Form.Requisitioner != "" {
		hrefs[0] = ""
	}
	var out []ui.Step
	for i, name := range stepNames(d.L) {
		out = append(out, ui.Step{Text: name, Href: hrefs[i]})
	}
	return out
}

// back is the page before this one.
func (d formData) back() string { return d.steps()[d.Step-2].Href }

func (d formData) fault(name string) string { return faultOf(d.Faults, name) }

func (d formData) fob() bool { return d.Form.Product == string(keys.Fob) }

func (d formData) picture() ui.Picture {
	if d.fob() {
		return ui.FobPicture
	}
	return ui.KeyPicture
}

func (d formData) numbersTitle() string {
	if d.fob() {
		return d.L.KeysNumbersOfFob()
	}
	return d.L.KeysNumbersOfKey()
}

// codeLabel is what the second number is called.
func codeLabel(l ui.L, p keys.Product) string {
	if p == keys.Key {
		return l.KeysKeyMark()
	}
	return l.KeysZoneNumber()
}

// numberFields are the three numbers, in the order in which they are found.
func (d formData) numberFields() []ui.F {
	f := []ui.F{
		{Name: "system_number", Label: d.L.KeysSystemNumber(), Hint: d.L.KeysPlaceInDrawing("1"), Value: d.Form.SystemNumber},
		{Name: "code", Label: codeLabel(d.L, keys.Product(d.Form.Product)), Hint: d.L.KeysPlaceInDrawing("2"), Value: d.Form.Code},
		{Name: "customer_number", Label: d.L.KeysCustomerNumber(), Hint: d.L.KeysCustomerNumberHint(), Value: d.Form.CustomerNumber},
	}
	for i := range f {
		f[i].L, f[i].Error, f[i].Autocomplete, f[i].NoSpellcheck, f[i].Width = d.L, d.fault(f[i].Name), "off", true, "m"
	}
	return f
}

func (d formData) purpose() ui.Choice {
	lost := d.L.KeysReplacementHint()
	if d.Phone != "" {
		lost = d.L.KeysReplacementCall(d.Phone)
	}
	return ui.Choice{
		L: d.L, Name: "purpose", Label: d.L.KeysPurposeQuestion(), Value: cmp.Or(d.Form.Purpose, keys.Additional), Error: d.fault("purpose"), Stacked: true,
		Options: []ui.Option{
			{Value: keys.Additional, Label: d.L.KeysAdditional(), Hint: d.L.KeysAdditionalHint()},
			{Value: keys.Replacement, Label: d.L.KeysReplacement(), Hint: lost},
		},
	}
}

func (d formData) quantity() ui.F {
	return ui.F{
		L: d.L, Name: "quantity", Label: d.L.KeysQuantity(), Hint: d.L.KeysQuantityHint(), Error: d.fault("quantity"),
		Value: cmp.Or(d.Form.Quantity, "1"), Type: "number", Width: "xs", Autocomplete: "off",
	}
}

func (d formData) personFields() []ui.F {
	f := []ui.F{
		{Name: "name", Label: d.L.KeysName(), Value: d.Form.Name, Autocomplete: "name", Class: "s4"},
		{Name: "flat", Label: d.L.KeysFlat(), Value: d.Form.Flat, Autocomplete: "off", NoSpellcheck: true, Class: "s2", Width: "s"},
		{Name: "email", Label: d.L.KeysEmail(), Value: d.Form.Email, Type: "email", Autocomplete: "email", NoSpellcheck: true, Class: "s4"},
		{Name: "phone", Label: d.L.KeysPhone(), Value: d.Form.Phone, Type: "tel", Autocomplete: "tel", Class: "s2"},
	}
	for i := range f {
		f[i].L, f[i].Error = d.L, d.fault(f[i].Name)
		if d.Form.AskedBy == keys.Requisitioner {
			f[i].Autocomplete = "off" // it is somebody else's
		}
	}
	f[1].Hint, f[2].Hint = d.L.KeysFlatHint(), d.L.KeysEmailHint()
	return f
}

func (d formData) delivery() ui.Choice {
	return ui.Choice{L: d.L, Name: "delivery", Label: d.L.KeysDeliveryQuestion(), HideLabel: true, Value: cmp.Or(d.Form.Delivery, keys.Pickup), Error: d.fault("delivery"), Options: []ui.Option{
		{Value: keys.Pickup, Label: d.L.Code("keys.delivery.pickup"), Hint: d.L.KeysPickupHint()},
		{Value: keys.Post, Label: d.L.Code("keys.delivery.post"), Hint: d.L.KeysPostHint()},
	}}
}

func (d formData) addressFields() []ui.F {
	f := []ui.F{
		{Name: "street", Label: d.L.KeysStreet(), Value: d.Form.Street, Autocomplete: "street-address"},
		{Name: "postcode", Label: d.L.KeysPostcode(), Value: d.Form.Postcode, Autocomplete: "postal-code", InputMode: "numeric", Class: "s2", Width: "s"},
		{Name: "town", Label: d.L.KeysTown(), Value: d.Form.Town, Autocomplete: "address-level2", Class: "s4"},
	}
	for i := range f {
		f[i].L, f[i].Error, f[i].Optional = d.L, d.fault(f[i].Name), false
		if d.Form.AskedBy == keys.Requisitioner {
			f[i].Autocomplete = "off"
		}
	}
	return f
}

func personLead(d formData) string {
	if d.Form.AskedBy == keys.Requisitioner {
		return d.L.KeysPersonLeadResident()
	}
	return d.L.KeysPersonLead()
}
