// Package dbtest gives every test a fresh database of each kind the product runs on.
package dbtest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"skranke/internal/db"
)

// Each runs f on SQLite and on PostgreSQL, each a fresh database with every table of the product.
func Each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	EachDSN(t, func(t *testing.T, dsn string) {
		t.Helper()
		f(t, Open(t, dsn))
	})
}

// EachDSN is Each for tests that open the database themselves: several nodes on one database, or the built binary.
func EachDSN(t *testing.T, f func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, Postgres(t)) })
}

// EachWith runs f on empty databases brought up by migrate alone; nil leaves them empty. It is for the packages below the
// product's tables: db and jobs.
func EachWith(t *testing.T, migrate func(ctx context.Context, d *db.DB) error, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	run := func(t *testing.T, dsn string) {
		t.Helper()
		d := Open(t, dsn)
		if migrate != nil {
			if err := migrate(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
		f(t, d)
	}
	t.Run("sqlite", func(t *testing.T) { run(t, EmptySQLite(t)) })
	t.Run("postgres", func(t *testing.T) { run(t, EmptyPostgres(t)) })
}

// Open opens dsn and closes it when the test ends.
func Open(t testing.TB, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	return d
}

// SQLite is the path of a fresh SQLite database with every table.
func SQLite(t testing.TB) string {
	t.Helper()
	file, err := sqliteTemplate()
	if err != nil {
		t.Fatal(err)
	}
	to := EmptySQLite(t)
	if err := os.WriteFile(to, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}

// EmptySQLite is the path of a SQLite database that is yet to be made.
func EmptySQLite(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "skranke-test-") //nolint:usetesting // t.TempDir carries the test's name, whose # and % mean something in a SQLite address
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return filepath.Join(dir, "test.db")
}

// Postgres is the URL of a fresh PostgreSQL database with every table.
func Postgres(t testing.TB) string {
	t.Helper()
	s := postgres(t)
	template, err := s.template(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s.fresh(t, template)
}

// EmptyPostgres is the URL of a fresh PostgreSQL database without tables.
func EmptyPostgres(t testing.TB) string {
	t.Helper()
	return postgres(t).fresh(t, "template0")
}
