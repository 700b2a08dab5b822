package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/id"
)

// Of somebody who has not joined, a customer sees the address that it wrote itself and no more.
const selectMembers = `
	SELECT m.id, m.customer_id, m.person_id, m.role, COALESCE(r.name, '') AS role_name, COALESCE(m.group_id, '') AS group_id,
		COALESCE(g.name, '') AS group_name, m.status, m.methods, m.created_at, m.joined_at, m.version, p.email,
		CASE WHEN m.joined_at IS NULL AND m.status <> 'active' THEN p.email ELSE p.name END AS name,
		CASE WHEN m.joined_at IS NULL AND m.status <> 'active' THEN '' ELSE p.phone END AS phone
	FROM members m JOIN people p ON p.id = m.person_id LEFT JOIN roles r ON r.id = m.role LEFT JOIN groups g ON g.id = m.group_id
	WHERE {} `

// visiblePeople is the members that by may see.
func visiblePeople(by authz.Actor) db.Cond {
	return db.Reach(by.Reach(MaySeePeople), db.Columns{Customer: "m.customer_id", Group: "m.group_id", Self: "m.person_id"})
}

// seesPeople reports whether by may see anybody at a customer.
func seesPeople(by authz.Actor, customerID string) bool {
	r := by.Reach(MaySeePeople)
	return r.Scope == authz.All || r.Customer == customerID || r.Scope == authz.Customer && slices.Contains(r.IDs, customerID)
}

// Members is the people of a customer that by may see, by name, at most limit of them.
func Members(ctx context.Context, q db.Q, by authz.Actor, customerID string, limit int) ([]Member, error) {
	ms, err := db.List[Member](ctx, q, selectMembers+`ORDER BY m.sort, m.id LIMIT $1`, limit,
		visiblePeople(by).And("m.customer_id = ? AND m.status <> ?", customerID, MemberRemoved))
	if err != nil {
		return nil, fmt.Errorf("list members of %s: %w", customerID, err)
	}
	return ms, nil
}

// FindMember gives the same fault for who is not there and whom by may not see.
func FindMember(ctx context.Context, q db.Q, by authz.Actor, customerID, memberID string) (Member, error) {
	return oneMember(ctx, q, visiblePeople(by).And("m.customer_id = ? AND m.id = ?", customerID, memberID), memberID)
}

// MemberByID is for jobs, and for addresses that name nobody but the member: who may see it is theirs to decide.
func MemberByID(ctx context.Context, q db.Q, memberID string) (Member, error) {
	return oneMember(ctx, q, db.If("m.id = ?", memberID), memberID)
}

func oneMember(ctx context.Context, q db.Q, c db.Cond, memberID string) (Member, error) {
	if !id.Valid(memberID) {
		return Member{}, fault.New(fault.NotFound, "identity.member.not_found")
	}
	m, err := db.One[Member](ctx, q, selectMembers, c)
	if db.NoRows(err) {
		return Member{}, fault.New(fault.NotFound, "identity.member.not_found")
	}
	if err != nil {
		return Member{}, fmt.Errorf("find member %s: %w", memberID, err)
	}
	return m, nil
}

// MemberFilter narrows the list of a customer's people. GroupID takes the groups below it along; Status empty is everybody who
// has not been removed. After and Before are ids: the page that begins behind one row, or ends before it.
type MemberFilter struct {
	Text          string
	Role          Role
	GroupID       string
	Status        MemberStatus
	After, Before string
}

// MemberPage is one page of a customer's people by name; Prev and Next say whether there are more on either side, Found how
// many the filter leaves, as far as they are counted.
type MemberPage struct {
	Members    []Member
	Prev, Next bool
	Found      int
}

// cond is the filter without its words, and without its group where group is false.
func (f MemberFilter) cond(by authz.Actor, customerID string, group bool) db.Cond {
	c := visiblePeople(by).And("m.customer_id = ?", customerID)
	if f.Status != "" {
		c = c.And("m.status = ?", f.Status)
	} else {
		c = c.And("m.status <> ?", MemberRemoved)
	}
	if f.Role != "" {
		c = c.And("m.role = ?", f.Role)
	}
	if group && f.GroupID != "" {
		c = c.And("m.group_id IN (SELECT group_id FROM group_paths WHERE ancestor_id = ?)", f.GroupID)
	}
	return c
}

// ListMembers lists the people of a customer that by may see, and counts them up to most: two queries, however many there are.
// What a word or a group leaves is mostly little: it is found by them and put in order here. Where it is more than is counted,
// the list is read in its order until a page is full.
func ListMembers(ctx context.Context, q db.Q, by authz.Actor, customerID string, f MemberFilter, most int) (p MemberPage, err error) {
	if !id.Valid(customerID) || !seesPeople(by, customerID) {
		return p, fault.New(fault.NotFound, "identity.customer.not_found")
	}
	if f.GroupID == "" && len(memberWords(f.Text)) == 0 {
		p.Found, err = countMembers(ctx, q, by, customerID, f, most)
	} else {
		var hits []hit
		if hits, err = f.hits(ctx, q, by, customerID, most); err == nil && len(hits) < most {
			return pageOf(ctx, q, hits, f)
		}
		p.Found = most
	}
	if err != nil {
		return p, fmt.Errorf("count members of %s: %w", customerID, err)
	}
	c, order := f.cond(by, customerID, true), ` ORDER BY m.sort, m.id LIMIT $1`
	for _, w := range memberWords(f.Text) {
		c = c.AndCond(hasWord(w))
	}
	switch {
	case f.Before != "":
		c, order = c.And(`(m.sort, m.id) < (SELECT sort, id FROM members WHERE id = ?)`, tidy(f.Before)), ` ORDER BY m.sort DESC, m.id DESC LIMIT $1`
	case f.After != "":
		c = c.And(`(m.sort, m.id) > (SELECT sort, id FROM members WHERE id = ?)`, tidy(f.After))
	}
	rows, err := db.List[Member](ctx, q, selectMembers+order, PageSize+1, c)
	if err != nil {
		return p, fmt.Errorf("list members of %s: %w", customerID, err)
	}
	p.Members, p.Prev, p.Next = window(rows, f.After != "", f.Before != "")
	return p, nil
}

