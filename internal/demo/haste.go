package demo

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"skranke/internal/db"
)

// idle is how many connections PostgreSQL's pool keeps: those that work on after they were given back.
const idle = 8

// inHaste runs do while the database does not wait for the disk at every commit. Ten thousand commits would take a minute
// otherwise, and what a power failure costs meanwhile is a build that has to be begun again. The next commit after it
// waits for the disk again, and with it everything before.
func (b *builder) inHaste(ctx context.Context, do func(ctx context.Context) error) error {
	set, back, n := `SET synchronous_commit TO off`, `SET synchronous_commit TO DEFAULT`, idle
	if b.DB.SQLite() {
		set, back, n = `PRAGMA synchronous = NORMAL`, `PRAGMA synchronous = FULL`, 1 // one writer
	}
	if err := onAll(ctx, b.DB, n, set); err != nil {
		return err
	}
	err := do(ctx)
	return errors.Join(err, onAll(context.WithoutCancel(ctx), b.DB, n, back))
}

// onAll tells the n connections of the pool something.
func onAll(ctx context.Context, d *db.DB, n int, order string) error {
	var all []*sql.Conn
	defer func() {
		for _, c := range all {
			_ = c.Close() // gives it back
		}
	}()
	for range n {
		c, err := d.Writer().Conn(ctx)
		if err != nil {
			return fmt.Errorf("take a connection: %w", err)
		}
		all = append(all, c)
		if _, err := c.ExecContext(ctx, order); err != nil {
			return fmt.Errorf("tell a connection how to commit: %w", err)
		}
	}
	return nil
}
