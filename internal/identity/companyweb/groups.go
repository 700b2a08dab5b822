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

// groupsData is a customer's tree of groups.
type groupsData struct {
	side
	Customer string
	Tree     []identity.Group // in reading order
}

// branch is a group with those below it.
type branch struct {
	identity.Group
	Below []branch
}

// branches folds the tree's rows, which stand in reading order, into each other.
func branches(rows []identity.Group, depth int64) (out []branch, rest []identity.Group) {
	for len(rows) > 0 && rows[0].Depth == depth {
		b := branch{Group: rows[0]}
		b.Below, rows = branches(rows[1:], depth+1)
		out = append(out, b)
	}
	return out, rows
}

func (d groupsData) roots() []branch {
	out, _ := branches(d.Tree, 1)
	return out
}

func (d groupsData) path() string { return d.Base + "/groups" }

// mayGrow says whether the reader may put a group anywhere.
func (d groupsData) mayGrow() bool { return d.mayTop() || d.growable() != "" }

func (d groupsData) mayTop() bool {
	return d.By.May(identity.MayEditGroups, authz.Place{Customer: d.CustomerID})
}

// growable is the first group below which the reader may put others.
func (d groupsData) growable() string {
	for _, g := range d.Tree {
		if g.MayGrow(d.By) {
			return g.ID
		}
	}
	return ""
}

func (d groupsData) head() ui.Head {
	h := ui.Head{Title: d.L.GroupsTitle(), Lead: d.L.GroupsLead()}
	if d.Office {
		h.Lead, h.Crumbs = d.Customer, []ui.Link{d.home()}
	}
	return h
}

// names is the group at i with those above it, from the top.
func (d groupsData) names(i int) string {
	var names []string
	for depth := d.Tree[i].Depth; i >= 0 && depth > 0; i-- {
		if d.Tree[i].Depth == depth {
			names = append(names, d.Tree[i].Name)
			depth--
		}
	}
	slices.Reverse(names)
	return strings.Join(names, " › ")
}

func (d groupsData) find(groupID string) (int, bool) {
	i := slices.IndexFunc(d.Tree, func(g identity.Group) bool { return g.ID == groupID })
	return i, i >= 0
}

// end is the row behind the group at i and all below it.
func (d groupsData) end(i int) int {
	for j := i + 1; j < len(d.Tree); j++ {
		if d.Tree[j].Depth <= d.Tree[i].Depth {
			return j
		}
	}
	return len(d.Tree)
}

// tree reads the customer and its groups.
func (p *Pages) tree(r *http.Request, s side) (d groupsData, err error) {
	d.side = s
	c, err := identity.FindCustomer(r.Context(), p.Identity.DB, s.By, s.CustomerID)
	if err != nil {
		return d, err
	}
	d.Customer = c.Name
	d.Tree, err = identity.Groups(r.Context(), p.Identity.DB, s.By, s.CustomerID)
	return d, err
}

func (p *Pages) groups(w http.ResponseWriter, r *http.Request, s side) error {
	d, err := p.tree(r, s)
	if err != nil {
		return err
	}
	return web.Render(w, r, s.view(d.L.GroupsTitle(), groupsPage(d)))
}

// groupData is one group with its form; a new one has no id.
type groupData struct {
	groupsData
	Group  identity.Group
	Names  string // with those above it
	Within identity.Within
	Form   *filled
	Edit   bool
}

func (d groupData) title() string { return cmp.Or(d.Group.Name, d.L.GroupsNew()) }

func (d groupData) action() string {
	if d.Group.ID == "" {
		return d.path()
	}
	return d.path() + "/" + d.Group.ID
}

func (d groupData) view() web.View {
	v := d.side.view(d.title(), groupPage(d))
	v.Errors = len(d.Form.Faults)
	return v
}

func (d groupData) head() ui.Head {
	h := ui.Head{Title: d.title(), Crumbs: []ui.Link{{Text: d.L.GroupsTitle(), Href: d.path()}}}
	if d.Group.Depth > 1 {
		h.Lead = d.Names
	}
	return h
}

// parents are the places where the reader may put the group: nowhere below itself.
func (d groupData) parents() ui.Choice {
	c := ui.Choice{Optional: true, HideOptional: true}
	if d.mayTop() {
		c.Blank = d.L.GroupsTop()
	}
	from, to := -1, -1
	if i, ok := d.find(d.Group.ID); ok {
		from, to = i, d.end(i)
	}
	for i, g := range d.Tree {
		if (i < from || i >= to) && g.Depth < identity.MaxDepth && g.MayGrow(d.By) {
			c.Options = append(c.Options, ui.Option{Value: g.ID, Label: d.names(i)})
		}
	}
	return d.Form.choice("parent", c)
}

