package billingweb

import (
	"net/http"
	"strings"

	"skranke/internal/fault"
	"skranke/internal/id"
	"skranke/internal/money"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// refundForm is what was typed into the form for giving money back, and what is wrong with it.
type refundForm struct {
	Once           string // an id of this form, so that a second click gives nothing more back
	Amount, Reason string
	Faults         []ui.FieldError
}

// refund gives a part or all of a payment back.
func (p *Pages) refund(w http.ResponseWriter, r *http.Request) error {
	paymentID, l := r.PathValue("id"), web.L(r)
	dossier, err := p.Billing.Dossier(r.Context(), web.Actor(r), paymentID)
	if err != nil {
		return err
	}
	read := func(field string) string { return strings.TrimSpace(strings.ToValidUTF8(r.PostFormValue(field), "")) }
	f := refundForm{Once: read("once"), Amount: read("amount"), Reason: read("reason")}
	amount, err := l.ParseMoney(f.Amount, dossier.Payment.Currency)
	if err == nil {
		err = p.Billing.RefundByHand(r.Context(), web.Actor(r), paymentID, f.Once, amount, f.Reason)
	} else {
		err = fault.Field("amount", err.Error())
	}
	if fault.Is(err, fault.Invalid) && id.Valid(f.Once) {
		f.Faults = web.FieldErrors(r, err, "amount", "reason")
		return p.showPayment(w, r, f)
	}
	if err != nil {
		return err
	}
	return web.Done(w, r, paymentsPath+"/"+paymentID, "billing.refund_asked")
}

func (d fileData) refundable() string {
	return d.L.MoneyCode(money.Of(d.Refundable, d.Payment.Currency))
}

func (d fileData) refundField(name, label, value string) ui.F {
	f := ui.F{L: d.L, Name: name, Label: label, Value: value, Autocomplete: "off"}
	for _, x := range d.Form.Faults {
		if x.Name == name {
			f.Error = x.Text
		}
	}
	return f
}

func (d fileData) refundAmount() ui.F {
	f := d.refundField("amount", d.L.BillingRefundAmount(string(d.Payment.Currency)), d.Form.Amount)
	f.Hint, f.InputMode, f.Width, f.Maxlength, f.NoSpellcheck = d.L.BillingRefundAmountHint(d.refundable()), "decimal", "m", 20, true
	return f
}

func (d fileData) refundReason() ui.F {
	f := d.refundField("reason", d.L.BillingRefundReason(), d.Form.Reason)
	f.Hint, f.Type, f.Rows = d.L.BillingRefundReasonHint(), "textarea", 2
	return f
}
