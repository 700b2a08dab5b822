package demo_test

import (
	"testing"
	"time"

	"skranke/internal/db/dbtest"
	"skranke/internal/demo"
	"skranke/internal/keys"
)

func TestZZDates(t *testing.T) {
	for i := range 46 {
		at := time.Date(2026, 12, 1+i*8, 0, 10+i, 0, 0, time.UTC)
		a := wired(t, dbtest.SQLite(t))
		a.DB.SetClock(func() time.Time { return at })
		h := house(a)
		h.Orders = 250
		start := time.Now()
		if err := demo.Build(t.Context(), h, func(string) {}); err != nil {
			t.Error(at, err)
		}
		rows, _ := a.Keys.List(t.Context(), all, keys.Filter{}, 1000)
		n := map[keys.Status]int{}
		for _, r := range rows {
			n[r.Status()]++
			if r.CreatedAt.After(at) {
				t.Error("future")
			}
			if r.Status() == keys.AwaitingBoard && r.DecideBy.Sub(at) < 12*time.Hour {
				t.Error("soon", r.DecideBy)
			}
		}
		t.Log(at, at.Weekday(), time.Since(start), n)
		if len(n) != 9 || n[keys.AwaitingBoard] < 5 || n[keys.AwaitingPayment] < 3 || n[keys.StatusReady] < 4 || n[keys.StatusSent] < 3 || n[keys.StatusMaking] < 7 {
			t.Error("counts")
		}
	}
}
