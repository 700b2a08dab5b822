package signupweb

import (
	"cmp"
	"net/http"
	"strings"

	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/signup"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// numberData is the first page: which company.
type numberData struct {
	L               ui.L
	Country, Number string
	faults
}

// number asks for country and organisation number.
func (p *Pages) number(w http.ResponseWriter, r *http.Request) error {
	d := numberData{L: web.L(r)}
	return web.Render(w, r, d.view(faults{}))
}

// begin takes the number and goes on to the rest.
func (p *Pages) begin(w http.ResponseWriter, r *http.Request) error {
	d := numberData{L: web.L(r), Country: r.PostFormValue("country"), Number: printable(r.PostFormValue("org_number"))}
	reg, err := p.Signup.Begin(r.Context(), d.L, d.Country, d.Number, web.Address(r))
	if err != nil {
		return answer(w, r, err, d.view, "country", "org_number")
	}
	return web.Redirect(w, r, Path+"/"+reg.ID)
}

func (d numberData) view(f faults) web.View {
	d.faults = f
	return web.View{Title: d.L.SignupTitle(), Body: numberPage(d), Errors: len(f.List)}
}

// usual is the country that a language's readers most often are in.
var usual = map[i18n.L]string{i18n.SV: "SE", i18n.DA: "DK"}

func (d numberData) country() ui.Choice {
	c := ui.Choice{L: d.L, Name: "country", Label: d.L.SignupCountry(), Value: cmp.Or(d.Country, usual[d.L], "NO"), Error: d.of("country")}
	for _, country := range identity.Countries() {
		c.Options = append(c.Options, ui.Option{Value: country, Label: countryName(d.L, country)})
	}
	return c
}

func countryName(l ui.L, country string) string {
	return l.Code("signup.country." + strings.ToLower(country))
}

func (d numberData) orgNumber() ui.F {
	return ui.F{
		L: d.L, Name: "org_number", Label: d.L.SignupOrgNumber(), Hint: d.L.SignupOrgNumberHint(), Value: d.Number, Error: d.of("org_number"),
		Autocomplete: "off", NoSpellcheck: true, Width: "m", Maxlength: 40,
	}
}

func steps(l ui.L, back string) []ui.Step {
	return []ui.Step{{Text: l.SignupStepNumber(), Href: back}, {Text: l.SignupStepDetails()}, {Text: l.SignupStepConfirm()}}
}

// detailsData is the second page: the company and the person.
type detailsData struct {
	L ui.L
	signup.Registration
	faults
}

// draft finds a registration that is still being filled in. When it answers false the visitor has been sent where they belong.
func (p *Pages) draft(w http.ResponseWriter, r *http.Request) (reg signup.Registration, ok bool, err error) {
	reg, err = p.Signup.Find(r.Context(), r.PathValue("id"))
	switch {
	case err != nil:
		return reg, false, gone(w, r, err)
	case reg.State != signup.Draft:
		return reg, false, web.Redirect(w, r, Path+"/sent/"+reg.ID)
	}
	return reg, true, nil
}

// details shows what the public register says, to be corrected, and asks for the rest.
func (p *Pages) details(w http.ResponseWriter, r *http.Request) error {
	reg, ok, err := p.draft(w, r)
	if !ok {
		return err
	}
	a := reg.Answer.V
	reg.Kind, reg.Company, reg.Street, reg.Postcode, reg.Town = cmp.Or(a.Kind(), identity.Company), a.Name, a.Street, a.Postcode, a.Town
	reg.Language = web.L(r).Tag()
	return web.Render(w, r, detailsData{L: web.L(r), Registration: reg}.view(faults{}))
}

// submit sends the registration. What it answers does not depend on who is a customer already.
func (p *Pages) submit(w http.ResponseWriter, r *http.Request) error {
	reg, ok, err := p.draft(w, r)
	if !ok {
		return err
	}
	d := signup.Details{
		Kind: identity.CustomerKind(r.PostFormValue("kind")), Company: r.PostFormValue("company"), Street: r.PostFormValue("street"),
		Postcode: r.PostFormValue("postcode"), Town: r.PostFormValue("town"), Name: r.PostFormValue("name"), Email: r.PostFormValue("email"),
		Phone: r.PostFormValue("phone"), Language: r.PostFormValue("language"),
	}
	_, err = p.Signup.Submit(r.Context(), reg.ID, d, r.PostFormValue("password"), web.Address(r))
	if err != nil {
		shown := detailsData{L: web.L(r), Registration: reg}
		shown.take(d)
		return answer(w, r, err, shown.view, "kind", "company", "street", "postcode", "town", "name", "phone", "email", "password", "language")
	}
	return web.Redirect(w, r, Path+"/sent/"+reg.ID)
}

// take keeps what was typed, so that it can be corrected; the password is typed again.
func (d *detailsData) take(x signup.Details) {
	d.Kind, d.Company, d.Street, d.Postcode, d.Town = x.Kind, printable(x.Company), printable(x.Street), printable(x.Postcode), printable(x.Town)
	d.Name, d.Email, d.Phone, d.Language = printable(x.Name), printable(x.Email), printable(x.Phone), x.Language
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

func (d detailsData) view(f faults) web.View {
	d.faults = f
	return web.View{Title: d.title(), Body: detailsPage(d), Errors: len(f.List)}
}

func (d detailsData) title() string {
	if d.Answer.V.Known {
		return d.L.SignupFoundTitle()
	}
	return d.L.SignupDetailsTitle()
}

func (d detailsData) lead() string {
	if d.Answer.V.Known {
		return d.L.SignupFoundLead()
	}
	return ""
}

// number is the number as the country's people write it, with the country.
func (d detailsData) number() string {
	return id.FormatOrgNumber(d.Country, d.OrgNumber) + ", " + countryName(d.L, d.Country)
}

func (d detailsData) worries() (texts []string) {
	for _, f := range d.Answer.V.Worries() {
		texts = append(texts, d.L.Code("signup.worry."+string(f)))
	}
	return texts
}

func (d detailsData) kind() ui.Choice {
	c := ui.Choice{L: d.L, Name: "kind", Label: d.L.SignupKind(), Value: string(d.Kind), Error: d.of("kind")}
	for _, k := range signup.Kinds() {
		c.Options = append(c.Options, ui.Option{Value: string(k), Label: d.L.Code("signup.kind." + string(k))})
	}
	return c
}

func (d detailsData) companyFields() []ui.F {
	return d.settle([]ui.F{
		{Name: "company", Label: d.L.SignupCompany(), Value: d.Company, Autocomplete: "organization"},
		{Name: "street", Label: d.L.SignupStreet(), Value: d.Street, Autocomplete: "street-address"},
		{Name: "postcode", Label: d.L.SignupPostcode(), Value: d.Postcode, Autocomplete: "postal-code", InputMode: "numeric", Class: "s2", Width: "s"},
		{Name: "town", Label: d.L.SignupTown(), Value: d.Town, Autocomplete: "address-level2", Class: "s4"},
	})
}

func (d detailsData) personFields() []ui.F {
	return d.settle([]ui.F{
		{Name: "name", Label: d.L.SignupName(), Value: d.Name, Autocomplete: "name", Class: "s4"},
		{Name: "phone", Label: d.L.SignupPhone(), Value: d.Phone, Type: "tel", Autocomplete: "tel", Class: "s2"},
		{Name: "email", Label: d.L.SignupEmail(), Hint: d.L.SignupEmailHint(), Value: d.Email, Type: "email", Autocomplete: "username", NoSpellcheck: true, Class: "s4"},
		{Name: "password", Label: d.L.SignupPassword(), Hint: d.L.SignupPasswordHint(), Type: "password", Autocomplete: "new-password", Class: "s4"},
	})
}

func (d detailsData) settle(f []ui.F) []ui.F {
	for i := range f {
		f[i].L, f[i].Error = d.L, d.of(f[i].Name)
	}
	return f
}

func (d detailsData) language() ui.Choice {
	c := ui.Choice{L: d.L, Name: "language", Label: d.L.SignupLanguage(), Value: d.Language, Error: d.of("language"), Class: "s3"}
	for _, l := range i18n.All() {
		c.Options = append(c.Options, ui.Option{Value: l.Tag(), Label: l.Name()})
	}
	return c
}

// sent says that a mail is on its way.
func (p *Pages) sent(w http.ResponseWriter, r *http.Request) error {
	reg, err := p.Signup.Find(r.Context(), r.PathValue("id"))
	switch {
	case err != nil:
		return gone(w, r, err)
	case reg.State == signup.Draft:
		return web.Redirect(w, r, Path+"/"+reg.ID)
	}
	l := web.L(r)
	return web.Render(w, r, web.View{Title: l.SignupSentTitle(), Body: sentPage(l, reg)})
}

// again mails a new link.
func (p *Pages) again(w http.ResponseWriter, r *http.Request) error {
	reg, err := p.Signup.SendAgain(r.Context(), r.PathValue("id"))
	if err != nil {
		return gone(w, r, err)
	}
	return web.Done(w, r, Path+"/sent/"+reg.ID, "signup.notice.again")
}
