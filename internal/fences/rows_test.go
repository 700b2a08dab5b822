package fences

import (
	"regexp"
	"strings"
	"testing"
)

var (
	rowTest = regexp.MustCompile(`(?m)^func Test((?:[A-Z]{3,}\d+_)+)`) // TestKEY4_KEY6_x is about both
	rowWord = regexp.MustCompile(`([A-Z]+)(\d+)_`)
)

func TestTestsAreNamedAfterRowsThatExist(t *testing.T) {
	rows := map[string]bool{}
	for line := range strings.Lines(string(read(t, "docs/rows.txt"))) {
		if id, _, ok := strings.Cut(line, " "); ok && !strings.HasPrefix(line, "#") {
			rows[id] = true
		}
	}
	if len(rows) < 70 {
		t.Fatalf("docs/rows.txt holds %d rows", len(rows))
	}
	for _, f := range goFiles(t) {
		if !f.Test {
			continue
		}
		for _, m := range rowTest.FindAllSubmatch(f.Source, -1) {
			for _, w := range rowWord.FindAllSubmatch(m[1], -1) {
				if id := string(w[1]) + "-" + string(w[2]); !rows[id] {
					t.Errorf("%s has a test for the row %s, which docs/rows.txt does not know", f.Name, id)
				}
			}
		}
	}
}
