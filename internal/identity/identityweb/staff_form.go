package identityweb

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"skranke/internal/authz"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// staffForm is what the forms about a colleague have in common: what was typed, and what is wrong with it.
type staffForm struct {
	L                            ui.L
	Name, Email, Phone, Language string
	Roles                        []identity.StaffRole
	Choices                      []identity.StaffChoice
	Faults                       []ui.FieldError
}

const rolePrefix = "role."

// readStaff takes what was sent. A role that is not there is refused by the service.
func (f *staffForm) readStaff(r *http.Request) {
	f.Name, f.Email, f.Phone, f.Language = r.PostFormValue("name"), r.PostFormValue("email"), r.PostFormValue("phone"), r.PostFormValue("language")
	f.Roles = nil
	for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
		if role, ok := strings.CutPrefix(name, rolePrefix); ok {
			f.Roles = append(f.Roles, identity.StaffRole(role))
		}
	}
}

// open are the roles that the reader may give.
func (f staffForm) open() (out []identity.StaffChoice) {
	for _, c := range f.Choices {
		if c.Open {
			out = append(out, c)
		}
	}
	return out
}

func (f staffForm) rolesLead() string {
	if len(f.open()) < len(f.Choices) {
		return f.L.StaffRolesHint() + " " + f.L.StaffRolesFewer()
	}
	return f.L.StaffRolesHint()
}

func (f staffForm) tick(c identity.StaffChoice) ui.Tick {
	return ui.Tick{L: f.L, Class: "s3", Name: rolePrefix + string(c.Role), Label: c.Word(f.L), Checked: slices.Contains(f.Roles, c.Role)}
}

// allows is what each role is for, in words.
func (f staffForm) allows() (facts []ui.Fact) {
	for _, c := range f.open() {
		words := make([]string, 0, len(c.May))
		for _, p := range c.May {
			words = append(words, f.L.Code("permission."+string(p)))
		}
		facts = append(facts, ui.Fact{Label: c.Word(f.L), Value: strings.Join(words, " · ")})
	}
	return facts
}

func (f staffForm) fault(name string) string {
	for _, e := range f.Faults {
		if e.Name == name {
			return e.Text
		}
	}
	return ""
}

// summary leads from what is wrong with the roles to the first of them.
func (f staffForm) summary() []ui.FieldError {
	out := slices.Clone(f.Faults)
	for i, e := range out {
		if open := f.open(); e.Name == "roles" && len(open) > 0 {
			out[i].Name = rolePrefix + string(open[0].Role)
		}
	}
	return out
}

// refuse keeps what is wrong with the form, and says with which status it is answered; zero is not the form's matter.
func (f *staffForm) refuse(w http.ResponseWriter, r *http.Request, err error) (status int) {
	var wait identity.Wait
	switch {
	case fault.Is(err, fault.Invalid):
		f.Faults = web.FieldErrors(r, err, "name", "email", "phone", "language", "roles")
		return http.StatusUnprocessableEntity
	case fault.Is(err, fault.Conflict):
		f.Faults = []ui.FieldError{{Text: f.L.Code(fault.CodeOf(err))}}
		return http.StatusConflict
	case errors.As(err, &wait):
		minutes := wait.Minutes()
		w.Header().Set("Retry-After", strconv.Itoa(minutes*60))
		f.Faults = []ui.FieldError{{Text: f.L.AccountWaitText(minutes)}}
		return http.StatusTooManyRequests
	}
	return 0
}

func (p *Pages) newStaff(w http.ResponseWriter, r *http.Request) error {
	f, err := p.hiring(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, f.view())
}

func (p *Pages) hiring(r *http.Request) (*staffForm, error) {
	by := web.Actor(r)
	if err := by.Check(identity.MayEditStaff, authz.Place{}); err != nil {
		return nil, err
	}
	choices, err := p.Identity.StaffChoices(r.Context(), p.Identity.DB, by)
	return &staffForm{L: web.L(r), Language: web.L(r).Tag(), Choices: choices}, err
}

func (f *staffForm) view() web.View {
	return web.View{Title: f.L.StaffNew(), Body: newStaffPage(*f), Errors: len(f.Faults)}
}

// hire adds a colleague.
func (p *Pages) hire(w http.ResponseWriter, r *http.Request) error {
	f, err := p.hiring(r)
	if err != nil {
		return err
	}
	f.readStaff(r)
	personID, err := p.Accounts.Hire(r.Context(), web.Actor(r), identity.NewColleague{
		Name: f.Name, Email: f.Email, Phone: f.Phone, Language: f.Language, Roles: f.Roles,
	})
	if err == nil {
		return web.Done(w, r, staffPath+"/"+personID, "identity.colleague.done.add")
	}
	if status := f.refuse(w, r, err); status != 0 {
		return web.RenderStatus(w, r, status, f.view())
	}
	return err
}

