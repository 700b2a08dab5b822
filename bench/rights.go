package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"skranke/bench/floor"
	"skranke/internal/agreement"
	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/keys"
)

const (
	peoplePath = "/my/people"
	fewPeople  = 20
	parts      = 500 // groups of the big customer
	parting    = 25  // of which as many stand at the top, the rest below them
	bound      = 20 * time.Microsecond
)

// rights measures what deciding costs, and the list of a customer's people, of many and of few.
func rights(ctx context.Context, o options, r *report) error {
	kinds, dir, end, err := kindsOf(ctx, o)
	if err != nil {
		return err
	}
	defer end()
	for i, k := range kinds {
		if err := rightsOn(ctx, o, r, k, dir, i == 0); err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
	}
	r.note("rights: deciding is May, the condition of a list, and whether a role may be given, in memory. The times compare GET %s of a customer with many\n"+
		"people in %d groups and of one with %d and no group, by their signed-in administrators over HTTP, asked by turns; the search is for somebody's full name.\n"+
		"Beside it the floor: the page's longest query, prepared, over the bare driver.", peoplePath, parts, fewPeople)
	return nil
}

// crew is one customer with its people.
type crew struct {
	customer identity.Customer
	groups   []string
	token    string
	boss     authz.Actor
	name     string // of somebody in the middle
}

func rightsOn(ctx context.Context, o options, r *report, k kind, dir string, first bool) (err error) {
	dsn, err := k.fresh(ctx, "rights")
	if err != nil {
		return err
	}
	h, err := openHouse(ctx, dir, dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.end()) }()
	n := 20_000
	if o.quick {
		n = 2_000
	}
	few, err := h.crew(ctx, "1", fewPeople, 0)
	if err != nil {
		return err
	}
	many, err := h.crew(ctx, "2", n, parts)
	if err != nil {
		return err
	}
	if !h.DB.SQLite() {
		if _, err := h.DB.Writer().ExecContext(ctx, `VACUUM (ANALYZE)`); err != nil { // what autovacuum would have done by then
			return err
		}
	}
	if first {
		if err := h.decisions(ctx, o, r, many); err != nil {
			return err
		}
	}
	return h.lists(ctx, o, r, k, dsn, few, many)
}

// crew makes a customer with n people, spread over groups; the first is its administrator.
func (h *house) crew(ctx context.Context, number string, n, groups int) (c crew, err error) {
	c.customer, err = h.Identity.CreateCustomer(ctx, all, identity.NewCustomer{Number: number, Kind: identity.Company, Name: "Kunde " + number, Country: "NO", Language: i18n.NB, Town: "Ås"})
	if err != nil {
		return c, err
	}
	maker := authz.SystemActor(identity.MaySeeCustomers, identity.MayEditGroups)
	for i := range groups {
		e := identity.GroupEdit{Name: fmt.Sprint("Avdeling ", i)}
		if i >= parting {
			e.ParentID = c.groups[i%parting]
		}
		g, err := h.Identity.SaveGroup(ctx, maker, c.customer.ID, e)
		if err != nil {
			return c, err
		}
		c.groups = append(c.groups, g.ID)
	}
	var boss string
	err = h.DB.InTx(ctx, func(tx *db.Tx) error {
		for i := range n {
			person, err := c.join(ctx, tx, i)
			if err != nil {
				return err
			}
			if i == 0 {
				boss = person
			}
		}
		return nil
	})
	if err != nil {
		return c, err
	}
	c.name = nameOf(n / 2)
	s, err := h.Identity.SignInAs(ctx, boss, identity.Attempt{Agent: "bench", Address: "192.0.2.1"})
	if err != nil {
		return c, err
	}
	c.token = s.Token
	c.boss, _, err = h.Identity.Authenticate(ctx, s.Token)
	return c, err
}

var syllables = strings.Fields("Berg Dal Eng Furu Gran Haug Jord Kvern Lund Myr Nes Ore Rud Sand Tveit Ulv Vik Ask Bjerke Fjell")

func nameOf(i int) string {
	k := len(syllables)
	return syllables[i%k] + "ar " + syllables[i/k%k] + strings.ToLower(syllables[i/k/k%k])
}

// join writes one person as adding them would.
func (c *crew) join(ctx context.Context, tx *db.Tx, i int) (string, error) {
	person, role, email := id.New(), identity.Buyer, fmt.Sprintf("p%d@k%s.example", i, c.customer.Number)
	if i == 0 {
		role = identity.Administrator
	}
	group := ""
	if i > 0 && len(c.groups) > 0 {
		group = c.groups[i%len(c.groups)]
	}
	_, err := tx.Exec(ctx, `INSERT INTO people (id, name, email, email_key, phone, language, status, created_at) VALUES ($1, $2, $3, $3, $4, 'nb', 'active', $5)`,
		person, nameOf(i), email, strconv.Itoa(40_000_000+i), tx.Now)
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, `INSERT INTO members (id, customer_id, person_id, role, group_id, status, created_at, joined_at) VALUES ($1, $2, $3, $4, $5, 'active', $6, $6)`,
		id.New(), c.customer.ID, person, role, db.Null(group), tx.Now)
	if err != nil {
		return "", err
	}
	return person, identity.Reindex(ctx, tx, person)
}

