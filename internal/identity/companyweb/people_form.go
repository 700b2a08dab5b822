package companyweb

import (
	"net/http"
	"slices"

	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// addData is the form to add somebody, as it was sent.
type addData struct {
	side
	access
	Customer identity.Customer
	Form     identity.NewMember
}

// access is the part of a form that says what somebody may do: for the forms to add and to change people.
type access struct {
	In      ui.L
	Choices identity.MemberChoices
	Role    identity.Role
	GroupID string
	Methods []string
	Faults  []ui.FieldError
}

func (a access) fault(name string) string {
	for _, f := range a.Faults {
		if f.Name == name {
			return f.Text
		}
	}
	return ""
}

// memberFields is the order of the fields on the forms.
var memberFields = []string{"email", "first_name", "last_name", "name", "phone", "role", "group", "methods", "language"}

func (p *Pages) addForm(w http.ResponseWriter, r *http.Request, s side) error {
	d, err := p.addData(r, s)
	if err != nil {
		return err
	}
	if again := r.URL.Query().Get("again"); again != "" { // somebody who was removed
		m, err := identity.FindMember(r.Context(), p.Identity.DB, s.By, s.CustomerID, again)
		if err != nil {
			return err
		}
		d.Form.Email, d.Role, d.GroupID, d.Methods = m.Email, m.Role, m.GroupID, m.Methods.V
	}
	return web.Render(w, r, d.view())
}

func (p *Pages) addData(r *http.Request, s side) (d addData, err error) {
	d.side, d.In = s, s.L
	if d.Choices, err = p.Identity.FormChoices(r.Context(), s.By, s.CustomerID); err != nil {
		return d, err
	}
	if d.Customer, err = identity.CustomerByID(r.Context(), p.Identity.DB, s.CustomerID); err != nil {
		return d, err
	}
	d.Form.Language = d.Customer.L()
	if !d.Choices.Whole && len(d.Choices.Groups) == 1 {
		d.GroupID = d.Choices.Groups[0].ID
	}
	return d, nil
}

// add takes the form. Whatever is wrong with it, nothing typed is lost.
func (p *Pages) add(w http.ResponseWriter, r *http.Request, s side) error {
	d, err := p.addData(r, s)
	if err != nil {
		return err
	}
	d.access.read(r)
	l, _ := i18n.Parse(r.PostForm.Get("language"))
	d.Form = identity.NewMember{
		Email: r.PostForm.Get("email"), First: r.PostForm.Get("first_name"), Last: r.PostForm.Get("last_name"), Phone: r.PostForm.Get("phone"),
		Role: d.Role, GroupID: d.GroupID, Methods: d.Methods, Language: l,
	}
	_, err = p.Identity.Add(r.Context(), s.By, s.CustomerID, d.Form)
	if fault.Is(err, fault.Invalid) {
		d.Faults = web.FieldErrors(r, err, memberFields...)
		return web.Again(w, r, d.view())
	}
	if err != nil {
		return err
	}
	return web.Done(w, r, s.peoplePath(), "people.added")
}

// read takes what the form says of somebody's access. It parses the form.
func (a *access) read(r *http.Request) {
	_ = r.ParseForm() // what cannot be read is empty, and told field by field
	a.Role, a.GroupID, a.Methods = identity.Role(r.PostForm.Get("role")), r.PostForm.Get("group"), []string{}
	for _, m := range append(r.PostForm["methods"], r.PostForm["methods_invoice"]...) {
		if !slices.Contains(a.Methods, m) {
			a.Methods = append(a.Methods, m)
		}
	}
}

func (d addData) view() web.View {
	return web.View{Title: d.L.PeopleAddTitle(), Body: addPage(d), Errors: len(d.Faults), Section: d.peoplePath()}
}

func (d addData) head() ui.Head {
	l := d.L
	return ui.Head{Title: l.PeopleAddTitle(), Lead: l.PeopleAddLead(), Crumbs: d.crumbs(d.Customer.Name, ui.Link{Text: l.PeopleTitle(), Href: d.peoplePath()})}
}

func (d addData) language() ui.Choice {
	l := d.L
	c := ui.Choice{L: l, Name: "language", Label: l.PeopleLanguage(), Class: "s3", Value: d.Form.Language.Tag(), Error: d.fault("language")}
	for _, o := range i18n.All() {
		c.Options = append(c.Options, ui.Option{Value: o.Tag(), Label: o.Name()})
	}
	return c
}

// roles explains each ready-made role where it is chosen.
func (a access) roles() ui.Choice {
	c := ui.Choice{L: a.In, Name: "role", Label: a.In.PeopleRole(), Value: string(a.Role), Error: a.fault("role"), Stacked: true}
	for _, r := range a.Choices.Roles {
		o := ui.Option{Value: string(r.Role), Label: r.Role.Word(a.In, r.Name)}
		if r.Name == "" {
			o.Hint = a.In.Code("people.role." + string(r.Role))
		}
		c.Options = append(c.Options, o)
	}
	return c
}

func (a access) groups() ui.Choice {
	c := ui.Choice{
		L: a.In, Name: "group", Label: a.In.PeopleGroup(), Hint: a.In.PeopleGroupHint(), Class: "s4", Value: a.GroupID, Error: a.fault("group"),
		Optional: a.Choices.Whole, HideOptional: true, Blank: a.In.PeopleGroupChoose(), Options: groupOptions(a.Choices.Groups),
	}
	if a.Choices.Whole {
		c.Blank = a.In.PeopleWhole()
	}
	return c
}

// methods are two ticks of one question; the first carries its name, for the link from the error summary.
func (a access) methods() []ui.Tick {
	return []ui.Tick{
		{L: a.In, Name: "methods", Value: identity.ByCard, Label: a.In.Code("people.method.card"), Checked: slices.Contains(a.Methods, identity.ByCard), Error: a.fault("methods"), Class: "s2"},
		{L: a.In, Name: "methods_invoice", Value: identity.ByInvoice, Label: a.In.Code("people.method.invoice"), Checked: slices.Contains(a.Methods, identity.ByInvoice), Class: "s2"},
	}
}
