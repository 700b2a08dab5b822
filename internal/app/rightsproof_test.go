package app

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/id"
	"skranke/internal/identity"

	"pgregory.net/rapid"
)

// TestORG5_NoWayAroundTheRights lets random customers, groups, roles, people, staff, sessions and programs change at random, and
// asks after every step whether what the program allows is what the rules say.
func TestORG5_NoWayAroundTheRights(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			w := newRightsWorld(t, rt, d)
			w.check("the start")
			for range rapid.IntRange(1, 6).Draw(rt, "steps") {
				w.check(w.step())
			}
		})
	})
}

// rightsWorld is the random house. The test's own t is for the database, rapid's for what is drawn and what is wrong.
type rightsWorld struct {
	*rapid.T
	t       *testing.T
	ids     *identity.Service
	now     *rightsTables
	secrets map[string]string // of sessions and programs by id
	people  []string
	n       int
	bits    uint64
}

func pick[T any](w *rightsWorld, from []T, what string) T {
	return rapid.SampledFrom(from).Draw(w.T, what)
}

var rightsTablesInOrder = strings.Fields("api_keys sessions member_words invitations members staff_roles group_paths groups roles addresses cost_centres customer_words people customers events")

func newRightsWorld(t *testing.T, rt *rapid.T, d *db.DB) *rightsWorld {
	w := &rightsWorld{T: rt, t: t, ids: &identity.Service{DB: d, Log: &event.Log{}, Roles: matrix{}}, secrets: map[string]string{}}
	w.change(func(tx *db.Tx) {
		w.exec(tx, `UPDATE groups SET parent_id = NULL`)
		for _, name := range rightsTablesInOrder {
			w.exec(tx, `DELETE FROM `+name)
		}
		var groups [2][]string
		for c := range 2 {
			w.customer(tx, c, &groups[c])
		}
		w.exec(tx, `INSERT INTO roles (id, name, name_key, rights, created_at) VALUES ('00000000-0000-7000-8000-0000000000b1', 'x', 'x', $1, $2)`, w.rights(staffRoles[identity.Admin], authz.All), tx.Now)
		for i := range 5 {
			w.person(tx, i, groups)
		}
		for range 3 {
			w.apiKey(tx)
		}
	})
	return w
}

func customerID(i int) string { return fmt.Sprintf("00000000-0000-7000-8000-0000000000c%d", i+1) }

func (w *rightsWorld) customer(tx *db.Tx, c int, groups *[]string) {
	at := customerID(c)
	w.exec(tx, `INSERT INTO customers (id, number, kind, status, name, search, country, language, created_at) VALUES ($1, $1, 'company', $2, $1, $1, 'NO', 'nb', $3)`,
		at, pick(w, customerStatuses, "status of customer"), tx.Now)
	for range rapid.IntRange(0, 4).Draw(w.T, "groups") {
		g, parent := w.newID(), pick(w, append([]string{""}, *groups...), "above")
		w.exec(tx, `INSERT INTO groups (id, customer_id, parent_id, name, sort, created_at) VALUES ($1, $2, $3, $1, $1, $4)`, g, at, db.Null(parent), tx.Now)
		w.exec(tx, `INSERT INTO group_paths (ancestor_id, group_id, depth) VALUES ($1, $1, 0)`, g)
		w.exec(tx, `INSERT INTO group_paths (ancestor_id, group_id, depth) SELECT ancestor_id, $1, depth + 1 FROM group_paths WHERE group_id = $2`, g, parent)
		*groups = append(*groups, g)
	}
	for _, r := range ownRoles(c) {
		w.exec(tx, `INSERT INTO roles (id, customer_id, name, name_key, rights, created_at) VALUES ($1, $2, $1, $1, $3, $4)`,
			r, at, w.rights(forMembers, authz.Customer, authz.Group, authz.Self), tx.Now)
	}
}

const ownStaff identity.StaffRole = "00000000-0000-7000-8000-0000000000b1"

// ownRoles is the ids of the roles of a customer's own making.
func ownRoles(c int) []identity.Role {
	id := func(i int) identity.Role {
		return identity.Role(fmt.Sprintf("00000000-0000-7000-8000-0000000000a%d", 2*c+i))
	}
	return []identity.Role{id(0), id(1)}
}

// rights draws a role: each permission in one scope, as roles are kept.
func (w *rightsWorld) rights(from []authz.Permission, scopes ...authz.Scope) string {
	raw, err := json.Marshal(w.someRights(from, scopes...))
	if err != nil {
		w.Fatal(err)
	}
	return string(raw)
}

