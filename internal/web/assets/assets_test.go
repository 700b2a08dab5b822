package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestTheCommittedFilesAreTheBuiltOnes(t *testing.T) {
	sums, err := os.ReadFile("SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(sums)) {
		want, name, ok := strings.Cut(strings.TrimSpace(line), "  ")
		if !ok {
			t.Fatalf("SHA256SUMS has the line %q", line)
		}
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		listed[name] = true
		if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s was changed by hand or not built: run tools/assets/build.sh", name)
		}
	}
	for _, name := range names {
		if !listed[name] {
			t.Errorf("%s is not in SHA256SUMS: run tools/assets/build.sh", name)
		}
	}
}

func TestEveryIconUsedIsInTheSprite(t *testing.T) {
	sprite := string(all["icons.svg"].plain)
	used := regexp.MustCompile(`@Icon\("([^"]+)"\)|\bui\.Icon\("([^"]+)"\)|\bIcon:\s*"([^"]+)"`)
	seen := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == "node_modules" {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, "_test.go") || !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".templ") {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range used.FindAllStringSubmatch(string(content), -1) {
			seen++
			if name := m[1] + m[2] + m[3]; !strings.Contains(sprite, `<symbol id="`+name+`"`) {
				t.Errorf("%s uses the icon %q: add it to internal/web/src/icons.txt and run tools/assets/build.sh", path, name)
			}
		}
		return nil
	})
	if err != nil || seen == 0 {
		t.Fatalf("looked at %d icons (%v)", seen, err)
	}
}

func TestAFirstVisitIsLight(t *testing.T) {
	const most = 106_000
	total := 0
	for _, name := range names {
		a := all[name]
		size := len(a.plain)
		if a.zipped != nil {
			size = len(a.zipped())
		}
		t.Logf("%-12s %6d bytes", name, size)
		total += size
	}
	if total > most {
		t.Errorf("a first visit loads %d bytes of assets, at most %d are wanted", total, most)
	}
}

func get(t *testing.T, path, encoding string) *http.Response {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", encoding)
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestAssetsAreServedForEverUnderTheirHash(t *testing.T) {
	for _, name := range names {
		resp := get(t, URL(name), "")
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != http.StatusOK || !bytes.Equal(body, all[name].plain) {
			t.Errorf("%s answers %d with %d bytes", URL(name), resp.StatusCode, len(body))
		}
		if got := resp.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s may be cached %q, want immutable", name, got)
		}
		if got := resp.Header.Get("Content-Type"); got != contentType(filepath.Ext(name)) || got == "" {
			t.Errorf("%s has the type %q", name, got)
		}
	}
}

func TestAssetsAreCompressedForThoseWhoAsk(t *testing.T) {
	resp := get(t, URL("ds.css"), "br, gzip")
	if resp.Header.Get("Content-Encoding") != "gzip" || resp.Header.Get("Vary") != "Accept-Encoding" {
		t.Fatalf("headers are %v", resp.Header)
	}
	z, err := gzip.NewReader(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil || !bytes.Equal(body, all["ds.css"].plain) {
		t.Errorf("unpacked to %d bytes (%v)", len(body), err)
	}
	if got := get(t, URL("inter.woff2"), "gzip").Header.Get("Content-Encoding"); got != "" {
		t.Errorf("the font is sent as %q; it is compressed already", got)
	}
}

func TestAnOlderHashIsAnsweredButNotKept(t *testing.T) {
	resp := get(t, "/assets/app.0000000000.css", "")
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("answers %d, cached %q", resp.StatusCode, resp.Header.Get("Cache-Control"))
	}
	for _, path := range []string{"/assets/", "/assets/app.css", "/assets/none.0000000000.css", "/assets/../assets.go", "/assets/SHA256SUMS"} {
		if got := get(t, path, "").StatusCode; got != http.StatusNotFound {
			t.Errorf("%s answers %d, want 404", path, got)
		}
	}
}

func TestStyleSheetsReferToHashedNames(t *testing.T) {
	css := string(all["app.css"].plain)
	if !strings.Contains(css, URL("inter.woff2")) || strings.Contains(css, `"/assets/inter.woff2"`) {
		t.Error("app.css does not refer to the font's hashed name")
	}
}

func TestAnUnknownNameIsAMistakeOfOurs(t *testing.T) {
	defer func() {
		if r := recover(); !strings.Contains(fmt.Sprint(r), "nope.css") {
			t.Errorf("URL said %v", r)
		}
	}()
	URL("nope.css")
	t.Error("URL answered for a file there is none of")
}
