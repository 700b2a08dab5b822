package identity_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/fault"
	"skranke/internal/identity"
)

func group(t *testing.T, s *identity.Service, customerID, parentID, name string) identity.Group {
	t.Helper()
	g, err := s.SaveGroup(t.Context(), chief(customerID), customerID, identity.GroupEdit{ParentID: parentID, Name: name})
	return must(t, g, err)
}

// path is one row of the closure.
type path struct {
	AncestorID, GroupID string
	Depth               int64
}

// walked is what the closure must be: found by walking from every group to the top.
func walked(t *testing.T, d *db.DB) (out []path) {
	t.Helper()
	type row struct{ ID, ParentID string }
	rows, err := db.List[row](t.Context(), d, `SELECT id, COALESCE(parent_id, '') AS parent_id FROM groups`)
	parents := map[string]string{}
	for _, r := range must(t, rows, err) {
		parents[r.ID] = r.ParentID
	}
	for id := range parents {
		for at, depth := id, int64(0); at != ""; at, depth = parents[at], depth+1 {
			if depth > int64(len(parents)) {
				t.Fatalf("group %s stands below itself", id)
			}
			out = append(out, path{at, id, depth})
		}
	}
	return sorted(out)
}

func sorted(paths []path) []path {
	slices.SortFunc(paths, func(a, b path) int { return strings.Compare(a.AncestorID+a.GroupID, b.AncestorID+b.GroupID) })
	return paths
}

func closure(t *testing.T, d *db.DB) []path {
	t.Helper()
	rows, err := db.List[path](t.Context(), d, `SELECT ancestor_id, group_id, depth FROM group_paths`)
	return sorted(must(t, rows, err))
}

func TestORG3_TheClosureIsWhatWalkingGivesAfterAnyMoves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		c := customer(t, s, association("Fjellheim"))
		by, dice := chief(c.ID), rand.New(rand.NewPCG(3, 8))
		var all []identity.Group
		for i := range 160 {
			anyone := func() (g identity.Group) {
				if n := dice.IntN(len(all) + 1); n < len(all) {
					g = all[n]
				}
				return g
			}
			e := identity.GroupEdit{Name: fmt.Sprint("G", i), ParentID: anyone().ID}
			if g := anyone(); i%3 > 0 && g.ID != "" { // move what is there, wherever
				e.ID, e.Version = g.ID, g.Version
			}
			g, err := s.SaveGroup(t.Context(), by, c.ID, e)
			switch fields := fault.FieldsOf(err); {
			case err == nil && e.ID == "":
				all = append(all, g)
			case err == nil:
				all[slices.IndexFunc(all, func(o identity.Group) bool { return o.ID == g.ID })] = g
			case fields["parent"] != "identity.group.circular" && fields["parent"] != "identity.group.too_deep":
				t.Fatal(err)
			}
			if g := anyone(); i%7 == 0 && g.ID != "" {
				if _, err := s.DeleteGroup(t.Context(), by, c.ID, g.ID); err == nil {
					all = slices.DeleteFunc(all, func(o identity.Group) bool { return o.ID == g.ID })
				} else if fault.CodeOf(err) != "identity.group.not_empty" {
					t.Fatal(err)
				}
			}
			if i%10 == 9 {
				if got, want := closure(t, d), walked(t, d); !slices.Equal(got, want) {
					t.Fatalf("after %d moves the closure is\n%v, not\n%v", i, got, want)
				}
			}
		}
		tree, err := identity.Groups(t.Context(), d, by, c.ID)
		if err != nil || len(tree) != len(all) || len(all) < 20 {
			t.Errorf("%d groups in the tree, %d made, %v", len(tree), len(all), err)
		}
		for _, g := range tree {
			if g.Depth > identity.MaxDepth {
				t.Errorf("%s stands %d deep", g.Name, g.Depth)
			}
		}
	})
}

