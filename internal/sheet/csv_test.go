package sheet_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"unicode/utf16"

	"skranke/internal/fault"
	"skranke/internal/sheet"
)

func read(t *testing.T, data string) sheet.Table {
	t.Helper()
	table, err := sheet.Read(strings.NewReader(data), sheet.Limits{})
	if err != nil {
		t.Fatalf("%q: %v", data[:min(len(data), 80)], err)
	}
	return table
}

// refused checks the code and the row of a refusal.
func refused(t *testing.T, name, data string, limits sheet.Limits, code string, row int) {
	t.Helper()
	table, err := sheet.Read(strings.NewReader(data), limits)
	var r *sheet.Refusal
	if !errors.As(err, &r) || fault.CodeOf(err) != code || r.Row != row || fault.KindOf(err) != fault.Invalid || fault.FieldsOf(err)["file"] != code {
		t.Errorf("%s: %v, want %s in row %d; %v", name, err, code, row, table)
	}
}

func wide(s string, order binary.AppendByteOrder, mark string) string {
	b := []byte(mark)
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

func TestCSVIsReadAsPeoplesSpreadsheetsWriteIt(t *testing.T) {
	type rows = []sheet.Row
	plain := sheet.Table{Header: []string{"Navn", "Sted"}, Rows: rows{{2, []string{"Kåre", "Ørsta"}}}}
	tests := []struct {
		name, data string
		want       sheet.Table
	}{
		{"semicolons and LF", "Navn;Sted\nKåre;Ørsta\n", plain},
		{"commas", "Navn,Sted\nKåre,Ørsta", plain},
		{"tabs", "Navn\tSted\nKåre\tØrsta\n", plain},
		{"a separator told to Excel", "sep=|\r\nNavn|Sted\r\nKåre|Ørsta\r\n", plain},
		{"UTF-8 with its mark", "\ufeffNavn;Sted\r\nKåre;Ørsta\r\n", plain},
		{"CRLF", "Navn;Sted\r\nKåre;Ørsta\r\n", plain},
		{"CR alone", "Navn;Sted\rKåre;Ørsta\r", plain},
		{"Windows-1252", "Navn;Sted\r\nK\xe5re;\xd8rsta\r\n", plain},
		{"UTF-16, little end first", wide("Navn\tSted\r\nKåre\tØrsta\r\n", binary.LittleEndian, "\xff\xfe"), plain},
		{"UTF-16, big end first", wide("Navn;Sted\r\nKåre;Ørsta\r\n", binary.BigEndian, "\xfe\xff"), plain},
		{"quotes everywhere", "\"Navn\";\"Sted\"\n\"Kåre\";\"Ørsta\"\n", plain},
		{"blanks in the header", " Navn ;\"St\ned\"\nKåre;Ørsta\n", sheet.Table{Header: []string{"Navn", "St ed"}, Rows: plain.Rows}},
		{"empty columns to the right", "Navn;Sted;;\nKåre;Ørsta;;\n", plain},
		{"Windows' own letters", "a;b\n\x8010;\x93x\x94\n", sheet.Table{Header: []string{"a", "b"}, Rows: rows{{2, []string{"€10", "“x”"}}}}},
		{"empty lines are numbered and left out", "\n;\na;b\n\n1;2\n ; \n;;;\n3;4\n\n", sheet.Table{Header: []string{"a", "b"}, Rows: rows{{5, []string{"1", "2"}}, {8, []string{"3", "4"}}}}},
		{"lines within quotes are one row", "a;b\n\"1\r\n2\n3\";x\n4;y\n", sheet.Table{Header: []string{"a", "b"}, Rows: rows{{2, []string{"1\n2\n3", "x"}}, {3, []string{"4", "y"}}}}},
		{"quotes and separators within quotes", "a;b\n\"say \"\"hi\"\"; twice\";\"\"\"\"\n", sheet.Table{Header: []string{"a", "b"}, Rows: rows{{2, []string{`say "hi"; twice`, `"`}}}}},
		{"quotes where they do not belong", "a;b\n1\" x 2\";\"3\"4\n", sheet.Table{Header: []string{"a", "b"}, Rows: rows{{2, []string{`1" x 2"`, "34"}}}}},
		{"short rows are filled, long ones kept", "a;b;c\n1\n1;2;3;4\n", sheet.Table{Header: []string{"a", "b", "c"}, Rows: rows{{2, []string{"1", "", ""}}, {3, []string{"1", "2", "3", "4"}}}}},
		{"numbers stay text", "a;b;c;d\n1.234,5;1E+05;00150;-3\n", sheet.Table{Header: []string{"a", "b", "c", "d"}, Rows: rows{{2, []string{"1.234,5", "1E+05", "00150", "-3"}}}}},
		{"decimal commas do not separate", "Vare;Pris\n100;1,50\n200;2,75\n", sheet.Table{Header: []string{"Vare", "Pris"}, Rows: rows{{2, []string{"100", "1,50"}}, {3, []string{"200", "2,75"}}}}},
		{"a comma in each header", "Navn, for;Navn, etter\nKari;Berg\n", sheet.Table{Header: []string{"Navn, for", "Navn, etter"}, Rows: rows{{2, []string{"Kari", "Berg"}}}}},
		{"one column", "E-post\nkari@firma.example\n\"Berg, Kari; Oslo\"\n", sheet.Table{Header: []string{"E-post"}, Rows: rows{{2, []string{"kari@firma.example"}}, {3, []string{"Berg, Kari; Oslo"}}}}},
		{"formulas that were escaped", "a;b\n'=1+1;'+47 22 22 22 22\n''=x;'n\n", sheet.Table{Header: []string{"a", "b"}, Rows: rows{{2, []string{"=1+1", "+47 22 22 22 22"}}, {3, []string{"'=x", "'n"}}}}},
		{"formulas that were not", "a;b\n=cmd|' /C calc'!A0;@x\n", sheet.Table{Header: []string{"a", "b"}, Rows: rows{{2, []string{"=cmd|' /C calc'!A0", "@x"}}}}},
		{"only a header", "a;b", sheet.Table{Header: []string{"a", "b"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := read(t, tt.data); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%q\nis   %v\nwant %v", tt.data, got, tt.want)
			}
		})
	}
}

func TestTenThousandRowsAreRead(t *testing.T) {
	var b strings.Builder
	b.WriteString("Nummer;Antall\r\n")
	for i := range 10_000 {
		fmt.Fprintf(&b, "A-%d;%d\r\n", i, i%7)
	}
	table := read(t, b.String())
	if last := table.Rows[len(table.Rows)-1]; len(table.Rows) != 10_000 || last.Number != 10_001 || last.Cells[0] != "A-9999" {
		t.Errorf("%d rows, the last %v", len(table.Rows), last)
	}
	refused(t, "one more", b.String()+"A;1\n", sheet.Limits{}, "sheet.too_many_rows", 10_002)
}

func TestWhatIsNoSoundTableIsRefusedWithItsRow(t *testing.T) {
	long := strings.Repeat("x", 10_001)
	tests := []struct {
		name, data string
		limits     sheet.Limits
		code       string
		row        int
	}{
		{"nothing", "", sheet.Limits{}, "sheet.empty", 0},
		{"a mark and blanks", "\ufeff\r\n ; \r\n", sheet.Limits{}, "sheet.empty", 0},
		{"NUL", "a;b\n1;2\n3;4\x005\n", sheet.Limits{}, "sheet.nul", 3},
		{"NUL in quotes", "a;b\n\"1\x00\";2\n", sheet.Limits{}, "sheet.nul", 2},
		{"a huge field", "a;b\n1;2\n" + long + ";4\n", sheet.Limits{}, "sheet.cell_too_long", 3},
		{"a huge field in quotes", "a;b\n\"" + long + "\";4\n", sheet.Limits{}, "sheet.cell_too_long", 2},
		{"a huge field of quotes", "a;b\n\"" + strings.Repeat(`""`, 10_001) + "\";4\n", sheet.Limits{}, "sheet.cell_too_long", 2},
		{"a quote that eats the rest", "a;b\n\"1;2\n" + strings.Repeat("3;4\n", 5000), sheet.Limits{}, "sheet.cell_too_long", 2},
		{"a quote that stays open", "a;b\n1;2\n\"3;4\n5;6\n", sheet.Limits{}, "sheet.open_quote", 3},
		{"too many columns", "a;b\n" + strings.Repeat("1;", 101) + "\n", sheet.Limits{}, "sheet.too_many_columns", 2},
		{"too many columns, few of them used", "a;b\n" + strings.Repeat(";", 1000) + "1\n", sheet.Limits{}, "sheet.too_many_columns", 2},
		{"too many for this caller", "a;b\n1;2\n3;4\n", sheet.Limits{Rows: 1}, "sheet.too_many_rows", 3},
		{"too large", "a;b\n" + strings.Repeat("1;2\n", 100), sheet.Limits{Bytes: 100}, "sheet.too_large", 0},
		{"a picture named .csv", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde", sheet.Limits{}, "sheet.not_a_table", 0},
		{"a PDF", "%PDF-1.7\n1 0 obj\n", sheet.Limits{}, "sheet.not_a_table", 0},
		{"a web page named .xls", "\n<html><table><tr><td>a</td></tr></table>", sheet.Limits{}, "sheet.not_a_table", 0},
		{"JSON", `{"a": 1, "b": 2}`, sheet.Limits{}, "sheet.not_a_table", 0},
		{"UTF-16 that does not say so", wide("Navn;Sted\r\nKari;Oslo\r\n", binary.LittleEndian, ""), sheet.Limits{}, "sheet.not_a_table", 0},
		{"an old Excel file", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 500), sheet.Limits{}, "sheet.old_or_locked", 0},
		{"the beginning of a zip", "PK\x03\x04a;b\n", sheet.Limits{}, "sheet.damaged", 0},
	}
	for _, tt := range tests {
		refused(t, tt.name, tt.data, tt.limits, tt.code, tt.row)
	}
}

func TestEmptyCellsFarToTheRightDoNoHarm(t *testing.T) {
	table := read(t, "a;b\n1;2"+strings.Repeat(";", 100_000)+"\n")
	if len(table.Rows) != 1 || len(table.Rows[0].Cells) != 2 {
		t.Errorf("%d cells", len(table.Rows[0].Cells))
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestAReaderThatFailsIsNoFaultOfTheFile(t *testing.T) {
	_, err := sheet.Read(broken{}, sheet.Limits{})
	if !errors.Is(err, io.ErrUnexpectedEOF) || fault.KindOf(err) != fault.Internal {
		t.Error(err)
	}
}
