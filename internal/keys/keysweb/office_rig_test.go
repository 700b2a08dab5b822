package keysweb_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/brand"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/keys"
	"skranke/internal/keys/keystest"
	"skranke/internal/keys/keysweb"
	"skranke/internal/live"
	"skranke/internal/mail"
	"skranke/internal/web"
)

// desk is the pages of the operator and of the association, and whoever sits at them.
type desk struct {
	*keystest.House
	*web.Edge
	Pages *keysweb.Pages
	t     *testing.T
	by    authz.Actor
}

func openDesk(t *testing.T, d *db.DB, terms keystest.Terms) *desk {
	t.Helper()
	x := &desk{House: keystest.Open(t, d, terms), t: t}
	x.Keys.Mail.Events = x.House.Log
	hub := live.New(d)
	x.House.Log.OnAny(func(ctx context.Context, tx *db.Tx, _ event.Event) error {
		return hub.Publish(ctx, tx, keysweb.ProductionTopic)
	})
	x.Edge = web.New(web.Config{
		Log: slog.New(slog.DiscardHandler), Brand: brand.Default("Lås & Nøkkel"), Language: i18n.NB,
		Authenticate: func(context.Context, string) (web.Visitor, error) {
			return web.Visitor{Actor: x.by, Name: "Siv Moe"}, nil
		},
	})
	x.Pages = &keysweb.Pages{Keys: x.Keys, Hub: hub, Firm: "Lås & Nøkkel", Names: func(ctx context.Context, ids []string) (map[string]string, error) {
		people, err := identity.People(ctx, d, ids)
		names := map[string]string{}
		for id, p := range people {
			names[id] = p.Name
		}
		return names, err
	}}
	x.Mount(x.Pages.Routes()...)
	x.staff()
	return x
}

// staff seats somebody of the operator's, who may do everything unless said otherwise.
func (x *desk) staff(may ...authz.Permission) {
	if may == nil {
		may = []authz.Permission{keys.MaySee, keys.MaySeeRegister, keys.MayProduce, keys.MayCancel, keys.MayReceive, mail.MaySee, mail.MayResend, identity.MaySeeCustomers}
	}
	x.by = authz.Actor{ID: x.Board[1].ID, Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: may}}}
}

// member seats one of a customer's people.
func (x *desk) member(person, customer string, may ...authz.Permission) {
	x.by = authz.Actor{ID: person, Kind: authz.Person, Grants: []authz.Grant{{Scope: authz.Customer, ID: customer, May: may}}}
}

func (x *desk) send(method, target string, form url.Values, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(x.t.Context(), method, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Cookie", "skranke=x")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	x.ServeHTTP(w, r)
	return w
}

var blanks = regexp.MustCompile(`\s+`)

// flat is what stands on a page, from its title on, on one line.
func flat(html string) string {
	if i := strings.Index(html, "<title>"); i > 0 {
		html = html[i:]
	}
	return blanks.ReplaceAllString(html, " ")
}

// page checks the answer's status and that has stands in it, and gives the page.
func (x *desk) page(method, target string, form url.Values, status int, has ...string) string {
	x.t.Helper()
	w := x.send(method, target, form)
	body := flat(w.Body.String())
	if w.Code != status {
		x.t.Errorf("%s %s is %d, not %d: %s", method, target, w.Code, status, body)
	}
	for _, text := range has {
		if !strings.Contains(body, text) {
			x.t.Errorf("%s %s lacks %q: %s", method, target, text, body)
		}
	}
	return body
}

// lacks checks that a page is silent about what is nobody's business.
func (x *desk) lacks(body string, not ...string) {
	x.t.Helper()
	for _, text := range not {
		if strings.Contains(body, text) {
			x.t.Errorf("the page has %q: %s", text, body)
		}
	}
}

// goes checks that a form leads on to another page.
func (x *desk) goes(target string, form url.Values, to string) {
	x.t.Helper()
	w := x.send("POST", target, form)
	if w.Code != 303 || w.Header().Get("Location") != to {
		x.t.Errorf("POST %s is %d to %q, not to %q: %s", target, w.Code, w.Header().Get("Location"), to, flat(w.Body.String()))
	}
}

// making is an order that is paid, approved and in production.
func (x *desk) making(quantity string, change func(f *keys.Form)) keys.Order {
	x.t.Helper()
	f := x.Form()
	f.Quantity = quantity
	if change != nil {
		change(&f)
	}
	o := x.Order(x.t, f)
	x.Reserve(x.t, o.ID)
	if err := x.Answer(x.t.Context(), o.ID, 0, true); err != nil {
		x.t.Fatal(err)
	}
	return o
}

func (x *desk) status(o keys.Order) keys.Status { return x.Find(x.t, o.ID).Status() }
