// Package db opens the product's database and runs SQL on it.
//
// One dialect is spoken everywhere: the common subset of PostgreSQL and SQLite (see docs/adr/0003).
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver
	_ "modernc.org/sqlite"             // the "sqlite" driver
)

// Q runs statements. *DB (reads only) and *Tx are the two kinds of Q.
type Q interface {
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	lite() bool
}

// DB is a pool for reading and, on SQLite, one single connection for writing.
type DB struct {
	dsn         string
	read, write *sql.DB
	sqlite      bool
	now         atomic.Pointer[func() time.Time]
	turn        chan struct{} // SQLite: whose turn it is to write; nil on PostgreSQL
	alone       sync.Mutex    // SQLite: Lock
}

const (
	pragmas = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)" +
		"&_pragma=cache_size(-8000)&_pragma=temp_store(MEMORY)"
	forWriting = "&_txlock=immediate"
	forReading = "&_pragma=query_only(1)"
	// turnWait is how long a transaction waits for the single writer. Longer means a nested InTx or a transaction that waits for the world.
	turnWait = 10 * time.Second
)

// Open connects to a PostgreSQL URL, or to a SQLite file for any other address.
func Open(ctx context.Context, dsn string) (*DB, error) {
	d := &DB{dsn: dsn}
	d.SetClock(time.Now)
	if IsPostgres(dsn) {
		p, err := sql.Open("pgx", dsn)
		if err != nil {
			return nil, fmt.Errorf("open PostgreSQL: %w", err)
		}
		p.SetMaxOpenConns(max(16, 4*runtime.NumCPU()))
		p.SetMaxIdleConns(8)
		d.read, d.write = p, p
	} else {
		w, err := openLite("file:" + escape.Replace(dsn) + pragmas + forWriting)
		if err != nil {
			return nil, fmt.Errorf("open SQLite: %w", err)
		}
		w.SetMaxOpenConns(1)
		r, err := openLite("file:" + escape.Replace(dsn) + pragmas + forReading)
		if err != nil {
			return nil, fmt.Errorf("open SQLite for reading: %w", err)
		}
		r.SetMaxOpenConns(2 * runtime.NumCPU())
		r.SetMaxIdleConns(2 * runtime.NumCPU())
		d.read, d.write, d.sqlite, d.turn = r, w, true, make(chan struct{}, 1)
	}
	if err := d.write.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("reach the database: %w", err), d.Close())
	}
	return d, nil
}

// escape keeps what means something in a SQLite address from meaning it in a path.
var escape = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23")

// IsPostgres tells a PostgreSQL URL from the path of a SQLite file.
func IsPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// Close ends all connections.
func (d *DB) Close() error {
	if d.read == d.write {
		return d.write.Close()
	}
	return errors.Join(d.read.Close(), d.write.Close())
}

// Writer is the pool that background jobs use.
func (d *DB) Writer() *sql.DB { return d.write }

// SQLite tells the two kinds apart, for what must differ.
func (d *DB) SQLite() bool { return d.sqlite }

func (d *DB) lite() bool { return d.sqlite }

// Ping asks the database whether it answers.
func (d *DB) Ping(ctx context.Context) error { return d.read.PingContext(ctx) }

// SetClock replaces the clock, for tests and for building a demonstration's past.
func (d *DB) SetClock(now func() time.Time) { d.now.Store(&now) }

// Now is the instant a transaction begun now would carry: UTC, microseconds.
func (d *DB) Now() time.Time { return (*d.now.Load())().UTC().Truncate(time.Microsecond) }

// Exec refuses: writing needs a transaction.
func (d *DB) Exec(context.Context, string, ...any) (int64, error) {
	return 0, errors.New("db: writing needs a transaction")
}

// Query reads outside a transaction.
func (d *DB) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	query, args = ready(ctx, d.sqlite, query, args)
	if d.sqlite {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		ctx = context.WithoutCancel(ctx) // see liteConn; database/sql would start another goroutine
	}
	return d.read.QueryContext(ctx, query, args...)
}

type watchKey struct{}

// Watch lets fn see every statement run under the context that it returns, as the database gets it: tests ask for its plan.
func Watch(ctx context.Context, fn func(query string, args []any)) context.Context {
	return context.WithValue(ctx, watchKey{}, fn)
}

// WithCount counts the statements run under the context that it returns: tests use it to prove that a page asks no query per row.
func WithCount(ctx context.Context) (context.Context, *atomic.Int64) {
	n := new(atomic.Int64)
	return Watch(ctx, func(string, []any) { n.Add(1) }), n
}

// ready makes a statement what the database gets, and shows it to whoever watches.
func ready(ctx context.Context, lite bool, query string, args []any) (string, []any) {
	query, args = expand(query, args)
	args = bind(lite, args)
	if fn, ok := ctx.Value(watchKey{}).(func(string, []any)); ok {
		fn(query, args)
	}
	return query, args
}
