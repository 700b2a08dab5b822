package sheet

import "strings"

// csv reads a text whose separator nobody has told us.
func (c *collector) csv(data []byte) error {
	text := decoded(data)
	if !likeTable(text) {
		return refuse("sheet.not_a_table", 0)
	}
	p := parser{text: text, limits: c.limits}
	if !p.told() {
		p.separator = separatorOf(p)
	}
	for {
		cells, ok, err := p.next()
		if err != nil || !ok {
			return err
		}
		if p.separator == 0 && strings.Trim(cells[0], ";,\t ") == "" {
			continue // separators alone do not tell which of them it is, nor anything else
		}
		if err := c.add(p.row, cells); err != nil {
			return err
		}
	}
}

// parser takes a CSV apart. It forgives what Excel forgives: quotes within a text, and text behind closing quotes.
type parser struct {
	text      string
	separator byte // 0 when there is but one column
	at, row   int
	limits    Limits
}

// told reads the first line "sep=;", by which Excel lets itself be told the separator. Excel does not count it as a row.
func (p *parser) told() bool {
	rest, ok := strings.CutPrefix(p.text, "sep=")
	if !ok || len(rest) < 2 || !strings.ContainsRune(";,\t|", rune(rest[0])) || rest[1] != '\r' && rest[1] != '\n' {
		return false
	}
	p.separator, p.at = rest[0], len("sep=;")
	p.endRow()
	return true
}

// next is the next row, empty ones too; ok is false after the last.
func (p *parser) next() (cells []string, ok bool, err error) {
	if p.at >= len(p.text) {
		return nil, false, nil
	}
	p.row++
	for n := 1; ; n++ {
		cell, err := p.cell()
		if err != nil {
			return nil, false, err
		}
		if n <= p.limits.Columns {
			cells = append(cells, cell)
		} else if strings.TrimSpace(cell) != "" {
			return nil, false, refuse("sheet.too_many_columns", p.row)
		}
		if p.at >= len(p.text) || p.text[p.at] != p.separator {
			p.endRow()
			return cells, true, nil
		}
		p.at++
	}
}

// endRow steps over CRLF, LF or CR.
func (p *parser) endRow() {
	if strings.HasPrefix(p.text[p.at:], "\r\n") {
		p.at++
	}
	p.at = min(p.at+1, len(p.text))
}

func (p *parser) cell() (string, error) {
	if strings.HasPrefix(p.text[p.at:], `"`) {
		return p.quoted()
	}
	return p.bare(), nil
}

func (p *parser) bare() string {
	rest := p.text[p.at:]
	end := strings.IndexAny(rest, p.stops())
	if end < 0 {
		end = len(rest)
	}
	p.at += end
	return rest[:end]
}

func (p *parser) stops() string {
	switch p.separator {
	case ';':
		return ";\r\n"
	case ',':
		return ",\r\n"
	case '\t':
		return "\t\r\n"
	case '|':
		return "|\r\n"
	}
	return "\r\n"
}

func (p *parser) quoted() (string, error) {
	var b strings.Builder
	for p.at++; ; {
		rest := p.text[p.at:]
		end := strings.IndexByte(rest, '"')
		if b.Len()+max(end, 0) > p.limits.Cell || end < 0 && len(rest) > p.limits.Cell {
			return "", refuse("sheet.cell_too_long", p.row) // most often a quote that nobody closed
		}
		if end < 0 {
			return "", refuse("sheet.open_quote", p.row)
		}
		b.WriteString(rest[:end])
		if p.at += end + 1; !strings.HasPrefix(p.text[p.at:], `"`) {
			b.WriteString(p.bare())
			return strings.ReplaceAll(b.String(), "\r\n", "\n"), nil
		}
		b.WriteByte('"')
		p.at++
	}
}

const sample = 20 // rows by which the separator is chosen

// separatorOf is the separator that cuts the header into several cells and most of the first rows into equally many. Among
// equals it is the one that cuts the header finest, then the one that is more usual here.
func separatorOf(p parser) byte {
	best, bestEqual, bestWidth := byte(0), 0, 1
	for _, s := range []byte{';', '\t', ','} {
		p.separator = s
		if width, equal := widths(p); width > 1 && (equal > bestEqual || equal == bestEqual && width > bestWidth) {
			best, bestEqual, bestWidth = s, equal, width
		}
	}
	return best
}

// widths is how many cells the header has, and how many of the rows after it have as many.
func widths(p parser) (width, equal int) {
	for seen := 0; seen < sample; {
		cells, ok, err := p.next()
		if err != nil || !ok {
			return width, equal
		}
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue
		}
		if seen++; width == 0 {
			width = len(cells)
		} else if len(cells) == width {
			equal++
		}
	}
	return width, equal
}
