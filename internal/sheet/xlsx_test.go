package sheet_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"skranke/internal/sheet"
)

const (
	relationsHead = `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	relationType  = `http://schemas.openxmlformats.org/officeDocument/2006/relationships/`
	mainSpace     = ` xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
)

// book is a workbook by its parts; a test changes the one it is about.
type book map[string]string

func newBook(rows string) book {
	return book{
		"[Content_Types].xml":        `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels":                relationsHead + `<Relationship Id="a" Type="` + relationType + `officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook` + mainSpace + `><sheets><sheet name="Ark1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": relationsHead + `<Relationship Id="rId1" Type="` + relationType + `worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   `<worksheet` + mainSpace + `><sheetData>` + rows + `</sheetData></worksheet>`,
	}
}

func (b book) with(part, content string) book { b[part] = content; return b }

func (b book) pack(t testing.TB) string {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, content := range b {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// row is a row of texts in the cells themselves.
func row(number int, cells ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<row r="%d">`, number)
	for i, c := range cells {
		fmt.Fprintf(&b, `<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>`, 'A'+i, number, c)
	}
	return b.String() + `</row>`
}

func TestTheFirstVisibleSheetIsRead(t *testing.T) {
	b := newBook("").with("xl/workbook.xml", `<workbook`+mainSpace+`><sheets>
			<sheet name="Skjult" sheetId="1" state="hidden" r:id="rId1"/><sheet name="Diagram" sheetId="2" r:id="rId2"/>
			<sheet name="Folk" sheetId="3" r:id="rId3"/><sheet name="Mer" sheetId="4" r:id="rId4"/></sheets></workbook>`).
		with("xl/_rels/workbook.xml.rels", relationsHead+`<Relationship Id="rId1" Type="`+relationType+`worksheet" Target="worksheets/sheet1.xml"/>
			<Relationship Id="rId2" Type="`+relationType+`chartsheet" Target="chartsheets/sheet1.xml"/>
			<Relationship Id="rId3" Type="`+relationType+`worksheet" Target="/xl/worksheets/folk.xml"/>
			<Relationship Id="rId4" Type="`+relationType+`worksheet" Target="worksheets/sheet4.xml"/></Relationships>`).
		with("xl/chartsheets/sheet1.xml", `<chartsheet`+mainSpace+`/>`).
		with("xl/worksheets/folk.xml", `<worksheet`+mainSpace+`><sheetData>`+row(3, "Navn", " ", "Sted\n ")+row(5, "", "", "Oslo")+`<row r="6"/>`+row(9, "Kari")+`</sheetData></worksheet>`).
		with("xl/worksheets/sheet4.xml", `<worksheet`+mainSpace+`><sheetData>`+row(1, "x")+`</sheetData></worksheet>`)
	want := sheet.Table{Header: []string{"Navn", "", "Sted"}, Rows: []sheet.Row{{5, []string{"", "", "Oslo"}}, {9, []string{"Kari", "", ""}}}}
	if got := read(t, b.pack(t)); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestCellsAreReadAsTheyAreShown(t *testing.T) {
	const formats = `<styleSheet` + mainSpace + `><numFmts>
		<numFmt numFmtId="164" formatCode="0000"/><numFmt numFmtId="165" formatCode="dd.mm.yyyy"/><numFmt numFmtId="166" formatCode="#,##0.00\ &quot;kr&quot;"/>
		<numFmt numFmtId="167" formatCode="General"/><numFmt numFmtId="168" formatCode="0.00E+00"/><numFmt numFmtId="169" formatCode="[$-414]d.\ mmmm\ yyyy;@"/>
		<numFmt numFmtId="170" formatCode="#,##0,"/><numFmt numFmtId="171" formatCode="[$-F800]dddd\,\ mmmm\ dd\,\ yyyy"/></numFmts>
		<cellXfs><xf/><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="14"/><xf numFmtId="3"/><xf numFmtId="4"/>
		<xf numFmtId="10"/><xf numFmtId="11"/><xf numFmtId="49"/><xf numFmtId="167"/><xf numFmtId="168"/><xf numFmtId="169"/><xf numFmtId="15"/><xf numFmtId="44"/>
		<xf numFmtId="37"/><xf numFmtId="170"/><xf numFmtId="22"/><xf numFmtId="171"/><xf numFmtId="1"/></cellXfs></styleSheet>`
	tests := []struct{ name, cell, want string }{
		{"text in the cell", `t="inlineStr"><is><t>Blåbærveien 2</t></is>`, "Blåbærveien 2"},
		{"shared text", `t="s"><v>0</v>`, "Kari Ørn"},
		{"shared text in two hands", `t="s"><v>1</v>`, "fet og mager"},
		{"a number", `><v>1234.5</v>`, "1234.5"},
		{"a number that the computer rounds", `><v>0.30000000000000004</v>`, "0.3"},
		{"a location number", `><v>7080000000000</v>`, "7080000000000"},
		{"a location number in a coloured cell", `s="1"><v>7080000000000</v>`, "7080000000000"},
		{"a location number with an exponent", `s="9"><v>7.08E+12</v>`, "7080000000000"},
		{"the same by a form of one's own", `s="12"><v>7080000000000</v>`, "7080000000000"},
		{"and by the general form spelt out", `s="11"><v>7080000000000</v>`, "7080000000000"},
		{"1E+05", `><v>1E+05</v>`, "100000"},
		{"leading zeros", `s="2"><v>150</v>`, "0150"},
		{"leading zeros in text", `s="10" t="inlineStr"><is><t>00150</t></is>`, "00150"},
		{"thousands", `s="6"><v>1234567</v>`, "1234567"},
		{"thousands and decimals", `s="7"><v>-1234567.5</v>`, "-1234567.50"},
		{"kroner", `s="4"><v>1234567.5</v>`, "1234567.50 kr"},
		{"an accountant's amount", `s="15"><v>1234.5</v>`, "1234.50"},
		{"an accountant's minus", `s="16"><v>-1234</v>`, "-1234"},
		{"in thousands", `s="17"><v>1234567</v>`, "1235"},
		{"percent", `s="8"><v>0.255</v>`, "25.50%"},
		{"a day as written here", `s="3"><v>46105</v>`, "24.03.2026"},
		{"a day in words", `s="13"><v>46105</v>`, "24. mars 2026"},
		{"a day that the machine writes", `s="5"><v>46105</v>`, "2026-03-24"},
		{"a day and a time that the machine writes", `s="18"><v>46105.5</v>`, "2026-03-24 12:00"},
		{"a long day that the machine writes", `s="19"><v>46105</v>`, "2026-03-24"},
		{"a day with an English month", `s="14"><v>46105</v>`, "2026-03-24"},
		{"a formula with its last value", `><f>1+1</f><v>3</v>`, "3"},
		{"a formula with text", `t="str"><f>A1&amp;"x"</f><v>ax</v>`, "ax"},
		{"a formula that was never worked out", `><f>1+1</f>`, ""},
		{"an error", `t="e"><f>1/0</f><v>#DIV/0!</v>`, "#DIV/0!"},
		{"yes", `t="b"><v>1</v>`, "TRUE"},
		{"text that looks like a formula", `t="inlineStr"><is><t>=1+1</t></is>`, "=1+1"},
		{"a form that does not exist", `s="99"><v>7</v>`, "7"},
	}
	for _, tt := range tests {
		b := newBook(row(1, "x", "y")+`<row r="2"><c r="A2" t="inlineStr"><is><t>.</t></is></c><c r="B2" `+tt.cell+`</c></row>`).
			with("xl/styles.xml", formats).
			with("xl/sharedStrings.xml", `<sst`+mainSpace+`><si><t>Kari Ørn</t></si><si><r><t>fet</t></r><r><t xml:space="preserve"> og mager</t></r></si></sst>`)
		if table := read(t, b.pack(t)); len(table.Rows) != 1 || strings.TrimSpace(table.Rows[0].Cells[1]) != tt.want {
			t.Errorf("%s: %v, want %q", tt.name, table.Rows, tt.want)
		}
	}
}

func TestABookThatIsNotSoundIsRefused(t *testing.T) {
	part := func(name, content string) book { return newBook(row(1, "a", "b")+row(2, "1", "2")).with(name, content) }
	sheet1 := func(rows string) book { return newBook(row(1, "a", "b") + rows) }
	deep := newBook("").with("xl/sharedStrings.xml", `<sst`+mainSpace+`><si><r><t>`+strings.Repeat("x", 200_000)+`</t></r></si></sst>`)
	tests := []struct {
		name   string
		book   book
		limits sheet.Limits
		code   string
		row    int
	}{
		{"no rows", newBook(""), sheet.Limits{}, "sheet.empty", 0},
		{"no visible sheet", part("xl/workbook.xml", `<workbook`+mainSpace+`><sheets><sheet name="A" sheetId="1" state="veryHidden" r:id="rId1"/></sheets></workbook>`), sheet.Limits{}, "sheet.empty", 0},
		{"a document", book{"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}, sheet.Limits{}, "sheet.not_a_table", 0},
		{"photographs", book{"1.jpg": "\xff\xd8"}, sheet.Limits{}, "sheet.not_a_table", 0},
		{"the other kind of spreadsheet", book{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}, sheet.Limits{}, "sheet.not_a_table", 0},
		{"a sheet cut short", part("xl/worksheets/sheet1.xml", `<worksheet`+mainSpace+`><sheetData>`+row(1, "a")+row(2, "1")+`<row r="3"><c r="A3">`), sheet.Limits{}, "sheet.damaged", 3},
		{"a sheet that is no XML", part("xl/worksheets/sheet1.xml", `<worksheet><sheetData>`+row(1, "a")+`<row r="2"><c r="A2"><v>1</w></c></row></sheetData></worksheet>`), sheet.Limits{}, "sheet.damaged", 2},
		{"rows that go back", sheet1(row(5, "1", "2") + row(3, "3", "4")), sheet.Limits{}, "sheet.damaged", 5},
		{"a row after the last", sheet1(`<row r="1048577"><c r="A1048577"><v>1</v></c></row>`), sheet.Limits{}, "sheet.damaged", 1},
		{"more empty cells than anybody has", sheet1("<row>" + strings.Repeat("<c/>", 4<<20) + "</row>"), sheet.Limits{}, "sheet.too_large", 2},
		{"a shared text that is not there", sheet1(`<row r="2"><c r="A2" t="s"><v>7</v></c></row>`), sheet.Limits{}, "sheet.damaged", 2},
		{"shared texts that are no XML", part("xl/sharedStrings.xml", `<sst><si><t>a`), sheet.Limits{}, "sheet.damaged", 0},
		{"a shared text that no cell could hold", deep, sheet.Limits{}, "sheet.damaged", 0},
		{"two sheets of one name", part("xl/workbook.xml", `<workbook`+mainSpace+`><sheets><sheet name="A" sheetId="1" r:id="rId1"/><sheet name="a" sheetId="2" r:id="rId1"/></sheets></workbook>`), sheet.Limits{}, "sheet.damaged", 0},
		{"no way to the sheet", part("xl/_rels/workbook.xml.rels", relationsHead+`</Relationships>`), sheet.Limits{}, "sheet.empty", 0},
		{"no relations", part("_rels/.rels", "x"), sheet.Limits{}, "sheet.damaged", 0},
		{"a form of ten thousand signs", part("xl/styles.xml", `<styleSheet`+mainSpace+`><numFmts><numFmt numFmtId="164" formatCode="`+strings.Repeat("0", 10_000)+`"/></numFmts></styleSheet>`), sheet.Limits{}, "sheet.damaged", 0},
		{"a NUL in disguise", sheet1(row(2, "1_x0000_", "2")), sheet.Limits{}, "sheet.nul", 2},
		{"a huge cell", sheet1(row(2, "1") + row(4, strings.Repeat("x", 10_001))), sheet.Limits{}, "sheet.cell_too_long", 4},
		{"a cell beyond every limit", sheet1(row(2, strings.Repeat("x", 200_000))), sheet.Limits{}, "sheet.cell_too_long", 2},
		{"too many columns", sheet1(row(2, "1", "2", "3")), sheet.Limits{Columns: 2}, "sheet.too_many_columns", 2},
		{"a cell far to the right", sheet1(`<row r="2"><c r="XFD2"><v>1</v></c></row>`), sheet.Limits{}, "sheet.too_many_columns", 2},
		{"too many rows", sheet1(row(2, "1") + row(7, "2")), sheet.Limits{Rows: 1}, "sheet.too_many_rows", 7},
		{"a bomb", part("xl/media/image1.xml", strings.Repeat(" ", 100_000)), sheet.Limits{Bytes: 5000}, "sheet.too_large", 0},
	}
	for _, tt := range tests {
		refused(t, tt.name, tt.book.pack(t), tt.limits, tt.code, tt.row)
	}
}

func TestABitThatTurnedIsNoticed(t *testing.T) {
	whole := newBook(row(1, "Navn") + row(2, strings.Repeat("Kari ", 50)))
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, content := range whole {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = w.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	read(t, out.String())
	refused(t, "one letter changed", strings.Replace(out.String(), "Kari", "Karl", 1), sheet.Limits{}, "sheet.damaged", 0)
}

func TestAWrongExtensionDoesNotMatter(t *testing.T) {
	want := sheet.Table{Header: []string{"a", "b"}, Rows: []sheet.Row{{2, []string{"1", "2"}}}}
	for kind, data := range map[string]string{"csv": "a;b\n1;2\n", "xlsx": newBook(row(1, "a", "b") + row(2, "1", "2")).pack(t)} {
		if got := read(t, data); !reflect.DeepEqual(got, want) { // nobody asks for the name
			t.Errorf("%s: %v", kind, got)
		}
	}
}
