package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// langs are the languages every key must have, in the order of the constants NB, SV, DA and EN.
var langs = [...]string{"nb", "sv", "da", "en"}

var (
	areaName   = regexp.MustCompile(`^[a-z][a-z0-9]*$`)
	methodName = regexp.MustCompile(`^[A-Z][a-zA-Z0-9]*$`)
	codeName   = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9][a-z0-9_]*)+$`)
	handMethod = regexp.MustCompile(`(?m)^func \((?:l )?L\) (\w+)\(`)
)

// area is one file of texts.
type area struct {
	name    string
	file    string
	entries []entry
	bad     bool
}

// entry is one key in four languages.
type entry struct {
	key    string
	texts  [len(langs)]text
	params []string
}

// text is one key in one language; plural texts have two forms.
type text struct {
	plural     bool
	one, other string
}

// code says that the entry is looked up by its key instead of being a method.
func (e entry) code() bool { return strings.Contains(e.key, ".") }

// readAll reads every area under dir/texts and lists the mistakes found, each with its file and key.
func readAll(dir string) ([]*area, []string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "texts", "*.json"))
	if err != nil {
		return nil, nil, fmt.Errorf("look for texts in %s: %w", dir, err)
	}
	if len(files) == 0 {
		return nil, nil, fmt.Errorf("%s: no texts found; run from the root of the repository", filepath.Join(dir, "texts"))
	}
	taken, err := handMethods(dir)
	if err != nil {
		return nil, nil, err
	}
	var areas []*area
	var faults []string
	owner := map[string]*area{}
	for _, file := range files {
		a, found := readArea(file)
		for _, e := range a.entries {
			if taken[e.key] {
				found = append(found, mistake(a, e.key, "is already a method of L; choose another key"))
			}
			if first := owner[e.key]; first != nil {
				found = append(found, mistake(a, e.key, "is in "+first.file+" too; rename one of them"))
				continue
			}
			owner[e.key] = a
		}
		a.bad = len(found) > 0
		areas, faults = append(areas, a), append(faults, found...)
	}
	return areas, faults, nil
}

// handMethods lists the methods of L that are written by hand: a text must not take their names.
func handMethods(dir string) (map[string]bool, error) {
	taken := map[string]bool{}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, fmt.Errorf("look for Go files in %s: %w", dir, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_gen.go") || strings.HasSuffix(file, "_test.go") {
			continue
		}
		src, err := os.ReadFile(file) //nolint:gosec // the package's own files
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		for _, m := range handMethod.FindAllSubmatch(src, -1) {
			taken[string(m[1])] = true
		}
	}
	return taken, nil
}

// mistake words one fault: file, key, and what to do.
func mistake(a *area, key, what string) string { return a.file + ": " + key + " " + what }

// readArea reads one file. The entries it returns are whole; what is wrong with the rest is told.
func readArea(file string) (*area, []string) {
	a := &area{name: strings.TrimSuffix(filepath.Base(file), ".json"), file: file}
	if !areaName.MatchString(a.name) {
		return a, []string{file + ": the file's name must be lower-case letters and digits"}
	}
	raw, err := os.ReadFile(file) //nolint:gosec // found by our own glob
	if err != nil {
		return a, []string{err.Error()}
	}
	members, err := object(raw)
	if err != nil {
		return a, []string{file + ": " + err.Error()}
	}
	var faults []string
	for _, m := range members {
		e, err := readEntry(m)
		if err != nil {
			faults = append(faults, mistake(a, m.key, err.Error()))
			continue
		}
		a.entries = append(a.entries, e)
	}
	slices.SortFunc(a.entries, func(x, y entry) int { return strings.Compare(x.key, y.key) })
	return a, faults
}

// readEntry reads one key and checks it over its languages.
func readEntry(m member) (entry, error) {
	e := entry{key: m.key}
	if !methodName.MatchString(m.key) && !codeName.MatchString(m.key) {
		return e, errors.New("is neither CamelCase (a method) nor dotted.lower_case (a code); rename it")
	}
	members, err := object(m.value)
	if err != nil {
		return e, fmt.Errorf("must be an object with nb, sv, da and en: %w", err)
	}
	seen := map[string]bool{}
	for _, t := range members {
		i := slices.Index(langs[:], t.key)
		if i < 0 {
			return e, fmt.Errorf("has the unknown language %q; only nb, sv, da and en belong here", t.key)
		}
		if e.texts[i], err = readText(t.value); err != nil {
			return e, fmt.Errorf("in %s %w", t.key, err)
		}
		seen[t.key] = true
	}
	for _, lang := range langs {
		if !seen[lang] {
			return e, fmt.Errorf("has no text in %s; write it", lang)
		}
	}
	return e, e.settleParams()
}

// readText reads one text, plain or with the two plural forms.
func readText(raw json.RawMessage) (text, error) {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return text{other: s}, filled(s)
	}
	t := text{plural: true}
	members, err := object(raw)
	if err != nil {
		return t, fmt.Errorf("must be a text or {\"one\": …, \"other\": …}: %w", err)
	}
	for _, m := range members {
		if err := json.Unmarshal(m.value, &s); err != nil {
			return t, fmt.Errorf("form %q must be a text", m.key)
		}
		switch m.key {
		case "one":
			t.one = s
		case "other":
			t.other = s
		default:
			return t, fmt.Errorf("has the unknown plural form %q; only one and other belong here", m.key)
		}
		if err := filled(s); err != nil {
			return t, err
		}
	}
	if t.one == "" || t.other == "" {
		return t, errors.New("needs both plural forms, one and other")
	}
	return t, nil
}

func filled(s string) error {
	if strings.TrimSpace(s) == "" {
		return errors.New("is empty; write the text")
	}
	return nil
}

// member is one key of a JSON object with its value.
type member struct {
	key   string
	value json.RawMessage
}

// object reads a JSON object in its order and refuses a key that is there twice, which encoding/json lets pass.
func object(raw []byte) ([]member, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	} else if t != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	var out []member
	seen := map[string]bool{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("not JSON: %w", err)
		}
		key, _ := t.(string)
		m := member{key: key}
		if err := dec.Decode(&m.value); err != nil {
			return nil, fmt.Errorf("not JSON after %q: %w", key, err)
		}
		if seen[key] {
			return nil, fmt.Errorf("%q is there twice; remove one", key)
		}
		seen[key] = true
		out = append(out, m)
	}
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if dec.More() {
		return nil, errors.New("not JSON: something follows the object")
	}
	return out, nil
}
