package companyweb

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"skranke/internal/authz"
	"skranke/internal/fault"
	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// rolesData is the roles there are: the ready-made ones and those of one's own making. Without a customer they are the
// operator's staff's, whose rights reach everywhere.
type rolesData struct {
	side
	Customer string
	Own      []identity.HeldRole
	Made     []made
	All      []authz.Permission
	Shape    bool // may the reader make roles?
}

// made is a ready-made role and how far it reaches, by permission.
type made struct {
	Name  string
	Reach map[authz.Permission]authz.Scope
}

func (d rolesData) staff() bool { return d.CustomerID == "" }

func (d rolesData) path() string { return d.Base + "/roles" }

func (d rolesData) head() ui.Head {
	switch {
	case d.staff():
		return ui.Head{Title: d.L.RolesStaffTitle(), Lead: d.L.RolesStaffLead()}
	case d.Office:
		return ui.Head{Title: d.L.RolesTitle(), Lead: d.Customer, Crumbs: []ui.Link{d.home()}}
	}
	return ui.Head{Title: d.L.RolesTitle(), Lead: d.L.RolesLead()}
}

func permission(l ui.L, p authz.Permission) string { return l.Code("permission." + string(p)) }

func reach(l ui.L, s authz.Scope) string { return l.Code("company.scope." + s.String()) }

func (d rolesData) own() ui.TableData {
	t := ui.TableData{L: d.L, Caption: d.L.RolesOwn(), Cols: []ui.Col{{Label: label(d.L, "role_name"), Spot: ui.SpotTitle}, {Label: d.L.RolesAllow()}, {Label: d.L.RolesHolders(), Num: true, Spot: ui.SpotLabeled}}}
	for _, r := range d.Own {
		var may []string
		for _, right := range r.Rights.V {
			may = append(may, permission(d.L, right.May))
		}
		t.Rows = append(t.Rows, []ui.Cell{{Text: r.Name, Href: d.path() + "/" + r.ID}, {Text: strings.Join(may, " · ")}, {Text: d.L.Int(r.Holders)}})
	}
	return t
}

// holders is who has a right among the ready-made roles of the staff: there is no more to say than yes and no.
func (d rolesData) holders() ui.TableData {
	t := ui.TableData{L: d.L, Caption: d.L.RolesMade(), Cols: []ui.Col{{Label: d.L.RolesRight(), Spot: ui.SpotTitle}, {Label: d.L.RolesWho()}}}
	for _, p := range d.All {
		var who []string
		for _, m := range d.Made {
			if _, has := m.Reach[p]; has {
				who = append(who, m.Name)
			}
		}
		words := strings.Join(who, ", ")
		if len(who) == len(d.Made) {
			words = d.L.RolesEverybody()
		}
		t.Rows = append(t.Rows, []ui.Cell{{Text: permission(d.L, p)}, {Text: words}})
	}
	return t
}

// readRoles fills in what both sides show; the reader may see it.
func (p *Pages) readRoles(r *http.Request, s side) (d rolesData, err error) {
	d.side = s
	members, staff := p.Identity.Roles.All()
	if d.staff() {
		d.All, d.Shape = staff, true
		for _, role := range identity.StaffRoles() {
			m := made{Name: d.L.Code("identity.staff." + string(role)), Reach: map[authz.Permission]authz.Scope{}}
			for _, may := range p.Identity.Roles.OfStaff(role) {
				m.Reach[may] = authz.All
			}
			d.Made = append(d.Made, m)
		}
		return d, s.By.Check(identity.MayEditStaff, authz.Place{})
	}
	c, err := identity.FindCustomer(r.Context(), p.Identity.DB, s.By, s.CustomerID)
	if err != nil {
		return d, err
	}
	d.All, d.Customer, d.Shape = members, c.Name, s.By.May(identity.MayEditRoles, authz.Place{Customer: s.CustomerID})
	for _, role := range identity.MemberRoles() {
		m := made{Name: d.L.Code("identity.role." + string(role)), Reach: map[authz.Permission]authz.Scope{}}
		for _, right := range p.Identity.Roles.OfMember(role) {
			m.Reach[right.May] = right.Scope
		}
		d.Made = append(d.Made, m)
	}
	return d, nil
}

