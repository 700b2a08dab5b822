package fences

import (
	"encoding/json"
	"go/ast"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"skranke/internal/i18n"
)

// faultCall finds the codes given to the constructors of package fault, also within fault itself's Fields.Check and Add.
var faultCall = regexp.MustCompile(`\bfault\.(?:New\(\s*fault\.\w+|Field\(\s*[^,()]+),\s*"([^"]+)"`)

func TestEveryFaultHasWords(t *testing.T) {
	seen := 0
	for _, f := range goFiles(t) {
		if f.Test || f.generated() {
			continue
		}
		for _, code := range faultCodes(f) {
			seen++
			if !i18n.HasCode(code) {
				t.Errorf("%s: the fault %q has no text: add it to internal/i18n/texts and run make generate", f.Name, code)
			}
		}
	}
	if seen < 20 {
		t.Errorf("found %d codes only: the test looks in the wrong places", seen)
	}
}

func faultCodes(f file) []string {
	var codes []string
	for _, m := range faultCall.FindAllSubmatch(f.Source, -1) {
		codes = append(codes, string(m[1]))
	}
	ast.Inspect(f.AST, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "Add" && sel.Sel.Name != "Check" || !slices.Contains(f.imports(), "skranke/internal/fault") {
			return true
		}
		lit, ok := call.Args[len(call.Args)-1].(*ast.BasicLit) // fields.Add(name, code), fields.Check(ok, name, code)
		if want := map[string]int{"Add": 2, "Check": 3}[sel.Sel.Name]; !ok || lit.Kind != token.STRING || len(call.Args) != want {
			return true
		}
		if code, err := strconv.Unquote(lit.Value); err == nil && strings.Contains(code, ".") {
			codes = append(codes, code)
		}
		return true
	})
	return codes
}

// textKeys are all keys of the text files, with the file each stands in.
func textKeys(t *testing.T) map[string]string {
	t.Helper()
	keys := map[string]string{}
	for _, name := range projectFiles(t) {
		if ok, _ := filepath.Match("internal/i18n/texts/*.json", name); !ok {
			continue
		}
		var texts map[string]json.RawMessage
		if err := json.Unmarshal(read(t, name), &texts); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for key := range texts {
			keys[key] = name
		}
	}
	return keys
}

func TestEveryTextIsUsed(t *testing.T) {
	var source strings.Builder
	for _, f := range goFiles(t) {
		if !f.generated() {
			source.Write(f.Source)
		}
	}
	for _, name := range projectFiles(t) {
		if strings.HasSuffix(name, ".templ") || strings.HasSuffix(name, ".html") || strings.HasPrefix(name, "migrations/") {
			source.Write(read(t, name))
		}
	}
	all := source.String()
	words := map[string]bool{}
	for _, w := range regexp.MustCompile(`\.([A-Z]\w+)`).FindAllStringSubmatch(all, -1) {
		words[w[1]] = true
	}
	literals := map[string]bool{}
	for _, w := range regexp.MustCompile("[\"'`]([a-z_]+(?:\\.[a-z0-9_]*)+)[\"'`]").FindAllStringSubmatch(all, -1) {
		literals[w[1]] = true
	}
	keys := textKeys(t)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		name := keys[key]
		if !strings.Contains(key, ".") && !words[key] {
			t.Errorf("%s: nobody uses the text %s: remove it", name, key)
		}
		if strings.Contains(key, ".") && !spoken(key, literals) {
			t.Errorf("%s: nobody uses the text of the code %s: remove it, or name the code, or its beginning up to a dot, in Go", name, key)
		}
	}
}

// spoken tells whether a code stands in the source whole, or can be put together there from its beginning and a word: the
// states and actions of a flow make codes like "keys.order." + action.
func spoken(code string, literals map[string]bool) bool {
	if literals[code] {
		return true
	}
	for i := range code {
		if code[i] == '.' && (literals[code[:i+1]] || literals[code[:i]] || literals[code[i:]]) {
			return true
		}
	}
	return false
}
