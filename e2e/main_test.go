// Package e2e walks whole journeys on the built binary, in a real browser: what the other tests prove part by part holds when
// everything stands together, as a process of its own with settings of its own.
package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// scratch is where the binary and the demonstration lie while the tests run.
var scratch string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "skranke-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "make a place for the binary:", err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }() // only what these tests have put there
	scratch = dir
	return m.Run()
}

// built builds the binary once per run, when the first test needs it. E2E_BINARY names one that is there already, such as a release.
var built = sync.OnceValues(func() (string, error) {
	if given := os.Getenv("E2E_BINARY"); given != "" {
		return filepath.Abs(given)
	}
	to := filepath.Join(scratch, "skranke")
	cmd := exec.Command("go", "build", "-o", to, "./cmd/skranke")
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the binary: %w\n%s", err, out)
	}
	return to, nil
})

func binary(t testing.TB) string {
	t.Helper()
	to, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return to
}
