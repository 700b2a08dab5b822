package chart

import "strconv"

// Bar is one bar of a stacked chart; the whole column is a link.
type Bar struct {
	// Label stands under the bar, Title is what a screen reader and a resting pointer get.
	Label, Title, Href string
	// Values are stacked from below, in the order of the legend; at most three.
	Values []int64
	// Current marks the bar the page is about.
	Current bool
}

// Stack is a chart of stacked bars.
type Stack struct {
	// ID is unique on the page.
	ID, Title string
	Height    int
	Bars      []Bar
	// Number writes the values at the grid; nil writes plain digits.
	Number func(int64) string
}

// The chart's own measures: hundredths of a per cent across, tenths of a pixel down.
const (
	axisWidth  = 700
	plotWidth  = 10000 - axisWidth
	plotTop    = 100
	labelSpace = 260
	// Where there are many bars, a phone shows every other label.
	manyBars = 8
)

// Draw makes the chart.
func (s Stack) Draw() Figure {
	var d drawing
	d.open(s.ID, "chart", "group", s.Title, s.Height)
	top := ceiling(s.largest())
	bottom := int64(s.Height)*10 - labelSpace
	y := func(v int64) int64 { return bottom - (bottom-plotTop)*v/top }
	s.grid(&d, top, y)
	if len(s.Bars) > 0 {
		step := int64(plotWidth / len(s.Bars))
		for i, b := range s.Bars {
			s.bar(&d, b, i, axisWidth+step*int64(i), step, y)
		}
	}
	return d.close()
}

func (s Stack) largest() int64 {
	var largest int64
	for _, b := range s.Bars {
		var sum int64
		for _, v := range b.Values {
			sum += v
		}
		largest = max(largest, sum)
	}
	return largest
}

func (s Stack) grid(d *drawing, top int64, y func(int64) int64) {
	number := s.Number
	if number == nil {
		number = func(v int64) string { return strconv.FormatInt(v, 10) }
	}
	d.put(`<g aria-hidden="true">`)
	for i := int64(0); i <= 4; i++ {
		v := top * i / 4
		d.put(`<line class="grid" x1="`, percent(axisWidth), `" x2="100%" y1="`, pixels(y(v)), `" y2="`, pixels(y(v)), `"/>`)
		d.put(`<text x="`, percent(axisWidth-100), `" y="`, pixels(y(v)+40), `" text-anchor="end">`, esc(number(v)), `</text>`)
	}
	d.put(`</g>`)
}

// bar is one link: an area to hit as wide as the step, the stacked values, the label. Its title comes first, or browsers ignore it.
func (s Stack) bar(d *drawing, b Bar, i int, x, step int64, y func(int64) int64) {
	d.put(`<a href="`, esc(b.Href), `"`)
	if b.Current {
		d.put(` aria-current="true"`)
	}
	d.put(`><title>`, esc(b.Title), `</title>`)
	d.put(`<rect class="hit" x="`, percent(x), `" y="`, pixels(plotTop-60), `" width="`, percent(step), `" height="`, pixels(int64(s.Height)*10-plotTop+60), `" rx="6"/>`)
	width := step * 56 / 100
	left := x + (step-width)/2
	var below int64
	for part, v := range b.Values {
		if v > 0 {
			foot, gap := y(below), int64(0)
			if below > 0 {
				gap = 10 // a hair of light between the parts, so that they differ by more than colour
			}
			head := y(below + v)
			d.rect("b"+strconv.Itoa(part+1), left, head, width, max(foot-head-gap, 5))
		}
		below += v
	}
	class := ""
	if i%2 == 1 && len(s.Bars) > manyBars {
		class = ` class="alt"`
	}
	d.put(`<text`, class, ` x="`, percent(x+step/2), `" y="`, strconv.Itoa(s.Height-6), `" text-anchor="middle">`, esc(b.Label), `</text></a>`)
}
