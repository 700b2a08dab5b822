package identity

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/id"
)

// Group is a part of a customer, in a tree: a role in a group reaches the groups below it too.
type Group struct {
	ID, CustomerID, ParentID string // ParentID empty: at the top
	Name, Sort               string
	CreatedAt                time.Time
	Version                  int64
	Members                  int64 // in the group itself, those removed not counted
	Depth                    int64 // 1 at the top; filled in by Groups
}

const (
	selectGroups = `
		SELECT g.id, g.customer_id, COALESCE(g.parent_id, '') AS parent_id, g.name, g.sort, g.created_at, g.version,
			(SELECT count(*) FROM members m WHERE m.group_id = g.id AND m.status <> 'removed') AS members
		FROM groups g WHERE {} `
	// MaxDepth is how many groups may stand below each other.
	MaxDepth   = 8
	mostGroups = 2000
)

// place is where the right to change a group must reach: whoever leads a group changes what is below it, not the group itself.
func (g Group) place() authz.Place { return authz.Place{Customer: g.CustomerID, Group: g.ParentID} }

// MayChange reports whether by may rename, move and delete the group.
func (g Group) MayChange(by authz.Actor) bool { return by.May(MayEditGroups, g.place()) }

// MayGrow reports whether by may put groups below this one.
func (g Group) MayGrow(by authz.Actor) bool {
	return by.May(MayEditGroups, authz.Place{Customer: g.CustomerID, Group: g.ID})
}

// Groups is a customer's tree in reading order – each group followed by those below it – with the number of people in each,
// in one query.
func Groups(ctx context.Context, q db.Q, by authz.Actor, customerID string) ([]Group, error) {
	rows, err := db.List[Group](ctx, q, selectGroups+` LIMIT $1`, mostGroups,
		db.Reach(by.Reach(MaySeeCustomers), db.Columns{Customer: "g.customer_id"}).And("g.customer_id = ?", customerID))
	if err != nil {
		return nil, fmt.Errorf("list groups of %s: %w", customerID, err)
	}
	return inOrder(rows), nil
}

// inOrder sorts here and not in the database: each database sorts letters in its own way.
func inOrder(rows []Group) []Group {
	below := map[string][]Group{}
	for _, g := range rows {
		below[g.ParentID] = append(below[g.ParentID], g)
	}
	out := make([]Group, 0, len(rows))
	var walk func(parentID string, depth int64)
	walk = func(parentID string, depth int64) {
		children := below[parentID]
		slices.SortFunc(children, func(a, b Group) int { return cmp.Or(strings.Compare(a.Sort, b.Sort), strings.Compare(a.ID, b.ID)) })
		for _, g := range children {
			g.Depth = depth
			out = append(out, g)
			walk(g.ID, depth+1)
		}
	}
	walk("", 1)
	return out
}

func oneGroup(ctx context.Context, q db.Q, customerID, groupID string) (g Group, err error) {
	if id.Valid(groupID) {
		if g, err = db.One[Group](ctx, q, selectGroups, db.If("g.customer_id = ? AND g.id = ?", customerID, groupID)); err == nil {
			return g, nil
		}
	}
	if err == nil || db.NoRows(err) {
		return Group{}, fault.New(fault.NotFound, "identity.group.not_found")
	}
	return Group{}, fmt.Errorf("find group %s: %w", groupID, err)
}

// GroupEdit is a group as it was sent; ID empty is a new one, ParentID empty the top.
type GroupEdit struct {
	ID, ParentID, Name string
	Version            int64
}

// SaveGroup adds a group below another, or renames and moves one with all below it. Only one change of a customer's tree runs
// at a time, so that two moves at once cannot make a circle.
func (s *Service) SaveGroup(ctx context.Context, by authz.Actor, customerID string, e GroupEdit) (g Group, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		was, err := groupToChange(ctx, tx, by, customerID, e)
		if err != nil {
			return err
		}
		e.Name = tidy(e.Name)
		if err := e.settle(ctx, tx, by, was); err != nil {
			return err
		}
		if was.Version != e.Version && e.ID != "" {
			return fault.New(fault.Conflict, "identity.group.changed")
		}
		g = was
		g.Name, g.ParentID, g.Sort = e.Name, e.ParentID, sortKey(e.Name)
		what := changed(false, []Piece{{"name", &was.Name}, {"parent", &was.ParentID}}, []Piece{{"name", &g.Name}, {"parent", &g.ParentID}})
		if len(what) == 0 {
			return nil
		}
		name := "identity.group.edit"
		if e.ID == "" {
			name, g.CreatedAt = "identity.group.create", tx.Now
			err = insertGroup(ctx, tx, g)
		} else {
			g.Version++
			err = updateGroup(ctx, tx, g, was.ParentID != g.ParentID)
		}
		if err != nil {
			return err
		}
		return s.Log.Record(ctx, tx, by, event.Event{Kind: "identity.group", Subject: g.ID, CustomerID: customerID, Name: name, Data: event.Data(what)})
	})
	if err != nil {
		return Group{}, err
	}
	return g, nil
}

