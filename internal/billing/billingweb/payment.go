package billingweb

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"skranke/internal/billing"
	"skranke/internal/event"
	"skranke/internal/id"
	"skranke/internal/money"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// fileData is one payment's page.
type fileData struct {
	L    ui.L
	Zone *time.Location
	billing.Dossier
	About string // the page of what is paid for, or empty
	Names map[string]string
	Form  refundForm
}

// payment shows one payment: how it stands, what we asked for, what the provider said and when.
func (p *Pages) payment(w http.ResponseWriter, r *http.Request) error {
	return p.showPayment(w, r, refundForm{})
}

// showPayment is the page, again with a form's mistakes.
func (p *Pages) showPayment(w http.ResponseWriter, r *http.Request, f refundForm) error {
	dossier, err := p.Billing.Dossier(r.Context(), web.Actor(r), r.PathValue("id"))
	if err != nil {
		return err
	}
	if f.Once == "" {
		f.Once = id.New()
	}
	d := fileData{L: web.L(r), Zone: p.zone(), Dossier: dossier, Form: f}
	if d.Names, err = p.names(r.Context(), dossier.Steps); err != nil {
		return err
	}
	if path, ok := p.About[dossier.Payment.Kind]; ok {
		d.About = path + dossier.Payment.Subject
	}
	v := web.View{Title: d.title(), Body: paymentPage(d), Errors: len(f.Faults)}
	if len(f.Faults) > 0 {
		return web.Again(w, r, v)
	}
	return web.Render(w, r, v)
}

// names finds who asked for the refunds.
func (p *Pages) names(ctx context.Context, steps []billing.Step) (map[string]string, error) {
	var ids []string
	for _, st := range steps {
		if st.AskedBy != "" {
			ids = append(ids, st.AskedBy)
		}
	}
	if p.Names == nil || len(ids) == 0 {
		return nil, nil //nolint:nilnil // nobody's name is needed
	}
	return p.Names(ctx, ids)
}

// retry asks the provider again.
func (p *Pages) retry(w http.ResponseWriter, r *http.Request) error {
	paymentID := r.PathValue("id")
	if err := p.Billing.Retry(r.Context(), web.Actor(r), paymentID); err != nil {
		return err
	}
	return web.Done(w, r, paymentsPath+"/"+paymentID, "billing.retried")
}

func (d fileData) title() string { return d.L.BillingPayment(d.Payment.Reference) }

func (d fileData) head() ui.Head {
	b := Badge(d.L, d.Payment)
	return ui.Head{Title: d.title(), Lead: d.Payment.Description, Badge: &b, Crumbs: []ui.Link{{Text: d.L.BillingPayments(), Href: paymentsPath}}}
}

// facts leaves out what is not so.
func (d fileData) facts() []ui.Fact {
	p, l := d.Payment, d.L
	all := []ui.Fact{
		{Label: l.BillingAmount(), Value: l.MoneyCode(p.Money())},
		{Label: l.BillingCaptured(), Value: d.some(p.Captured)},
		{Label: l.BillingRefunded(), Value: d.some(p.Refunded)},
		{Label: l.BillingFor(), Value: d.forText()},
		{Label: l.BillingMade(), Value: l.DateTime(p.CreatedAt, d.Zone)},
		{Label: l.BillingReservedUntil(), Value: d.reservedUntil()},
		{Label: l.BillingFailure(), Value: d.failure(p.Failure)},
		{Label: l.BillingAttempt(), Value: l.BillingAttemptNumber(l.Int(p.Attempt))},
		{Label: l.BillingProvider(), Value: p.Provider},
	}
	if d.About != "" {
		all[3].Content = forLink(d.About, p.Reference)
	}
	return slices.DeleteFunc(all, func(f ui.Fact) bool { return f.Value == "" })
}

func (d fileData) forText() string {
	if d.About == "" {
		return ""
	}
	return d.Payment.Reference
}

func (d fileData) some(minor int64) string {
	if minor == 0 {
		return ""
	}
	return d.L.MoneyCode(money.Of(minor, d.Payment.Currency))
}

func (d fileData) reservedUntil() string {
	if d.Payment.State != billing.Reserved || d.Payment.ReservedUntil == nil {
		return ""
	}
	return d.L.DateTime(*d.Payment.ReservedUntil, d.Zone)
}

func (d fileData) failure(code string) string {
	if code == "" {
		return ""
	}
	return d.L.Code("billing.failure." + code)
}

