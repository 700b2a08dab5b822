package id_test

import (
	"testing"

	"pgregory.net/rapid"

	"skranke/internal/id"
)

func TestOrganisationNumbersAreTakenAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct{ country, written, want string }{
		{"NO", "123456785", "123456785"},
		{"NO", "123 456 785", "123456785"},
		{"NO", "NO 123 456 785 MVA", "123456785"},
		{"no", "no123456785mva", "123456785"},
		{"SE", "123456-7897", "1234567897"},
		{"SE", "1234567897", "1234567897"},
		{"SE", "SE123456789701", "1234567897"},
		{"SE", "161234567897", "1234567897"},
		{"SE", "16123456-7897", "1234567897"},
		{"DK", "12345674", "12345674"},
		{"DK", "DK 12 34 56 74", "12345674"},
		{"DK", "DK-12345674", "12345674"},
		{"FI", "1234567-1", "1234567-1"},
		{"FI", "FI12345671", "1234567-1"},
		{"FI", "123456-2", "0123456-2"},
		{"NO", "\u00a0123\u202f456\u00a0785 ", "123456785"},
	} {
		if got, ok := id.OrgNumber(c.country, c.written); !ok || got != c.want {
			t.Errorf("%s %q = %q, %v; want %q", c.country, c.written, got, ok, c.want)
		}
	}
}

func TestWrongOrganisationNumbersAreRefused(t *testing.T) {
	for _, c := range []struct{ country, written string }{
		{"NO", ""},
		{"NO", "MVA"},
		{"NO", "123456784"},
		{"NO", "213456785"}, // two digits changed places
		{"NO", "12345678"},
		{"NO", "1234567850"},
		{"NO", "000000000"},
		{"NO", "12345678x"},
		{"NO", "SE123456785"},
		{"SE", "1234567890"},
		{"SE", "0000000000"},
		{"SE", "123456789"},
		{"SE", "123456789702"},
		{"SE", "171234567897"},
		{"DK", "12345678"},
		{"DK", "00000000"},
		{"FI", "1234567-2"},
		{"FI", "0000000-0"},
		{"FI", "-"},
		{"DE", "123456785"},
		{"", "123456785"},
	} {
		if got, ok := id.OrgNumber(c.country, c.written); ok {
			t.Errorf("%s %q is taken as %q", c.country, c.written, got)
		}
	}
}

func TestOrganisationNumbersAreShownAsTheCountryWritesThem(t *testing.T) {
	for _, c := range []struct{ country, stored, want string }{
		{"NO", "123456785", "123\u00a0456\u00a0785"},
		{"SE", "1234567897", "123456-7897"},
		{"DK", "12345674", "12\u00a034\u00a056\u00a074"},
		{"FI", "1234567-1", "1234567-1"},
		{"NO", "abc", "abc"},
	} {
		got := id.FormatOrgNumber(c.country, c.stored)
		if got != c.want {
			t.Errorf("%s %s is shown as %q, want %q", c.country, c.stored, got, c.want)
		}
		if back, ok := id.OrgNumber(c.country, got); c.stored != "abc" && (!ok || back != c.stored) {
			t.Errorf("%s %q reads back as %q, %v", c.country, got, back, ok)
		}
	}
}

// The check digits must notice what people do wrong most: one digit mistyped.
func TestOneMistypedDigitIsNoticed(t *testing.T) {
	for country, good := range map[string]string{"NO": "123456785", "SE": "1234567897", "DK": "12345674", "FI": "12345671"} {
		for i := range good {
			for d := byte('0'); d <= '9'; d++ {
				bad := good[:i] + string(d) + good[i+1:]
				if _, ok := id.OrgNumber(country, bad); ok && bad != good {
					t.Errorf("%s: %s is taken for %s", country, bad, good)
				}
			}
		}
	}
}

func TestCheckDigitsFitWhatTheyWereMadeFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[0-9]{1,20}`).Draw(t, "digits")
		check, ok := id.LuhnDigit(s)
		if !ok || !id.LuhnValid(s+string(check)) || id.LuhnValid(s+string('0'+(check-'0'+1)%10)) {
			t.Fatalf("the mod 10 digit of %s is %c, %v", s, check, ok)
		}
	})
	if _, ok := id.Mod11Digit("12345", []int{3, 2}); ok {
		t.Error("more digits than weights have a check digit")
	}
	if _, ok := id.Mod11Digit("1x", []int{3, 2}); ok {
		t.Error("letters have a check digit")
	}
	if c, ok := id.Mod11Digit("04", []int{3, 3}); ok {
		t.Errorf("a rest of 1 has the check digit %c", c)
	}
	for _, s := range []string{"", "x", "0"} {
		if id.LuhnValid(s) {
			t.Errorf("%q has a right mod 10 digit", s)
		}
	}
	if _, ok := id.LuhnDigit(""); ok {
		t.Error("nothing has a mod 10 digit")
	}
}

func TestInitialsAreOfTheFirstAndTheLastName(t *testing.T) {
	for name, want := range map[string]string{
		"Ingrid Hansen":         "IH",
		"ingrid marie  hansen ": "IH",
		"Ingrid":                "I",
		"Åse Ødegård":           "ÅØ",
		"A\u030ase O\u0308berg": "A\u030aO\u0308",
		"Anne-Marie von Essen":  "AE",
		"Bo O’Hara (vikar)":     "BV",
		"":                      "",
		" - ":                   "",
		"4 Hansen":              "H",
		"Ola 2":                 "O",
	} {
		if got := id.Initials(name); got != want {
			t.Errorf("initials of %q = %q, want %q", name, got, want)
		}
	}
}
