package demo_test

import (
	"testing"
	"time"

	"skranke/internal/db/dbtest"
	"skranke/internal/demo"
)

func TestZZDates(t *testing.T) {
	for _, s := range []string{"2026-10-25", "2026-10-25", "2026-10-25"} {
		a := wired(t, dbtest.SQLite(t))
		at, _ := time.Parse("2006-01-02 15:04", s+" 00:10")
		a.DB.SetClock(func() time.Time { return at })
		h := house(a)
		h.Orders = 250
		start := time.Now()
		if err := demo.Build(t.Context(), h, func(string) {}); err != nil {
			t.Error(s, err)
		}
		t.Log(s, time.Since(start))
	}
}