func (w *rightsWorld) someRights(from []authz.Permission, scopes ...authz.Scope) []identity.Right {
	out := []identity.Right{}
	for i, p := range from {
		if x := 1 + i%8; x == 1 {
			w.bits = rapid.Uint64().Draw(w.T, "rights")
		}
		if w.bits&3 > 0 {
			out = append(out, identity.Right{May: p, Scope: scopes[int(w.bits>>2&31)%len(scopes)]})
		}
		w.bits >>= 8
	}
	return out
}

func (w *rightsWorld) role(c int) identity.Role {
	return pick(w, slices.Concat(identity.MemberRoles(), ownRoles(c), ownRoles(c), []identity.Role{identity.Administrator, identity.Manager, identity.Manager}), "role")
}

func (w *rightsWorld) staffRole() identity.StaffRole {
	return pick(w, append(identity.StaffRoles(), ownStaff, identity.Admin), "staff role")
}

// What is usual comes more often than the rest: most of what is tried should work.
var customerStatuses = append(identity.CustomerStatuses(), identity.Active, identity.Active, identity.Active, identity.OnHold)

var memberStatuses = []identity.MemberStatus{identity.MemberActive, identity.MemberActive, identity.MemberActive, identity.MemberInvited, identity.MemberSuspended, identity.MemberRemoved}

