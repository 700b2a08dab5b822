package demo_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/brand"
	"skranke/internal/db"
	"skranke/internal/demo"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/web"
	"skranke/internal/web/webtest"
)

func TestZZPreview(t *testing.T) {
	if os.Getenv("PREVIEW") == "" {
		t.Skip()
	}
	d, err := db.Open(t.Context(), "/tmp/h10-data/skranke.db")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	b, _ := brand.New("Fjellvik Lås & Sikring", brand.DefaultColor)
	id := &identity.Service{DB: d}
	for _, l := range []i18n.L{i18n.NB, i18n.SV, i18n.DA, i18n.EN} {
		e := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Brand: b, Language: l, Demo: true, Authenticate: func(ctx context.Context, tok string) (web.Visitor, error) {
			a, v, err := id.Authenticate(ctx, tok)
			return web.Visitor{Actor: a, Name: v.Name}, err
		}})
		e.Mount(demo.Pages(id, b.Name, "/api/docs", func(bool) string { return "/" }).Routes()...)
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.AddCookie(&http.Cookie{Name: "language", Value: l.Tag()})
			e.ServeHTTP(w, r)
		}))
		defer s.Close()
		_ = authz.Nobody
		for name, view := range map[string]webtest.View{"d": webtest.Desktop, "p": webtest.Phone} {
			for _, dark := range []bool{false, true} {
				if dark && l != i18n.NB || name == "d" && l != i18n.NB && l != i18n.DA {
					continue
				}
				tab := webtest.Browser(t).Tab(t, view, dark, false)
				tab.Open(s.URL + "/")
				n := l.Tag() + "-" + name
				if dark {
					n += "-dark"
				}
				tab.Axe(t)
				if tab.Sideways() {
					t.Error("sideways", n)
				}
				t.Log(tab.Console())
				tab.Shot("/tmp/h10shots/" + n + ".png")
			}
		}
	}
}
