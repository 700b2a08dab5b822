package companyweb_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/brand"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/event"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/identity/companyweb"
	"skranke/internal/web"
)

var everything = []authz.Permission{
	identity.MaySeeCustomers, identity.MayEditCompany, identity.MaySeePeople, identity.MayEditPeople, identity.MayEditGroups, identity.MayEditRoles,
}

var staffRights = append(slices.Clone(everything), identity.MayEditCustomers, identity.MayEditStaff, identity.MayReview)

// table is who may do what on these pages.
type table struct{}

func (table) OfStaff(r identity.StaffRole) []authz.Permission {
	if r == identity.Admin {
		return staffRights
	}
	return staffRights[:1]
}

func (table) OfMember(r identity.Role) (out []identity.Right) {
	if r == identity.Administrator {
		for _, p := range everything {
			out = append(out, identity.Right{May: p, Scope: authz.Customer})
		}
	}
	if r == identity.Manager {
		out = []identity.Right{{May: identity.MaySeeCustomers, Scope: authz.Customer}, {May: identity.MayEditGroups, Scope: authz.Group}}
	}
	return out
}

func (table) WhileBlocked(authz.Permission) bool { return true }

func (table) CustomersAlone(authz.Permission) bool { return false }

func (table) All() (members, staff []authz.Permission) { return everything, staffRights }

// counter is the pages on a database, and whoever stands at them.
type counter struct {
	*web.Edge
	*identity.Service
	t        *testing.T
	by       authz.Actor
	at       string // the customer acted for
	language i18n.L
}

var builder = authz.SystemActor(staffRights...)

func openCounter(t *testing.T, d *db.DB) *counter {
	t.Helper()
	c := &counter{Service: &identity.Service{DB: d, Log: &event.Log{}, Roles: table{}}, t: t}
	c.Edge = web.New(web.Config{Log: slog.New(slog.DiscardHandler), Brand: brand.Default("Fjordlås"), Authenticate: func(context.Context, string) (web.Visitor, error) {
		return web.Visitor{Actor: c.by, At: c.at, Name: "Siv Berg", Language: c.language.Tag()}, nil
	}})
	c.Mount((&companyweb.Pages{Identity: c.Service, Firm: "Fjordlås"}).Routes()...)
	return c
}

func (c *counter) customer(name string) identity.Customer {
	c.t.Helper()
	made, err := c.CreateCustomer(c.t.Context(), builder, identity.NewCustomer{Kind: identity.Company, Name: name, Country: "NO", Language: i18n.NB, Town: "Oslo"})
	if err != nil {
		c.t.Fatal(err)
	}
	return made
}

// sits seats a member of a customer in a ready-made role, and in a group with those below it.
func (c *counter) sits(customer identity.Customer, role identity.Role, groups ...string) {
	m := identity.Membership{CustomerID: customer.ID, CustomerName: customer.Name, CustomerStatus: identity.Active, Role: role, Groups: groups}
	if len(groups) > 0 {
		m.GroupID = groups[0]
	}
	c.by, c.at = c.Actor(identity.Principal{PersonID: "randi", Member: m}), customer.ID
}

func (c *counter) office(role identity.StaffRole) {
	c.by, c.at = c.Actor(identity.Principal{PersonID: "ingunn", Staff: []identity.StaffRole{role}}), ""
}

