package dbtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"skranke/internal/db/dbtest/pgtmp"
)

// pgServer makes and drops databases on the one server of this test binary.
type pgServer struct {
	mu   sync.Mutex
	conn *pgx.Conn
	url  *url.URL
	made string // the template, once it stands
}

var (
	pgMu  sync.Mutex
	pgOne *pgServer
)

// postgres is the server of TEST_POSTGRES, or else a throwaway one shared by all test binaries of the machine.
func postgres(t testing.TB) *pgServer {
	t.Helper()
	if testing.Short() {
		t.Skip("-short leaves PostgreSQL out")
	}
	pgMu.Lock()
	defer pgMu.Unlock()
	if pgOne != nil {
		return pgOne
	}
	s, err := connect(context.WithoutCancel(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	pgOne = s
	return s
}

// connect leaves the connection open until the test binary ends, which keeps a throwaway server alive.
func connect(ctx context.Context) (*pgServer, error) {
	address := os.Getenv("TEST_POSTGRES")
	var conn *pgx.Conn
	if address == "" {
		l, err := pgtmp.Take(ctx)
		if err != nil {
			return nil, err
		}
		address, conn = l.URL, l.Conn
	} else {
		var err error
		if conn, err = pgx.Connect(ctx, address); err != nil {
			return nil, fmt.Errorf("connect to the server of TEST_POSTGRES: %w", err)
		}
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("TEST_POSTGRES is not a URL like postgres://user:password@host:5432/postgres")
	}
	return &pgServer{conn: conn, url: u}, nil
}

func (s *pgServer) address(name string) string {
	u := *s.url
	u.Path = "/" + name
	return u.String()
}

// fresh makes a database as a copy of template and drops it when the test ends.
func (s *pgServer) fresh(t testing.TB, template string) string {
	t.Helper()
	name := "skranke_test_" + strings.ToLower(rand.Text()[:16])
	if err := s.exec(t.Context(), `CREATE DATABASE `+name+` TEMPLATE `+template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.exec(context.WithoutCancel(t.Context()), `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Error(err)
		}
	})
	return s.address(name)
}

func (s *pgServer) exec(ctx context.Context, query string, args ...any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.execLocked(ctx, query, args...)
}

// execLocked gives one statement to the server. A cancelled test must not take the shared connection with it.
func (s *pgServer) execLocked(ctx context.Context, query string, args ...any) error {
	if _, err := s.conn.Exec(context.WithoutCancel(ctx), query, args...); err != nil {
		return fmt.Errorf("%s: %w", query, err)
	}
	return nil
}

// template is the name of a database with every table, made by the first test binary that asks for this state of the
// migrations. Being marked as a template tells that it was finished.
func (s *pgServer) template(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.made != "" {
		return s.made, nil
	}
	key, err := schemaKey()
	if err != nil {
		return "", err
	}
	ctx, name := context.WithoutCancel(ctx), "skranke_template_"+key
	if err := s.execLocked(ctx, `SELECT pg_advisory_lock(hashtext($1))`, name); err != nil {
		return "", err
	}
	defer func() { _ = s.execLocked(ctx, `SELECT pg_advisory_unlock(hashtext($1))`, name) }()
	var ready bool
	err = s.conn.QueryRow(ctx, `SELECT datistemplate FROM pg_database WHERE datname = $1`, name).Scan(&ready)
	switch {
	case err != nil && !errors.Is(err, pgx.ErrNoRows):
		return "", fmt.Errorf("look for %s: %w", name, err)
	case !ready:
		if err := s.makeTemplate(ctx, name); err != nil {
			return "", err
		}
	}
	s.made = name
	return name, nil
}

func (s *pgServer) makeTemplate(ctx context.Context, name string) error {
	if err := s.execLocked(ctx, `DROP DATABASE IF EXISTS `+name); err != nil { // half made by a test that was killed
		return err
	}
	if err := s.execLocked(ctx, `CREATE DATABASE `+name+` TEMPLATE template0`); err != nil {
		return err
	}
	if err := migrated(ctx, s.address(name)); err != nil {
		return err
	}
	return s.execLocked(ctx, `ALTER DATABASE `+name+` IS_TEMPLATE true`)
}
