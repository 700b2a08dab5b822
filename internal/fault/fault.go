// Package fault is the one kind of error that people outside the program get to see.
package fault

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
)

// Kind says who has to act on a fault.
type Kind int

// The kinds, by who acts on them.
const (
	Internal  Kind = iota // us: the cause is logged, the reader sees a reference number
	Invalid               // the reader: correct the input
	SignIn                // the reader: say who you are
	Forbidden             // the reader's administrator
	NotFound              // nobody: it is absent, or not theirs to see
	Conflict              // the reader: look again, it has changed
	TooMany               // the reader: wait
)

// Error carries a stable code; the words belong to the translation files.
type Error struct {
	Kind   Kind
	Code   string
	Fields map[string]string // form field → code
	Err    error             // the cause, for the log only
}

// New is a fault without fields.
func New(k Kind, code string) *Error { return &Error{Kind: k, Code: code} }

// Error is the code and, for the log, the cause.
func (e *Error) Error() string {
	s := e.Code
	if len(e.Fields) > 0 {
		s = fmt.Sprintf("%s %v", s, e.Fields)
	}
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", s, e.Err)
	}
	return s
}

// Unwrap is the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }

// Because adds the cause for the log.
func (e *Error) Because(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

// KindOf is Internal for every error that is not a fault.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

var statusOf = map[Kind]int{
	Internal: http.StatusInternalServerError, Invalid: http.StatusUnprocessableEntity, SignIn: http.StatusUnauthorized,
	Forbidden: http.StatusForbidden, NotFound: http.StatusNotFound, Conflict: http.StatusConflict, TooMany: http.StatusTooManyRequests,
}

// Status is the HTTP status of an error: one map for pages and API.
func Status(err error) int {
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) {
		return http.StatusRequestEntityTooLarge
	}
	return statusOf[KindOf(err)]
}

// CodeOf is "fault.internal" for every error that is not a fault.
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return "fault.internal"
}

// Is reports whether err is a fault of kind k.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// Field is an Invalid fault about one form field.
func Field(name, code string) *Error {
	return &Error{Kind: Invalid, Code: code, Fields: map[string]string{name: code}}
}

// Fields gathers what is wrong with a form. The zero value is ready.
type Fields map[string]string

// Add notes the first fault of a field; later ones of the same field are dropped, so that one thing is said at a time.
func (f *Fields) Add(name, code string) {
	if *f == nil {
		*f = Fields{}
	}
	if _, ok := (*f)[name]; !ok {
		(*f)[name] = code
	}
}

// Check adds code to name unless ok.
func (f *Fields) Check(ok bool, name, code string) {
	if !ok {
		f.Add(name, code)
	}
}

// Err is nil when nothing was noted, else one Invalid fault with every field.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Code: "fault.invalid", Fields: maps.Clone(f)}
}

// FieldsOf is what is wrong with the form, field by field, or nil when err is about something else.
func FieldsOf(err error) map[string]string {
	var e *Error
	if errors.As(err, &e) && e.Kind == Invalid {
		return e.Fields
	}
	return nil
}
