package db_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
)

const things = `CREATE TABLE things (
	id TEXT NOT NULL PRIMARY KEY, customer_id TEXT NOT NULL DEFAULT '', state TEXT NOT NULL, note TEXT NOT NULL DEFAULT '', amount BIGINT NOT NULL,
	urgent BOOLEAN NOT NULL DEFAULT FALSE, data JSONB NOT NULL DEFAULT '{}', scan BYTEA, due DATE, created_at TIMESTAMPTZ NOT NULL, decided_at TIMESTAMPTZ,
	version BIGINT NOT NULL DEFAULT 1);
CREATE INDEX things_customer ON things (customer_id);`

type thing struct {
	ID, CustomerID, State string
	Amount                int64
	Urgent                bool
	Data                  db.JSON[map[string]int]
	CreatedAt             time.Time
	DecidedAt             *time.Time
}

const columns = `id, customer_id, state, amount, urgent, data, created_at, decided_at`

func each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	dbtest.EachWith(t, func(ctx context.Context, d *db.DB) error {
		return db.Migrate(ctx, d, fstest.MapFS{"0001_things.sql": {Data: []byte(things)}})
	}, f)
}

func add(t *testing.T, d *db.DB, ids ...string) (at time.Time) {
	t.Helper()
	in(t, d, func(ctx context.Context, tx *db.Tx) error {
		at = tx.Now
		for i, id := range ids {
			_, err := tx.Exec(ctx, `INSERT INTO things (id, customer_id, state, amount, urgent, data, scan, due, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
				id, "c"+id, "new", 100*(i+1), i == 1, db.JSON[map[string]int]{V: map[string]int{"n": i}}, []byte{0, 255}, "2026-12-01", tx.Now.Add(time.Duration(i)*time.Second))
			if err != nil {
				return err
			}
		}
		return nil
	})
	return at
}

func in(t *testing.T, d *db.DB, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := d.InTx(t.Context(), func(tx *db.Tx) error { return f(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func TestValuesAreATableToJoinWith(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		add(t, d, "a", "b", "c")
		for want, ids := range map[string][]string{"b": {"b"}, "a c": {"c", "x", "a"}} {
			got, err := db.List[string](t.Context(), d, `SELECT id FROM {} AS wanted JOIN things ON id = column1 WHERE state = $1 ORDER BY id`, "new", db.Values(ids))
			if err != nil || strings.Join(got, " ") != want {
				t.Errorf("%v: got %v, %v", ids, got, err)
			}
		}
	})
}

func TestRowsComeBackAsTheyWentIn(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		at := add(t, d, "b", "a", "c")
		got, err := db.List[thing](t.Context(), d, `SELECT `+columns+` FROM things WHERE created_at >= $2 AND (customer_id = $1 OR customer_id = 'cc') ORDER BY created_at DESC LIMIT $3`,
			"ca", at.Add(time.Second), 10)
		if err != nil || len(got) != 2 || got[0].ID != "c" || !got[1].Urgent || got[1].Data.V["n"] != 1 || !got[1].CreatedAt.Equal(at.Add(time.Second)) || got[0].DecidedAt != nil {
			t.Fatalf("%+v, %v", got, err)
		}
		last, err := db.One[time.Time](t.Context(), d, `SELECT MAX(created_at) AS m FROM things`) // SQLite forgets the column's type here
		if err != nil || !last.Equal(at.Add(2*time.Second)) {
			t.Fatal(last, err)
		}
		sum, err := db.One[int64](t.Context(), d, `SELECT CAST(SUM(amount) AS BIGINT) AS s FROM things`)
		if err != nil || sum != 600 {
			t.Fatal(sum, err)
		}
	})
}

func TestOneIsExactlyOne(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		add(t, d, "a", "b")
		if _, err := db.One[string](t.Context(), d, `SELECT id FROM things WHERE id = 'none'`); !errors.Is(err, sql.ErrNoRows) || !db.NoRows(err) {
			t.Error(err)
		}
		if _, err := db.One[string](t.Context(), d, `SELECT id FROM things`); err == nil {
			t.Error("two rows went for one")
		}
		if _, err := db.List[thing](t.Context(), d, `SELECT id, 1 AS unknown FROM things`); err == nil || !strings.Contains(err.Error(), "unknown") {
			t.Errorf("a column without a field: %v", err)
		}
	})
}

func TestTheCommonSubset(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		at := add(t, d, "a", "b", "c")
		for _, q := range []string{
			`WITH x AS (SELECT id, ROW_NUMBER() OVER (PARTITION BY state ORDER BY created_at) AS n FROM things) SELECT id FROM x WHERE n = 1`,
			`SELECT string_agg(id, ',') AS a FROM things`,
			`SELECT id FROM things ORDER BY decided_at DESC NULLS LAST, id LIMIT 1`,
			`SELECT CAST(COUNT(*) FILTER (WHERE urgent) AS TEXT) AS c FROM things`,
			`SELECT data->>'n' AS n FROM things WHERE id = 'b'`,
		} {
			if _, err := db.One[string](t.Context(), d, q); err != nil {
				t.Errorf("%s: %v", q, err)
			}
		}
		id, err := db.One[string](t.Context(), d, `SELECT id FROM things WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT 1`, at.Add(2*time.Second), "c")
		if err != nil || id != "b" {
			t.Error(id, err)
		}
	})
}

func TestWritingNeedsATransaction(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		add(t, d, "a")
		if _, err := d.Exec(t.Context(), `DELETE FROM things`); err == nil {
			t.Error("a DB wrote")
		}
		if !d.SQLite() {
			return
		}
		if _, err := db.List[string](t.Context(), d, `DELETE FROM things RETURNING id`); err == nil {
			t.Error("a reader wrote")
		}
	})
}

func TestAnErrorOrPanicRollsBack(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ran := false
		_ = d.InTx(t.Context(), func(tx *db.Tx) error {
			tx.AfterCommit(func() { ran = true })
			_, _ = tx.Exec(t.Context(), `INSERT INTO things (id, state, amount, created_at) VALUES ('x', 'new', 1, $1)`, tx.Now)
			return errors.New("no")
		})
		func() {
			defer func() { _ = recover() }()
			_ = d.InTx(t.Context(), func(tx *db.Tx) error {
				_, _ = tx.Exec(t.Context(), `INSERT INTO things (id, state, amount, created_at) VALUES ('y', 'new', 1, $1)`, tx.Now)
				panic("no")
			})
		}()
		n, err := db.One[int64](t.Context(), d, `SELECT COUNT(*) AS n FROM things`)
		if err != nil || n != 0 || ran {
			t.Error(n, err, ran)
		}
		add(t, d, "z") // and the writer is free again
	})
}

func TestGuardedUpdateLetsOneWin(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		add(t, d, "a")
		var mu sync.Mutex
		wins := 0
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				err := d.InTx(t.Context(), func(tx *db.Tx) error {
					n, err := tx.Exec(t.Context(), `UPDATE things SET state = 'done', version = version + 1 WHERE id = 'a' AND version = 1`)
					mu.Lock()
					wins += int(n)
					mu.Unlock()
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if wins != 1 {
			t.Errorf("%d won", wins)
		}
	})
}

func TestUniqueIsTold(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		add(t, d, "a")
		err := d.InTx(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO things (id, state, amount, created_at) VALUES ('a', 'new', 1, $1)`, tx.Now)
			return err
		})
		if !db.IsUnique(err) || db.IsUnique(errors.New("other")) {
			t.Error(err)
		}
	})
}

