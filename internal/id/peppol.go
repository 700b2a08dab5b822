package id

import "strings"

// peppolScheme is how the ids of one scheme are read.
type peppolScheme struct {
	now   string // the scheme that documents carry today
	value func(string) (string, bool)
}

// peppolSchemes are the schemes that Nordic receivers are found under. Of those that the network has closed, the ids live on
// under another number: 9908 became 0192, and Finland gathered its own in 0216.
var peppolSchemes = map[string]peppolScheme{
	"0007": {"0007", numberOf("SE")},
	"0037": {"0216", ovt},
	"0088": {"0088", GLN},
	"0096": {"0096", productionUnit},
	"0184": {"0184", numberOf("DK")},
	"0192": {"0192", numberOf("NO")},
	"0212": {"0216", business},
	"0213": {"0216", business},
	"0216": {"0216", ovt},
	"9908": {"0192", numberOf("NO")},
}

// Peppol checks the address of a receiver in the Peppol network as people write it, scheme and value with a colon between, and
// gives the form to store: 0192:123456785, 0088:7080000000005, 0216:003712345671. Schemes of other countries are refused, and
// so is a value whose check digit is wrong. Whether anybody receives there only the network knows.
func Peppol(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	scheme, value, ok := strings.Cut(strings.TrimPrefix(s, "iso6523-actorid-upis::"), ":")
	if !ok {
		return "", false
	}
	p, ok := peppolSchemes[unspaced(scheme)]
	if !ok {
		return "", false
	}
	if value, ok = p.value(value); !ok {
		return "", false
	}
	return p.now + ":" + value, true
}

// PeppolFor is the Peppol id that an organisation usually has, for a form to suggest; empty where the number is wrong.
func PeppolFor(country, orgNumber string) string {
	scheme, ok := map[string]string{"NO": "0192", "SE": "0007", "DK": "0184", "FI": "0212"}[strings.ToUpper(country)]
	if !ok {
		return ""
	}
	s, _ := Peppol(scheme + ":" + orgNumber)
	return s
}

func numberOf(country string) func(string) (string, bool) {
	return func(s string) (string, bool) { return OrgNumber(country, s) }
}

// business makes an OVT code of a Finnish organisation or VAT number.
func business(s string) (string, bool) {
	n, ok := OrgNumber("FI", s)
	if !ok {
		return "", false
	}
	return ovtPrefix + unspaced(n), true
}

const (
	ovtPrefix = "0037" // the Finnish tax office
	ovtUnit   = 5      // at most so many letters and digits for a part of the organisation
)

// ovt checks a Finnish OVT code: 0037, the organisation number without its hyphen, and what the organisation calls its part.
// The organisation number alone will do, as it did in the old scheme.
func ovt(s string) (string, bool) {
	s = unspaced(s)
	if len(s) == 8 {
		return business(s)
	}
	rest, ok := strings.CutPrefix(s, ovtPrefix)
	if !ok || len(rest) < 8 || len(rest) > 8+ovtUnit {
		return "", false
	}
	code, ok := business(rest[:8])
	if unit := rest[8:]; ok && strings.Trim(unit, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return code + unit, true
	}
	return "", false
}

// productionUnit checks a Danish P number: ten digits, none of which checks the others.
func productionUnit(s string) (string, bool) {
	d := unspaced(s)
	if len(d) != 10 || !onlyDigits(d) || strings.Trim(d, "0") == "" {
		return "", false
	}
	return d, true
}
