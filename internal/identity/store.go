package identity

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/id"
)

const (
	selectCustomers = `
		SELECT id, number, kind, status, name, search, country, org_number, language, email, phone, street, postcode, town, created_at, version
		FROM customers
		WHERE {} `
	selectPeople = `
		SELECT id, name, email, email_key, phone, language, scheme, status, created_at, version
		FROM people
		WHERE {} `
	selectFlats = `SELECT id, customer_id, site_id, number, folded FROM flats WHERE {} `
	selectSites = `SELECT id, customer_id, name, street, postcode, town, sort FROM sites WHERE {} `
)

// visible is the customers that by may see.
func visible(by authz.Actor) db.Cond {
	return db.Reach(by.Reach(MaySeeCustomers), db.Columns{Customer: "id"})
}

// FindCustomer gives the same fault for what is not there and what by may not see.
func FindCustomer(ctx context.Context, q db.Q, by authz.Actor, customerID string) (Customer, error) {
	return oneCustomer(ctx, q, visible(by).And("id = ?", customerID), customerID)
}

// CustomerByID is for other modules and jobs: who may see it is theirs to decide.
func CustomerByID(ctx context.Context, q db.Q, customerID string) (Customer, error) {
	return oneCustomer(ctx, q, db.If("id = ?", customerID), customerID)
}

func oneCustomer(ctx context.Context, q db.Q, c db.Cond, customerID string) (Customer, error) {
	if !id.Valid(customerID) {
		return Customer{}, fault.New(fault.NotFound, "identity.customer.not_found")
	}
	found, err := db.One[Customer](ctx, q, selectCustomers, c)
	if db.NoRows(err) {
		return Customer{}, fault.New(fault.NotFound, "identity.customer.not_found")
	}
	if err != nil {
		return Customer{}, fmt.Errorf("find customer %s: %w", customerID, err)
	}
	return found, nil
}

// CustomersByID is the customers with these ids, in one query; what is not there is missing from the map.
func CustomersByID(ctx context.Context, q db.Q, ids []string) (map[string]Customer, error) {
	return byID(ctx, q, "customers", selectCustomers, isOneOf, ids, func(c Customer) string { return c.ID })
}

// CustomerNames is the names of the customers with these ids, in one query, for lists that show no more of them.
func CustomerNames(ctx context.Context, q db.Q, ids []string) (map[string]string, error) {
	type named struct{ ID, Name string }
	found, err := byID(ctx, q, "names of customers", `SELECT id, name FROM {} AS wanted JOIN customers ON id = column1`, db.Values[string], ids, func(c named) string { return c.ID })
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(found))
	for customerID, c := range found {
		names[customerID] = c.Name
	}
	return names, nil
}

// PersonByID is a person, for other modules and jobs.
func PersonByID(ctx context.Context, q db.Q, personID string) (Person, error) {
	return onePerson(ctx, q, db.If("id = ?", personID))
}

// PersonByEmail is the person with an address, however it is typed.
func PersonByEmail(ctx context.Context, q db.Q, email string) (Person, error) {
	return onePerson(ctx, q, db.If("email_key = ?", EmailKey(email)))
}

func onePerson(ctx context.Context, q db.Q, c db.Cond) (Person, error) {
	p, err := db.One[Person](ctx, q, selectPeople, c)
	if db.NoRows(err) {
		return Person{}, fault.New(fault.NotFound, "identity.person.not_found")
	}
	if err != nil {
		return Person{}, fmt.Errorf("find person: %w", err)
	}
	return p, nil
}

// People is the people with these ids, in one query; what is not there is missing from the map.
func People(ctx context.Context, q db.Q, ids []string) (map[string]Person, error) {
	return byID(ctx, q, "people", selectPeople, isOneOf, ids, func(p Person) string { return p.ID })
}

// byID reads rows by their ids; ids that are none, such as "system" in an event, are left out.
func isOneOf(ids []string) db.Cond { return db.In("id", ids) }

func byID[T any](ctx context.Context, q db.Q, what, query string, among func([]string) db.Cond, ids []string, key func(T) string) (map[string]T, error) {
	out := make(map[string]T, len(ids))
	asked := map[string]bool{}
	var real []string
	for _, v := range ids {
		if id.Valid(v) && !asked[v] {
			asked[v] = true
			real = append(real, v)
		}
	}
	if len(real) == 0 {
		return out, nil
	}
	rows, err := db.List[T](ctx, q, query, among(real))
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", what, err)
	}
	for _, r := range rows {
		out[key(r)] = r
	}
	return out, nil
}

// Sites is the sites of a customer.
func Sites(ctx context.Context, q db.Q, customerID string) ([]Site, error) {
	sites, err := db.List[Site](ctx, q, selectSites+`ORDER BY sort, id`, db.If("customer_id = ?", customerID))
	if err != nil {
		return nil, fmt.Errorf("list sites of %s: %w", customerID, err)
	}
	return sites, nil
}

func siteByID(ctx context.Context, q db.Q, siteID string) (Site, error) {
	s, err := db.One[Site](ctx, q, selectSites, db.If("id = ?", siteID))
	if db.NoRows(err) {
		return Site{}, fault.New(fault.NotFound, "identity.site.not_found")
	}
	if err != nil {
		return Site{}, fmt.Errorf("find site %s: %w", siteID, err)
	}
	return s, nil
}

