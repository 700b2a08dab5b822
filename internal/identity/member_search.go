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
)

// headSteps is how many letters of a word its index stands on, besides the first three: the people of one firm share the first
// letters of their addresses and phone numbers.
var headSteps = []int{headLetters, 6, 9}

// heads is what a word is looked up by.
func heads(word string) (out []string) {
	for _, n := range headSteps {
		if h := firstLetters(word, n); n == headLetters || h != word || utf8.RuneCountInString(word) == n {
			out = append(out, h)
		}
	}
	return out
}

// headOf is the longest head that words beginning with this one have; a word shorter than every head has none.
func headOf(word string) string {
	n := utf8.RuneCountInString(word)
	for _, step := range slices.Backward(headSteps) {
		if n >= step {
			return firstLetters(word, step)
		}
	}
	return ""
}

func firstLetters(word string, n int) string {
	for i := range word {
		if n == 0 {
			return word[:i]
		}
		n--
	}
	return word
}

// indexed is the words that a member is found by: those of the name and the address, the address as a whole, and the number.
func indexed(m Member) []string {
	return words(append(phoneWords(m.Phone), m.Name, m.Email, strings.Join(tokens(m.Email), ""))...)
}

// memberWords is what somebody looks for: words, an address as one, or one number however it is spaced.
func memberWords(text string) (typed []string) {
	if number := strings.Join(tokens(text), ""); number != "" && strings.Trim(number, "0123456789") == "" {
		return []string{strings.TrimPrefix(number, "00")} // 00 before a country is not in the index
	}
	for part := range strings.FieldsSeq(text) {
		if strings.Contains(part, "@") {
			part = strings.Join(tokens(part), "")
		}
		for _, w := range words(part) {
			if !slices.Contains(typed, w) {
				typed = append(typed, w)
			}
		}
	}
	return typed
}

// hasWord is the condition that a member has a word that begins so, asked of one member after the other.
func hasWord(w string) db.Cond {
	return db.If(`(SELECT count(*) FROM member_words w WHERE w.member_id = m.id AND w.word LIKE ?) > 0`, w+"%")
}

// hit is a member whom a word or a group finds, and their place in the list.
type hit struct{ ID, Sort string }

// hits finds at least as many members as there are, or most of them, by the longest word or by the group.
func (f MemberFilter) hits(ctx context.Context, q db.Q, by authz.Actor, customerID string, most int) (hits []hit, err error) {
	typed := memberWords(f.Text)
	from, c := `group_paths w CROSS JOIN members m`, f.cond(by, customerID, false).And("w.ancestor_id = ? AND m.group_id = w.group_id", f.GroupID)
	if len(typed) > 0 {
		slices.SortStableFunc(typed, func(a, b string) int { return utf8.RuneCountInString(b) - utf8.RuneCountInString(a) })
		from, c = `member_words w CROSS JOIN members m`, f.cond(by, customerID, true).And("m.id = w.member_id AND w.customer_id = ? AND w.word LIKE ?", customerID, typed[0]+"%")
		if h := headOf(typed[0]); h != "" {
			c = c.And("w.head = ?", h)
		}
		for _, w := range typed[1:] {
			c = c.AndCond(hasWord(w))
		}
	}
	for limit := most; ; limit *= 3 { // a member can have two such words: then there are fewer people than rows
		rows, err := db.List[hit](ctx, q, `SELECT m.id, m.sort FROM `+from+` WHERE {} LIMIT $1`, limit, c)
		if err != nil {
			return nil, fmt.Errorf("find members of %s: %w", customerID, err)
		}
		full := len(rows) == limit
		slices.SortFunc(rows, func(a, b hit) int { return cmp.Or(strings.Compare(a.Sort, b.Sort), strings.Compare(a.ID, b.ID)) })
		hits = slices.CompactFunc(rows, func(a, b hit) bool { return a.ID == b.ID })
		if !full || len(hits) >= most {
			return hits, nil
		}
	}
}

// pageOf reads the page that f asks for of all that was found.
func pageOf(ctx context.Context, q db.Q, hits []hit, f MemberFilter) (p MemberPage, err error) {
	p.Found = len(hits)
	at := func(rowID string) int { return slices.IndexFunc(hits, func(h hit) bool { return h.ID == rowID }) }
	from, to := 0, min(len(hits), PageSize)
	if i := at(f.Before); f.Before != "" {
		from, to = max(0, i-PageSize), max(0, i)
	} else if i := at(f.After); f.After != "" {
		from = len(hits)
		if i >= 0 {
			from = i + 1
		}
		to = min(len(hits), from+PageSize)
	}
	p.Prev, p.Next = from > 0, to < len(hits)
	if from >= to {
		return p, nil
	}
	ids := make([]string, 0, PageSize)
	for _, h := range hits[from:to] {
		ids = append(ids, h.ID)
	}
	rows, err := db.List[Member](ctx, q, selectMembers, db.In("m.id", ids))
	if err != nil {
		return p, fmt.Errorf("read found members: %w", err)
	}
	slices.SortFunc(rows, func(a, b Member) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	p.Members = rows
	return p, nil
}
