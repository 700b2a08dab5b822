package dbtest_test

import (
	"context"
	"path/filepath"
	"testing"

	"skranke/internal/db"
	"skranke/internal/db/dbtest"
)

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	for range 2 {
		dbtest.EachWith(t, nil, func(t *testing.T, d *db.DB) {
			err := d.InTx(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `CREATE TABLE mine (x BIGINT)`) // fails if another test's table is here
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestTheGivenMigrationRuns(t *testing.T) {
	migrate := func(ctx context.Context, d *db.DB) error {
		return d.InTx(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `CREATE TABLE given (x BIGINT)`)
			return err
		})
	}
	dbtest.EachWith(t, migrate, func(t *testing.T, d *db.DB) {
		if _, err := db.List[int64](t.Context(), d, `SELECT x FROM given`); err != nil {
			t.Fatal(err)
		}
	})
}

func TestTheProductsTablesAreThere(t *testing.T) {
	for range 2 { // the second is a copy of the same template
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			names, err := db.List[string](t.Context(), d, `SELECT name FROM schema_migrations ORDER BY name`)
			if err != nil {
				t.Fatal(err)
			}
			files, err := filepath.Glob("../../../migrations/*.sql")
			if err != nil || len(names) == 0 || len(names) > len(files) {
				t.Errorf("%d migrations have run of %d files, %v", len(names), len(files), err)
			}
			if _, err := db.One[int64](t.Context(), d, `SELECT count(*) FROM river_job`); err != nil {
				t.Errorf("the queue's tables: %v", err)
			}
		})
	}
}

func TestTwoNodesMeetOnOneDatabase(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		one, two := dbtest.Open(t, dsn), dbtest.Open(t, dsn)
		count := func(d *db.DB) int64 {
			n, err := db.One[int64](t.Context(), d, `SELECT count(*) FROM schema_migrations`)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := count(two)
		err := one.InTx(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO schema_migrations (name, at) VALUES ($1, $2)`, "x.sql", tx.Now)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if after := count(two); after != before+1 {
			t.Errorf("the second node sees %d rows, want %d", after, before+1)
		}
	})
}
