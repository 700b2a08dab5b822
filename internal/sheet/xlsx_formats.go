package sheet

import (
	"regexp"
	"strings"

	"github.com/xuri/excelize/v2"
)

// The numbers that the format gives its usual forms.
const (
	asInteger = 1
	asCents   = 2
	asDate    = 14 // as the reader's machine writes dates
	asText    = 49
)

const isoDate = "yyyy-mm-dd"

// plainFormats are the usual forms that we show otherwise. A number of thirteen digits would be 7.08E+12, 1 234,50 the
// English 1,234.50 and a date 15-Mar-26: a caller who knows but the text would take them for something else.
var plainFormats = map[int]int{
	0: asText, 11: asText, 48: asText, // general, and with an exponent
	3: asInteger, 37: asInteger, 38: asInteger, 41: asInteger, 42: asInteger, // thousands, and the forms of accountants
	4: asCents, 39: asCents, 40: asCents, 43: asCents, 44: asCents,
	15: asDate,
}

// Excel's own limits are 255 characters and about 250 forms. Each cell costs as much as both.
const (
	maxFormat  = 255
	maxFormats = 1000
)

var thousands = regexp.MustCompile(`([#0?]),([#0?])`)

// plainNumbers changes the number formats so that numbers come without thousands marks and exponents, with a point before the
// decimals, and dates whose form the file leaves to the machine as 2026-03-24. All else stays as shown: 0150, 25.50%,
// 24.03.2026.
func plainNumbers(f *excelize.File) error {
	if f.Styles == nil {
		return nil
	}
	if forms := f.Styles.NumFmts; forms != nil {
		if len(forms.NumFmt) > maxFormats {
			return refuse("sheet.damaged", 0)
		}
		for _, form := range forms.NumFmt {
			if len(form.FormatCode) > maxFormat || len(form.FormatCode16) > maxFormat {
				return refuse("sheet.damaged", 0)
			}
			form.FormatCode, form.FormatCode16 = plainForm(form.FormatCode), plainForm(form.FormatCode16)
		}
	}
	if f.Styles.CellXfs == nil {
		return nil
	}
	for i, xf := range f.Styles.CellXfs.Xf {
		id := 0
		if xf.NumFmtID != nil {
			id = *xf.NumFmtID
		}
		if plain, ok := plainFormats[id]; ok {
			f.Styles.CellXfs.Xf[i].NumFmtID = &plain
		}
	}
	return nil
}

func plainForm(form string) string {
	if upper := strings.ToUpper(form); upper == "GENERAL" || strings.Contains(upper, "0E+") || strings.Contains(upper, "#E+") {
		return "@"
	}
	return thousands.ReplaceAllString(thousands.ReplaceAllString(form, "$1$2"), "$1$2")
}
