package identity

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/mail"
)

// NewMember is the form to add somebody. With a name they are one of the customer's people at once, without they are invited.
type NewMember struct {
	Email, First, Last, Phone string
	Role                      Role
	GroupID                   string   // empty: the whole customer
	Methods                   []string // ways of paying; empty is all that the customer may use
	Language                  i18n.L   // of the mail, and of a person who is new here
}

func (n NewMember) name() string { return strings.TrimSpace(n.First + " " + n.Last) }

// Add makes somebody one of a customer's people, and mails them a link to complete it. Whoever has a password already accepts for
// themself, whatever was typed of them: a name is not the customer's to give, nor a yes.
func (s *Service) Add(ctx context.Context, by authz.Actor, customerID string, n NewMember) (m Member, err error) {
	add := func(tx *db.Tx) error {
		if !seesPeople(by, customerID) {
			return fault.New(fault.NotFound, "identity.customer.not_found")
		}
		if err := db.LockRow(ctx, tx, "customers", customerID); err != nil {
			return err
		}
		t, err := s.terms(ctx, tx, by, customerID)
		if err != nil {
			return err
		}
		if !t.mayAdd() {
			return by.Refuse(MayEditPeople, authz.Place{Customer: customerID})
		}
		who, err := lookUp(ctx, tx, customerID, n.Email)
		if err != nil {
			return err
		}
		if err := t.settle(&n, who).Err(); err != nil {
			return err
		}
		m, err = s.enter(ctx, tx, t, n, who)
		return err
	}
	if err = s.DB.InTx(ctx, add); db.IsUnique(err) { // another customer added the same person in this moment: now they are there
		err = s.DB.InTx(ctx, add)
	}
	if err != nil {
		return Member{}, err
	}
	return m, nil
}

// terms is what adding and changing people of one customer hangs on, read once.
type terms struct {
	by       authz.Actor
	customer Customer
	rights   map[Role][]Right
	own      map[Role]string   // the names of the customer's own roles
	groups   map[string]string // the names of its groups
	tree     []GroupChoice
	methods  []string // the ways of paying that whoever asks is held to; empty is all
}

func (s *Service) terms(ctx context.Context, q db.Q, by authz.Actor, customerID string) (*terms, error) {
	t := &terms{by: by, rights: map[Role][]Right{}, own: map[Role]string{}, groups: map[string]string{}}
	var err error
	if t.customer, err = CustomerByID(ctx, q, customerID); err != nil {
		return nil, err
	}
	for _, r := range MemberRoles() {
		t.rights[r] = s.RightsOf(Membership{Role: r})
	}
	own, err := db.List[OwnRole](ctx, q, selectRoles, db.If("COALESCE(customer_id, '') = ?", customerID)) // as the index has it
	if err != nil {
		return nil, fmt.Errorf("list roles of %s: %w", customerID, err)
	}
	for _, r := range own {
		t.rights[Role(r.ID)], t.own[Role(r.ID)] = r.Rights.V, r.Name
	}
	t.tree, err = db.List[GroupChoice](ctx, q, `SELECT id, COALESCE(parent_id, '') AS parent_id, name, sort FROM groups WHERE customer_id = $1`, customerID)
	if err != nil {
		return nil, fmt.Errorf("list groups of %s: %w", customerID, err)
	}
	for _, g := range t.tree {
		t.groups[g.ID] = g.Name
	}
	mine, err := db.List[db.JSON[[]string]](ctx, q, `SELECT methods FROM members WHERE customer_id = $1 AND person_id = $2`, customerID, by.Person())
	if err != nil {
		return nil, fmt.Errorf("find how a member of %s may pay: %w", customerID, err)
	}
	for _, m := range mine {
		t.methods = m.V
	}
	return t, nil
}

// mayAdd reports whether whoever asks may add people somewhere at the customer.
func (t *terms) mayAdd() bool {
	if t.by.May(MayEditPeople, authz.Place{Customer: t.customer.ID}) {
		return true
	}
	for g := range t.groups {
		if t.by.May(MayEditPeople, authz.Place{Customer: t.customer.ID, Group: g}) {
			return true
		}
	}
	return false
}

