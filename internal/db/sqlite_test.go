package db_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"skranke/internal/db"
)

// The SQLite side keeps what it has prepared. None of it may be seen from outside: these run on both databases.

func TestTheSameQuestionCanBeAskedWhileItsAnswerIsRead(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		if !d.SQLite() {
			return // a PostgreSQL transaction reads one answer at a time
		}
		add(t, d, "a", "b", "c")
		ask := `SELECT id FROM things ORDER BY id`
		in(t, d, func(ctx context.Context, tx *db.Tx) error {
			for range 3 { // it is kept from the second time on
				var seen []string
				err := db.Each(ctx, tx, func(outer string) error {
					inner, err := db.List[string](ctx, tx, ask)
					seen = append(seen, outer+strings.Join(inner, ""))
					return err
				}, ask)
				if got := strings.Join(seen, " "); err != nil || got != "aabc babc cabc" {
					t.Errorf("%q, %v", got, err)
				}
			}
			return nil
		})
	})
}

func TestEveryLimitCounts(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		add(t, d, "a", "b", "c")
		for _, tt := range []struct {
			query string
			args  func(n int) []any
		}{
			{`SELECT id FROM things ORDER BY id LIMIT $1`, func(n int) []any { return []any{n} }},
			{`SELECT id FROM things WHERE state = $2 ORDER BY id LIMIT $1`, func(n int) []any { return []any{n, "new"} }},
			{`SELECT id FROM things WHERE id IN (SELECT id FROM things ORDER BY id LIMIT $1) AND amount > $2`, func(n int) []any { return []any{n, 0} }},
			{`SELECT id FROM things WHERE amount >= $1 ORDER BY id LIMIT $1`, func(n int) []any { return []any{n} }}, // used twice
		} {
			for _, n := range []int{2, 1, 3, 2, 0, 2} {
				got, err := db.List[string](t.Context(), d, tt.query, tt.args(n)...)
				if err != nil || len(got) != n {
					t.Errorf("%s with %d: %v, %v", tt.query, n, got, err)
				}
			}
		}
	})
}

func TestMoreQuestionsThanAreKept(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		add(t, d, "a")
		for round := range 3 {
			for i := range 400 {
				n, err := db.One[int64](t.Context(), d, fmt.Sprintf(`SELECT amount + %d AS n FROM things WHERE id = $1`, i), "a")
				if err != nil || n != int64(100+i) {
					t.Fatalf("round %d: %d, want %d (%v)", round, n, 100+i, err)
				}
			}
		}
	})
}

func TestAQuestionSurvivesAChangeOfTheTable(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		add(t, d, "a", "b")
		count := func() int64 {
			n, err := db.One[int64](t.Context(), d, `SELECT COUNT(*) AS n FROM things WHERE customer_id <> 'x'`)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		for range 3 {
			count()
		}
		in(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `ALTER TABLE things ADD COLUMN more TEXT NOT NULL DEFAULT 'm'`)
			return err
		})
		if n := count(); n != 2 {
			t.Errorf("%d rows after a column was added", n)
		}
		more, err := db.List[string](t.Context(), d, `SELECT more FROM things`)
		if err != nil || len(more) != 2 || more[0] != "m" {
			t.Error(more, err)
		}
	})
}

func TestAFailedStatementCanBeTriedAgain(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		insert := func(id string) error {
			return d.InTx(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `INSERT INTO things (id, state, amount, created_at) VALUES ($1, 'new', 1, $2)`, id, tx.Now)
				return err
			})
		}
		for i, id := range []string{"a", "b", "c"} {
			if err := insert(id); err != nil {
				t.Fatal(err)
			}
			if err := insert(id); !db.IsUnique(err) {
				t.Errorf("%d: %v", i, err)
			}
		}
	})
}

func TestWhoHasLeftAsksNothing(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		add(t, d, "a", "b", "c")
		ctx, leave := context.WithCancel(t.Context())
		read := 0
		err := db.Each(ctx, d, func(string) error { read++; leave(); return nil }, `SELECT id FROM things`)
		if !errors.Is(err, context.Canceled) || read != 1 {
			t.Errorf("%d rows were read after the reader had left: %v", read, err)
		}
		if _, err := db.List[string](ctx, d, `SELECT id FROM things`); !errors.Is(err, context.Canceled) {
			t.Errorf("a query: %v", err)
		}
		err = d.InTx(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(ctx, `DELETE FROM things`); return err })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("a statement: %v", err)
		}
		if n, err := db.One[int64](t.Context(), d, `SELECT COUNT(*) AS n FROM things`); err != nil || n != 3 {
			t.Errorf("%d things are left, %v", n, err)
		}
	})
}

func TestTimesOfAnyYearComeBack(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		for _, at := range []time.Time{time.Date(2026, 2, 28, 23, 59, 59, 999999000, time.UTC), time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 2, 29, 0, 0, 0, 1000, time.UTC)} {
			in(t, d, func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.Exec(ctx, `INSERT INTO things (id, state, amount, created_at) VALUES ($1, 'new', 1, $2)`, at.String(), at); err != nil {
					return err
				}
				got, err := db.One[time.Time](ctx, tx, `SELECT created_at FROM things WHERE id = $1`, at.String())
				if !got.Equal(at) {
					t.Errorf("%s came back as %s", at, got)
				}
				return err
			})
		}
		if !d.SQLite() {
			return
		}
		for _, bad := range []string{"yesterday", "2026-13-01T00:00:00.000000Z", "2026-02-30T00:00:00.000000Z", "2026-02-0aT00:00:00.000000Z", ""} {
			if got, err := db.One[time.Time](t.Context(), d, `SELECT $1 AS at`, bad); err == nil {
				t.Errorf("%q was read as %s", bad, got)
			}
		}
	})
}

func TestWordsAndNumbersOfTheirOwnType(t *testing.T) {
	type (
		colour string
		size   int64
		row    struct {
			State  colour
			Amount size
		}
	)
	each(t, func(t *testing.T, d *db.DB) {
		add(t, d, "a")
		got, err := db.One[row](t.Context(), d, `SELECT state, amount FROM things`)
		if err != nil || got != (row{"new", 100}) {
			t.Errorf("%+v, %v", got, err)
		}
		if n, err := db.One[size](t.Context(), d, `SELECT amount FROM things`); err != nil || n != 100 {
			t.Error(n, err)
		}
		if n, err := db.One[int64](t.Context(), d, `SELECT CAST(NULL AS BIGINT) AS n`); err == nil {
			t.Errorf("NULL was read as %d", n)
		}
	})
}

func TestWatchSeesWhatTheDatabaseGets(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var query string
		var args []any
		ctx := db.Watch(t.Context(), func(q string, a []any) { query, args = q, a })
		_, err := db.List[string](ctx, d, `SELECT id FROM things WHERE {} LIMIT $1`, 5, db.If("state = ?", "new").And("created_at < ?", time.Unix(0, 0)))
		if err != nil || query != `SELECT id FROM things WHERE ((state = $2) AND (created_at < $3)) LIMIT $1` || len(args) != 3 {
			t.Errorf("%s with %v, %v", query, args, err)
		}
		if _, text := args[2].(string); text != d.SQLite() {
			t.Errorf("a time as %T", args[2])
		}
	})
}
