package keysweb

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"skranke/internal/day"
	"skranke/internal/i18n"
	"skranke/internal/keys"
	"skranke/internal/money"
	"skranke/internal/web"
)

// batch is how many rows a download reads at a time: whole lists stream through without being held.
const batch = 500

// sheet writes a list as the spreadsheets of the reader's country open it.
type sheet struct {
	out *csv.Writer
	rc  *http.ResponseController
}

const byteOrderMark = "\ufeff" // without it Excel takes æ, ø and å for something else

func newSheet(w http.ResponseWriter, l i18n.L, name string, on day.Date) (sheet, error) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+"-"+on.String()+`.csv"`)
	w.Header().Set("Cache-Control", "no-store")
	rc := http.NewResponseController(w)
	_ = rc.SetWriteDeadline(time.Time{}) // a long list over a thin line takes its time; not every server can say so
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return sheet{}, fmt.Errorf("send list: %w", err)
	}
	s := sheet{out: csv.NewWriter(w), rc: rc}
	if s.out.UseCRLF = true; l != i18n.EN {
		s.out.Comma = ';' // the comma is the decimal mark there
	}
	return s, nil
}

// row writes one row. A cell that a spreadsheet would take for a formula gets an apostrophe before it.
func (s sheet) row(cells ...string) error {
	for i, c := range cells {
		if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
			cells[i] = "'" + c
		}
	}
	if err := s.out.Write(cells); err != nil {
		return fmt.Errorf("send list: %w", err)
	}
	return nil
}

func (s sheet) flush() error {
	s.out.Flush()
	if err := s.out.Error(); err != nil {
		return fmt.Errorf("send list: %w", err)
	}
	_ = s.rc.Flush() // not every server can
	return nil
}

// plain is an amount that a spreadsheet reads as a number.
func plain(l i18n.L, minor int64, c money.Currency) string {
	digits := strconv.FormatInt(minor, 10)
	for len(digits) <= c.Exponent() {
		digits = "0" + digits
	}
	whole := len(digits) - c.Exponent()
	return digits[:whole] + string(l.DecimalMark()) + digits[whole:]
}

// ordersCSV is the list of orders under the same filter, all of it.
func (p *Pages) ordersCSV(w http.ResponseWriter, r *http.Request, _ side) error {
	l, f := web.L(r), ordersFilter(r.URL.Query())
	rows, err := p.Keys.List(r.Context(), web.Actor(r), f, batch)
	if err != nil {
		return err
	}
	s, err := newSheet(w, l, "orders", day.Of(p.Keys.DB.Now(), p.zone()))
	if err != nil {
		return err
	}
	if err := s.row(l.KeysOrderNumber(), l.KeysOfficeCustomer(), l.KeysWhat(), l.KeysQuantity(), l.KeysSystemNumber(), l.KeysOfficeCode(), l.KeysFlat(),
		l.KeysDelivery(), l.KeysOfficeOrdered(), l.KeysOfficeStatus(), l.KeysOfficeAmount(), l.KeysOfficeCurrency()); err != nil {
		return err
	}
	for len(rows) > 0 {
		customers, err := p.rowCustomers(r.Context(), rows)
		if err != nil {
			return err
		}
		for _, o := range rows {
			if err := s.row(o.Number, customers[o.CustomerID], keys.ItemName(l, string(o.Product)), strconv.FormatInt(o.Quantity, 10), o.SystemNumber, o.Code, o.Flat,
				l.Code("keys.delivery."+o.Delivery), day.Of(o.CreatedAt, p.zone()).String(), l.Code("keys.status."+string(o.Status())),
				plain(l, o.Total, money.Currency(o.Currency)), o.Currency); err != nil {
				return err
			}
		}
		if err := s.flush(); err != nil {
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
	return s.flush()
}