// check judges a role in a group: both are the customer's, within reach, and no more than whoever gives it has.
func (t *terms) check(f *fault.Fields, role Role, groupID string) {
	rights, known := t.rights[role]
	f.Check(known, "role", "identity.role.unknown")
	_, there := t.groups[groupID]
	switch {
	case groupID != "" && !there:
		f.Add("group", "identity.group.unknown")
	case !t.by.May(MayEditPeople, authz.Place{Customer: t.customer.ID, Group: groupID}):
		f.Add("group", "identity.member.group_out_of_reach")
	case known && !Gives(t.by, rights, t.customer.ID, groupID):
		f.Add("role", "identity.role.too_much")
	}
}

func (t *terms) checkMethods(f *fault.Fields, methods []string) {
	for _, m := range methods {
		f.Check(oneOf(m, Methods()), "methods", "identity.methods.unknown")
		f.Check(len(t.methods) == 0 || oneOf(m, t.methods), "methods", "identity.methods.too_much")
	}
	f.Check(len(t.methods) == 0 || len(methods) > 0, "methods", "identity.methods.too_much")
}

func (t *terms) roleWord(r Role, otherwise string) string {
	return cmp.Or(t.own[r], otherwise, string(r))
}

// found is what is known of whoever has an e-mail address, and what they are to the customer. The zero value is nobody.
type found struct {
	PersonID, EmailKey, Name, Email, Phone, Language string
	PersonStatus                                     PersonStatus
	MemberID                                         string
	MemberStatus                                     MemberStatus
	Passwords, Staff, Elsewhere                      int64
}

// nameOpen reports whether a customer may still say what somebody is called: as long as it alone has them, and they have not
// begun to look after themself.
func (w found) nameOpen() bool { return w.Passwords == 0 && w.Staff == 0 && w.Elsewhere == 0 }

func (w found) l() i18n.L { return language(w.Language) }

func lookUp(ctx context.Context, q db.Q, customerID, email string) (found, error) {
	all, err := lookUpAll(ctx, q, customerID, []string{EmailKey(email)})
	return all[EmailKey(email)], err
}

// lookUpAll finds the people behind keys of e-mail addresses; who is nobody is missing from the map.
func lookUpAll(ctx context.Context, q db.Q, customerID string, keys []string) (map[string]found, error) {
	people, err := db.List[found](ctx, q, `
		SELECT p.id AS person_id, p.email_key, p.name, p.email, p.phone, p.language, p.status AS person_status, COALESCE(m.id, '') AS member_id,
			COALESCE(m.status, '') AS member_status, (SELECT count(*) FROM passwords w WHERE w.person_id = p.id) AS passwords,
			(SELECT count(*) FROM staff_roles s WHERE s.person_id = p.id) AS staff,
			(SELECT count(*) FROM members o WHERE o.person_id = p.id AND o.customer_id <> $1) AS elsewhere
		FROM people p LEFT JOIN members m ON m.person_id = p.id AND m.customer_id = $1 WHERE {}`, customerID, db.In("p.email_key", keys))
	if err != nil {
		return nil, fmt.Errorf("find people to add: %w", err)
	}
	all := make(map[string]found, len(people))
	for _, w := range people {
		all[w.EmailKey] = w
	}
	return all, nil
}

// settle brings what was typed to the form in which it is kept, and says all that is wrong with it.
func (t *terms) settle(n *NewMember, who found) (f fault.Fields) {
	n.First, n.Last, n.Phone, n.Email = tidy(n.First), tidy(n.Last), tidy(n.Phone), CleanEmail(n.Email)
	f.Check(ValidEmail(n.Email) && mail.ValidAddress(n.Email), "email", "identity.email")
	f.Check(n.First != "" || n.Last == "", "first_name", "identity.member.both_names")
	f.Check(n.Last != "" || n.First == "", "last_name", "identity.member.both_names")
	f.Check(utf8.RuneCountInString(n.name()) <= maxText, "last_name", "identity.person.name")
	f.Check(!HasLink(n.First), "first_name", "identity.no_links")
	f.Check(!HasLink(n.Last), "last_name", "identity.no_links")
	f.Check(n.Phone == "" || validPhone(n.Phone), "phone", "identity.phone")
	switch {
	case who.Staff > 0:
		f.Add("email", "identity.member.staff")
	case who.PersonID != "" && who.PersonStatus != PersonActive:
		f.Add("email", "identity.member.locked_out")
	case who.MemberID != "" && who.MemberStatus != MemberRemoved:
		f.Add("email", map[MemberStatus]string{
			MemberInvited: "identity.member.already_invited", MemberActive: "identity.member.already", MemberSuspended: "identity.member.already_suspended",
		}[who.MemberStatus])
	}
	t.check(&f, n.Role, n.GroupID)
	t.checkMethods(&f, n.Methods)
	return f
}

