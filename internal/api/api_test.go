package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"skranke/internal/api"
	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/fault"

	"github.com/danielgtaylor/huma/v2"
)

type in struct {
	Body struct {
		N int `json:"n" minimum:"1"`
	}
}

type out struct {
	Body struct {
		N  int64  `json:"n"`
		By string `json:"by"`
	}
}

// counter is an API with one operation that counts its runs.
func counter(d *db.DB, slow chan struct{}) (http.Handler, *atomic.Int64) {
	runs := &atomic.Int64{}
	a := api.New(api.Config{DB: d, Log: slog.New(slog.DiscardHandler), Version: "1", Authenticate: func(_ context.Context, key string) (authz.Actor, error) {
		if key == "good" || key == "other" {
			return authz.Actor{ID: key, Kind: authz.APIKey}, nil
		}
		return authz.Actor{}, fault.New(fault.SignIn, "identity.key.refused")
	}})
	huma.Post(a, "/api/v1/count", func(ctx context.Context, i *in) (*out, error) {
		if i.Body.N == 13 {
			return nil, errors.New("dial tcp 10.0.0.7: secret")
		}
		if i.Body.N == 14 {
			return nil, fault.Field("n", "api.cursor")
		}
		if slow != nil {
			<-slow
		}
		o := &out{}
		o.Body.N, o.Body.By = runs.Add(1), api.Actor(ctx).ID
		return o, nil
	})
	huma.Get(a, "/api/v1/missing", func(context.Context, *struct{}) (*out, error) {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	})
	return a, runs
}

func call(h http.Handler, method, path, key, idempotency, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Idempotency-Key", idempotency)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestEveryErrorIsAProblemWithACode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, _ := counter(d, nil)
		for _, tt := range []struct {
			name, method, path, key, body string
			status                        int
			code                          string
		}{
			{"without a key", "GET", "/api/v1/missing", "", "", 401, "api.key_needed"},
			{"with a wrong key", "GET", "/api/v1/missing", "bad", "", 401, "identity.key.refused"},
			{"not found", "GET", "/api/v1/missing", "good", "", 404, "fault.not_found"},
			{"input that the description refuses", "POST", "/api/v1/count", "good", `{"n":0}`, 422, "api.input"},
			{"a field that the use case refuses", "POST", "/api/v1/count", "good", `{"n":14}`, 422, "api.cursor"},
			{"a fault of ours", "POST", "/api/v1/count", "good", `{"n":13}`, 500, "fault.internal"},
		} {
			t.Run(tt.name, func(t *testing.T) {
				w := call(h, tt.method, tt.path, tt.key, "", tt.body)
				var p api.Problem
				if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
					t.Fatal(err, w.Body)
				}
				if w.Code != tt.status || p.Status != tt.status || p.Code != tt.code || w.Header().Get("Content-Type") != "application/problem+json" || p.Title == "" {
					t.Errorf("%d %s %+v", w.Code, w.Header().Get("Content-Type"), p)
				}
				if strings.Contains(w.Body.String(), "10.0.0.7") {
					t.Error("the cause is told")
				}
				if tt.status == 500 && p.Reference == "" {
					t.Error("nothing to quote")
				}
				if tt.status == 422 && len(p.Errors) == 0 {
					t.Error("no field is named")
				}
			})
		}
	})
}

func TestARepeatedPostChangesNothingTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
		d.SetClock(func() time.Time { return now })
		h, runs := counter(d, nil)
		first, again := call(h, "POST", "/api/v1/count", "good", "k1", `{"n":1}`), call(h, "POST", "/api/v1/count", "good", "k1", `{"n":1}`)
		if first.Code != 200 || again.Code != 200 || first.Body.String() != again.Body.String() || runs.Load() != 1 || again.Header().Get("Idempotency-Replayed") != "true" {
			t.Errorf("%s / %s after %d runs", first.Body, again.Body, runs.Load())
		}
		if w := call(h, "POST", "/api/v1/count", "good", "k1", `{"n":2}`); w.Code != 409 || !strings.Contains(w.Body.String(), "api.idempotency_key_reused") {
			t.Errorf("another request under the same key: %d %s", w.Code, w.Body)
		}
		if w := call(h, "POST", "/api/v1/count", "other", "k1", `{"n":1}`); w.Code != 200 || runs.Load() != 2 {
			t.Errorf("another caller's own key: %d", w.Code)
		}
		if w := call(h, "POST", "/api/v1/count", "good", "k2", `{"n":14}`); w.Code != 422 {
			t.Error(w.Code)
		}
		if w := call(h, "POST", "/api/v1/count", "good", "k2", `{"n":14}`); w.Code != 422 || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("a refusal is replayed as it was: %d %s", w.Code, w.Header())
		}
		call(h, "POST", "/api/v1/count", "good", "k3", `{"n":13}`) // fails inside
		if n, err := db.One[int64](t.Context(), d, `SELECT COUNT(*) AS n FROM idempotency_keys WHERE key = 'k3'`); err != nil || n != 0 {
			t.Error("a failure of ours keeps the key", n, err)
		}
		now = now.Add(25 * time.Hour)
		if w := call(h, "POST", "/api/v1/count", "good", "k1", `{"n":2}`); w.Code != 200 {
			t.Errorf("after a day the key is free: %d %s", w.Code, w.Body)
		}
	})
}

func TestOfCallsAtOnceWithOneKeyOneRuns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		slow := make(chan struct{})
		h, runs := counter(d, slow)
		var wg sync.WaitGroup
		codes := make(chan int, 8)
		for range 8 {
			wg.Go(func() { codes <- call(h, "POST", "/api/v1/count", "good", "k", `{"n":1}`).Code })
		}
		for range 7 {
			if c := <-codes; c != 409 {
				t.Errorf("a call beside the first got %d", c)
			}
		}
		close(slow)
		wg.Wait()
		if c := <-codes; c != 200 || runs.Load() != 1 {
			t.Errorf("the first got %d after %d runs", c, runs.Load())
		}
	})
}

func TestTheDescriptionIsOpen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, _ := counter(d, nil)
		w := call(h, "GET", "/api/openapi.json", "", "", "")
		if w.Code != 200 || !strings.Contains(w.Body.String(), `"openapi":"3.1.0"`) {
			t.Error(w.Code)
		}
	})
}
