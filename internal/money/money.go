// Package money counts in whole minor units: øre, öre, øre and cent. No amount is ever a float, every overflow is an
// error, and every rounding is half away from zero, as invoices in the Nordic countries and EN 16931 expect.
package money

import (
	"cmp"
	"math"
	"math/bits"
)

// Currency is an ISO 4217 code. Only the constants below are known to the product.
type Currency string

// The currencies of the countries the product is sold in.
const (
	NOK Currency = "NOK"
	SEK Currency = "SEK"
	DKK Currency = "DKK"
	EUR Currency = "EUR"
)

// Valid says whether the product knows the currency.
func (c Currency) Valid() bool {
	switch c {
	case NOK, SEK, DKK, EUR:
		return true
	}
	return false
}

// Exponent is how many digits of the minor amount stand after the decimal mark: two for all known currencies.
func (c Currency) Exponent() int { return 2 }

// Money is an amount in the minor unit of its currency. The zero value is no money in no currency.
type Money struct {
	Minor    int64
	Currency Currency
}

// Error is what can go wrong with an amount. Its text is a stable code that the translations know.
type Error string

// The errors, as codes.
const (
	ErrCurrency Error = "money.currency" // two currencies in one sum, or an unknown one
	ErrOverflow Error = "money.overflow" // larger than 64 bits of minor units
	ErrEmpty    Error = "money.empty"    // nothing was typed
	ErrSyntax   Error = "money.syntax"   // not an amount
	ErrDecimals Error = "money.decimals" // more digits after the mark than the currency has
)

// Error is the code.
func (e Error) Error() string { return string(e) }

// Of is an amount of minor units.
func Of(minor int64, c Currency) Money { return Money{Minor: minor, Currency: c} }

// IsZero says that the amount is nothing, in whatever currency.
func (m Money) IsZero() bool { return m.Minor == 0 }

// Add is the sum of two amounts in one currency.
func (m Money) Add(o Money) (Money, error) {
	if m.Currency != o.Currency {
		return Money{}, ErrCurrency
	}
	sum, err := AddMinor(m.Minor, o.Minor)
	return Money{Minor: sum, Currency: m.Currency}, err
}

// Sub is what is left of m when o is taken away.
func (m Money) Sub(o Money) (Money, error) {
	neg, err := o.Neg()
	if err != nil {
		return Money{}, err
	}
	return m.Add(neg)
}

// Neg is the amount with its sign turned.
func (m Money) Neg() (Money, error) {
	if m.Minor == math.MinInt64 {
		return Money{}, ErrOverflow
	}
	return Money{Minor: -m.Minor, Currency: m.Currency}, nil
}

// Compare is -1, 0 or +1; two currencies cannot be compared.
func (m Money) Compare(o Money) (int, error) {
	if m.Currency != o.Currency {
		return 0, ErrCurrency
	}
	return cmp.Compare(m.Minor, o.Minor), nil
}

// Mul is the amount times a quantity in thousandths: 2.5 hours are 2500.
func (m Money) Mul(thousandths int64) (Money, error) { return m.scale(thousandths, 1000) }

// MulRate is that part of the amount which a rate in basis points takes: 25 % are 2500.
func (m Money) MulRate(basisPoints int64) (Money, error) { return m.scale(basisPoints, 10_000) }

func (m Money) scale(num, den int64) (Money, error) {
	minor, err := MulDiv(m.Minor, num, den)
	return Money{Minor: minor, Currency: m.Currency}, err
}

// AddMinor adds two amounts of minor units and notices an overflow.
func AddMinor(a, b int64) (int64, error) {
	sum := a + b
	if (sum > a) != (b > 0) && b != 0 {
		return 0, ErrOverflow
	}
	return sum, nil
}

// MulDiv is a × num ÷ den, rounded half away from zero. The product may need 128 bits; only the result must fit in 64.
// It panics when den is zero, as a division does.
func MulDiv(a, num, den int64) (int64, error) {
	if den == 0 {
		panic("money: division by zero")
	}
	ud := magnitude(den)
	hi, lo := bits.Mul64(magnitude(a), magnitude(num))
	// Adding half the divisor turns cutting off into rounding half up. Half of an odd divisor is itself cut, which is
	// right: no remainder of an odd divisor is exactly one half.
	lo, carry := bits.Add64(lo, ud/2, 0)
	hi += carry
	if hi >= ud {
		return 0, ErrOverflow
	}
	q, _ := bits.Div64(hi, lo, ud)
	return signed(q, (a < 0) != (num < 0) != (den < 0))
}

// signed gives a magnitude its sign back.
func signed(q uint64, negative bool) (int64, error) {
	if negative && q <= 1<<63 {
		return int64(-q), nil //nolint:gosec // two's complement, meant
	}
	if negative || q > math.MaxInt64 {
		return 0, ErrOverflow
	}
	return int64(q), nil
}

// magnitude is the absolute value, also of the smallest number, which has none among int64.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n) //nolint:gosec // two's complement, meant
	}
	return uint64(n)
}
