// Package brand turns the one colour an operator chooses into the shades its pages use, light and dark, readable whatever the colour.
package brand

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// The colours of the product itself. Support is the brass beside the accent; it is not the operator's to change.
const (
	DefaultColor = "#14594F"
	SupportColor = "#C08A3E"
)

// Prefix is where Handler answers.
const Prefix = "/brand/"

// ErrColor is what New refuses a colour with.
var ErrColor = errors.New(`a colour is written as # and six hexadecimal digits, for instance "` + DefaultColor + `"`)

// ErrName is what New refuses an empty name with.
var ErrName = errors.New("a brand has a name, for instance the firm's")

// Brand is how the operator's pages present themselves. Make it with New.
type Brand struct {
	Name string
	// ColorHex is the accent colour as it was given.
	ColorHex string
	// LogoURL is shown instead of the mark; it must be of our own origin, and is 32 pixels high.
	LogoURL string

	css, hash string
	icon      []byte
	logo      logo
}

var hexColor = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// New makes the brand of a name and a colour such as "#14594F".
func New(name, colorHex string) (Brand, error) {
	if strings.TrimSpace(name) == "" {
		return Brand{}, ErrName
	}
	if !hexColor.MatchString(colorHex) {
		return Brand{}, fmt.Errorf("%q: %w", colorHex, ErrColor)
	}
	colour := parse(colorHex)
	b := Brand{Name: name, ColorHex: colorHex, css: styleSheet(colour), icon: icon(colour)}
	sum := sha256.Sum256(append([]byte(b.css), b.icon...))
	b.hash = hex.EncodeToString(sum[:5])
	return b, nil
}

// Default is the brand of an installation that has not chosen.
func Default(name string) Brand {
	b, err := New(name, DefaultColor)
	if err != nil {
		b, _ = New("Skranke", DefaultColor)
	}
	return b
}

// CSS is the style sheet that puts the brand's shades over the built-in ones, and the hash its address carries.
func (b Brand) CSS() (css, hash string) { return b.css, b.hash }

// Path is the address of the style sheet.
func (b Brand) Path() string { return Prefix + b.hash + ".css" }

// IconPath is the address of the icon browsers show in tabs.
func (b Brand) IconPath() string { return Prefix + b.hash + ".svg" }

// Handler serves the style sheet and the icon. Their addresses change when they do, so browsers keep them for ever.
func (b Brand) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body []byte
		h := w.Header()
		switch r.URL.Path {
		case b.Path():
			h.Set("Content-Type", "text/css; charset=utf-8")
			body = []byte(b.css)
		case b.IconPath():
			h.Set("Content-Type", "image/svg+xml")
			body = b.icon
		case b.LogoURL:
			h.Set("Content-Type", b.logo.kind)
			body = b.logo.content
		default:
			http.NotFound(w, r)
			return
		}
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("X-Content-Type-Options", "nosniff")
		if r.Method != http.MethodHead {
			_, _ = w.Write(body) // the browser went away: nobody to tell
		}
	})
}

// parse reads a colour that hexColor has matched.
func parse(colorHex string) rgb {
	n, _ := strconv.ParseUint(colorHex[1:], 16, 32)
	return rgb{float64(n >> 16), float64(n >> 8 & 0xff), float64(n & 0xff)}
}

// styleSheet overrides the accent of Designsystemet. It stands outside all cascade layers, so it wins over the built-in theme. The dark
// shades are for screens; paper is light.
func styleSheet(colour rgb) string {
	var b strings.Builder
	light, dark := declarations(colour, false), declarations(colour, true)
	b.WriteString(":root,[data-color-scheme=light]{" + light + "}\n")
	b.WriteString("@media screen{[data-color-scheme=dark]{" + dark + "}}\n")
	b.WriteString("@media screen and (prefers-color-scheme:dark){[data-color-scheme=auto]{" + dark + "}}\n")
	return b.String()
}

func declarations(colour rgb, dark bool) string {
	var b strings.Builder
	for _, t := range scale(colour, dark) {
		b.WriteString("--ds-color-accent-" + t.Name + ":" + t.Hex + ";")
	}
	return b.String()
}

// icon is the padlock of the top bar in the brand's colour.
func icon(colour rgb) []byte {
	line := white
	if contrast(colour, white) < contrast(colour, black) {
		line = black
	}
	return []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="` + colour.hex() +
		`"/><g fill="none" stroke="` + line.hex() + `" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"><rect x="8.5" y="14.5" width="15" height="10" rx="2"/><path d="M11.8 14.5v-3.2a4.2 4.2 0 0 1 8.4 0v3.2"/></g></svg>`)
}
