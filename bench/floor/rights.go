package floor

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Query is one prepared statement over the bare driver.
type Query struct {
	db   *sql.DB
	stmt *sql.Stmt
	args []any
}

// OpenQuery prepares it.
func OpenQuery(ctx context.Context, dsn, query string, args []any) (*Query, error) {
	d, _, err := open(dsn)
	if err != nil {
		return nil, err
	}
	s, err := d.PrepareContext(ctx, query)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return &Query{db: d, stmt: s, args: args}, nil
}

// Close ends all connections.
func (q *Query) Close() error { return errors.Join(q.stmt.Close(), q.db.Close()) }

// Timed is how long it takes to read all rows.
func (q *Query) Timed(ctx context.Context) (time.Duration, error) {
	start := time.Now()
	rows, err := q.stmt.QueryContext(ctx, q.args...)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	cells, to := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
	for i := range cells {
		to[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			return 0, err
		}
	}
	return time.Since(start), rows.Err()
}
