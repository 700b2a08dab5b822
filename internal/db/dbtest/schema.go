package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"

	"skranke/internal/db"
	"skranke/internal/jobs"
	"skranke/migrations"
)

// migrateAll makes every table, as the product does at start.
func migrateAll(ctx context.Context, d *db.DB) error {
	if err := db.Migrate(ctx, d, migrations.Files); err != nil {
		return err
	}
	return jobs.Migrate(ctx, d)
}

// schemaKey changes whenever migrateAll would make something else.
var schemaKey = sync.OnceValues(func() (string, error) {
	h := sha256.New()
	err := fs.WalkDir(migrations.Files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(migrations.Files, name)
		fmt.Fprintf(h, "%s\n%d\n%s", name, len(text), text)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read the migrations: %w", err)
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "github.com/riverqueue/river" {
				fmt.Fprintf(h, "river %s", m.Version) // brings migrations of its own
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
})

// sqliteTemplate is the content of a migrated database file. It is made once per test binary and then copied: migrating
// takes many times longer than writing a file of this size.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) { return makeSQLite(context.Background()) })

func makeSQLite(ctx context.Context) ([]byte, error) {
	dir, err := os.MkdirTemp("", "skranke-template-")
	if err != nil {
		return nil, fmt.Errorf("make a place for the template: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	name := filepath.Join(dir, "template.db")
	if err := migrated(ctx, name); err != nil {
		return nil, err
	}
	file, err := os.ReadFile(name) // closing has folded the write-ahead log into it
	if err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	return file, nil
}

func migrated(ctx context.Context, dsn string) error {
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return err
	}
	if err := migrateAll(ctx, d); err != nil {
		_ = d.Close()
		return fmt.Errorf("bring up the template database: %w", err)
	}
	if err := d.Close(); err != nil {
		return fmt.Errorf("close the template database: %w", err)
	}
	return nil
}
