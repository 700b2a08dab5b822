package sheet_test

import (
	"bytes"
	"errors"
	"iter"
	"net/http/httptest"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"skranke/internal/day"
	"skranke/internal/i18n"
	"skranke/internal/money"
	"skranke/internal/sheet"
)

var awkward = [][]string{
	{"=1+1", "+47 22 22 22 22", "-5"},
	{"@SUM(A1)", "\tx", "'=1"},
	{"''+", "'", "'n"},
	{`say "hi"; twice, or more`, "two\nlines", "\"\""},
	{"00150", "1E+05", "1.234,5"},
	{"æøå €", "𝄞", " blanks "},
	{"_x0041_", "<b>&amp;", "\ttab"},
}

func written(t *testing.T, l i18n.L, rows ...[]string) string {
	t.Helper()
	var b bytes.Buffer
	s, err := sheet.NewCSV(&b, l)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := s.Row(r...); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	header := []string{"x", "y", "z"}
	want := sheet.Table{Header: header}
	for i, r := range awkward {
		want.Rows = append(want.Rows, sheet.Row{Number: i + 2, Cells: r})
	}
	for _, l := range i18n.All() {
		if got := read(t, written(t, l, append([][]string{header}, awkward...)...)); !reflect.DeepEqual(got, want) {
			t.Errorf("CSV in %s:\n%v, want\n%v", l, got, want)
		}
	}
	got := read(t, workbook(t, "Liste", header, awkward...))
	want.Rows[1].Cells = []string{"@SUM(A1)", "\tx", "=1"} // an apostrophe before a formula is taken for an escape, there too
	want.Rows[2].Cells = []string{"'+", "'", "'n"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("XLSX:\n%v, want\n%v", got, want)
	}
}

func TestAFormulaLeavesAsText(t *testing.T) {
	cells := []string{"=1", "+1", "-1", "@x", "\tx", "'=1", "a=1", "", "'"}
	mine := append([]string(nil), cells...)
	got := written(t, i18n.NB, mine)
	if want := "\ufeff'=1;'+1;'-1;'@x;\"'\tx\";''=1;a=1;;'\r\n"; strings.ReplaceAll(got, `"`, "") != strings.ReplaceAll(want, `"`, "") {
		t.Errorf("%q, want %q", got, want)
	}
	if !reflect.DeepEqual(mine, cells) {
		t.Errorf("the caller's row became %q", mine)
	}
	if got := written(t, i18n.EN, []string{"a", "b;c"}); got != "\ufeffa,b;c\r\n" {
		t.Errorf("%q", got)
	}
}

func TestAmountsAreNumbersToTheReadersSpreadsheet(t *testing.T) {
	tests := []struct {
		l     i18n.L
		minor int64
		want  string
	}{
		{i18n.NB, 123456789, "1234567,89"},
		{i18n.EN, 80000, "800.00"},
		{i18n.DA, 5, "0,05"},
		{i18n.SV, 0, "0,00"},
		{i18n.NB, -5, "-0,05"},
		{i18n.NB, -12345, "-123,45"},
	}
	for _, tt := range tests {
		if got := sheet.Amount(tt.l, tt.minor, money.NOK); got != tt.want {
			t.Errorf("%d in %s is %q, want %q", tt.minor, tt.l, got, tt.want)
		}
	}
}

func TestADownloadIsNamedAndSentAsItIsMade(t *testing.T) {
	on, err := day.Parse("2026-03-24")
	if err != nil {
		t.Fatal(err)
	}
	for kind, name := range map[sheet.Kind]string{sheet.CSVFile: "orders-2026-03-24.csv", sheet.XLSXFile: "orders-2026-03-24.xlsx"} {
		w := httptest.NewRecorder()
		sheet.Attach(w, kind, "orders", on)
		if got := w.Header().Get("Content-Disposition"); got != "attachment; filename="+name || w.Header().Get("Content-Type") != string(kind) || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%v", w.Header())
		}
	}
	w := httptest.NewRecorder()
	s, err := sheet.NewCSV(w, i18n.NB)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Row("a", "b"), s.Flush()); err != nil || !w.Flushed || w.Body.String() != "\ufeffa;b\r\n" {
		t.Errorf("%v %v %q", err, w.Flushed, w.Body)
	}
}

func each(rows [][]string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func workbook(t *testing.T, title string, header []string, rows ...[]string) string {
	t.Helper()
	var b bytes.Buffer
	if err := sheet.WriteXLSX(&b, title, header, each(rows)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestALongListIsWrittenAsAWorkbookAndReadBack(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	rows := make([][]string, 10_000)
	for i := range rows {
		rows[i] = []string{"0" + strconv.Itoa(i), strings.Repeat("Blåbærveien ", 60), "x"}
	}
	table := read(t, workbook(t, "Liste", []string{"a", "b", "c"}, rows...))
	if last := table.Rows[len(table.Rows)-1]; len(table.Rows) != len(rows) || last.Number != 10_001 || last.Cells[0] != "09999" {
		t.Errorf("%d rows, the last %v", len(table.Rows), last)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestAWorkbookTakesAnyTitleAndShowsWhatItCuts(t *testing.T) {
	for _, title := range []string{"", "'", "A/B: [alt]*?\\", strings.Repeat("Nøkkelbrikker ", 9), "𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞"} {
		if table := read(t, workbook(t, title, []string{"a"}, []string{"1"})); len(table.Rows) != 1 {
			t.Errorf("%q: %v", title, table)
		}
	}
	data := workbook(t, "x", []string{"a"}, []string{strings.Repeat("å", 40_000)}, []string{strings.Repeat("å", 32_767)})
	table, err := sheet.Read(strings.NewReader(data), sheet.Limits{Cell: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if got := []rune(table.Rows[0].Cells[0]); len(got) != 32_767 || got[32_766] != '…' {
		t.Errorf("%d characters, the last %q", len(got), got[len(got)-1])
	}
	if got := []rune(table.Rows[1].Cells[0]); len(got) != 32_767 || got[32_766] != 'å' {
		t.Errorf("%d characters, the last %q", len(got), got[len(got)-1])
	}
}

func TestAListThatBreaksOffIsNotSent(t *testing.T) {
	var b bytes.Buffer
	lost := errors.New("connection lost")
	err := sheet.WriteXLSX(&b, "x", []string{"a"}, func(yield func([]string, error) bool) {
		_ = yield([]string{"1"}, nil) && yield(nil, lost)
	})
	if !errors.Is(err, lost) || b.Len() > 0 {
		t.Errorf("%v after %d bytes", err, b.Len())
	}
}
