package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// tableRows is the body of a table. It is written by hand because a page holds hundreds of cells, and a component for each
// costs several times the text in it.
func tableRows(t TableData) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, to io.Writer) error {
		w := &cellWriter{ctx: ctx, to: to, buf: make([]byte, 0, 4096)}
		for _, row := range t.Rows {
			w.raw(`<tr role="row">`)
			for i, c := range row {
				w.cell(c, t.Cols[i], i == 0)
			}
			w.raw(`</tr>`)
		}
		return w.flush()
	})
}

// cellWriter gathers what is written until a component must be written by itself; the first error stays.
type cellWriter struct {
	ctx context.Context
	to  io.Writer
	buf []byte
	err error
}

func (w *cellWriter) raw(parts ...string) {
	for _, p := range parts {
		w.buf = append(w.buf, p...)
	}
}

func (w *cellWriter) text(s string) { w.buf = append(w.buf, templ.EscapeString(s)...) }

func (w *cellWriter) flush() error {
	if w.err == nil {
		_, w.err = w.to.Write(w.buf)
	}
	w.buf = w.buf[:0]
	return w.err
}

func (w *cellWriter) component(c templ.Component) {
	if w.flush() == nil {
		w.err = c.Render(w.ctx, w.to)
	}
}

// cell is a value, or with head the name of its row. No class depends on what users write.
func (w *cellWriter) cell(c Cell, col Col, head bool) {
	if head {
		w.raw(`<th scope="row" role="rowheader" class="`, c.class(col), `">`)
		w.content(c)
		w.raw(`</th>`)
		return
	}
	w.raw(`<td role="cell" class="`, c.class(col), `">`)
	if col.labeled() {
		w.raw(`<span class="cell-label" aria-hidden="true">`)
		w.text(col.Label)
		w.raw(`</span>`)
	}
	w.content(c)
	w.raw(`</td>`)
}

func (w *cellWriter) content(c Cell) {
	switch {
	case c.Content != nil:
		w.component(c.Content)
		return
	case c.Badge != nil:
		w.badge(*c.Badge)
		return
	case c.Href != "":
		w.raw(`<a href="`)
		w.text(string(templ.URL(c.Href)))
		w.raw(`"`)
	default:
		w.raw(`<span`)
		if c.Lang != "" {
			w.raw(` lang="`)
			w.text(c.Lang)
			w.raw(`"`)
		}
	}
	sub := `<span class="sub">`
	if c.NoBreak {
		w.raw(` class="nowrap tn"`)
		sub = `<span class="sub nowrap">`
	}
	w.raw(`>`)
	w.text(c.Text)
	if c.Href != "" {
		w.raw(`</a>`)
	} else {
		w.raw(`</span>`)
	}
	if c.Sub != "" {
		w.raw(sub)
		w.text(c.Sub)
		w.raw(`</span>`)
	}
}

// badge is StatusBadge.
func (w *cellWriter) badge(b Badge) {
	w.raw(`<span class="st" data-color="`, string(b.State.tone()), `"><svg class="i" aria-hidden="true"><use href="`)
	w.text(iconHref(b.State.icon()))
	w.raw(`"></use></svg> <span>`)
	w.text(b.Text)
	w.raw(`</span></span>`)
}
