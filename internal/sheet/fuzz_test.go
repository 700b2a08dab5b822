package sheet_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf8"

	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/sheet"
)

var small = sheet.Limits{Bytes: 1 << 16, Rows: 50, Columns: 20, Cell: 500}

// sound fails unless a reading kept its promises.
func sound(t *testing.T, table sheet.Table, err error) {
	t.Helper()
	if err != nil {
		if code := fault.CodeOf(err); !i18n.HasCode(code) || fault.KindOf(err) != fault.Invalid {
			t.Fatalf("refused with %v", err)
		}
		return
	}
	if len(table.Header) == 0 || len(table.Header) > small.Columns || len(table.Rows) > small.Rows {
		t.Fatalf("%d columns, %d rows", len(table.Header), len(table.Rows))
	}
	last := 0
	for _, r := range table.Rows {
		if r.Number <= last || len(r.Cells) < len(table.Header) || len(r.Cells) > small.Columns {
			t.Fatalf("row %d after %d: %q under %q", r.Number, last, r.Cells, table.Header)
		}
		last = r.Number
		for _, c := range r.Cells {
			if len(c) > small.Cell || !utf8.ValidString(c) || strings.Contains(c, "\x00") {
				t.Fatalf("row %d has %q", r.Number, c)
			}
		}
		if strings.TrimSpace(strings.Join(r.Cells, "")) == "" {
			t.Fatalf("row %d is empty", r.Number)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"a;b\n1;2\n", "\ufeffa,b\r\n\"1\r\n2\",\"\"\"\"\r\n", "a\tb\r1\t2\r", "sep=|\na|b\n'=1|'n\n", "K\xe5re;\x80\n1;2",
		wide("å;b\n1;2\n", binary.LittleEndian, "\xff\xfe"), wide("å;b\n1;2\n", binary.BigEndian, "\xfe\xff"), "\xff\xfe\x00", "a;b\n\"1", "\n\n;;\n", "a\x00b",
		newBook(row(1, "a", "b") + row(3, "1", "2")).pack(f),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := sheet.Read(strings.NewReader(string(data)), small)
		sound(t, table, err)
	})
}

func FuzzReadXLSX(f *testing.F) {
	const form = `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="#,##0.0;[Red]-0"/></numFmts><cellXfs><xf/><xf numFmtId="164"/><xf numFmtId="14"/></cellXfs></styleSheet>`
	f.Add(row(1, "a", "b")+row(3, "1_x0041_", "2"), "", "")
	f.Add(row(1, "a", "b")+`<row><c t="s"><v>0</v></c><c s="1"><v>-12345.678</v></c></row>`, `<sst><si><r><t>x</t></r></si></sst>`, form)
	f.Add(`<row r="2"><c r="B2" s="2"><v>46105.5</v></c><c r="C2" t="d"><v>2026-03-24</v></c></row><row><c t="b"><f>1</f><v>1</v></c></row>`, "", form)
	f.Add(`<row r="1048576"><c r="XFD1048576"><v>1E308</v></c></row>`, `<sst>`, `<styleSheet/>`)
	f.Fuzz(func(t *testing.T, rows, texts, styles string) {
		b := newBook(rows).with("xl/sharedStrings.xml", texts).with("xl/styles.xml", styles)
		table, err := sheet.Read(strings.NewReader(b.pack(t)), small)
		sound(t, table, err)
	})
}

func FuzzWhatIsWrittenIsReadBack(f *testing.F) {
	f.Add("=1", "\"\n;")
	f.Add("'-", "a,b\t")
	f.Fuzz(func(t *testing.T, a, b string) {
		if !utf8.ValidString(a) || !utf8.ValidString(b) || strings.ContainsAny(a+b, "\r\x00") || strings.TrimSpace(b) == "" || len(a) > 100 || len(b) > 100 {
			return // a cell that is empty, or changed on purpose
		}
		for _, l := range i18n.All() {
			table, err := sheet.Read(strings.NewReader(written(t, l, []string{"x", "y"}, []string{a, b})), small)
			if err != nil {
				if fault.CodeOf(err) == "sheet.not_a_table" { // a row of control characters
					return
				}
				t.Fatalf("%q, %q: %v", a, b, err)
			}
			if got := table.Rows[0].Cells; got[0] != a || got[1] != b {
				t.Fatalf("%q, %q became %q in %s", a, b, got, l)
			}
		}
	})
}
