package mail

import (
	"bytes"
	_ "embed" // the look of a letter
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"skranke/internal/brand"
)

//go:embed letter.html
var letterHTML string

var letterTemplate = template.Must(template.New("letter").Parse(letterHTML))

// look is how the operator's letters present themselves.
type look struct {
	Brand   string
	Initial string
	Color   template.CSS
	OnColor template.CSS // readable on Color
}

func lookOf(b brand.Brand) look {
	l := look{Brand: line(b.Name), Color: template.CSS(b.ColorHex)} //nolint:gosec // brand.New takes six hexadecimal digits and nothing else
	r, _ := utf8.DecodeRuneInString(l.Brand)
	l.Initial = strings.ToUpper(string(r))
	l.OnColor = "#ffffff"
	if luminance(b.ColorHex) > 0.179 { // where black begins to stand out more than white
		l.OnColor = "#000000"
	}
	return l
}

// luminance is how bright a colour is, as WCAG counts it.
func luminance(hex string) float64 {
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil {
		return 0
	}
	part := func(v uint64) float64 {
		c := float64(v&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(n>>16) + 0.7152*part(n>>8) + 0.0722*part(n)
}

// letterView is what the template sees.
type letterView struct {
	look
	Letter
	Lang, Preview, SentBy string
}

// Href is the reference of a link. It is built from checked parts, and its scheme is ours.
func (v letterView) Href(b Button) template.URL {
	return template.URL(b.Link.String()) //nolint:gosec // see Ref.check
}

// render writes a cleaned letter as HTML and as its plain twin, both with references for links.
func (k look) render(l Letter) (html, text string, err error) {
	v := letterView{look: k, Letter: l, Lang: l.L.Tag(), SentBy: l.L.MailSentBy(k.Brand)}
	if len(l.Paragraphs) > 0 {
		v.Preview = cut(l.Paragraphs[0], 120)
	}
	var b bytes.Buffer
	if err := letterTemplate.Execute(&b, v); err != nil {
		return "", "", err
	}
	return b.String(), k.plain(l), nil
}

// plain is the letter for readers of plain text: the same words in the same order.
func (k look) plain(l Letter) string {
	var b strings.Builder
	block := func(s string) {
		if s != "" {
			b.WriteString(s + "\n\n")
		}
	}
	block(l.Greeting)
	for _, p := range l.Paragraphs {
		block(p)
	}
	for _, f := range l.Facts {
		fmt.Fprintf(&b, "%s: %s\n", f.Label, f.Value)
	}
	if len(l.Facts) > 0 {
		b.WriteString("\n")
	}
	if l.Button != nil {
		block(l.Button.Label + ":\n" + l.Button.Link.String())
	}
	for _, x := range l.Links {
		block(x.Label + ":\n" + x.Link.String())
	}
	b.WriteString("-- \n")
	for _, s := range l.Small {
		b.WriteString(s + "\n")
	}
	b.WriteString(l.L.MailSentBy(k.Brand) + "\n")
	return b.String()
}
