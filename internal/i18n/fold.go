package i18n

import (
	"strings"
	"unicode"
)

// Fold brings a text to the form in which it is searched, in all languages alike: people leave out marks, use the
// neighbour's letters or write two letters for one, and still want to find the street.
//
//   - capitals become small, runs of white space one space, spaces at the ends go;
//   - å ä æ are a, and so are aa and ae; ö ø are o, and so is oe: Ålesund = Aalesund = Alesund, Björk = Bjørk = Bjoerk;
//   - other letters lose their marks: é is e, ü is u, š is s, ð is d; þ is th and ß is ss.
//
// So "Michael" is found as "Michal" too, which does no harm: the stored text and the question are folded alike. Folding
// twice changes nothing.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	var last rune
	put := func(r rune) {
		switch {
		case last == 'a' && (r == 'a' || r == 'e'), last == 'o' && r == 'e':
			return // the second letter of aa, ae or oe
		case r == ' ' && (last == ' ' || last == 0):
			return
		}
		b.WriteRune(r)
		last = r
	}
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			put(r)
		case unicode.IsSpace(r):
			put(' ')
		case unicode.Is(unicode.Mn, r), r == '\u00ad', r == '\u200b', r == '\ufeff':
			// marks written apart from their letter, and signs nobody sees
		default:
			r = unicode.ToLower(r)
			if two, ok := folds[r]; ok {
				for _, f := range two {
					put(f)
				}
				continue
			}
			put(r)
		}
	}
	return strings.TrimSuffix(b.String(), " ")
}

// folds maps small letters to the plain letters they are searched as.
var folds = foldTable()

func foldTable() map[rune]string {
	m := map[rune]string{}
	for plain, letters := range map[string]string{
		"a": "åäæàáâãāăąǽ", "c": "çćĉċč", "d": "ďđð", "e": "èéêëēĕėęě", "g": "ĝğġģǥǧ", "h": "ĥħ",
		"i": "ìíîïĩīĭįı", "j": "ĵ", "k": "ķǩ", "l": "ĺļľŀł", "n": "ñńņňŋ", "o": "öøòóôõōŏőœǿ", "r": "ŕŗř",
		"s": "śŝşšș", "t": "ţťŧț", "u": "ùúûüũūŭůűų", "w": "ŵ", "y": "ýÿŷ", "z": "źżžʒǯ", "th": "þ", "ss": "ß",
	} {
		for _, r := range letters {
			m[r] = plain
		}
	}
	return m
}
