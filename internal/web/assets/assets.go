// Package assets holds the built style sheets, scripts, font and icons, and serves each under a name that carries its content's hash,
// so that a browser fetches it once and never asks again. The files are built by tools/assets/build.sh from internal/web/src.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

// Prefix is where the assets live; routes "GET "+Prefix to Handler.
const Prefix = "/assets/"

//go:embed app.css app.js ds.css ds.js htmx.js icons.svg inter.woff2
var files embed.FS

// asset is one file, ready to send.
type asset struct {
	url, contentType string
	plain            []byte
	zipped           func() []byte // nil where compressing gains nothing
}

// names is in this order because style sheets refer to what stands before them.
var names = []string{"icons.svg", "inter.woff2", "app.css", "app.js", "ds.css", "ds.js", "htmx.js"}

var all = load()

func load() map[string]*asset {
	assets := make(map[string]*asset, len(names))
	for _, name := range names {
		content, err := files.ReadFile(name)
		if err != nil {
			panic("assets: " + err.Error()) // embedded above, so it cannot be missing
		}
		if strings.HasSuffix(name, ".css") {
			for other, a := range assets {
				content = bytes.ReplaceAll(content, []byte(Prefix+other), []byte(a.url))
			}
		}
		assets[name] = newAsset(name, content)
	}
	return assets
}

func newAsset(name string, content []byte) *asset {
	sum := sha256.Sum256(content)
	ext := path.Ext(name)
	a := &asset{
		url:         Prefix + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext,
		contentType: contentType(ext),
		plain:       content,
	}
	if ext != ".woff2" {
		a.zipped = sync.OnceValue(func() []byte { return compress(content) })
	}
	return a
}

// contentType does not ask the machine's own table, which differs from one machine to the next.
func contentType(ext string) string {
	switch ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	}
	return mime.TypeByExtension(ext)
}

func compress(content []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a valid constant
	_, _ = w.Write(content)                               // a bytes.Buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// URL is where a file is found, for instance "/assets/ds.3f1a90c2be.css" for "ds.css". A name that is not embedded is a mistake in a
// template, which the first test that renders it must show: URL panics.
func URL(name string) string {
	a, ok := all[name]
	if !ok {
		panic("assets: no file named " + name)
	}
	return a.url
}

// Handler serves the assets.
func Handler() http.Handler {
	byURL := make(map[string]*asset, len(all))
	for _, a := range all {
		byURL[a.url] = a
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a, ok := byURL[r.URL.Path]; ok {
			a.send(w, r, "public, max-age=31536000, immutable")
			return
		}
		// While a new version is rolled out over several nodes, a page from one may ask another for its files.
		if a, ok := all[withoutHash(r.URL.Path)]; ok {
			a.send(w, r, "no-store")
			return
		}
		http.NotFound(w, r)
	})
}

// withoutHash turns "/assets/ds.3f1a90c2be.css" into "ds.css".
func withoutHash(urlPath string) string {
	parts := strings.Split(strings.TrimPrefix(urlPath, Prefix), ".")
	if len(parts) != 3 {
		return ""
	}
	return parts[0] + "." + parts[2]
}

func (a *asset) send(w http.ResponseWriter, r *http.Request, caching string) {
	h := w.Header()
	h.Set("Cache-Control", caching)
	h.Set("Content-Type", a.contentType)
	h.Set("X-Content-Type-Options", "nosniff")
	body := a.plain
	if a.zipped != nil {
		h.Add("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = a.zipped()
		}
	}
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the browser went away: nobody to tell
	}
}
