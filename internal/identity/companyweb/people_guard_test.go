package companyweb_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/i18n"
	"skranke/internal/identity"
)

// acts makes Kari administrator of another customer too, and acts for that one from now on.
func (d *door) acts() identity.Customer {
	d.t.Helper()
	elm := d.customer("Alm Bygg")
	_, err := d.s.AddMember(d.t.Context(), builder, elm.ID, d.kari.PersonID, identity.Administrator)
	d.ok(err)
	by, v, err := d.s.Authenticate(d.t.Context(), d.cookie)
	d.ok(err)
	d.ok(d.s.Switch(d.t.Context(), by, v.SessionID, elm.ID))
	return elm
}

func (d *door) count(query string, args ...any) int64 {
	d.t.Helper()
	n, err := db.One[int64](d.t.Context(), d.s.DB, query, args...)
	d.ok(err)
	return n
}

func TestORG4_AFormOpenedForOneCustomerDoesNotLandAtAnother(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		d.get("/my/people/add", 200, `type="hidden" name="customer" value="`+d.oak.ID+`"`)
		elm := d.acts()
		ola := []string{"email", "ola@eika.example", "role", "buyer", "language", "nb"}
		for path, form := range map[string][]string{
			"/my/people/add":           ola,
			"/my/company/edit":         {"name", "Nytt navn", "language", "nb", "version", "1"},
			"/my/company/addresses":    {"label", "Lager", "street", "Moloen 1", "postcode", "6004", "town", "Ålesund"},
			"/my/company/cost-centres": {"code", "1", "name", "Drift", "active", "1"},
			"/my/groups":               {"group_name", "Drift"},
			"/my/roles":                {"role_name", "Vikar", "may.company.edit", "customer"},
			"/my/people/import":        {"role", "buyer"},
		} {
			for _, customer := range []string{d.oak.ID, ""} {
				d.post(path, 409, append(slices.Clone(form), "customer", customer), "Skjemaet ble åpnet for en annen kunde", "Ingenting er endret")
			}
		}
		n := d.count(`SELECT (SELECT count(*) FROM members) + (SELECT count(*) FROM groups) + (SELECT count(*) FROM roles) + (SELECT count(*) FROM addresses)
			+ (SELECT count(*) FROM cost_centres) + (SELECT count(*) FROM customers WHERE name = 'Nytt navn')`)
		if n != 2 { // Kari at both
			t.Errorf("%d rows, want 2: something landed", n)
		}
		d.get("/my/people/add", 200, `type="hidden" name="customer" value="`+elm.ID+`"`)
		d.post("/my/people/add", 303, append(ola, "customer", elm.ID), "→ /my/people")
		if d.count(`SELECT count(*) FROM members WHERE customer_id = $1`, elm.ID) != 2 {
			t.Error("the form for the customer acted for is not taken")
		}
	})
}

func TestORG4_WhoWasRemovedFromOneCustomerSendsItsFormsToNoOther(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		elm := d.acts()
		if err := d.s.DB.InTx(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE members SET status = 'removed' WHERE customer_id = $1`, elm.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		d.get("/my/people", 200, "Eika Rør") // the next page is about the one that is left
		d.post("/my/people/add", 409, []string{"email", "ola@alm.example", "role", "buyer", "language", "nb", "customer", elm.ID}, "for en annen kunde")
		if d.at("ola@alm.example").ID != "" {
			t.Error("he landed at the other")
		}
	})
}

var (
	formOf = regexp.MustCompile(`(?s)<form[^>]*method="post"[^>]*action="([^"]*)".*?</form>`)
	saysIt = regexp.MustCompile(`action="/my/(?:people|imports|company|groups|roles)`)
)

