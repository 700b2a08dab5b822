package sheet

import (
	"encoding/csv"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"skranke/internal/day"
	"skranke/internal/i18n"
	"skranke/internal/money"
)

// Kind is a kind of file to write.
type Kind string

// The kinds.
const (
	CSVFile  Kind = "text/csv; charset=utf-8"
	XLSXFile Kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

var extensions = map[Kind]string{CSVFile: ".csv", XLSXFile: ".xlsx"}

// Attach makes the response a download named after what is in it and the day it was made. It comes before the first row.
func Attach(w http.ResponseWriter, k Kind, name string, on day.Date) {
	w.Header().Set("Content-Type", string(k))
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name + "-" + on.String() + extensions[k]}))
	w.Header().Set("Cache-Control", "no-store")
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // a long list over a thin line takes its time; not every server can say so
}

const byteOrderMark = "\ufeff" // without it Excel takes æ, ø and å for something else

// CSV writes a list as the spreadsheets of the reader's country open it, row by row.
type CSV struct {
	out   *csv.Writer
	to    io.Writer
	cells []string // of the row being written
}

// NewCSV begins a list.
func NewCSV(w io.Writer, l i18n.L) (*CSV, error) {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return nil, fmt.Errorf("send list: %w", err)
	}
	s := &CSV{out: csv.NewWriter(w), to: w}
	if s.out.UseCRLF = true; l != i18n.EN {
		s.out.Comma = ';' // the comma is the decimal mark there
	}
	return s, nil
}

// Row writes one row. A cell that a spreadsheet would take for a formula gets an apostrophe before it, which Read takes away.
func (s *CSV) Row(cells ...string) error {
	s.cells = s.cells[:0]
	for _, c := range cells {
		s.cells = append(s.cells, guarded(c))
	}
	if err := s.out.Write(s.cells); err != nil {
		return fmt.Errorf("send list: %w", err)
	}
	return nil
}

// Flush sends what was written so far, also through the server's buffer.
func (s *CSV) Flush() error {
	s.out.Flush()
	if err := s.out.Error(); err != nil {
		return fmt.Errorf("send list: %w", err)
	}
	if w, ok := s.to.(http.ResponseWriter); ok {
		_ = http.NewResponseController(w).Flush() // not every server can
	}
	return nil
}

// formula says whether a spreadsheet takes the cell for a formula, but for apostrophes before it.
func formula(cell string) bool {
	cell = strings.TrimLeft(cell, "'")
	return cell != "" && strings.IndexByte("=+-@\t\r", cell[0]) >= 0
}

func guarded(cell string) string {
	if formula(cell) {
		return "'" + cell
	}
	return cell
}

func unguarded(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && formula(rest) {
		return rest
	}
	return cell
}

// Amount is an amount that a spreadsheet reads as a number: no thousands marks, the decimal mark of the language.
func Amount(l i18n.L, minor int64, c money.Currency) string {
	digits, sign := strconv.FormatInt(minor, 10), ""
	if minor < 0 {
		digits, sign = digits[1:], "-"
	}
	for len(digits) <= c.Exponent() {
		digits = "0" + digits
	}
	whole := len(digits) - c.Exponent()
	return sign + digits[:whole] + string(l.DecimalMark()) + digits[whole:]
}