// enter adds somebody who has been settled, in the caller's transaction. Too many mails are refused before anything is written.
func (s *Service) enter(ctx context.Context, tx *db.Tx, t *terms, n NewMember, who found) (m Member, err error) {
	if err := ration(ctx, tx, t.customer.ID, n.Email); err != nil {
		return m, err
	}
	m = Member{
		ID: cmp.Or(who.MemberID, id.New()), CustomerID: t.customer.ID, PersonID: who.PersonID, Role: n.Role, RoleName: t.own[n.Role], GroupID: n.GroupID,
		GroupName: t.groups[n.GroupID], Status: MemberInvited, Methods: db.JSON[[]string]{V: slices.Clone(n.Methods)}, CreatedAt: tx.Now, Version: 1,
	}
	name := "identity.member.invite"
	if n.name() != "" && who.Passwords == 0 {
		m.Status, m.JoinedAt, name = MemberActive, &tx.Now, "identity.member.add"
	}
	switch {
	case who.PersonID == "":
		p := Person{
			ID: id.New(), Name: cmp.Or(n.name(), n.Email), Email: n.Email, EmailKey: EmailKey(n.Email), Phone: n.Phone, Language: n.Language.Tag(),
			Scheme: "auto", Status: PersonActive, CreatedAt: tx.Now, Version: 1,
		}
		if err := insertPerson(ctx, tx, p); err != nil {
			return m, err
		}
		m.PersonID = p.ID
		who.Name, who.Email, who.Language = p.Name, p.Email, p.Language
	case n.name() != "" && who.nameOpen():
		if err := rename(ctx, tx, who.PersonID, n.name(), cmp.Or(n.Phone, who.Phone)); err != nil {
			return m, err
		}
	}
	if err := placeMember(ctx, tx, &m); err != nil {
		return m, err
	}
	if err := s.invite(ctx, tx, t.by, t.customer, m, who); err != nil {
		return m, err
	}
	return m, s.recordMember(ctx, tx, t.by, m, name, map[string]any{"role": t.roleWord(m.Role, ""), "group": m.GroupName})
}

// placeMember writes a membership with everything that was said of it, also over one that had been removed.
func placeMember(ctx context.Context, tx *db.Tx, m *Member) (err error) {
	if m.ID, err = upsertMember(ctx, tx, *m); err != nil {
		return err
	}
	if m.Version, err = db.One[int64](ctx, tx, `SELECT version FROM members WHERE id = $1`, m.ID); err != nil {
		return fmt.Errorf("find member %s: %w", m.ID, err)
	}
	if m.Version == 1 {
		return nil // a new one holds it all
	}
	if m.Methods.V == nil {
		m.Methods.V = []string{}
	}
	_, err = tx.Exec(ctx, `UPDATE members SET group_id = $1, methods = $2 WHERE id = $3`, db.Null(m.GroupID), m.Methods, m.ID)
	if err != nil {
		return fmt.Errorf("place member %s: %w", m.ID, err)
	}
	return nil
}

// rename corrects what somebody is called and how they are reached, and the lists they stand in.
func rename(ctx context.Context, tx *db.Tx, personID, name, phone string) error {
	_, err := tx.Exec(ctx, `UPDATE people SET name = $1, phone = $2, version = version + 1 WHERE id = $3`, name, phone, personID)
	if err != nil {
		return fmt.Errorf("rename %s: %w", personID, err)
	}
	return Reindex(ctx, tx, personID)
}
