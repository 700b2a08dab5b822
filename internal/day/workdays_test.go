package day_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"skranke/internal/day"
)

func calendar(t testing.TB, country string) *day.Workdays {
	t.Helper()
	w, err := day.Calendar(country)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// free lists the days from Monday to Friday that are not worked in a year, as MMDD.
func free(w *day.Workdays, year int) string {
	var out []string
	for at := day.New(year, 1, 1); at.Year() == year; at = at.AddDays(1) {
		if wd := at.Weekday(); wd > 0 && wd < 6 && !w.IsWorkday(at) {
			out = append(out, fmt.Sprintf("%02d%02d", at.Month(), at.Day()))
		}
	}
	return strings.Join(out, " ")
}

// The lists are from the countries' own almanacs; days on a Saturday or Sunday are left out.
func TestTheFreeWeekdaysAreThoseOfTheAlmanac(t *testing.T) {
	for _, c := range []struct {
		country string
		year    int
		want    string
	}{
		{"NO", 2024, "0101 0328 0329 0401 0501 0509 0517 0520 1225 1226"},
		{"NO", 2025, "0101 0417 0418 0421 0501 0529 0609 1225 1226"},
		{"NO", 2026, "0101 0402 0403 0406 0501 0514 0525 1225"},
		{"NO", 2027, "0101 0325 0326 0329 0506 0517"},
		{"NO", 2028, "0413 0414 0417 0501 0517 0525 0605 1225 1226"},
		{"SE", 2024, "0101 0329 0401 0501 0509 0606 0621 1224 1225 1226 1231"},
		{"SE", 2025, "0101 0106 0418 0421 0501 0529 0606 0620 1224 1225 1226 1231"},
		{"SE", 2026, "0101 0106 0403 0406 0501 0514 0619 1224 1225 1231"},
		{"SE", 2027, "0101 0106 0326 0329 0506 0625 1224 1231"},
		{"SE", 2028, "0106 0414 0417 0501 0525 0606 0623 1225 1226"},
		{"DK", 2023, "0406 0407 0410 0505 0518 0529 0605 1225 1226"}, // the last store bededag: 5 May
		{"DK", 2024, "0101 0328 0329 0401 0509 0520 0605 1225 1226"},
		{"DK", 2025, "0101 0417 0418 0421 0529 0605 0609 1225 1226"},
		{"DK", 2026, "0101 0402 0403 0406 0514 0525 0605 1225"},
		{"DK", 2027, "0101 0325 0326 0329 0506 0517"},
		{"DK", 2028, "0413 0414 0417 0525 0605 1225 1226"},
		{"FI", 2026, "0101 0106 0403 0406 0501 0514 0619 1224 1225"},
	} {
		if got := free(calendar(t, c.country), c.year); got != c.want {
			t.Errorf("%s %d: free are\n%s, want\n%s", c.country, c.year, got, c.want)
		}
	}
}

func TestHolidaysHaveTheNamesOfTheirCountry(t *testing.T) {
	for _, c := range []struct{ country, at, want string }{
		{"NO", "2026-05-17", "Grunnlovsdagen"},
		{"NO", "2027-05-17", "Grunnlovsdagen"}, // Whit Monday as well
		{"NO", "2026-05-14", "Kristi himmelfartsdag"},
		{"NO", "2026-04-05", "Første påskedag"},
		{"NO", "2026-12-24", ""}, // a working day, though a short one
		{"NO", "2026-12-31", ""},
		{"SE", "2026-06-20", "Midsommardagen"},
		{"SE", "2026-06-19", ""}, // free, but no public holiday
		{"SE", "2026-10-31", "Alla helgons dag"},
		{"SE", "2026-12-31", ""},
		{"SE", "2026-05-24", "Pingstdagen"},
		{"DK", "2026-06-05", "Grundlovsdag"},
		{"DK", "2023-05-05", "Store bededag"},
		{"DK", "2024-04-26", ""},
		{"DK", "2026-05-01", ""},
		{"FI", "2026-12-06", "Itsenäisyyspäivä"},
		{"FI", "2026-06-20", "Juhannuspäivä"},
	} {
		got, ok := calendar(t, c.country).IsHoliday(d(t, c.at))
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%s %s is %q, %v; want %q", c.country, c.at, got, ok, c.want)
		}
	}
}

func TestWorkingDaysAreCounted(t *testing.T) {
	for _, c := range []struct {
		country, from string
		n             int
		want          string
	}{
		{"NO", "2026-11-20", 1, "2026-11-23"},
		{"NO", "2026-11-21", 0, "2026-11-23"},
		{"NO", "2026-11-20", 0, "2026-11-20"},
		{"NO", "2026-04-01", 1, "2026-04-07"}, // over Easter
		{"NO", "2026-04-07", -1, "2026-04-01"},
		{"NO", "2026-12-24", 1, "2026-12-28"},
		{"NO", "2026-11-22", 5, "2026-11-27"},
		{"SE", "2026-06-18", 1, "2026-06-22"}, // over midsummer
		{"SE", "2026-12-23", 1, "2026-12-28"},
		{"DK", "2026-06-04", 1, "2026-06-08"},
		{"DK", "2025-12-31", 1, "2026-01-02"},
	} {
		if got := calendar(t, c.country).AddWorkdays(d(t, c.from), c.n); got != d(t, c.want) {
			t.Errorf("%s: %s and %d working days = %v, want %s", c.country, c.from, c.n, got, c.want)
		}
	}
}

func TestAnUnknownCountryIsRefused(t *testing.T) {
	for _, country := range []string{"", "DE", "Norge"} {
		if w, err := day.Calendar(country); err == nil {
			t.Errorf("%q has the calendar of %s", country, w.Country())
		}
	}
	if w := calendar(t, "no"); w.Country() != "NO" {
		t.Errorf("no is %s", w.Country())
	}
}

func TestCountingWorkingDaysForthAndBackMeets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, err := day.Calendar(rapid.SampledFrom([]string{"NO", "SE", "DK", "FI"}).Draw(t, "country"))
		if err != nil {
			t.Fatal(err)
		}
		from := w.NextWorkday(day.New(2024, 1, 1).AddDays(rapid.IntRange(0, 1800).Draw(t, "day")))
		n := rapid.IntRange(1, 60).Draw(t, "n")
		to := w.AddWorkdays(from, n)
		if !w.IsWorkday(to) || w.AddWorkdays(to, -n) != from {
			t.Fatalf("%v and %d working days = %v, and back %v", from, n, to, w.AddWorkdays(to, -n))
		}
		worked := 0
		for at := from.AddDays(1); !at.After(to); at = at.AddDays(1) {
			if w.IsWorkday(at) {
				worked++
			}
		}
		if worked != n {
			t.Fatalf("from %v to %v are %d working days, want %d", from, to, worked, n)
		}
	})
}

func TestOneCalendarServesManyAtOnce(t *testing.T) {
	var wg sync.WaitGroup
	got := make([]string, 8)
	for i := range got {
		wg.Go(func() { got[i] = free(calendar(t, "SE"), 2031) })
	}
	wg.Wait()
	if len(slices.Compact(got)) != 1 || got[0] == "" {
		t.Errorf("eight readers saw %q", got)
	}
}
