package sheet

import (
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

const (
	maxTitle  = 31 // UTF-16 units of a sheet's name
	usualWide = 20 // characters across a column
)

// WriteXLSX writes a workbook with one sheet of the given title. Every cell is text and stays text when somebody edits it:
// nothing becomes a formula or a date, or loses its leading zeros. Rows are taken one at a time; the first error among
// them ends the writing before w has seen anything.
func WriteXLSX(w io.Writer, title string, header []string, rows iter.Seq2[[]string, error]) error {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }() // takes away its temporary file
	out, err := begin(f, sheetTitle(title), header)
	if err != nil {
		return fmt.Errorf("begin workbook: %w", err)
	}
	text, err := f.NewStyle(&excelize.Style{NumFmt: asText})
	if err != nil {
		return fmt.Errorf("begin workbook: %w", err)
	}
	number := 1
	for cells, err := range rows {
		if err != nil {
			return fmt.Errorf("take row %d of the workbook: %w", number, err)
		}
		number++
		if err := writeRow(out, number, cells, text); err != nil {
			return fmt.Errorf("write row %d of the workbook: %w", number, err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("end workbook: %w", err)
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("send workbook: %w", err)
	}
	return nil
}

// begin writes the header, which stays in sight.
func begin(f *excelize.File, title string, header []string) (*excelize.StreamWriter, error) {
	if err := f.SetSheetName(f.GetSheetName(0), title); err != nil {
		return nil, err
	}
	if err := f.SetDocProps(&excelize.DocProperties{Creator: title}); err != nil { // else it names the library's maker
		return nil, err
	}
	bold, err := f.NewStyle(&excelize.Style{NumFmt: asText, Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	out, err := f.NewStreamWriter(title)
	if err != nil {
		return nil, err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	if err := out.SetColWidth(1, max(len(header), 1), usualWide); err != nil {
		return nil, err
	}
	return out, writeRow(out, 1, header, bold)
}

func writeRow(out *excelize.StreamWriter, number int, cells []string, style int) error {
	values := make([]any, len(cells))
	for i, c := range cells {
		if c != "" {
			values[i] = excelize.Cell{StyleID: style, Value: cut(c)}
		}
	}
	return out.SetRow("A"+strconv.Itoa(number), values)
}

// cut shortens what no spreadsheet can hold in one cell, and shows that it did.
func cut(cell string) string {
	if len(cell) <= excelize.TotalCellChars {
		return cell
	}
	units := utf16.Encode([]rune(cell))
	if len(units) <= excelize.TotalCellChars {
		return cell
	}
	return string(utf16.Decode(units[:excelize.TotalCellChars-1])) + "…"
}

// sheetTitle leaves out what a sheet's name must not have.
func sheetTitle(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) || r < ' ' {
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if units := utf16.Encode([]rune(s)); len(units) > maxTitle {
		s = strings.TrimSpace(string(utf16.Decode(units[:maxTitle])))
	}
	if s == "" {
		return "1"
	}
	return s
}
