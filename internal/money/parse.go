package money

import (
	"strconv"
	"strings"
)

// Parse reads an amount as people type it: 1 234,50 or 1.234,50 or 1234.5, with or without kr, the currency's code, a
// minus or the ,- of a price tag. decimal is the mark of the reader's language, ',' or '.'; it decides what one lone mark
// before three digits means. What could be read in two ways is refused, never guessed.
func Parse(s string, c Currency, decimal byte) (Money, error) {
	if !c.Valid() {
		return Money{}, ErrCurrency
	}
	s, err := withoutCurrency(strings.TrimSpace(s), c)
	if err != nil {
		return Money{}, err
	}
	minor, err := number(s, c.Exponent(), decimal)
	if err != nil {
		return Money{}, err
	}
	return Of(minor, c), nil
}

// ParseQuantity reads a quantity as people type it and gives its thousandths: 2,5 is 2500.
func ParseQuantity(s string, decimal byte) (int64, error) {
	return number(strings.TrimSpace(s), 3, decimal)
}

// words are what people write for a currency, longest first.
var words = []struct {
	word  string
	fits  func(Currency) bool
	after bool // only behind the amount
}{
	{"nok", is(NOK), false},
	{"sek", is(SEK), false},
	{"dkk", is(DKK), false},
	{"eur", is(EUR), false},
	{"€", is(EUR), false},
	{"kr.", krone, false},
	{"kr", krone, false},
	{",-", krone, true},
	{":-", krone, true},
}

func is(want Currency) func(Currency) bool { return func(c Currency) bool { return c == want } }

func krone(c Currency) bool { return c != EUR }

// withoutCurrency takes the currency's word from either end and refuses that of another currency.
func withoutCurrency(s string, c Currency) (string, error) {
	lower := strings.ToLower(s)
	for _, w := range words {
		rest, ok := strings.CutSuffix(lower, w.word)
		if !ok && !w.after {
			rest, ok = strings.CutPrefix(lower, w.word)
		}
		if !ok {
			continue
		}
		if !w.fits(c) {
			return "", ErrCurrency
		}
		return strings.TrimSpace(rest), nil
	}
	return s, nil
}

// number reads a decimal number with at most exponent decimals and gives it without the mark.
func number(s string, exponent int, decimal byte) (int64, error) {
	if s == "" {
		return 0, ErrEmpty
	}
	negative := false
	for _, sign := range []string{"-", "\u2212", "\u2013"} {
		if rest, ok := strings.CutPrefix(s, sign); ok {
			s, negative = strings.TrimSpace(rest), true
			break
		}
	}
	whole, fraction, err := split(s, decimal)
	if err != nil {
		return 0, err
	}
	if len(fraction) > exponent {
		return 0, ErrDecimals
	}
	digits := whole + fraction + strings.Repeat("0", exponent-len(fraction))
	if negative {
		digits = "-" + digits
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, ErrOverflow // only digits are left, so it can be nothing else
	}
	return n, nil
}

// split finds the digits before and behind the decimal mark.
func split(s string, decimal byte) (whole, fraction string, err error) {
	s = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2009", " ").Replace(s)
	if strings.Trim(s, "0123456789 .,") != "" {
		return "", "", ErrSyntax
	}
	if i := decimalAt(s, decimal); i >= 0 {
		if s, fraction = s[:i], s[i+1:]; fraction == "" {
			return "", "", ErrSyntax
		}
	}
	if strings.Trim(fraction, "0123456789") != "" {
		return "", "", ErrSyntax
	}
	if s == "" && fraction != "" {
		return "0", fraction, nil
	}
	whole, ok := ungroup(s)
	if !ok {
		return "", "", ErrSyntax
	}
	return whole, fraction, nil
}

// decimalAt finds the decimal mark, or -1 when every mark is there to group thousands.
func decimalAt(s string, decimal byte) int {
	last := strings.LastIndexAny(s, ".,")
	if last < 0 {
		return -1
	}
	mark := s[last]
	both := strings.Contains(s, ".") && strings.Contains(s, ",")
	switch {
	case both:
		return last
	case strings.Count(s, string(mark)) > 1:
		return -1
	case mark != decimal && len(s)-last-1 == 3 && last > 0:
		return -1
	}
	return last
}

// ungroup joins the groups of a whole number, which must be of one to three digits and then of three each.
func ungroup(s string) (string, bool) {
	i := strings.IndexAny(s, " .,")
	if i < 0 {
		return s, s != ""
	}
	groups := strings.Split(s, s[i:i+1])
	for n, g := range groups {
		if len(g) > 3 || len(g) == 0 || n > 0 && len(g) != 3 || strings.ContainsAny(g, " .,") {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}
