package identity

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/id"
)

// GroupChoice is one group in a menu; Depth is how far it is moved in, 0 at the top of what is shown.
type GroupChoice struct {
	ID, ParentID, Name, Sort string
	Depth                    int64
}

// RoleChoice is one role in a menu; Name is empty for a ready-made one.
type RoleChoice struct {
	Role Role
	Name string
}

// MemberChoices is what can be chosen for a customer's people, or to narrow their list.
type MemberChoices struct {
	Groups []GroupChoice
	Whole  bool // the whole customer can be chosen in place of a group
	Roles  []RoleChoice
	// Customer is whose people they are.
	Customer Listed
}

// Listed is what a list says of the customer whose people it shows.
type Listed struct {
	ID, Name string
	Kind     CustomerKind
}

// fewGroups is how many groups a filter shows at once. Of more it shows those at the top and, of the one chosen, the way to it and
// what is right below.
const fewGroups = 40

// FilterChoices is the customer, and the groups and roles that narrow the list of its people, in one query. chosen is the group
// there now.
func FilterChoices(ctx context.Context, q db.Q, by authz.Actor, customerID, chosen string) (c MemberChoices, err error) {
	type row struct{ What, ID, ParentID, Name, Sort string }
	const groups = ` AS what, g.id, COALESCE(g.parent_id, '') AS parent_id, g.name, g.sort FROM groups g WHERE {} AND g.customer_id = $1`
	reach, near := by.Reach(MaySeePeople), []string{chosen}
	if reach.Scope == authz.Group && len(reach.IDs) > 0 {
		near = append(near, reach.IDs[0]) // the reader's own; the others are below it
	}
	within := db.Reach(reach, db.Columns{Customer: "g.customer_id", Group: "g.id"})
	query := `SELECT 'customer' AS what, id, kind AS parent_id, name, '' AS sort FROM customers WHERE id = $1
		UNION ALL SELECT 'role', id, '', name, name_key FROM roles WHERE COALESCE(customer_id, '') = $1
		UNION ALL SELECT * FROM (SELECT 'any'` + groups + ` LIMIT $2) AS few
		UNION ALL SELECT * FROM (SELECT 'top'` + groups + ` AND g.parent_id IS NULL LIMIT $2) AS tops`
	args := []any{customerID, fewGroups + 1, within, within}
	for _, groupID := range near {
		if id.Valid(groupID) {
			query += ` UNION ALL SELECT 'near'` + groups + ` AND {}`
			args = append(args, within, db.If(`g.id = ? OR g.parent_id = ? OR g.parent_id IN (SELECT ancestor_id FROM group_paths WHERE group_id = ?)`, groupID, groupID, groupID))
		}
	}
	rows, err := db.List[row](ctx, q, query, args...)
	if err != nil {
		return c, fmt.Errorf("list groups and roles of %s: %w", customerID, err)
	}
	var own []RoleChoice
	groupsBy := map[string][]GroupChoice{}
	for _, r := range rows {
		switch r.What {
		case "role":
			own = append(own, RoleChoice{Role(r.ID), r.Name})
		case "customer":
			c.Customer = Listed{r.ID, r.Name, CustomerKind(r.ParentID)}
		default:
			groupsBy[r.What] = append(groupsBy[r.What], GroupChoice{ID: r.ID, ParentID: r.ParentID, Name: r.Name, Sort: r.Sort})
		}
	}
	c.Groups = groupsBy["any"]
	if len(c.Groups) > fewGroups {
		c.Groups = slices.Concat(groupsBy["top"], groupsBy["near"])
	}
	if c.Customer.ID == "" {
		return c, fault.New(fault.NotFound, "identity.customer.not_found")
	}
	for _, r := range offered(c.Customer.Kind) {
		c.Roles = append(c.Roles, RoleChoice{Role: r})
	}
	slices.SortFunc(own, func(a, b RoleChoice) int { return strings.Compare(a.Name, b.Name) })
	c.Roles, c.Groups = append(c.Roles, own...), asTree(c.Groups)
	return c, nil
}

// FormChoices is what by may give to people of a customer: groups within reach, and roles that hold no more than they have.
func (s *Service) FormChoices(ctx context.Context, by authz.Actor, customerID string) (c MemberChoices, err error) {
	if !seesPeople(by, customerID) {
		return c, fault.New(fault.NotFound, "identity.customer.not_found")
	}
	t, err := s.terms(ctx, s.DB, by, customerID)
	if err != nil {
		return c, err
	}
	return t.choices()
}

func (t *terms) choices() (c MemberChoices, err error) {
	at := authz.Place{Customer: t.customer.ID}
	c.Whole = t.by.May(MayEditPeople, at)
	for _, g := range t.tree {
		if t.by.May(MayEditPeople, authz.Place{Customer: t.customer.ID, Group: g.ID}) {
			c.Groups = append(c.Groups, g)
		}
	}
	c.Groups = asTree(c.Groups)
	if !c.Whole && len(c.Groups) == 0 {
		return c, t.by.Refuse(MayEditPeople, at)
	}
	widest := ""
	if !c.Whole {
		widest = c.Groups[0].ID
	}
	own := make([]Role, 0, len(t.own))
	for r := range t.own {
		own = append(own, r)
	}
	slices.SortFunc(own, func(a, b Role) int { return strings.Compare(t.own[a], t.own[b]) })
	for _, r := range append(offered(t.customer.Kind), own...) {
		if Gives(t.by, t.rights[r], t.customer.ID, widest) {
			c.Roles = append(c.Roles, RoleChoice{r, t.own[r]})
		}
	}
	return c, nil
}

// offered is the ready-made roles that make sense for a kind of customer: only an association has a board and residents.
func offered(kind CustomerKind) []Role {
	if kind == Association {
		return MemberRoles()
	}
	return []Role{Administrator, Manager, Buyer, Approver}
}

// asTree puts groups in reading order, each followed by those below it. What stands below a group that is not shown begins anew.
func asTree(groups []GroupChoice) []GroupChoice {
	shown, below := map[string]bool{}, map[string][]GroupChoice{}
	groups = slices.DeleteFunc(groups, func(g GroupChoice) bool { // one can be there twice
		before := shown[g.ID]
		shown[g.ID] = true
		return before
	})
	for _, g := range groups {
		if !shown[g.ParentID] {
			g.ParentID = ""
		}
		below[g.ParentID] = append(below[g.ParentID], g)
	}
	out := make([]GroupChoice, 0, len(groups))
	var walk func(parentID string, depth int64)
	walk = func(parentID string, depth int64) {
		children := below[parentID]
		slices.SortFunc(children, func(a, b GroupChoice) int {
			return cmp.Or(strings.Compare(a.Sort, b.Sort), strings.Compare(a.ID, b.ID))
		})
		for _, g := range children {
			g.Depth = depth
			out = append(out, g)
			walk(g.ID, depth+1)
		}
	}
	walk("", 0)
	return out
}
