package stripe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"skranke/internal/billing"

	api "github.com/stripe/stripe-go/v85"
)

// understood tells what is worth another try from what is not. Stripe's own texts are left out, since they may tell of people:
// with the request's id they can be read in Stripe's log.
func understood(err error) error {
	var e *api.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("%w: %w", billing.ErrDown, unanswered(err))
	}
	replayed := e.LastResponse != nil && e.LastResponse.Header.Get("Idempotent-Replayed") == "true"
	said := fmt.Errorf("stripe answered %d %s %s %s to request %s", e.HTTPStatusCode, e.Type, code(e), e.Param, e.RequestID)
	switch status := e.HTTPStatusCode; {
	case status >= 500 && replayed: // Stripe keeps its answer to a key, this one too: only a new step can do it
		return &billing.Refusal{Code: "replayed_failure", Err: said}
	case status >= 500, status == 0, status == http.StatusTooManyRequests, status == http.StatusRequestTimeout:
		return fmt.Errorf("%w: %w", billing.ErrDown, said)
	case status == http.StatusConflict: // the same key is being worked on
		return fmt.Errorf("%w: %w", billing.ErrDown, said)
	case status == http.StatusUnauthorized, status == http.StatusForbidden: // ours to mend, and then it works
		return fmt.Errorf("%w: the key is refused: %w", billing.ErrDown, said)
	}
	return &billing.Refusal{Code: code(e), Err: said}
}

// code is the finest that Stripe says: the bank's word, else its own, else the kind of error.
func code(e *api.Error) string {
	switch {
	case e.DeclineCode != "":
		return string(e.DeclineCode)
	case e.Code != "":
		return string(e.Code)
	}
	return string(e.Type)
}

// unanswered keeps of an error only what came from the network: an answer that could not be read may hold anything.
func unanswered(err error) error {
	var u *url.Error
	var n net.Error
	switch {
	case errors.As(err, &u), errors.As(err, &n), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return errors.New("its answer cannot be read")
}

func refused(err error) bool {
	var r *billing.Refusal
	return errors.As(err, &r)
}
