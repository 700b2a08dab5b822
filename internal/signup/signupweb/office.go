package signupweb

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"skranke/internal/authz"
	"skranke/internal/day"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/signup"
	"skranke/internal/ui"
	"skranke/internal/web"

	"github.com/a-h/templ"
)

// listData is one page of registrations in one state.
type listData struct {
	L     ui.L
	State signup.State
	Page  signup.Page
	Zone  *time.Location
}

// list shows the queue, or the registrations in another state.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) (err error) {
	q := r.URL.Query()
	d := listData{L: web.L(r), State: signup.State(q.Get("state")), Zone: p.zone()}
	if !slices.Contains(signup.Listed(), d.State) {
		d.State = signup.Review
	}
	d.Page, err = p.Signup.List(r.Context(), web.Actor(r), signup.Filter{State: d.State, After: q.Get("after"), Before: q.Get("before")})
	if err != nil {
		return err
	}
	return web.Render(w, r, web.View{Title: d.L.SignupNav(), Body: listPage(d)})
}

func (d listData) href(state signup.State, key, rowID string) string {
	q := url.Values{}
	if state != signup.Review {
		q.Set("state", string(state))
	}
	if key != "" {
		q.Set(key, rowID)
	}
	if len(q) == 0 {
		return OfficePath
	}
	return OfficePath + "?" + q.Encode()
}

func (d listData) tabs() (tabs []ui.Tab) {
	for _, s := range signup.Listed() {
		tabs = append(tabs, ui.Tab{Text: d.L.Code("signup.state." + string(s)), Href: d.href(s, "", ""), Current: s == d.State})
	}
	return tabs
}

func (d listData) pages() ui.Pages {
	p, rows := ui.Pages{Summary: d.L.SignupOfficeShown(len(d.Page.Rows))}, d.Page.Rows
	if len(rows) == 0 {
		return p
	}
	if d.Page.Prev {
		p.PreviousHref = d.href(d.State, "before", rows[0].ID)
	}
	if d.Page.Next {
		p.NextHref = d.href(d.State, "after", rows[len(rows)-1].ID)
	}
	return p
}

func (d listData) table() ui.TableData {
	l := d.L
	t := ui.TableData{L: l, Caption: l.SignupNav(), Cols: []ui.Col{
		{Label: l.SignupOfficeWhat(), Spot: ui.SpotTitle},
		{Label: l.SignupOrgNumberShort(), Spot: ui.SpotLabeled},
		{Label: l.SignupOfficeContact()},
		{Label: l.SignupOfficeWhy()},
		{Label: l.SignupOfficeSince(), Spot: ui.SpotLabeled},
		{Label: l.SignupOfficeState(), Spot: ui.SpotCorner},
	}}
	for _, r := range d.Page.Rows {
		b := Badge(l, r.State)
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: r.Company, Href: OfficePath + "/" + r.ID},
			{Text: id.FormatOrgNumber(r.Country, r.OrgNumber), Sub: countryName(l, r.Country), NoBreak: true},
			{Text: r.Name, Sub: r.Email},
			{Text: strings.Join(flagWords(l, r), ", ")},
			{Text: l.Date(day.Of(r.ChangedAt, d.Zone)), NoBreak: true},
			{Badge: &b},
		})
	}
	return t
}

// Badge is the one place where a registration's state becomes a shape, a colour and a word.
func Badge(l ui.L, s signup.State) ui.Badge {
	state := map[signup.State]ui.State{
		signup.Unverified: ui.Waiting, signup.Asked: ui.Waiting, signup.Review: ui.OnHold, signup.Active: ui.Done, signup.Rejected: ui.Cancelled,
	}[s]
	return ui.Badge{State: state, Text: l.Code("signup.state." + string(s))}
}

func flagWords(l ui.L, r signup.Registration) (out []string) {
	for _, f := range r.Flags.V {
		out = append(out, l.Code("signup.flag."+string(f)))
	}
	return out
}

