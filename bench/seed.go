package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/migrations"
)

const staffEmail = "tor@firm.example"

// seeded is the address of a database with n orders. SQLite's is kept between runs until the schema or this file's SQL
// changes; PostgreSQL's is made anew in the bench's own server.
func seeded(ctx context.Context, k kind, dir string, n int) (string, error) {
	dsn, err := k.fresh(ctx, fmt.Sprintf("orders_%d", n))
	if err != nil {
		return "", err
	}
	if db.IsPostgres(dsn) {
		return dsn, seed(ctx, dir, dsn, n)
	}
	key, err := seedKey()
	if err != nil {
		return "", err
	}
	kept := filepath.Join(cache, fmt.Sprintf("orders-%d-%s.db", n, key))
	if _, err := os.Stat(kept); err == nil {
		return kept, nil
	}
	if err := dropOld(n); err != nil {
		return "", err
	}
	if err := seed(ctx, dir, dsn, n); err != nil {
		return "", err
	}
	return kept, os.Rename(dsn, kept) // closing has folded the write-ahead log into it
}

func dropOld(n int) error {
	old, err := filepath.Glob(filepath.Join(cache, fmt.Sprintf("orders-%d-*", n)))
	for _, name := range old {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}

func seedKey() (string, error) {
	h := sha256.New()
	fmt.Fprint(h, seedOrders, liteSeries, postgresSeries)
	err := fs.WalkDir(migrations.Files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(migrations.Files, name)
		_, _ = h.Write(text)
		return err
	})
	return hex.EncodeToString(h.Sum(nil)[:6]), err
}

// seed fills a new database: twelve customers, one of the staff, and n orders half a minute apart.
func seed(ctx context.Context, dir, dsn string, n int) error {
	h, err := openHouse(ctx, dir, dsn)
	if err != nil {
		return err
	}
	return errors.Join(h.seed(ctx, n), h.end())
}

func (h *house) seed(ctx context.Context, n int) error {
	for i := range 12 {
		if _, err := h.Identity.CreateCustomer(ctx, all, identity.NewCustomer{
			Number: strconv.Itoa(1001 + i), Kind: identity.Association,
			Name: fmt.Sprintf("Bjerkelia borettslag %d", i+1), Country: "NO", Language: i18n.NB, Town: "Ås",
		}); err != nil {
			return err
		}
	}
	p, err := h.Identity.CreatePerson(ctx, all, identity.NewPerson{Name: "Tor Vik", Email: staffEmail, Language: i18n.NB})
	if err == nil {
		err = h.Identity.AddStaff(ctx, all, p.ID, identity.Admin)
	}
	if err != nil {
		return err
	}
	series := postgresSeries
	if h.DB.SQLite() {
		series = liteSeries
	}
	err = h.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, series+seedOrders, n)
		return err
	})
	if err == nil && !h.DB.SQLite() {
		_, err = h.DB.Writer().ExecContext(ctx, `VACUUM (ANALYZE)`) // what autovacuum would have done by then
	}
	return err
}

// Each row of the series n is an order's number, its id and its hour.
const (
	liteSeries = `WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < $1),
		n AS (SELECT i, '01900000-0000-7000-8000-' || printf('%012x', i) AS id, strftime('%Y-%m-%dT%H:%M:%S.000000Z', 1700000000 + 30 * i, 'unixepoch') AS at FROM c) `
	postgresSeries = `WITH n AS (SELECT i, '01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0') AS id, to_timestamp(1700000000 + 30 * i) AS at
		FROM generate_series(1, CAST($1 AS BIGINT)) AS i) `
	seedOrders = `INSERT INTO key_orders (id, number, draft_id, status_link, customer_id, site_id, agreement_id, system_id, product, system_number, code,
			purpose, asked_by, flat_id, flat, resident_name, resident_email, resident_phone, language, quantity, delivery, currency, net, vat, total, lines,
			approvals, payment, board, work, created_at, paid_at, decided_at, closed_at, version)
		SELECT n.id, 'N-' || (10000 + n.i), n.id, n.id, c.id, c.id, c.id, c.id, 'fob', '4127', '07', 'additional', 'resident', n.id, 'H0' || (100 + n.i % 300),
			'Kari Nes', 'kari@home.example', '400 00 000', 'nb', 1 + n.i % 3, 'pickup', 'NOK', 36080, 9020, 45100, '[]', 1,
			'captured', 'approved', CASE WHEN n.i % 50 = 0 THEN 'in_production' WHEN n.i % 50 = 1 THEN 'ready' ELSE 'received' END, n.at, n.at, n.at, n.at, 1
		FROM n JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS k FROM customers) c ON c.k = n.i % 12 ORDER BY n.i`
)

// session signs the seeded staff in and gives the cookie's secret and who they are.
func (h *house) session(ctx context.Context) (token string, actor authz.Actor, err error) {
	person, err := db.One[string](ctx, h.DB, `SELECT id FROM people WHERE email_key = $1`, staffEmail)
	if err != nil {
		return "", actor, err
	}
	s, err := h.Identity.SignInAs(ctx, person, identity.Attempt{Agent: "bench", Address: "192.0.2.1"})
	if err != nil {
		return "", actor, err
	}
	actor, _, err = h.Identity.Authenticate(ctx, s.Token)
	return s.Token, actor, err
}
