package floor

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// List answers with a page of orders: one query, one template, nothing else.
type List struct {
	db    *sql.DB
	stmt  *sql.Stmt
	args  []any
	paper Paper
}

// Paper is the page around the rows.
type Paper struct{ Before, After string }

// Row is one row as it is read.
type Row struct {
	ID, Number, CustomerID, SystemNumber, Code, Flat, Delivery, Product string
	Quantity                                                            int64
	Total, Currency, Payment, Board, Work, CreatedAt                    string
	DecideBy, DecidedAt                                                 sql.NullString
	Made                                                                int64
}

// OpenList prepares the query that the product runs, with its arguments.
func OpenList(ctx context.Context, dsn, query string, args []any) (*List, error) {
	d, _, err := open(dsn)
	if err != nil {
		return nil, err
	}
	d.SetMaxIdleConns(8)
	s, err := d.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &List{db: d, stmt: s, args: args}, nil
}

// Close ends all connections.
func (l *List) Close() error {
	_ = l.stmt.Close()
	return l.db.Close()
}

// On sets the page around the rows.
func (l *List) On(p Paper) { l.paper = p }

var (
	buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	zippers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}
)

// ServeHTTP answers.
func (l *List) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rows, err := l.read(r.Context())
	b := buffers.Get().(*bytes.Buffer) //nolint:forcetypeassert // the pool holds nothing else
	defer buffers.Put(b)
	b.Reset()
	if err == nil {
		err = page(l.paper, rows).Render(r.Context(), b)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		z := zippers.Get().(*gzip.Writer) //nolint:forcetypeassert // the pool holds nothing else
		defer zippers.Put(z)
		z.Reset(w)
		_, _ = z.Write(b.Bytes())
		_ = z.Close()
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	_, _ = w.Write(b.Bytes())
}

func (l *List) read(ctx context.Context) (out []Row, err error) {
	rows, err := l.stmt.QueryContext(ctx, l.args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r Row
		if err := rows.Scan(&r.ID, &r.Number, &r.CustomerID, &r.SystemNumber, &r.Code, &r.Flat, &r.Delivery, &r.Product, &r.Quantity, &r.Total, &r.Currency,
			&r.Payment, &r.Board, &r.Work, &r.CreatedAt, &r.DecideBy, &r.DecidedAt, &r.Made); err != nil {
			return nil, err
		}
		if len(out) < 24 { // one more is read, to know whether there is another page
			out = append(out, r)
		}
	}
	return out, rows.Err()
}
