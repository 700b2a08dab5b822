package identity

import (
	"context"
	"fmt"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/id"
)

// What follows is for module signup, which makes a customer, its first person and their membership at once: who may is
// decided there.

// FoundCustomer adds a customer in the caller's transaction.
func (s *Service) FoundCustomer(ctx context.Context, tx *db.Tx, by authz.Actor, n NewCustomer) (Customer, error) {
	if n.Status == "" {
		n.Status = Active
	}
	c := Customer{
		ID: id.New(), Number: tidy(n.Number), Kind: n.Kind, Status: n.Status, Name: tidy(n.Name), Country: n.Country,
		OrgNumber: n.OrgNumber, Language: n.Language.Tag(), Email: CleanEmail(n.Email), Phone: tidy(n.Phone), Street: tidy(n.Street),
		Postcode: tidy(n.Postcode), Town: tidy(n.Town), CreatedAt: tx.Now, Version: 1,
	}
	c.Search = searchName(c.Name)
	if err := c.Validate(); err != nil {
		return Customer{}, err
	}
	if err := numberCustomer(ctx, tx, &c); err != nil {
		return Customer{}, err
	}
	if err := insertCustomer(ctx, tx, c); err != nil {
		return Customer{}, err
	}
	return c, s.Log.Record(ctx, tx, by, event.Event{Kind: "identity.customer", Subject: c.ID, CustomerID: c.ID, Name: "identity.customer.create"})
}

// EnterPerson adds a person in the caller's transaction; hash is of HashPassword, or empty for somebody who cannot sign in yet.
func (s *Service) EnterPerson(ctx context.Context, tx *db.Tx, by authz.Actor, n NewPerson, hash string) (Person, error) {
	p := Person{
		ID: id.New(), Name: tidy(n.Name), Email: CleanEmail(n.Email), EmailKey: EmailKey(n.Email), Phone: tidy(n.Phone),
		Language: n.Language.Tag(), Scheme: "auto", Status: PersonActive, CreatedAt: tx.Now, Version: 1,
	}
	if err := p.Validate(); err != nil {
		return Person{}, err
	}
	if _, err := PersonByEmail(ctx, tx, p.Email); err == nil {
		return Person{}, fault.Field("email", "identity.person.email_taken")
	} else if !fault.Is(err, fault.NotFound) {
		return Person{}, err
	}
	if err := insertPerson(ctx, tx, p); err != nil {
		return Person{}, err
	}
	if hash != "" {
		if err := savePassword(ctx, tx, p.ID, hash); err != nil {
			return Person{}, err
		}
	}
	return p, s.Log.Record(ctx, tx, by, event.Event{Kind: "identity.person", Subject: p.ID, Name: "identity.person.create"})
}

// Join makes a person one of a customer's people in the caller's transaction. Who is there already keeps the role they have,
// or were invited to; who is suspended comes back by whoever did that alone.
func (s *Service) Join(ctx context.Context, tx *db.Tx, by authz.Actor, customerID, personID string, role Role) (Member, error) {
	if err := db.LockRow(ctx, tx, "customers", customerID); err != nil {
		return Member{}, err
	}
	m, err := memberOf(ctx, tx, customerID, personID)
	switch {
	case err != nil && !db.NoRows(err):
		return m, fmt.Errorf("look for %s among the members of %s: %w", personID, customerID, err)
	case err == nil && m.Status == MemberActive:
		return m, nil
	case err == nil && m.Status == MemberSuspended:
		return m, fault.New(fault.Conflict, "identity.member.already_suspended")
	case err != nil || m.Status != MemberInvited:
		m = Member{ID: id.New(), CustomerID: customerID, PersonID: personID, Role: role, CreatedAt: tx.Now}
	}
	m.Status = MemberActive
	if err := placeMember(ctx, tx, &m); err != nil {
		return m, err
	}
	return m, s.recordMember(ctx, tx, by, m, "identity.member.add", map[string]any{"role": string(m.Role)})
}

func memberOf(ctx context.Context, q db.Q, customerID, personID string) (Member, error) {
	return db.One[Member](ctx, q, selectMembers, db.If("m.customer_id = ? AND m.person_id = ?", customerID, personID))
}

// StatusAt is what a person is to a customer now; empty where they never were anything.
func StatusAt(ctx context.Context, q db.Q, customerID, personID string) (MemberStatus, error) {
	m, err := memberOf(ctx, q, customerID, personID)
	if err != nil && !db.NoRows(err) {
		return "", fmt.Errorf("look for %s among the members of %s: %w", personID, customerID, err)
	}
	return m.Status, nil
}

