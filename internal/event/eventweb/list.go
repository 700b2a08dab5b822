package eventweb

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"skranke/internal/authz"
	"skranke/internal/event"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/money"
	"skranke/internal/ui"
)

// page is one page of the audit log.
type page struct {
	L                ui.L
	Filter           event.Filter
	Events           []event.Event
	More             bool
	Names, Customers map[string]string
	Paths            map[string]string
	Zone             *time.Location
}

// people is every id on the page that may be a person's: who acted, for whom, and what the data speaks of.
func (d page) people() (ids []string) {
	ids = append(ids, d.Filter.Actor)
	for _, e := range d.Events {
		ids = append(ids, e.Actor, e.OnBehalf)
		for _, v := range e.Data.V {
			ids = append(ids, texts(v)...)
		}
	}
	return slices.DeleteFunc(ids, func(s string) bool { return !id.Valid(s) })
}

func (d page) customers() (ids []string) {
	ids = append(ids, d.Filter.CustomerID)
	for _, e := range d.Events {
		ids = append(ids, e.CustomerID)
	}
	return slices.DeleteFunc(ids, func(s string) bool { return !id.Valid(s) })
}

// texts are the strings in a value of an event's data.
func texts(v any) (out []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, x := range v {
			out = append(out, texts(x)...)
		}
	}
	return out
}

// who names an actor: the person where there is one, else what sort of actor it was.
func (d page) who(actor string, kind authz.Kind) string {
	if n := d.Names[actor]; n != "" {
		return n
	}
	if kind == authz.Nobody {
		kind = "nobody"
	}
	return d.L.Code("event.actor." + string(kind))
}

// kind names the sort of record.
func (d page) kind(kind string) string {
	if code := "event.kind." + kind; i18n.HasCode(code) {
		return d.L.Code(code)
	}
	return kind
}

// short is enough of an id to tell two apart; its end is the random part.
func short(s string) string {
	if id.Valid(s) {
		return "…" + s[len(s)-8:]
	}
	return s
}

func (d page) table() ui.TableData {
	l := d.L
	t := ui.TableData{L: l, Caption: l.EventTitle(), Cols: []ui.Col{
		{Label: l.EventWhat(), Spot: ui.SpotTitle},
		{Label: l.EventWhen()},
		{Label: l.EventWho(), Spot: ui.SpotLabeled},
		{Label: l.EventCustomer()},
		{Label: l.EventKind(), Spot: ui.SpotLabeled},
	}}
	for _, e := range d.Events {
		what := ui.Cell{Text: l.Code(e.Name), Sub: d.data(e)}
		what.Href = d.path(e)
		who := ui.Cell{Text: d.who(e.Actor, e.ActorKind), Href: d.href("actor", e.Actor)}
		if e.Actor == "" {
			who.Href = ""
		}
		if e.OnBehalf != "" {
			who.Sub = l.EventOnBehalf(d.who(e.OnBehalf, authz.Person))
		}
		customer := ui.Cell{}
		if e.CustomerID != "" {
			customer = ui.Cell{Text: d.customer(e.CustomerID), Href: d.href("customer", e.CustomerID)}
		}
		t.Rows = append(t.Rows, []ui.Cell{
			what,
			{Content: clock(e.At.Format(time.RFC3339), l.DateTime(e.At, d.Zone))},
			who, customer,
			{Text: d.kind(e.Kind), Href: d.href("subject", e.Subject), Sub: short(e.Subject)},
		})
	}
	return t
}

// path is the page of the record, or else of the one it is about, or empty.
func (d page) path(e event.Event) string {
	if base := d.Paths[e.Kind]; base != "" {
		return base + e.Subject
	}
	kind, _ := e.Data.V["kind"].(string)
	subject, _ := e.Data.V["subject"].(string)
	if base := d.Paths[kind]; base != "" && subject != "" {
		return base + subject
	}
	return ""
}

func (d page) customer(customerID string) string {
	if n := d.Customers[customerID]; n != "" {
		return n
	}
	return short(customerID)
}

// data is what else the event tells, on one line.
func (d page) data(e event.Event) string {
	var parts []string
	currency, _ := e.Data.V["currency"].(string)
	for _, key := range slices.Sorted(maps.Keys(e.Data.V)) {
		if key == "currency" || key == "kind" || key == "subject" {
			continue // told with the amounts, and in a column of its own
		}
		name := key
		if code := "event.data." + key; i18n.HasCode(code) {
			name = d.L.Code(code)
		}
		if v := d.value(key, e.Data.V[key], money.Currency(currency)); v != "" {
			parts = append(parts, name+": "+v)
		}
	}
	return strings.Join(parts, " · ")
}

