package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/jobs"
)

type greet struct {
	To string `json:"to"`
}

func (greet) Kind() string { return "test.greet" }

type tick struct{}

func (tick) Kind() string { return "test.tick" }

func open(t *testing.T, d *db.DB, fill func(j *jobs.Jobs)) *jobs.Jobs {
	t.Helper()
	j := jobs.New(d, slog.New(slog.DiscardHandler))
	fill(j)
	if err := j.Open(4); err != nil {
		t.Fatal(err)
	}
	if err := j.Start(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
		defer cancel()
		if err := j.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return j
}

func add(t *testing.T, d *db.DB, j *jobs.Jobs, a jobs.Args, fail error) {
	t.Helper()
	err := d.InTx(t.Context(), func(tx *db.Tx) error {
		if err := j.Add(t.Context(), tx, a); err != nil {
			t.Fatal(err)
		}
		return fail
	})
	if !errors.Is(err, fail) {
		t.Fatal(err)
	}
}

func wait[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(15 * time.Second):
		t.Fatal("no job ran")
	}
	return v
}

func TestAJobRunsOnceItsTransactionHolds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		done := make(chan string, 8)
		j := open(t, d, func(j *jobs.Jobs) {
			jobs.Handle(j, func(_ context.Context, g greet) error { done <- g.To; return nil })
		})
		add(t, d, j, greet{"rolled back"}, errors.New("no"))
		start := time.Now()
		add(t, d, j, greet{"kept"}, nil)
		if got := wait(t, done); got != "kept" {
			t.Errorf("ran %q", got)
		}
		t.Logf("began within %s of the commit", time.Since(start))
		if err := j.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		select {
		case extra := <-done:
			t.Errorf("ran %q besides", extra)
		default:
		}
	})
}

func TestAFailedJobRunsAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var tries atomic.Int64
		done := make(chan string, 1)
		j := open(t, d, func(j *jobs.Jobs) {
			jobs.Handle(j, func(_ context.Context, g greet) error {
				if tries.Add(1) == 1 {
					return errors.New("the post is closed")
				}
				done <- g.To
				return nil
			})
		})
		add(t, d, j, greet{"later"}, nil)
		if got := wait(t, done); got != "later" || tries.Load() != 2 {
			t.Errorf("%q after %d tries", got, tries.Load())
		}
	})
}

func TestACancelledJobIsNotTriedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tries := make(chan struct{}, 8)
		j := open(t, d, func(j *jobs.Jobs) {
			jobs.Handle(j, func(context.Context, greet) error { tries <- struct{}{}; return jobs.Cancel(errors.New("never")) })
		})
		add(t, d, j, greet{"x"}, nil)
		wait(t, tries)
		if err := j.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		counts, err := j.Counts(t.Context())
		if err != nil || counts["cancelled"] != 1 || counts["retryable"] != 0 {
			t.Errorf("%v, %v", counts, err)
		}
	})
}

func TestAPeriodicJobRunsOnceOverSeveralNodes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ran := make(chan struct{}, 32)
		node := func() *jobs.Jobs {
			return open(t, d, func(j *jobs.Jobs) {
				jobs.Handle(j, func(context.Context, tick) error { ran <- struct{}{}; return nil })
				jobs.Every(j, time.Hour, tick{})
			})
		}
		node()
		if !d.SQLite() {
			node()
			node()
		}
		wait(t, ran)
		select {
		case <-ran:
			t.Error("it ran twice")
		case <-time.After(1500 * time.Millisecond):
		}
	})
}

func TestStopLetsARunningJobFinish(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		began, finish := make(chan struct{}), make(chan struct{})
		var finished atomic.Bool
		j := jobs.New(d, slog.New(slog.DiscardHandler))
		jobs.Handle(j, func(context.Context, greet) error {
			close(began)
			<-finish
			finished.Store(true)
			return nil
		})
		if err := errors.Join(j.Open(1), j.Start(context.WithoutCancel(t.Context()))); err != nil {
			t.Fatal(err)
		}
		add(t, d, j, greet{"x"}, nil)
		wait(t, began)
		time.AfterFunc(100*time.Millisecond, func() { close(finish) })
		if err := j.Stop(t.Context()); err != nil || !finished.Load() {
			t.Errorf("stopped with %v, job finished: %v", err, finished.Load())
		}
	})
}
