// Package sheet reads and writes tables of text as people's spreadsheets do: CSV in the forms that Excel, LibreOffice and
// the systems of accountants make it, and XLSX. What a cell means is for the caller to judge; here every cell is text.
package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"skranke/internal/fault"
	"skranke/internal/i18n"
)

// Table is what a file held. Rows without any text are left out.
type Table struct {
	Header []string // the first row with text; white space is reduced to single blanks
	Rows   []Row
}

// Row is one row below the header, with at least as many cells as it. A row that has more keeps them: in a CSV that mostly
// means a separator inside a text without quotes.
type Row struct {
	Number int // as the spreadsheet numbers it: the header of an ordinary file is 1, empty rows count
	Cells  []string
}

// Limits are what Read takes before it refuses. A zero stands for the usual value.
type Limits struct {
	Bytes   int64 // of the file; an XLSX may unfold to sixteen times as much. Usually five megabytes
	Rows    int   // below the header; usually 10,000
	Columns int   // usually 100
	Cell    int   // bytes of one cell; usually 10,000
}

func (l Limits) orUsual() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 5 << 20
	}
	if l.Rows <= 0 {
		l.Rows = 10_000
	}
	if l.Columns <= 0 {
		l.Columns = 100
	}
	if l.Cell <= 0 {
		l.Cell = 10_000
	}
	return l
}

// Read reads a CSV or the first visible sheet of an XLSX. Which of them it is, the content tells: names lie. A file that
// cannot be taken gives a *Refusal; it says nothing of what stands in the file.
func Read(r io.Reader, limits Limits) (Table, error) {
	c := collector{limits: limits.orUsual()}
	data, err := io.ReadAll(io.LimitReader(r, c.limits.Bytes+1))
	if err != nil {
		return Table{}, fmt.Errorf("read table: %w", err)
	}
	switch {
	case int64(len(data)) > c.limits.Bytes:
		err = refuse("sheet.too_large", 0)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		err = c.xlsx(data)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")): // the container of .xls, and of an XLSX with a password
		err = refuse("sheet.old_or_locked", 0)
	default:
		err = c.csv(data)
	}
	if err == nil && c.table.Header == nil {
		err = refuse("sheet.empty", 0)
	}
	if err != nil {
		return Table{}, err
	}
	return c.table, nil
}

// collector builds a table row by row, within its limits.
type collector struct {
	limits Limits
	table  Table
}

func (c *collector) add(number int, cells []string) error {
	used := 0
	for i, cell := range cells {
		switch {
		case len(cell) > c.limits.Cell:
			return refuse("sheet.cell_too_long", number)
		case strings.IndexByte(cell, 0) >= 0:
			return refuse("sheet.nul", number)
		}
		if cells[i] = unguarded(cell); strings.TrimSpace(cell) != "" {
			used = i + 1
		}
	}
	switch cells = cells[:used:used]; {
	case used == 0:
		return nil
	case used > c.limits.Columns:
		return refuse("sheet.too_many_columns", number)
	case c.table.Header == nil:
		for i, cell := range cells {
			cells[i] = strings.Join(strings.Fields(cell), " ")
		}
		c.table.Header = cells
		return nil
	case len(c.table.Rows) == c.limits.Rows:
		return refuse("sheet.too_many_rows", number)
	}
	for len(cells) < len(c.table.Header) {
		cells = append(cells, "")
	}
	c.table.Rows = append(c.table.Rows, Row{number, cells})
	return nil
}

// Refusal is why a file was not taken. It is a fault of the form field "file", and knows the row or the columns, so that a
// page can say where to look.
type Refusal struct {
	Row     int      // 0 when it is about the whole file
	Columns []Column // what is missing, or there twice
	fault   *fault.Error
}

func refuse(code string, row int) error {
	return &Refusal{Row: row, fault: fault.Field("file", code)}
}

// Error is for the log: a code and a row, nothing that people wrote.
func (r *Refusal) Error() string {
	if r.Row > 0 {
		return r.fault.Code + " in row " + strconv.Itoa(r.Row)
	}
	return r.fault.Code
}

// Unwrap is the fault.
func (r *Refusal) Unwrap() error { return r.fault }

// Text says in the reader's language why the file was refused, and where.
func (r *Refusal) Text(l i18n.L) string {
	what := l.Code(r.fault.Code)
	if len(r.Columns) > 0 {
		titles := make([]string, len(r.Columns))
		for i, c := range r.Columns {
			titles[i] = c.title(l)
		}
		return what + " " + strings.Join(titles, ", ") + "."
	}
	if r.Row > 0 {
		return l.SheetRow(strconv.Itoa(r.Row), what)
	}
	return what
}

// Text is what to say about a failed Read or Map: with the row or the columns when err is a Refusal, else the words of its code.
func Text(l i18n.L, err error) string {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Text(l)
	}
	return l.Code(fault.CodeOf(err))
}
