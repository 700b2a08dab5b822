package demo_test

import (
	"log/slog"
	"os"
	"testing"
	"time"

	"skranke/internal/app"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/demo"
)

func open(t *testing.T, dsn string) *app.App {
	t.Helper()
	data := t.TempDir()
	s, _, err := app.Load([]string{"--database", dsn, "--data", data}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.Open(t, dsn)
	a, err := app.New(t.Context(), s, d, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Cards.Close)
	return a
}

func house(a *app.App) demo.House {
	return demo.House{
		DB: a.DB, Log: a.Log, Jobs: a.Jobs, Links: a.Links, Files: a.Files, Mail: a.Mail, Identity: a.Identity, Agreements: a.Agreements,
		Approvals: a.Approvals, Keys: a.Keys, Billing: a.Billing, Cards: a.Cards, Zone: a.Zone, URL: a.URL,
	}
}

func TestTime(t *testing.T) {
	for _, dsn := range []string{dbtest.SQLite(t), dbtest.Postgres(t)} {
		a := open(t, dsn)
		start := time.Now()
		if err := demo.Build(t.Context(), house(a), func(s string) { t.Log(time.Since(start), s) }); err != nil {
			t.Fatal(err)
		}
		t.Log(time.Since(start))
		rows, _ := db.List[struct {
			Payment, Board, Work string
			N                    int64
		}](t.Context(), a.DB, `SELECT payment, board, work, count(*) AS n FROM key_orders GROUP BY payment, board, work`)
		for _, r := range rows {
			t.Log(r)
		}
	}
}
