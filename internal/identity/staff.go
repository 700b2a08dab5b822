package identity

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/id"
)

// StaffChoice is a role that the operator's people can have: a ready-made one, or one of the operator's own making, which has a name.
type StaffChoice struct {
	Role StaffRole
	Name string
	May  []authz.Permission
	Open bool // whether the reader may give it: nobody gives more than they have
}

// Word is what the role is called.
func (c StaffChoice) Word(l i18n.L) string {
	if c.Name != "" {
		return c.Name
	}
	return l.Code("identity.staff." + string(c.Role))
}

// Colleague is one of the operator's own people.
type Colleague struct {
	ID, Name, Email, Phone, Language string
	Status                           PersonStatus
	Version                          int64

	Roles      []StaffChoice
	SeenAt     *time.Time // when a session of theirs was last in use; nil is not since it ended
	MaySignIn  bool       // they have chosen a password
	Above      bool       // they have more than the reader, who therefore only looks
	Themselves bool       // the reader
}

// L is the language that they are written to in.
func (c Colleague) L() i18n.L { return language(c.Language) }

// Words is what the roles are called.
func (c Colleague) Words(l i18n.L) string {
	words := make([]string, len(c.Roles))
	for i, r := range c.Roles {
		words[i] = r.Word(l)
	}
	return strings.Join(words, ", ")
}

// Has reports whether a role is among theirs.
func (c Colleague) Has(r StaffRole) bool {
	return slices.ContainsFunc(c.Roles, func(held StaffChoice) bool { return held.Role == r })
}

func (c Colleague) may() (may []authz.Permission) {
	for _, r := range c.Roles {
		may = append(may, r.May...)
	}
	return may
}

// givesAll reports whether by has all of it, everywhere. The program itself gives what it is told to.
func givesAll(by authz.Actor, may []authz.Permission) bool {
	return by.Kind == authz.System || !slices.ContainsFunc(may, func(p authz.Permission) bool { return !by.May(p, authz.Place{}) })
}

// StaffChoices is every role that a colleague can have, in the order of a form.
func (s *Service) StaffChoices(ctx context.Context, q db.Q, by authz.Actor) ([]StaffChoice, error) {
	var all []StaffChoice
	for _, r := range StaffRoles() {
		all = append(all, StaffChoice{Role: r, May: s.ofStaff(r)})
	}
	own, err := OwnRoles(ctx, q, by, "")
	if err != nil {
		return nil, err
	}
	for _, r := range own {
		c := StaffChoice{Role: StaffRole(r.ID), Name: r.Name}
		for _, right := range r.Rights.V {
			c.May = append(c.May, right.May)
		}
		all = append(all, c)
	}
	for i := range all {
		all[i].Open = givesAll(by, all[i].May)
	}
	return all, nil
}

type colleagueRow struct {
	ID, Name, Email, Phone, Language string
	Status                           PersonStatus
	Version                          int64
	Roles                            string
	SeenAt                           *time.Time
	Passwords                        int64
}

const (
	selectColleagues = `
		SELECT p.id, p.name, p.email, p.phone, p.language, p.status, p.version,
			(SELECT string_agg(r.role, ' ') FROM staff_roles r WHERE r.person_id = p.id) AS roles,
			(SELECT max(s.seen_at) FROM sessions s WHERE s.person_id = p.id) AS seen_at,
			(SELECT count(*) FROM passwords w WHERE w.person_id = p.id) AS passwords
		FROM people p
		WHERE {} `
	mostColleagues = 2000
)

func isStaff() db.Cond { return db.If("p.id IN (SELECT person_id FROM staff_roles)") }

func colleague(r colleagueRow, by authz.Actor, choices []StaffChoice) Colleague {
	c := Colleague{
		ID: r.ID, Name: r.Name, Email: r.Email, Phone: r.Phone, Language: r.Language, Status: r.Status, Version: r.Version,
		SeenAt: r.SeenAt, MaySignIn: r.Passwords > 0, Themselves: r.ID == by.ID,
	}
	held := strings.Fields(r.Roles)
	for _, choice := range choices {
		if slices.Contains(held, string(choice.Role)) {
			c.Roles = append(c.Roles, choice)
		}
	}
	c.Above = !givesAll(by, c.may())
	return c
}