// Flats is the flats of a customer; siteID empty means of all its sites.
func Flats(ctx context.Context, q db.Q, customerID, siteID string) ([]Flat, error) {
	c := db.If("customer_id = ?", customerID)
	if siteID != "" {
		c = c.And("site_id = ?", siteID)
	}
	flats, err := db.List[Flat](ctx, q, selectFlats+`ORDER BY folded, id`, c)
	if err != nil {
		return nil, fmt.Errorf("list flats of %s: %w", customerID, err)
	}
	return flats, nil
}

// CountFlats is the number of flats by site.
func CountFlats(ctx context.Context, q db.Q, customerID string) (map[string]int64, error) {
	type row struct {
		SiteID string
		Flats  int64
	}
	rows, err := db.List[row](ctx, q, `SELECT site_id, count(*) AS flats FROM flats WHERE customer_id = $1 GROUP BY site_id`, customerID)
	if err != nil {
		return nil, fmt.Errorf("count flats of %s: %w", customerID, err)
	}
	out := map[string]int64{}
	for _, r := range rows {
		out[r.SiteID] = r.Flats
	}
	return out, nil
}

// FindFlat is the flat with a number as somebody typed it; siteID empty looks at all sites of the customer. A number
// that two sites share is a fault of its own, since guessing would make a key to somebody else's door.
func FindFlat(ctx context.Context, q db.Q, customerID, siteID, typed string) (Flat, error) {
	c := db.If("customer_id = ? AND folded = ?", customerID, FoldNumber(typed))
	if siteID != "" {
		c = c.And("site_id = ?", siteID)
	}
	flats, err := db.List[Flat](ctx, q, selectFlats+`LIMIT 2`, c)
	switch {
	case err != nil:
		return Flat{}, fmt.Errorf("find flat of %s: %w", customerID, err)
	case len(flats) == 0:
		return Flat{}, fault.New(fault.NotFound, "identity.flat.not_found")
	case len(flats) > 1:
		return Flat{}, fault.New(fault.Conflict, "identity.flat.several")
	}
	return flats[0], nil
}

// FoldNumber is what the number of a flat is found by: H0203, h-0203 and "H 02 03" are one.
func FoldNumber(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

func insertCustomer(ctx context.Context, tx *db.Tx, c Customer) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO customers (id, number, kind, status, name, search, country, org_number, language, email, phone, street, postcode, town, created_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		c.ID, c.Number, c.Kind, c.Status, c.Name, c.Search, c.Country, c.OrgNumber, c.Language, c.Email, c.Phone, c.Street, c.Postcode, c.Town,
		c.CreatedAt, c.Version)
	if err != nil {
		return fmt.Errorf("insert customer: %w", err)
	}
	return insertWords(ctx, tx, c)
}

func insertSite(ctx context.Context, tx *db.Tx, s Site) error {
	_, err := tx.Exec(ctx, `INSERT INTO sites (id, customer_id, name, street, postcode, town, sort) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		s.ID, s.CustomerID, s.Name, s.Street, s.Postcode, s.Town, s.Sort)
	if err != nil {
		return fmt.Errorf("insert site: %w", err)
	}
	return nil
}

// insertFlats writes a hundred rows at a time: an association has hundreds, and each statement costs more than its rows.
func insertFlats(ctx context.Context, tx *db.Tx, flats []Flat) error {
	const atOnce = 100
	for len(flats) > 0 {
		now := flats[:min(atOnce, len(flats))]
		flats = flats[len(now):]
		var rows []string
		var args []any
		for _, f := range now {
			rows = append(rows, placeholders(len(args), 5))
			args = append(args, f.ID, f.CustomerID, f.SiteID, f.Number, f.Folded)
		}
		_, err := tx.Exec(ctx, `INSERT INTO flats (id, customer_id, site_id, number, folded) VALUES `+strings.Join(rows, ", ")+
			` ON CONFLICT (site_id, folded) DO NOTHING`, args...)
		if err != nil {
			return fmt.Errorf("insert flats: %w", err)
		}
	}
	return nil
}

// placeholders is "($6, $7, …)" for n values after the first taken ones.
func placeholders(taken, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(map[bool]string{true: "(", false: ", "}[i == 0])
		fmt.Fprintf(&b, "$%d", taken+i+1)
	}
	return b.String() + ")"
}

func insertPerson(ctx context.Context, tx *db.Tx, p Person) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO people (id, name, email, email_key, phone, language, scheme, status, created_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		p.ID, p.Name, p.Email, p.EmailKey, p.Phone, p.Language, p.Scheme, p.Status, p.CreatedAt, p.Version)
	if err != nil {
		return fmt.Errorf("insert person: %w", err)
	}
	return nil
}

func savePassword(ctx context.Context, tx *db.Tx, personID, hash string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO passwords (person_id, hash, changed_at) VALUES ($1, $2, $3)
		ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at`, personID, hash, tx.Now)
	if err != nil {
		return fmt.Errorf("save the password of %s: %w", personID, err)
	}
	return nil
}
