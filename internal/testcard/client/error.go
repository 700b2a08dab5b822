package client

import (
	"errors"
	"fmt"
	"net/http"
)

// Error is a refusal by the provider. Code is one of the Code… constants; Message is for the log, in English.
type Error struct {
	Status  int
	Code    string
	Field   string
	Message string
}

// Error is for the log.
func (e *Error) Error() string {
	text := fmt.Sprintf("card provider answered %d %s", e.Status, e.Code)
	if e.Field != "" {
		text += " (" + e.Field + ")"
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

// unknown is a call whose outcome nobody can tell: it never arrived, or its answer never did.
type unknown struct{ err error }

func (u *unknown) Error() string { return u.err.Error() }
func (u *unknown) Unwrap() error { return u.err }

// Temporary tells whether the same call with the same key is worth another try: the provider was out of reach, out of order or
// overloaded, or the caller stopped waiting. Any other refusal would be repeated.
func Temporary(err error) bool {
	if u := (*unknown)(nil); errors.As(err, &u) {
		return true
	}
	var e *Error
	return errors.As(err, &e) &&
		(e.Status >= 500 || e.Status == http.StatusTooManyRequests || e.Status == http.StatusRequestTimeout)
}

// CodeOf is the refusal's code, or "" for errors that are none.
func CodeOf(err error) string {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.Code
	}
	return ""
}
