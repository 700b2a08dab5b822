package id_test

import (
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"skranke/internal/id"
)

func TestORG3_LocationNumbersAreTakenAsPeopleWriteThem(t *testing.T) {
	for written, want := range map[string]string{
		"7080000000005":                     "7080000000005",
		"5790000000005":                     "5790000000005",
		"73 0001 000000 1":                  "7300010000001",
		"57-90000-00000-5":                  "5790000000005",
		"1548\u00a0079\u202f098\u00a0355\n": "1548079098355",
	} {
		if got, ok := id.GLN(written); !ok || got != want {
			t.Errorf("%q = %q, %v; want %q", written, got, ok, want)
		}
	}
	for _, s := range []string{"", "-", "0000000000000", "7080000000006", "708000000000", "70800000000050", "708000000000x", "７０８００００００００００５", "9482348239847239874", "0088:7080000000005"} {
		if got, ok := id.GLN(s); ok {
			t.Errorf("%q is taken as %q", s, got)
		}
	}
}

func TestORG3_OneMistypedDigitOfALocationNumberIsNoticed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		good := gln(rapid.StringMatching(`[1-9][0-9]{11}`).Draw(t, "digits"))
		if got, ok := id.GLN(good); !ok || got != good {
			t.Fatalf("%s is refused", good)
		}
		bad := mistype(t, good)
		if _, ok := id.GLN(bad); ok {
			t.Fatalf("%s is taken for %s", bad, good)
		}
	})
}

func TestORG3_PeppolIDsAreTakenAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct{ written, want string }{
		{"0192:123456785", "0192:123456785"},
		{" 0192 : NO 123 456 785 MVA ", "0192:123456785"},
		{"iso6523-actorid-upis::0192:123456785", "0192:123456785"},
		{"ISO6523-ACTORID-UPIS::9908:123456785", "0192:123456785"},
		{"0007:123456-7897", "0007:1234567897"},
		{"0007:SE123456789701", "0007:1234567897"},
		{"0184:12345674", "0184:12345674"},
		{"0184:DK12345674", "0184:12345674"},
		{"0088:7080000000005", "0088:7080000000005"},
		{"0088: 5790 0000 0000 5", "0088:5790000000005"},
		{"0096:1234567890", "0096:1234567890"},
		{"0216:003712345671", "0216:003712345671"},
		{"0216:003712345671tst01", "0216:003712345671TST01"},
		{"0216:1234567-1", "0216:003712345671"},
		{"0037:12345671", "0216:003712345671"},
		{"0037:00371234567100001", "0216:00371234567100001"},
		{"0037:00370108", "0216:003700370108"}, // no 0037 in front: the number begins so
		{"0212:1234567-1", "0216:003712345671"},
		{"0213:FI12345671", "0216:003712345671"},
	} {
		got, ok := id.Peppol(c.written)
		if !ok || got != c.want {
			t.Errorf("%q = %q, %v; want %q", c.written, got, ok, c.want)
		}
		if again, ok := id.Peppol(got); !ok || again != got {
			t.Errorf("%q, as it is stored, reads back as %q, %v", got, again, ok)
		}
	}
}

func TestORG3_WrongPeppolIDsAreRefused(t *testing.T) {
	for _, s := range []string{
		"", ":", "123456785", "0192", "0192:", ":123456785", "0192:123456784", "0192::123456785", "0192:7080000000005",
		"192:123456785", "9999:123456785", "0208:0123456789", "9908:123456784", "SE:1234567897", "0007:1234567890",
		"0184:12345678", "0088:7080000000006", "0088:708000000000", "0096:5790000000005", "0096:0000000000", "0096:12345678",
		"0216:003712345672", "0216:0037", "0216:", "0216:003712345671TST012", "0216:1234567100001", "0216:0037FI123456", "0216:003712345671Ä", "0216:003712345671 a:b",
		"0037:FI12345671", "0212:1234567-2", "0213:FI12345672", "0213:003712345671", "iso6523-actorid-upis::",
	} {
		if got, ok := id.Peppol(s); ok {
			t.Errorf("%q is taken as %q", s, got)
		}
	}
}

func TestORG3_OneMistypedDigitOfAPeppolIDIsNoticed(t *testing.T) {
	for _, good := range []string{"0192:123456785", "0007:1234567897", "0184:12345674", "0088:7080000000005", "0216:003712345671", "0037:12345671", "0212:12345671", "9908:123456785"} {
		rapid.Check(t, func(t *rapid.T) {
			scheme, value, _ := strings.Cut(good, ":")
			own := strings.TrimPrefix(value, "0037") // before it stands no digit that anybody chooses
			bad := scheme + ":" + strings.TrimSuffix(value, own) + mistype(t, own)
			if got, ok := id.Peppol(bad); ok {
				t.Fatalf("%s is taken for %s, as %s", bad, good, got)
			}
		})
	}
}

func TestORG3_AnOrganisationHasAUsualPeppolIDAndVATNumber(t *testing.T) {
	for _, c := range []struct{ country, number, peppol, vat string }{
		{"NO", "123456785", "0192:123456785", "NO123456785MVA"},
		{"no", "123 456 785", "0192:123456785", "NO123456785MVA"},
		{"SE", "123456-7897", "0007:1234567897", "SE123456789701"},
		{"DK", "12345674", "0184:12345674", "DK12345674"},
		{"FI", "1234567-1", "0216:003712345671", "FI12345671"},
		{"FI", "123456-2", "0216:003701234562", "FI01234562"},
		{"NO", "123456784", "", ""},
		{"SE", "", "", ""},
		{"DE", "123456785", "", ""},
		{"", "", "", ""},
	} {
		if got := id.PeppolFor(c.country, c.number); got != c.peppol {
			t.Errorf("%s %s has the Peppol id %q, want %q", c.country, c.number, got, c.peppol)
		}
		if got := id.VATNumber(c.country, c.number); got != c.vat {
			t.Errorf("%s %s has the VAT number %q, want %q", c.country, c.number, got, c.vat)
		}
	}
}

