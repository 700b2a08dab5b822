package money_test

import (
	"errors"
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"skranke/internal/money"
)

func TestSpreadingGivesTheRestToTheLargestRemainders(t *testing.T) {
	for _, c := range []struct {
		total   int64
		weights []int64
		want    []int64
	}{
		{100, []int64{1, 1, 1}, []int64{34, 33, 33}},
		{-100, []int64{1, 1, 1}, []int64{-34, -33, -33}},
		{473, []int64{1471, 1018}, []int64{280, 193}},
		{10, []int64{0, 0, 0}, []int64{4, 3, 3}},
		{10, []int64{0, 5, 0}, []int64{0, 10, 0}},
		{0, []int64{3, 4}, []int64{0, 0}},
		{0, nil, nil},
		{5, []int64{2, 3}, []int64{2, 3}},
		{1, []int64{1, 1}, []int64{1, 0}},
		{math.MaxInt64 - 1, []int64{1, math.MaxInt64 - 2}, []int64{1, math.MaxInt64 - 2}},
	} {
		got, err := money.Spread(c.total, c.weights)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%d over %v = %v, %v; want %v", c.total, c.weights, got, err, c.want)
		}
	}
}

func TestWhatCannotBeSpreadIsRefused(t *testing.T) {
	for _, c := range []struct {
		total   int64
		weights []int64
		want    error
	}{
		{1, nil, money.ErrShare},
		{1, []int64{1, -1}, money.ErrShare},
		{1, []int64{math.MaxInt64, 1}, money.ErrOverflow},
	} {
		if got, err := money.Spread(c.total, c.weights); !errors.Is(err, c.want) {
			t.Errorf("%d over %v = %v, %v; want %v", c.total, c.weights, got, err, c.want)
		}
	}
	for name, c := range map[string]struct {
		total    int64
		num, den int64
	}{"too much": {9, 1, 2}, "too little": {1, 1, 2}, "by nothing": {1, 1, 0}, "turned": {-4, 1, 2}} {
		if got, err := money.Share(c.total, []int64{4, 4}, c.num, c.den); !errors.Is(err, money.ErrShare) {
			t.Errorf("%s: %v, %v; want %v", name, got, err, money.ErrShare)
		}
	}
	if got, err := money.Share(0, []int64{math.MaxInt64}, math.MaxInt64, 1); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("an immense share = %v, %v; want %v", got, err, money.ErrOverflow)
	}
}

func TestSpreadingLosesNothingAndIsFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(-1e15, 1e15).Draw(t, "total")
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1e12), 1, 30).Draw(t, "weights")
		got, err := money.Spread(total, weights)
		if err != nil {
			t.Fatal(err)
		}
		var sum, weight int64
		for i := range weights {
			sum, weight = sum+got[i], weight+weights[i]
		}
		if sum != total {
			t.Fatalf("%d over %v = %v, which sums to %d", total, weights, got, sum)
		}
		turned, err := money.Spread(-total, weights)
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range weights {
			if turned[i] != -got[i] {
				t.Fatalf("%d over %v = %v, turned %v", total, weights, got, turned)
			}
			if weight == 0 {
				continue
			}
			// |part × weight − total × w| < weight: less than one unit beside the exact share.
			off := new(big.Int).Mul(big.NewInt(got[i]), big.NewInt(weight))
			off.Sub(off, new(big.Int).Mul(big.NewInt(total), big.NewInt(w)))
			if off.Abs(off).Cmp(big.NewInt(weight)) >= 0 {
				t.Fatalf("%d over %v: part %d is %d, a whole unit beside its share", total, weights, i, got[i])
			}
		}
	})
}

func TestSharesOfARateReachTheRoundedSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.Int64Range(-1e9, 1e9), 1, 30).Draw(t, "parts")
		rate := rapid.SampledFrom([]int64{0, 600, 1111, 1200, 1500, 1900, 2500, 2550, 10_000}).Draw(t, "rate")
		var sum int64
		for _, p := range parts {
			sum += p
		}
		total, err := money.MulDiv(sum, rate, 10_000)
		if err != nil {
			t.Fatal(err)
		}
		got, err := money.Share(total, parts, rate, 10_000)
		if err != nil {
			t.Fatalf("%d of %v at %d: %v", total, parts, rate, err)
		}
		for i, p := range parts {
			total -= got[i]
			if off := got[i]*10_000 - p*rate; off <= -10_000 || off >= 10_000 {
				t.Fatalf("the share of %d at %d is %d", p, rate, got[i])
			}
		}
		if total != 0 {
			t.Fatalf("shares %v of %v leave %d", got, parts, total)
		}
	})
}
