package id

import "strings"

// The mod 11 weights of the three registers that use them.
var (
	weightsNO = []int{3, 2, 7, 6, 5, 4, 3, 2}
	weightsDK = []int{2, 7, 6, 5, 4, 3, 2}
	weightsFI = []int{7, 9, 10, 5, 8, 4, 2}
)

// OrgNumber checks an organisation number of NO, SE, DK or FI as people write it – with spaces, a hyphen, the country
// code, MVA or the 01 of a Swedish VAT number – and gives the form to store: digits only, in Finland 1234567-8.
//
// Swedish sole traders use their personal number, which passes too. The check digit tells a typing mistake; whether the
// organisation exists only the register knows.
func OrgNumber(country, s string) (string, bool) {
	country = strings.ToUpper(country)
	d, prefixed := strings.CutPrefix(unspaced(s), country)
	if country == "NO" {
		d = strings.TrimSuffix(d, "MVA")
	}
	if d == "" || !onlyDigits(d) {
		return "", false
	}
	right := false
	switch country {
	case "NO":
		right = len(d) == 9 && d[0] != '0' && endsWith(d, weightsNO)
	case "SE":
		d = swedish(d, prefixed)
		right = len(d) == 10 && strings.Trim(d, "0") != "" && LuhnValid(d)
	case "DK":
		right = len(d) == 8 && d[0] != '0' && endsWith(d, weightsDK)
	case "FI":
		if len(d) == 7 {
			d = "0" + d // numbers given out long ago have six digits and a check digit
		}
		if right = len(d) == 8 && strings.Trim(d, "0") != "" && endsWith(d, weightsFI); right {
			d = d[:7] + "-" + d[7:]
		}
	}
	if !right {
		return "", false
	}
	return d, true
}

// FormatOrgNumber writes a stored number as the country's people do: 123 456 785, 123456-7897, 12 34 56 74.
func FormatOrgNumber(country, n string) string {
	switch country = strings.ToUpper(country); {
	case country == "NO" && len(n) == 9:
		return n[:3] + "\u00a0" + n[3:6] + "\u00a0" + n[6:]
	case country == "SE" && len(n) == 10:
		return n[:6] + "-" + n[6:]
	case country == "DK" && len(n) == 8:
		return n[:2] + "\u00a0" + n[2:4] + "\u00a0" + n[4:6] + "\u00a0" + n[6:]
	}
	return n
}

// VATNumber is the VAT number that usually belongs to an organisation number, as invoices carry it: NO123456785MVA,
// SE123456789701, DK12345674, FI12345671; empty where the organisation number is wrong. Whether the organisation is
// registered for VAT only the register knows, and a Swedish one may have been given another ending than 01.
func VATNumber(country, orgNumber string) string {
	country = strings.ToUpper(country)
	n, ok := OrgNumber(country, orgNumber)
	if !ok {
		return ""
	}
	switch country {
	case "NO":
		return "NO" + n + "MVA"
	case "SE":
		return "SE" + n + "01"
	}
	return country + unspaced(n)
}

// unspaced takes away what people write between digits, and makes small letters large.
func unspaced(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\u00a0', '\u202f', '\t', '\n', '\r', '-', '\u2010', '\u2011', '\u2012', '\u2013', '.':
			return -1
		}
		return r
	}, strings.ToUpper(s))
}

// swedish takes away the 01 of the VAT number or the century of the twelve-digit form. After 19 both always leave a right
// number or neither does; then SE in front tells the VAT number.
func swedish(d string, prefixed bool) string {
	if len(d) != 12 {
		return d
	}
	vat := strings.HasSuffix(d, "01")
	if prefixed && vat && LuhnValid(d[:10]) {
		return d[:10]
	}
	switch d[:2] {
	case "16", "18", "19", "20":
		if LuhnValid(d[2:]) {
			return d[2:]
		}
	}
	if vat {
		return d[:10]
	}
	return d
}

func onlyDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// endsWith says whether the last digit is the mod 11 check digit of those before it.
func endsWith(d string, weights []int) bool {
	want, ok := Mod11Digit(d[:len(d)-1], weights)
	return ok && d[len(d)-1] == want
}

// Mod11Digit is the check digit of digits under the given weights, one per digit. About one row of digits in eleven has
// none and is never given out.
func Mod11Digit(digits string, weights []int) (byte, bool) {
	if len(digits) != len(weights) || !onlyDigits(digits) {
		return 0, false
	}
	sum := 0
	for i, w := range weights {
		sum += w * int(digits[i]-'0')
	}
	switch rest := sum % 11; rest {
	case 0:
		return '0', true
	case 1:
		return 0, false
	default:
		return byte('0' + 11 - rest), true
	}
}

// LuhnDigit is the mod 10 check digit of digits, as in Swedish organisation numbers, card numbers and KID.
func LuhnDigit(digits string) (byte, bool) {
	if digits == "" || !onlyDigits(digits) {
		return 0, false
	}
	sum := 0
	for i := range len(digits) {
		n := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return byte('0' + (10-sum%10)%10), true
}

// LuhnValid says whether the last digit is the mod 10 check digit of those before it.
func LuhnValid(s string) bool {
	if len(s) < 2 || !onlyDigits(s) {
		return false
	}
	want, ok := LuhnDigit(s[:len(s)-1])
	return ok && s[len(s)-1] == want
}