func TestORG1_VATNumbersAreTakenForOrganisationNumbers(t *testing.T) {
	for _, c := range []struct{ country, written, want string }{
		{"NO", "NO123456785MVA", "123456785"},
		{"NO", "no 123 456 785 mva", "123456785"},
		{"NO", "123456785 MVA", "123456785"},
		{"NO", "NO 123456785", "123456785"},
		{"SE", "SE 123456-7897 01", "1234567897"},
		{"SE", "123456789701", "1234567897"},
		{"SE", "se1234567897", "1234567897"},
		{"DK", "DK12345674", "12345674"},
		{"DK", "dk 12 34 56 74", "12345674"},
		{"FI", "FI12345671", "1234567-1"},
		{"FI", "FI 1234567-1", "1234567-1"},
		{"SE", "202100000101", "2021000001"},
		// Right both with 19 as a century and with 01 as the end of a VAT number.
		{"SE", "SE192345678201", "1923456782"},
		{"SE", "192345678201", "2345678201"},
	} {
		if got, ok := id.OrgNumber(c.country, c.written); !ok || got != c.want {
			t.Errorf("%s %q = %q, %v; want %q", c.country, c.written, got, ok, c.want)
		}
	}
	for _, c := range []struct{ country, written string }{
		{"NO", "NO123456785VAT"},
		{"NO", "MVA123456785"},
		{"SE", "SE123456789001"},
		{"SE", "SE12345678970"},
		{"DK", "DK12345678"},
		{"FI", "FI12345672"},
		{"FI", "SE123456789701"},
	} {
		if got, ok := id.OrgNumber(c.country, c.written); ok {
			t.Errorf("%s %q is taken as %q", c.country, c.written, got)
		}
	}
}

func TestORG1_WhatIsMadeOfANumberReadsBackAsTheNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		country := rapid.SampledFrom([]string{"NO", "SE", "DK", "FI"}).Draw(t, "country")
		n, ok := orgNumber(t, country)
		if !ok {
			return // such a number is never given out
		}
		stored, ok := id.OrgNumber(country, n)
		if !ok {
			t.Fatalf("%s %s is refused", country, n)
		}
		if back, ok := id.OrgNumber(country, id.VATNumber(country, stored)); !ok || back != stored {
			t.Fatalf("%s %s: the VAT number %s reads back as %q, %v", country, stored, id.VATNumber(country, stored), back, ok)
		}
		if back, ok := id.Peppol(id.PeppolFor(country, stored)); !ok || back != id.PeppolFor(country, stored) {
			t.Fatalf("%s %s: the Peppol id %s reads back as %q, %v", country, stored, id.PeppolFor(country, stored), back, ok)
		}
	})
}

func FuzzPeppol(f *testing.F) {
	for _, s := range []string{"0192:123456785", "0088:7080000000005", "0216:003712345671TST01", "0213:FI12345671", "iso6523-actorid-upis::0007:1234567897", "0037:0037", "::", "0096:\u2013"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := id.Peppol(s)
		again, same := id.Peppol(got)
		if ok != same || again != got || len(got) > len("0216:")+17 {
			t.Errorf("%q = %q, %v, which reads back as %q, %v", s, got, ok, again, same)
		}
	})
}

// mistype changes one digit of s.
func mistype(t *rapid.T, s string) string {
	i := rapid.IntRange(0, len(s)-1).Draw(t, "place")
	by := rapid.IntRange(1, 9).Draw(t, "by")
	return s[:i] + strconv.Itoa((int(s[i]-'0')+by)%10) + s[i+1:]
}

// gln adds the check digit: every second digit from the right counts three times.
func gln(twelve string) string {
	sum := 0
	for i := range twelve {
		sum += int(twelve[len(twelve)-1-i]-'0') * (3 - 2*(i%2))
	}
	return twelve + strconv.Itoa((10-sum%10)%10)
}

// orgNumber makes up a number that could be given out.
func orgNumber(t *rapid.T, country string) (string, bool) {
	draw := func(pattern string) string { return rapid.StringMatching(pattern).Draw(t, "digits") }
	var d string
	var check byte
	var ok bool
	switch country {
	case "NO":
		d = draw(`[89][0-9]{7}`)
		check, ok = id.Mod11Digit(d, []int{3, 2, 7, 6, 5, 4, 3, 2})
	case "SE":
		d = draw(`(16|19|[1-9][0-9])[2-9][0-9]{6}`)
		check, ok = id.LuhnDigit(d)
	case "DK":
		d = draw(`[1-9][0-9]{6}`)
		check, ok = id.Mod11Digit(d, []int{2, 7, 6, 5, 4, 3, 2})
	case "FI":
		d = draw(`(0037|[0-9]{4})[0-9]{2}[1-9]`)
		check, ok = id.Mod11Digit(d, []int{7, 9, 10, 5, 8, 4, 2})
	}
	return d + string(check), ok
}
