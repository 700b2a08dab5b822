package keys

import (
	"fmt"

	"skranke/internal/agreement"
	"skranke/internal/fault"
	"skranke/internal/money"
	"skranke/internal/totals"
)

// Quote is what an order costs, reckoned by the one calculator.
type Quote struct {
	Currency        money.Currency
	Lines           []Line
	Net, VAT, Total int64
}

// Price reckons a form by its agreement's prices, which include VAT: residents are consumers. The order fee
// (programming) comes once per order, freight only by post.
func Price(a agreement.Agreement, f Form) (Quote, error) {
	quantity := f.NumberOf()
	wanted := []struct {
		item string
		kind totals.Kind
		n    int64
	}{{f.Product, totals.Item, quantity}, {agreement.ItemOrderFee, totals.Fee, 1}, {agreement.ItemFreight, totals.Freight, 1}}
	doc := totals.Document{Currency: a.Currency, PricesIncludeVAT: true}
	q := Quote{Currency: a.Currency}
	for _, w := range wanted {
		p, ok := a.Price(w.item)
		switch {
		case w.item == agreement.ItemFreight && f.Delivery != Post, w.kind != totals.Item && !ok:
			continue
		case !ok:
			return q, fault.New(fault.Conflict, "keys.order.no_price")
		}
		doc.Lines = append(doc.Lines, totals.Line{ID: w.item, Kind: w.kind, Quantity: w.n * 1000, UnitPrice: p.Amount, VATBasisPoints: p.VAT})
		q.Lines = append(q.Lines, Line{Item: w.item, Quantity: w.n, Unit: p.Amount, Rate: p.VAT})
	}
	t, err := totals.Of(doc)
	if err != nil {
		return q, fmt.Errorf("price key order: %w", err)
	}
	for i, l := range t.Lines {
		q.Lines[i].Net, q.Lines[i].VAT, q.Lines[i].Gross = l.Net, l.VAT, l.Gross
	}
	q.Net, q.VAT, q.Total = t.Net, t.VAT, t.Gross
	return q, nil
}
