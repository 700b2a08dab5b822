package fences

import (
	"bytes"
	"go/ast"
	"strings"
	"testing"
)

const (
	maxFile = 400
	maxFunc = 60
)

func TestFilesAreShort(t *testing.T) {
	for _, f := range goFiles(t) {
		if n := lines(f.Source); !f.generated() && n > maxFile {
			t.Errorf("%s has %d lines, more than %d: split it by what changes together", f.Name, n, maxFile)
		}
	}
	for _, name := range projectFiles(t) {
		if strings.HasSuffix(name, ".templ") {
			if n := lines(read(t, name)); n > maxFile {
				t.Errorf("%s has %d lines, more than %d: split it by component", name, n, maxFile)
			}
		}
	}
}

func lines(src []byte) int { return bytes.Count(src, []byte("\n")) }

func TestFunctionsAreShort(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.generated() {
			continue
		}
		for _, d := range f.AST.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			if n := f.line(fn.End()) - f.line(fn.Pos()) + 1 - tables(f, fn.Body); n > maxFunc {
				t.Errorf("%s:%d: %s has %d lines besides its tables, more than %d", f.Name, f.line(fn.Pos()), fn.Name.Name, n, maxFunc)
			}
		}
	}
}

// tables counts the lines of the literal lists in a function, which are read by column and not from top to bottom: the cases
// of a test, the components of a page, the rows of a route table.
func tables(f file, body *ast.BlockStmt) int {
	n := 0
	ast.Inspect(body, func(node ast.Node) bool {
		lit, ok := node.(*ast.CompositeLit)
		if !ok || len(lit.Elts) < 2 {
			return true
		}
		n += f.line(lit.End()) - f.line(lit.Pos())
		return false // its inner lists are counted with it
	})
	return n
}
