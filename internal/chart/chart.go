// Package chart draws small charts as SVG on the server: no script, so they print, work by keyboard and keep the Back button.
//
// The trick: there is no viewBox. Widths are per cent and heights pixels, so bars stretch with the page while text keeps its size. Colours
// come from CSS classes and so follow the brand, the dark scheme and paper. The sentence with the finding and the table of numbers, which
// belong under every chart, are the caller's.
package chart

import (
	"bytes"
	"context"
	"html"
	"io"
	"strconv"
)

// Figure is a drawn chart. It can stand in a templ page as a component.
type Figure struct{ svg []byte }

// Render writes the SVG; it makes a Figure a templ component without importing templ.
func (f Figure) Render(_ context.Context, w io.Writer) error {
	_, err := w.Write(f.svg)
	return err
}

// String is the SVG.
func (f Figure) String() string { return string(f.svg) }

// drawing collects SVG text.
type drawing struct{ bytes.Buffer }

// put writes text as it is; it is for our own markup only.
func (d *drawing) put(parts ...string) {
	for _, p := range parts {
		d.WriteString(p)
	}
}

// open starts a chart: role group where its parts are links, img where it is only looked at.
func (d *drawing) open(id, class, role, title string, height int) {
	d.put(`<svg class="`, class, `" role="`, role, `" aria-labelledby="`, esc(id), `-t" width="100%" height="`, strconv.Itoa(height), `"><title id="`, esc(id), `-t">`, esc(title), `</title>`)
}

func (d *drawing) close() Figure {
	d.put(`</svg>`)
	return Figure{svg: d.Bytes()}
}

// rect draws a bar. Its x and width are hundredths of a per cent, its y and height tenths of a pixel: whole numbers all the way.
func (d *drawing) rect(class string, x, y, width, height int64) {
	d.put(`<rect class="`, class, `" x="`, percent(x), `" y="`, pixels(y), `" width="`, percent(width), `" height="`, pixels(height), `" rx="2"/>`)
}

func esc(s string) string { return html.EscapeString(s) }

// percent writes hundredths of a per cent: 1250 is "12.5%".
func percent(hundredths int64) string { return decimal(hundredths, 100) + "%" }

// pixels writes tenths of a pixel: 125 is "12.5".
func pixels(tenths int64) string { return decimal(tenths, 10) }

func decimal(n, unit int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	whole, rest := n/unit, n%unit
	if rest == 0 {
		return sign + strconv.FormatInt(whole, 10)
	}
	digits := strconv.FormatInt(unit+rest, 10)[1:]
	for digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
	}
	return sign + strconv.FormatInt(whole, 10) + "." + digits
}

// ceiling is the round number at or above the largest value: 1, 2, 2.5 or 5 times a power of ten, and divisible by four, so that the
// grid's labels are whole numbers.
func ceiling(largest int64) int64 {
	if largest <= 4 {
		return 4
	}
	for power := int64(1); ; power *= 10 {
		for _, quarter := range []int64{1, 2, 3, 5} {
			if top := quarter * power * 4; top >= largest {
				return top
			}
		}
		if power > largest {
			return largest // beyond what the loop can reach without overflow
		}
	}
}
