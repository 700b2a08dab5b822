package i18n

import (
	"strconv"
	"time"

	"github.com/go-playground/locales"
	"github.com/go-playground/locales/da_DK"
	"github.com/go-playground/locales/en_GB"
	"github.com/go-playground/locales/nb_NO"
	"github.com/go-playground/locales/sv_SE"

	"skranke/internal/day"
	"skranke/internal/money"
)

// A number must not be broken over two lines, nor apart from its unit.
const (
	nbsp  = "\u00a0"
	minus = "\u2212"
)

// marks are the signs a language writes numbers with.
type marks struct{ group, decimal, percent string }

var (
	numberMarks = [...]marks{
		NB: {nbsp, ",", nbsp + "%"},
		SV: {nbsp, ",", nbsp + "%"},
		DA: {".", ",", nbsp + "%"},
		EN: {",", ".", "%"},
	}
	calendars = [...]locales.Translator{NB: nb_NO.New(), SV: sv_SE.New(), DA: da_DK.New(), EN: en_GB.New()}
)

// Int writes a whole number with its thousands apart.
func (l L) Int(n int64) string {
	if n >= 0 && n < 1000 {
		return strconv.Itoa(int(n))
	}
	var buf [48]byte
	return string(l.appendNumber(buf[:0], n, 0))
}

func (l L) count(n int) string { return l.Int(int64(n)) }

// Amount writes an amount of minor units without its currency, for columns that name it in their heading.
func (l L) Amount(minor int64, c money.Currency) string {
	var buf [48]byte
	return string(l.appendNumber(buf[:0], minor, c.Exponent()))
}

// Money writes an amount as readers of the language do: 18 450,50 kr, in Danish 18.450,50 kr., in English NOK 18,450.50.
// Kroner are kr in all three countries, as one seller has one currency; where several meet, use MoneyCode.
func (l L) Money(m money.Money) string {
	word := string(m.Currency)
	switch {
	case l == EN:
		return l.MoneyCode(m)
	case m.Currency == money.EUR:
		word = "€"
	case !m.Currency.Valid():
	case l == DA:
		word = "kr."
	default:
		word = "kr"
	}
	var buf [64]byte
	b := l.appendNumber(buf[:0], m.Minor, m.Currency.Exponent())
	b = append(b, nbsp...)
	return string(append(b, word...))
}

// MoneyCode writes an amount with the code of its currency, for pages where several currencies meet.
func (l L) MoneyCode(m money.Money) string {
	var buf [64]byte
	b := buf[:0]
	if l == EN {
		b = append(append(b, m.Currency...), nbsp...)
		return string(l.appendNumber(b, m.Minor, m.Currency.Exponent()))
	}
	b = append(l.appendNumber(b, m.Minor, m.Currency.Exponent()), nbsp...)
	return string(append(b, m.Currency...))
}

// ParseMoney reads an amount as readers of the language type it; what is wrong is a money.Error, whose code has a text.
func (l L) ParseMoney(s string, c money.Currency) (money.Money, error) {
	return money.Parse(s, c, l.DecimalMark())
}

// DecimalMark is the mark before the decimals.
func (l L) DecimalMark() byte { return numberMarks[l.known()].decimal[0] }

// Percent writes a rate in basis points: 2500 is 25 %, 1250 is 12,5 %.
func (l L) Percent(basisPoints int64) string {
	decimals := 2
	for decimals > 0 && basisPoints%10 == 0 {
		basisPoints /= 10
		decimals--
	}
	var buf [48]byte
	b := l.appendNumber(buf[:0], basisPoints, decimals)
	return string(append(b, numberMarks[l.known()].percent...))
}

// Quantity writes thousandths without needless zeros: 2500 is 2,5.
func (l L) Quantity(thousandths int64) string {
	decimals := 3
	for decimals > 0 && thousandths%10 == 0 {
		thousandths /= 10
		decimals--
	}
	var buf [48]byte
	return string(l.appendNumber(buf[:0], thousandths, decimals))
}

// appendNumber writes n with its last digits after the decimal mark and the others in groups of three.
func (l L) appendNumber(b []byte, n int64, decimals int) []byte {
	m := numberMarks[l.known()]
	u := uint64(n) //nolint:gosec // two's complement, meant: the smallest number has no positive twin
	if n < 0 {
		b = append(b, minus...)
		u = -u
	}
	var buf [20]byte
	digits := strconv.AppendUint(buf[:0], u, 10)
	whole := len(digits) - decimals
	if whole <= 0 {
		b = append(b, '0')
	}
	for i := range whole {
		if i > 0 && (whole-i)%3 == 0 {
			b = append(b, m.group...)
		}
		b = append(b, digits[i])
	}
	if decimals == 0 {
		return b
	}
	b = append(b, m.decimal...)
	for range -whole {
		b = append(b, '0')
	}
	return append(b, digits[max(0, whole):]...)
}

// Date writes a day: 20. nov. 2026. No day is nothing.
func (l L) Date(d day.Date) string {
	if d.IsZero() {
		return ""
	}
	return calendars[l.known()].FmtDateMedium(d.In(time.UTC))
}

// LongDate writes a day with its weekday: fredag 20. november 2026. No day is nothing.
func (l L) LongDate(d day.Date) string {
	if d.IsZero() {
		return ""
	}
	return calendars[l.known()].FmtDateFull(d.In(time.UTC))
}

// Clock writes the time of day that the clocks of loc show: 14:05, in Danish 14.05.
func (l L) Clock(t time.Time, loc *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return calendars[l.known()].FmtTimeShort(t.In(loc))
}

// DateTime writes an instant as day and time on the clocks of loc. No instant is nothing.
func (l L) DateTime(t time.Time, loc *time.Location) string {
	if t.IsZero() {
		return ""
	}
	join := " kl. "
	if l == EN {
		join = ", "
	}
	return l.Date(day.Of(t, loc)) + join + l.Clock(t, loc)
}

// InDays says how far away a day is: today, tomorrow, in 3 days, yesterday, 3 days ago.
func (l L) InDays(n int) string {
	switch {
	case n == 0:
		return l.WordsToday()
	case n == 1:
		return l.WordsTomorrow()
	case n == -1:
		return l.WordsYesterday()
	case n < 0:
		return l.WordsDaysAgo(-n)
	}
	return l.WordsInDays(n)
}