// person draws somebody with memberships, perhaps staff, and an open session.
func (w *rightsWorld) person(tx *db.Tx, i int, groups [2][]string) {
	p := w.newID()
	w.exec(tx, `INSERT INTO people (id, name, email, email_key, language, status, created_at) VALUES ($1, $1, $1, $1, 'nb', $2, $3)`,
		p, pick(w, []identity.PersonStatus{identity.PersonActive, identity.PersonActive, identity.PersonActive, identity.PersonActive, identity.PersonSuspended}, "person"), tx.Now)
	w.people = append(w.people, p)
	for c := range 2 {
		if rapid.Bool().Draw(w.T, "member") {
			w.exec(tx, `INSERT INTO members (id, customer_id, person_id, role, group_id, status, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
				w.newID(), customerID(c), p, w.role(c), db.Null(pick(w, append([]string{""}, groups[c]...), "group")), pick(w, memberStatuses, "member"), tx.Now)
		}
	}
	for range rapid.SampledFrom([]int{0, 0, 0, 0, 1, 2}).Draw(w.T, "staff") {
		w.exec(tx, `INSERT INTO staff_roles (person_id, role) VALUES ($1, $2) ON CONFLICT (person_id, role) DO NOTHING`, p, w.staffRole())
	}
	for range 1 + i%2 {
		token := "session " + w.newID() // not drawn by chance, so that a failure comes again
		session := hex.EncodeToString(id.HashToken(token))
		w.secrets[session] = token
		w.exec(tx, `INSERT INTO sessions (id, person_id, created_at, seen_at, expires_at, customer_id, on_behalf) VALUES ($1, $2, $3, $3, $4, $5, $6)`,
			session, p, tx.Now, tx.Now.Add(time.Hour), db.Null(pick(w, []string{"", customerID(0), customerID(1)}, "acts at")),
			db.Null(pick(w, append([]string{"", ""}, w.people...), "in the shoes of")))
	}
}

func (w *rightsWorld) apiKey(tx *db.Tx) {
	key := w.newID()
	w.secrets[key] = "sk_" + key
	var may []authz.Permission
	for _, r := range w.someRights(append(slices.Clone(staffRoles[identity.Admin]), newObligations...), authz.All) {
		may = append(may, r.May)
	}
	w.exec(tx, `INSERT INTO api_keys (id, name, hash, customer_id, permissions, created_by, created_at) VALUES ($1, $1, $2, $3, $4, $5, $6)`,
		key, hex.EncodeToString(id.HashToken(key)), db.Null(pick(w, []string{"", customerID(0), customerID(1)}, "for")), db.JSON[[]authz.Permission]{V: may},
		pick(w, append([]string{"system"}, w.people...), "made by"), tx.Now)
}

// newID is the same in every run of the same choices.
func (w *rightsWorld) newID() string {
	w.n++
	return fmt.Sprintf("%08x-0000-7000-8000-%012x", w.n, w.n)
}

func (w *rightsWorld) exec(tx *db.Tx, query string, args ...any) {
	if _, err := tx.Exec(w.t.Context(), query, args...); err != nil {
		w.Fatalf("%v in %s %v", err, query, args)
	}
}

func (w *rightsWorld) change(do func(tx *db.Tx)) {
	if err := w.ids.DB.InTx(w.t.Context(), func(tx *db.Tx) error { do(tx); return nil }); err != nil {
		w.Fatal(err)
	}
}

// somebody is an actor with what the rules say of them.
type somebody struct {
	name   string
	person string // whose things are their own
	actor  authz.Actor
	truth  truth
	// session is its id, empty for a program.
	session string
}

// everybody comes in anew, as at their next request.
func (w *rightsWorld) everybody() (out []somebody) {
	ctx := w.t.Context()
	for _, s := range w.now.sessions {
		actor, _, err := w.ids.Authenticate(ctx, w.secrets[s.ID])
		if err != nil {
			w.Fatal(err)
		}
		out = append(out, somebody{fmt.Sprintf("session %+v", s), s.PersonID, actor, w.now.of(s), s.ID})
	}
	for _, k := range w.now.keys {
		actor, _, err := w.ids.AuthenticateKey(ctx, w.secrets[k.ID])
		if err != nil && (!k.Revoked || !fault.Is(err, fault.SignIn)) {
			w.Fatal(err)
		}
		out = append(out, somebody{fmt.Sprintf("program %+v", k), k.ID, actor, w.now.ofKey(k), ""})
	}
	return out
}

// check compares what everybody may with the rules, everywhere.
func (w *rightsWorld) check(after string) {
	w.now = readRights(w.t, w.ids.DB)
	members, office := matrix{}.All()
	asked := slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(members), office...))))
	places := w.now.places(w.people...)
	for _, x := range w.everybody() {
		for _, p := range asked {
			for _, at := range places {
				if got, want := x.actor.May(p, at), w.now.may(x.truth, p, at); got != want {
					w.Fatalf("after %s: %s may %s at %+v: %v, the rules say %v\n%+v\n%+v", after, x.name, p, at, got, want, x.actor, x.truth)
				}
			}
		}
		w.outside(after, x, asked, places)
		w.list(after, x, pick(w, asked, "listed"))
		w.list(after, x, identity.MaySeePeople)
		w.give(after, x)
	}
}

// outside is invariant 17 without the roles: a customer is nothing to whoever is not one of its active people.
func (w *rightsWorld) outside(after string, x somebody, asked []authz.Permission, places []authz.Place) {
	if x.actor.Kind != authz.Person {
		return
	}
	for _, at := range places {
		inside := slices.ContainsFunc(w.now.members, func(m memberRow) bool {
			return m.PersonID == x.person && m.CustomerID == at.Customer && m.Status == identity.MemberActive
		})
		if !inside && slices.ContainsFunc(asked, func(p authz.Permission) bool { return x.actor.May(p, at) }) {
			w.Fatalf("after %s: %s has something at %+v without being there: %+v", after, x.name, at, x.actor)
		}
	}
}

// list compares a list's rows with one question for each row: what is read and what is decided have one scope.
func (w *rightsWorld) list(after string, x somebody, p authz.Permission) {
	got, err := db.List[string](w.t.Context(), w.ids.DB, `SELECT id FROM members WHERE {} ORDER BY id`,
		db.Reach(x.actor.Reach(p), db.Columns{Customer: "customer_id", Group: "group_id", Self: "person_id"}))
	if err != nil {
		w.Fatal(err)
	}
	var want []string
	for _, m := range w.now.members {
		if x.actor.May(p, m.place()) {
			want = append(want, m.ID)
		}
	}
	if slices.Sort(want); !slices.Equal(got, want) {
		w.Fatalf("after %s: the list of %s for %s has %v, one by one it would be %v", after, p, x.name, got, want)
	}
}

// give asks for random rights, and for those of a random role.
func (w *rightsWorld) give(after string, x somebody) {
	if x.actor.Kind == authz.Nobody || x.actor.Kind == authz.APIKey {
		return
	}
	c := rapid.IntRange(0, 1).Draw(w.T, "customer")
	group := pick(w, append([]string{""}, w.groupsOf(c)...), "group")
	for _, rights := range [][]identity.Right{
		w.now.roleOf(w.role(c), customerID(c)),
		{{May: pick(w, forMembers, "may"), Scope: pick(w, []authz.Scope{authz.Customer, authz.Group, authz.Self}, "scope")}},
	} {
		if got, want := identity.Gives(x.actor, rights, customerID(c), group), w.now.gives(x.truth, rights, customerID(c), group); got != want {
			w.Fatalf("after %s: %s gives %v in %q of %s: %v, the rules say %v", after, x.name, rights, group, customerID(c), got, want)
		}
	}
}

func (w *rightsWorld) groupsOf(c int) (out []string) {
	for _, g := range w.now.groups {
		if g.CustomerID == customerID(c) {
			out = append(out, g.ID)
		}
	}
	slices.Sort(out)
	return out
}
