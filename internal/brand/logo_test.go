package brand

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestALogoIsWhatItsContentSays(t *testing.T) {
	for _, tt := range []struct{ name, content, kind string }{
		{"a drawing", `<svg xmlns="http://www.w3.org/2000/svg"></svg>`, "image/svg+xml"},
		{"a drawing from an editor", "\xef\xbb\xbf<?xml version=\"1.0\"?>\n<!-- made\nby hand -->\n<!DOCTYPE svg>\n<svg width=\"1\"></svg>", "image/svg+xml"},
		{"a picture", "\x89PNG\r\n\x1a\nrest", "image/png"},
		{"a small picture", "RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"},
		{"a page", "<html><svg></svg></html>", ""},
		{"nothing", "", ""},
		{"too much", "<svg>" + strings.Repeat("x", maxLogo), ""},
	} {
		b, err := Default("Fjellvik").WithLogo([]byte(tt.content))
		if tt.kind == "" {
			if !errors.Is(err, ErrLogo) {
				t.Errorf("%s is taken for a logo (%v)", tt.name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		w := httptest.NewRecorder()
		b.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, b.LogoURL, http.NoBody))
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != tt.kind || !bytes.Equal(w.Body.Bytes(), []byte(tt.content)) {
			t.Errorf("%s at %s is served as %d %s", tt.name, b.LogoURL, w.Code, w.Header().Get("Content-Type"))
		}
	}
}

func TestABrandWithoutALogoServesNone(t *testing.T) {
	w := httptest.NewRecorder()
	Default("Fjellvik").Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, Prefix+"logo-1.svg", http.NoBody))
	if w.Code != http.StatusNotFound {
		t.Errorf("a logo that is not there is answered with %d", w.Code)
	}
}