// ask gives the answer's status, its body and where it leads. A form of the portal names the customer acted for, as the pages' do.
func (c *counter) ask(method, target string, form url.Values) (status int, body, next string) {
	if method == http.MethodPost && strings.HasPrefix(target, "/my/") && !form.Has("customer") {
		form = maps.Clone(form)
		if form == nil {
			form = url.Values{}
		}
		form.Set("customer", c.at)
	}
	r := httptest.NewRequestWithContext(c.t.Context(), method, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Cookie", "skranke=x")
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w.Code, w.Body.String(), w.Header().Get("Location")
}

// see checks a page's status and that all of has stands on it.
func (c *counter) see(method, target string, form url.Values, status int, has ...string) string {
	c.t.Helper()
	got, body, _ := c.ask(method, target, form)
	if got != status {
		c.t.Errorf("%s %s is %d, not %d: %s", method, target, got, status, body)
	}
	for _, text := range has {
		if !strings.Contains(body, text) {
			c.t.Errorf("%s %s lacks %q: %s", method, target, text, body)
		}
	}
	return body
}

// goes sends a form that is taken.
func (c *counter) goes(target string, form url.Values, next string) {
	c.t.Helper()
	if got, body, to := c.ask("POST", target, form); got != http.StatusSeeOther || to != next {
		c.t.Errorf("POST %s is %d to %q, not to %s: %s", target, got, to, next, body)
	}
}

var hidden = regexp.MustCompile(`name="version" value="(\d+)"`)

func version(body string) string {
	if m := hidden.FindStringSubmatch(body); m != nil {
		return m[1]
	}
	return ""
}

func values(kv ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(kv); i += 2 {
		v.Set(kv[i], kv[i+1])
	}
	return v
}

// sides are the addresses of one customer's pages as its own people and as staff find them.
func (c *counter) sides(of identity.Customer) map[string]func() {
	return map[string]func(){
		"/my": func() { c.sits(of, identity.Administrator) }, "/office/customers/" + of.ID: func() { c.office(identity.Admin) },
	}
}

func TestORG3_TheCompanyPageIsChangedFromEitherSideAndKeepsWhatWasTyped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := openCounter(t, d)
		for base, sit := range c.sides(c.customer("Havblikk Hotell AS")) {
			sit()
			c.see("GET", base+"/company", nil, 200, "Havblikk Hotell AS", "/company/edit")
			v := version(c.see("GET", base+"/company/edit", nil, 200, `value="Havblikk Hotell AS"`))
			bad := c.see("POST", base+"/company/edit", values("version", v, "name", "", "language", "nb", "gln", "123", "town", "Bygda <b>"), 422,
				"2 ting må rettes", `href="#name"`, `href="#gln"`, `value="Bygda &lt;b&gt;"`, `value="123"`, "13 siffer")
			if version(bad) != v {
				t.Error("the version is lost")
			}
			c.goes(base+"/company/edit", values("version", v, "name", "Havblikk Hotell AS", "language", "nb", "phone", "70 00 31 00"), base+"/company")
			c.see("POST", base+"/company/edit", values("version", v, "name", "Fjordhotellet", "language", "sv", "phone", ""), 409,
				"Noen andre har lagret imens", `value="Fjordhotellet"`, "70 00 31 00", "(tomt)", "Svenska")
			c.goes(base+"/company/edit", values("version", version(c.see("GET", base+"/company/edit", nil, 200)), "name", "Havblikk Hotell AS", "language", "nb"), base+"/company")
		}
	})
}

func TestORG3_AddressesAndCostCentresOnThePage(t *testing.T) {
	link := regexp.MustCompile(`href="([^"]+/(?:addresses|cost-centres)/[0-9a-f-]{36})"`)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := openCounter(t, d)
		for base, sit := range c.sides(c.customer("Havblikk Hotell AS")) {
			sit()
			c.see("GET", base+"/company/addresses/new", nil, 200)
			c.see("POST", base+"/company/addresses", values("label", "Lager"), 422, `value="Lager"`, "Skriv gate og nummer")
			for _, name := range []string{"Lager A" + base, "Lager B" + base} {
				c.goes(base+"/company/addresses", values("label", name, "street", "Moloen 1", "postcode", "6004", "town", "Ålesund"), base+"/company")
			}
			c.see("POST", base+"/company/cost-centres", values("code", "", "name", "Drift"), 422, `value="Drift"`)
			code := fmt.Sprint("410-", len(base))
			c.goes(base+"/company/cost-centres", values("code", code, "name", "Drift", "active", "1"), base+"/company")
			c.see("POST", base+"/company/cost-centres", values("code", code, "name", "Annet"), 422, "Koden er i bruk")
			page := c.see("GET", base+"/company", nil, 200, "Lager A", "Vanlig", "410-", "I bruk")
			usual, other := "", ""
			for _, m := range link.FindAllStringSubmatch(page, -1) {
				body := c.see("GET", m[1], nil, 200)
				switch {
				case strings.Contains(m[1], "cost-centres"):
					c.goes(m[1], values("code", m[1][len(m[1])-12:], "name", "Drift", "version", version(body)), base+"/company")
				case strings.Contains(body, "Vanlig<"):
					usual = m[1]
				default:
					other = m[1]
				}
			}
			c.see("POST", usual+"/archive", nil, 409, "Velg en annen vanlig adresse")
			c.goes(other+"/archive", nil, base+"/company")
			c.see("GET", other, nil, 200, "Arkivert", "Ta adressen i bruk igjen")
			c.goes(other+"/restore", nil, base+"/company")
			c.see("POST", other, values("label", "L", "street", "s", "postcode", "1", "town", "t", "version", "1"), 409, `value="L"`, "Lagret nå")
		}
	})
}

