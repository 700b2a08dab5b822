package ui

import "net/http"

// errorTone keeps red for what is our fault.
func errorTone(status int) Tone {
	switch {
	case status >= http.StatusInternalServerError:
		return Danger
	case status == http.StatusNotFound, status == http.StatusGone:
		return Neutral
	}
	return Warning
}

func errorIcon(status int) string {
	switch status {
	case http.StatusNotFound:
		return "search"
	case http.StatusGone:
		return "clock"
	case http.StatusForbidden, http.StatusUnauthorized:
		return "lock"
	}
	return "triangle-alert"
}
