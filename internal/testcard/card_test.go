package testcard

import (
	"os"
	"strings"
	"testing"

	"skranke/internal/i18n"
	"skranke/internal/id"
)

func TestEveryTestCardHasANumberOfItsOwnATextAndALineInTheDocuments(t *testing.T) {
	doc, err := os.ReadFile("../../docs/testcards.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range testCards {
		if !id.LuhnValid(c.Number) || seen[c.Number] {
			t.Errorf("%s: the number %s is wrong or taken", c.Name, c.Number)
		}
		seen[c.Number] = true
		if !i18n.HasCode("testcard.card." + c.Name) {
			t.Errorf("%s has no text", c.Name)
		}
		if !strings.Contains(string(doc), "| "+grouped(c.Number)+" | ") {
			t.Errorf("%s, %s, is not in docs/testcards.md", c.Name, grouped(c.Number))
		}
	}
}
