package companyweb

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"skranke/internal/authz"
	"skranke/internal/day"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// memberData is one of the customer's people: what they are to it, what can be changed, and what has happened.
type memberData struct {
	side
	access
	Customer    identity.Customer
	Member      identity.Member
	Facts       identity.MemberFacts
	Name, Phone string // as typed
	Events      []event.Event
	Names       map[string]string
	Zone        *time.Location
	Now         time.Time
	May         bool    // may the reader change people at all?
	Told        string  // the code of why the last click changed nothing
	Form        *filled // what was sent, where somebody else has saved meanwhile
}

func (p *Pages) member(w http.ResponseWriter, r *http.Request, s side) error {
	d, err := p.memberData(r, s)
	if err != nil {
		return err
	}
	return web.Render(w, r, d.view())
}

// memberData reads the page of the member that an address names.
func (p *Pages) memberData(r *http.Request, s side) (d memberData, err error) {
	ctx, q := r.Context(), p.Identity.DB
	d.side, d.In, d.Zone, d.Now, d.May = s, s.L, p.zone(), q.Now(), s.By.MayAnywhere(identity.MayEditPeople)
	if d.Member, err = identity.FindMember(ctx, q, s.By, s.CustomerID, r.PathValue("member")); err != nil {
		return d, err
	}
	if d.Customer, err = identity.CustomerByID(ctx, q, s.CustomerID); err != nil {
		return d, err
	}
	d.Role, d.GroupID, d.Methods = d.Member.Role, d.Member.GroupID, d.Member.Methods.V
	d.Name, d.Phone = d.Member.Name, d.Member.Phone
	if d.May {
		if d.Facts, err = p.Identity.Facts(ctx, s.By, d.Member); err != nil {
			return d, err
		}
	}
	if d.Facts.Edit {
		if d.Choices, err = p.Identity.FormChoices(ctx, s.By, s.CustomerID); err != nil {
			return d, err
		}
	}
	return d, p.history(r, &d)
}

func (p *Pages) history(r *http.Request, d *memberData) (err error) {
	if d.Events, err = event.Of(r.Context(), p.Identity.DB, d.Member.ID); err != nil {
		return err
	}
	slices.Reverse(d.Events) // newest first
	var ids []string
	for _, e := range d.Events {
		ids = append(ids, e.Actor, e.OnBehalf)
	}
	if p.Names == nil || len(ids) == 0 {
		return nil
	}
	d.Names, err = p.Names(r.Context(), ids)
	return err
}

// edit takes another role, group, ways of paying or name.
func (p *Pages) edit(w http.ResponseWriter, r *http.Request, s side) error {
	d, err := p.memberData(r, s)
	if err != nil {
		return err
	}
	d.access.read(r)
	version, _ := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	d.Name, d.Phone = r.PostForm.Get("name"), r.PostForm.Get("phone")
	_, err = p.Identity.EditMember(r.Context(), s.By, s.CustomerID, d.Member.ID, identity.MemberEdit{
		Role: d.Role, GroupID: d.GroupID, Methods: d.Methods, Name: d.Name, Phone: d.Phone, Version: version,
	})
	switch {
	case fault.Is(err, fault.Invalid):
		d.Faults = web.FieldErrors(r, err, memberFields...)
		return web.Again(w, r, d.view())
	case fault.Is(err, fault.Conflict):
		return p.overtaken(w, r, d, err)
	case err != nil:
		return err
	}
	return web.Done(w, r, d.path(), "people.saved")
}

// overtaken answers a form that somebody else was faster than: what is saved now beside what was sent, and the form as it was
// sent. Who can no longer be changed has no form: the page says how things are.
func (p *Pages) overtaken(w http.ResponseWriter, r *http.Request, sent memberData, conflict error) error {
	d, err := p.memberData(r, sent.side) // the page was read before the other saved
	if err != nil {
		return err
	}
	if !d.Facts.Edit {
		d.Told = fault.CodeOf(conflict)
		return web.RenderStatus(w, r, http.StatusConflict, d.view())
	}
	saved := d.pieces()
	d.Role, d.GroupID, d.Methods = sent.Role, sent.GroupID, sent.Methods
	if d.Facts.NameOpen {
		d.Name, d.Phone = sent.Name, sent.Phone
	}
	d.Form = fill(d.L, d.pieces(), d.Member.Version)
	return d.Form.again(w, r, conflict, saved, d.Member.Version, d.view)
}

