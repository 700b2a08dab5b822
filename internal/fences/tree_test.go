package fences

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const root = "../.."

// file is one Go file of the project, with its path from the root.
type file struct {
	Name    string // internal/keys/order.go
	Package string // its directory: internal/keys
	Test    bool
	Source  []byte
	AST     *ast.File
	Pos     *token.FileSet
}

func (f file) imports() []string {
	var paths []string
	for _, spec := range f.AST.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err == nil { // the parser has seen to that
			paths = append(paths, p)
		}
	}
	return paths
}

func (f file) generated() bool {
	return strings.HasSuffix(f.Name, "_templ.go") || strings.HasSuffix(f.Name, "_gen.go")
}

func (f file) line(p token.Pos) int { return f.Pos.Position(p).Line }

// goFiles reads every Go file once for all tests.
func goFiles(t *testing.T) []file {
	t.Helper()
	all, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var parsed = sync.OnceValues(func() ([]file, error) {
	names, err := listed()
	if err != nil {
		return nil, err
	}
	var all []file
	for _, name := range names {
		if !strings.HasSuffix(name, ".go") || strings.Contains(name, "testdata/") {
			continue
		}
		src, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return nil, err
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, name, src, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		dir := filepath.ToSlash(filepath.Dir(name))
		all = append(all, file{Name: name, Package: dir, Test: strings.HasSuffix(name, "_test.go"), Source: src, AST: tree, Pos: set})
	}
	return all, nil
})

func projectFiles(t *testing.T) []string {
	t.Helper()
	names, err := listed()
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// skipped are directories that are never committed, for a tree that came without git.
var skipped = []string{".git", ".cache", "node_modules", "look", "bin", "design-tokens", "design-tokens-build"}

// listed are the files that are or could be committed, by their path from the root: git knows, else all but the skipped.
var listed = sync.OnceValues(func() ([]string, error) {
	git := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	git.Dir = root
	if out, err := git.Output(); err == nil {
		var names []string
		for name := range bytes.SplitSeq(bytes.TrimRight(out, "\x00"), []byte{0}) {
			if info, err := os.Lstat(filepath.Join(root, string(name))); err == nil && info.Mode().IsRegular() {
				names = append(names, string(name))
			}
		}
		return names, nil
	}
	var names []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains(skipped, d.Name()) {
			return fs.SkipDir
		}
		if d.Type().IsRegular() {
			name, err := filepath.Rel(root, path)
			names = append(names, filepath.ToSlash(name))
			return err
		}
		return nil
	})
	return names, err
})

func TestTheTreeIsRead(t *testing.T) {
	var here bool
	for _, f := range goFiles(t) {
		here = here || f.Name == "internal/fences/tree_test.go" && f.Test && f.Package == "internal/fences"
	}
	if !here {
		t.Error("the test does not see itself: the root is wrong")
	}
}
