package brand

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// gold holds what Designsystemet's own tool made of 200 colours: colour → scheme → token → hex.
func gold(t *testing.T) map[string]map[string]map[string]string {
	t.Helper()
	raw, err := os.ReadFile("testdata/gold.json")
	if err != nil {
		t.Fatal(err)
	}
	var g map[string]map[string]map[string]string
	if err := json.Unmarshal(raw, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func tokens(colour string, dark bool) map[string]string {
	m := map[string]string{}
	for _, t := range scale(parse(colour), dark) {
		m[t.Name] = t.Hex
	}
	return m
}

// distance is how far the most different part of two colours is.
func distance(a, b string) float64 {
	x, y, far := parse(a), parse(b), 0.0
	for i := range x {
		far = math.Max(far, math.Abs(x[i]-y[i]))
	}
	return far
}

func TestTheScaleIsDesignsystemetsOwn(t *testing.T) {
	values, same := 0, 0
	for colour, schemes := range gold(t) {
		for scheme, want := range schemes {
			for name, hex := range tokens(colour, scheme == "dark") {
				values++
				if want[name] == hex {
					same++
				} else if d := distance(want[name], hex); d > 2 {
					t.Errorf("%s %s %s: got %s, want %s, %v levels apart", colour, scheme, name, hex, want[name], d)
				}
			}
		}
	}
	if values != 6400 || same < 6390 {
		t.Errorf("%d of %d values are identical, want at least 6390 of 6400", same, values)
	}
}

func TestContrastsHoldForEveryBrandColour(t *testing.T) {
	pairs := []struct {
		on, above string
		atLeast   float64
	}{
		{"text-subtle", "surface-tinted", 5.3},
		{"text-subtle", "surface-hover", 4.5},
		{"text-default", "surface-active", 5.3},
		{"base-contrast-default", "base-default", 4.5},
		{"border-default", "background-tinted", 3},
		{"border-strong", "surface-tinted", 4.5},
	}
	for colour, schemes := range gold(t) {
		for scheme := range schemes {
			got := tokens(colour, scheme == "dark")
			for _, p := range pairs {
				if c := contrast(parse(got[p.on]), parse(got[p.above])); c < p.atLeast-.05 {
					t.Errorf("%s %s: %s on %s has contrast %.2f, want %v", colour, scheme, p.on, p.above, c, p.atLeast)
				}
			}
		}
	}
}

func TestABadColourIsRefusedWithWhatWouldBeRight(t *testing.T) {
	for _, colour := range []string{"", "14594F", "#14594", "#14594FF", "#14594G", "green", "#14594F;}", " #14594F"} {
		_, err := New("Fjordlås", colour)
		if !errors.Is(err, ErrColor) || !strings.Contains(err.Error(), DefaultColor) {
			t.Errorf("New with %q answers %v, want ErrColor with an example", colour, err)
		}
	}
	if _, err := New("  ", DefaultColor); !errors.Is(err, ErrName) {
		t.Errorf("an empty name answers %v, want ErrName", err)
	}
}

func TestTheStyleSheetCoversLightDarkAndAuto(t *testing.T) {
	b := Default("Fjordlås")
	css, hash := b.CSS()
	for _, want := range []string{
		":root,[data-color-scheme=light]{", "@media screen{[data-color-scheme=dark]{", "@media screen and (prefers-color-scheme:dark){[data-color-scheme=auto]{",
		"--ds-color-accent-base-default:#14594f;", "--ds-color-accent-border-strong:#28675e;",
	} {
		if !strings.Contains(css, want) {
			t.Errorf("the style sheet lacks %s", want)
		}
	}
	if b.Path() != "/brand/"+hash+".css" {
		t.Errorf("path %s does not carry the hash %s", b.Path(), hash)
	}
	other, err := New("Fjordlås", "#7a1f3d")
	if err != nil || other.Path() == b.Path() {
		t.Errorf("another colour has the same address %s (%v)", other.Path(), err)
	}
}

func TestTheHandlerServesWhatItsPathsName(t *testing.T) {
	b := Default("Fjordlås")
	for _, c := range []struct {
		path   string
		status int
		kind   string
	}{
		{b.Path(), http.StatusOK, "text/css; charset=utf-8"},
		{b.IconPath(), http.StatusOK, "image/svg+xml"},
		{"/brand/0000000000.css", http.StatusNotFound, "text/plain; charset=utf-8"},
	} {
		w := httptest.NewRecorder()
		b.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, c.path, nil))
		if w.Code != c.status || w.Header().Get("Content-Type") != c.kind {
			t.Errorf("%s answers %d %s, want %d %s", c.path, w.Code, w.Header().Get("Content-Type"), c.status, c.kind)
		}
	}
}

func BenchmarkScale(b *testing.B) {
	colour := parse(DefaultColor)
	for b.Loop() {
		scale(colour, true)
	}
}
