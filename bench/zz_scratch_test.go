package main

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"skranke/internal/identity"
	"skranke/internal/keys"
)

func BenchmarkPage(b *testing.B) {
	ctx := context.Background()
	m, _ := filepath.Glob("../.cache/bench/orders-1000-*.db")
	dir := b.TempDir()
	raw, _ := os.ReadFile(m[0])
	dsn := filepath.Join(dir, "x.db")
	_ = os.WriteFile(dsn, raw, 0o600)
	h, err := openHouse(ctx, dir, dsn)
	if err != nil {
		b.Fatal(err)
	}
	token, actor, err := h.session(ctx)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("whole", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r := httptest.NewRequest("GET", listPath, nil)
			r.Header.Set("Cookie", "skranke="+token)
			w := httptest.NewRecorder()
			h.Edge.ServeHTTP(w, r)
			if w.Code != 200 {
				b.Fatal(w.Code)
			}
		}
	})
	b.Run("list", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := h.Keys.List(ctx, actor, keys.Filter{}, 25); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("auth", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := h.Identity.Authenticate(ctx, token); err != nil {
				b.Fatal(err)
			}
		}
	})
	rows, _ := h.Keys.List(ctx, actor, keys.Filter{}, 25)
	var ids []string
	for _, r := range rows[:12] {
		ids = append(ids, r.CustomerID)
	}
	b.Run("customers", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := identity.CustomersByID(ctx, h.DB, ids); err != nil {
				b.Fatal(err)
			}
		}
	})
}
