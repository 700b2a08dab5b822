// Command rows runs the tests that are named after requirement rows and prints, row by row, how they ended.
//
// A test belongs to the row KEY-4 when its name begins with TestKEY4_, and to several rows when it begins with several, as in
// TestKEY4_KEY6_. The rows stand in docs/rows.txt.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

func main() {
	root := flag.String("root", "..", "the project")
	flag.Parse()
	ok, err := run(os.Stdout, *root, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "rows:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

// row is one line of docs/rows.txt.
type row struct{ ID, Title string }

func run(w io.Writer, root string, only []string) (ok bool, err error) {
	list, err := os.ReadFile(filepath.Join(root, "docs", "rows.txt"))
	if err != nil {
		return false, fmt.Errorf("read the rows: %w", err)
	}
	rows := parseRows(string(list))
	if len(only) > 0 {
		rows = slices.DeleteFunc(rows, func(r row) bool { return !slices.Contains(only, r.ID) })
		if len(rows) == 0 {
			return false, fmt.Errorf("no row is called %s", strings.Join(only, " or "))
		}
	}
	packages, err := find(root, rows)
	if err != nil {
		return false, err
	}
	var got results
	if len(packages) > 0 {
		if got, err = test(root, packages, rows); err != nil {
			return false, err
		}
	}
	return got.print(w, rows), nil
}

func parseRows(list string) []row {
	var rows []row
	for line := range strings.Lines(list) {
		if id, title, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !strings.HasPrefix(line, "#") {
			rows = append(rows, row{id, title})
		}
	}
	return rows
}

var named = regexp.MustCompile(`(?m)^func (Test[A-Z]+[0-9]+_\w*)\(`)

var mark = regexp.MustCompile(`^([A-Z]+)([0-9]+)_`)

// rowsOf are the rows that a test is named after: TestKEY4_KEY6_x belongs to KEY-4 and KEY-6.
func rowsOf(test string) (ids []string) {
	rest := strings.TrimPrefix(test, "Test")
	for m := mark.FindStringSubmatch(rest); m != nil; m = mark.FindStringSubmatch(rest) {
		ids, rest = append(ids, m[1]+"-"+m[2]), rest[len(m[0]):]
	}
	return ids
}

// find lists the packages, relative to root, that have tests named after any of rows.
func find(root string, rows []row) ([]string, error) {
	var packages []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range named.FindAllSubmatch(src, -1) {
			if slices.ContainsFunc(rows, func(r row) bool { return slices.Contains(rowsOf(string(m[1])), r.ID) }) {
				dir, err := filepath.Rel(root, filepath.Dir(path))
				packages = append(packages, "./"+filepath.ToSlash(dir))
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for tests: %w", err)
	}
	slices.Sort(packages)
	return slices.Compact(packages), nil
}

// results are the endings of the tests by row, and what failing ones said.
type results struct {
	ended  map[string]map[string]int // row → pass, fail or skip → how many
	said   strings.Builder
	failed bool // also when a package does not build, so that no test of it ended
}

// pattern matches the tests of rows and nothing else.
func pattern(rows []row) string {
	var words []string
	for _, r := range rows {
		words = append(words, strings.ReplaceAll(r.ID, "-", ""))
	}
	return "^Test([A-Z]+[0-9]+_)*(" + strings.Join(words, "|") + ")_"
}

func test(root string, packages []string, rows []row) (results, error) {
	cmd := exec.Command("go", append([]string{"test", "-json", "-count=1", "-timeout=20m", "-run", pattern(rows)}, packages...)...)
	cmd.Dir = root
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	if err != nil {
		return results{}, fmt.Errorf("read from go test: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return results{}, fmt.Errorf("start go test: %w", err)
	}
	got, err := collect(out)
	if err != nil {
		return got, err
	}
	err = cmd.Wait()
	if failed := new(exec.ExitError); errors.As(err, &failed) && len(got.ended) > 0 {
		return got, nil // told row by row
	}
	if err != nil {
		return got, fmt.Errorf("go test: %w\n%s%s", err, complaints.String(), got.said.String())
	}
	return got, nil
}

// event is what go test -json writes, as far as it matters here.
type event struct{ Action, Package, Test, Output string }

func collect(r io.Reader) (results, error) {
	got := results{ended: map[string]map[string]int{}}
	output := map[string]string{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue // go test writes a plain line when a package does not build
		}
		name, _, sub := strings.Cut(e.Test, "/")
		key := e.Package + " " + name
		switch e.Action {
		case "output", "build-output":
			output[key] += e.Output
		case "build-fail":
			got.said.WriteString(output[key])
		case "fail":
			got.failed = true
			if !sub {
				got.said.WriteString(output[key])
			}
			got.count(name, sub, e.Action)
		case "pass", "skip":
			got.count(name, sub, e.Action)
		}
	}
	if err := lines.Err(); err != nil {
		return got, fmt.Errorf("read what go test says: %w", err)
	}
	return got, nil
}

// count notes a whole test for each of its rows. A skipped part makes the test a skipped one: half a proof is none.
func (g *results) count(name string, sub bool, how string) {
	if sub && how != "skip" {
		return
	}
	for _, id := range rowsOf(name) {
		if g.ended[id] == nil {
			g.ended[id] = map[string]int{}
		}
		g.ended[id][how]++
	}
}

// print reports whether nothing failed.
func (g *results) print(w io.Writer, rows []row) bool {
	sum := map[string]int{}
	for _, r := range rows {
		e := g.ended[r.ID]
		how := "no test"
		switch {
		case e["fail"] > 0:
			how = "FAILED"
		case e["skip"] > 0:
			how = "skipped"
		case e["pass"] > 0:
			how = "passed"
		}
		sum[how]++
		fmt.Fprintf(w, "%-9s %-8s %s\n", r.ID, how, r.Title)
	}
	fmt.Fprintf(w, "\n%d passed, %d failed, %d skipped, %d without a test\n", sum["passed"], sum["FAILED"], sum["skipped"], sum["no test"])
	if g.said.Len() > 0 {
		fmt.Fprintf(w, "\n%s", g.said.String())
	}
	return !g.failed
}
