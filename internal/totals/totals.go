// Package totals is the one calculator of lines, VAT and fees: cart, quote, order, approval and invoice all ask it, so
// that they can never show different sums.
//
// It follows EN 16931, the European norm for e-invoices:
//
//   - a line is quantity × price, rounded once (BT-131, PEPPOL-EN16931-R120);
//   - the base of a rate is the sum of its lines, fees and freight (BR-S-08);
//   - the VAT of a rate is reckoned on that base, not line by line, and rounded half away from zero (BR-CO-17);
//   - the document is the sum of its rates (BR-CO-10, BR-CO-13, BR-CO-14) and net + VAT = gross (BR-CO-15).
//
// Each line then gets its share of its rate's VAT by the largest remainder, so that the rows of a page add up as well.
//
// Where prices include VAT, what the buyer was told is what the buyer pays: the gross stands, and the VAT is taken out
// of it per rate. At 25 % no base at all gives a gross that leaves 2 when divided by 5, so there base × rate may be one
// minor unit beside the VAT. Nothing but another price can change that.
package totals

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"skranke/internal/money"
)

// Kind says what a line is for.
type Kind uint8

// The kinds of lines. They are reckoned alike; pages show them in different places.
const (
	Item Kind = iota
	Fee
	Freight
)

// Line is one row to be reckoned.
type Line struct {
	ID             string // unique in the document; it decides where the last øre goes, so it must not change
	Kind           Kind
	Quantity       int64 // thousandths
	UnitPrice      int64 // minor units
	VATBasisPoints int64 // 2500 is 25 %
}

// Document is what is reckoned together.
type Document struct {
	Currency         money.Currency
	PricesIncludeVAT bool // for all lines: a document never mixes the two
	Lines            []Line
}

// Amounts are three sums that always satisfy Net + VAT = Gross, in minor units.
type Amounts struct {
	Net, VAT, Gross int64
}

// LineTotal is the result of one line.
type LineTotal struct {
	ID             string
	Kind           Kind
	VATBasisPoints int64
	Amounts
}

// RateTotal is the result of one VAT rate; its Net is the base.
type RateTotal struct {
	VATBasisPoints int64
	Amounts
}

// Totals is the result of a document. The lines are in the document's order, the rates from the highest down.
type Totals struct {
	Currency money.Currency
	Lines    []LineTotal
	Rates    []RateTotal
	Amounts
}

// What a document can be refused for; each is a mistake of the caller, not of a reader.
var (
	ErrLineID   = errors.New("line without an id of its own")
	ErrRate     = errors.New("VAT rate outside 0 to 100 %")
	ErrCurrency = errors.New("unknown currency")
	errUneven   = errors.New("sums do not add up")
)

// Of reckons a document. The order of the lines changes nothing but the order of the result.
func Of(d Document) (Totals, error) {
	t := Totals{Currency: d.Currency, Lines: make([]LineTotal, len(d.Lines))}
	if !d.Currency.Valid() {
		return Totals{}, fmt.Errorf("reckon totals in %q: %w", d.Currency, ErrCurrency)
	}
	order := make([]int, len(d.Lines))
	for i, l := range d.Lines {
		if l.VATBasisPoints < 0 || l.VATBasisPoints > 10_000 {
			return Totals{}, fmt.Errorf("reckon line %s: %d basis points: %w", l.ID, l.VATBasisPoints, ErrRate)
		}
		t.Lines[i] = LineTotal{ID: l.ID, Kind: l.Kind, VATBasisPoints: l.VATBasisPoints}
		order[i] = i
	}
	// By rate, and within a rate by id: the last øre must not follow the order on the page.
	slices.SortFunc(order, func(a, b int) int {
		x, y := d.Lines[a], d.Lines[b]
		return cmp.Or(cmp.Compare(y.VATBasisPoints, x.VATBasisPoints), cmp.Compare(x.ID, y.ID))
	})
	if err := distinct(d.Lines); err != nil {
		return Totals{}, err
	}
	for len(order) > 0 {
		rate := d.Lines[order[0]].VATBasisPoints
		n := slices.IndexFunc(order, func(i int) bool { return d.Lines[i].VATBasisPoints != rate })
		if n < 0 {
			n = len(order)
		}
		r, err := t.reckonRate(d, order[:n])
		if err != nil {
			return Totals{}, fmt.Errorf("reckon VAT at %d basis points: %w", rate, err)
		}
		t.Rates = append(t.Rates, r)
		order = order[n:]
	}
	for _, r := range t.Rates {
		if err := t.add(r.Amounts); err != nil {
			return Totals{}, fmt.Errorf("sum rates: %w", err)
		}
	}
	if err := t.check(); err != nil {
		return Totals{}, err
	}
	return t, nil
}

