package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"skranke/bench/floor"
	"skranke/internal/db"
	"skranke/internal/keys"
)

const (
	listPath  = "/office/keys/orders"
	pageRows  = 24
	deepPage  = 10_000
	fewOrders = 1_000
)

// list measures the page of orders in the back office, signed in, through the whole program over HTTP.
func list(ctx context.Context, o options, r *report) error {
	kinds, dir, end, err := kindsOf(ctx, o)
	if err != nil {
		return err
	}
	defer end()
	many := 1_000_000
	if o.quick {
		many = 20_000
	}
	for _, k := range kinds {
		if err := listOn(ctx, o, r, k, dir, many); err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
	}
	r.note("list: GET %s, %d of %d or %d orders, by a signed-in administrator over HTTP on this machine. The times compare the same page with many\n"+
		"orders and with few: the first, and page %d with page 40, asked by turns. Requests a second: two clients at once, with gzip as every browser asks for\n"+
		"it, and without. Floor: net/http and a templ page with the same query, prepared, and as many bytes; no session, no names of customers, no menu, no\n"+
		"log line, and all that stands around the rows is one ready text.", listPath, pageRows, fewOrders, many, min(deepPage, many/pageRows))
	return nil
}

// shelf is the program on a database with some orders, behind HTTP.
type shelf struct {
	house *house
	srv   *server
	token string
	dsn   string
	pages [2]*client // the first page and a late one
	query [2]string
	args  [2][]any
}

func openShelf(ctx context.Context, k kind, dir string, orders int) (*shelf, error) {
	dsn, err := seeded(ctx, k, dir, orders)
	if err != nil {
		return nil, fmt.Errorf("seed %d orders: %w", orders, err)
	}
	s := &shelf{dsn: dsn}
	if s.house, err = openHouse(ctx, dir, dsn); err != nil {
		return nil, err
	}
	if s.srv, err = startServer(ctx, s.house.Edge); err != nil {
		return nil, err
	}
	return s, s.open(ctx, orders)
}

