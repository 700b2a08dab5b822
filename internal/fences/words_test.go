package fences

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// foreign are words that belong to the machine where a file was written, not to the project. They are spelt in two halves so
// that this file passes.
var foreign = regexp.MustCompile(`(?:proxy` + `\.golang|sum` + `\.golang|registry` + `\.npmjs|registry` + `\.yarnpkg|/work` + `/(?:main|shared)|\.\.` + `/shared|/root` + `/|/home` + `/\w)`)

func TestNoFileNamesTheMachineItWasWrittenOn(t *testing.T) {
	for _, name := range projectFiles(t) {
		src := read(t, name)
		if bytes.IndexByte(src, 0) >= 0 { // pictures and fonts
			continue
		}
		for i, line := range strings.Split(string(src), "\n") {
			if w := foreign.FindString(line); w != "" {
				t.Errorf("%s:%d names %q: that is this machine's, or a host that somebody else's machine may not reach", name, i+1, w)
			}
		}
	}
}

func TestNoFileIsLarge(t *testing.T) {
	const limit = 1 << 20
	for _, name := range projectFiles(t) {
		if src := read(t, name); len(src) > limit {
			t.Errorf("%s has %d kB: nothing over %d kB belongs in the project", name, len(src)>>10, limit>>10)
		}
	}
}