func TestORG4_EveryFormOfThePortalNamesItsCustomer(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		d.hire(d.oak, "Ola Dahl", "ola@eika.example", identity.Buyer)
		by, _, err := d.s.Authenticate(t.Context(), d.cookie)
		d.ok(err)
		g, err := d.s.SaveGroup(t.Context(), by, d.oak.ID, identity.GroupEdit{Name: "Drift"})
		d.ok(err)
		r, err := d.s.SaveRole(t.Context(), by, d.oak.ID, identity.RoleEdit{Name: "Vikar", Rights: []identity.Right{{May: identity.MaySeeCustomers, Scope: authz.Customer}}})
		d.ok(err)
		a, err := d.s.SaveAddress(t.Context(), by, d.oak.ID, identity.AddressEdit{Label: "Lager", Street: "Veien 1", Postcode: "0150", Town: "Oslo"})
		d.ok(err)
		ola := "/my/people/" + d.at("ola@eika.example").ID
		list := d.upload("/my/people/import", "E-post;Rolle\nny@eika.example;Bestiller\n", "").Header().Get("Location")
		for path, forms := range map[string]int{
			"/my/people/add": 1, "/my/people/import": 1, list: 1, ola: 2, ola + "/remove": 1, "/my/company/edit": 1, "/my/company/addresses/new": 1,
			"/my/company/addresses/" + a.ID: 2, "/my/company/cost-centres/new": 1, "/my/groups/new": 1, "/my/groups/" + g.ID: 2, "/my/roles/new": 1, "/my/roles/" + r.ID: 2,
		} {
			n := 0
			for _, form := range formOf.FindAllString(d.get(path, 200), -1) {
				if !saysIt.MatchString(form) {
					continue // of the frame around the page
				}
				if n++; strings.Count(form, `type="hidden" name="customer" value="`+d.oak.ID+`"`) != 1 {
					t.Errorf("%s has a form that does not name the customer: %s", path, form)
				}
			}
			if n != forms {
				t.Errorf("%s has %d forms, want %d", path, n, forms)
			}
		}
	})
}