// oneData is one registration as staff see it.
type oneData struct {
	L ui.L
	signup.View
	Names  map[string]string
	Zone   *time.Location
	Role   string // typed
	Reason string
	faults
}

// one shows a registration, with what the public register said and how to decide.
func (p *Pages) one(w http.ResponseWriter, r *http.Request) error {
	d, err := p.look(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, d.view(faults{}))
}

func (p *Pages) look(r *http.Request) (oneData, error) {
	d := oneData{L: web.L(r), Zone: p.zone(), Names: map[string]string{}}
	var err error
	if d.View, err = p.Signup.Look(r.Context(), web.Actor(r), r.PathValue("id")); err != nil {
		return d, err
	}
	var who []string
	for _, e := range d.Timeline {
		who = append(who, e.Actor)
	}
	if p.Names != nil && len(who) > 0 {
		if d.Names, err = p.Names(r.Context(), who); err != nil {
			return d, fmt.Errorf("name who decided on %s: %w", d.ID, err)
		}
	}
	return d, nil
}

func (d oneData) view(f faults) web.View {
	d.faults = f
	return web.View{Title: d.Company, Body: onePage(d), Errors: len(f.List), Section: OfficePath}
}

// approve says yes to what the page showed.
func (p *Pages) approve(w http.ResponseWriter, r *http.Request) error {
	return p.decide(w, r, "signup.notice.approved", p.Signup.Approve)
}

// reject says no, with a reason.
func (p *Pages) reject(w http.ResponseWriter, r *http.Request) error {
	return p.decide(w, r, "signup.notice.rejected", p.Signup.Reject)
}

func (p *Pages) decide(w http.ResponseWriter, r *http.Request, notice string, do decision) error {
	version, _ := strconv.ParseInt(r.PostFormValue("version"), 10, 64) // no number is no version there is
	typed := signup.Decision{
		Version: version, Want: signup.Want(r.PostFormValue("want")), Role: identity.Role(r.PostFormValue("role")), Reason: printable(r.PostFormValue("reason")),
	}
	err := do(r.Context(), web.Actor(r), r.PathValue("id"), typed)
	switch {
	case fault.Is(err, fault.Invalid):
		d, failed := p.look(r)
		if failed != nil {
			return failed
		}
		d.Role, d.Reason = string(typed.Role), typed.Reason
		return web.Again(w, r, d.view(faults{List: web.FieldErrors(r, err, "role", "reason")}))
	case err != nil:
		return err
	}
	return web.Done(w, r, OfficePath, notice)
}

func (d oneData) head() ui.Head {
	b := Badge(d.L, d.State)
	return ui.Head{Title: d.Company, Badge: &b, Crumbs: []ui.Link{{Text: d.L.SignupNav(), Href: OfficePath}}}
}

func (d oneData) open() bool { return d.State == signup.Review }

// means is what a yes does.
func (d oneData) means() string {
	switch d.Want {
	case signup.WantAccess:
		return d.L.SignupOfficeWantAccess(d.Holder.Name)
	case signup.WantNothing:
		return d.L.SignupOfficeWantNothing(d.Holder.Name)
	case signup.WantCompany:
	}
	return d.L.SignupOfficeWantCompany()
}

// customer is the page of the customer that the registration is about, or empty.
func (d oneData) customer() string {
	if customerID := cmp.Or(d.CustomerID, d.Holder.ID); customerID != "" {
		return "/office/customers/" + customerID
	}
	return ""
}

func known(facts []ui.Fact) []ui.Fact {
	return slices.DeleteFunc(facts, func(f ui.Fact) bool { return f.Value == "" })
}