func TestNumbersHaveNoHoles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				_ = d.InTx(t.Context(), func(tx *db.Tx) error {
					if _, err := db.NextNumber(t.Context(), tx, "orders", 1); err != nil {
						t.Error(err)
					}
					if i%4 == 0 {
						return errors.New("this one fails")
					}
					return nil
				})
			})
		}
		wg.Wait()
		in(t, d, func(ctx context.Context, tx *db.Tx) error {
			n, err := db.NextNumber(ctx, tx, "orders", 1)
			if n != 16 {
				t.Errorf("next is %d after 15 that held", n)
			}
			return err
		})
	})
}

func TestReachIsOneCondition(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		add(t, d, "a", "b", "c")
		cols := db.Columns{Customer: "customer_id"}
		for _, tt := range []struct {
			name string
			r    authz.Reach
			want int
		}{
			{"staff reach all", authz.Reach{Scope: authz.All}, 3},
			{"a customer its own", authz.Reach{Scope: authz.Customer, IDs: []string{"ca"}}, 1},
			{"two customers", authz.Reach{Scope: authz.Customer, IDs: []string{"ca", "cb"}}, 2},
			{"nobody nothing", authz.Reach{Scope: authz.Subject}, 0},
			{"a scope the table does not know", authz.Reach{Scope: authz.Site, IDs: []string{"ca"}}, 0},
		} {
			got, err := db.List[string](t.Context(), d, `SELECT id FROM things WHERE {} LIMIT $1`, 10, db.Reach(tt.r, cols).And("amount > ?", 0))
			if err != nil || len(got) != tt.want {
				t.Errorf("%s: %v, %v", tt.name, got, err)
			}
		}
	})
}