func TestORG3_TwoMovesAtOnceMakeNoCircle(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		c := customer(t, s, association("Fjellheim"))
		for range 8 {
			a, b := group(t, s, c.ID, "", fmt.Sprint("A", len(closure(t, d)))), group(t, s, c.ID, "", fmt.Sprint("B", len(closure(t, d))))
			var all sync.WaitGroup
			for _, m := range [][2]identity.Group{{a, b}, {b, a}} {
				all.Go(func() {
					_, err := s.SaveGroup(t.Context(), chief(c.ID), c.ID, identity.GroupEdit{ID: m[0].ID, Name: m[0].Name, ParentID: m[1].ID, Version: m[0].Version})
					if err != nil && fault.FieldsOf(err)["parent"] != "identity.group.circular" {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if got, want := closure(t, d), walked(t, d); !slices.Equal(got, want) {
				t.Fatalf("the closure is %v, not %v", got, want)
			}
		}
	})
}

func TestORG3_AGroupIsRefusedForItsNameAndPlace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		c, other := customer(t, s, association("Fjellheim")), customer(t, s, association("Utsikten"))
		foreign := group(t, s, other.ID, "", "Deres")
		top := group(t, s, c.ID, "", "Drift")
		deep := top
		for i := range identity.MaxDepth - 1 {
			deep = group(t, s, c.ID, deep.ID, fmt.Sprint("N", i))
		}
		side := group(t, s, c.ID, "", "Salg")
		group(t, s, c.ID, side.ID, "Nord")
		for _, tt := range []struct {
			name, field, code string
			e                 identity.GroupEdit
		}{
			{"no name", "name", "identity.group.name", identity.GroupEdit{}},
			{"the name of a sibling", "name", "identity.group.name_taken", identity.GroupEdit{Name: " DRIFT "}},
			{"too deep", "parent", "identity.group.too_deep", identity.GroupEdit{Name: "x", ParentID: deep.ID}},
			{"another customer's", "parent", "identity.group.parent_gone", identity.GroupEdit{Name: "x", ParentID: foreign.ID}},
			{"below itself", "parent", "identity.group.circular", identity.GroupEdit{ID: top.ID, Version: 1, Name: "Drift", ParentID: top.ID}},
			{"below its own", "parent", "identity.group.circular", identity.GroupEdit{ID: side.ID, Version: 1, Name: "Salg", ParentID: side.ID}},
			{"too deep with what is below it", "parent", "identity.group.too_deep", identity.GroupEdit{ID: side.ID, Version: 1, Name: "Salg", ParentID: deep.ParentID}},
		} {
			if _, err := s.SaveGroup(t.Context(), chief(c.ID), c.ID, tt.e); fault.FieldsOf(err)[tt.field] != tt.code {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
		if _, err := s.SaveGroup(t.Context(), chief(c.ID), c.ID, identity.GroupEdit{ID: top.ID, Version: 9, Name: "Ny"}); fault.CodeOf(err) != "identity.group.changed" {
			t.Errorf("an old version: %v", err)
		}
		if _, err := s.SaveGroup(t.Context(), chief(c.ID), c.ID, identity.GroupEdit{ID: foreign.ID, Version: 1, Name: "Vår"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("another customer's group: %v", err)
		}
	})
}

func TestORG3_AGroupWithSomethingInItIsNotDeleted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		c := customer(t, s, association("Fjellheim"))
		top := group(t, s, c.ID, "", "Drift")
		below := group(t, s, c.ID, top.ID, "Nord")
		var ids []string
		for i := range 3 {
			p := person(t, s, fmt.Sprint("Person ", i), fmt.Sprintf("p%d@fjell.example", i), "")
			m, err := s.AddMember(t.Context(), root, c.ID, p.ID, identity.Buyer)
			ids = append(ids, must(t, m, err).ID)
		}
		seat := func(query string, args ...any) {
			t.Helper()
			if err := d.InTx(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), query, args...); return err }); err != nil {
				t.Fatal(err)
			}
		}
		seat(`UPDATE members SET group_id = $1`, below.ID)
		in, err := s.DeleteGroup(t.Context(), chief(c.ID), c.ID, top.ID)
		if fault.CodeOf(err) != "identity.group.not_empty" || in != (identity.Within{Groups: 1}) {
			t.Errorf("a group with a group in it: %+v, %v", in, err)
		}
		seat(`UPDATE members SET status = 'removed' WHERE id = $1`, ids[0])
		in, err = s.DeleteGroup(t.Context(), chief(c.ID), c.ID, below.ID)
		if fault.CodeOf(err) != "identity.group.not_empty" || in != (identity.Within{Members: 2}) {
			t.Errorf("a group with people in it: %+v, %v", in, err)
		}
		ctx, n := db.WithCount(t.Context())
		tree, err := identity.Groups(ctx, d, chief(c.ID), c.ID)
		if err != nil || len(tree) != 2 || tree[1].Members != 2 || tree[1].Depth != 2 || n.Load() != 1 {
			t.Errorf("%+v in %d queries, %v", tree, n.Load(), err)
		}
		seat(`UPDATE members SET status = 'removed'`)
		for _, g := range []identity.Group{below, top} {
			if _, err := s.DeleteGroup(t.Context(), chief(c.ID), c.ID, g.ID); err != nil {
				t.Errorf("with nobody but the removed in it: %v", err)
			}
		}
		if len(closure(t, d)) != 0 {
			t.Errorf("paths are left: %v", closure(t, d))
		}
	})
}

