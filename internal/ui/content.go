package ui

import (
	"strconv"

	"github.com/a-h/templ"
)

// Head is the top of a page: its one h1, and what can be done there (the component's children).
type Head struct {
	Title, Lead string
	Crumbs      []Link
	Badge       *Badge
}

// Link is a text that leads somewhere. Without an address it is plain text.
type Link struct{ Text, Href string }

// CardData is a framed part of a page. Its children are the body.
type CardData struct {
	// ID names the card's heading; a card with a title needs one of its own.
	ID, Title string
	// Aside stands at the end of the header, for instance a link or a badge.
	Aside templ.Component
	// Tone brass draws attention to something that waits for the reader.
	Brass bool
	// Flush leaves out the padding, for tables.
	Flush bool
	// Lead stands under the title.
	Lead string
}

// KPIData is one figure with its label; the whole box is a link.
type KPIData struct {
	Icon, Label, Value, Unit, Note, Href string
	// Bad sets the note in the colour of what is overdue; the words must say so too.
	Bad bool
}

// Empty says why there is nothing here and what to do about it.
type Empty struct {
	Icon, Title, Text string
	Action            *Link
}

// Fact is one label and its value in a list of facts.
type Fact struct {
	Label, Value string
	// Content replaces Value where it is more than text.
	Content templ.Component
}

// Tab is one view of several on the same things; tabs are links, so each view has an address.
type Tab struct {
	Text, Href string
	Count      int
	Current    bool
}

// ButtonData is a button that sends its form.
type ButtonData struct {
	Text, Icon, Variant, Name, Value string
	// FormAction sends the form elsewhere than the form itself says.
	FormAction string
	Danger     bool
}

// ChartData is a chart with all that belongs to it: legend, finding in words, and the numbers for those who want them.
type ChartData struct {
	Figure  templ.Component
	Legend  []string
	Finding string
	// TableSummary opens the table of numbers.
	TableSummary string
	Table        TableData
}

func swatchClass(i int) string { return "sw sw" + strconv.Itoa(i+1) }
