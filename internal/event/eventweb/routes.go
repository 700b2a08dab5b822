// Package eventweb is the page that searches the record of what happened: the audit log.
package eventweb

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// Pages serves the page; app fills it in. The record holds ids only, so names come from those who know them.
type Pages struct {
	DB   *db.DB
	Zone *time.Location // whose clock is shown; nil is UTC
	// Names and Customers give names by ids; ids of nobody are left out.
	Names, Customers func(ctx context.Context, ids []string) (map[string]string, error)
	// Paths is where records have their pages, by kind: "keys.order" at "/office/keys/orders/".
	Paths map[string]string
}

const (
	path     = "/office/events"
	pageSize = 24
)

// Routes is every address of this page.
func (p *Pages) Routes() []web.Route {
	return []web.Route{{
		Pattern: "GET " + path, Handle: p.list, Who: web.Staff, Needs: event.MaySee, Area: ui.Office,
		Look: []string{path, path + "?kind=keys.order", path + "?actor=nobody"},
	}}
}

// kinds lists the kinds of records that have a name, and so stand in the filter.
func kinds() (out []string) {
	for _, code := range i18n.Codes() {
		if kind, ok := strings.CutPrefix(code, "event.kind."); ok {
			out = append(out, kind)
		}
	}
	return out
}

// list is the audit log under a filter, newest first.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	f := event.Filter{Kind: q.Get("kind"), CustomerID: word(q.Get("customer")), Subject: word(q.Get("subject")), Actor: word(q.Get("actor")), Before: q.Get("before")}
	if !slices.Contains(kinds(), f.Kind) {
		f.Kind = ""
	}
	if !id.Valid(f.Before) {
		f.Before = ""
	}
	es, err := event.Search(ctx, p.DB, web.Actor(r), f, pageSize+1)
	if err != nil {
		return err
	}
	d := page{L: web.L(r), Filter: f, Events: es[:min(len(es), pageSize)], More: len(es) > pageSize, Paths: p.Paths, Zone: p.Zone}
	if d.Zone == nil {
		d.Zone = time.UTC
	}
	if d.Names, err = lookUp(ctx, p.Names, d.people()); err != nil {
		return err
	}
	if d.Customers, err = lookUp(ctx, p.Customers, d.customers()); err != nil {
		return err
	}
	return web.Render(w, r, web.View{Title: d.L.EventTitle(), Body: eventsPage(d)})
}

// word is s when it could be an id of anything: one printable word. Anything else narrows nothing.
func word(s string) string {
	if s = strings.TrimSpace(s); len(s) > 80 || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return s
}

func lookUp(ctx context.Context, names func(context.Context, []string) (map[string]string, error), ids []string) (map[string]string, error) {
	if names == nil || len(ids) == 0 {
		return map[string]string{}, nil
	}
	return names(ctx, ids)
}

// href is the list under the same filter with one field changed; the page begins anew.
func (d page) href(key, value string) string {
	q := url.Values{}
	for k, v := range map[string]string{"kind": d.Filter.Kind, "customer": d.Filter.CustomerID, "subject": d.Filter.Subject, "actor": d.Filter.Actor} {
		if v != "" {
			q.Set(k, v)
		}
	}
	if q.Del(key); value != "" {
		q.Set(key, value)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
