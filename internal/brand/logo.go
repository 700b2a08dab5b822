package brand

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"regexp"
)

// ErrLogo is what WithLogo refuses a file with.
var ErrLogo = errors.New("a logo is an SVG, PNG or WebP file of at most 256 kB")

const maxLogo = 256 << 10

// logo is the image that stands instead of the mark.
type logo struct {
	kind    string
	content []byte
}

// svgStart is how a drawing begins, after what editors like to put before it.
var svgStart = regexp.MustCompile(`^\s*(?:<\?xml[^>]*\?>|<!--(?s:.*?)-->|<!DOCTYPE[^>]*>|\s)*<svg[\s>]`)

// WithLogo is the brand with an image instead of the mark. What the file is, its content says and not its name.
func (b Brand) WithLogo(content []byte) (Brand, error) {
	text := bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	extension := ""
	switch {
	case len(content) > maxLogo:
	case bytes.HasPrefix(content, []byte("\x89PNG\r\n\x1a\n")):
		b.logo.kind, extension = "image/png", ".png"
	case len(content) > 12 && string(content[:4]) == "RIFF" && string(content[8:12]) == "WEBP":
		b.logo.kind, extension = "image/webp", ".webp"
	case svgStart.Match(text):
		b.logo.kind, extension = "image/svg+xml", ".svg"
	}
	if extension == "" {
		return Brand{}, ErrLogo
	}
	sum := sha256.Sum256(content)
	b.logo.content = content
	b.LogoURL = Prefix + "logo-" + hex.EncodeToString(sum[:5]) + extension
	return b, nil
}
