// Package day knows calendar days, working days and opening hours of Norway, Sweden, Denmark and Finland.
//
// A deadline of the product is a day on somebody's calendar, not an instant: it starts and ends with the local clock,
// which twice a year makes a day of 23 or 25 hours. Everything here counts days on the calendar and asks the clock last.
package day

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"time"
)

// Date is a day on the calendar, without a time and without a time zone. The zero value is no day.
type Date struct {
	year  int16
	month uint8
	day   uint8
}

// layout is the only written form: in addresses, JSON and the database.
const layout = time.DateOnly

// New is the given day; days past the end of a month run into the next one, as in time.Date.
func New(year int, month time.Month, dayOfMonth int) Date {
	return fromTime(time.Date(year, month, dayOfMonth, 0, 0, 0, 0, time.UTC))
}

// Of is the day on which t falls on the clocks of loc.
func Of(t time.Time, loc *time.Location) Date { return fromTime(t.In(loc)) }

func fromTime(t time.Time) Date {
	y, m, d := t.Date()
	return Date{year: int16(y), month: uint8(m), day: uint8(d)} //nolint:gosec // years of a business calendar
}

// Parse reads YYYY-MM-DD and refuses days that do not exist.
func Parse(s string) (Date, error) {
	t, err := time.Parse(layout, s)
	if err != nil {
		return Date{}, fmt.Errorf("read day %q: want YYYY-MM-DD: %w", s, err)
	}
	return fromTime(t), nil
}

// IsZero says that there is no day.
func (d Date) IsZero() bool { return d == Date{} }

// Year is the year.
func (d Date) Year() int { return int(d.year) }

// Month is the month of the year.
func (d Date) Month() time.Month { return time.Month(d.month) }

// Day is the day of the month.
func (d Date) Day() int { return int(d.day) }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// String is YYYY-MM-DD, or nothing for no day.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.utc().Format(layout)
}

func (d Date) utc() time.Time {
	return time.Date(int(d.year), time.Month(d.month), int(d.day), 0, 0, 0, 0, time.UTC)
}

// AddDays is the day n days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date { return New(d.Year(), d.Month(), d.Day()+n) }

// AddMonths is the same day n months later, or the last day of that month when it is shorter. Always count from the
// first day of a series: 31 January + 1 is 28 February, and + 2 is 31 March, not the 28th.
func (d Date) AddMonths(n int) Date {
	first := New(d.Year(), d.Month()+time.Month(n), 1)
	return New(first.Year(), first.Month(), min(d.Day(), daysIn(first)))
}

func daysIn(first Date) int { return New(first.Year(), first.Month()+1, 0).Day() }

// Sub is the number of days from o to d.
func (d Date) Sub(o Date) int { return int(d.utc().Sub(o.utc()) / (24 * time.Hour)) }

// Compare is -1 when d is earlier than o, 0 when they are the same, +1 when it is later.
func (d Date) Compare(o Date) int {
	return cmp.Or(cmp.Compare(d.year, o.year), cmp.Compare(d.month, o.month), cmp.Compare(d.day, o.day))
}

// Before says that d is earlier than o.
func (d Date) Before(o Date) bool { return d.Compare(o) < 0 }

// After says that d is later than o.
func (d Date) After(o Date) bool { return d.Compare(o) > 0 }

// In is the instant at which the day starts on the clocks of loc.
func (d Date) In(loc *time.Location) time.Time { return d.At(loc, 0) }

// At is the instant at which the clocks of loc show the given minute of the day; 24 × 60 is the start of the next day.
// A minute that spring skips is the instant of the jump, and of one that autumn repeats it is the first: so nothing
// planned for that minute is left out or done twice.
func (d Date) At(loc *time.Location, minute int) time.Time {
	t := time.Date(d.Year(), d.Month(), d.Day(), 0, minute, 0, 0, loc)
	start, end := t.ZoneBounds()
	want := time.Date(d.Year(), d.Month(), d.Day(), 0, minute, 0, 0, time.UTC)
	switch gap := wall(t).Sub(want); {
	case gap > 0: // time.Date went past the jump
		return start
	case gap < 0: // time.Date stayed before it
		return end
	}
	if start.IsZero() {
		return t
	}
	_, before := start.Add(-time.Nanosecond).Zone()
	_, now := t.Zone()
	if first := t.Add(-time.Duration(before-now) * time.Second); before > now && first.Before(start) {
		return first
	}
	return t
}

// wall is what the clock shows at t, as if it were UTC, so that two readings can be compared.
func wall(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// MarshalText writes YYYY-MM-DD, also as a JSON string and key.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads YYYY-MM-DD; nothing is no day.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	p, err := Parse(string(b))
	if err != nil {
		return err
	}
	*d = p
	return nil
}

// Value stores the day as text, which SQLite keeps and PostgreSQL takes for a DATE; no day is NULL.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads the text of SQLite and the midnight of a PostgreSQL DATE.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
		return nil
	case time.Time:
		*d = fromTime(v) // the driver gives midnight UTC; the day must not move with a time zone
		return nil
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	}
	return fmt.Errorf("read day: cannot use %T", src)
}
