package pgtmp

import (
	"os"
	"path/filepath"
	"testing"
)

func TestEverybodyGetsTheSameServer(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves PostgreSQL out")
	}
	var urls []string
	for range 2 {
		l, err := Take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Conn.Close(t.Context()) }()
		if err := l.Conn.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		urls = append(urls, l.URL)
	}
	if urls[0] != urls[1] {
		t.Errorf("the first got %s, the second %s", urls[0], urls[1])
	}
}

func TestALatecomersURLStays(t *testing.T) {
	dir := t.TempDir()
	if err := writeURL(dir, "new"); err != nil {
		t.Fatal(err)
	}
	retract(dir, "old")
	if _, err := os.Stat(urlFile(dir)); err != nil {
		t.Errorf("the keeper of an older server took the URL away: %v", err)
	}
	retract(dir, "new")
	if _, err := os.Stat(urlFile(dir)); err == nil {
		t.Error("the URL is still there")
	}
}

func TestOneDirectoryNobodyMayWalkIsEnough(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "inner")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	if walkable(dir) {
		t.Errorf("%s is said to be open to all, below a closed directory", dir)
	}
}
