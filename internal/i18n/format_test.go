package i18n_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"skranke/internal/day"
	"skranke/internal/i18n"
	"skranke/internal/money"
)

// spell writes what it gets with the signs that cannot be told apart by eye made plain: ~ is a no-break space.
func spell(s string) string {
	return strings.NewReplacer("\u00a0", "~", "~", "?", "\u202f", "?").Replace(s)
}

// row is one thing written in nb, sv, da and en.
type row struct {
	what  string
	write func(i18n.L) string
	want  [4]string
}

func check(t *testing.T, rows []row) {
	t.Helper()
	for _, r := range rows {
		for i, l := range i18n.All() {
			if got := spell(r.write(l)); got != r.want[i] {
				t.Errorf("%s in %v = %q, want %q", r.what, l, got, r.want[i])
			}
		}
	}
}

func sum(minor int64, c money.Currency) func(i18n.L) string {
	return func(l i18n.L) string { return l.Money(money.Of(minor, c)) }
}

func TestMoneyIsWrittenAsReadersWriteIt(t *testing.T) {
	check(t, []row{
		{"18450.50", sum(1845050, money.NOK), [4]string{"18~450,50~kr", "18~450,50~kr", "18.450,50~kr.", "NOK~18,450.50"}},
		{"minus 18450.50", sum(-1845050, money.SEK), [4]string{"−18~450,50~kr", "−18~450,50~kr", "−18.450,50~kr.", "SEK~−18,450.50"}},
		{"nothing", sum(0, money.DKK), [4]string{"0,00~kr", "0,00~kr", "0,00~kr.", "DKK~0.00"}},
		{"five øre", sum(5, money.NOK), [4]string{"0,05~kr", "0,05~kr", "0,05~kr.", "NOK~0.05"}},
		{"minus fifty øre", sum(-50, money.NOK), [4]string{"−0,50~kr", "−0,50~kr", "−0,50~kr.", "NOK~−0.50"}},
		{"999.99", sum(99999, money.NOK), [4]string{"999,99~kr", "999,99~kr", "999,99~kr.", "NOK~999.99"}},
		{"a thousand euros", sum(100000, money.EUR), [4]string{"1~000,00~€", "1~000,00~€", "1.000,00~€", "EUR~1,000.00"}},
		{"the least", sum(math.MinInt64, money.NOK), [4]string{
			"−92~233~720~368~547~758,08~kr", "−92~233~720~368~547~758,08~kr", "−92.233.720.368.547.758,08~kr.", "NOK~−92,233,720,368,547,758.08",
		}},
		{"with its code", func(l i18n.L) string { return l.MoneyCode(money.Of(123456, money.SEK)) }, [4]string{"1~234,56~SEK", "1~234,56~SEK", "1.234,56~SEK", "SEK~1,234.56"}},
		{"without currency", func(l i18n.L) string { return l.Amount(-123456, money.SEK) }, [4]string{"−1~234,56", "−1~234,56", "−1.234,56", "−1,234.56"}},
	})
}

func TestNumbersAreWrittenAsReadersWriteThem(t *testing.T) {
	number := func(n int64) func(i18n.L) string { return func(l i18n.L) string { return l.Int(n) } }
	rate := func(bp int64) func(i18n.L) string { return func(l i18n.L) string { return l.Percent(bp) } }
	quantity := func(n int64) func(i18n.L) string { return func(l i18n.L) string { return l.Quantity(n) } }
	check(t, []row{
		{"0", number(0), [4]string{"0", "0", "0", "0"}},
		{"999", number(999), [4]string{"999", "999", "999", "999"}},
		{"1000", number(1000), [4]string{"1~000", "1~000", "1.000", "1,000"}},
		{"1234567", number(1234567), [4]string{"1~234~567", "1~234~567", "1.234.567", "1,234,567"}},
		{"-7", number(-7), [4]string{"−7", "−7", "−7", "−7"}},
		{"25 %", rate(2500), [4]string{"25~%", "25~%", "25~%", "25%"}},
		{"12.5 %", rate(1250), [4]string{"12,5~%", "12,5~%", "12,5~%", "12.5%"}},
		{"11.11 %", rate(1111), [4]string{"11,11~%", "11,11~%", "11,11~%", "11.11%"}},
		{"0 %", rate(0), [4]string{"0~%", "0~%", "0~%", "0%"}},
		{"100 %", rate(10000), [4]string{"100~%", "100~%", "100~%", "100%"}},
		{"-0.05 %", rate(-5), [4]string{"−0,05~%", "−0,05~%", "−0,05~%", "−0.05%"}},
		{"2.5 pieces", quantity(2500), [4]string{"2,5", "2,5", "2,5", "2.5"}},
		{"1000 pieces", quantity(1000000), [4]string{"1~000", "1~000", "1.000", "1,000"}},
		{"0.025 pieces", quantity(25), [4]string{"0,025", "0,025", "0,025", "0.025"}},
	})
}