func (s *shelf) open(ctx context.Context, orders int) error {
	token, actor, err := s.house.session(ctx)
	if err != nil {
		return err
	}
	s.token = token
	behind := pageRows * (min(deepPage, orders/pageRows-1) - 1)
	last, err := db.One[struct {
		ID        string
		CreatedAt time.Time
	}](ctx, s.house.DB, `SELECT id, created_at FROM key_orders ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET $1`, behind-1)
	if err != nil {
		return err
	}
	deep := fmt.Sprintf("%s?older=%d.%s", listPath, last.CreatedAt.UnixMicro(), last.ID)
	for i, f := range []keys.Filter{{}, {Before: last.CreatedAt, BeforeID: last.ID}} {
		watched := db.Watch(ctx, func(query string, args []any) { s.query[i], s.args[i] = query, args })
		if _, err := s.house.Keys.List(watched, actor, f, pageRows+1); err != nil {
			return err
		}
		if s.pages[i], err = s.srv.dial(ctx, []string{listPath, deep}[i], token, ""); err != nil {
			return err
		}
		for range 100 { // warms up
			if _, err := s.pages[i].get(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *shelf) close() error {
	for _, c := range s.pages {
		c.close()
	}
	s.srv.close()
	return s.house.end()
}

func listOn(ctx context.Context, o options, r *report, k kind, dir string, orders int) error {
	few, err := openShelf(ctx, k, dir, fewOrders)
	if err != nil {
		return err
	}
	many, err := openShelf(ctx, k, dir, orders)
	if err != nil {
		return err
	}
	for i, name := range []string{"first page", fmt.Sprintf("page %d", min(deepPage, orders/pageRows-1))} {
		if err := times(o, r, k.name+": list of orders, "+name, many.pages[i], few.pages[i]); err != nil {
			return err
		}
	}
	return errors.Join(rates(ctx, o, r, k, many), few.close(), many.close())
}

// times compares how long a page takes among many orders and among few. The two are asked by turns, so that what disturbs
// one disturbs the other.
func times(o options, r *report, what string, many, few *client) error {
	n := 400
	if o.quick {
		n = 100
	}
	var p50, p99 [2][]time.Duration
	for range o.runs {
		took := [2][]time.Duration{make([]time.Duration, n), make([]time.Duration, n)}
		for at := range n {
			for i, c := range []*client{many, few} {
				var err error
				if took[i][at], err = c.timed(); err != nil {
					return err
				}
			}
		}
		for i := range took {
			slices.Sort(took[i])
			p50[i], p99[i] = append(p50[i], percentile(took[i], 50)), append(p99[i], percentile(took[i], 99))
		}
	}
	r.times(what+", p50", median(p50[0]), median(p50[1]), 1.5)
	r.times(what+", p99", median(p99[0]), median(p99[1]), 3)
	return nil
}

// rates compares requests a second with the floor's.
func rates(ctx context.Context, o options, r *report, k kind, s *shelf) error {
	ours, err := s.pages[0].get()
	if err != nil {
		return err
	}
	ours = bytes.Clone(ours)
	query := s.query[0]
	if !db.IsPostgres(s.dsn) { // as internal/db does: a bound limit is planned anew each time
		query = strings.Replace(query, "LIMIT $1", "LIMIT "+fmt.Sprint(s.args[0][0]), 1)
	}
	f, err := floor.OpenList(ctx, s.dsn, query, s.args[0])
	if err != nil {
		return err
	}
	srv, err := startServer(ctx, f)
	if err != nil {
		return err
	}
	defer srv.close()
	if err := level(ctx, f, srv, ours); err != nil {
		return err
	}
	what := fmt.Sprintf("%s: list of orders, %d kB", k.name, len(ours)/1000)
	err = s.race(ctx, o, r, srv, what+", as a browser gets it", "Accept-Encoding: gzip\r\n")
	return errors.Join(err, s.race(ctx, o, r, srv, what+", not compressed", ""), f.Close())
}

// race lets ours and the floor take turns.
func (s *shelf) race(ctx context.Context, o options, r *report, floor *server, what, header string) error {
	during := 2 * time.Second
	if o.quick {
		during = 300 * time.Millisecond
	}
	var speed, cpu [2][]float64
	clients := [2][]*client{}
	for i, to := range []*server{s.srv, floor} {
		for range 2 {
			c, err := to.dial(ctx, listPath, s.token, header)
			if err != nil {
				return err
			}
			defer c.close()
			clients[i] = append(clients[i], c)
		}
	}
	for range o.runs {
		for i := range clients {
			before := cpuTime()
			n, err := rate(clients[i], during)
			if err != nil {
				return err
			}
			speed[i] = append(speed[i], n)
			cpu[i] = append(cpu[i], (cpuTime()-before).Seconds()*1e6/(n*during.Seconds()))
		}
	}
	r.share(what, "requests/s", median(speed[0]), median(speed[1]), 0.5)
	r.note("%s: %.0f and %.0f µs of this process's CPU time a request, client included.", what, median(cpu[0]), median(cpu[1]))
	return nil
}

// level gives the floor's page what stands around the rows in ours, and blanks so that both have as many bytes.
func level(ctx context.Context, f *floor.List, srv *server, ours []byte) error {
	first, last := bytes.Index(ours, []byte("<tbody")), bytes.LastIndex(ours, []byte("</tbody>"))
	if first < 0 || last < 0 {
		return errors.New("the page of orders has no table")
	}
	p := floor.Paper{Before: string(ours[:first+bytes.IndexByte(ours[first:], '>')+1]), After: string(ours[last:])}
	f.On(p)
	c, err := srv.dial(ctx, listPath, "", "")
	if err != nil {
		return err
	}
	defer c.close()
	theirs, err := c.get()
	if err != nil {
		return err
	}
	if n := len(ours) - len(theirs); n >= 0 {
		p.After += string(bytes.Repeat([]byte{' '}, n))
	} else {
		p.After = p.After[:len(p.After)+n]
	}
	f.On(p)
	return nil
}
