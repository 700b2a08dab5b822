package sheet

import (
	"bytes"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// unfolds is how many times its size an XLSX may take when it is unpacked. Honest ones reach ten.
const unfolds = 16

// xlsx reads the first visible sheet with its values as shown: formulas give what was last worked out, never anything new.
// The library passes over damage in silence and trusts sizes, so the parts are looked through before it gets to read them.
func (c *collector) xlsx(data []byte) (err error) {
	defer func() {
		if recover() != nil { // a parser of strangers' files must not take the caller with it
			err = refuse("sheet.damaged", 0)
		}
	}()
	if err := soundZip(data, c.limits.Bytes*unfolds); err != nil {
		return err
	}
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		UnzipSizeLimit: c.limits.Bytes * unfolds, UnzipXMLSizeLimit: c.limits.Bytes * unfolds, // all in memory: people's data goes to no temporary file
		ShortDatePattern: isoDate, LongDatePattern: isoDate, LongTimePattern: "hh:mm:ss",
	})
	if err != nil || f.WorkBook == nil {
		return refuse("sheet.damaged", 0)
	}
	defer func() { _ = f.Close() }()
	name, err := c.firstVisible(f)
	if err != nil || name == "" {
		return err
	}
	if err := plainNumbers(f); err != nil {
		return err
	}
	return c.sheet(f, name)
}

// firstVisible is the name of the sheet to read, once it has been looked through; "" when there is none.
func (c *collector) firstVisible(f *excelize.File) (string, error) {
	var names []string
	for _, s := range f.WorkBook.Sheets.Sheet {
		folded := strings.ToLower(s.Name)
		if slices.Contains(names, folded) { // the library would take either
			return "", refuse("sheet.damaged", 0)
		}
		names = append(names, folded)
	}
	for _, s := range f.WorkBook.Sheets.Sheet {
		if s.State != "" && s.State != "visible" {
			continue
		}
		part, err := worksheet(f, s.ID)
		if err != nil {
			return "", err
		}
		if part != "" { // else a sheet with nothing but a diagram
			return s.Name, c.look(f, part)
		}
	}
	return "", nil
}

func (c *collector) sheet(f *excelize.File, name string) error {
	rows, err := f.Rows(name)
	if err != nil {
		return refuse("sheet.damaged", 0)
	}
	for number := 1; rows.Next(); number++ {
		cells, err := rows.Columns()
		if err != nil {
			return refuse("sheet.damaged", number)
		}
		if err := c.add(number, cells); err != nil {
			return err
		}
	}
	if rows.Close() != nil {
		return refuse("sheet.damaged", 0)
	}
	return nil
}