// show writes a value of the form as a reader knows it.
func (d groupData) show(name, value string) string {
	if i, ok := d.find(value); ok && name == "parent" {
		return d.names(i)
	}
	return value
}

func (d groupData) facts() []ui.Fact {
	return []ui.Fact{
		{Label: d.L.GroupsPeople(), Content: textLink(d.Base+"/people?group="+d.Group.ID, d.L.GroupsPeopleCount(int(d.Within.Members)))},
		{Label: d.L.GroupsBelow(), Value: d.L.GroupsBelowCount(int(d.Within.Groups))},
	}
}

// inside says what keeps a group from being deleted.
func (d groupData) inside() string {
	var parts []string
	if d.Within.Members > 0 {
		parts = append(parts, d.L.GroupsPeopleCount(int(d.Within.Members)))
	}
	if d.Within.Groups > 0 {
		parts = append(parts, d.L.GroupsBelowCount(int(d.Within.Groups)))
	}
	return strings.Join(parts, d.L.GroupsAnd())
}

// group reads what the address names; without a name it is a new group, below the one that was asked for.
func (p *Pages) group(r *http.Request, s side) (d groupData, err error) {
	if d.groupsData, err = p.tree(r, s); err != nil {
		return d, err
	}
	groupID := r.PathValue("group")
	if groupID == "" {
		if !d.mayGrow() {
			return d, s.By.Check(identity.MayEditGroups, authz.Place{Customer: s.CustomerID})
		}
		parent := r.URL.Query().Get("parent")
		if i, ok := d.find(parent); !ok || !d.Tree[i].MayGrow(s.By) {
			if parent = ""; !d.mayTop() {
				parent = d.growable()
			}
		}
		d.Edit, d.Form = true, newGroupForm(s, identity.GroupEdit{ParentID: parent})
		return d, nil
	}
	i, ok := d.find(groupID)
	if !ok {
		return d, fault.New(fault.NotFound, "identity.group.not_found")
	}
	d.Group, d.Names = d.Tree[i], d.names(i)
	d.Edit = d.Group.MayChange(s.By)
	d.Within.Members = d.Group.Members
	for _, g := range d.Tree[i+1 : d.end(i)] {
		if g.Depth == d.Group.Depth+1 {
			d.Within.Groups++
		}
	}
	d.Form = newGroupForm(s, identity.GroupEdit{Name: d.Group.Name, ParentID: d.Group.ParentID, Version: d.Group.Version})
	return d, nil
}

func newGroupForm(s side, e identity.GroupEdit) *filled { return fill(s.L, groupPieces(&e), e.Version) }

func groupPieces(e *identity.GroupEdit) []identity.Piece {
	return []identity.Piece{{Name: "group_name", Value: &e.Name}, {Name: "parent", Value: &e.ParentID}}
}

func (p *Pages) askGroup(w http.ResponseWriter, r *http.Request, s side) error {
	d, err := p.group(r, s)
	if err != nil {
		return err
	}
	return web.Render(w, r, d.view())
}

func (p *Pages) saveGroup(w http.ResponseWriter, r *http.Request, s side) error {
	e := identity.GroupEdit{ID: r.PathValue("group"), Version: identity.Version(r.PostFormValue("version"))}
	read(r, groupPieces(&e))
	_, err := p.Identity.SaveGroup(r.Context(), s.By, s.CustomerID, e)
	if err == nil {
		return web.Done(w, r, s.Base+"/groups", "company.group_saved")
	}
	d, findErr := p.group(r, s)
	if findErr != nil {
		return findErr
	}
	now := identity.GroupEdit{Name: d.Group.Name, ParentID: d.Group.ParentID}
	d.Form = newGroupForm(s, e)
	return d.Form.again(w, r, renamed(err, "name", "group_name"), groupPieces(&now), d.Group.Version, d.view)
}

func (p *Pages) deleteGroup(w http.ResponseWriter, r *http.Request, s side) error {
	in, err := p.Identity.DeleteGroup(r.Context(), s.By, s.CustomerID, r.PathValue("group"))
	switch {
	case err == nil:
		return web.Done(w, r, s.Base+"/groups", "company.group_deleted")
	case !fault.Is(err, fault.Conflict):
		return err
	}
	d, findErr := p.group(r, s)
	if findErr != nil {
		return findErr
	}
	d.Within = in
	d.Form.Faults = []ui.FieldError{{Text: d.L.GroupsNotEmpty(d.inside())}}
	return web.RenderStatus(w, r, http.StatusConflict, d.view())
}

// renamed is a refusal whose field has another name on the page.
func renamed(err error, from, to string) error {
	fields := fault.FieldsOf(err)
	code, ok := fields[from]
	if !ok {
		return err
	}
	var f fault.Fields
	for name, c := range fields {
		if name != from {
			f.Add(name, c)
		}
	}
	f.Add(to, code)
	return f.Err()
}
