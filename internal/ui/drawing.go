package ui

import "fmt"

// Place is where a number is stamped on a fob or a key.
type Place int

// The places.
const (
	NoPlace Place = iota
	SystemNumberPlace
	ZoneNumberPlace
	KeyMarkPlace
)

// DrawingData is one of our drawings with numbers of its own.
type DrawingData struct {
	L       L
	Picture Picture
	// System and Second are what is stamped: the system number, and the zone number of a fob or the key mark of a key. Empty shows an
	// invented example.
	System, Second string
	// Callouts names the places beside the drawing; Highlight picks out one of them.
	Callouts  bool
	Highlight Place
	// Decorative leaves the text alternative out, where the words beside the drawing say the same.
	Decorative bool
}

// Longer numbers are set smaller, and cut where they would run over the edge.
const (
	stampRoom = 6
	stampMost = 10
)

func stamped(text, example string) string {
	if text == "" {
		return example
	}
	if r := []rune(text); len(r) > stampMost {
		return string(r[:stampMost-1]) + "…"
	}
	return text
}

// stamp is one number on a drawing: y is the foot of its letters, width that of the plate around it.
type stamp struct {
	place    Place
	text     string
	y, width int
	small    bool
}

func (d DrawingData) stamps() []stamp {
	if d.Picture == KeyPicture {
		return []stamp{
			{SystemNumberPlace, stamped(d.System, "4127"), 95, 96, false},
			{KeyMarkPlace, stamped(d.Second, "A 12"), 128, 82, true},
		}
	}
	return []stamp{
		{SystemNumberPlace, stamped(d.System, "4127"), 155, 98, false},
		{ZoneNumberPlace, stamped(d.Second, "07"), 189, 76, true},
	}
}

func (d DrawingData) stampsClass() string {
	if d.Picture == KeyPicture {
		return "d-on-key"
	}
	return "d-on-fob"
}

// stampClass sets the second number, and long ones, in smaller type.
func stampClass(text string, small bool) string {
	switch {
	case len([]rune(text)) > stampRoom:
		return "d-stamp d-long"
	case small:
		return "d-stamp d-second"
	}
	return "d-stamp"
}

func (d DrawingData) text() string {
	if d.Picture == KeyPicture {
		return d.L.UIKeyDrawing()
	}
	return d.L.UIFobDrawing()
}

func (d DrawingData) viewBox() string {
	switch {
	case d.Picture == KeyPicture && d.Callouts:
		return "72 4 346 264"
	case d.Picture == KeyPicture:
		return "72 4 156 264"
	case d.Callouts:
		return "72 4 346 240"
	}
	return "72 4 156 240"
}

// callout is a line from a stamped number to its name beside the drawing: from, a bend, and out to the marker.
type callout struct {
	place              Place
	number             int
	label              string
	fromX, fromY, bend int
	toY                int
}

// markerX is where every callout's line ends.
const markerX = 262

func (c callout) path() string {
	return fmt.Sprintf("M%d %d L%d %d H%d", c.fromX, c.fromY, c.bend, c.toY, markerX)
}

// callouts start at the edge of the plate they name.
func (d DrawingData) callouts() []callout {
	if d.Picture == KeyPicture {
		return []callout{
			{SystemNumberPlace, 1, d.L.UISystemNumber(), 198, 88, 222, 70},
			{KeyMarkPlace, 2, d.L.UIKeyMark(), 191, 120, 222, 138},
		}
	}
	return []callout{
		{SystemNumberPlace, 1, d.L.UISystemNumber(), 199, 148, 228, 118},
		{ZoneNumberPlace, 2, d.L.UIZoneNumber(), 188, 182, 228, 204},
	}
}

// The outlines, drawn twice: once as shade and once as the thing itself.
const (
	fobBody = "M118 62 A32 32 0 0 1 182 62 C182 90 208 101 219.6 132.8 A74 74 0 1 1 80.4 132.8 C92 101 118 90 118 62Z" +
		" M137 62 a13 13 0 1 0 26 0 a13 13 0 1 0 -26 0Z"
	keyBow = "M132 22 H168 C194 22 211 39 211 65 V98 C211 123 196 140 173 142 H127 C104 140 89 123 89 98 V65 C89 39 106 22 132 22Z" +
		" M137 47 a13 13 0 1 0 26 0 a13 13 0 1 0 -26 0Z"
	keyBlade = "M132 134 H168 V161 L160 168 V175 L168 182 V190 L156 200 V205 L168 214 V222 L161 228 V233 L168 239 V247 L157 260 H143 L132 250Z"
)