func TestDaysAndTimesAreWrittenAsReadersWriteThem(t *testing.T) {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	d := day.New(2026, time.November, 20)
	at := time.Date(2026, time.November, 20, 23, 5, 59, 0, time.UTC) // past midnight in Oslo
	check(t, []row{
		{"day", func(l i18n.L) string { return l.Date(d) }, [4]string{"20. nov. 2026", "20 nov. 2026", "20. nov. 2026", "20 Nov 2026"}},
		{"first of May", func(l i18n.L) string { return l.Date(day.New(2026, time.May, 1)) }, [4]string{"1. mai 2026", "1 maj 2026", "1. maj 2026", "1 May 2026"}},
		{"long day", func(l i18n.L) string { return l.LongDate(d) }, [4]string{
			"fredag 20. november 2026", "fredag 20 november 2026", "fredag den 20. november 2026", "Friday, 20 November 2026",
		}},
		{"clock", func(l i18n.L) string { return l.Clock(at, oslo) }, [4]string{"00:05", "00:05", "00.05", "00:05"}},
		{"clock in UTC", func(l i18n.L) string { return l.Clock(at, time.UTC) }, [4]string{"23:05", "23:05", "23.05", "23:05"}},
		{"instant", func(l i18n.L) string { return l.DateTime(at, oslo) }, [4]string{
			"21. nov. 2026 kl. 00:05", "21 nov. 2026 kl. 00:05", "21. nov. 2026 kl. 00.05", "21 Nov 2026, 00:05",
		}},
		{"no day", func(l i18n.L) string { return l.Date(day.Date{}) + l.LongDate(day.Date{}) }, [4]string{}},
		{"no instant", func(l i18n.L) string { return l.Clock(time.Time{}, oslo) + l.DateTime(time.Time{}, oslo) }, [4]string{}},
	})
}

func TestFarAwayDaysAreSaidInWords(t *testing.T) {
	in := func(n int) func(i18n.L) string { return func(l i18n.L) string { return l.InDays(n) } }
	check(t, []row{
		{"today", in(0), [4]string{"i dag", "i dag", "i dag", "today"}},
		{"tomorrow", in(1), [4]string{"i morgen", "i morgon", "i morgen", "tomorrow"}},
		{"in three days", in(3), [4]string{"om 3 dager", "om 3 dagar", "om 3 dage", "in 3 days"}},
		{"yesterday", in(-1), [4]string{"i går", "i går", "i går", "yesterday"}},
		{"two days ago", in(-2), [4]string{"for 2 dager siden", "för 2 dagar sedan", "for 2 dage siden", "2 days ago"}},
		{"one hour", func(l i18n.L) string { return l.WordsHours(1) }, [4]string{"1 time", "1 timme", "1 time", "1 hour"}},
		{"many minutes", func(l i18n.L) string { return l.WordsMinutes(1500) }, [4]string{"1~500 minutter", "1~500 minuter", "1.500 minutter", "1,500 minutes"}},
	})
}

func TestAnAmountReadsBackAsItWasWritten(t *testing.T) {
	for _, l := range i18n.All() {
		for _, minor := range []int64{0, 5, -5, 100, 123456, -1845050, 99999999999, math.MaxInt64, math.MinInt64} {
			for _, c := range []money.Currency{money.NOK, money.SEK, money.DKK, money.EUR} {
				want := money.Of(minor, c)
				for _, s := range []string{l.Money(want), l.MoneyCode(want), l.Amount(minor, c)} {
					if got, err := l.ParseMoney(s, c); err != nil || got != want {
						t.Errorf("%v: %q reads back as %v, %v; want %v", l, s, got, err, want)
					}
				}
			}
		}
	}
}

func TestWritingNumbersTakesOneAllocation(t *testing.T) {
	m, s := money.Of(1845050, money.NOK), ""
	if n := testing.AllocsPerRun(100, func() { s = i18n.DA.Money(m) }); n > 1 {
		t.Errorf("Money takes %v allocations for %q, want 1", n, s)
	}
	if n := testing.AllocsPerRun(100, func() { s = i18n.DA.WordsToday() + i18n.SV.Code("fault.conflict")[:0] }); n > 0 {
		t.Errorf("a text without placeholders takes %v allocations for %q, want none", n, s)
	}
}

func BenchmarkText(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = i18n.SV.WordsTomorrow()
	}
}

func BenchmarkTextWithNumber(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = i18n.SV.WordsInDays(12)
	}
}

func BenchmarkCode(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = i18n.SV.Code("fault.not_found")
	}
}

func BenchmarkMoney(b *testing.B) {
	m := money.Of(1845050, money.NOK)
	b.ReportAllocs()
	for b.Loop() {
		_ = i18n.NB.Money(m)
	}
}

func BenchmarkDate(b *testing.B) {
	d := day.New(2026, time.November, 20)
	b.ReportAllocs()
	for b.Loop() {
		_ = i18n.NB.Date(d)
	}
}
