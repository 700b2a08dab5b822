package day_test

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"skranke/internal/day"
)

func d(t testing.TB, s string) day.Date {
	t.Helper()
	got, err := day.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestDaysAreReadInOneFormOnly(t *testing.T) {
	got := d(t, "2026-11-20")
	if got.Year() != 2026 || got.Month() != time.November || got.Day() != 20 || got.Weekday() != time.Friday || got.String() != "2026-11-20" {
		t.Errorf("2026-11-20 is read as %v, %v", got, got.Weekday())
	}
	for _, s := range []string{"", "2026-2-3", "20.11.2026", "2026-02-30", "2025-02-29", "2026-13-01", "2026-11-20T00:00:00Z", " 2026-11-20"} {
		if got, err := day.Parse(s); err == nil {
			t.Errorf("%q is read as %v", s, got)
		}
	}
}

func TestADayDependsOnWhoseClock(t *testing.T) {
	at := time.Date(2026, time.November, 20, 23, 30, 0, 0, time.UTC)
	if got := day.Of(at, time.UTC); got != d(t, "2026-11-20") {
		t.Errorf("in UTC it is %v", got)
	}
	if got := day.Of(at, zone(t, "Europe/Oslo")); got != d(t, "2026-11-21") {
		t.Errorf("in Oslo it is %v", got)
	}
	if got := day.Of(at, zone(t, "America/New_York")); got != d(t, "2026-11-20") {
		t.Errorf("in New York it is %v", got)
	}
}

func TestMonthsAreClampedButDoNotDrift(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2026-01-31", 1, "2026-02-28"},
		{"2026-01-31", 2, "2026-03-31"},
		{"2026-01-31", 3, "2026-04-30"},
		{"2028-01-31", 1, "2028-02-29"},
		{"2028-02-29", 12, "2029-02-28"},
		{"2028-02-29", 48, "2032-02-29"},
		{"2026-03-31", -1, "2026-02-28"},
		{"2026-01-15", -1, "2025-12-15"},
		{"2026-11-20", 0, "2026-11-20"},
		{"2026-11-20", 14, "2028-01-20"},
	} {
		if got := d(t, c.from).AddMonths(c.months); got != d(t, c.want) {
			t.Errorf("%s and %d months = %v, want %s", c.from, c.months, got, c.want)
		}
	}
}

func TestDaysAreCountedOnTheCalendar(t *testing.T) {
	a, b := d(t, "2026-03-28"), d(t, "2026-03-30") // the clocks change between them
	if b.Sub(a) != 2 || a.Sub(b) != -2 || a.AddDays(2) != b || b.AddDays(-2) != a {
		t.Errorf("from %v to %v are %d days", a, b, b.Sub(a))
	}
	if !a.Before(b) || a.After(b) || !b.After(a) || a.Compare(b.AddDays(-2)) != 0 || d(t, "2025-12-31").Compare(d(t, "2026-01-01")) != -1 {
		t.Error("days are compared wrongly")
	}
	if day.New(2026, time.February, 29) != d(t, "2026-03-01") {
		t.Error("29 February 2026 does not run into March")
	}
}

func TestCalendarArithmeticHoldsForAllDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := day.New(2000, time.January, 1).AddDays(rapid.IntRange(0, 36_500).Draw(t, "day"))
		n := rapid.IntRange(-10_000, 10_000).Draw(t, "n")
		if to := from.AddDays(n); to.Sub(from) != n || to.AddDays(-n) != from || to.Compare(from) != sign(n) {
			t.Fatalf("%v and %d days = %v", from, n, to)
		}
		if back, err := day.Parse(from.String()); err != nil || back != from {
			t.Fatalf("%v reads back as %v, %v", from, back, err)
		}
		months := rapid.IntRange(-300, 300).Draw(t, "months")
		to := from.AddMonths(months)
		if got := (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month()); got != months || to.Day() > from.Day() {
			t.Fatalf("%v and %d months = %v", from, months, to)
		}
		loc, err := time.LoadLocation("Europe/Oslo")
		if err != nil {
			t.Fatal(err)
		}
		if start := from.In(loc); day.Of(start, loc) != from || day.Of(start.Add(-time.Nanosecond), loc) != from.AddDays(-1) {
			t.Fatalf("%v does not start at %v", from, start)
		}
	})
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

