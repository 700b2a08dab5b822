package fences

import (
	"go/ast"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var (
	createTable = regexp.MustCompile(`(?i)CREATE TABLE (?:IF NOT EXISTS )?(\w+)`)
	touchTable  = regexp.MustCompile(`\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)`)
)

// tableOwners maps each table to the module whose migration makes it: 0005_keys.sql and 0012_keys_serials.sql belong to keys.
// Tables of the machinery have no owner here.
func tableOwners(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob(root + "/migrations/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	owners := map[string]string{}
	for _, name := range names {
		_, word, _ := strings.Cut(strings.TrimSuffix(filepath.Base(name), ".sql"), "_")
		i := slices.IndexFunc(modules, func(m string) bool {
			return word == m || strings.HasPrefix(word, m+"_") || strings.HasPrefix(word, m+".")
		})
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range createTable.FindAllStringSubmatch(string(text), -1) {
			owners[m[1]] = ""
			if i >= 0 {
				owners[m[1]] = modules[i]
			}
		}
	}
	return owners
}

func TestAModuleTouchesOnlyItsOwnTables(t *testing.T) {
	owners := tableOwners(t)
	for _, f := range goFiles(t) {
		me := strings.TrimPrefix(f.Package, "internal/")
		if f.Test || !strings.HasPrefix(f.Name, "internal/") || floorOf(me) == whole || top(me) == "dashboard" {
			continue
		}
		for _, hit := range touched(f) {
			if owner := owners[hit.table]; owner != "" && owner != top(me) {
				t.Errorf("%s:%d: the table %s belongs to %s. Rule 5: a module touches only its own tables; ask the owner", f.Name, hit.line, hit.table, owner)
			}
		}
	}
}

type hit struct {
	line  int
	table string
}

// touched are the tables named in the file's SQL.
func touched(f file) []hit {
	var found []hit
	ast.Inspect(f.AST, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(lit.Value)
		if err != nil {
			return true
		}
		for _, m := range touchTable.FindAllStringSubmatchIndex(text, -1) {
			found = append(found, hit{f.line(lit.Pos()) + strings.Count(text[:m[0]], "\n"), text[m[2]:m[3]]})
		}
		return true
	})
	return found
}

func TestTablesHaveAnOwner(t *testing.T) {
	owners := tableOwners(t)
	seen := slices.Collect(maps.Values(owners))
	for _, m := range []string{"identity", "keys"} {
		if !slices.Contains(seen, m) {
			t.Errorf("no table belongs to %s: %v", m, owners)
		}
	}
}