// groupToChange locks the customer's tree, finds the group that is to change, and keeps the door. Where a new group may stand
// is the matter of its form.
func groupToChange(ctx context.Context, tx *db.Tx, by authz.Actor, customerID string, e GroupEdit) (Group, error) {
	if _, err := ofCustomer(ctx, tx, by, customerID, MaySeeCustomers); err != nil {
		return Group{}, err
	}
	if e.ID != "" {
		g, err := oneGroup(ctx, tx, customerID, e.ID)
		if err != nil {
			return Group{}, err
		}
		return g, by.Check(MayEditGroups, g.place())
	}
	g := Group{ID: id.New(), CustomerID: customerID, Version: 1}
	if !by.MayAnywhere(MayEditGroups) {
		return Group{}, by.Refuse(MayEditGroups, g.place())
	}
	return g, nil
}

// settle checks the name and the place among the customer's groups.
func (e *GroupEdit) settle(ctx context.Context, tx *db.Tx, by authz.Actor, was Group) error {
	var f fault.Fields
	f.Check(e.Name != "", "name", "identity.group.name")
	f.Check(utf8.RuneCountInString(e.Name) <= maxText, "name", "identity.too_long")
	f.Check(!HasLink(e.Name), "name", "identity.no_links")
	if e.ParentID != "" {
		_, err := oneGroup(ctx, tx, was.CustomerID, e.ParentID)
		if fault.Is(err, fault.NotFound) {
			f.Add("parent", "identity.group.parent_gone")
			return f.Err()
		}
		if err != nil {
			return err
		}
	}
	if !by.May(MayEditGroups, authz.Place{Customer: was.CustomerID, Group: e.ParentID}) {
		f.Add("parent", "identity.group.parent_not_yours")
		return f.Err()
	}
	f.Check(e.ID == "" || e.ParentID == was.ParentID || !widens(by, was, e.ParentID), "parent", "identity.group.too_much")
	if err := e.fits(ctx, tx, was, &f); err != nil {
		return err
	}
	siblings, err := db.List[Group](ctx, tx, `SELECT id, name FROM groups WHERE customer_id = $1 AND COALESCE(parent_id, '') = $2 AND id <> $3`, was.CustomerID, e.ParentID, was.ID)
	if err != nil {
		return fmt.Errorf("list the groups beside %s: %w", was.ID, err)
	}
	for _, s := range siblings {
		f.Check(!strings.EqualFold(s.Name, e.Name), "name", "identity.group.name_taken")
	}
	return f.Err()
}

// widens reports whether by would reach more in a group if it stood below another: what they hold in their own groups alone would
// come to cover it, and they would have given themselves what they have not.
func widens(by authz.Actor, g Group, parentID string) bool {
	grants := slices.Clone(by.Grants)
	for _, w := range by.Withheld {
		grants = append(grants, w.Grant)
	}
	was := authz.Place{Customer: g.CustomerID, Group: g.ID}
	return slices.ContainsFunc(grants, func(own authz.Grant) bool {
		covers := own.Scope == authz.Group && parentID != "" && (own.ID == parentID || slices.Contains(own.IDs, parentID))
		return covers && slices.ContainsFunc(own.May, func(p authz.Permission) bool { return !by.Gives(p, authz.Group, was) })
	})
}

