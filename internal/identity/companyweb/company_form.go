package companyweb

import (
	"net/http"
	"strconv"

	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// filled is a form as it stands on a page: what was typed, what is wrong with it, and what somebody else has saved since it was
// opened. Labels and hints are codes, company.field.<name> and company.hint.<name>, which the audit trail shares.
type filled struct {
	L       ui.L
	Names   []string
	Values  map[string]string
	Version int64
	Faults  []ui.FieldError
	Clashes []clash
	Clashed bool
}

// clash is a field that two people have given different values at once.
type clash struct{ Name, Saved, Typed string }

// fill lays out the fields of a form.
func fill(l ui.L, pieces []identity.Piece, version int64) *filled {
	f := &filled{L: l, Values: map[string]string{}, Version: version}
	for _, p := range pieces {
		f.Names = append(f.Names, p.Name)
		f.Values[p.Name] = *p.Value
	}
	return f
}

// read takes what was sent.
func read(r *http.Request, pieces []identity.Piece) {
	for _, p := range pieces {
		*p.Value = r.PostFormValue(p.Name)
	}
}

func label(l ui.L, name string) string { return l.Code("company.field." + name) }

// text is one field of the form; like says how it looks.
func (f *filled) text(name string, like ui.F) ui.F {
	like.L, like.Name, like.Label, like.Value, like.Error = f.L, name, label(f.L, name), f.Values[name], f.fault(name)
	if hint := "company.hint." + name; like.Hint == "" && i18n.HasCode(hint) {
		like.Hint = f.L.Code(hint)
	}
	return like
}

// choice is a question with given answers.
func (f *filled) choice(name string, like ui.Choice) ui.Choice {
	like.L, like.Name, like.Label, like.Value, like.Error = f.L, name, label(f.L, name), f.Values[name], f.fault(name)
	return like
}

func (f *filled) fault(name string) string {
	for _, e := range f.Faults {
		if e.Name == name {
			return e.Text
		}
	}
	return ""
}

func (f *filled) version() string { return strconv.FormatInt(f.Version, 10) }

// again answers a refusal with the same form. Whoever was overtaken sees what is saved beside what they typed, and saves over
// it knowingly, or not.
func (f *filled) again(w http.ResponseWriter, r *http.Request, err error, saved []identity.Piece, version int64, view func() web.View) error {
	switch {
	case fault.Is(err, fault.Invalid):
		f.Faults = web.FieldErrors(r, err, f.Names...)
		return web.Again(w, r, view())
	case fault.Is(err, fault.Conflict):
		f.Clashed, f.Version = true, version
		for _, p := range saved {
			if typed := f.Values[p.Name]; typed != *p.Value {
				f.Clashes = append(f.Clashes, clash{p.Name, *p.Value, typed})
			}
		}
		return web.RenderStatus(w, r, http.StatusConflict, view())
	}
	return err
}

// clashes is the two versions side by side; show makes words of a value.
func (f *filled) clashes(show func(name, value string) string) ui.TableData {
	t := ui.TableData{L: f.L, Caption: f.L.CompanyClashBoth(), Cols: []ui.Col{
		{Label: f.L.CompanyClashField(), Spot: ui.SpotTitle}, {Label: f.L.CompanyClashSaved(), Spot: ui.SpotLabeled}, {Label: f.L.CompanyClashTyped(), Spot: ui.SpotLabeled},
	}}
	words := func(name, value string) string {
		if value == "" {
			return f.L.CompanyClashEmpty()
		}
		if show != nil {
			return show(name, value)
		}
		return value
	}
	for _, c := range f.Clashes {
		t.Rows = append(t.Rows, []ui.Cell{{Text: label(f.L, c.Name)}, {Text: words(c.Name, c.Saved)}, {Text: words(c.Name, c.Typed)}})
	}
	return t
}

// languages are the answers to which language a customer is written to in.
func languages() (out []ui.Option) {
	for _, l := range i18n.All() {
		out = append(out, ui.Option{Value: l.Tag(), Label: l.Name()})
	}
	return out
}

// coded are the answers of an enumeration whose words are codes.
func coded[T ~string](l ui.L, prefix string, values []T) (out []ui.Option) {
	for _, v := range values {
		out = append(out, ui.Option{Value: string(v), Label: l.Code(prefix + string(v))})
	}
	return out
}
