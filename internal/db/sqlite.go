package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"
)

// Preparing costs SQLite more than running a short query, so a connection keeps what it has prepared; pgx does this by
// itself. It happens below database/sql, so that the job queue's statements are kept too.

// maxKept bounds the statements of one connection: conditions with many values give many texts.
const maxKept = 300

// liteConnector opens connections of the sqlite driver that keep their statements.
type liteConnector struct {
	dsn   string
	below driver.Driver
}

func openLite(dsn string) (*sql.DB, error) {
	pool, err := sql.Open("sqlite", dsn) // opens nothing yet
	if err != nil {
		return nil, err
	}
	below := pool.Driver()
	return sql.OpenDB(&liteConnector{dsn: dsn, below: below}), pool.Close()
}

// Driver is the one below.
func (l *liteConnector) Driver() driver.Driver { return l.below }

// Connect opens a connection.
func (l *liteConnector) Connect(context.Context) (driver.Conn, error) {
	c, err := l.below.Open(l.dsn)
	if err != nil {
		return nil, err
	}
	full, ok := c.(liteBelow)
	if !ok {
		return nil, fmt.Errorf("db: the driver's %T is not the connection it was", c)
	}
	return &liteConn{liteBelow: full, kept: map[string]*liteStmt{}}, nil
}

// liteBelow is what the driver's connection can do.
type liteBelow interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// liteConn is used by one goroutine at a time: database/sql sees to that.
type liteConn struct {
	liteBelow
	kept map[string]*liteStmt // nil for a text seen once: only what comes again is kept
}

type liteStmt struct {
	driver.Stmt
	busy bool // its rows are being read
}

// statement is the kept statement for query, or nil: then it is run as it stands.
func (c *liteConn) statement(ctx context.Context, query string, args []driver.NamedValue) (*liteStmt, error) {
	query = literalLimit(query, args)
	s, seen := c.kept[query]
	switch {
	case s != nil && s.busy:
		return nil, nil //nolint:nilnil // nil means: run it unprepared
	case s != nil:
		return s, nil
	case !seen:
		c.room()
		c.kept[query] = nil
		return nil, nil //nolint:nilnil // as above
	}
	below, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s = &liteStmt{Stmt: below}
	c.kept[query] = s
	return s, nil
}

// literalLimit writes a limit into the text: SQLite's planner looks at it, and would plan the statement anew whenever the
// parameter is bound.
func literalLimit(query string, args []driver.NamedValue) string {
	at := strings.LastIndex(query, "LIMIT ")
	if at < 0 || at+8 > len(query) || query[at+6] != '$' && query[at+6] != '?' {
		return query
	}
	rest := strings.TrimLeft(query[at+7:], "0123456789")
	n, err := strconv.Atoi(query[at+7 : len(query)-len(rest)])
	if err != nil || n < 1 || n > len(args) {
		return query
	}
	limit, ok := args[n-1].Value.(int64)
	if !ok {
		return query
	}
	return query[:at+6] + strconv.FormatInt(limit, 10) + rest
}

// room forgets half of what is kept when there is too much: any half, those in use come back.
func (c *liteConn) room() {
	if len(c.kept) < maxKept {
		return
	}
	for query, s := range c.kept {
		switch {
		case len(c.kept) <= maxKept/2:
			return
		case s == nil:
			delete(c.kept, query)
		case !s.busy:
			delete(c.kept, query)
			_ = s.Close() // it has nothing left to tell
		}
	}
}

// quiet is a context that interrupts no statement, unless it has ended already. They are short, and the driver would start
// a goroutine to wait for the end of each.
func quiet(ctx context.Context) (context.Context, error) {
	return context.WithoutCancel(ctx), ctx.Err()
}

// ExecContext runs a statement.
func (c *liteConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	ctx, err := quiet(ctx)
	if err != nil {
		return nil, err
	}
	s, err := c.statement(ctx, query, args)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.liteBelow.ExecContext(ctx, query, args)
	}
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args) //nolint:forcetypeassert // the driver's statements can
}

// QueryContext reads rows.
func (c *liteConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	ctx, err := quiet(ctx)
	if err != nil {
		return nil, err
	}
	s, err := c.statement(ctx, query, args)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.liteBelow.QueryContext(ctx, query, args)
	}
	rows, err := s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args) //nolint:forcetypeassert // the driver's statements can
	if err != nil {
		return nil, err
	}
	s.busy = true
	return &liteRows{Rows: rows, of: s}, nil
}

// BeginTx begins a transaction.
func (c *liteConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	ctx, err := quiet(ctx)
	if err != nil {
		return nil, err
	}
	return c.liteBelow.BeginTx(ctx, opts)
}

// Close ends the kept statements with the connection.
func (c *liteConn) Close() error {
	for _, s := range c.kept {
		if s != nil {
			_ = s.Close() // the connection's own error counts
		}
	}
	return c.liteBelow.Close()
}

// liteRows gives its statement back when it is closed.
type liteRows struct {
	driver.Rows
	of *liteStmt
}

// Close ends the reading.
func (r *liteRows) Close() error {
	r.of.busy = false
	return r.Rows.Close()
}