// pieces are the fields of the form as text, for the comparison alone: no group and no ways of paying mean all of them.
func (d memberData) pieces() []identity.Piece {
	role, group := string(d.Role), cmp.Or(d.GroupID, anything)
	ways := cmp.Or(strings.Join(slices.Sorted(slices.Values(d.Methods)), " "), anything)
	return []identity.Piece{
		{Name: "name", Value: &d.Name}, {Name: "phone", Value: &d.Phone}, {Name: "role", Value: &role}, {Name: "group", Value: &group}, {Name: "methods", Value: &ways},
	}
}

// show writes a value of the form as a reader knows it.
func (d memberData) show(name, value string) string {
	switch {
	case name == "role" && value == string(d.Member.Role): // it may be one that the reader cannot give
		return d.Member.Role.Word(d.L, d.Member.RoleName)
	case name == "role":
		for _, c := range d.Choices.Roles {
			if string(c.Role) == value {
				return c.Role.Word(d.L, c.Name)
			}
		}
	case name == "group" && value == anything:
		return d.L.PeopleWhole()
	case name == "group" && value == d.Member.GroupID:
		return d.Member.GroupName
	case name == "group":
		for _, c := range d.Choices.Groups {
			if c.ID == value {
				return c.Name
			}
		}
	case name == "methods" && value == anything:
		return d.L.PeopleMethodsAll()
	case name == "methods":
		return methodWords(d.L, strings.Fields(value))
	}
	return value
}

// act does what a button says: suspend, reactivate, remove, withdraw, resend. What cannot be done is told on the same page.
func (p *Pages) act(w http.ResponseWriter, r *http.Request, s side) (err error) {
	memberID, do := r.PathValue("member"), identity.MemberAction(r.PathValue("action"))
	version, _ := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	switch do {
	case "resend":
		err = p.Identity.ResendInvitation(r.Context(), s.By, s.CustomerID, memberID)
	case identity.SuspendMember, identity.ReactivateMember, identity.RemoveMember, identity.WithdrawMember:
		_, err = p.Identity.MoveMember(r.Context(), s.By, s.CustomerID, memberID, do, version)
	default:
		return fault.New(fault.NotFound, "fault.not_found")
	}
	code := fault.CodeOf(err)
	switch {
	case fault.Is(err, fault.Conflict), fault.Is(err, fault.TooMany), code == "identity.member.yourself", code == "identity.member.has_more":
		d, again := p.memberData(r, s)
		if again != nil {
			return again
		}
		d.Told = code
		return web.RenderStatus(w, r, fault.Status(err), d.view())
	case err != nil:
		return err
	}
	return web.Done(w, r, s.peoplePath()+"/"+memberID, "people.did."+string(do))
}

// askRemove asks before somebody loses their access.
func (p *Pages) askRemove(w http.ResponseWriter, r *http.Request, s side) error {
	d, err := p.memberData(r, s)
	if err != nil {
		return err
	}
	if !slices.Contains(d.Facts.Open, identity.RemoveMember) {
		return web.Redirect(w, r, d.path())
	}
	return web.Render(w, r, web.View{Title: d.L.PeopleRemoveTitle(d.Member.Name), Body: removePage(d), Section: d.peoplePath()})
}

// find leads from a member, whose customer is not known, to their page: the audit log has no more.
func (p *Pages) find(w http.ResponseWriter, r *http.Request) error {
	m, err := identity.MemberByID(r.Context(), p.Identity.DB, r.PathValue("member"))
	if err == nil && !web.Actor(r).May(identity.MaySeePeople, m.Place()) {
		err = fault.New(fault.NotFound, "identity.member.not_found")
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, officePath+m.CustomerID+"/people/"+m.ID)
}

func (d memberData) path() string { return d.peoplePath() + "/" + d.Member.ID }

func (d memberData) view() web.View {
	return web.View{Title: d.Member.Name, Body: memberPage(d), Errors: len(d.Faults), Section: d.peoplePath()}
}

func (d memberData) head() ui.Head {
	b := memberBadge(d.L, d.Member.Status)
	return ui.Head{
		Title: breakable(d.Member.Name), Lead: d.Member.Role.Word(d.L, d.Member.RoleName), Badge: &b,
		Crumbs: d.crumbs(d.Customer.Name, ui.Link{Text: d.L.PeopleTitle(), Href: d.peoplePath()}),
	}
}