func TestORG3_TheOfficeAddsHoldsAndRenumbersCustomers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := openCounter(t, d)
		c.office(identity.Admin)
		c.see("GET", "/office/customers/new", nil, 200)
		c.see("POST", "/office/customers/new", values("customer_kind", "company", "name", "Ny <AS>", "country", "NO", "org_number", "974760674", "language", "da"), 422,
			`value="Ny &lt;AS&gt;"`, `href="#org_number"`, `<option value="da" selected>`)
		_, _, at := c.ask("POST", "/office/customers/new", values("customer_kind", "company", "name", "Nye AS", "country", "NO", "org_number", "974 760 673", "language", "nb"))
		if !strings.HasPrefix(at, "/office/customers/") {
			t.Fatalf("it leads to %q", at)
		}
		v := version(c.see("GET", at+"/status", nil, 200, "Sperret", "Aktiv"))
		c.see("POST", at+"/status", values("status", "blocked", "version", v), 422, "Skriv en grunn", "checked")
		c.goes(at+"/status", values("status", "blocked", "reason", "Ubetalt", "version", v), at)
		c.see("POST", at+"/status", values("status", "closed", "reason", "Avviklet", "version", v), 409, "Lagret nå", "Avviklet")
		v = version(c.see("GET", at+"/edit", nil, 200, "974760673"))
		c.see("POST", at+"/edit", values("customer_kind", "company", "country", "NO", "number", "", "version", v), 422)
		c.see("POST", at+"/edit", values("customer_kind", "public", "country", "NO", "number", "9", "version", "1"), 409, "Lagret nå", "Offentlig")
		c.goes(at+"/edit", values("customer_kind", "public", "country", "NO", "number", "9", "version", v), at)
		c.office(identity.Sales)
		for _, target := range []string{"/office/customers/new", at + "/status", at + "/edit"} {
			c.see("GET", target, nil, 403)
		}
	})
}

func TestORG3_AnotherCustomersThingsAreNotThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := openCounter(t, d)
		of, other := c.customer("Havblikk Hotell AS"), c.customer("Utsikten AS")
		c.sits(other, identity.Administrator)
		a, err := c.SaveAddress(t.Context(), c.by, other.ID, identity.AddressEdit{Label: "Lager", Street: "Veien 1", Postcode: "0150", Town: "Oslo"})
		if err != nil {
			t.Fatal(err)
		}
		cc, err := c.SaveCostCentre(t.Context(), c.by, other.ID, identity.CostCentreEdit{Code: "1", Name: "Drift"})
		if err != nil {
			t.Fatal(err)
		}
		g, err := c.SaveGroup(t.Context(), c.by, other.ID, identity.GroupEdit{Name: "Drift"})
		if err != nil {
			t.Fatal(err)
		}
		r, err := c.SaveRole(t.Context(), c.by, other.ID, identity.RoleEdit{Name: "Vikar", Rights: []identity.Right{{May: identity.MaySeeCustomers, Scope: authz.Customer}}})
		if err != nil {
			t.Fatal(err)
		}
		things := []string{"/company/addresses/" + a.ID, "/company/cost-centres/" + cc.ID, "/groups/" + g.ID, "/roles/" + r.ID}
		for base, sit := range c.sides(of) {
			sit()
			for _, thing := range things {
				c.see("GET", base+thing, nil, 404)
				c.see("POST", base+thing, values("name", "x", "version", "1"), 404)
				c.see("GET", base+thing[:len(thing)-1]+"x", nil, 404)
			}
			for _, act := range []string{things[0] + "/archive", things[0] + "/restore", things[2] + "/delete", things[3] + "/delete"} {
				c.see("POST", base+act, nil, 404)
			}
		}
		c.sits(of, identity.Administrator)
		c.see("GET", "/office/customers/"+of.ID+"/company", nil, 404)
		c.office(identity.Admin)
		c.see("GET", "/my/company", nil, 404)
		c.see("GET", "/office/customers/"+g.ID+"/company", nil, 404)
		n, err := db.One[int64](t.Context(), d, `SELECT count(*) FROM addresses WHERE archived_at IS NULL AND version = 1`)
		if err != nil || n != 1 {
			t.Errorf("the address was touched: %d, %v", n, err)
		}
	})
}

func TestORG3_ThePagesSpeakFourLanguages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := openCounter(t, d)
		of := c.customer("Havblikk Hotell AS")
		unspoken := regexp.MustCompile(`>[^<]*\b(?:company|permission|identity)\.[a-z_]+[^<]*<`)
		for _, l := range i18n.All() {
			c.language = l
			c.sits(of, identity.Administrator)
			for _, path := range []string{"/company", "/company/edit", "/company/addresses/new", "/company/cost-centres/new", "/groups", "/groups/new", "/roles", "/roles/new"} {
				if body := c.see("GET", "/my"+path, nil, 200, `lang="`+l.Tag()+`"`); unspoken.MatchString(body) {
					t.Errorf("%s in %s shows %q", path, l, unspoken.FindString(body))
				}
			}
			c.office(identity.Admin)
			for _, path := range []string{"/office/roles", "/office/roles/new", "/office/customers/new"} {
				if body := c.see("GET", path, nil, 200); unspoken.MatchString(body) {
					t.Errorf("%s in %s shows %q", path, l, unspoken.FindString(body))
				}
			}
		}
	})
}
