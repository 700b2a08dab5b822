package totals_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"skranke/internal/money"
	"skranke/internal/totals"
)

func piece(id string, price, rate int64) totals.Line {
	return totals.Line{ID: id, Quantity: 1000, UnitPrice: price, VATBasisPoints: rate}
}

func reckon(t *testing.T, included bool, lines ...totals.Line) totals.Totals {
	t.Helper()
	got, err := totals.Of(totals.Document{Currency: money.NOK, PricesIncludeVAT: included, Lines: lines})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func amounts(net, vat, gross int64) totals.Amounts {
	return totals.Amounts{Net: net, VAT: vat, Gross: gross}
}

func TestVATIsReckonedOnTheSumAndSharedByTheLines(t *testing.T) {
	got := reckon(t, false, piece("a", 1471, 1900), piece("b", 1018, 1900))
	if want := amounts(2489, 473, 2962); got.Amounts != want {
		t.Errorf("14.71 + 10.18 at 19 %% = %v, want %v: line by line it would be 29.61", got.Amounts, want)
	}
	if a, b := got.Lines[0].Amounts, got.Lines[1].Amounts; a != amounts(1471, 280, 1751) || b != amounts(1018, 193, 1211) {
		t.Errorf("the lines are %v and %v", a, b)
	}
}

func TestAKeyOrderIsReckonedFromPricesIncludingVAT(t *testing.T) {
	got := reckon(t, true,
		totals.Line{ID: "fob", Quantity: 2000, UnitPrice: 37500, VATBasisPoints: 2500},
		totals.Line{ID: "programming", Kind: totals.Fee, Quantity: 1000, UnitPrice: 25000, VATBasisPoints: 2500},
		totals.Line{ID: "post", Kind: totals.Freight, Quantity: 1000, UnitPrice: 9900, VATBasisPoints: 2500},
	)
	if want := amounts(87920, 21980, 109900); got.Amounts != want {
		t.Errorf("total = %v, want %v", got.Amounts, want)
	}
	if item, fee, post := got.ByKind(totals.Item), got.ByKind(totals.Fee), got.ByKind(totals.Freight); item.Gross != 75000 || fee.Gross != 25000 || post.Gross != 9900 {
		t.Errorf("item %v, fee %v, freight %v", item, fee, post)
	}
	if got.GrossMoney() != money.Of(109900, money.NOK) {
		t.Errorf("to pay = %v", got.GrossMoney())
	}
}

func TestRatesAreKeptApart(t *testing.T) {
	got := reckon(t, false, piece("food", 1000, 1500), piece("lock", 1001, 2500), piece("book", 500, 0), piece("key", 1001, 2500))
	want := []totals.RateTotal{
		{VATBasisPoints: 2500, Amounts: amounts(2002, 501, 2503)},
		{VATBasisPoints: 1500, Amounts: amounts(1000, 150, 1150)},
		{VATBasisPoints: 0, Amounts: amounts(500, 0, 500)},
	}
	if !slices.Equal(got.Rates, want) {
		t.Errorf("rates = %v, want %v", got.Rates, want)
	}
	if got.Amounts != amounts(3502, 651, 4153) {
		t.Errorf("total = %v", got.Amounts)
	}
	// Of two equal lines the one with the smaller id gets the odd øre.
	if key, lock := got.Lines[3].VAT, got.Lines[1].VAT; key != 251 || lock != 250 {
		t.Errorf("VAT of key %d and lock %d, want 251 and 250", key, lock)
	}
}

func TestQuantitiesAreRoundedOncePerLine(t *testing.T) {
	got := reckon(t, false, totals.Line{ID: "hours", Quantity: 333, UnitPrice: 99995, VATBasisPoints: 2500})
	if want := amounts(33298, 8325, 41623); got.Amounts != want {
		t.Errorf("0.333 × 999.95 = %v, want %v", got.Amounts, want)
	}
}

func TestAnEmptyDocumentIsNothing(t *testing.T) {
	if got := reckon(t, true); got.Amounts != (totals.Amounts{}) || len(got.Rates) != 0 {
		t.Errorf("nothing comes to %v", got)
	}
}

func TestMistakesOfTheCallerAreRefused(t *testing.T) {
	huge := totals.Line{ID: "a", Quantity: math.MaxInt64, UnitPrice: math.MaxInt64}
	for name, c := range map[string]struct {
		currency money.Currency
		lines    []totals.Line
		want     error
	}{
		"no currency":         {"", nil, totals.ErrCurrency},
		"a line without id":   {money.NOK, []totals.Line{piece("", 1, 0)}, totals.ErrLineID},
		"an id twice":         {money.NOK, []totals.Line{piece("a", 1, 0), piece("a", 2, 2500)}, totals.ErrLineID},
		"a negative rate":     {money.NOK, []totals.Line{piece("a", 1, -1)}, totals.ErrRate},
		"a rate over 100 %":   {money.NOK, []totals.Line{piece("a", 1, 10_001)}, totals.ErrRate},
		"a product too large": {money.NOK, []totals.Line{huge}, money.ErrOverflow},
		"a sum too large":     {money.NOK, []totals.Line{piece("a", math.MaxInt64, 0), piece("b", 1, 0)}, money.ErrOverflow},
		"a gross too large":   {money.NOK, []totals.Line{piece("a", math.MaxInt64, 2500)}, money.ErrOverflow},
		"rates too large":     {money.NOK, []totals.Line{piece("a", math.MaxInt64, 0), piece("b", 4, 2500)}, money.ErrOverflow},
	} {
		got, err := totals.Of(totals.Document{Currency: c.currency, Lines: c.lines})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, %v; want %v", name, got, err, c.want)
		}
	}
}