func (p *Pages) roles(w http.ResponseWriter, r *http.Request, s side) error {
	d, err := p.readRoles(r, s)
	if err != nil {
		return err
	}
	if d.Own, err = identity.OwnRoles(r.Context(), p.Identity.DB, s.By, s.CustomerID); err != nil {
		return err
	}
	return web.Render(w, r, d.page(d.head().Title, rolesPage(d)))
}

// page is a page of roles; the staff's own have their place in the menu.
func (d rolesData) page(title string, body component) web.View {
	if d.staff() {
		return web.View{Title: title, Body: body, Section: "/office/roles"}
	}
	return d.side.view(title, body)
}

// roleData is one role with its form; a new one has no id.
type roleData struct {
	rolesData
	Role  identity.HeldRole
	Form  *filled
	Chose map[authz.Permission]authz.Scope
	Edit  bool
}

func (d roleData) title() string { return cmp.Or(d.Role.Name, d.L.RolesNew()) }

func (d roleData) action() string {
	if d.Role.ID == "" {
		return d.path()
	}
	return d.path() + "/" + d.Role.ID
}

func (d roleData) view() web.View {
	v := d.page(d.title(), rolePage(d))
	v.Errors = len(d.Form.Faults)
	return v
}

func (d roleData) head() ui.Head {
	h := ui.Head{Title: d.title(), Crumbs: []ui.Link{{Text: d.rolesData.head().Title, Href: d.path()}}}
	if d.Role.ID != "" {
		h.Lead = d.L.RolesHeldBy(int(d.Role.Holders))
	}
	return h
}

// further are the permissions of people and groups, which can be given for less than everything. Those of other modules
// reach all of a customer.
var further = map[authz.Permission][]authz.Scope{
	identity.MaySeePeople:  {authz.Customer, authz.Group, authz.Self},
	identity.MayEditPeople: {authz.Customer, authz.Group},
	identity.MayEditGroups: {authz.Customer, authz.Group},
}

// scopes is how far the reader may give a permission: nobody gives more than they have.
func (d roleData) scopes(p authz.Permission) (out []authz.Scope) {
	all := []authz.Scope{authz.Customer}
	if d.staff() {
		all = []authz.Scope{authz.All}
	} else if f, ok := further[p]; ok {
		all = f
	}
	for _, s := range all {
		if identity.MayPut(d.By, d.CustomerID, identity.Right{May: p, Scope: s}) {
			out = append(out, s)
		}
	}
	return out
}

// plain are the permissions that are given or not; the others ask how far.
func (d roleData) plain() (out []authz.Permission) {
	for _, p := range d.All {
		if _, more := further[p]; (!more || d.staff()) && len(d.scopes(p)) > 0 {
			out = append(out, p)
		}
	}
	return out
}

func (d roleData) reaching() (out []authz.Permission) {
	for _, p := range d.All {
		if _, more := further[p]; more && !d.staff() && len(d.scopes(p)) > 0 {
			out = append(out, p)
		}
	}
	return out
}

func (d roleData) giveLead() string {
	if d.staff() {
		return d.L.RolesGiveStaffLead()
	}
	return d.L.RolesGiveLead()
}

const noScope = "none"

func field(p authz.Permission) string { return "may." + string(p) }

func (d roleData) tick(p authz.Permission) ui.Tick {
	_, on := d.Chose[p]
	return ui.Tick{L: d.L, Name: field(p), Value: d.scopes(p)[0].String(), Label: permission(d.L, p), Checked: on, Class: "s3"}
}

func (d roleData) choose(p authz.Permission) ui.Choice {
	c := ui.Choice{L: d.L, Name: field(p), Label: permission(d.L, p), Value: noScope, Options: []ui.Option{{Value: noScope, Label: d.L.RolesNo()}}}
	for _, s := range d.scopes(p) {
		c.Options = append(c.Options, ui.Option{Value: s.String(), Label: reach(d.L, s)})
	}
	if s, ok := d.Chose[p]; ok {
		c.Value = s.String()
	}
	return c
}

// rights is what a role allows, for who may not change it.
func (d roleData) rights() ui.TableData {
	t := ui.TableData{L: d.L, Caption: d.L.RolesAllow(), Cols: []ui.Col{{Label: d.L.RolesRight(), Spot: ui.SpotTitle}, {Label: d.L.RolesReach()}}}
	for _, r := range d.Role.Rights.V {
		t.Rows = append(t.Rows, []ui.Cell{{Text: permission(d.L, r.May)}, {Text: reach(d.L, r.Scope)}})
	}
	return t
}