// fits checks that the group stands neither below itself nor too deep, and that there are not too many.
func (e *GroupEdit) fits(ctx context.Context, tx *db.Tx, was Group, f *fault.Fields) error {
	type row struct{ Above, Height, Within, Groups int64 }
	n, err := db.One[row](ctx, tx, `
		SELECT (SELECT count(*) FROM group_paths WHERE group_id = $1) AS above,
			(SELECT COALESCE(max(depth), 0) + 1 FROM group_paths WHERE ancestor_id = $2) AS height,
			(SELECT count(*) FROM group_paths WHERE ancestor_id = $2 AND group_id = $1) AS within,
			(SELECT count(*) FROM groups WHERE customer_id = $3) AS groups`, e.ParentID, was.ID, was.CustomerID)
	if err != nil {
		return fmt.Errorf("look where group %s would stand: %w", was.ID, err)
	}
	f.Check(n.Within == 0, "parent", "identity.group.circular")
	f.Check(n.Above+n.Height <= MaxDepth, "parent", "identity.group.too_deep")
	f.Check(e.ID != "" || n.Groups < mostGroups, "name", "identity.group.too_many")
	return nil
}

func insertGroup(ctx context.Context, tx *db.Tx, g Group) error {
	_, err := tx.Exec(ctx, `INSERT INTO groups (id, customer_id, parent_id, name, sort, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		g.ID, g.CustomerID, db.Null(g.ParentID), g.Name, g.Sort, g.CreatedAt, g.Version)
	if err == nil {
		_, err = tx.Exec(ctx, `INSERT INTO group_paths (ancestor_id, group_id, depth) VALUES ($1, $1, 0)`, g.ID)
	}
	if err != nil {
		return fmt.Errorf("insert group: %w", err)
	}
	return hang(ctx, tx, g)
}

// hang writes the paths from everything above the group to everything that stands on it.
func hang(ctx context.Context, tx *db.Tx, g Group) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO group_paths (ancestor_id, group_id, depth)
		SELECT a.ancestor_id, d.group_id, a.depth + d.depth + 1 FROM group_paths a CROSS JOIN group_paths d WHERE a.group_id = $1 AND d.ancestor_id = $2`,
		g.ParentID, g.ID)
	if err != nil {
		return fmt.Errorf("write the paths of group %s: %w", g.ID, err)
	}
	return nil
}

func updateGroup(ctx context.Context, tx *db.Tx, g Group, moved bool) error {
	_, err := tx.Exec(ctx, `UPDATE groups SET name = $1, sort = $2, parent_id = $3, version = $4 WHERE id = $5`, g.Name, g.Sort, db.Null(g.ParentID), g.Version, g.ID)
	if err == nil && moved { // what stood above leaves with all that is below; what is below stays as it is
		_, err = tx.Exec(ctx, `
			DELETE FROM group_paths WHERE group_id IN (SELECT group_id FROM group_paths WHERE ancestor_id = $1)
				AND ancestor_id NOT IN (SELECT group_id FROM group_paths WHERE ancestor_id = $1)`, g.ID)
	}
	if err != nil {
		return fmt.Errorf("save group %s: %w", g.ID, err)
	}
	if !moved {
		return nil
	}
	return hang(ctx, tx, g)
}

// Within is what stands in a group and keeps it from being deleted.
type Within struct{ Members, Groups int64 }

// DeleteGroup deletes a group with nothing in it. What is there to move first stands in Within, which it gives in any case.
func (s *Service) DeleteGroup(ctx context.Context, by authz.Actor, customerID, groupID string) (in Within, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		g, err := groupToChange(ctx, tx, by, customerID, GroupEdit{ID: groupID})
		if err != nil {
			return err
		}
		below, err := db.One[int64](ctx, tx, `SELECT count(*) FROM groups WHERE parent_id = $1`, groupID)
		if err != nil {
			return fmt.Errorf("count the groups below %s: %w", groupID, err)
		}
		if in = (Within{Members: g.Members, Groups: below}); in != (Within{}) {
			return fault.New(fault.Conflict, "identity.group.not_empty")
		}
		for _, query := range []string{
			`UPDATE members SET group_id = NULL WHERE group_id = $1`, // of those removed, whom nobody misses
			`DELETE FROM group_paths WHERE group_id = $1`,
			`DELETE FROM groups WHERE id = $1`,
		} {
			if _, err := tx.Exec(ctx, query, groupID); err != nil {
				return fmt.Errorf("delete group %s: %w", groupID, err)
			}
		}
		return s.Log.Record(ctx, tx, by, event.Event{
			Kind: "identity.group", Subject: groupID, CustomerID: customerID, Name: "identity.group.delete", Data: event.Data(map[string]any{"name": g.Name}),
		})
	})
	return in, err
}
