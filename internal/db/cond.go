package db

import (
	"fmt"
	"strings"

	"skranke/internal/authz"
)

// Cond is a condition with its arguments, written with ? and placed in a query as {}.
type Cond struct {
	sql  string
	args []any
}

// If starts a condition.
func If(sql string, args ...any) Cond { return Cond{"(" + sql + ")", args} }

// And narrows the condition.
func (c Cond) And(sql string, args ...any) Cond { return c.join(" AND ", If(sql, args...)) }

// Or widens the condition. Lists avoid it: an index serves one condition, not two.
func (c Cond) Or(sql string, args ...any) Cond { return c.join(" OR ", If(sql, args...)) }

// AndCond narrows by another condition.
func (c Cond) AndCond(o Cond) Cond { return c.join(" AND ", o) }

func (c Cond) join(op string, o Cond) Cond {
	return Cond{"(" + c.sql + op + o.sql + ")", append(append([]any{}, c.args...), o.args...)}
}

// In is "column is one of values"; no values match nothing. PostgreSQL's ANY(array) is not in the common subset.
func In[T any](column string, values []T) Cond {
	if len(values) == 0 {
		return Cond{"(1 = 0)", nil}
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	if len(values) == 1 {
		return Cond{"(" + column + " = ?)", args}
	}
	return Cond{"(" + column + " IN (?" + strings.Repeat(", ?", len(values)-1) + "))", args}
}

// Values is a table of one column, column1, to join with: FROM {} AS wanted JOIN things ON id = column1. Where the same rows
// could be asked for with In, this spares SQLite a table of its own in memory. There must be a value.
func Values[T any](values []T) Cond {
	c := In("", values)
	return Cond{"(VALUES (?)" + strings.Repeat(", (?)", len(values)-1) + ")", c.args}
}

// Columns names the columns of a table that the scopes of authz stand in; an empty name means that the scope does not reach the table.
type Columns struct{ Customer, Group, Site, Self, Subject string }

// Reach is the one condition every list starts from: what the actor may reach.
func Reach(r authz.Reach, c Columns) Cond {
	if r.Scope == authz.All {
		return Cond{"(1 = 1)", nil}
	}
	column := map[authz.Scope]string{authz.Customer: c.Customer, authz.Group: c.Group, authz.Site: c.Site, authz.Self: c.Self, authz.Subject: c.Subject}[r.Scope]
	if column == "" {
		return Cond{"(1 = 0)", nil}
	}
	if r.Customer == "" || r.Scope == authz.Customer {
		return In(column, r.IDs)
	}
	if c.Customer == "" { // a table that cannot tell customers apart shows nothing of one's own at one of them
		return Cond{"(1 = 0)", nil}
	}
	return In(column, r.IDs).And(c.Customer+" = ?", r.Customer)
}

// expand puts every Cond among args in the place of the next {} and numbers its arguments after the plain ones.
func expand(query string, args []any) (string, []any) {
	var plain []any
	var conds []Cond
	for _, a := range args {
		if c, ok := a.(Cond); ok {
			conds = append(conds, c)
		} else {
			plain = append(plain, a)
		}
	}
	for _, c := range conds {
		var b strings.Builder
		for i, part := range strings.Split(c.sql, "?") {
			if i > 0 {
				fmt.Fprintf(&b, "$%d", len(plain)+i)
			}
			b.WriteString(part)
		}
		query = strings.Replace(query, "{}", b.String(), 1)
		plain = append(plain, c.args...)
	}
	return query, plain
}
