package money_test

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"skranke/internal/money"
)

func TestAmountsAreReadAsPeopleTypeThem(t *testing.T) {
	for s, want := range map[string]int64{
		"1 234,50":                   123450,
		"1\u00a0234,50\u00a0kr":      123450,
		"1234,5":                     123450,
		"1234.50":                    123450,
		"1.234,50 kr.":               123450,
		"1.234":                      123400,
		"1.234.567":                  123456700,
		"1,234,567.89":               123456789,
		"250,-":                      25000,
		"kr 250":                     25000,
		"250 KR":                     25000,
		"NOK 18,450.50":              1845050,
		"18 450,50 NOK":              1845050,
		"0":                          0,
		",5":                         50,
		"\u22121,00":                 -100,
		"- 1,00":                     -100,
		"kr -1,00":                   -100,
		"-0":                         0,
		" 007 ":                      700,
		"92233720368547758,07":       math.MaxInt64,
		"\u221292233720368547758,08": math.MinInt64,
	} {
		if got, err := money.Parse(s, money.NOK, ','); err != nil || got != money.Of(want, money.NOK) {
			t.Errorf("Parse(%q) = %v, %v; want %d", s, got, err, want)
		}
	}
	for s, want := range map[string]int64{"1,234.50": 123450, "1,234": 123400, "1234.5": 123450, "0.5": 50, "12,50": 1250, "€ 3": 300, "3€": 300, "EUR 1,000": 100000} {
		if got, err := money.Parse(s, money.EUR, '.'); err != nil || got != money.Of(want, money.EUR) {
			t.Errorf("Parse(%q) in English = %v, %v; want %d", s, got, err, want)
		}
	}
}

func TestWhatIsNoAmountIsRefusedWithItsReason(t *testing.T) {
	for s, want := range map[string]money.Error{
		"":                      money.ErrEmpty,
		"  ":                    money.ErrEmpty,
		"kr":                    money.ErrEmpty,
		"ti":                    money.ErrSyntax,
		"-":                     money.ErrSyntax,
		"12,":                   money.ErrSyntax,
		",":                     money.ErrSyntax,
		"1 2":                   money.ErrSyntax,
		"1 23 456":              money.ErrSyntax,
		"1234 567":              money.ErrSyntax,
		"1.234.56":              money.ErrSyntax,
		"1.2,3.4":               money.ErrSyntax,
		"1,2 3":                 money.ErrSyntax,
		"1 234.567,00":          money.ErrSyntax,
		"1E+05":                 money.ErrSyntax,
		"0x10":                  money.ErrSyntax,
		"--1":                   money.ErrSyntax,
		"+1":                    money.ErrSyntax,
		"١٢":                    money.ErrSyntax,
		"1,234":                 money.ErrDecimals,
		"1,0000":                money.ErrDecimals,
		"1.2345":                money.ErrDecimals,
		"10 SEK":                money.ErrCurrency,
		"€ 10":                  money.ErrCurrency,
		"92233720368547758,08":  money.ErrOverflow,
		"99999999999999999999":  money.ErrOverflow,
		"-92233720368547758,09": money.ErrOverflow,
	} {
		if got, err := money.Parse(s, money.NOK, ','); !errors.Is(err, want) {
			t.Errorf("Parse(%q) = %v, %v; want %v", s, got, err, want)
		}
	}
	if _, err := money.Parse("10 kr", money.EUR, ','); !errors.Is(err, money.ErrCurrency) {
		t.Errorf("kroner for euros: %v", err)
	}
	if _, err := money.Parse("10", "USD", ','); !errors.Is(err, money.ErrCurrency) {
		t.Errorf("an unknown currency: %v", err)
	}
	if got := money.ErrSyntax.Error(); got != "money.syntax" {
		t.Errorf("the error reads %q, want its code", got)
	}
}

func TestQuantitiesAreReadInThousandths(t *testing.T) {
	for s, want := range map[string]int64{"2": 2000, "2,5": 2500, "2.5": 2500, "0,025": 25, "1 000": 1_000_000, "-1": -1000} {
		if got, err := money.ParseQuantity(s, ','); err != nil || got != want {
			t.Errorf("ParseQuantity(%q) = %d, %v; want %d", s, got, err, want)
		}
	}
	if _, err := money.ParseQuantity("0,0001", ','); !errors.Is(err, money.ErrDecimals) {
		t.Errorf("four decimals: %v", err)
	}
}

func TestReadingNeverFailsInAnUnknownWay(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[-−]?[0-9 .,]{0,12}( ?kr\.?|,-|€)?`))
	rapid.Check(t, func(t *rapid.T) {
		s := text.Draw(t, "text")
		mark := rapid.SampledFrom([]byte{',', '.'}).Draw(t, "mark")
		_, err := money.Parse(s, money.NOK, mark)
		var e money.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("Parse(%q): %v is no money.Error", s, err)
		}
	})
}
