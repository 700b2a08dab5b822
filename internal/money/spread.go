package money

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// ErrShare is a total that cannot be reached by rounding the parts, or weights that cannot carry one.
const ErrShare Error = "money.share"

// Spread divides total by the weights so that nothing is lost: each part is its exact share rounded down or up, and
// those with the largest remainder are rounded up. Among equal remainders the earlier part wins. Without any weight the
// parts are as equal as can be.
func Spread(total int64, weights []int64) ([]int64, error) {
	var sum int64
	for _, w := range weights {
		if w < 0 {
			return nil, ErrShare
		}
		var err error
		if sum, err = AddMinor(sum, w); err != nil {
			return nil, err
		}
	}
	if sum == 0 {
		weights = slices.Repeat([]int64{1}, len(weights))
		sum = int64(len(weights))
	}
	if sum == 0 {
		if total != 0 {
			return nil, ErrShare
		}
		return nil, nil
	}
	return Share(total, weights, total, sum)
}

// Share gives each part its part × num ÷ den, rounded down or up so that the results sum to total, by the largest
// remainder. It is how the VAT of a rate, reckoned on the sum of its lines, comes back to the lines; parts may have
// either sign. Turning every sign turns every result, as long as the parts have one sign.
func Share(total int64, parts []int64, num, den int64) ([]int64, error) {
	if den <= 0 {
		return nil, ErrShare
	}
	turn := total < 0
	type rest struct {
		i int
		r uint64
	}
	out, rests := make([]int64, len(parts)), make([]rest, len(parts))
	left := new(wide)
	left.add(total, turn)
	for i, p := range parts {
		q, r, err := floorDiv(p, num, den, turn)
		if err != nil {
			return nil, err
		}
		out[i], rests[i] = q, rest{i: i, r: r}
		left.add(q, true)
	}
	missing, ok := left.within(len(parts))
	if !ok {
		return nil, ErrShare
	}
	slices.SortStableFunc(rests, func(a, b rest) int { return cmp.Compare(b.r, a.r) })
	for _, r := range rests[:missing] {
		out[r.i]++
	}
	if turn {
		for i := range out {
			out[i] = -out[i]
		}
	}
	return out, nil
}

// floorDiv is p × num ÷ den rounded down, and what is left over as a part of den. With turn the sign is turned first.
func floorDiv(p, num, den int64, turn bool) (q int64, rest uint64, err error) {
	ud := magnitude(den)
	hi, lo := bits.Mul64(magnitude(p), magnitude(num))
	if hi >= ud {
		return 0, 0, ErrOverflow
	}
	uq, r := bits.Div64(hi, lo, ud)
	negative := (p < 0) != (num < 0) != turn
	if uq >= math.MaxInt64 {
		return 0, 0, ErrOverflow
	}
	q = int64(uq)
	if !negative {
		return q, r, nil
	}
	if r > 0 {
		return -q - 1, ud - r, nil
	}
	return -q, 0, nil
}

// wide is a sum of many int64 that cannot overflow on the way.
type wide struct{ hi, lo uint64 }

// add adds n, or takes it away.
func (w *wide) add(n int64, negate bool) {
	lo, hi := uint64(n), uint64(n>>63) //nolint:gosec // sign extension to 128 bits, meant
	var carry uint64
	if negate {
		w.lo, carry = bits.Sub64(w.lo, lo, 0)
		w.hi, _ = bits.Sub64(w.hi, hi, carry)
		return
	}
	w.lo, carry = bits.Add64(w.lo, lo, 0)
	w.hi, _ = bits.Add64(w.hi, hi, carry)
}

// within gives the sum when it is between 0 and n.
func (w *wide) within(n int) (int, bool) {
	if w.hi != 0 || w.lo > uint64(n) { //nolint:gosec // n is a length
		return 0, false
	}
	return int(w.lo), true //nolint:gosec // at most n
}
