package main

import (
	"strings"
	"testing"
)

func TestATestBelongsToTheRowsItsNameBeginsWith(t *testing.T) {
	for name, want := range map[string]string{
		"TestKEY4_ResidentPays": "KEY-4",
		"TestKEY4_KEY6_x":       "KEY-4 KEY-6",
		"TestKEY4_Then_KEY6_x":  "KEY-4",
		"TestSHOP12_x":          "SHOP-12",
		"TestKEY_x":             "",
		"TestMoves":             "",
	} {
		if got := strings.Join(rowsOf(name), " "); got != want {
			t.Errorf("%s belongs to %q, want %q", name, got, want)
		}
	}
}

func TestTheReportSaysHowEachRowEnded(t *testing.T) {
	rows := parseRows("# a comment\nKEY-1 Page\nKEY-2 Form\nKEY-3 Lost\nKEY-4 Paid\nKEY-5 Asked\n")
	got, err := collect(strings.NewReader(`{"Action":"pass","Package":"p","Test":"TestKEY1_a"}
{"Action":"pass","Package":"p","Test":"TestKEY2_a"}
{"Action":"output","Package":"p","Test":"TestKEY2_b/sqlite","Output":"it broke\n"}
{"Action":"fail","Package":"p","Test":"TestKEY2_b/sqlite"}
{"Action":"fail","Package":"p","Test":"TestKEY2_b"}
a line that is no JSON
{"Action":"skip","Package":"p","Test":"TestKEY3_a/postgres"}
{"Action":"pass","Package":"p","Test":"TestKEY3_a"}
{"Action":"skip","Package":"p","Test":"TestKEY5_a"}
{"Action":"pass","Package":"p"}
`))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	ok := got.print(&out, rows)
	want := `KEY-1     passed   Page
KEY-2     FAILED   Form
KEY-3     skipped  Lost
KEY-4     no test  Paid
KEY-5     skipped  Asked

1 passed, 1 failed, 2 skipped, 1 without a test

it broke
`
	if out.String() != want || ok {
		t.Errorf("the report is\n%s\nwant\n%s", out.String(), want)
	}
}

func TestOnlyTheTestsOfTheRowsRun(t *testing.T) {
	if got, want := pattern([]row{{ID: "KEY-1"}, {ID: "OPS-4"}}), "^Test([A-Z]+[0-9]+_)*(KEY1|OPS4)_"; got != want {
		t.Errorf("pattern is %s, want %s", got, want)
	}
}
