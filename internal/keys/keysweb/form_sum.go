package keysweb

import (
	"net/http"
	"strconv"

	"skranke/internal/agreement"
	"skranke/internal/fault"
	"skranke/internal/keys"
	"skranke/internal/link"
	"skranke/internal/money"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// sumData is the last page before ordering.
type sumData struct {
	formData
	Quote   keys.Quote
	Payer   agreement.Payer
	Changed bool // the price is another than the one shown before
}

// sum shows everything once more, and what it costs.
func (p *Pages) sum(w http.ResponseWriter, r *http.Request) error {
	return p.showSum(w, r, http.StatusOK)
}

func (p *Pages) showSum(w http.ResponseWriter, r *http.Request, status int) error {
	d, ok, err := p.draft(w, r, keys.StepSum)
	if !ok {
		return err
	}
	s, err := p.Keys.Sum(r.Context(), d.ID)
	if err != nil {
		return refused(w, r, err)
	}
	data := sumData{
		formData: formData{L: web.L(r), ID: d.ID, Form: d.Form.V, House: agreement.Match{Name: s.Customer.Name, Town: s.Customer.Town}, Step: keys.StepSum},
		Quote:    s.Quote, Payer: s.Payer, Changed: status == http.StatusConflict,
	}
	return web.RenderStatus(w, r, status, web.View{Title: stepTitle(data.L, keys.StepSum), Body: sumPage(data)})
}

// place makes the order, and leads whoever pays to the card provider. Sent twice it leads to the one order there is.
func (p *Pages) place(w http.ResponseWriter, r *http.Request) error {
	total, _ := strconv.ParseInt(r.PostFormValue("total"), 10, 64) // nonsense is a price that has changed
	o, err := p.Keys.Place(r.Context(), web.Actor(r), web.L(r), r.PathValue("draft"), total)
	switch code := fault.CodeOf(err); {
	case code == "keys.order.price_changed":
		return p.showSum(w, r, http.StatusConflict)
	case err != nil:
		return refused(w, r, err)
	}
	if o.Requisitioner != "" || !o.Payable() {
		return web.Redirect(w, r, p.placed(o))
	}
	return p.toPayment(w, r, link.Link{ID: o.StatusLink, Subject: o.ID}, p.Keys.StatusPath(o))
}

// toPayment leads to the card provider's page. While the provider is down the order waits, and its page says so.
func (p *Pages) toPayment(w http.ResponseWriter, r *http.Request, ln link.Link, status string) error {
	page, err := p.Keys.Pay(r.Context(), keys.LinkActor(ln), ln.Subject)
	switch code := fault.CodeOf(err); {
	case err == nil:
		return web.Redirect(w, r, page)
	case code == "billing.provider_down":
		return web.Redirect(w, r, status+"?later=1")
	case fault.Is(err, fault.Conflict): // paid or settled meanwhile: the page shows how it stands
		return web.Redirect(w, r, status)
	}
	return err
}

// done tells a requisitioner what happens next; the order's own page belongs to the resident.
func (p *Pages) done(w http.ResponseWriter, r *http.Request) error {
	o, placed, err := p.Keys.Ordered(r.Context(), r.PathValue("draft"))
	switch {
	case err != nil:
		return err
	case !placed:
		return web.Redirect(w, r, stepPath(r.PathValue("draft"), keys.StepSum))
	case o.Requisitioner == "":
		return web.Redirect(w, r, p.Keys.StatusPath(o))
	}
	l := web.L(r)
	return web.Render(w, r, web.View{Title: l.KeysDoneTitle(o.Number), Body: donePage(l, o)})
}

func (d sumData) amount() string { return d.L.Money(money.Of(d.Quote.Total, d.Quote.Currency)) }

func (d sumData) total() string { return strconv.FormatInt(d.Quote.Total, 10) }

// send is what the button says: it never hides that it costs.
func (d sumData) send() string {
	switch {
	case d.Payer == agreement.AssociationPays:
		return d.L.KeysOrderButton()
	case d.Form.AskedBy == keys.Requisitioner:
		return d.L.KeysOrderForButton()
	}
	return d.L.KeysOrderAndPay(d.amount())
}

// next is what happens once the button is pressed.
func (d sumData) next() []string {
	ready := d.L.KeysNextReadyPickup()
	if d.Form.Delivery == keys.Post {
		ready = d.L.KeysNextReadyPost()
	}
	switch {
	case d.Payer == agreement.AssociationPays:
		return []string{d.L.KeysNextAsk(), d.L.KeysNextMakeOnAccount(), ready}
	case d.Form.AskedBy == keys.Requisitioner:
		return []string{d.L.KeysNextResidentPays(), d.L.KeysNextConfirm(), ready}
	}
	return []string{d.L.KeysNextPay(), d.L.KeysNextAsk(), d.L.KeysNextMake(), ready}
}

func (d sumData) numberFacts() []ui.Fact {
	product := keys.Product(d.Form.Product)
	return []ui.Fact{
		{Label: d.L.KeysWhat(), Value: keys.QuantityOf(d.L, product, d.Form.NumberOf())},
		{Label: d.L.KeysPurpose(), Value: d.L.Code("keys.purpose." + d.Form.Purpose)},
		{Label: d.L.KeysSystemNumber(), Value: d.Form.SystemNumber},
		{Label: codeLabel(d.L, product), Value: d.Form.Code},
		{Label: d.L.KeysCustomerNumber(), Value: d.Form.CustomerNumber},
	}
}

func (d sumData) youFacts() []ui.Fact {
	facts := []ui.Fact{
		{Label: d.L.KeysName(), Value: d.Form.Name},
		{Label: d.L.KeysFlat(), Value: d.Form.Flat},
		{Label: d.L.KeysEmail(), Value: d.Form.Email},
		{Label: d.L.KeysPhone(), Value: d.Form.Phone},
		{Label: d.L.KeysDelivery(), Value: d.L.Code("keys.delivery." + d.Form.Delivery)},
	}
	if d.Form.Delivery == keys.Post {
		facts = append(facts, ui.Fact{Label: d.L.KeysAddress(), Value: d.Form.Street + ", " + d.Form.Postcode + " " + d.Form.Town})
	}
	return facts
}

// orderLines writes out what an order costs.
func orderLines(l ui.L, lines []keys.Line, net, vat, total int64, c money.Currency) ui.OrderLinesData {
	d := ui.OrderLinesData{L: l, Caption: l.KeysPrice(), Sums: []ui.SumData{
		{Label: l.KeysNet(), Amount: l.Amount(net, c)}, {Label: l.KeysVAT(), Amount: l.Amount(vat, c)},
	}, Total: ui.SumData{Label: l.KeysTotal(), Amount: l.Money(money.Of(total, c))}}
	for _, line := range lines {
		row := ui.LineData{What: keys.ItemName(l, line.Item), Amount: l.Amount(line.Gross, c)}
		if line.Quantity != 1 {
			row.Note = l.Int(line.Quantity) + " × " + l.Amount(line.Unit, c)
		}
		d.Lines = append(d.Lines, row)
	}
	return d
}
