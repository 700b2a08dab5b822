package keysweb

import (
	"net/http"
	"strconv"

	"skranke/internal/day"
	"skranke/internal/i18n"
	"skranke/internal/keys"
	"skranke/internal/money"
	"skranke/internal/sheet"
	"skranke/internal/web"
)

// batch is how many rows a download reads at a time: whole lists stream through without being held.
const batch = 500

// download begins a list that the reader keeps as a file.
func (p *Pages) download(w http.ResponseWriter, l i18n.L, name string) (*sheet.CSV, error) {
	sheet.Attach(w, sheet.CSVFile, name, day.Of(p.Keys.DB.Now(), p.zone()))
	return sheet.NewCSV(w, l)
}

// ordersCSV is the list of orders under the same filter, all of it.
func (p *Pages) ordersCSV(w http.ResponseWriter, r *http.Request, _ side) error {
	l, f := web.L(r), ordersFilter(r.URL.Query())
	rows, err := p.Keys.List(r.Context(), web.Actor(r), f, batch)
	if err != nil {
		return err
	}
	s, err := p.download(w, l, "orders")
	if err != nil {
		return err
	}
	if err := s.Row(l.KeysOrderNumber(), l.KeysOfficeCustomer(), l.KeysWhat(), l.KeysQuantity(), l.KeysSystemNumber(), l.KeysOfficeCode(), l.KeysFlat(),
		l.KeysDelivery(), l.KeysOfficeOrdered(), l.KeysOfficeStatus(), l.KeysOfficeAmount(), l.KeysOfficeCurrency()); err != nil {
		return err
	}
	for len(rows) > 0 {
		customers, err := p.rowCustomers(r.Context(), rows)
		if err != nil {
			return err
		}
		for _, o := range rows {
			if err := s.Row(o.Number, customers[o.CustomerID], keys.ItemName(l, string(o.Product)), strconv.FormatInt(o.Quantity, 10), o.SystemNumber, o.Code, o.Flat,
				l.Code("keys.delivery."+o.Delivery), day.Of(o.CreatedAt, p.zone()).String(), l.Code("keys.status."+string(o.Status())),
				sheet.Amount(l, o.Total, money.Currency(o.Currency)), o.Currency); err != nil {
				return err
			}
		}
		if err := s.Flush(); err != nil {
			return err
		}
		if len(rows) < batch {
			break
		}
		f.Before, f.BeforeID = rows[len(rows)-1].CreatedAt, rows[len(rows)-1].ID
		if rows, err = p.Keys.List(r.Context(), web.Actor(r), f, batch); err != nil {
			return err
		}
	}
	return s.Flush()
}
