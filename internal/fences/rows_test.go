package fences

import (
	"regexp"
	"strings"
	"testing"
)

var rowTest = regexp.MustCompile(`(?m)^func Test([A-Z]{3,})(\d+)_\w*\(`)

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
			if id := string(m[1]) + "-" + string(m[2]); !rows[id] {
				t.Errorf("%s has a test for the row %s, which docs/rows.txt does not know", f.Name, id)
			}
		}
	}
}