// decisions tells what one request costs before it does anything.
func (h *house) decisions(ctx context.Context, o options, r *report, c crew) error {
	at := authz.Place{Customer: c.customer.ID, Group: c.groups[len(c.groups)-1], Owner: id.New()}
	member := identity.Membership{CustomerID: c.customer.ID, CustomerStatus: identity.Active, Role: identity.Administrator}
	leader := member
	leader.Role, leader.GroupID, leader.Groups = identity.Manager, c.groups[0], c.groups
	given := h.Identity.Roles.OfMember(identity.Manager)
	for _, who := range []struct {
		name string
		p    identity.Principal
	}{
		{"an administrator", identity.Principal{PersonID: id.New(), Member: member}},
		{fmt.Sprintf("a manager with %d groups", parts), identity.Principal{PersonID: id.New(), Member: leader}},
		{"staff with 9 roles", identity.Principal{PersonID: id.New(), Staff: identity.StaffRoles()}},
	} {
		actor := h.Identity.Actor(who.p)
		var took []time.Duration
		for range o.runs {
			const times = 2000
			start := time.Now()
			for range times {
				for _, p := range []authz.Permission{identity.MaySeePeople, identity.MayEditPeople, keys.MaySee, agreement.MaySee} {
					actor.May(p, at)
				}
				db.Reach(actor.Reach(identity.MaySeePeople), db.Columns{Customer: "m.customer_id", Group: "m.group_id", Self: "m.person_id"})
				identity.Gives(actor, given, c.customer.ID, at.Group)
			}
			took = append(took, time.Since(start)/times)
		}
		got := median(took)
		r.add(row{"rights: deciding one request, " + who.name, micro(got), "", "", "≤ " + micro(bound), got <= bound})
	}
	return h.queries(ctx, r, c)
}

func micro(d time.Duration) string { return fmt.Sprintf("%.1f µs", float64(d.Nanoseconds())/1000) }

// queries counts what recognising a visitor or a program asks the database.
func (h *house) queries(ctx context.Context, r *report, c crew) error {
	counted, n := db.WithCount(ctx)
	if _, _, err := h.Identity.Authenticate(counted, c.token); err != nil {
		return err
	}
	r.most("rights: recognising a visitor", "query", float64(n.Load()), 1)
	_, secret, err := h.Identity.CreateKey(ctx, c.boss, identity.NewKey{Name: "bench", CustomerID: c.customer.ID, Permissions: []authz.Permission{identity.MaySeeCustomers}})
	if err != nil {
		return err
	}
	if _, _, err := h.Identity.AuthenticateKey(ctx, secret); err != nil { // the first use is noted
		return err
	}
	counted, n = db.WithCount(ctx)
	if _, _, err := h.Identity.AuthenticateKey(counted, secret); err != nil {
		return err
	}
	r.most("rights: recognising a program", "query", float64(n.Load()), 1)
	return nil
}

// lists compares the list of many people with that of few.
func (h *house) lists(ctx context.Context, o options, r *report, k kind, dsn string, few, many crew) error {
	srv, err := startServer(ctx, h.Edge)
	if err != nil {
		return err
	}
	defer srv.close()
	for _, ask := range []struct {
		name string
		q    func(c crew) string
	}{
		{"first page", func(crew) string { return "" }},
		{"search for a name", func(c crew) string { return c.name }},
	} {
		var clients [2]*client
		for i, c := range []crew{many, few} {
			path := peoplePath
			if q := ask.q(c); q != "" {
				path += "?q=" + url.QueryEscape(q)
			}
			if clients[i], err = srv.dial(ctx, path, c.token, ""); err != nil {
				return err
			}
			defer clients[i].close()
			for range 50 { // warms up
				if _, err := clients[i].get(); err != nil {
					return err
				}
			}
		}
		what := k.name + ": list of people, " + ask.name
		if err := times(o, r, what, clients[0], clients[1]); err != nil {
			return err
		}
		if err := h.beside(ctx, r, what, dsn, many, ask.q(many)); err != nil {
			return err
		}
	}
	return nil
}

// beside compares the listing with its own query on the bare driver.
func (h *house) beside(ctx context.Context, r *report, what, dsn string, c crew, text string) error {
	var query string
	var args []any
	ask := func(ctx context.Context) error {
		_, err := identity.ListMembers(ctx, h.DB, c.boss, c.customer.ID, identity.MemberFilter{Text: text}, 1001)
		return err
	}
	err := ask(db.Watch(ctx, func(q string, a []any) { query, args = q, a })) // the last one is the list itself
	if err != nil {
		return err
	}
	f, err := floor.OpenQuery(ctx, dsn, query, args)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	var took [2][]time.Duration
	for range 200 {
		start := time.Now()
		if err := ask(ctx); err != nil {
			return err
		}
		took[0] = append(took[0], time.Since(start))
		bare, err := f.Timed(ctx)
		if err != nil {
			return err
		}
		took[1] = append(took[1], bare)
	}
	for i := range took {
		slices.Sort(took[i])
	}
	ours, bare := percentile(took[0], 50), percentile(took[1], 50)
	r.add(row{what + ", reading and counting it", short(ours), short(bare), fmt.Sprintf("%.2f ×", float64(ours)/float64(bare)), "–", true})
	return nil
}
