package id

import (
	"strings"
	"unicode"
)

// Initials is what stands in the round mark of a person: the first letter of the first and of the last name.
func Initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '\'' && r != '’' && r != '-'
	})
	switch len(words) {
	case 0:
		return ""
	case 1:
		return initial(words[0])
	}
	return initial(words[0]) + initial(words[len(words)-1])
}

// initial is the first letter in capitals, with the marks that belong to it.
func initial(word string) string {
	var b strings.Builder
	for _, r := range word {
		switch {
		case unicode.IsLetter(r):
			if b.Len() > 0 {
				return b.String()
			}
			b.WriteRune(unicode.ToUpper(r))
		case unicode.IsMark(r) && b.Len() > 0:
			b.WriteRune(r)
		case b.Len() > 0:
			return b.String()
		}
	}
	return b.String()
}