// documents draws documents as they come: mixed rates, fees, part quantities and lines with a minus.
func documents() *rapid.Generator[totals.Document] {
	return rapid.Custom(func(t *rapid.T) totals.Document {
		d := totals.Document{Currency: money.NOK, PricesIncludeVAT: rapid.Bool().Draw(t, "included")}
		least := rapid.SampledFrom([]int64{0, -5_000_000}).Draw(t, "least")
		for i := range rapid.IntRange(0, 25).Draw(t, "lines") {
			d.Lines = append(d.Lines, totals.Line{
				ID:             fmt.Sprintf("line-%02d", i),
				Kind:           rapid.SampledFrom([]totals.Kind{totals.Item, totals.Fee, totals.Freight}).Draw(t, "kind"),
				Quantity:       rapid.OneOf(rapid.Map(rapid.Int64Range(0, 20), func(n int64) int64 { return n * 1000 }), rapid.Int64Range(0, 99_999)).Draw(t, "quantity"),
				UnitPrice:      rapid.Int64Range(least, 5_000_000).Draw(t, "price"),
				VATBasisPoints: rapid.SampledFrom([]int64{0, 600, 1111, 1200, 1500, 1900, 2500}).Draw(t, "rate"),
			})
		}
		return d
	})
}

func of(t *rapid.T, d totals.Document) totals.Totals {
	got, err := totals.Of(d)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func plus(a, b totals.Amounts) totals.Amounts {
	return amounts(a.Net+b.Net, a.VAT+b.VAT, a.Gross+b.Gross)
}

func TestEverySumIsTraceableToItsRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := documents().Draw(t, "document")
		got := of(t, d)
		var lines, rates, kinds totals.Amounts
		byRate := map[int64]totals.Amounts{}
		for i, l := range got.Lines {
			if l.Net+l.VAT != l.Gross {
				t.Fatalf("line %s: %d + %d is not %d", l.ID, l.Net, l.VAT, l.Gross)
			}
			price, err := money.MulDiv(d.Lines[i].UnitPrice, d.Lines[i].Quantity, 1000)
			if told := map[bool]int64{true: l.Gross, false: l.Net}[d.PricesIncludeVAT]; err != nil || told != price {
				t.Fatalf("line %s: price %d became %d", l.ID, price, told)
			}
			if price == 0 && l.VAT != 0 {
				t.Fatalf("line %s is free and bears VAT %d", l.ID, l.VAT)
			}
			lines, byRate[l.VATBasisPoints] = plus(lines, l.Amounts), plus(byRate[l.VATBasisPoints], l.Amounts)
		}
		for _, r := range got.Rates {
			if byRate[r.VATBasisPoints] != r.Amounts {
				t.Fatalf("rate %d is %v, its lines %v", r.VATBasisPoints, r.Amounts, byRate[r.VATBasisPoints])
			}
			rates = plus(rates, r.Amounts)
		}
		for _, k := range []totals.Kind{totals.Item, totals.Fee, totals.Freight} {
			kinds = plus(kinds, got.ByKind(k))
		}
		if lines != got.Amounts || rates != got.Amounts || kinds != got.Amounts || got.Net+got.VAT != got.Gross {
			t.Fatalf("total %v, lines %v, rates %v, kinds %v", got.Amounts, lines, rates, kinds)
		}
	})
}

