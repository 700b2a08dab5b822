package i18n

import (
	"maps"
	"slices"
)

// codeText is a text with a key of its own, as the generated files list it.
type codeText struct {
	code  string
	texts [4]string
}

// codes is filled by the generated files when the program starts, and only read afterwards.
var codes = map[string][4]string{}

func addCodes(list []codeText) {
	for _, c := range list {
		codes[c.code] = c.texts
	}
}

// Code is the text of a fault code, a state or an event's name. A code without a text is shown as it is: the reader can
// at least quote it, and a test over the codes in use keeps it from happening.
func (l L) Code(code string) string {
	if t, ok := codes[code]; ok {
		return t[l.known()]
	}
	return code
}

// HasCode says whether the code has a text.
func HasCode(code string) bool {
	_, ok := codes[code]
	return ok
}

// Codes lists every code that has a text, sorted.
func Codes() []string { return slices.Sorted(maps.Keys(codes)) }
