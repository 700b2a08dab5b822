package id

import "strings"

// GLN checks a location number of GS1, which Denmark calls EAN, as people write it and gives its 13 digits. The number says
// where an invoice goes and nothing about who is there.
func GLN(s string) (string, bool) {
	d := unspaced(s)
	if len(d) != 13 || !onlyDigits(d) || strings.Trim(d, "0") == "" {
		return "", false
	}
	sum := 0
	for i := range 13 {
		n := int(d[i] - '0')
		if i%2 == 1 {
			n *= 3
		}
		sum += n
	}
	if sum%10 != 0 {
		return "", false
	}
	return d, true
}
