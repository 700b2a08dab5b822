package day

import "time"

// Hours are opening hours: the same on every working day of a calendar, by the clocks of one place. It is open from the
// minute Open until before the minute Close; 0 and 1440 are day and night.
type Hours struct {
	Days  *Workdays
	Loc   *time.Location
	Open  int // minutes after midnight
	Close int
}

// Valid says whether the hours can ever be open. Night shifts over midnight are not opening hours.
func (h Hours) Valid() bool {
	return h.Days != nil && h.Loc != nil && h.Open >= 0 && h.Open < h.Close && h.Close <= 24*60
}

// span is the opening of one day, from and until.
func (h Hours) span(d Date) (from, until time.Time) { return d.At(h.Loc, h.Open), d.At(h.Loc, h.Close) }

// IsOpen says whether it is open at t.
func (h Hours) IsOpen(t time.Time) bool {
	return h.Valid() && h.NextOpen(t).Equal(t)
}

// NextOpen is t itself while it is open, else the next instant at which it opens. Hours that are not Valid never open:
// the zero time.
func (h Hours) NextOpen(t time.Time) time.Time {
	if !h.Valid() {
		return time.Time{}
	}
	for d := Of(t, h.Loc); ; d = d.AddDays(1) {
		from, until := h.span(d)
		if !h.Days.IsWorkday(d) || !t.Before(until) {
			continue
		}
		if t.Before(from) {
			return from
		}
		return t
	}
}

// AddOpen is the instant at which work lasting dur is done when it is only worked while open: with 08 to 16, four hours
// from Friday at 15 end on Monday at 11. Work that ends exactly at closing time ends then, not at the next opening.
func (h Hours) AddOpen(t time.Time, dur time.Duration) time.Time {
	t = h.NextOpen(t)
	for !t.IsZero() && dur > 0 {
		_, until := h.span(Of(t, h.Loc))
		left := until.Sub(t)
		if dur <= left {
			return t.Add(dur)
		}
		dur -= left
		t = h.NextOpen(until)
	}
	return t
}

// OpenBetween is how long it is open between two instants, 0 when the second is not after the first.
func (h Hours) OpenBetween(from, to time.Time) time.Duration {
	var sum time.Duration
	for t := h.NextOpen(from); !t.IsZero() && t.Before(to); {
		_, until := h.span(Of(t, h.Loc))
		if to.Before(until) {
			return sum + to.Sub(t)
		}
		sum += until.Sub(t)
		t = h.NextOpen(until)
	}
	return sum
}
