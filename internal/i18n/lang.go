// Package i18n holds every word a reader meets, in Norwegian, Swedish, Danish and English, and writes numbers, money,
// days and times as that reader does.
//
// Texts are methods generated from texts/*.json (go run ./internal/i18n/i18ngen), so that a missing or misspelt one stops
// the build. Texts that are chosen at run time – fault codes, states, names of events – are found by Code.
package i18n

import (
	"strconv"
	"strings"
)

// L is a language. The zero value is Norwegian bokmål, the language texts are written in first.
type L uint8

// The languages of the product.
const (
	NB L = iota
	SV
	DA
	EN
)

var (
	tags  = [...]string{"nb", "sv", "da", "en"}
	names = [...]string{"Norsk bokmål", "Svenska", "Dansk", "English"}
)

// All lists the languages in the order of a menu.
func All() []L { return []L{NB, SV, DA, EN} }

// known keeps a number that is no language from ending the program: it becomes NB.
func (l L) known() L {
	if int(l) < len(tags) {
		return l
	}
	return NB
}

// Tag is the language as in the lang attribute: nb, sv, da or en.
func (l L) Tag() string { return tags[l.known()] }

// String is the tag.
func (l L) String() string { return l.Tag() }

// Name is the language's name in itself.
func (l L) Name() string { return names[l.known()] }

// Parse finds the language of a tag such as sv, sv-SE or EN_gb. Norwegian in whatever form is bokmål.
func Parse(tag string) (L, bool) {
	base := strings.ToLower(strings.TrimSpace(tag))
	if i := strings.IndexAny(base, "-_"); i >= 0 {
		base = base[:i]
	}
	switch base {
	case "nb", "no", "nn":
		return NB, true
	case "sv":
		return SV, true
	case "da":
		return DA, true
	case "en":
		return EN, true
	}
	return NB, false
}

// FromAcceptLanguage chooses the language a browser asks for most; fallback where it asks for none of ours.
func FromAcceptLanguage(header string, fallback L) L {
	best, bestQ := fallback, 0.0
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(part, ";")
		q := 1.0
		if s, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			v, err := strconv.ParseFloat(s, 64)
			if err != nil {
				continue
			}
			q = v
		}
		l, ok := Parse(tag)
		if strings.TrimSpace(tag) == "*" {
			l, ok = fallback, true
		}
		if ok && q > bestQ && q <= 1 {
			best, bestQ = l, q
		}
	}
	return best
}
