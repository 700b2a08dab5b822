package chart

import "strconv"

// Row is one bar of a horizontal chart.
type Row struct {
	Label, Href string
	Value       int64
	// Text is the value as the reader writes it.
	Text string
}

// Rows is a chart of horizontal bars, for things with long names.
type Rows struct {
	ID, Title string
	Rows      []Row
}

// rowHeight holds a line of text and the bar under it, in pixels.
const rowHeight = 44

// Draw makes the chart. Rows with an address are links.
func (r Rows) Draw() Figure {
	var d drawing
	d.open(r.ID, "chart chart-rows", "group", r.Title, len(r.Rows)*rowHeight)
	var largest int64 = 1
	for _, row := range r.Rows {
		largest = max(largest, row.Value)
	}
	for i, row := range r.Rows {
		top := int64(i * rowHeight)
		if row.Href != "" {
			d.put(`<a href="`, esc(row.Href), `">`)
		} else {
			d.put(`<g>`)
		}
		d.put(`<rect class="hit" x="0" y="`, pixels(top*10), `" width="100%" height="`, strconv.Itoa(rowHeight), `" rx="6"/>`)
		d.put(`<text class="name" x="0" y="`, pixels(top*10+170), `">`, esc(row.Label), `</text> `)
		d.put(`<text class="value" x="100%" y="`, pixels(top*10+170), `" text-anchor="end">`, esc(row.Text), `</text>`)
		d.put(`<rect class="track" x="0" y="`, pixels(top*10+250), `" width="100%" height="8" rx="4"/>`)
		d.put(`<rect class="b1" x="0" y="`, pixels(top*10+250), `" width="`, percent(row.Value*10000/largest), `" height="8" rx="4"/>`)
		if row.Href != "" {
			d.put(`</a>`)
		} else {
			d.put(`</g>`)
		}
	}
	return d.close()
}

// Spark is a line the size of a word: how something has gone, without figures. Title says it in words.
type Spark struct {
	ID, Title string
	Values    []int64
}

// The spark line's own units: it has a viewBox of these, stretched to the room there is.
const (
	sparkWidth  = 1000
	sparkHeight = 280
	sparkEdge   = 30
)

// Draw makes the line.
func (s Spark) Draw() Figure {
	var d drawing
	d.open(s.ID, "spark", "img", s.Title, sparkHeight/10)
	if len(s.Values) > 1 {
		low, high := s.Values[0], s.Values[0]
		for _, v := range s.Values {
			low, high = min(low, v), max(high, v)
		}
		span := max(high-low, 1)
		path := "M"
		for i, v := range s.Values {
			if i > 0 {
				path += " L"
			}
			x := int64(sparkWidth * i / (len(s.Values) - 1))
			y := sparkHeight - sparkEdge - (sparkHeight-2*sparkEdge)*(v-low)/span
			path += strconv.FormatInt(x, 10) + " " + strconv.FormatInt(y, 10)
		}
		d.put(`<svg viewBox="0 0 1000 280" preserveAspectRatio="none" aria-hidden="true"><path class="spark-line" d="`, path, `" vector-effect="non-scaling-stroke"/></svg>`)
	}
	return d.close()
}
