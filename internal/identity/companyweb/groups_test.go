package companyweb_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/identity"
)

func TestORG3_TheTreeOfGroupsOnThePage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := openCounter(t, d)
		for base, sit := range c.sides(c.customer("Havblikk Hotell AS")) {
			sit()
			c.goes(base+"/groups", values("group_name", "Drift"+base), base+"/groups")
			of := regexp.MustCompile(`href="` + regexp.QuoteMeta(base) + `/groups/([0-9a-f-]{36})"[^>]*>Drift` + base + `<`)
			top := of.FindStringSubmatch(c.see("GET", base+"/groups", nil, 200, "Drift"+base, "0 brukere"))
			if top == nil {
				t.Fatal("the group is not on the page")
			}
			one := base + "/groups/" + top[1]
			c.goes(base+"/groups", values("group_name", "Nord", "parent", top[1]), base+"/groups")
			c.see("GET", base+"/groups/new?parent="+top[1], nil, 200, `<option value="`+top[1]+`" selected>`)
			body := c.see("GET", one, nil, 200, "1 gruppe under", "Gruppen kan ikke slettes ennå: 1 gruppe under. Flytt dem først.")
			if strings.Contains(body, "Drift"+base+" › Nord</option>") {
				t.Error("the group can be put below itself")
			}
			c.see("POST", one, values("group_name", "Drift"+base, "parent", top[1], "version", version(body)), 422, "En gruppe kan ikke stå under seg selv")
			c.see("POST", one, values("group_name", "Ny drift", "version", "7"), 409, `value="Ny drift"`, "Lagret nå")
			c.see("POST", one+"/delete", nil, 409, "1 gruppe under")
			c.see("POST", base+"/groups", values("group_name", "nord", "parent", top[1]), 422, `value="nord"`, "heter det samme")
		}
	})
}

func TestORG3_TheTreeIsReadInOneQueryWhateverItsSize(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := openCounter(t, d)
		of := c.customer("Havblikk Hotell AS")
		c.sits(of, identity.Administrator)
		count := func() int64 {
			ctx, n := db.WithCount(t.Context())
			r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/my/groups", nil)
			r.Header.Set("Cookie", "skranke=x")
			w := httptest.NewRecorder()
			if c.ServeHTTP(w, r); w.Code != http.StatusOK {
				t.Errorf("%d", w.Code)
			}
			return n.Load()
		}
		before := count()
		parent := ""
		for i := range 60 {
			g, err := c.SaveGroup(t.Context(), c.by, of.ID, identity.GroupEdit{Name: fmt.Sprint("G", i), ParentID: parent})
			if err != nil {
				t.Fatal(err)
			}
			if parent = ""; i%6 > 0 {
				parent = g.ID
			}
		}
		if after := count(); after != before || before != 2 { // the customer, and its groups
			t.Errorf("%d queries with no groups and %d with sixty", before, after)
		}
	})
}

func TestORG3_WhoLeadsAGroupSeesTheTreeAndChangesOnlyBelow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := openCounter(t, d)
		of := c.customer("Havblikk Hotell AS")
		c.sits(of, identity.Administrator)
		group := func(parent, name string) string {
			g, err := c.SaveGroup(t.Context(), c.by, of.ID, identity.GroupEdit{Name: name, ParentID: parent})
			if err != nil {
				t.Fatal(err)
			}
			return g.ID
		}
		mine, other := group("", "Drift"), group("", "Salg")
		below := group(mine, "Nord")
		c.sits(of, identity.Manager, mine, below)
		c.see("GET", "/my/groups", nil, 200, "Drift", "Salg", "Nord", "Ny gruppe")
		for target, form := range map[string]bool{"/my/groups/" + below: true, "/my/groups/" + mine: false, "/my/groups/" + other: false} {
			if body := c.see("GET", target, nil, 200); strings.Contains(body, `name="group_name"`) != form {
				t.Errorf("%s has a form: %v", target, !form)
			}
		}
		body := c.see("GET", "/my/groups/new?parent="+other, nil, 200, `<option value="`+mine+`" selected>`)
		if strings.Contains(body, `<option value="`+other) {
			t.Error("another group is on offer")
		}
		c.see("POST", "/my/groups/"+other, values("group_name", "Vår", "version", "1"), 403)
		c.see("POST", "/my/groups/"+mine+"/delete", nil, 403)
		c.see("POST", "/my/groups", values("group_name", "Vår", "parent", other), 422, "Velg egen gruppe")
		c.goes("/my/groups/"+below, values("group_name", "Nordre", "parent", mine, "version", "1"), "/my/groups")
	})
}