func (d oneData) facts() []ui.Fact {
	l := d.L
	return known([]ui.Fact{
		{Label: l.SignupCompany(), Value: d.Company},
		{Label: l.SignupOrgNumberShort(), Value: id.FormatOrgNumber(d.Country, d.OrgNumber) + ", " + countryName(l, d.Country)},
		{Label: l.SignupKind(), Value: l.Code("signup.kind." + string(d.Kind))},
		{Label: l.SignupAddress(), Value: address(d.Street, d.Postcode, d.Town)},
		{Label: l.SignupOfficeContact(), Value: d.Name},
		{Label: l.SignupEmail(), Value: d.Email},
		{Label: l.SignupPhone(), Value: d.Phone},
		{Label: l.SignupLanguage(), Value: d.Registration.L().Name()},
		{Label: l.SignupOfficeReason(), Value: d.Registration.Reason},
	})
}

func (d oneData) register() []ui.Fact {
	l, a := d.L, d.Answer.V
	state := ""
	if a.Dissolved || a.Deleted {
		state = l.Code("signup.flag.dissolved")
	}
	if a.Bankrupt {
		state = l.Code("signup.flag.bankrupt")
	}
	return known([]ui.Fact{
		{Label: l.SignupCompany(), Value: a.Name},
		{Label: l.SignupOfficeForm(), Value: a.Form},
		{Label: l.SignupAddress(), Value: address(a.Street, a.Postcode, a.Town)},
		{Label: l.SignupOfficeState(), Value: state},
	})
}

// silence is what there is to say where the register gave no company.
func (d oneData) silence() string {
	switch a := d.Answer.V; {
	case a.Known:
		return ""
	case a.Deleted:
		return d.L.SignupOfficeDeleted()
	case a.Asked:
		return d.L.SignupOfficeNotKnown()
	}
	return d.L.SignupOfficeSilent()
}

func address(street, postcode, town string) string {
	place := strings.TrimSpace(postcode + " " + town)
	if street == "" || place == "" {
		return street + place
	}
	return street + ", " + place
}

func (d oneData) roles() ui.Choice {
	c := ui.Choice{L: d.L, Name: "role", Label: d.L.SignupOfficeRole(), Value: cmp.Or(d.Role, string(identity.Administrator)), Error: d.of("role")}
	for _, r := range signup.Admits() {
		c.Options = append(c.Options, ui.Option{Value: string(r), Label: d.L.Code("identity.role." + string(r))})
	}
	return c
}

func (d oneData) reason() ui.F {
	return ui.F{
		L: d.L, Name: "reason", Type: "textarea", Label: d.L.SignupOfficeReason(), Hint: d.L.SignupOfficeReasonHint(), Value: d.Reason, Error: d.of("reason"),
		Rows: 3, Maxlength: 1000,
	}
}

func (d oneData) timeline() (out []ui.Event) {
	for _, e := range slices.Backward(d.Timeline) {
		out = append(out, ui.Event{When: d.L.DateTime(e.At, d.Zone), Machine: e.At.Format(time.RFC3339), Text: d.L.Code(e.Name), Note: d.note(e)})
	}
	return out
}

func (d oneData) note(e event.Event) string {
	if n := d.Names[e.Actor]; n != "" {
		return n
	}
	return ""
}

// presenter of access: see AccessForApproval.
type accessData struct {
	L ui.L
	signup.Registration
}

// AccessForApproval shows an administrator who asks for access, and what a yes means. Package approval has checked that they may
// see it. A registration that is forgotten shows nothing.
func (p *Pages) AccessForApproval(ctx context.Context, l i18n.L, registrationID string) (templ.Component, error) {
	r, err := p.Signup.Asker(ctx, registrationID)
	if fault.Is(err, fault.NotFound) {
		return nil, nil //nolint:nilnil // the page of the question stands alone then
	}
	if err != nil {
		return nil, err
	}
	return accessCard(accessData{L: l, Registration: r}), nil
}

func (d accessData) facts() []ui.Fact {
	return []ui.Fact{{Label: d.L.SignupName(), Value: d.Name}, {Label: d.L.SignupEmail(), Value: d.Email}, {Label: d.L.SignupPhone(), Value: d.Phone}}
}

// decision is a use case of staff.
type decision func(ctx context.Context, by authz.Actor, registrationID string, d signup.Decision) error