// words are where the codes among the data have their texts.
var words = map[string][]string{"product": {"keys.item."}, "role": {"identity.role.", "identity.staff."}, "template": {"mail.template."}, "failure": {"billing.failure."}, "to": {"signup.state."}, "flags": {"signup.flag."}, "status": {"identity.status."}, "customer_kind": {"identity.kind."}}

// amounts are the data that count in minor units.
var amounts = map[string]bool{"amount": true, "total": true, "captured": true, "refunded": true}

func (d page) value(key string, v any, c money.Currency) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return d.L.EventYes()
		}
		return "" // what is not so goes without saying
	case float64: // JSON has no other numbers
		if v == 0 {
			return ""
		}
		if amounts[key] && c.Valid() {
			return d.L.Money(money.Of(int64(v), c))
		}
		return d.L.Int(int64(v))
	case []any:
		var all []string
		for _, x := range v {
			all = append(all, d.value(key, x, c))
		}
		return strings.Join(all, ", ")
	case map[string]any: // what something was and what it is
		if d.value(key, v["from"], c) == "" {
			return d.shown(key, v["to"], c)
		}
		return d.L.CompanyFromTo(d.value(key, v["from"], c), d.shown(key, v["to"], c))
	case string:
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			return d.L.DateTime(at, d.Zone)
		}
		if n := d.Names[v]; n != "" {
			return n
		}
		for _, prefix := range words[key] {
			if i18n.HasCode(prefix + v) {
				return d.L.Code(prefix + v)
			}
		}
		if p, scope, ok := strings.Cut(v, ":"); ok && i18n.HasCode("permission."+p) {
			return d.L.Code("permission."+p) + " (" + d.L.Code("company.scope."+scope) + ")"
		}
		return short(v)
	}
	return fmt.Sprint(v)
}

// shown is what something became; nothing has to be said too.
func (d page) shown(key string, v any, c money.Currency) string {
	if v == false {
		return d.L.CompanyNot()
	}
	return cmp.Or(d.value(key, v, c), d.L.CompanyClashEmpty())
}

// chip is one narrowing that the filter's form does not show, with the way out of it.
type chip struct{ Text, Href string }

func (d page) chips() (out []chip) {
	if d.Filter.Actor != "" {
		kind := authz.Person
		if !id.Valid(d.Filter.Actor) {
			kind = authz.System
		}
		if strings.HasPrefix(d.Filter.Actor, "link:") {
			kind = authz.Link
		}
		out = append(out, chip{d.L.EventOnlyWho(d.who(d.Filter.Actor, kind)), d.href("actor", "")})
	}
	if d.Filter.CustomerID != "" {
		out = append(out, chip{d.L.EventOnlyCustomer(d.customer(d.Filter.CustomerID)), d.href("customer", "")})
	}
	return out
}

func (d page) filtered() bool {
	return d.Filter.Kind != "" || d.Filter.Subject != "" || d.Filter.Actor != "" || d.Filter.CustomerID != ""
}

func (d page) clear() string {
	if d.filtered() {
		return path
	}
	return ""
}

func (d page) options() (out []ui.Option) {
	for _, k := range kinds() {
		out = append(out, ui.Option{Value: k, Label: d.kind(k)})
	}
	slices.SortFunc(out, func(a, b ui.Option) int { return strings.Compare(i18n.Fold(a.Label), i18n.Fold(b.Label)) })
	return out
}

func (d page) empty() ui.Empty {
	e := ui.Empty{Icon: "history", Title: d.L.EventNoneTitle(), Text: d.L.EventNoneText()}
	if d.filtered() || d.Filter.Before != "" {
		e.Action = &ui.Link{Text: d.L.EventNoneAction(), Href: path}
	}
	return e
}

func (d page) pages() ui.Pages {
	p := ui.Pages{Summary: d.L.EventShown(len(d.Events))}
	if d.More {
		next := d.href("before", "")
		sep := "?"
		if strings.Contains(next, "?") {
			sep = "&"
		}
		p.NextHref = next + sep + "before=" + d.Events[len(d.Events)-1].ID
	}
	return p
}