// Account is what signing up needs to know of whoever has an e-mail address already.
type Account struct {
	Person Person // without an id: nobody
	Hash   string // of the password, for Fits; empty for who has none
	Staff  bool
}

// AccountOf finds whoever has an e-mail address; nobody is no error.
func AccountOf(ctx context.Context, q db.Q, email string) (a Account, err error) {
	if a.Person, err = PersonByEmail(ctx, q, email); err != nil {
		if fault.Is(err, fault.NotFound) {
			err = nil
		}
		return Account{}, err
	}
	found, err := db.One[account](ctx, q, selectAccount, db.If("p.id = ?", a.Person.ID))
	if err != nil {
		return Account{}, fmt.Errorf("find the account of %s: %w", a.Person.ID, err)
	}
	a.Hash, a.Staff = found.Hash, found.Staff > 0
	return a, nil
}

// GivePassword keeps a hash of HashPassword for a person who has none; who has one keeps it.
func (s *Service) GivePassword(ctx context.Context, tx *db.Tx, by authz.Actor, personID, hash string) error {
	n, err := tx.Exec(ctx, `INSERT INTO passwords (person_id, hash, changed_at) VALUES ($1, $2, $3) ON CONFLICT (person_id) DO NOTHING`, personID, hash, tx.Now)
	if err != nil {
		return fmt.Errorf("save the password of %s: %w", personID, err)
	}
	if n == 0 {
		return nil
	}
	return s.Log.Record(ctx, tx, by, event.Event{Kind: "identity.person", Subject: personID, Name: "identity.person.password"})
}

// CompletePerson lets somebody who was entered by others and has no password say who they are; hash is of HashPassword.
func (s *Service) CompletePerson(ctx context.Context, tx *db.Tx, by authz.Actor, personID, name, phone, hash string) error {
	if err := s.GivePassword(ctx, tx, by, personID, hash); err != nil {
		return err
	}
	return rename(ctx, tx, personID, tidy(name), tidy(phone))
}

// SignInVerified opens a session, at one of their customers, for somebody whose mailbox and password were just checked otherwise.
func (s *Service) SignInVerified(ctx context.Context, personID, customerID string, a Attempt) (Session, error) {
	who, err := db.One[account](ctx, s.DB, selectAccount, db.If("p.id = ?", personID))
	if err != nil {
		return Session{}, fmt.Errorf("find who signs in: %w", err)
	}
	return s.openAt(ctx, who, a, customerID)
}

// HashPassword checks a new password and gives its stored form. It takes as long as fifty queries: not in a transaction.
func HashPassword(ctx context.Context, password string) (string, error) {
	return newHash(ctx, password)
}

// Fits compares a typed password with a stored form; an empty one takes as long and never fits.
func Fits(ctx context.Context, password, hash string) (bool, error) {
	ok, _, err := checkPassword(ctx, password, hash)
	if err != nil {
		return false, fmt.Errorf("compare a password: %w", err)
	}
	return ok, nil
}

// Holder is the customer that has an organisation number; a zero Customer and no error where nobody has it.
func Holder(ctx context.Context, q db.Q, country, orgNumber string) (Customer, error) {
	c, err := db.One[Customer](ctx, q, selectCustomers, db.If("country = ? AND org_number = ? AND org_number <> ''", country, orgNumber))
	if db.NoRows(err) {
		return Customer{}, nil
	}
	if err != nil {
		return Customer{}, fmt.Errorf("find who has an organisation number: %w", err)
	}
	return c, nil
}

// Administrators is the people who decide for a customer now and can sign in: none while it is blocked or closed.
func Administrators(ctx context.Context, q db.Q, customerID string) ([]Person, error) {
	people, err := db.List[Person](ctx, q, `
		SELECT p.id, p.name, p.email, p.email_key, p.phone, p.language, p.scheme, p.status, p.created_at, p.version
		FROM members m JOIN people p ON p.id = m.person_id JOIN customers c ON c.id = m.customer_id
		WHERE {} AND `+decides+` ORDER BY p.id`,
		db.If("m.customer_id = ? AND m.role = ? AND m.status = ? AND p.status = ?", customerID, Administrator, MemberActive, PersonActive).
			AndCond(db.In("c.status", []CustomerStatus{Active, OnHold})))
	if err != nil {
		return nil, fmt.Errorf("list administrators of %s: %w", customerID, err)
	}
	return people, nil
}