func TestORG5_APreviewDoesNotTellWhoHasAnAccountHere(t *testing.T) {
	row := regexp.MustCompile(`(?s)<tr[^>]*>.*?</tr>`)
	eachDoor(t, func(t *testing.T, d *door) {
		elm := d.customer("Alm Bygg")
		d.hire(elm, "Per Lie", "known@alm.example", identity.Buyer)
		d.hire(elm, "Liv Moe", "closed@alm.example", identity.Buyer)
		d.ok(d.s.DB.InTx(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE people SET status = 'suspended' WHERE email = 'closed@alm.example'`)
			return err
		}))
		d.signInStaff()
		d.signIn("kari@eika.example")
		emails := []string{"new@else.example", "known@alm.example", "closed@alm.example", "siv@firm.example"}
		file := "E-post;Fornavn;Etternavn;Rolle\n"
		for _, e := range emails {
			file += e + ";Ola;Dahl;Bestiller\n"
		}
		path := d.upload("/my/people/import", file, "").Header().Get("Location")
		page := d.get(path, 200, "2 nye brukere får en e-post", "2 rader blir ikke med")
		rows := make([]string, len(emails))
		for i, e := range emails {
			at := slices.IndexFunc(row.FindAllString(page, -1), func(s string) bool { return strings.Contains(s, e) })
			if at < 0 {
				t.Fatalf("%s is not on the page: %s", e, page)
			}
			rows[i] = strings.NewReplacer(e, "@", ">"+strconv.Itoa(i+2)+"<", "><").Replace(row.FindAllString(page, -1)[at])
		}
		if rows[0] != rows[1] || rows[2] != rows[3] || !strings.Contains(rows[3], "Denne adressen kan ikke legges til") {
			t.Errorf("the rows tell who is known:\n%s", strings.Join(rows, "\n"))
		}
		d.post(path, 303, nil, "→ "+path)
		d.get(path, 200, "2 nye brukere får en e-post", "2 rader ble ikke med")
	})
}

func TestORG4_AddingSomebodyIsAnsweredTheSameWhetherTheyAreKnownOrNot(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		d.hire(d.customer("Alm Bygg"), "Per Lie", "known@alm.example", identity.Buyer)
		for _, e := range []string{"new@else.example", "known@alm.example"} {
			d.post("/my/people/add", 303, []string{"email", e, "first_name", "Per", "last_name", "Lie", "role", "buyer", "language", "nb"}, "→ /my/people")
			if d.notice != "people.added" {
				t.Errorf("%s is answered with %q", e, d.notice)
			}
		}
	})
}

func TestORG5_FilesAreReadTwentyTimesAnHourForACustomer(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		for i := range 20 {
			d.want(d.upload("/my/people/import", fmt.Sprintf("E-post;Rolle\no%d@eika.example;Bestiller\n", i), ""), "a file", 303)
		}
		d.want(d.upload("/my/people/import", "E-post;Rolle\nny@eika.example;Bestiller\n", ""), "one more", 429, "mange filer den siste timen", "Vent en time")
		d.want(d.upload("/my/people/import", "", ""), "and none", 429)
	})
}

func TestORG5_WhoIsOvertakenSeesBothVersionsOfAMember(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		d.hire(d.oak, "Ola Dahl", "ola@eika.example", identity.Buyer)
		path := "/my/people/" + d.at("ola@eika.example").ID
		d.post(path, 303, []string{"version", "1", "role", "manager", "methods", "card"}, "→ "+path)
		body := d.post(path, 409, []string{"version", "1", "role", "approver", "methods_invoice", "invoice"},
			"Noen andre har lagret imens", "Ingenting av det som er skrevet her, er lagret", "Lagret nå", "Skrevet her", `name="version" value="2"`, `value="approver" checked`)
		table := body[strings.Index(body, "<table"):strings.Index(body, "</table>")]
		for _, word := range []string{"Rolle", "Manager", "Ordregodkjenner", "Betalingsmåter", "Kort", "Faktura"} {
			if !strings.Contains(table, word) {
				t.Errorf("the two versions lack %q: %s", word, table)
			}
		}
		if strings.Contains(table, "Gruppe") || strings.Contains(table, "Telefon") {
			t.Errorf("what is the same in both is told: %s", table)
		}
		if m := d.at("ola@eika.example"); m.Role != identity.Manager || m.Version != 2 {
			t.Errorf("it was saved all the same: %+v", m)
		}
		body = d.post(path, 409, []string{"version", "1", "role", "manager"}, "Alle kunden har")
		if strings.Contains(body, "(tomt)") {
			t.Error("no ways of paying means all of them")
		}
		d.post(path, 303, []string{"version", "2", "role", "approver"}, "→ "+path)
		d.post(path+"/remove", 303, []string{"version", "3"}, "→ "+path)
		d.post(path, 409, []string{"version", "3", "role", "buyer"}, "Noen andre har endret dette i mellomtiden", "Siden viser hvordan det er nå")
	})
}

func TestORG5_TheCustomersPeopleAreCalledUsersInEveryLanguage(t *testing.T) {
	tag, old := regexp.MustCompile(`(?s)<[^>]*>`), regexp.MustCompile(`(?i)\b(person(er|ene|erna|erne|en)?|people)\b`)
	word := map[i18n.L]string{i18n.NB: "Brukere", i18n.SV: "Användare", i18n.DA: "Brugere", i18n.EN: "Users"}
	dbtest.Each(t, func(t *testing.T, base *db.DB) {
		c := openCounter(t, base)
		of := c.customer("Havblikk Hotell AS")
		for _, l := range i18n.All() {
			c.language = l
			for base, sit := range c.sides(of) {
				sit()
				for _, path := range []string{"/people", "/people?q=none", "/people/add", "/people/import"} {
					body := c.see("GET", base+path, nil, 200, word[l])
					if found := old.FindString(tag.ReplaceAllString(body, " ")); found != "" {
						t.Errorf("%s in %s says %q", path, l, found)
					}
				}
			}
		}
	})
}
