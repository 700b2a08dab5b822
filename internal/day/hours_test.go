package day_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"skranke/internal/day"
)

func office(t testing.TB) day.Hours {
	t.Helper()
	return day.Hours{Days: calendar(t, "NO"), Loc: zone(t, "Europe/Oslo"), Open: 8 * 60, Close: 16 * 60}
}

func at(t testing.TB, h day.Hours, s string) time.Time {
	t.Helper()
	got, err := time.ParseInLocation("2006-01-02 15:04", s, h.Loc)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestOutsideHoursTheNextOpeningIsNamed(t *testing.T) {
	h := office(t)
	for _, c := range []struct{ now, want string }{
		{"2026-11-20 10:00", "2026-11-20 10:00"}, // open: now
		{"2026-11-20 08:00", "2026-11-20 08:00"},
		{"2026-11-20 07:59", "2026-11-20 08:00"},
		{"2026-11-20 16:00", "2026-11-23 08:00"}, // Friday, closing time
		{"2026-11-22 12:00", "2026-11-23 08:00"},
		{"2026-04-01 17:00", "2026-04-07 08:00"}, // over Easter
		{"2026-05-13 18:00", "2026-05-15 08:00"}, // Kristi himmelfartsdag
		{"2026-03-27 16:30", "2026-03-30 08:00"}, // over the change to summer time
	} {
		now := at(t, h, c.now)
		if got := h.NextOpen(now); !got.Equal(at(t, h, c.want)) {
			t.Errorf("at %s it opens %v, want %s", c.now, got, c.want)
		}
		if got := h.IsOpen(now); got != (c.now == c.want) {
			t.Errorf("at %s it is open: %v", c.now, got)
		}
	}
}

func TestWorkIsDoneInOpenHoursOnly(t *testing.T) {
	h := office(t)
	round := day.Hours{Days: h.Days, Loc: h.Loc, Open: 0, Close: 24 * 60}
	for _, c := range []struct {
		h     day.Hours
		from  string
		hours int
		want  string
	}{
		{h, "2026-11-20 15:00", 4, "2026-11-23 11:00"},
		{h, "2026-11-20 15:00", 1, "2026-11-20 16:00"}, // ends with the day
		{h, "2026-11-20 15:00", 9, "2026-11-23 16:00"},
		{h, "2026-11-21 03:00", 0, "2026-11-23 08:00"},
		{h, "2026-11-20 06:00", 8, "2026-11-20 16:00"},
		{h, "2026-03-27 15:00", 2, "2026-03-30 09:00"}, // the clocks change between
		{h, "2026-10-23 15:00", 2, "2026-10-26 09:00"},
		{round, "2026-11-20 15:00", 24, "2026-11-23 15:00"}, // an answer within 24 hours, weekends apart
		{round, "2026-03-27 15:00", 24, "2026-03-30 15:00"},
		{round, "2026-04-01 15:00", 24, "2026-04-07 15:00"},
	} {
		from, want := at(t, c.h, c.from), at(t, c.h, c.want)
		got := c.h.AddOpen(from, time.Duration(c.hours)*time.Hour)
		if !got.Equal(want) {
			t.Errorf("%d open hours from %s end %v, want %s", c.hours, c.from, got, c.want)
		}
		if open := c.h.OpenBetween(from, got); open != time.Duration(c.hours)*time.Hour {
			t.Errorf("from %s to %v are %v open, want %d hours", c.from, got, open, c.hours)
		}
	}
}

func TestHoursThatCannotBeAreNeverOpen(t *testing.T) {
	good := office(t)
	now := at(t, good, "2026-11-20 10:00")
	for name, h := range map[string]day.Hours{
		"nothing":              {},
		"no calendar":          {Loc: good.Loc, Open: 0, Close: 60},
		"no place":             {Days: good.Days, Open: 0, Close: 60},
		"closing at opening":   {Days: good.Days, Loc: good.Loc, Open: 600, Close: 600},
		"closing before":       {Days: good.Days, Loc: good.Loc, Open: 1320, Close: 360},
		"after midnight":       {Days: good.Days, Loc: good.Loc, Open: 600, Close: 1441},
		"before the day began": {Days: good.Days, Loc: good.Loc, Open: -1, Close: 600},
	} {
		if h.Valid() || h.IsOpen(now) || !h.NextOpen(now).IsZero() || !h.AddOpen(now, time.Hour).IsZero() || h.OpenBetween(now, now.Add(time.Hour)) != 0 {
			t.Errorf("%s: is open at some time", name)
		}
	}
}

func TestPausingTheClockAddsUp(t *testing.T) {
	h := office(t)
	start := at(t, h, "2026-01-01 00:00")
	rapid.Check(t, func(t *rapid.T) {
		from := start.Add(time.Duration(rapid.IntRange(0, 400*24*60).Draw(t, "minute")) * time.Minute)
		first := time.Duration(rapid.IntRange(0, 5000).Draw(t, "first")) * time.Minute
		second := time.Duration(rapid.IntRange(0, 5000).Draw(t, "second")) * time.Minute
		once, twice := h.AddOpen(from, first+second), h.AddOpen(h.AddOpen(from, first), second)
		if second > 0 && !once.Equal(twice) {
			t.Fatalf("from %v: %v at once ends %v, in two parts %v", from, first+second, once, twice)
		}
		if got := h.OpenBetween(from, once); got != first+second {
			t.Fatalf("from %v to %v are %v open, want %v", from, once, got, first+second)
		}
	})
}
