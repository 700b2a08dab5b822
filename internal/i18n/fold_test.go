package i18n_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"skranke/internal/i18n"
)

func TestWhatPeopleMeanAlikeIsFoldedAlike(t *testing.T) {
	for _, same := range [][]string{
		{"Ålesund", "Aalesund", "alesund", "A\u030alesund", "ÅLESUND", " ålesund "},
		{"Bjørkealléen 4", "Björkealleen  4", "bjoerkealleen\u00a04", "BJØRKEALLÉEN\t4", "Bjork\u00adealleen 4"},
		{"Næss", "Näss", "Naess", "Nass"},
		{"Malmö", "Malmø", "Malmoe", "malmo", "Malmo\u0308"},
		{"Kåre Müller", "Kaare Muller", "kare muller"},
		{"Deaŋu šaldi", "deanu saldi"},
		{"Þórður", "thordur"},
		{"", " ", "\t\n"},
	} {
		want := i18n.Fold(same[0])
		for _, s := range same[1:] {
			if got := i18n.Fold(s); got != want {
				t.Errorf("Fold(%q) = %q, but Fold(%q) = %q", s, got, same[0], want)
			}
		}
	}
}

func TestWhatDiffersStaysApart(t *testing.T) {
	for _, s := range [][2]string{{"Storgata 1", "Storgata 11"}, {"Berg", "Borg"}, {"S-8812", "S8812"}, {"Vik", "Wik"}} {
		if i18n.Fold(s[0]) == i18n.Fold(s[1]) {
			t.Errorf("%q and %q are folded alike", s[0], s[1])
		}
	}
}

func TestFoldingTwiceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`[aeoåäöæøÅÆ ]*`)).Draw(t, "text")
		once := i18n.Fold(s)
		if twice := i18n.Fold(once); twice != once {
			t.Fatalf("Fold(%q) = %q, folded again %q", s, once, twice)
		}
		if once != strings.TrimSpace(once) {
			t.Fatalf("Fold(%q) = %q keeps spaces at an end", s, once)
		}
	})
}

func BenchmarkFold(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = i18n.Fold("Bjørkealléen Borettslag, Ålesund")
	}
}