func TestORG3_WhoLeadsAGroupEditsOnlyBelowIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		c := customer(t, s, association("Fjellheim"))
		mine, other := group(t, s, c.ID, "", "Drift"), group(t, s, c.ID, "", "Salg")
		below := group(t, s, c.ID, mine.ID, "Nord")
		deeper := group(t, s, c.ID, below.ID, "Lager")
		leader := authz.Actor{ID: "leader", Kind: authz.Person, Grants: []authz.Grant{
			{Scope: authz.Customer, ID: c.ID, Customer: c.ID, May: []authz.Permission{identity.MaySeeCustomers}},
			{Scope: authz.Group, ID: mine.ID, IDs: []string{mine.ID, below.ID, deeper.ID}, Customer: c.ID, May: []authz.Permission{identity.MayEditGroups}},
		}}
		for _, tt := range []struct {
			name string
			e    identity.GroupEdit
			want string
		}{
			{"a new one below the own", identity.GroupEdit{Name: "Sør", ParentID: mine.ID}, ""},
			{"a new one at the top", identity.GroupEdit{Name: "Ny"}, "parent"},
			{"a new one below another", identity.GroupEdit{Name: "Ny", ParentID: other.ID}, "parent"},
			{"the own group", identity.GroupEdit{ID: mine.ID, Version: 1, Name: "Konge"}, "authz.elsewhere"},
			{"another group", identity.GroupEdit{ID: other.ID, Version: 1, Name: "Konge"}, "authz.elsewhere"},
			{"one's own under another", identity.GroupEdit{ID: deeper.ID, Version: 1, Name: "Lager", ParentID: other.ID}, "parent"},
			{"one's own to the top", identity.GroupEdit{ID: deeper.ID, Version: 1, Name: "Lager"}, "parent"},
			{"within the own", identity.GroupEdit{ID: deeper.ID, Version: 1, Name: "Lageret", ParentID: mine.ID}, ""},
		} {
			_, err := s.SaveGroup(t.Context(), leader, c.ID, tt.e)
			_, field := fault.FieldsOf(err)[tt.want]
			if ok := err == nil && tt.want == "" || field || err != nil && fault.CodeOf(err) == tt.want; !ok {
				t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
			}
		}
		if _, err := s.DeleteGroup(t.Context(), leader, c.ID, other.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another group deleted: %v", err)
		}
		if _, err := s.DeleteGroup(t.Context(), leader, c.ID, deeper.ID); err != nil {
			t.Errorf("one below the own: %v", err)
		}
	})
}
