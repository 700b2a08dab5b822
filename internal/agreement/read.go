package agreement

import (
	"context"
	"fmt"
	"slices"

	"skranke/internal/authz"
	"skranke/internal/day"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/id"
	"skranke/internal/identity"
)

// Match is what a stranger learns of a housing association that residents can order for: enough to recognise one's own,
// and a handle that opens nothing but the order form.
type Match struct{ Handle, Name, Town string }

// mostMatches keeps the public search from being a list.
const mostMatches = 8

// FindAssociations is the public search: housing associations with a key agreement that counts today, by the beginnings of
// the words of their names. Fewer than three letters find nothing.
func FindAssociations(ctx context.Context, q db.Q, text string, today day.Date, limit int) ([]Match, error) {
	if limit <= 0 || limit > mostMatches {
		limit = mostMatches
	}
	only := db.If(`id IN (SELECT a.customer_id FROM agreements a WHERE `+isCurrent+`)`, currentArgs(Keys, today)...)
	names, err := identity.Names(ctx, q, text, identity.Association, only, limit)
	if err != nil || len(names) == 0 {
		return nil, err
	}
	ids := make([]string, len(names))
	for i, n := range names {
		ids[i] = n.ID
	}
	found, err := db.List[Agreement](ctx, q, selectBare+`ORDER BY a.starts_on, a.id`,
		db.If(isCurrent, currentArgs(Keys, today)...).AndCond(db.In("a.customer_id", ids)))
	if err != nil {
		return nil, fmt.Errorf("find key agreements: %w", err)
	}
	handle := map[string]string{}
	for _, a := range found {
		handle[a.CustomerID] = a.ID // the latest begun wins, as in ForKeys
	}
	out := make([]Match, len(names))
	for i, n := range names {
		out[i] = Match{Handle: handle[n.ID], Name: n.Name, Town: n.Town}
	}
	return out, nil
}

// ByHandle is the agreement and the association behind a handle of the public search, while they still count.
func ByHandle(ctx context.Context, q db.Q, handle string, today day.Date) (Agreement, identity.Customer, error) {
	notCurrent := fault.New(fault.NotFound, "agreement.not_current")
	if !id.Valid(handle) { // it comes from the address: PostgreSQL fails at what is no text
		return Agreement{}, identity.Customer{}, notCurrent
	}
	a, err := ByID(ctx, q, handle)
	if fault.Is(err, fault.NotFound) || err == nil && !a.Current(today) {
		return Agreement{}, identity.Customer{}, notCurrent
	}
	if err != nil {
		return Agreement{}, identity.Customer{}, err
	}
	c, err := identity.CustomerByID(ctx, q, a.CustomerID)
	if err == nil && (c.Kind != identity.Association || !c.Status.MayOrder()) {
		err = notCurrent
	}
	if err != nil {
		return Agreement{}, identity.Customer{}, err
	}
	return a, c, nil
}

// Approvers is the people who may approve under an agreement now, in the order in which they were listed. Who has been removed or
// suspended by the customer is passed over, also where the list still names them (invariant 19).
func Approvers(ctx context.Context, q db.Q, agreementID string) ([]identity.Person, error) {
	ids, err := approverIDs(ctx, q, agreementID)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	customerID, err := db.One[string](ctx, q, `SELECT customer_id FROM agreements WHERE id = $1`, agreementID)
	if err != nil {
		return nil, fmt.Errorf("find the customer of agreement %s: %w", agreementID, err)
	}
	left, err := identity.Left(ctx, q, customerID, ids)
	if err != nil {
		return nil, err
	}
	people, err := identity.People(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	var out []identity.Person
	for _, personID := range ids {
		if p, ok := people[personID]; ok && p.Status == identity.PersonActive && !left[personID] {
			out = append(out, p)
		}
	}
	return out, nil
}

// IsApprover says whether a person is listed now and not suspended, for a decision that was asked for earlier.
func IsApprover(ctx context.Context, q db.Q, agreementID, personID string) (bool, error) {
	people, err := Approvers(ctx, q, agreementID)
	if err != nil {
		return false, fmt.Errorf("look for an approver of %s: %w", agreementID, err)
	}
	return slices.ContainsFunc(people, func(p identity.Person) bool { return p.ID == personID }), nil
}

// PageSize is the rows of one page of a list.
const PageSize = 24

// Filter narrows the list of agreements. After and Before are ids: the page that begins behind one row, or ends before it.
type Filter struct {
	State         State
	Text          string // of the customer: name, town, number, organisation number
	CustomerID    string
	After, Before string
}

// Page is one page of agreements, newest first, with their customers; Prev and Next say whether there are more on either side.
type Page struct {
	Agreements []Agreement // without prices
	Customers  map[string]identity.Customer
	Prev, Next bool
}

// List is the agreements that by may see.
func List(ctx context.Context, q db.Q, by authz.Actor, f Filter, today day.Date) (p Page, err error) {
	c := narrowed(by, f, today)
	order := `ORDER BY a.created_at DESC, a.id DESC LIMIT $1`
	switch {
	case id.Valid(f.Before):
		c, order = c.And(`(a.created_at, a.id) > (SELECT created_at, id FROM agreements WHERE id = ?)`, f.Before), `ORDER BY a.created_at, a.id LIMIT $1`
	case id.Valid(f.After):
		c = c.And(`(a.created_at, a.id) < (SELECT created_at, id FROM agreements WHERE id = ?)`, f.After)
	}
	rows, err := db.List[Agreement](ctx, q, selectBare+order, PageSize+1, c)
	if err != nil {
		return p, fmt.Errorf("list agreements: %w", err)
	}
	more := len(rows) > PageSize
	p.Agreements, p.Prev, p.Next = rows[:min(len(rows), PageSize)], id.Valid(f.After), more
	if id.Valid(f.Before) {
		slices.Reverse(p.Agreements)
		p.Prev, p.Next = more, true
	}
	ids := make([]string, len(p.Agreements))
	for i, a := range p.Agreements {
		ids[i] = a.CustomerID
	}
	p.Customers, err = identity.CustomersByID(ctx, q, ids)
	return p, err
}

// Count counts what the list would show, at most limit.
func Count(ctx context.Context, q db.Q, by authz.Actor, f Filter, limit int, today day.Date) (int64, error) {
	n, err := db.One[int64](ctx, q, `SELECT count(*) FROM (SELECT a.id FROM agreements a WHERE {} LIMIT $1) AS counted`, limit, narrowed(by, f, today))
	if err != nil {
		return 0, fmt.Errorf("count agreements: %w", err)
	}
	return n, nil
}

func narrowed(by authz.Actor, f Filter, today day.Date) db.Cond {
	c := visible(by)
	if f.CustomerID != "" {
		c = c.And("a.customer_id = ?", f.CustomerID)
	}
	if f.Text != "" {
		c = c.AndCond(identity.Matching("a.customer_id", f.Text))
	}
	switch f.State { // StateOn in SQL
	case StateDraft:
		c = c.And("a.status = ?", Draft)
	case StateEnded:
		c = c.And("a.status = ? OR a.status = ? AND a.ends_on < ?", Ended, Active, today)
	case StateUpcoming:
		c = c.And("a.status = ? AND a.starts_on > ? AND (a.ends_on IS NULL OR a.ends_on >= ?)", Active, today, today)
	case StateEnding:
		c = c.And("a.status = ? AND a.starts_on <= ? AND a.ends_on >= ?", Active, today, today)
	case StateCurrent:
		c = c.And("a.status = ? AND a.starts_on <= ? AND a.ends_on IS NULL", Active, today)
	}
	return c
}