// colleagueData is the page of one colleague, with the form to change them.
type colleagueData struct {
	staffForm
	Colleague identity.Colleague
	Version   int64
	Clashed   bool // somebody else has saved since the form was opened
	History   bool // may the reader see what has happened?
	Zone      *time.Location
}

func (p *Pages) colleagueOf(r *http.Request) (*colleagueData, error) {
	by := web.Actor(r)
	c, err := p.Identity.Colleague(r.Context(), by, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	d := &colleagueData{Colleague: c, Version: c.Version, History: by.May(event.MaySee, authz.Place{}), Zone: p.zone()}
	d.L, d.Name, d.Phone = web.L(r), c.Name, c.Phone
	for _, role := range c.Roles {
		d.Roles = append(d.Roles, role.Role)
	}
	d.Choices, err = p.Identity.StaffChoices(r.Context(), p.Identity.DB, by)
	return d, err
}

func (d *colleagueData) view() web.View {
	return web.View{Title: d.Colleague.Name, Body: colleaguePage(*d), Errors: len(d.Faults)}
}

func (d colleagueData) path() string { return staffPath + "/" + d.Colleague.ID }

func (d colleagueData) head() ui.Head {
	b := staffBadge(d.L, d.Colleague)
	return ui.Head{Title: d.Colleague.Name, Lead: d.Colleague.Words(d.L), Badge: &b, Crumbs: []ui.Link{{Text: d.L.StaffTitle(), Href: staffPath}}}
}

// facts are what the form does not show, and what it shows otherwise than it is kept.
func (d colleagueData) facts() []ui.Fact {
	c, l := d.Colleague, d.L
	language, _ := i18n.Parse(c.Language)
	facts := []ui.Fact{{Label: l.IdentityEmail(), Value: c.Email}}
	if d.Clashed || c.Above {
		facts = append(facts, ui.Fact{Label: l.IdentityName(), Value: c.Name}, ui.Fact{Label: l.IdentityPhone(), Value: cmp.Or(c.Phone, "–")},
			ui.Fact{Label: l.StaffRoles(), Value: c.Words(l)})
	}
	return append(facts, ui.Fact{Label: l.IdentityLanguage(), Value: language.Name()}, ui.Fact{Label: l.StaffSeen(), Value: seen(l, c, d.Zone)})
}

func (p *Pages) colleague(w http.ResponseWriter, r *http.Request) error {
	d, err := p.colleagueOf(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, d.view())
}

// editStaff saves what a colleague is called and what they may do.
func (p *Pages) editStaff(w http.ResponseWriter, r *http.Request) error {
	var f staffForm
	version := identity.Version(r.PostFormValue("version"))
	f.readStaff(r)
	err := p.Identity.EditColleague(r.Context(), web.Actor(r), r.PathValue("id"), identity.ColleagueEdit{Name: f.Name, Phone: f.Phone, Roles: f.Roles, Version: version})
	if err == nil {
		return web.Done(w, r, staffPath+"/"+r.PathValue("id"), "identity.colleague.done.edit")
	}
	return p.staffAgain(w, r, err, func(d *colleagueData) {
		d.Name, d.Phone, d.Roles = f.Name, f.Phone, f.Roles
		if d.Clashed = fault.Is(err, fault.Conflict); !d.Clashed {
			d.Version = version
		}
	})
}

// staffAgain answers what cannot be done with the page as it stands now; typed puts back what was sent.
func (p *Pages) staffAgain(w http.ResponseWriter, r *http.Request, err error, typed func(*colleagueData)) error {
	if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.TooMany) {
		return err
	}
	d, findErr := p.colleagueOf(r)
	if findErr != nil {
		return findErr
	}
	if typed != nil {
		typed(d)
	}
	status := d.refuse(w, r, err)
	if d.Clashed {
		d.Faults = nil // told in full above the form
	}
	return web.RenderStatus(w, r, status, d.view())
}

// moveStaff suspends, reactivates or removes a colleague.
func (p *Pages) moveStaff(do identity.StaffAction) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := p.Identity.MoveColleague(r.Context(), web.Actor(r), r.PathValue("id"), do); err != nil {
			return p.staffAgain(w, r, err, nil)
		}
		next := staffPath
		if do != identity.RemoveStaff {
			next += "/" + r.PathValue("id")
		}
		return web.Done(w, r, next, "identity.colleague.done."+string(do))
	}
}

func (p *Pages) welcomeAgain(w http.ResponseWriter, r *http.Request) error {
	if err := p.Accounts.Welcome(r.Context(), web.Actor(r), r.PathValue("id")); err != nil {
		return p.staffAgain(w, r, err, nil)
	}
	return web.Done(w, r, staffPath+"/"+r.PathValue("id"), "identity.colleague.done.resend")
}
