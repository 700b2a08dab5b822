package agreementweb

import (
	"net/http"
	"slices"
	"strings"

	"skranke/internal/agreement"
	"skranke/internal/day"
	"skranke/internal/fault"
	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// endData is the page that asks before an agreement ends.
type endData struct {
	L         ui.L
	Agreement agreement.Agreement
	Customer  identity.Customer
	EndsOn    string // as it was typed
	Faults    []ui.FieldError
}

func (d endData) path() string { return officePath + "/" + d.Agreement.ID }

func (d endData) fault() string {
	for _, f := range d.Faults {
		if f.Name == "ends_on" {
			return f.Text
		}
	}
	return ""
}

func (d endData) view() web.View {
	return web.View{Title: d.L.AgreementEndTitle(d.Agreement.Number), Body: endPage(d), Errors: len(d.Faults)}
}

// endable finds the agreement and its customer for the question.
func (p *Pages) endable(r *http.Request) (d endData, err error) {
	d.L = web.L(r)
	if d.Agreement, err = agreement.Find(r.Context(), p.Agreements.DB, web.Actor(r), r.PathValue("id")); err != nil {
		return d, err
	}
	d.Customer, err = identity.CustomerByID(r.Context(), p.Agreements.DB, d.Agreement.CustomerID)
	return d, err
}

// askEnd asks for the last day, and says what ending means.
func (p *Pages) askEnd(w http.ResponseWriter, r *http.Request) error {
	d, err := p.endable(r)
	if err != nil {
		return err
	}
	today := p.Agreements.Today()
	if !slices.Contains(d.Agreement.Open(web.Actor(r), today), agreement.End) {
		return fault.New(fault.Conflict, "agreement.moved_on")
	}
	d.EndsOn = today.String()
	return web.Render(w, r, d.view())
}

// end sets the last day.
func (p *Pages) end(w http.ResponseWriter, r *http.Request) error {
	typed := strings.TrimSpace(r.PostFormValue("ends_on"))
	on, _ := day.Parse(typed) // what is no day is none, which the service refuses
	a, err := p.Agreements.End(r.Context(), web.Actor(r), r.PathValue("id"), on)
	switch {
	case fault.Is(err, fault.Invalid):
		d, findErr := p.endable(r)
		if findErr != nil {
			return findErr
		}
		d.EndsOn, d.Faults = typed, web.FieldErrors(r, err, "ends_on")
		return web.Again(w, r, d.view())
	case err != nil:
		return err
	case a.Status == agreement.Ended:
		return web.Done(w, r, officePath+"/"+a.ID, "agreement.ended")
	}
	return web.Done(w, r, officePath+"/"+a.ID, "agreement.ending")
}
