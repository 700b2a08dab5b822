package sheet

import (
	"strings"
	"unicode"

	"skranke/internal/fault"
	"skranke/internal/i18n"
)

// Column is one that the caller wants from a table. Its header may be the title in any of the four languages, the key, or
// one of the other names; capitals, blanks, hyphens and marks make no difference.
type Column struct {
	Key      string
	Title    func(i18n.L) string // i18n.L.PeopleEmail; nil when the key and Names are all there is
	Names    []string            // other words for it
	Required bool
}

func (c Column) title(l i18n.L) string {
	if c.Title == nil {
		return c.Key
	}
	return c.Title(l)
}

func (c Column) names() []string {
	names := append([]string{c.Key}, c.Names...)
	if c.Title != nil {
		for _, l := range i18n.All() {
			names = append(names, c.Title(l))
		}
	}
	return names
}

// Mapping says where the wanted columns stand.
type Mapping struct {
	at      map[string]int
	Unknown []string // headers that nobody asked for, which a preview should name
}

// Has says whether the table has the column.
func (m Mapping) Has(key string) bool {
	_, ok := m.at[key]
	return ok
}

// Cell is the row's text in the column, without white space around it; "" when the table has no such column.
func (m Mapping) Cell(r Row, key string) string {
	i, ok := m.at[key]
	if !ok || i >= len(r.Cells) {
		return ""
	}
	return strings.TrimSpace(r.Cells[i])
}

// Map finds the columns by their headers. When required ones are missing, or two headers mean the same, the *Refusal lists
// them all.
func (t Table) Map(columns []Column) (Mapping, error) {
	wanted := map[string]int{}
	for i, c := range columns {
		for _, name := range c.names() {
			if _, taken := wanted[headerKey(name)]; !taken {
				wanted[headerKey(name)] = i
			}
		}
	}
	m := Mapping{at: map[string]int{}}
	var twice, missing []Column
	for i, header := range t.Header {
		c, ok := wanted[headerKey(header)]
		switch {
		case headerKey(header) == "":
		case !ok:
			m.Unknown = append(m.Unknown, header)
		case m.Has(columns[c].Key):
			twice = append(twice, columns[c])
		default:
			m.at[columns[c].Key] = i
		}
	}
	for _, c := range columns {
		if c.Required && !m.Has(c.Key) {
			missing = append(missing, c)
		}
	}
	if len(missing) > 0 {
		return Mapping{}, &Refusal{Columns: missing, fault: fault.Field("file", "sheet.columns_missing")}
	}
	if len(twice) > 0 {
		return Mapping{}, &Refusal{Columns: twice, fault: fault.Field("file", "sheet.columns_twice")}
	}
	return m, nil
}

// headerKey is what two headers have in common that mean the same: E-post, "e post" and EPOST *.
func headerKey(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, i18n.Fold(s))
}
