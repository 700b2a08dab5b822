package db

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// maxStatements bounds the kept statements: conditions with many values give many texts.
const maxStatements = 500

// statements keeps prepared statements by text for one SQLite pool; pgx does this by itself. Preparing costs SQLite
// about as much as running a short query.
type statements struct {
	pool *sql.DB
	mu   sync.RWMutex
	byQ  map[string]*sql.Stmt
}

func newStatements(pool *sql.DB) *statements {
	return &statements{pool: pool, byQ: map[string]*sql.Stmt{}}
}

func (s *statements) peek(query string) *sql.Stmt {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byQ[query]
}

// get is the kept statement, prepared when it is new; nil when there are too many already.
func (s *statements) get(ctx context.Context, query string) (*sql.Stmt, error) {
	if st := s.peek(query); st != nil {
		return st, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.byQ[query]; st != nil {
		return st, nil
	}
	if len(s.byQ) >= maxStatements {
		return nil, nil //nolint:nilnil // nil means: run it unprepared
	}
	st, err := s.pool.PrepareContext(ctx, query) //nolint:sqlclosecheck // kept until close
	if err != nil {
		return nil, err
	}
	s.byQ[query] = st
	return st, nil
}

// prepare is get for later use; a script of several statements cannot be prepared and is left alone.
func (s *statements) prepare(ctx context.Context, query string) {
	_, _ = s.get(ctx, query)
}

func (s *statements) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, st := range s.byQ {
		errs = append(errs, st.Close())
	}
	s.byQ = map[string]*sql.Stmt{}
	return errors.Join(errs...)
}
