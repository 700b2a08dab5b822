package i18n_test

import (
	"slices"
	"testing"

	"skranke/internal/i18n"
)

func TestLanguagesAreFoundByTheirTags(t *testing.T) {
	for tag, want := range map[string]i18n.L{
		"nb": i18n.NB, "no": i18n.NB, "nn": i18n.NB, "nn-NO": i18n.NB, "NB_no": i18n.NB,
		"sv": i18n.SV, "sv-FI": i18n.SV, "da": i18n.DA, "da-DK": i18n.DA, "en": i18n.EN, "en-GB": i18n.EN,
	} {
		if got, ok := i18n.Parse(tag); !ok || got != want {
			t.Errorf("Parse(%q) = %v, %v; want %v", tag, got, ok, want)
		}
	}
	if got, ok := i18n.Parse(" da "); !ok || got != i18n.DA {
		t.Errorf("a tag between spaces is read as %v, %v", got, ok)
	}
	for _, tag := range []string{"", "de", "svenska", "-", "*"} {
		if got, ok := i18n.Parse(tag); ok {
			t.Errorf("Parse(%q) = %v, want none", tag, got)
		}
	}
}

func TestEveryLanguageNamesItself(t *testing.T) {
	var names []string
	for _, l := range i18n.All() {
		names = append(names, l.Tag()+" "+l.Name())
		if back, ok := i18n.Parse(l.Tag()); !ok || back != l || l.String() != l.Tag() {
			t.Errorf("%v is not found by its own tag", l)
		}
	}
	if want := []string{"nb Norsk bokmål", "sv Svenska", "da Dansk", "en English"}; !slices.Equal(names, want) {
		t.Errorf("languages = %q, want %q", names, want)
	}
	if got := i18n.L(9).Tag() + i18n.L(9).WordsToday() + i18n.L(9).Code("fault.conflict"); got != "nbi dag"+i18n.NB.Code("fault.conflict") {
		t.Errorf("a number that is no language reads %q", got)
	}
}

func TestTheBrowsersWishIsHeard(t *testing.T) {
	for header, want := range map[string]i18n.L{
		"":                                     i18n.DA,
		"de-DE,de;q=0.9":                       i18n.DA,
		"sv-SE,sv;q=0.9,en;q=0.8":              i18n.SV,
		"en;q=0.4, nn ;q=0.7":                  i18n.NB,
		"de, en;q=0.2, no;q=0.5":               i18n.NB,
		"en;q=0, sv;q=0.1":                     i18n.SV,
		"fi, *;q=0.5, en;q=0.3":                i18n.DA,
		"en;q=nonsense, sv;q=0.1":              i18n.SV,
		"en;q=7, sv;q=0.1":                     i18n.SV,
		"en-GB;q=0.5,sv;q=0.5":                 i18n.EN,
		";;;,,,q=1":                            i18n.DA,
		"sv;q=NaN, en":                         i18n.EN,
		"x-unknown;q=1;level=2, en;q=0.1":      i18n.EN,
		"nb-NO,nb;q=0.9,no;q=0.8,en-US;q=0.5 ": i18n.NB,
	} {
		if got := i18n.FromAcceptLanguage(header, i18n.DA); got != want {
			t.Errorf("FromAcceptLanguage(%q) = %v, want %v", header, got, want)
		}
	}
}

func TestCodesHaveTextsInEveryLanguage(t *testing.T) {
	if !i18n.HasCode("fault.not_found.advice") || i18n.HasCode("fault.no_such_code") {
		t.Error("HasCode does not know what there is")
	}
	if got := i18n.NB.Code("fault.no_such_code"); got != "fault.no_such_code" {
		t.Errorf("a code without a text reads %q, want itself", got)
	}
	if got := i18n.SV.Code("fault.conflict"); got != "Det här har ändrats under tiden" {
		t.Errorf("fault.conflict in sv = %q", got)
	}
	for _, code := range i18n.Codes() {
		for _, l := range i18n.All() {
			if l.Code(code) == code || l.Code(code) == "" {
				t.Errorf("%s has no text in %v", code, l)
			}
		}
	}
}
