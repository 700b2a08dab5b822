package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"
)

// stamp has a fixed width, so that text order is time order.
const stamp = "2006-01-02T15:04:05.000000Z"

// bind turns times into what the database keeps: native on PostgreSQL, fixed-width UTC text on SQLite.
func bind(lite bool, args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		switch v := a.(type) {
		case time.Time:
			a = v.UTC()
			if lite {
				a = v.UTC().Format(stamp)
			}
		case *time.Time:
			if v == nil {
				a = nil
			} else if a = v.UTC(); lite {
				a = v.UTC().Format(stamp)
			}
		}
		out[i] = a
	}
	return out
}

// List scans every row into a T, matching columns to fields by name (snake_case). A T that is no struct takes the only column.
func List[T any](ctx context.Context, q Q, query string, args ...any) ([]T, error) {
	var out []T
	err := each(ctx, q, query, args, func(v T) bool {
		out = append(out, v)
		return true
	})
	return out, err
}

// One is List for exactly one row; no row is sql.ErrNoRows, a second one is an error.
func One[T any](ctx context.Context, q Q, query string, args ...any) (T, error) {
	var got T
	n := 0
	err := each(ctx, q, query, args, func(v T) bool {
		if n++; n == 1 {
			got = v
		}
		return n < 2
	})
	switch {
	case err != nil:
		return got, err
	case n == 0:
		return got, sql.ErrNoRows
	case n > 1:
		return got, errors.New("db: One met a second row")
	}
	return got, nil
}

// Each streams rows to fn without holding them; fn's error ends it.
func Each[T any](ctx context.Context, q Q, fn func(T) error, query string, args ...any) error {
	var failed error
	err := each(ctx, q, query, args, func(v T) bool {
		failed = fn(v)
		return failed == nil
	})
	return errors.Join(err, failed)
}

// NoRows reports whether One found nothing.
func NoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }

func each[T any](ctx context.Context, q Q, query string, args []any, fn func(T) bool) error {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		return err
	}
	fields, err := fieldsFor(reflect.TypeFor[T](), cols)
	if err != nil {
		return err
	}
	var v, none T // one place to scan into, however many rows there are
	dests := targets(reflect.ValueOf(&v).Elem(), fields)
	for rows.Next() {
		v = none
		if err := rows.Scan(dests...); err != nil {
			return err
		}
		if !fn(v) {
			break
		}
		if err := ctx.Err(); err != nil { // a reader who has left ends a long list
			return err
		}
	}
	return rows.Err()
}

// targets points at the fields of v, or at v itself when fields is nil.
func targets(v reflect.Value, fields []int) []any {
	if fields == nil {
		return []any{dest(v)}
	}
	dests := make([]any, len(fields))
	for i, f := range fields {
		dests[i] = dest(v.Field(f))
	}
	return dests
}

var byType sync.Map // reflect.Type → map[string]int

func fieldsFor(t reflect.Type, cols []string) ([]int, error) {
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() || reflect.PointerTo(t).Implements(reflect.TypeFor[sql.Scanner]()) {
		if len(cols) != 1 {
			return nil, fmt.Errorf("db: %s takes one column, not %d", t, len(cols))
		}
		return nil, nil
	}
	cached, ok := byType.Load(t)
	if !ok {
		m := map[string]int{}
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() {
				m[snake(f.Name)] = i
			}
		}
		cached, _ = byType.LoadOrStore(t, m)
	}
	byName, out := cached.(map[string]int), make([]int, len(cols)) //nolint:forcetypeassert // byType holds nothing else
	for i, c := range cols {
		f, ok := byName[c]
		if !ok {
			return nil, fmt.Errorf("db: %s has no field for column %q", t, c)
		}
		out[i] = f
	}
	return out, nil
}

// dest is what a driver's value is scanned into. Words and numbers with names of their own are scanned as what they are made
// of: database/sql is several times slower with the named ones.
func dest(f reflect.Value) any {
	switch p := f.Addr().Interface().(type) {
	case *time.Time:
		return (*when)(p)
	case **time.Time:
		return &maybe{p}
	case sql.Scanner:
		return p
	}
	switch f.Kind() { //nolint:exhaustive // the others are scanned as they are
	case reflect.String:
		return f.Addr().Convert(reflect.TypeFor[*string]()).Interface()
	case reflect.Int64:
		return (*whole)(f.Addr().Convert(reflect.TypeFor[*int64]()).Interface().(*int64)) //nolint:forcetypeassert // converted just now
	}
	return f.Addr().Interface()
}

type whole int64

// Scan reads a number as the drivers give it.
func (w *whole) Scan(src any) error {
	if n, ok := src.(int64); ok {
		*w = whole(n)
		return nil
	}
	var n sql.NullInt64
	if err := n.Scan(src); err != nil {
		return err
	}
	if !n.Valid {
		return errors.New("db: NULL is no number")
	}
	*w = whole(n.Int64)
	return nil
}

type when time.Time

// Scan reads a time as the drivers give it.
func (w *when) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*w = when{}
	case time.Time:
		*w = when(v.UTC())
	case string:
		t, err := parseStamp(v)
		if err != nil {
			return err
		}
		*w = when(t)
	default:
		return fmt.Errorf("db: cannot read %T as a time", src)
	}
	return nil
}

// parseStamp reads what bind wrote. The width is fixed, which time.Parse cannot know.
func parseStamp(s string) (time.Time, error) {
	if len(s) != len(stamp) || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' || s[19] != '.' || s[26] != 'Z' {
		return time.Parse(stamp, s)
	}
	var n [7]int
	for i, at := range [...][2]int{{0, 4}, {5, 7}, {8, 10}, {11, 13}, {14, 16}, {17, 19}, {20, 26}} {
		for _, c := range []byte(s[at[0]:at[1]]) {
			if c < '0' || c > '9' {
				return time.Parse(stamp, s)
			}
			n[i] = 10*n[i] + int(c-'0')
		}
	}
	t := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], n[6]*1000, time.UTC)
	if int(t.Month()) != n[1] || t.Day() != n[2] || n[3] > 23 || n[4] > 59 || n[5] > 59 {
		return time.Parse(stamp, s) // which says what is wrong
	}
	return t, nil
}

type maybe struct{ at **time.Time }

// Scan leaves nil for NULL.
func (m *maybe) Scan(src any) error {
	if src == nil {
		*m.at = nil
		return nil
	}
	var w when
	if err := w.Scan(src); err != nil {
		return err
	}
	t := time.Time(w)
	*m.at = &t
	return nil
}

// JSON keeps any value in a JSONB column.
type JSON[T any] struct{ V T }

// Scan reads the column.
func (j *JSON[T]) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		return nil
	case []byte:
		return json.Unmarshal(v, &j.V)
	case string:
		return json.Unmarshal([]byte(v), &j.V)
	}
	return fmt.Errorf("db: cannot read %T as JSON", src)
}

// Value writes the column.
func (j JSON[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(j.V)
	return string(b), err
}

// Null writes NULL for "", for optional references.
func Null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

var snakes sync.Map // field name → column name

func snake(s string) string {
	if v, ok := snakes.Load(s); ok {
		return v.(string) //nolint:forcetypeassert // snakes holds strings only
	}
	var b strings.Builder
	for i, r := range s {
		if r >= 'A' && r <= 'Z' {
			if i > 0 && !(s[i-1] >= 'A' && s[i-1] <= 'Z') {
				b.WriteByte('_')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	snakes.Store(s, b.String())
	return b.String()
}
