package files

import (
	"bytes"
	"image"
	_ "image/jpeg" // reads the size of JPEGs
	_ "image/png"  // and of PNGs
	"net/http"
	"path"
	"slices"
	"strings"
	"unicode"
)

// Kind is a kind of file, by its content type.
type Kind string

// The kinds that can be taken.
const (
	PDF  Kind = "application/pdf"
	PNG  Kind = "image/png"
	JPEG Kind = "image/jpeg"
)

// extensions are what names of a kind end in, the usual one first.
var extensions = map[Kind][]string{PDF: {".pdf"}, PNG: {".png"}, JPEG: {".jpg", ".jpeg", ".jpe", ".jfif"}}

// claimed is the kind that a name says it is.
func claimed(name string) Kind {
	ext := strings.ToLower(path.Ext(name))
	for k, list := range extensions {
		if slices.Contains(list, ext) {
			return k
		}
	}
	return ""
}

// Accept is the value of a file field's accept attribute.
func Accept(kinds ...Kind) string {
	var list []string
	for _, k := range kinds {
		list = append(list, string(k))
	}
	for _, k := range kinds {
		list = append(list, extensions[k]...)
	}
	return strings.Join(list, ",")
}

const (
	headSize = 1 << 20 // enough to find the size of a JPEG behind its other parts
	tailSize = 4 << 10
	// maxPixels is more than any camera's; a small file that unfolds to more is a trap for whoever opens it.
	maxPixels = 200_000_000
)

// sniff is what the first bytes are, whatever the name says.
func sniff(head []byte) Kind {
	kind, _, _ := strings.Cut(http.DetectContentType(head), ";")
	return Kind(kind)
}

// sound looks closer: a beginning alone is easily pasted in front of something else. Nothing is unpacked.
func sound(k Kind, head, tail []byte) bool {
	switch k {
	case PDF:
		return bytes.Contains(tail, []byte("%%EOF"))
	case PNG, JPEG:
		c, format, err := image.DecodeConfig(bytes.NewReader(head))
		return err == nil && Kind("image/"+format) == k && c.Width > 0 && c.Height > 0 && int64(c.Width)*int64(c.Height) <= maxPixels
	}
	return false
}

const maxNameRunes = 120

// safeName keeps of an uploaded name what every system can store and no page or header can trip over.
func safeName(name string) string {
	name = strings.ToValidUTF8(name, "")
	name = name[strings.LastIndexAny(name, `/\`)+1:] // some browsers send the whole path
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029': // Cf: turns the direction, hides an ending
			return -1
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	ext := path.Ext(name)
	if len(ext) > 16 { // no ending, only a dot
		ext = ""
	}
	stem := []rune(strings.TrimRight(strings.TrimSuffix(name, ext), " ."))
	if n := maxNameRunes - len([]rune(ext)); len(stem) > n {
		stem = stem[:max(n, 0)]
	}
	base := string(stem)
	if base == "" || reserved(base) {
		base = "file" + strings.TrimSuffix("_"+base, "_")
	}
	return base + strings.ToLower(ext)
}

// reserved names are devices on Windows, with any extension.
func reserved(base string) bool {
	u := strings.ToUpper(base)
	return slices.Contains([]string{"CON", "PRN", "AUX", "NUL"}, u) ||
		len(u) == 4 && (strings.HasPrefix(u, "COM") || strings.HasPrefix(u, "LPT")) && u[3] >= '0' && u[3] <= '9'
}