func TestORG6_RolesAreReadAndMadeOnThePage(t *testing.T) {
	link := regexp.MustCompile(`href="([^"]+/roles/[0-9a-f-]{36})"`)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := openCounter(t, d)
		sides := c.sides(c.customer("Havblikk Hotell AS"))
		sides["/office"] = func() { c.office(identity.Admin) }
		for base, sit := range sides {
			sit()
			scope := map[bool]string{true: "all", false: "customer"}[base == "/office"]
			c.see("GET", base+"/roles", nil, 200, "Ferdige roller", "Se kundeopplysninger")
			c.see("GET", base+"/roles/new", nil, 200, `name="may.company.edit"`, `value="`+scope+`"`)
			c.see("POST", base+"/roles", values("role_name", "Vikar"+base, "may.people.see", "none"), 422, `value="Vikar`+base, "Velg minst én rettighet")
			c.see("POST", base+"/roles", values("role_name", "administrator", "may.company.edit", scope), 422, "En annen rolle heter det samme", "checked")
			c.goes(base+"/roles", values("role_name", "Vikar"+base, "may.company.edit", scope), base+"/roles")
			page := c.see("GET", base+"/roles", nil, 200, "Vikar"+base)
			for _, m := range link.FindAllStringSubmatch(page, -1) {
				body := c.see("GET", m[1], nil, 200, `name="role_name"`, "0 brukere har rollen")
				c.see("POST", m[1], values("role_name", "Annet", "may.customers.see", scope, "version", "9"), 409, `value="Annet"`, "Endre kontaktopplysninger")
				c.goes(m[1], values("role_name", "Vikaren"+base, "may.customers.see", scope, "version", version(body)), base+"/roles")
				c.goes(m[1]+"/delete", nil, base+"/roles")
				c.see("GET", m[1], nil, 404)
			}
		}
	})
}

func TestORG6_WhoMayNotMakeRolesReadsThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := openCounter(t, d)
		of := c.customer("Havblikk Hotell AS")
		c.sits(of, identity.Administrator)
		r, err := c.SaveRole(t.Context(), c.by, of.ID, identity.RoleEdit{Name: "Vikar", Rights: []identity.Right{{May: identity.MaySeePeople, Scope: authz.Group}}})
		if err != nil {
			t.Fatal(err)
		}
		c.sits(of, identity.Manager)
		if body := c.see("GET", "/my/roles", nil, 200, "Vikar"); strings.Contains(body, "/my/roles/new") {
			t.Error("a role can be made")
		}
		if body := c.see("GET", "/my/roles/"+r.ID, nil, 200, "Se brukere", "Egen gruppe"); strings.Contains(body, "<form class=\"stack\"") {
			t.Error("the role has a form")
		}
		c.see("GET", "/my/roles/new", nil, 403)
		c.see("POST", "/my/roles", values("role_name", "Ny", "may.customers.see", "customer"), 403)
		c.see("POST", "/my/roles/"+r.ID, values("role_name", "Ny", "may.customers.see", "customer", "version", "1"), 403)
		c.see("POST", "/my/roles/"+r.ID+"/delete", nil, 403)
		c.office(identity.Sales)
		c.see("GET", "/office/roles", nil, 403)
		c.see("POST", "/office/roles", values("role_name", "Ny", "may.customers.see", "all"), 403)
	})
}
