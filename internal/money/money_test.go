package money_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"skranke/internal/money"
)

func TestSumsKeepToOneCurrency(t *testing.T) {
	a, b := money.Of(1471, money.NOK), money.Of(1018, money.NOK)
	if got, err := a.Add(b); err != nil || got != money.Of(2489, money.NOK) {
		t.Errorf("sum = %v, %v", got, err)
	}
	if got, err := a.Sub(b); err != nil || got != money.Of(453, money.NOK) {
		t.Errorf("difference = %v, %v", got, err)
	}
	if got, err := a.Compare(b); err != nil || got != 1 {
		t.Errorf("compare = %v, %v", got, err)
	}
	crowns := money.Of(1, money.SEK)
	_, errAdd := a.Add(crowns)
	_, errSub := a.Sub(crowns)
	_, errCompare := a.Compare(crowns)
	for _, err := range []error{errAdd, errSub, errCompare} {
		if !errors.Is(err, money.ErrCurrency) {
			t.Errorf("two currencies: %v, want %v", err, money.ErrCurrency)
		}
	}
}

func TestOnlyKnownCurrenciesAreValid(t *testing.T) {
	for _, c := range []money.Currency{money.NOK, money.SEK, money.DKK, money.EUR} {
		if !c.Valid() || c.Exponent() != 2 {
			t.Errorf("%s: valid %v, exponent %d", c, c.Valid(), c.Exponent())
		}
	}
	for _, c := range []money.Currency{"", "nok", "USD", "JPY"} {
		if c.Valid() {
			t.Errorf("%q is taken for a currency", c)
		}
	}
}

func TestTooLargeAmountsAreRefused(t *testing.T) {
	most, least := money.Of(math.MaxInt64, money.NOK), money.Of(math.MinInt64, money.NOK)
	one := money.Of(1, money.NOK)
	for name, f := range map[string]func() (money.Money, error){
		"one more than the most":      func() (money.Money, error) { return most.Add(one) },
		"one less than the least":     func() (money.Money, error) { return least.Sub(one) },
		"the least taken away":        func() (money.Money, error) { return one.Sub(least) },
		"the least turned":            least.Neg,
		"twice the most":              func() (money.Money, error) { return most.Mul(2000) },
		"minus the least":             func() (money.Money, error) { return least.Mul(-1000) },
		"the most at 200 %":           func() (money.Money, error) { return most.MulRate(20_000) },
		"the least at 200 %":          func() (money.Money, error) { return least.MulRate(20_000) },
		"the product of two extremes": func() (money.Money, error) { return least.Mul(math.MinInt64) },
	} {
		if got, err := f(); !errors.Is(err, money.ErrOverflow) {
			t.Errorf("%s = %v, %v; want %v", name, got, err, money.ErrOverflow)
		}
	}
	if got, err := most.Mul(1000); err != nil || got != most {
		t.Errorf("the most once = %v, %v", got, err)
	}
	if got, err := least.Mul(1000); err != nil || got != least {
		t.Errorf("the least once = %v, %v", got, err)
	}
}

func TestHalvesAreRoundedAwayFromZero(t *testing.T) {
	for _, c := range []struct{ a, num, den, want int64 }{
		{1, 500, 1000, 1},
		{-1, 500, 1000, -1},
		{1, 499, 1000, 0},
		{-1, 499, 1000, 0},
		{3, 2500, 10_000, 1},
		{2, 2500, 10_000, 1},
		{1, 2500, 10_000, 0},
		{2489, 1900, 10_000, 473},
		{1471, 1900, 10_000, 279},
		{1018, 1900, 10_000, 193},
		{5, 1, 3, 2},
		{4, 1, 3, 1},
		{-5, -1, -3, -2},
		{0, 7, 9, 0},
		{math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64},
	} {
		if got, err := money.MulDiv(c.a, c.num, c.den); err != nil || got != c.want {
			t.Errorf("%d × %d ÷ %d = %d, %v; want %d", c.a, c.num, c.den, got, err, c.want)
		}
	}
}

func TestDividingByNothingIsAMistakeOfTheProgram(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("dividing by zero did not panic")
		}
	}()
	_, _ = money.MulDiv(1, 1, 0)
}

// exact is the reference for MulDiv: whole numbers without bounds.
func exact(a, num, den int64) *big.Int {
	n := new(big.Int).Mul(big.NewInt(a), big.NewInt(num))
	d := big.NewInt(den)
	if d.Sign() < 0 {
		n.Neg(n)
		d.Neg(d)
	}
	sign := n.Sign()
	n.Abs(n).Mul(n, big.NewInt(2)).Add(n, d).Div(n, d.Mul(d, big.NewInt(2)))
	if sign < 0 {
		n.Neg(n)
	}
	return n
}

func TestMultiplyingAgreesWithUnboundedNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, num := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "num")
		den := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-10_000, 10_000)).Filter(func(n int64) bool { return n != 0 }).Draw(t, "den")
		want := exact(a, num, den)
		got, err := money.MulDiv(a, num, den)
		switch {
		case want.IsInt64() && (err != nil || got != want.Int64()):
			t.Fatalf("%d × %d ÷ %d = %d, %v; want %s", a, num, den, got, err, want)
		case !want.IsInt64() && !errors.Is(err, money.ErrOverflow):
			t.Fatalf("%d × %d ÷ %d = %d, %v; want an overflow", a, num, den, got, err)
		}
	})
}

func TestAddingAgreesWithUnboundedNumbers(t *testing.T) {
	edge := rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{0, 1, -1, math.MaxInt64, math.MinInt64}))
	rapid.Check(t, func(t *rapid.T) {
		a, b := edge.Draw(t, "a"), edge.Draw(t, "b")
		want := new(big.Int).Add(big.NewInt(a), big.NewInt(b))
		got, err := money.AddMinor(a, b)
		if want.IsInt64() != (err == nil) || err == nil && got != want.Int64() {
			t.Fatalf("%d + %d = %d, %v; want %s", a, b, got, err, want)
		}
	})
}