// show writes a value of the form as a reader knows it.
func (d roleData) show(name, value string) string {
	if name != "rights" {
		return value
	}
	var words []string
	for word := range strings.SplitSeq(value, " ") {
		p, scope, _ := strings.Cut(word, ":")
		words = append(words, permission(d.L, authz.Permission(p))+" ("+d.L.Code("company.scope."+scope)+")")
	}
	return strings.Join(words, ", ")
}

// rolePieces lays out a role as two fields, for when two people change it at once.
func rolePieces(name string, rights []identity.Right) []identity.Piece {
	words := make([]string, len(rights))
	for i, r := range rights {
		words[i] = string(r.May) + ":" + r.Scope.String()
	}
	slices.Sort(words)
	all := strings.Join(words, " ")
	return []identity.Piece{{Name: "role_name", Value: &name}, {Name: "rights", Value: &all}}
}

// role reads what the address names; without a name it is a new role.
func (p *Pages) role(r *http.Request, s side) (d roleData, err error) {
	if d.rolesData, err = p.readRoles(r, s); err != nil {
		return d, err
	}
	if roleID := r.PathValue("role"); roleID != "" {
		if d.Role, err = identity.FindOwnRole(r.Context(), p.Identity.DB, s.By, s.CustomerID, roleID); err != nil {
			return d, err
		}
		d.Edit = d.Role.MayShape(s.By)
	} else if d.Edit = d.Shape; !d.Shape {
		return d, s.By.Check(identity.MayEditRoles, authz.Place{Customer: s.CustomerID})
	}
	d.lay(identity.RoleEdit{Name: d.Role.Name, Rights: d.Role.Rights.V, Version: d.Role.Version})
	return d, nil
}

func (d *roleData) lay(e identity.RoleEdit) {
	d.Form, d.Chose = fill(d.L, rolePieces(e.Name, e.Rights), e.Version), map[authz.Permission]authz.Scope{}
	d.Form.Names = d.Form.Names[:1] // the rights are many fields: what is wrong with them stands on top
	for _, r := range e.Rights {
		d.Chose[r.May] = r.Scope
	}
}

func (p *Pages) askRole(w http.ResponseWriter, r *http.Request, s side) error {
	d, err := p.role(r, s)
	if err != nil {
		return err
	}
	return web.Render(w, r, d.view())
}

// roleEdit reads the form; a scope that is none gives nothing.
func (p *Pages) roleEdit(r *http.Request, s side) identity.RoleEdit {
	e := identity.RoleEdit{ID: r.PathValue("role"), Name: r.PostFormValue("role_name"), Version: identity.Version(r.PostFormValue("version"))}
	all, staff := p.Identity.Roles.All()
	if s.CustomerID == "" {
		all = staff
	}
	for _, may := range all {
		var scope authz.Scope
		if scope.UnmarshalText([]byte(r.PostFormValue(field(may)))) == nil {
			e.Rights = append(e.Rights, identity.Right{May: may, Scope: scope})
		}
	}
	return e
}

func (p *Pages) saveRole(w http.ResponseWriter, r *http.Request, s side) error {
	e := p.roleEdit(r, s)
	_, err := p.Identity.SaveRole(r.Context(), s.By, s.CustomerID, e)
	if err == nil {
		return web.Done(w, r, s.Base+"/roles", "company.role_saved")
	}
	d, findErr := p.role(r, s)
	if findErr != nil {
		return findErr
	}
	d.lay(e)
	return d.Form.again(w, r, renamed(err, "name", "role_name"), rolePieces(d.Role.Name, d.Role.Rights.V), d.Role.Version, d.view)
}

func (p *Pages) deleteRole(w http.ResponseWriter, r *http.Request, s side) error {
	holders, err := p.Identity.DeleteRole(r.Context(), s.By, s.CustomerID, r.PathValue("role"))
	switch {
	case err == nil:
		return web.Done(w, r, s.Base+"/roles", "company.role_deleted")
	case !fault.Is(err, fault.Conflict):
		return err
	}
	d, findErr := p.role(r, s)
	if findErr != nil {
		return findErr
	}
	d.Role.Holders = holders
	d.Form.Faults = []ui.FieldError{{Text: d.L.RolesInUse(int(holders))}}
	return web.RenderStatus(w, r, http.StatusConflict, d.view())
}
