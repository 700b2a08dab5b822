package db

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

const madeTable = `CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT NOT NULL PRIMARY KEY, at TIMESTAMPTZ NOT NULL)`

// Migrate brings the database up to the newest of files: numbered, up only, each in one transaction. A second run does
// nothing; several nodes starting at once wait for each other. x.sqlite.sql and x.postgres.sql are for one kind alone.
func Migrate(ctx context.Context, d *DB, files fs.FS) error {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return fmt.Errorf("list migrations: %w", err)
	}
	slices.Sort(names)
	return d.Lock(ctx, "skranke.migrate", func() error {
		if err := d.InTx(ctx, func(tx *Tx) error { _, err := tx.Exec(ctx, madeTable); return err }); err != nil {
			return fmt.Errorf("make schema_migrations: %w", err)
		}
		done, err := List[string](ctx, d, `SELECT name FROM schema_migrations`)
		if err != nil {
			return fmt.Errorf("read schema_migrations: %w", err)
		}
		for _, name := range names {
			if slices.Contains(done, name) || d.forOther(name) {
				continue
			}
			if err := d.apply(ctx, files, name); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *DB) forOther(name string) bool {
	return d.sqlite && strings.HasSuffix(name, ".postgres.sql") || !d.sqlite && strings.HasSuffix(name, ".sqlite.sql")
}

func (d *DB) apply(ctx context.Context, files fs.FS, name string) error {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return fmt.Errorf("read migration %s: %w", name, err)
	}
	err = d.InTx(ctx, func(tx *Tx) error {
		if _, err := tx.tx.ExecContext(ctx, string(text)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO schema_migrations (name, at) VALUES ($1, $2)`, name, tx.Now)
		return err
	})
	if err != nil {
		return fmt.Errorf("migration %s: %w", name, err)
	}
	return nil
}
