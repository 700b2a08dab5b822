package ui

import "github.com/a-h/templ"

// Spot is where a column goes when the table's rows become cards on a phone.
type Spot int

// The spots, top to bottom.
const (
	SpotLine    Spot = iota // a line of its own
	SpotTitle               // first, large: usually the link
	SpotCorner              // beside the title: usually the badge
	SpotLabeled             // a line with the column's name before it
	SpotAmount              // last, to the right
	SpotNone                // left out
)

// Col is one column.
type Col struct {
	Label string
	// Num sets figures to the right; say the unit in the label.
	Num  bool
	Spot Spot
	// Quiet keeps the label for screen readers, over a column of buttons or badges.
	Quiet bool
	// SortHref sorts by this column; Sorted is "ascending" or "descending" where that is the case now.
	SortHref, Sorted string
}

// Cell is one value: text that may lead somewhere, with a second, quieter line; a badge; or any content.
type Cell struct {
	Text, Href, Sub string
	Badge           *Badge
	Content         templ.Component
	// Tabular lines figures up over the rows, for dates and times.
	Tabular bool
	// NoBreak keeps a short value together where a narrow column would break it.
	NoBreak bool
	// Lang is set where the text is in another language than the page.
	Lang string
}

// TableData is a table; the first cell of each row names the row.
type TableData struct {
	L L
	// Caption says what the table holds; it is shown only with ShowCaption.
	Caption     string
	ShowCaption bool
	Cols        []Col
	Rows        [][]Cell
}

var spotClasses = [...]string{"sp-line", "sp-title", "sp-corner", "sp-labeled", "sp-amount", "sp-none"}

func (c Col) class() string {
	if c.Num {
		return spotClasses[c.Spot] + " num"
	}
	return spotClasses[c.Spot]
}

func (c Cell) class(col Col) string {
	if c.Tabular {
		return col.class() + " tn"
	}
	return col.class()
}

// labeled says whether the column's name stands beside the value on a phone, where its heading is out of sight.
func (c Col) labeled() bool { return !c.Quiet && (c.Spot == SpotLabeled || c.Spot == SpotAmount) }

// sortIcon points the way the column is sorted.
func (c Col) sortIcon() string {
	if c.Sorted == "descending" {
		return "chevron-down"
	}
	return "chevron-up"
}

// Pages is a place in a long list: where the neighbours are, empty where there are none, and what is in sight.
type Pages struct {
	PreviousHref, NextHref, Summary string
}

// LineData is one line of an order, an offer or an invoice, its amounts already written out.
type LineData struct {
	What, Note, Amount string
}

// SumData is one line under the others.
type SumData struct{ Label, Amount string }

// OrderLinesData is what something costs.
type OrderLinesData struct {
	L       L
	Caption string
	Lines   []LineData
	// Sums come before the total: net, VAT, fees.
	Sums  []SumData
	Total SumData
}