// breakable lets an address that stands in the place of a name go on on a second line of a phone.
func breakable(name string) string { return strings.ReplaceAll(name, "@", "@\u200b") }

// facts leaves out what is not known.
func (d memberData) facts() []ui.Fact {
	m, l := d.Member, d.L
	all := []ui.Fact{
		{Label: l.PeopleEmail(), Value: m.Email},
		{Label: l.PeoplePhone(), Value: m.Phone},
		{Label: l.PeopleRole(), Value: m.Role.Word(l, m.RoleName)},
		{Label: l.PeopleGroup(), Value: cmp.Or(m.GroupName, l.PeopleWhole())},
		{Label: l.PeopleMethods(), Value: methodWords(l, m.Methods.V)},
	}
	if m.JoinedAt != nil {
		all = append(all, ui.Fact{Label: l.PeopleSince(), Value: l.Date(day.Of(*m.JoinedAt, d.Zone))})
	}
	if sent := d.Facts.Mailed; d.Facts.Resend && !sent.CreatedAt.IsZero() {
		text := l.PeopleMailedOver(l.Date(day.Of(sent.CreatedAt, d.Zone)))
		if sent.Waits(d.Now) {
			text = l.PeopleMailedUntil(l.Date(day.Of(sent.CreatedAt, d.Zone)), l.Date(day.Of(sent.ExpiresAt, d.Zone)))
		}
		all = append(all, ui.Fact{Label: l.PeopleMailed(), Value: text})
	}
	return slices.DeleteFunc(all, func(f ui.Fact) bool { return f.Value == "" })
}

func methodWords(l ui.L, methods []string) string {
	if len(methods) == 0 {
		return l.PeopleMethodsAll()
	}
	var words []string
	for _, m := range methods {
		words = append(words, l.Code("people.method."+m))
	}
	return strings.Join(words, ", ")
}

// can tells whether a button is shown.
func (d memberData) can(do identity.MemberAction) bool { return slices.Contains(d.Facts.Open, do) }

// why says to whoever may change people why they cannot change this one.
func (d memberData) why() string {
	switch {
	case !d.May || d.Member.Status == identity.MemberRemoved || d.Facts.Edit:
		return ""
	}
	return d.L.Code("identity.member.has_more.advice")
}

func (d memberData) advice() string {
	if i18n.HasCode(d.Told + ".advice") {
		return d.L.Code(d.Told + ".advice")
	}
	return ""
}

func (d memberData) timeline() []ui.Event {
	out := make([]ui.Event, len(d.Events))
	for i, e := range d.Events {
		out[i] = ui.Event{When: d.L.DateTime(e.At, d.Zone), Machine: e.At.Format(time.RFC3339), Text: d.L.Code(e.Name), Note: d.note(e)}
	}
	return out
}

// note is who did it and what it changed: from what to what.
func (d memberData) note(e event.Event) string {
	parts := []string{d.who(e)}
	for _, key := range []string{"role", "group", "methods"} {
		if words := d.words(key, e.Data.V[key]); words != "" {
			parts = append(parts, d.L.Code("people.data."+key)+": "+words)
		}
	}
	return strings.Join(parts, " · ")
}

func (d memberData) words(key string, v any) string {
	switch v := v.(type) {
	case string:
		switch {
		case key == "role" && i18n.HasCode("identity.role."+v):
			return d.L.Code("identity.role." + v)
		case key == "methods":
			return d.L.Code("people.method." + v)
		}
		return v
	case []any:
		var all []string
		for _, x := range v {
			all = append(all, cmp.Or(d.words(key, x), d.L.PeopleWhole()))
		}
		switch {
		case key == "methods" && len(all) == 0:
			return d.L.PeopleMethodsAll()
		case key == "methods":
			return strings.Join(all, ", ")
		}
		return strings.Join(all, " → ")
	}
	return ""
}

func (d memberData) who(e event.Event) string {
	if e.ActorKind == authz.System {
		return d.L.PeopleBySystem()
	}
	name := cmp.Or(d.Names[e.Actor], d.L.PeopleByGone())
	if e.OnBehalf != "" {
		return d.L.PeopleOnBehalf(name, cmp.Or(d.Names[e.OnBehalf], d.L.PeopleByGone()))
	}
	return name
}
