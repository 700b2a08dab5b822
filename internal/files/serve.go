package files

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// Serve answers with the file as a download. What was uploaded by one person is opened by another, so nothing in it
// may run: it is never shown inside a page of ours, nor guessed to be anything else than it is. The caller has asked
// whether the reader may have it.
func (s *Store) Serve(w http.ResponseWriter, r *http.Request, f File) error {
	b, err := s.bucket.NewReader(r.Context(), f.Key, nil)
	if err != nil {
		return fmt.Errorf("open file %s: %w", f.ID, err)
	}
	defer b.Close() //nolint:errcheck // only read
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	if _, known := extensions[Kind(f.ContentType)]; known {
		h.Set("Content-Type", f.ContentType)
	}
	h.Set("Content-Disposition", disposition(f.Name))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-cache") // kept by this reader's browser, and asked about each time: rights may end
	h.Set("ETag", `"`+f.SHA256+`"`)
	http.ServeContent(w, r, "", f.CreatedAt, b)
	return nil
}

// disposition names the download twice: in ASCII for old programs and, as RFC 6266 has it, in full.
func disposition(name string) string {
	name = safeName(name)
	ascii := strings.Map(func(r rune) rune {
		if r > '~' || r < ' ' || strings.ContainsRune(`"\%`, r) {
			return '_'
		}
		return r
	}, name)
	d := mime.FormatMediaType("attachment", map[string]string{"filename": ascii})
	if ascii == name {
		return d
	}
	return d + "; filename*=UTF-8''" + strings.NewReplacer("+", "%20", "*", "%2A").Replace(url.QueryEscape(name))
}