func distinct(lines []Line) error {
	seen := make(map[string]bool, len(lines))
	for _, l := range lines {
		if l.ID == "" || seen[l.ID] {
			return fmt.Errorf("reckon line %q: %w", l.ID, ErrLineID)
		}
		seen[l.ID] = true
	}
	return nil
}

// reckonRate reckons the lines of one rate, given by their places in the document.
func (t *Totals) reckonRate(d Document, places []int) (RateTotal, error) {
	r := RateTotal{VATBasisPoints: d.Lines[places[0]].VATBasisPoints}
	prices := make([]int64, len(places))
	var sum int64
	for n, i := range places {
		l := d.Lines[i]
		var err error
		if prices[n], err = money.MulDiv(l.UnitPrice, l.Quantity, 1000); err != nil {
			return r, fmt.Errorf("line %s: %w", l.ID, err)
		}
		if sum, err = money.AddMinor(sum, prices[n]); err != nil {
			return r, fmt.Errorf("line %s: %w", l.ID, err)
		}
	}
	num, den := r.VATBasisPoints, int64(10_000)
	if d.PricesIncludeVAT {
		den += num
	}
	vat, err := money.MulDiv(sum, num, den)
	if err != nil {
		return r, err
	}
	shares, err := money.Share(vat, prices, num, den)
	if err != nil {
		return r, fmt.Errorf("share %d: %w", vat, err)
	}
	for n, i := range places {
		if t.Lines[i].Amounts, err = join(prices[n], shares[n], d.PricesIncludeVAT); err != nil {
			return r, fmt.Errorf("line %s: %w", d.Lines[i].ID, err)
		}
	}
	r.Amounts, err = join(sum, vat, d.PricesIncludeVAT)
	return r, err
}

// join completes the three amounts from a price and its VAT.
func join(price, vat int64, included bool) (Amounts, error) {
	if included {
		// The VAT has the sign of the price and is smaller, so this cannot overflow.
		return Amounts{Net: price - vat, VAT: vat, Gross: price}, nil
	}
	gross, err := money.AddMinor(price, vat)
	return Amounts{Net: price, VAT: vat, Gross: gross}, err
}

// add adds o and notices an overflow.
func (a *Amounts) add(o Amounts) (err error) {
	var errs [3]error
	a.Net, errs[0] = money.AddMinor(a.Net, o.Net)
	a.VAT, errs[1] = money.AddMinor(a.VAT, o.VAT)
	a.Gross, errs[2] = money.AddMinor(a.Gross, o.Gross)
	return errors.Join(errs[:]...)
}

// check asserts that every row adds up and that every sum can be traced to its rows. It costs nothing beside the
// database, and a wrong sum must not leave the house.
func (t *Totals) check() error {
	var lines, rates Amounts
	byRate := map[int64]Amounts{}
	for _, l := range t.Lines {
		sum := byRate[l.VATBasisPoints]
		if err := errors.Join(l.even(), lines.add(l.Amounts), sum.add(l.Amounts)); err != nil {
			return fmt.Errorf("check line %s: %w", l.ID, err)
		}
		byRate[l.VATBasisPoints] = sum
	}
	for _, r := range t.Rates {
		if err := errors.Join(r.even(), rates.add(r.Amounts)); err != nil {
			return fmt.Errorf("check VAT at %d basis points: %w", r.VATBasisPoints, err)
		}
		if byRate[r.VATBasisPoints] != r.Amounts {
			return fmt.Errorf("check VAT at %d basis points: %w", r.VATBasisPoints, errUneven)
		}
	}
	if err := t.even(); err != nil {
		return err
	}
	if lines != t.Amounts || rates != t.Amounts {
		return errUneven
	}
	return nil
}

func (a *Amounts) even() error {
	if a.Net+a.VAT != a.Gross {
		return errUneven
	}
	return nil
}

// ByKind is the sum of one kind of lines.
func (t Totals) ByKind(k Kind) Amounts {
	var a Amounts
	for _, l := range t.Lines {
		if l.Kind == k {
			a = Amounts{Net: a.Net + l.Net, VAT: a.VAT + l.VAT, Gross: a.Gross + l.Gross}
		}
	}
	return a
}

// Credit is the same document with every sign turned: taken together with the first, exactly nothing is left.
func (t Totals) Credit() Totals {
	c := Totals{Currency: t.Currency, Lines: slices.Clone(t.Lines), Rates: slices.Clone(t.Rates), Amounts: t.turned()}
	for i := range c.Lines {
		c.Lines[i].Amounts = c.Lines[i].turned()
	}
	for i := range c.Rates {
		c.Rates[i].Amounts = c.Rates[i].turned()
	}
	return c
}

func (a *Amounts) turned() Amounts { return Amounts{Net: -a.Net, VAT: -a.VAT, Gross: -a.Gross} }

// GrossMoney is what is to be paid.
func (t Totals) GrossMoney() money.Money { return money.Of(t.Gross, t.Currency) }