// StaffFilter narrows the list of colleagues. After and Before are ids: the page that begins behind one row, or ends before it.
type StaffFilter struct{ Text, After, Before string }

// StaffPage is one page of colleagues by name. Found counts all that the filter leaves; Prev and Next say whether there are more
// on either side.
type StaffPage struct {
	Colleagues []Colleague
	Prev, Next bool
	Found      int
}

// Colleagues lists the operator's own people. A firm has few enough of them to be read at once, which lets them be found by
// the same words, and sorted in the same way, as everybody else without an index of their own.
func (s *Service) Colleagues(ctx context.Context, by authz.Actor, f StaffFilter) (p StaffPage, err error) {
	if err := by.Check(MayEditStaff, authz.Place{}); err != nil {
		return p, err
	}
	choices, err := s.StaffChoices(ctx, s.DB, by)
	if err != nil {
		return p, err
	}
	rows, err := db.List[colleagueRow](ctx, s.DB, selectColleagues+`LIMIT $1`, mostColleagues, isStaff())
	if err != nil {
		return p, fmt.Errorf("list staff: %w", err)
	}
	typed := memberWords(f.Text)
	rows = slices.DeleteFunc(rows, func(r colleagueRow) bool { return !r.answersTo(typed) })
	slices.SortFunc(rows, func(a, b colleagueRow) int {
		return cmp.Or(strings.Compare(searchName(a.Name), searchName(b.Name)), strings.Compare(a.ID, b.ID))
	})
	p.Found = len(rows)
	from, to := bounds(rows, f)
	p.Prev, p.Next = from > 0, to < len(rows)
	for _, r := range rows[from:to] {
		p.Colleagues = append(p.Colleagues, colleague(r, by, choices))
	}
	return p, nil
}

// answersTo reports whether each of the words begins one of a colleague's: name, address, phone number.
func (r colleagueRow) answersTo(typed []string) bool {
	theirs := indexed(Member{Name: r.Name, Email: r.Email, Phone: r.Phone})
	return !slices.ContainsFunc(typed, func(w string) bool {
		return !slices.ContainsFunc(theirs, func(t string) bool { return strings.HasPrefix(t, w) })
	})
}

// bounds is where the page that f asks for begins and ends; beside a row that is gone, it is the first.
func bounds(rows []colleagueRow, f StaffFilter) (from, to int) {
	at := func(rowID string) int {
		return slices.IndexFunc(rows, func(r colleagueRow) bool { return r.ID == rowID })
	}
	switch i := at(f.Before); {
	case f.Before != "" && i >= 0:
		from = max(0, i-PageSize)
		return from, i
	case f.After != "":
		from = at(f.After) + 1
	}
	return from, min(len(rows), from+PageSize)
}

// Colleague is one of the operator's own people.
func (s *Service) Colleague(ctx context.Context, by authz.Actor, personID string) (Colleague, error) {
	return s.colleague(ctx, s.DB, by, personID)
}

func (s *Service) colleague(ctx context.Context, q db.Q, by authz.Actor, personID string) (Colleague, error) {
	if err := by.Check(MayEditStaff, authz.Place{}); err != nil {
		return Colleague{}, err
	}
	missing := fault.New(fault.NotFound, "identity.colleague.not_found")
	if !id.Valid(personID) {
		return Colleague{}, missing
	}
	choices, err := s.StaffChoices(ctx, q, by)
	if err != nil {
		return Colleague{}, err
	}
	r, err := db.One[colleagueRow](ctx, q, selectColleagues, isStaff().And("p.id = ?", personID))
	if db.NoRows(err) {
		return Colleague{}, missing
	}
	if err != nil {
		return Colleague{}, fmt.Errorf("find staff %s: %w", personID, err)
	}
	return colleague(r, by, choices), nil
}
