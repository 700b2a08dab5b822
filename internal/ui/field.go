package ui

import "strings"

// F is one labelled input.
type F struct {
	L L
	// Name is the input's name and id; its hint has the id Name-h, its error Name-e.
	Name, Label, Hint, Error, Value string
	// Type is text (the default), email, tel, date, password, search, number or textarea. Number is a text input with digits first, since
	// browsers change what people type in their own number inputs.
	Type         string
	Autocomplete string
	InputMode    string
	Placeholder  string
	Optional     bool
	ReadOnly     bool
	// Class places the field in a .grid: s2, s3, s4 or s6 sixths.
	Class string
	// Width hints at the length of what is asked: "xs" (4), "s" (8), "m" (16 characters); empty fills the column.
	Width     string
	Maxlength int
	Rows      int
	// Spellcheck off suits codes and numbers.
	NoSpellcheck bool
	// Lang is set where the value is in another language than the page.
	Lang string
}

// Option is one choice of a Select or of Radios.
type Option struct {
	Value, Label string
	// Hint explains the choice under its label (radios only).
	Hint string
}

// Choice is a question with given answers.
type Choice struct {
	L                               L
	Name, Label, Hint, Error, Value string
	Options                         []Option
	Optional                        bool
	Class                           string
	// Stacked puts boxed radios under one another.
	Stacked bool
	// Blank is the text of the first, empty entry of a Select; empty leaves it out.
	Blank string
	// Autocomplete is for selects such as country.
	Autocomplete string
	// HideLabel keeps the legend or label for screen readers only, where the page's heading asks the same.
	HideLabel bool
	// HideOptional leaves out the mark of an optional question, in filters, where everything is.
	HideOptional bool
}

// PictureOption is one clickable picture.
type PictureOption struct {
	Option
	Picture Picture
}

// Picture names one of our own drawings.
type Picture int

// The drawings there are.
const (
	FobPicture Picture = iota
	KeyPicture
)

// Tick is one checkbox.
type Tick struct {
	L                         L
	Name, Value               string
	Label, Hint, Error, Class string
	Checked                   bool
}

// File is an input for files.
type File struct {
	L                               L
	Name, Label, Hint, Error, Class string
	// Accept is the attribute's value, for instance ".pdf,image/*".
	Accept   string
	Multiple bool
	Optional bool
}

// FieldError is one line of an error summary: which field, and what to do.
type FieldError struct{ Name, Text string }

func describedBy(name, hint, err string) string {
	var ids []string
	if hint != "" {
		ids = append(ids, name+"-h")
	}
	if err != "" {
		ids = append(ids, name+"-e")
	}
	return strings.Join(ids, " ")
}

func (f F) inputType() string {
	switch f.Type {
	case "", "number":
		return "text"
	}
	return f.Type
}

func (f F) inputMode() string {
	if f.InputMode == "" && f.Type == "number" {
		return "numeric"
	}
	return f.InputMode
}

func (f F) rows() int {
	if f.Rows == 0 {
		return 4
	}
	return f.Rows
}

// fieldClass is the class list of a field's box.
func fieldClass(class, width string) string {
	c := "f"
	if class != "" {
		c += " " + class
	}
	if width != "" {
		c += " w-" + width
	}
	return c
}

// optionID is where a radio's label and an error summary find it: the first answer carries the question's own name, so that a link to
// the question lands on an input.
func optionID(name string, i int, value string) string {
	if i == 0 {
		return name
	}
	return name + "-" + value
}

func (t Tick) value() string {
	if t.Value == "" {
		return "1"
	}
	return t.Value
}

func (f File) chooseText() string {
	if f.Multiple {
		return f.L.UIFilesChoose()
	}
	return f.L.UIFileChoose()
}