func TestTheVATOfARateIsItsBaseTimesTheRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := documents().Draw(t, "document")
		for _, r := range of(t, d).Rates {
			want, err := money.MulDiv(r.Net, r.VATBasisPoints, 10_000)
			if err != nil {
				t.Fatal(err)
			}
			off := r.VAT - want
			if off != 0 && !d.PricesIncludeVAT || off < -1 || off > 1 {
				t.Fatalf("base %d at %d: VAT %d, want %d", r.Net, r.VATBasisPoints, r.VAT, want)
			}
			if d.PricesIncludeVAT {
				want, err = money.MulDiv(r.Gross, r.VATBasisPoints, 10_000+r.VATBasisPoints)
				if err != nil || r.VAT != want {
					t.Fatalf("gross %d at %d: VAT %d, want %d, %v", r.Gross, r.VATBasisPoints, r.VAT, want, err)
				}
			}
		}
	})
}

func TestTheOrderOfLinesDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := documents().Draw(t, "document")
		before := of(t, d)
		d.Lines = rapid.Permutation(d.Lines).Draw(t, "order")
		after := of(t, d)
		if before.Amounts != after.Amounts || !slices.Equal(before.Rates, after.Rates) {
			t.Fatalf("in another order %v became %v", before, after)
		}
		was := map[string]totals.LineTotal{}
		for _, l := range before.Lines {
			was[l.ID] = l
		}
		for i, l := range after.Lines {
			if l != was[l.ID] || l.ID != d.Lines[i].ID {
				t.Fatalf("in another order line %v became %v", was[l.ID], l)
			}
		}
	})
}

func TestReckoningAgainChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := documents().Draw(t, "document")
		lines := slices.Clone(d.Lines)
		first, second := of(t, d), of(t, d)
		if first.Amounts != second.Amounts || !slices.Equal(first.Lines, second.Lines) || !slices.Equal(first.Rates, second.Rates) {
			t.Fatalf("first %v, then %v", first, second)
		}
		if !slices.Equal(lines, d.Lines) {
			t.Fatal("the document itself was changed")
		}
	})
}

func TestAFullCreditLeavesExactlyNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := documents().Draw(t, "document")
		bill := of(t, d)
		credit := bill.Credit()
		if plus(bill.Amounts, credit.Amounts) != (totals.Amounts{}) {
			t.Fatalf("bill %v and credit %v leave something", bill.Amounts, credit.Amounts)
		}
		for i := range bill.Lines {
			if plus(bill.Lines[i].Amounts, credit.Lines[i].Amounts) != (totals.Amounts{}) {
				t.Fatalf("line %v and credit %v leave something", bill.Lines[i], credit.Lines[i])
			}
		}
		for i := range bill.Rates {
			if plus(bill.Rates[i].Amounts, credit.Rates[i].Amounts) != (totals.Amounts{}) {
				t.Fatalf("rate %v and credit %v leave something", bill.Rates[i], credit.Rates[i])
			}
		}
		if back := credit.Credit(); back.Amounts != bill.Amounts || !slices.Equal(back.Lines, bill.Lines) {
			t.Fatalf("credited twice %v became %v", bill, back)
		}
	})
}

func TestPartDeliveriesStayWithinOneOrePerRateAndDocument(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := documents().Draw(t, "document")
		whole := of(t, d)
		parts := rapid.IntRange(1, 4).Draw(t, "parts")
		byRate := map[int64]int64{}
		for p := range parts {
			part := d
			part.Lines = nil
			for i, l := range d.Lines {
				if i%parts == p {
					part.Lines = append(part.Lines, l)
				}
			}
			for _, r := range of(t, part).Rates {
				byRate[r.VATBasisPoints] += r.VAT
			}
		}
		for _, r := range whole.Rates {
			if off := byRate[r.VATBasisPoints] - r.VAT; off < -int64(parts) || off > int64(parts) {
				t.Fatalf("VAT at %d is %d at once and %d in %d parts", r.VATBasisPoints, r.VAT, byRate[r.VATBasisPoints], parts)
			}
		}
	})
}

func BenchmarkOf(b *testing.B) {
	d := totals.Document{Currency: money.NOK, PricesIncludeVAT: true, Lines: []totals.Line{piece("a", 37500, 2500), piece("b", 25000, 2500), piece("c", 9900, 2500)}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := totals.Of(d); err != nil {
			b.Fatal(err)
		}
	}
}
