package fences

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Lines of 0001-dependencies.md look like: - `module`: why.
var adrLine = regexp.MustCompile("(?m)^- `([^`]+)`: \\S")

func TestEveryDirectDependencyHasItsReason(t *testing.T) {
	const adr = "docs/adr/0001-dependencies.md"
	var told []string
	for _, m := range adrLine.FindAllStringSubmatch(string(read(t, adr)), -1) {
		told = append(told, m[1])
	}
	direct := slices.Concat(directs(string(read(t, "go.mod"))), tools(string(read(t, "tools/go.mod"))))
	if len(direct) < 10 {
		t.Fatalf("found only %v in go.mod", direct)
	}
	for _, m := range direct {
		if !slices.Contains(told, m) {
			t.Errorf("%s has no line for %s: say why it and not another, or do without", adr, m)
		}
	}
	all := string(read(t, "go.mod")) + string(read(t, "tools/go.mod"))
	for _, m := range told {
		if !strings.Contains(all, "\t"+m+" v") {
			t.Errorf("%s has a line for %s, which no go.mod requires", adr, m)
		}
	}
}

func directs(mod string) []string {
	var found []string
	for line := range strings.Lines(mod) {
		f := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(f) >= 2 && strings.Contains(f[0], ".") && strings.HasPrefix(f[1], "v") && !strings.Contains(line, "// indirect") {
			found = append(found, f[0])
		}
	}
	return found
}

// tools are the commands of tools/go.mod, without the last words that tell them apart within their module.
func tools(mod string) []string {
	var found []string
	for line := range strings.Lines(mod) {
		if path := strings.TrimSpace(line); strings.Contains(path, "/cmd/") {
			module, _, _ := strings.Cut(path, "/cmd/")
			found = append(found, module)
		}
	}
	slices.Sort(found)
	return slices.DeleteFunc(found, func(m string) bool { return m == "github.com/a-h/templ" }) // stands in go.mod too
}

func TestDecisionsAreNumberedWithoutGaps(t *testing.T) {
	n := 0
	for _, name := range projectFiles(t) {
		if ok, _ := filepath.Match("docs/adr/*.md", name); !ok {
			continue
		}
		n++
		if want := "000" + string(rune('0'+n)); n < 10 && !strings.HasPrefix(filepath.Base(name), want+"-") {
			t.Errorf("%s: the next number is %s", name, want)
		}
		if !strings.HasPrefix(string(read(t, name)), "# ") {
			t.Errorf("%s does not begin with its title", name)
		}
	}
	if n < 4 {
		t.Errorf("found %d decisions", n)
	}
}
