package ui

import (
	"strconv"

	"github.com/a-h/templ"
)

// inputAttributes are those of a text input or area that are not on every one. An ordered list keeps pages byte for byte the same.
func inputAttributes(f F) templ.OrderedAttributes {
	var a attributes
	a.text("autocomplete", f.Autocomplete)
	a.text("inputmode", f.inputMode())
	a.text("placeholder", f.Placeholder)
	a.text("lang", f.Lang)
	if f.Maxlength > 0 {
		a.text("maxlength", strconv.Itoa(f.Maxlength))
	}
	if f.NoSpellcheck {
		a.text("spellcheck", "false")
	}
	a.flag("required", !f.Optional && !f.ReadOnly)
	a.flag("readonly", f.ReadOnly)
	a.described(f.Name, f.Hint, f.Error)
	return templ.OrderedAttributes(a)
}

func choiceAttributes(c Choice) templ.OrderedAttributes {
	var a attributes
	a.text("autocomplete", c.Autocomplete)
	a.flag("required", !c.Optional)
	a.described(c.Name, c.Hint, c.Error)
	return templ.OrderedAttributes(a)
}

type attributes templ.OrderedAttributes

func (a *attributes) text(name, value string) {
	if value != "" {
		*a = append(*a, templ.KeyValue[string, any]{Key: name, Value: value})
	}
}

func (a *attributes) flag(name string, on bool) {
	if on {
		*a = append(*a, templ.KeyValue[string, any]{Key: name, Value: true})
	}
}

// described ties hint and error to the input. An invalid input says so in full: CSS and assistive technology ignore the empty attribute.
func (a *attributes) described(name, hint, err string) {
	if err != "" {
		a.text("aria-invalid", "true")
	}
	a.text("aria-describedby", describedBy(name, hint, err))
}
