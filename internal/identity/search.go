package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/i18n"
)

// headLetters is how much of a word its index stands on, and so the least that a search by name takes.
const headLetters = 3

// tokens are the folded words of a text: letters and digits only, so that nothing in them means something to LIKE.
func tokens(text string) []string {
	return strings.FieldsFunc(i18n.Fold(text), func(r rune) bool { return r == utf8.RuneError || !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// words are the tokens of several texts, each once.
func words(texts ...string) (out []string) {
	for _, t := range texts {
		for _, w := range tokens(t) {
			if !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
	}
	return out
}

// searchName is how a name stands in customers.search: its words and nothing between them but a space.
func searchName(name string) string { return strings.Join(tokens(name), " ") }

func head(word string) string { return firstLetters(word, headLetters) }

// sortKey puts "Oppgang 2" before "Oppgang 10".
func sortKey(name string) string {
	var b strings.Builder
	digits := ""
	flush := func() {
		if digits != "" {
			fmt.Fprintf(&b, "%08s", digits)
			digits = ""
		}
	}
	for _, r := range i18n.Fold(name) {
		if r >= '0' && r <= '9' {
			digits += string(r)
			continue
		}
		flush()
		b.WriteRune(r)
	}
	flush()
	return b.String()
}

// phoneWords is how a phone number is found, with and without the country before it and the zero that stands in its place.
func phoneWords(phone string) []string {
	d := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
	if d == "" {
		return nil
	}
	out, national := []string{d}, strings.TrimPrefix(d, "00")
	if strings.HasPrefix(strings.TrimSpace(phone), "+") || national != d {
		for _, country := range []string{"47", "46", "45", "358"} {
			if rest, ok := strings.CutPrefix(national, country); ok {
				return append(out, national, rest, "0"+rest)
			}
		}
	}
	return append(out, strings.TrimPrefix(d, "0"))
}

func insertWords(ctx context.Context, tx *db.Tx, c Customer) error {
	all := words(append(phoneWords(c.Phone), c.Name, c.Number, strings.ReplaceAll(c.OrgNumber, "-", ""), c.Town, c.Street)...)
	rows, args := make([]string, len(all)), make([]any, 0, 3*len(all))
	for i, w := range all {
		rows[i] = placeholders(len(args), 3)
		args = append(args, head(w), w, c.ID)
	}
	_, err := tx.Exec(ctx, `INSERT INTO customer_words (head, word, customer_id) VALUES `+strings.Join(rows, ", "), args...)
	if err != nil {
		return fmt.Errorf("index customer %s: %w", c.ID, err)
	}
	return nil
}

// Matching is the condition that column holds the id of a customer with every word of text at the beginning of one of its
// own words: name, town, street, number, phone or organisation number. Text without a letter or digit matches every customer. Other
// modules use it to search their own tables by customer.
func Matching(column, text string) db.Cond {
	c, typed := db.If("1 = 1"), words(text)
	if number := strings.Join(tokens(text), ""); len(typed) > 1 && strings.Trim(number, "0123456789") == "" {
		typed = []string{strings.TrimPrefix(number, "00")} // 974 760 673 is one number, and so is 00 47 22 33 44 55
	}
	for _, w := range typed {
		if utf8.RuneCountInString(w) < headLetters {
			c = c.And(column+` IN (SELECT customer_id FROM customer_words WHERE head LIKE ?)`, w+"%")
			continue
		}
		c = c.And(column+` IN (SELECT customer_id FROM customer_words WHERE head = ? AND word LIKE ?)`, head(w), w+"%")
	}
	return c
}

// Name is what a stranger may learn of a customer: enough to recognise one's own.
type Name struct{ ID, Name, Town string }

// Names finds customers of one kind that can be ordered for by their name alone: every word of text begins a word of the name, and one
// has three letters or more; fewer find nothing, so that nobody lists all. only narrows further by a condition on id.
func Names(ctx context.Context, q db.Q, text string, kind CustomerKind, only db.Cond, limit int) ([]Name, error) {
	typed, long := words(text), ""
	c := db.If("kind = ?", kind).AndCond(db.In("status", []CustomerStatus{Active, OnHold})).AndCond(only)
	for _, w := range typed {
		if utf8.RuneCountInString(w) > utf8.RuneCountInString(long) {
			long = w
		}
		c = c.And(`' ' || search LIKE ?`, "% "+w+"%") // the words of a customer hold its number too, which is nobody's business
	}
	if utf8.RuneCountInString(long) < headLetters {
		return nil, nil
	}
	c = c.And(`id IN (SELECT customer_id FROM customer_words WHERE head = ? AND word LIKE ?)`, head(long), long+"%")
	names, err := db.List[Name](ctx, q, `SELECT id, name, town FROM customers WHERE {} ORDER BY search, id LIMIT $1`, limit, c)
	if err != nil {
		return nil, fmt.Errorf("find customers by name: %w", err)
	}
	return names, nil
}

// PageSize is the rows of one page of a list.
const PageSize = 24

// Filter narrows the list of customers. After and Before are ids: the page that begins behind one row, or ends before it.
type Filter struct {
	Text          string
	Kind          CustomerKind
	Status        CustomerStatus
	After, Before string
}

// CustomerPage is one page of customers by name; Prev and Next say whether there are more on either side.
type CustomerPage struct {
	Customers  []Customer
	Prev, Next bool
}

// Customers lists the customers that by may see, by name.
func Customers(ctx context.Context, q db.Q, by authz.Actor, f Filter) (p CustomerPage, err error) {
	c := visible(by).AndCond(Matching("id", f.Text))
	if f.Kind != "" {
		c = c.And("kind = ?", f.Kind)
	}
	if f.Status != "" {
		c = c.And("status = ?", f.Status)
	}
	order := ` ORDER BY search, id LIMIT $1`
	switch {
	case f.Before != "":
		c, order = c.And(`(search, id) < (SELECT search, id FROM customers WHERE id = ?)`, tidy(f.Before)), ` ORDER BY search DESC, id DESC LIMIT $1`
	case f.After != "":
		c = c.And(`(search, id) > (SELECT search, id FROM customers WHERE id = ?)`, tidy(f.After))
	}
	rows, err := db.List[Customer](ctx, q, selectCustomers+order, PageSize+1, c)
	if err != nil {
		return p, fmt.Errorf("list customers: %w", err)
	}
	p.Customers, p.Prev, p.Next = window(rows, f.After != "", f.Before != "")
	return p, nil
}

// window cuts rows, of which one too many was asked for, to a page in reading order, and says what lies on either side.
func window[T any](rows []T, after, before bool) (page []T, prev, next bool) {
	more := len(rows) > PageSize
	page = rows[:min(len(rows), PageSize)]
	if before {
		slices.Reverse(page)
		return page, more, true
	}
	return page, after, more
}

// CountCustomers counts what the list would show, at most limit.
func CountCustomers(ctx context.Context, q db.Q, by authz.Actor, f Filter, limit int) (int64, error) {
	c := visible(by).AndCond(Matching("id", f.Text))
	if f.Kind != "" {
		c = c.And("kind = ?", f.Kind)
	}
	if f.Status != "" {
		c = c.And("status = ?", f.Status)
	}
	n, err := db.One[int64](ctx, q, `SELECT count(*) FROM (SELECT id FROM customers WHERE {} LIMIT $1) AS counted`, limit, c)
	if err != nil {
		return 0, fmt.Errorf("count customers: %w", err)
	}
	return n, nil
}

// Caller is a member as somebody at the counter finds them: by name, e-mail address or phone number.
type Caller struct {
	MemberID, PersonID, Name, Email, Phone string
	CustomerID, CustomerName               string
	Role                                   Role
	RoleName                               string
}

// Callers finds active members of all customers that by may see the people of, at most limit. Fewer letters than a word's
// head find nobody.
func Callers(ctx context.Context, q db.Q, by authz.Actor, text string, limit int) ([]Caller, error) {
	typed := memberWords(text)
	c, long := db.Reach(by.Reach(MaySeePeople), db.Columns{Customer: "m.customer_id", Group: "m.group_id", Self: "m.person_id"}), false
	c = c.And("m.status = ?", MemberActive)
	for _, w := range typed {
		if utf8.RuneCountInString(w) < headLetters {
			c = c.And(`m.id IN (SELECT member_id FROM member_words WHERE head LIKE ?)`, w+"%")
			continue
		}
		long = true
		c = c.And(`m.id IN (SELECT member_id FROM member_words WHERE head = ? AND word LIKE ?)`, headOf(w), w+"%")
	}
	if !long {
		return nil, nil
	}
	found, err := db.List[Caller](ctx, q, `
		SELECT m.id AS member_id, p.id AS person_id, p.name, p.email, p.phone, c.id AS customer_id, c.name AS customer_name, m.role, COALESCE(r.name, '') AS role_name
		FROM members m JOIN people p ON p.id = m.person_id JOIN customers c ON c.id = m.customer_id LEFT JOIN roles r ON r.id = m.role
		WHERE {} ORDER BY m.sort, m.id LIMIT $1`, limit, c)
	if err != nil {
		return nil, fmt.Errorf("find callers: %w", err)
	}
	return found, nil
}
