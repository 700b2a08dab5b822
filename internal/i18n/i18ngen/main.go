// Command i18ngen turns the texts in internal/i18n/texts into typed Go methods.
//
// Run it from the root of the repository: go run ./internal/i18n/i18ngen.
// With -check it writes nothing and ends with status 1 when a file is not up to date.
//
// One JSON file per area holds every key in all four languages, so that a text can never exist in one language only
// and two people adding texts never meet in one file.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

func main() {
	check := flag.Bool("check", false, "only verify that the generated files are up to date")
	dir := flag.String("dir", "internal/i18n", "folder of the package i18n")
	flag.Parse()
	if !run(*dir, *check, os.Stderr) {
		os.Exit(1)
	}
}

// run generates every area under dir and reports to out what is wrong; it says whether all is well.
// An area with mistakes keeps its old file and does not hold back the others: several people generate at once.
func run(dir string, check bool, out io.Writer) bool {
	areas, faults, err := readAll(dir)
	if err != nil {
		_, _ = fmt.Fprintln(out, err)
		return false
	}
	keep := map[string]bool{}
	for _, a := range areas {
		keep[a.output()] = true
		if a.bad {
			continue
		}
		if err := settle(filepath.Join(dir, a.output()), emit(a), check); err != nil {
			faults = append(faults, err.Error())
		}
	}
	stale, err := filepath.Glob(filepath.Join(dir, "texts_*_gen.go"))
	if err != nil {
		faults = append(faults, err.Error())
	}
	for _, path := range stale {
		if keep[filepath.Base(path)] {
			continue
		}
		if err := drop(path, check); err != nil {
			faults = append(faults, err.Error())
		}
	}
	for _, f := range faults {
		_, _ = fmt.Fprintln(out, f)
	}
	return len(faults) == 0
}

// settle brings one file to the wanted content, or only says that it is not there when check is set.
// It renames a finished file into place, so that a compiler running beside it never reads half of one.
func settle(path string, want []byte, check bool) error {
	have, err := os.ReadFile(path) //nolint:gosec // a path made from our own file names
	if err == nil && string(have) == string(want) {
		return nil
	}
	if check {
		return fmt.Errorf("%s: not up to date; run go run ./internal/i18n/i18ngen", path)
	}
	// A leading dot keeps the go command from seeing the unfinished file.
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = tmp.Write(want)
	if err = errors.Join(err, tmp.Chmod(0o644), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// drop removes a generated file whose texts are gone.
func drop(path string, check bool) error {
	if check {
		return fmt.Errorf("%s: its texts are gone; run go run ./internal/i18n/i18ngen", path)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove %s: %w", path, err)
	}
	return nil
}

// output names the generated file of an area.
func (a *area) output() string { return "texts_" + a.name + "_gen.go" }
