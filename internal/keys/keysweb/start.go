package keysweb

import (
	"net/http"
	"net/url"
	"unicode/utf8"

	"skranke/internal/agreement"
	"skranke/internal/fault"
	"skranke/internal/keys"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// start shows what can be ordered, and how it goes.
func (p *Pages) start(w http.ResponseWriter, r *http.Request) error {
	l := web.L(r)
	return web.Render(w, r, web.View{Title: l.KeysStartTitle(), Body: startPage(l, p.Firm, p.Register)})
}

// whoData is the first page of the form.
type whoData struct {
	L       ui.L
	Form    keys.Form
	Draft   string // the one the visitor came back from
	Query   string
	Asked   bool // a search was made
	Matches []agreement.Match
	Faults  []ui.FieldError
}

// shortest is the fewest letters that are searched for: fewer would make the search a list.
const shortest = 3

// who is the first page: what, where, and who asks. Searching is a GET of the same page, so that it works without scripts.
func (p *Pages) who(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	d := whoData{
		L: web.L(r), Draft: q.Get("draft"), Query: q.Get("q"), Asked: q.Has("q"),
		Form: keys.Form{Product: q.Get("product"), AgreementID: q.Get("agreement"), AskedBy: q.Get("asked_by")},
	}
	if !d.Asked && d.Draft != "" {
		draft, err := p.Keys.Draft(r.Context(), d.Draft)
		if err != nil {
			return refused(w, r, err)
		}
		if draft.Form.V.Requisitioner != "" { // begun with a link, which has answered this page
			return web.Redirect(w, r, stepPath(draft.ID, keys.StepNumbers))
		}
		d.Form = draft.Form.V
	}
	if err := p.search(r, &d); err != nil {
		return err
	}
	return web.Render(w, r, d.view())
}

// search finds what matches the words; what was chosen before stays a choice.
func (p *Pages) search(r *http.Request, d *whoData) (err error) {
	if d.Matches, err = p.Keys.FindAssociations(r.Context(), d.Query); err != nil || d.Form.AgreementID == "" {
		return err
	}
	for _, m := range d.Matches {
		if m.Handle == d.Form.AgreementID {
			return nil
		}
	}
	chosen, err := p.Keys.Association(r.Context(), d.Form.AgreementID)
	if fault.Is(err, fault.Conflict) {
		d.Form.AgreementID = ""
		return nil
	}
	if err == nil && d.Query == "" {
		d.Matches = append(d.Matches, chosen)
	}
	return err
}

func (d whoData) view() web.View {
	return web.View{Title: stepTitle(d.L, keys.StepWho), Body: whoPage(d), Fragment: matches(d), Errors: len(d.Faults), Live: true}
}

// begin takes the first page. A requisitioner is asked for the mail address that the agreement lists.
func (p *Pages) begin(w http.ResponseWriter, r *http.Request) error {
	d := whoData{
		L: web.L(r), Draft: r.PostFormValue("draft"), Query: r.PostFormValue("q"), Asked: r.PostFormValue("q") != "",
		Form: keys.Form{Product: r.PostFormValue("product"), AgreementID: r.PostFormValue("agreement"), AskedBy: r.PostFormValue("asked_by")},
	}
	var draft keys.Draft
	err := d.Form.CheckWho()
	if err == nil {
		if d.Form.AskedBy == keys.Requisitioner {
			return web.Redirect(w, r, "/keys/requisition?agreement="+url.QueryEscape(d.Form.AgreementID))
		}
		draft, err = p.Keys.Begin(r.Context(), d.Form, d.Draft)
	}
	if fault.Is(err, fault.Invalid) {
		d.Faults = web.FieldErrors(r, err, "product", "agreement", "asked_by")
		if err := p.search(r, &d); err != nil {
			return err
		}
		d.aim()
		return web.Again(w, r, d.view())
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, stepPath(draft.ID, keys.StepNumbers))
}

// aim lets the error summary lead to the search while there is nothing to choose from.
func (d *whoData) aim() {
	for i, f := range d.Faults {
		if f.Name == "agreement" && len(d.Matches) == 0 {
			d.Faults[i].Name = "q"
		}
	}
}

func (d whoData) products() []ui.PictureOption {
	return []ui.PictureOption{
		{Option: ui.Option{Value: string(keys.Fob), Label: d.L.Code("keys.item.fob"), Hint: d.L.KeysFobHint()}, Picture: ui.FobPicture},
		{Option: ui.Option{Value: string(keys.Key), Label: d.L.Code("keys.item.key"), Hint: d.L.KeysKeyHint()}, Picture: ui.KeyPicture},
	}
}

func (d whoData) askers() ui.Choice {
	value := d.Form.AskedBy
	if value == "" {
		value = keys.Resident
	}
	return ui.Choice{L: d.L, Name: "asked_by", Label: d.L.KeysAskedBy(), Value: value, Error: faultOf(d.Faults, "asked_by"), Stacked: true, Options: []ui.Option{
		{Value: keys.Resident, Label: d.L.KeysAskedResident(), Hint: d.L.KeysAskedResidentHint()},
		{Value: keys.Requisitioner, Label: d.L.KeysAskedBoard(), Hint: d.L.KeysAskedBoardHint()},
	}}
}

func (d whoData) houses() ui.Choice {
	c := ui.Choice{L: d.L, Name: "agreement", Label: d.L.KeysHouses(), HideLabel: true, Value: d.Form.AgreementID, Error: faultOf(d.Faults, "agreement"), Stacked: true}
	for _, m := range d.Matches {
		c.Options = append(c.Options, ui.Option{Value: m.Handle, Label: m.Name, Hint: m.Town})
	}
	if len(c.Options) == 1 && d.Asked && len(d.Faults) == 0 {
		c.Value = c.Options[0].Value
	}
	return c
}

// found says in words what the search gave.
func (d whoData) found() string {
	switch n := len(d.Matches); {
	case n > 0:
		return d.L.KeysHousesFound(n)
	case utf8.RuneCountInString(d.Query) < shortest:
		return d.L.KeysSearchMore()
	}
	return d.L.KeysHousesNone()
}