func TestAMinuteThatTheClocksSkipOrRepeatComesOnce(t *testing.T) {
	oslo := zone(t, "Europe/Oslo")
	for _, c := range []struct {
		day    string
		minute int
		want   string
	}{
		{"2026-03-29", 0, "2026-03-28T23:00:00Z"},
		{"2026-03-29", 2*60 - 1, "2026-03-29T00:59:00Z"},
		{"2026-03-29", 2*60 + 30, "2026-03-29T01:00:00Z"}, // 02:30 does not exist: the jump
		{"2026-03-29", 3 * 60, "2026-03-29T01:00:00Z"},
		{"2026-10-25", 2*60 + 30, "2026-10-25T00:30:00Z"}, // 02:30 comes twice: the first
		{"2026-10-25", 2 * 60, "2026-10-25T00:00:00Z"},
		{"2026-10-25", 3 * 60, "2026-10-25T02:00:00Z"},
		{"2026-10-25", 24 * 60, "2026-10-25T23:00:00Z"},
		{"2026-07-01", 8 * 60, "2026-07-01T06:00:00Z"},
	} {
		if got := d(t, c.day).At(oslo, c.minute).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s minute %d = %s, want %s", c.day, c.minute, got, c.want)
		}
	}
	if got := d(t, "2026-03-29").At(time.UTC, 150).Format(time.RFC3339); got != "2026-03-29T02:30:00Z" {
		t.Errorf("in UTC nothing is skipped, but 02:30 is %s", got)
	}
	// Where the clocks jump at midnight the day starts after the jump.
	if got := d(t, "2018-11-04").In(zone(t, "America/Sao_Paulo")).Format(time.RFC3339); got != "2018-11-04T01:00:00-02:00" {
		t.Errorf("4 November 2018 in São Paulo starts at %s", got)
	}
}

func TestTheFiftiethDayIsIncluded(t *testing.T) {
	oslo := zone(t, "Europe/Oslo")
	received := time.Date(2026, time.October, 1, 14, 0, 0, 0, oslo) // summer time; the window ends in winter time
	end := day.Of(received, oslo).AddDays(51).In(oslo)
	if last := time.Date(2026, time.November, 20, 23, 59, 59, 0, oslo); !last.Before(end) {
		t.Errorf("day 50 at 23:59 is outside a window that ends at %v", end)
	}
	if next := time.Date(2026, time.November, 21, 0, 0, 0, 0, oslo); next.Before(end) {
		t.Errorf("day 51 is inside a window that ends at %v", end)
	}
}

func TestDaysPassThroughJSON(t *testing.T) {
	type order struct {
		Wanted day.Date         `json:"wanted"`
		None   day.Date         `json:"none"`
		Left   day.Date         `json:"left,omitzero"`
		By     map[day.Date]int `json:"by"`
	}
	in := order{Wanted: d(t, "2026-11-20"), By: map[day.Date]int{d(t, "2026-12-24"): 2}}
	b, err := json.Marshal(in)
	if want := `{"wanted":"2026-11-20","none":"","by":{"2026-12-24":2}}`; err != nil || string(b) != want {
		t.Fatalf("JSON = %s, %v; want %s", b, err, want)
	}
	var out order
	if err := json.Unmarshal(b, &out); err != nil || out.Wanted != in.Wanted || !out.None.IsZero() || out.By[d(t, "2026-12-24")] != 2 {
		t.Errorf("read back %+v, %v", out, err)
	}
	if err := json.Unmarshal([]byte(`{"wanted":"2026-02-30"}`), &out); err == nil {
		t.Error("30 February is read")
	}
	if err := json.Unmarshal([]byte(`{"wanted":null}`), &out); err != nil {
		t.Errorf("null is refused: %v", err)
	}
}

func TestDaysPassThroughBothDatabases(t *testing.T) {
	want := d(t, "2026-11-20")
	for name, src := range map[string]any{
		"text":                  "2026-11-20",
		"bytes":                 []byte("2026-11-20"),
		"midnight UTC":          time.Date(2026, time.November, 20, 0, 0, 0, 0, time.UTC),
		"midnight of any clock": time.Date(2026, time.November, 20, 0, 0, 0, 0, zone(t, "America/New_York")),
	} {
		var got day.Date
		if err := got.Scan(src); err != nil || got != want {
			t.Errorf("%s is read as %v, %v", name, got, err)
		}
	}
	if v, err := want.Value(); err != nil || v != "2026-11-20" {
		t.Errorf("stored as %v, %v", v, err)
	}
	if v, err := (day.Date{}).Value(); err != nil || v != nil {
		t.Errorf("no day is stored as %v, %v; want NULL", v, err)
	}
	got := want
	if err := got.Scan(nil); err != nil || !got.IsZero() {
		t.Errorf("NULL is read as %v, %v", got, err)
	}
	for _, src := range []any{7, "tomorrow", []byte("x")} {
		if err := got.Scan(src); err == nil {
			t.Errorf("%v is read as a day", src)
		}
	}
}
