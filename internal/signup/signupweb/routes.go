// Package signupweb is the pages on which companies become customers by themselves, and the queue of those that staff look at.
package signupweb

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"skranke/internal/fault"
	"skranke/internal/identity"
	"skranke/internal/signup"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// Pages is what the pages need.
type Pages struct {
	Signup *signup.Service
	Closed bool           // no new registrations; what has begun goes on
	Home   string         // where a new customer's administrator begins
	Zone   *time.Location // whose clock times are shown by; nil is UTC
	// Names gives the names of people by their ids; ids without a person are left out.
	Names func(ctx context.Context, ids []string) (map[string]string, error)
}

// Path is where registering begins.
const Path = "/register"

// OfficePath is the list of registrations.
const OfficePath = "/office/registrations"

// closed answers old links and bookmarks where registration is switched off.
func closed(http.ResponseWriter, *http.Request) error {
	return fault.New(fault.NotFound, "signup.closed")
}

// formBody is more than any of the forms needs.
const formBody = 64 << 10

// Routes is every address of this module.
func (p *Pages) Routes() []web.Route {
	open := func(pattern string, handle web.HandlerFunc, look ...string) web.Route {
		return web.Route{Pattern: pattern, Handle: handle, Area: ui.Public, MaxBody: formBody, Look: look}
	}
	office := func(pattern string, handle web.HandlerFunc, look ...string) web.Route {
		return web.Route{Pattern: pattern, Handle: handle, Who: web.Staff, Needs: identity.MayReview, Area: ui.Office, MaxBody: formBody, Look: look}
	}
	begin := []web.Route{open("GET /register", closed)}
	if !p.Closed {
		begin = []web.Route{
			open("GET /register", p.number, Path),
			open("POST /register", p.begin),
			open("GET /register/{id}", p.details),
			open("POST /register/{id}", p.submit),
		}
	}
	return append(begin, []web.Route{
		open("GET /register/sent/{id}", p.sent),
		open("POST /register/again/{id}", p.again),
		open("GET /register/confirm/{token}", p.confirm),
		open("POST /register/confirm/{token}", p.verify),
		office("GET /office/registrations", p.list, OfficePath, OfficePath+"?state=active"),
		office("GET /office/registrations/{id}", p.one),
		office("POST /office/registrations/{id}/approve", p.approve),
		office("POST /office/registrations/{id}/reject", p.reject),
	}...)
}

func (p *Pages) zone() *time.Location {
	if p.Zone == nil {
		return time.UTC
	}
	return p.Zone
}

// faults is what is wrong with a form: by field, and how long whoever tried too often has to wait.
type faults struct {
	List []ui.FieldError
	Wait int // minutes
}

func (f faults) of(name string) string {
	for _, e := range f.List {
		if e.Name == name {
			return e.Text
		}
	}
	return ""
}

// answer shows a form again with what is wrong with it, where that is something to tell beside its fields.
func answer(w http.ResponseWriter, r *http.Request, err error, view func(f faults) web.View, order ...string) error {
	var wait identity.Wait
	switch {
	case errors.As(err, &wait):
		f := faults{Wait: wait.Minutes()}
		w.Header().Set("Retry-After", strconv.Itoa(f.Wait*60))
		return web.RenderStatus(w, r, http.StatusTooManyRequests, view(f))
	case fault.Is(err, fault.Invalid):
		return web.Again(w, r, view(faults{List: web.FieldErrors(r, err, order...)}))
	}
	return gone(w, r, err)
}

// gone answers what can only be begun anew.
func gone(w http.ResponseWriter, r *http.Request, err error) error {
	l, code := web.L(r), fault.CodeOf(err)
	switch code {
	case "signup.gone", "link.expired", "link.revoked", "link.not_found":
		return web.RenderStatus(w, r, http.StatusGone, web.View{Title: l.Code(code), Body: deadEnd(l, l.Code(code), l.Code(code+".advice"))})
	}
	return err
}
