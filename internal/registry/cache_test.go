package registry_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"skranke/internal/id"
	"skranke/internal/registry"
)

// clock stands still until it is moved.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time { return time.Unix(c.at.Load(), 0) }

func (c *clock) move(d time.Duration) { c.at.Add(int64(d / time.Second)) }

func TestORG1_AnAnswerIsRememberedForItsTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		keep   time.Duration
	}{
		"found":       {reply(200, brief), 24 * time.Hour},
		"unknown":     {reply(404, ``), 10 * time.Minute},
		"deleted":     {reply(410, ``), 10 * time.Minute},
		"unavailable": {reply(503, ``), 0},
	} {
		var clock clock
		r, asked := register(t, clock.now, c.answer)
		first, firstErr := r.Look(t.Context(), "NO", number)
		look := func(after time.Duration, want int64) {
			t.Helper()
			clock.move(after)
			got, err := r.Look(t.Context(), "no", "123 456 785")
			if got != first || fmt.Sprint(err) != fmt.Sprint(firstErr) {
				t.Errorf("%s: first %+v, %v; then %+v, %v", name, first, firstErr, got, err)
			}
			if n := asked.Load(); n != want {
				t.Errorf("%s: the register was asked %d times after %v, want %d", name, n, after, want)
			}
		}
		if c.keep == 0 {
			look(0, 2)
			continue
		}
		look(0, 1)
		look(c.keep-time.Second, 1)
		look(time.Second, 2)
		look(0, 2)
	}
}

func TestORG1_ManyAtOnceAskOnce(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	r, asked := register(t, nil, func(w http.ResponseWriter, _ *http.Request) {
		<-release
		fmt.Fprint(w, brief)
	})
	var wg sync.WaitGroup
	left, leave := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() { // the first to ask does not wait for the answer
		_, err := r.Look(left, "NO", number)
		gone <- err
	}()
	for asked.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	for range 20 {
		wg.Go(func() {
			if c, err := r.Look(t.Context(), "NO", number); err != nil || c.OrgNumber != number {
				t.Errorf("found %+v, %v", c, err)
			}
		})
	}
	leave()
	if err := <-gone; !errors.Is(err, context.Canceled) || !errors.Is(err, registry.ErrUnavailable) {
		t.Errorf("whoever left was told %v", err)
	}
	close(release)
	wg.Wait()
	if n := asked.Load(); n != 1 {
		t.Errorf("the register was asked %d times, want once", n)
	}
}

func TestORG1_OnlySoMuchIsRemembered(t *testing.T) {
	t.Parallel()
	var clock clock
	r, asked := register(t, clock.now, func(w http.ResponseWriter, r *http.Request) {
		n := path.Base(r.URL.Path)
		if n == number {
			fmt.Fprint(w, brief)
			return
		}
		http.NotFound(w, r)
	})
	look := func(n string) {
		t.Helper()
		if _, err := r.Look(t.Context(), "NO", n); err != nil && !errors.Is(err, registry.ErrUnknown) {
			t.Fatal(err)
		}
	}
	numbers := numbers(1200)
	look(number) // stays: wrong numbers push out wrong numbers
	for _, n := range numbers[:999] {
		look(n)
	}
	clock.move(time.Second)
	for _, n := range numbers[999:] {
		look(n)
	}
	before := asked.Load()
	if before != 1201 {
		t.Fatalf("the register was asked %d times for 1201 numbers", before)
	}
	look(number)
	for _, n := range numbers[999:] {
		look(n)
	}
	if n := asked.Load(); n != before {
		t.Errorf("the newest and the found were asked for %d times more", n-before)
	}
	for _, n := range numbers[:999] {
		look(n)
	}
	if n := asked.Load() - before; n < 201 {
		t.Errorf("%d of the older were forgotten, want at least 201: more than 1000 are kept", n)
	}
	clock.move(time.Hour) // all that are unknown end, and make room at once
	before = asked.Load()
	look(numbers[0])
	look(number)
	if n := asked.Load() - before; n != 1 {
		t.Errorf("asked %d times an hour later, want once", n)
	}
}

// numbers are organisation numbers of companies that do not exist.
func numbers(n int) []string {
	var out []string
	for d := 80000000; len(out) < n; d++ {
		s := strconv.Itoa(d)
		if check, ok := id.Mod11Digit(s, []int{3, 2, 7, 6, 5, 4, 3, 2}); ok {
			out = append(out, s+string(check))
		}
	}
	return out
}

func TestORG1_EveryCountryHasItsOwnRegisterOrNone(t *testing.T) {
	t.Parallel()
	norway, _ := register(t, nil, reply(200, brief))
	r := registry.ByCountry{"NO": norway, "DK": nil}
	if c, err := r.Look(t.Context(), "no", number); err != nil || c.OrgNumber != number {
		t.Errorf("in Norway: %+v, %v", c, err)
	}
	for _, country := range []string{"SE", "DK", "FI", "", "nope"} {
		for _, r := range []registry.Register{r, registry.None} {
			if c, err := r.Look(t.Context(), country, "1234567897"); !errors.Is(err, registry.ErrNone) || !errors.Is(err, registry.ErrUnavailable) || c != (registry.Company{}) {
				t.Errorf("%q: %+v, %v; want no register", country, c, err)
			}
		}
	}
}
