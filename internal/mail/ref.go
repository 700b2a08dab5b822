package mail

import (
	"fmt"
	"regexp"
	"strings"

	"skranke/internal/id"
	"skranke/internal/link"
)

// marker starts a reference in a kept copy. tokenHere stands in its path for the token: % would be escaped in HTML.
const (
	marker    = "skranke-link:"
	tokenHere = "*"
)

var (
	reference = regexp.MustCompile(marker + `([a-z0-9_.-]*):([0-9a-f-]*):(/[^\s"'<>]*)`)
	goodKind  = regexp.MustCompile(`^[a-z0-9_.-]+$`)
	goodPath  = regexp.MustCompile(`^/([^/\s"'<>*\\` + "`" + `][^\s"'<>*\\` + "`" + `]*)?$`)
)

// check refuses what cannot become a working link, while the one who wrote it is still there to see.
func (r Ref) check() error {
	tokens := strings.Count(r.Path, "%s")
	switch {
	case !goodPath.MatchString(r.Path):
		return fmt.Errorf("link path %q is not a path of the product", r.Path)
	case r.Kind == "" && (tokens > 0 || r.ID != ""):
		return fmt.Errorf("link path %q wants a token of no kind", r.Path)
	case r.Kind != "" && (tokens != 1 || !goodKind.MatchString(r.Kind) || !id.Valid(r.ID)):
		return fmt.Errorf("link path %q of kind %q needs one %%s and the id of a link", r.Path, r.Kind)
	}
	return nil
}

// String is the reference as it stands in the kept copy.
func (r Ref) String() string {
	return marker + r.Kind + ":" + r.ID + ":" + strings.ReplaceAll(r.Path, "%s", tokenHere)
}

// expander turns references into addresses and remembers the secrets it gave out, so that they can be kept out of errors.
type expander struct {
	base    string
	signer  *link.Signer
	secrets []string
}

func (e *expander) expand(text string) string {
	return replace(text, e.base, func(kind, id string) string {
		t := e.signer.Token(kind, id)
		if t != "" {
			e.secrets = append(e.secrets, t)
		}
		return t
	})
}

// masked is the text with addresses that lead nowhere: what staff may read of somebody's signed links.
func masked(text, base string) string {
	return replace(text, base, func(string, string) string { return "…" })
}

func replace(text, base string, token func(kind, id string) string) string {
	if !strings.Contains(text, marker) {
		return text
	}
	return reference.ReplaceAllStringFunc(text, func(m string) string {
		p := reference.FindStringSubmatch(m)
		path := p[3]
		if p[1] != "" {
			path = strings.Replace(path, tokenHere, token(p[1], p[2]), 1)
		}
		return base + path
	})
}
