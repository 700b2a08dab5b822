package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Tx is a running transaction with one fixed instant, so that everything it writes agrees on the time.
type Tx struct {
	tx    *sql.Tx // not embedded, so that nothing gets round the conversion of times
	db    *DB
	Now   time.Time // UTC, microseconds
	after []func()
	news  []news // for other nodes: see Notify
}

// SQL is the bare transaction, for the job queue alone.
func (t *Tx) SQL() *sql.Tx { return t.tx }

// SQLite tells the two kinds apart, for what must differ.
func (t *Tx) SQLite() bool { return t.db.sqlite }

func (t *Tx) lite() bool { return t.db.sqlite }

// AfterCommit runs fn once the transaction holds; a rolled back one never runs it.
func (t *Tx) AfterCommit(fn func()) { t.after = append(t.after, fn) }

// Exec runs a statement and says how many rows it changed.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	query, args = ready(ctx, t.db.sqlite, query, args)
	res, err := t.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Query reads inside the transaction.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	query, args = ready(ctx, t.db.sqlite, query, args)
	return t.tx.QueryContext(ctx, query, args...)
}

// InTx runs fn in one transaction. An error or a panic rolls everything back. fn has no effect outside the
// transaction: on PostgreSQL it runs again after a serialization failure or a deadlock, three times at most.
func (d *DB) InTx(ctx context.Context, fn func(tx *Tx) error) error {
	if d.turn != nil {
		if err := d.takeTurn(ctx); err != nil {
			return err
		}
		defer func() { <-d.turn }()
	}
	for attempt := 1; ; attempt++ {
		err := d.try(ctx, fn)
		if err == nil || attempt == 3 || !clash(err) {
			return err
		}
	}
}

func (d *DB) takeTurn(ctx context.Context) error {
	select {
	case d.turn <- struct{}{}:
		return nil
	default:
	}
	wait := time.NewTimer(turnWait)
	defer wait.Stop()
	select {
	case d.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the database's writer: %w", ctx.Err())
	case <-wait.C:
		return fmt.Errorf("db: no turn to write within %s: is one InTx inside another?", turnWait)
	}
}

func (d *DB) try(ctx context.Context, fn func(tx *Tx) error) error {
	stx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer stx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	tx := &Tx{tx: stx, db: d, Now: d.Now()}
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.sendNews(ctx); err != nil {
		return err
	}
	if err := stx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	for _, f := range tx.after {
		f()
	}
	return nil
}

// clash reports PostgreSQL's serialization failure and deadlock: both go away when tried again.
func clash(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && (pe.Code == "40001" || pe.Code == "40P01")
}

// IsUnique reports whether err came from a unique constraint.
func IsUnique(err error) bool {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return pe.Code == "23505"
	}
	var se *sqlite.Error
	return errors.As(err, &se) && (se.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || se.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

// Lock runs fn while no other node of the installation runs it under the same name. On SQLite there is one process.
func (d *DB) Lock(ctx context.Context, name string, fn func() error) error {
	if d.sqlite {
		d.alone.Lock()
		defer d.alone.Unlock()
		return fn()
	}
	c, err := d.write.Conn(ctx)
	if err != nil {
		return fmt.Errorf("lock %s: %w", name, err)
	}
	defer c.Close()
	if _, err := c.ExecContext(ctx, `SELECT pg_advisory_lock(hashtext($1))`, name); err != nil {
		return fmt.Errorf("lock %s: %w", name, err)
	}
	defer c.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(hashtext($1))`, name) //nolint:errcheck // closing the session lets go too
	return fn()
}