func TestMigratingTwiceChangesNothing(t *testing.T) {
	files := fstest.MapFS{
		"0001_a.sql":        {Data: []byte(`CREATE TABLE a (x BIGINT); INSERT INTO a VALUES (1);`)},
		"0002_b.sqlite.sql": {Data: []byte(`CREATE TABLE only_lite (x BIGINT)`)}, "0002_b.postgres.sql": {Data: []byte(`CREATE TABLE only_post (x BIGINT)`)},
	}
	dbtest.EachWith(t, nil, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		for range 3 { // three nodes start at once
			wg.Go(func() {
				if err := db.Migrate(t.Context(), d, files); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		n, err := db.One[int64](t.Context(), d, `SELECT COUNT(*) AS n FROM a`)
		if err != nil || n != 1 {
			t.Error(n, err)
		}
		own, other := "only_post", "only_lite"
		if d.SQLite() {
			own, other = other, own
		}
		if _, err := db.List[int64](t.Context(), d, `SELECT x FROM `+own); err != nil {
			t.Error(err)
		}
		if _, err := db.List[int64](t.Context(), d, `SELECT x FROM `+other); err == nil {
			t.Error("the other kind's migration ran")
		}
		files["0003_bad.sql"] = &fstest.MapFile{Data: []byte(`CREATE TABLE c (x BIGINT); NONSENSE;`)}
		if err := db.Migrate(t.Context(), d, files); err == nil || !strings.Contains(err.Error(), "0003_bad.sql") {
			t.Errorf("a bad migration: %v", err)
		}
		if _, err := db.List[int64](t.Context(), d, `SELECT x FROM c`); err == nil {
			t.Error("half of a bad migration stayed")
		}
		delete(files, "0003_bad.sql")
	})
}

func TestANestedTransactionIsToldNotHung(t *testing.T) {
	if testing.Short() {
		t.Skip("waits ten seconds")
	}
	d, err := db.Open(t.Context(), filepath.Join(t.TempDir(), "n.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	err = d.InTx(t.Context(), func(*db.Tx) error { return d.InTx(ctx, func(*db.Tx) error { return nil }) })
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("nested InTx: %v", err)
	}
}

func TestCountSeesEveryStatement(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx, n := db.WithCount(t.Context())
		_, _ = db.List[string](ctx, d, `SELECT id FROM things`)
		_ = d.InTx(ctx, func(tx *db.Tx) error { _, err := tx.Exec(ctx, `DELETE FROM things`); return err })
		if n.Load() != 2 {
			t.Errorf("%d statements", n.Load())
		}
	})
}
