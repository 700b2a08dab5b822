package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// row is one line of the report.
type row struct {
	what, ours, floor, ratio, goal string
	ok                             bool
}

type report struct {
	rows  []row
	notes []string
}

func (r *report) add(x row) { r.rows = append(r.rows, x) }

// note explains what the rows above it count.
func (r *report) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

func (r *report) print(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(t, "what\tours\tfloor\tratio\tgoal\t")
	for _, x := range r.rows {
		word := "ok"
		if !x.ok {
			word = "MISSED"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", x.what, x.ours, x.floor, x.ratio, x.goal, word)
	}
	_ = t.Flush()
	fmt.Fprintln(w)
	for _, n := range r.notes {
		fmt.Fprintln(w, n)
	}
}

// share tells how much of the floor's speed is ours; more is better.
func (r *report) share(what, unit string, ours, floor, goal float64) {
	q := ours / floor
	r.add(row{what, fmt.Sprintf("%.0f %s", ours, unit), fmt.Sprintf("%.0f %s", floor, unit), fmt.Sprintf("%.0f %%", 100*q), fmt.Sprintf("≥ %.0f %%", 100*goal), q >= goal})
}

// times tells how many times longer a takes than b; less is better.
func (r *report) times(what string, a, b time.Duration, goal float64) {
	q := float64(a) / float64(b)
	r.add(row{what, short(a), short(b), fmt.Sprintf("%.2f ×", q), fmt.Sprintf("≤ %.1f ×", goal), q <= goal})
}

// most tells a figure that has a bound of its own and no floor.
func (r *report) most(what, unit string, ours, bound float64) {
	r.add(row{what, fmt.Sprintf("%.0f %s", ours, unit), "", "", fmt.Sprintf("≤ %.0f %s", bound, unit), ours <= bound})
}

func short(d time.Duration) string {
	if d < 10*time.Millisecond {
		return fmt.Sprintf("%.2f ms", d.Seconds()*1000)
	}
	return fmt.Sprintf("%.0f ms", d.Seconds()*1000)
}

func median[T ~int64 | ~float64](xs []T) T {
	s := slices.Clone(xs)
	slices.Sort(s)
	return s[len(s)/2]
}

// percentile takes p from 0 to 100 of sorted times.
func percentile(sorted []time.Duration, p int) time.Duration {
	return sorted[min(len(sorted)-1, len(sorted)*p/100)]
}