// countMembers counts as far as most. Of many it is enough to see that there is one so far back: stepping over rows costs less
// than counting them.
func countMembers(ctx context.Context, q db.Q, by authz.Actor, customerID string, f MemberFilter, most int) (int, error) {
	c := f.cond(by, customerID, true)
	if f.Status == "" { // one after the other in the index, where "not removed" would be asked of each row
		c = c.AndCond(db.In("m.status", []MemberStatus{MemberInvited, MemberActive, MemberSuspended}))
	}
	n, err := db.One[int64](ctx, q, `SELECT CASE WHEN EXISTS (SELECT m.id FROM members m WHERE {} LIMIT 1 OFFSET $1) THEN $2
		ELSE (SELECT count(*) FROM members m WHERE {}) END`, most-1, most, c, c)
	return int(n), err
}

// upsertMember writes a membership, or gives one that is there another role and status; its group and ways of paying stay.
func upsertMember(ctx context.Context, tx *db.Tx, m Member) (string, error) {
	if m.Status == MemberActive && m.JoinedAt == nil {
		m.JoinedAt = &tx.Now
	}
	if m.Methods.V == nil {
		m.Methods.V = []string{}
	}
	memberID, err := db.One[string](ctx, tx, `
		INSERT INTO members (id, customer_id, person_id, role, status, group_id, methods, created_at, joined_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (customer_id, person_id) DO UPDATE SET role = excluded.role, status = excluded.status,
			joined_at = COALESCE(members.joined_at, excluded.joined_at), version = members.version + 1
		RETURNING id`, m.ID, m.CustomerID, m.PersonID, m.Role, m.Status, db.Null(m.GroupID), m.Methods, m.CreatedAt, m.JoinedAt)
	if err != nil {
		return "", fmt.Errorf("add member of %s: %w", m.CustomerID, err)
	}
	return memberID, Reindex(ctx, tx, m.PersonID)
}

// saveMember writes m unless somebody else has since it was read.
func saveMember(ctx context.Context, tx *db.Tx, m *Member) error {
	if m.Methods.V == nil {
		m.Methods.V = []string{}
	}
	n, err := tx.Exec(ctx, `
		UPDATE members SET role = $1, group_id = $2, methods = $3, status = $4, joined_at = $5, version = version + 1
		WHERE id = $6 AND version = $7`, m.Role, db.Null(m.GroupID), m.Methods, m.Status, m.JoinedAt, m.ID, m.Version)
	if err != nil {
		return fmt.Errorf("save member %s: %w", m.ID, err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "identity.member.moved_on")
	}
	m.Version++
	return nil
}

// Reindex makes the lists that a person stands in follow their name, address and phone number. Whoever changes one of these, or
// whether somebody has joined, calls it in the same transaction.
func Reindex(ctx context.Context, tx *db.Tx, personID string) error {
	of, err := db.List[Member](ctx, tx, selectMembers+`ORDER BY m.id`, db.If("m.person_id = ?", personID))
	if err != nil {
		return fmt.Errorf("find where %s is a member: %w", personID, err)
	}
	if len(of) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, `DELETE FROM member_words WHERE {}`, db.In("member_id", memberIDs(of))); err != nil {
		return fmt.Errorf("forget the words of %s: %w", personID, err)
	}
	var rows []string
	var args []any
	for _, m := range of {
		if _, err := tx.Exec(ctx, `UPDATE members SET sort = $1 WHERE id = $2`, strings.Join(tokens(m.Name), " "), m.ID); err != nil {
			return fmt.Errorf("sort member %s: %w", m.ID, err)
		}
		for _, w := range indexed(m) {
			for _, h := range heads(w) {
				rows = append(rows, placeholders(len(args), 4))
				args = append(args, m.CustomerID, h, w, m.ID)
			}
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, `INSERT INTO member_words (customer_id, head, word, member_id) VALUES `+strings.Join(rows, ", "), args...); err != nil {
		return fmt.Errorf("index %s: %w", personID, err)
	}
	return nil
}

func memberIDs(ms []Member) []string {
	ids := make([]string, len(ms))
	for i, m := range ms {
		ids[i] = m.ID
	}
	return ids
}

// Left tells who of these people were a customer's and are so no longer: removed, or suspended for now. Whoever never was one
// of its people is not among them.
func Left(ctx context.Context, q db.Q, customerID string, personIDs []string) (map[string]bool, error) {
	ids, err := db.List[string](ctx, q, `SELECT person_id FROM members WHERE {}`, db.If("customer_id = ?", customerID).
		AndCond(db.In("status", []MemberStatus{MemberSuspended, MemberRemoved})).AndCond(db.In("person_id", personIDs)))
	if err != nil {
		return nil, fmt.Errorf("look for who has left %s: %w", customerID, err)
	}
	left := make(map[string]bool, len(ids))
	for _, personID := range ids {
		left[personID] = true
	}
	return left, nil
}