// attempts are all the payments that were made for the same thing.
func (d fileData) attempts() ui.TableData {
	t := ui.TableData{L: d.L, Caption: d.L.BillingAttempts(), Cols: []ui.Col{
		{Label: d.L.BillingAttempt(), Spot: ui.SpotTitle},
		{Label: d.L.BillingMade(), Spot: ui.SpotLabeled},
		{Label: d.L.BillingStatus(), Spot: ui.SpotCorner},
		{Label: d.L.BillingAmount(), Num: true, Spot: ui.SpotAmount},
	}}
	for _, p := range d.Attempts {
		badge, number := Badge(d.L, p), ui.Cell{Text: d.L.BillingAttemptNumber(d.L.Int(p.Attempt)), Sub: d.failure(p.Failure)}
		if p.ID != d.Payment.ID {
			number.Href = paymentsPath + "/" + p.ID
		}
		t.Rows = append(t.Rows, []ui.Cell{number, {Text: d.L.DateTime(p.CreatedAt, d.Zone), Tabular: true}, {Badge: &badge}, {Text: d.L.MoneyCode(p.Money())}})
	}
	return t
}

func (d fileData) steps() ui.TableData {
	t := ui.TableData{L: d.L, Caption: d.L.BillingSteps(), Cols: []ui.Col{
		{Label: d.L.BillingStep(), Spot: ui.SpotTitle},
		{Label: d.L.BillingAsked(), Spot: ui.SpotLabeled},
		{Label: d.L.BillingStatus(), Spot: ui.SpotCorner},
		{Label: d.L.BillingAmount(), Num: true, Spot: ui.SpotAmount},
	}}
	for _, st := range d.Steps {
		badge := stepBadge(d.L, st.State)
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: d.L.Code("billing.step." + string(st.Does)), Sub: d.why(st)},
			{Text: d.L.DateTime(st.CreatedAt, d.Zone), Tabular: true},
			{Badge: &badge},
			{Text: d.some(st.Amount)},
		})
	}
	return t
}

// why is who wanted a step and for what reason, and the provider's word where it refused.
func (d fileData) why(st billing.Step) string {
	var parts []string
	for _, s := range []string{d.Names[st.AskedBy], st.Reason, st.Failure} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " · ")
}

func stepBadge(l ui.L, s billing.StepState) ui.Badge {
	state := map[billing.StepState]ui.State{billing.StepQueued: ui.Working, billing.StepDone: ui.Done, billing.StepFailed: ui.OnHold}[s]
	return ui.Badge{State: state, Text: l.Code("billing.step_state." + string(s))}
}

func (d fileData) messages() ui.TableData {
	t := ui.TableData{L: d.L, Caption: d.L.BillingMessages(), Cols: []ui.Col{
		{Label: d.L.BillingHeard(), Spot: ui.SpotTitle},
		{Label: d.L.BillingHow(), Spot: ui.SpotLabeled},
		{Label: d.L.BillingSaid(), Spot: ui.SpotLabeled},
		{Label: d.L.BillingLedTo(), Spot: ui.SpotLabeled},
	}}
	for _, m := range d.Messages {
		way, raw := how(m.Name), ""
		if way == "webhook" {
			raw = m.Name
		}
		led := d.L.BillingNothingNew()
		switch {
		case m.LedTo != "":
			led = d.L.Code(m.LedTo.Event())
		case m.State == "":
			led = d.L.BillingAskedBack()
		}
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: d.L.DateTime(m.At, d.Zone), Tabular: true},
			{Text: d.L.Code("billing.message." + way), Sub: raw},
			{Text: d.said(m), Sub: d.failure(m.Failure)},
			{Text: led},
		})
	}
	return t
}

// said is how the payment stands by a message; some say only that there is news.
func (d fileData) said(m billing.Kept) string {
	if m.State == "" {
		return d.L.BillingSaidNews()
	}
	return d.L.Code("billing.state." + string(m.State))
}

// how tells the answers to our own calls from what the provider sent by itself.
func how(name string) string {
	switch name {
	case "look":
		return "look"
	case string(billing.Capture), string(billing.Release), string(billing.Refund):
		return "call"
	}
	return "webhook"
}

// history is what followed, newest first.
func (d fileData) history() []ui.Event {
	var out []ui.Event
	for _, e := range slices.Backward(d.Events) {
		out = append(out, ui.Event{When: d.L.DateTime(e.At, d.Zone), Machine: e.At.Format(time.RFC3339), Text: d.L.Code(e.Name), Tone: tone(e)})
	}
	return out
}

func tone(e event.Event) ui.Tone {
	switch e.Name {
	case billing.Capture.Event():
		return ui.Success
	case billing.Refuse.Event(), billing.Lapse.Event(), billing.Fail.Event():
		return ui.Warning
	}
	return ui.Neutral
}
