package app

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"skranke/internal/db"
	"skranke/internal/fault"
)

// stillLife is every table as it stood when the house was ready: what a refused call must leave alone, and what an allowed one
// is brought back to, so that everybody meets the same house.
type stillLife struct {
	db    *db.DB
	t     testing.TB
	rows  map[string][sha256.Size]byte
	moved int64
	// written is the tables that the last call wrote to.
	written map[string]bool
}

func keepStill(t testing.TB, d *db.DB) *stillLife {
	t.Helper()
	s := &stillLife{db: d, t: t}
	names := `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`
	if d.SQLite() {
		names = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name`
	}
	s.rows = map[string][sha256.Size]byte{}
	for _, table := range all[struct{ Name string }](t, d, names) {
		s.rows[table.Name] = s.hash(table.Name)
	}
	s.write(func(tx *db.Tx, exec func(string)) {
		for table := range s.rows {
			exec(`CREATE TABLE kept_` + table + ` AS SELECT * FROM ` + table)
		}
	})
	s.moved = s.moves()
	return s
}

func (s *stillLife) write(do func(tx *db.Tx, exec func(string))) {
	s.t.Helper()
	ctx := s.t.Context()
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		later := `SET LOCAL session_replication_role = replica`
		if tx.SQLite() {
			later = `PRAGMA defer_foreign_keys = ON`
		}
		run := func(query string) {
			if _, err := tx.Exec(ctx, query); err != nil {
				s.t.Fatalf("%v in %s", err, query)
			}
		}
		run(later)
		do(tx, run)
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// moves counts what the one connection that writes has ever changed. PostgreSQL has no such count.
func (s *stillLife) moves() (n int64) {
	if !s.db.SQLite() {
		return 0
	}
	if err := s.db.Writer().QueryRowContext(s.t.Context(), `SELECT total_changes()`).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

var writing = regexp.MustCompile(`^\s*(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)`)

// watch notes which tables are written to under the context that it returns.
func (s *stillLife) watch(ctx context.Context) context.Context {
	s.written = map[string]bool{}
	return db.Watch(ctx, func(query string, _ []any) {
		if found := writing.FindStringSubmatch(query); found != nil {
			s.written[found[1]] = true
		}
	})
}

func (s *stillLife) hash(table string) (sum [sha256.Size]byte) {
	rows, err := s.db.Query(s.t.Context(), `SELECT * FROM `+table)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		s.t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		cells, to := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
		for i := range cells {
			to[i] = &cells[i]
		}
		if err := rows.Scan(to...); err != nil {
			s.t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%q", cells))
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	slices.Sort(lines)
	return sha256.Sum256([]byte(strings.Join(lines, "\n")))
}

// changed is the tables that are not what they were. What was written to unseen is looked for everywhere.
func (s *stillLife) changed() (tables []string) {
	now := s.moves()
	if now == s.moved && len(s.written) == 0 {
		return nil
	}
	unseen := len(s.written) == 0
	s.moved = now
	for _, table := range slices.Sorted(maps.Keys(s.rows)) {
		if (unseen || s.written[table] || table == "river_job") && s.rows[table] != s.hash(table) { // the queue writes by itself
			tables = append(tables, table)
		}
	}
	return tables
}

// restore makes tables what they were.
func (s *stillLife) restore(tables []string) {
	if len(tables) == 0 {
		return
	}
	s.write(func(_ *db.Tx, exec func(string)) {
		for _, table := range tables {
			exec(`DELETE FROM ` + table)
			exec(`INSERT INTO ` + table + ` SELECT * FROM kept_` + table)
		}
	})
	s.moved = s.moves()
}

// lastRefusal keeps the code of the error behind the last answer: a page says it in words.
type lastRefusal struct{ code string }

// Enabled says that every line is wanted.
func (l *lastRefusal) Enabled(context.Context, slog.Level) bool { return true }

// Handle looks for the line of a failed request.
func (l *lastRefusal) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "request failed" {
		r.Attrs(func(a slog.Attr) bool {
			if err, ok := a.Value.Any().(error); ok {
				l.code = fault.CodeOf(err)
				if l.code == "fault.internal" {
					l.code += ": " + err.Error()
				}
			}
			return true
		})
	}
	if strings.HasPrefix(r.Message, "handler panicked") {
		r.Attrs(func(a slog.Attr) bool { l.code += fmt.Sprint(" ", a.Key, "=", a.Value); return true })
	}
	return nil
}

// WithAttrs is the same.
func (l *lastRefusal) WithAttrs([]slog.Attr) slog.Handler { return l }

// WithGroup is the same.
func (l *lastRefusal) WithGroup(string) slog.Handler { return l }
