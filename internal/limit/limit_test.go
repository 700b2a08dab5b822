package limit_test

import (
	"sync"
	"testing"
	"time"

	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/limit"
)

func TestHitsAreCountedPerKeyAndWindow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
		d.SetClock(func() time.Time { return now })
		rule := limit.Rule{Max: 3, Window: time.Minute}
		hit := func(key string) (w time.Duration) {
			t.Helper()
			if err := d.InTx(t.Context(), func(tx *db.Tx) (err error) { w, err = limit.Hit(t.Context(), tx, key, rule); return err }); err != nil {
				t.Fatal(err)
			}
			return w
		}
		for i := range 3 {
			if w := hit("a"); w != 0 {
				t.Errorf("hit %d waits %s", i+1, w)
			}
		}
		now = now.Add(20 * time.Second)
		if w := hit("a"); w != 40*time.Second {
			t.Errorf("the fourth waits %s", w)
		}
		if w, err := limit.Wait(t.Context(), d, "a", rule, now); err != nil || w != 40*time.Second {
			t.Error(w, err)
		}
		if w := hit("b"); w != 0 {
			t.Error("another key waits", w)
		}
		now = now.Add(40 * time.Second)
		if w := hit("a"); w != 0 {
			t.Error("a new window waits", w)
		}
		if err := d.InTx(t.Context(), func(tx *db.Tx) error { return limit.Clear(t.Context(), tx, "a") }); err != nil {
			t.Fatal(err)
		}
		if w, err := limit.Wait(t.Context(), d, "a", limit.Rule{Max: 1, Window: time.Minute}, now); err != nil || w != 0 {
			t.Error("a cleared key waits", w, err)
		}
		now = now.Add(time.Hour)
		if err := d.InTx(t.Context(), func(tx *db.Tx) error { return limit.Sweep(t.Context(), tx) }); err != nil {
			t.Fatal(err)
		}
		if n, err := db.One[int64](t.Context(), d, `SELECT COUNT(*) AS n FROM limits`); err != nil || n != 0 {
			t.Error(n, err)
		}
	})
}

func TestHitsAtOnceAreAllCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var mu sync.Mutex
		let := 0
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				err := d.InTx(t.Context(), func(tx *db.Tx) error {
					w, err := limit.Hit(t.Context(), tx, "k", limit.Rule{Max: 5, Window: time.Hour})
					if err == nil && w == 0 {
						mu.Lock()
						let++
						mu.Unlock()
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if let != 5 {
			t.Errorf("%d got through, 5 may", let)
		}
	})
}
