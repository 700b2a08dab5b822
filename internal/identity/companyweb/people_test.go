package companyweb_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"skranke/internal/db"
	"skranke/internal/identity"
)

func TestORG4_FromTheFormToTheFirstPage(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		d.get("/my/people", 200, "Kari Nordby", "kari@eika.example", "1 bruker", "/my/people/add", "/my/people/import")
		d.get("/my/people/add", 200, "Styrer alt")
		d.post("/my/people/add", 422, []string{"email", "ola(at)eika", "first_name", "Ola", "phone", "x", "methods", "card", "language", "sv"},
			`value="ola(at)eika"`, `value="Ola"`, "Skriv både fornavn og etternavn", "Velg en rolle", `href="#role"`, `value="card" checked`, `value="sv" selected`, "4 ting må rettes")
		d.post("/my/people/add", 303, []string{"email", "ola@eika.example", "role", "buyer", "language", "da"}, "→ /my/people")
		d.get("/my/people?status=invited", 200, "ola@eika.example", "Invitert")
		path := d.link("ola@eika.example")

		d.cookie = "" // Ola's browser
		w := d.get(path, 200, "Invitation til Eika Rør", "Kari Nordby har givet adgang", "Indkøber", "Vælg en adgangskode")
		if strings.Contains(w, "Log ind for at takke ja") {
			t.Error("he is asked for a password that he has not got")
		}
		body := d.post(path, 422, []string{"first_name", "Ola", "password", "kort"}, `value="Ola"`, "Adgangskoden skal have mindst 10 tegn", "Skriv efternavnet")
		if strings.Contains(body, "kort") {
			t.Error("the password comes back")
		}
		d.post(path, 303, []string{"first_name", "Ola", "last_name", "Dahl", "password", "tolv grønne lys"}, "→ /my")
		if d.cookie == "" || d.at("ola@eika.example").Name != "Ola Dahl" {
			t.Errorf("he is not in: %+v", d.at("ola@eika.example"))
		}
		d.get(path, 410, "Invitationen er brugt", `href="/my"`)
		d.cookie = ""
		d.post(path, 410, []string{"first_name", "Ola", "last_name", "Dahl", "password", "tolv grønne lys"}, "Invitationen er brugt", `href="/sign-in"`)
		if strings.Contains(d.log.String(), strings.TrimPrefix(path, "/invitation/")) {
			t.Error("the secret stands in the log")
		}
	})
}

func TestORG4_ASecretLinkIsKeptToOneself(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		d.post("/my/people/add", 303, []string{"email", "ola@eika.example", "role", "buyer", "language", "nb"})
		for _, path := range []string{d.link("ola@eika.example"), "/invitation/unknown"} {
			r, err := http.NewRequestWithContext(t.Context(), "GET", path, nil)
			d.ok(err)
			h := d.send(r).Header()
			if h.Get("Cache-Control") != "no-store" || h.Get("Referrer-Policy") != "same-origin" {
				t.Errorf("%s: %q, %q", path, h.Get("Cache-Control"), h.Get("Referrer-Policy"))
			}
		}
		d.get("/invitation/unknown", 404, "Vi kjenner ikke denne lenken", "Åpne den rett fra e-posten")
	})
}

func TestORG4_WhoIsKnownAcceptsByPasswordOrByTheirSession(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		elm := d.customer("Alm Bygg")
		for i, name := range []string{"Ola Dahl", "Per Lie"} {
			email := fmt.Sprintf("p%d@alm.example", i)
			d.hire(elm, name, email, identity.Buyer)
			d.signIn("kari@eika.example")
			d.post("/my/people/add", 303, []string{"email", email, "first_name", "Feil", "last_name", "Navn", "role", "buyer", "language", "nb"}, "→ /my/people")
		}
		path := d.link("p0@alm.example")
		d.get(path, 200, "Kari Nordby er innlogget her", "Invitasjonen gjelder p0@alm.example", "Logg ut og fortsett")
		d.post(path, 303, nil, "→ "+path)
		if d.at("p0@alm.example").Status != identity.MemberInvited {
			t.Error("somebody else accepted")
		}
		d.post(path, 303, []string{"do", "sign_out"}, "→ "+path)
		if d.cookie != "" {
			t.Error("Kari is still signed in")
		}
		d.get(path, 200, "Logg inn for å takke ja")
		d.post(path, 422, []string{"password", "feil passord"}, "Passordet stemmer ikke", `href="#password"`)
		d.post(path, 303, []string{"password", password}, "→ /my")
		if m := d.at("p0@alm.example"); m.Status != identity.MemberActive || m.Name != "Ola Dahl" {
			t.Errorf("%+v", m)
		}
		d.signIn("p1@alm.example")
		d.get(d.link("p1@alm.example"), 200, "Takk ja")
		d.post(d.link("p1@alm.example"), 303, nil, "→ /my")
		if d.at("p1@alm.example").Status != identity.MemberActive {
			t.Error("an open session does not accept")
		}
	})
}

func TestORG5_AMemberIsChangedPausedAndRemovedOnTheirPage(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		d.hire(d.oak, "Ola Dahl", "ola@eika.example", identity.Buyer)
		ola := func() (string, []string) {
			m := d.at("ola@eika.example")
			return "/my/people/" + m.ID, []string{"version", strconv.FormatInt(m.Version, 10)}
		}
		path, version := ola()
		d.get(path, 200, "Ola Dahl", "Fikk en rolle hos kunden", "Sett på pause", "Alle kunden har")
		d.post(path, 422, append(version, "role", "owner", "methods", "card"), "Velg en rolle fra listen", `value="card" checked`)
		d.post(path, 303, append(version, "role", "manager", "methods", "card"), "→ "+path)
		d.get(path, 200, "Rolle: Bestiller → Manager", "Betalingsmåter: Kort")
		d.post(path, 409, append(version, "role", "buyer"), "Noen andre har lagret imens")
		_, version = ola()
		d.post(path+"/suspend", 303, version, "→ "+path)
		_, version = ola()
		d.get(path, 200, "Gi tilgangen tilbake", "Tilgangen ble satt på pause")
		d.post(path+"/reactivate", 303, version, "→ "+path)
		_, version = ola()
		d.get(path+"/remove", 200, "Fjerne Ola Dahl?", "Tilgangen til Eika Rør er borte fra neste klikk")
		d.post(path+"/remove", 303, version, "→ "+path)
		d.get(path, 200, "Ble fjernet", "Inviter på nytt")
		d.get("/my/people?status=removed", 200, "Ola Dahl")
		d.get(path+"/remove", 303, "→ "+path)
		d.get("/my/people/add?again="+strings.TrimPrefix(path, "/my/people/"), 200, `value="ola@eika.example"`, `value="manager"`)
		d.post(path+"/nonsense", 404, nil)
	})
}

func TestORG5_WhatCannotBeDoneIsToldOnTheSamePage(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		path, version := "/my/people/"+d.kari.ID, []string{"version", "1"}
		d.post(path+"/remove", 403, version, "Ingen kan fjerne", "Be en annen administrator om det")
		d.post(path, 422, append(version, "role", "buyer"), "Kunden må ha minst én aktiv administrator")
		d.signInStaff()
		office := "/office/customers/" + d.oak.ID + "/people/" + d.kari.ID
		d.get("/office/people/"+d.kari.ID, 303, "→ "+office)
		d.get(office, 200, "Kari Nordby", "Eika Rør")
		d.post(office+"/remove", 409, version, "Kunden må ha minst én aktiv administrator", "Gjør en annen til administrator først")
		d.get("/my/people", 404)
		d.get("/office/people/"+strings.Repeat("0", 36), 404)
	})
}

func TestORG5_PeopleOfOthersAreNotThere(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		elm := d.customer("Alm Bygg")
		d.hire(elm, "Per Lie", "per@alm.example", identity.Administrator)
		d.hire(d.oak, "Ola Dahl", "ola@eika.example", identity.Buyer)
		d.signIn("per@alm.example")
		ola := "/my/people/" + d.at("ola@eika.example").ID
		d.get(ola, 404, "Vi finner ikke brukeren")
		d.get("/my/people/add?again="+strings.TrimPrefix(ola, "/my/people/"), 404)
		for _, action := range []string{"", "/suspend", "/remove", "/resend", "/withdraw"} {
			d.post(ola+action, 404, []string{"version", "1", "role", "buyer"})
		}
		d.get("/office/customers/"+d.oak.ID+"/people", 404)
		d.post("/office/customers/"+d.oak.ID+"/people/add", 404, []string{"email", "x@alm.example", "role", "buyer"})
		d.get("/my/people?group=x%00&role=y&after=z&status=%ff", 200, "Ingen passer til søket")
		d.signIn("ola@eika.example") // a buyer sees nobody
		d.get("/my/people", 403)
		if d.at("ola@eika.example").Status != identity.MemberActive {
			t.Error("something has happened to him")
		}
	})
}

func TestORG5_AFileIsReadShownAndConfirmed(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		d.want(d.upload("/my/people/import", "", ""), "no file", 422, "Velg en fil", `href="#file"`)
		d.want(d.upload("/my/people/import", "Navn;Telefon\r\nOla;1\r\n", ""), "no column of addresses", 422, "E-postadresse")
		w := d.upload("/my/people/import", "E-post;Navn;Rolle\r\nola@eika.example;Dahl, Ola;Bestiller\r\n\r\nper@eika.example;;\r\nKARI@eika.example;;Bestiller\r\nfeil;;sjef\r\n", identity.Buyer)
		preview := w.Header().Get("Location")
		if w.Code != 303 || !strings.HasPrefix(preview, "/my/imports/") {
			t.Fatalf("%d to %q", w.Code, preview)
		}
		d.get(preview, 200, "2 nye brukere får en e-post", "2 rader blir ikke med", "Legg til 2 brukere",
			"Brukeren er allerede med", "E-postadressen er ikke gyldig. Ukjent rolle: sjef", ">5<", ">6<", "Ola Dahl")
		if d.at("ola@eika.example").ID != "" {
			t.Error("somebody was added before the yes")
		}
		for range 2 {
			d.post(preview, 303, nil, "→ "+preview)
		}
		d.get(preview, 200, "2 nye brukere får en e-post", "2 rader ble ikke med", "Til brukerne")
		n, err := db.One[int64](t.Context(), d.s.DB, `SELECT count(*) FROM mails`)
		if err != nil || n != 2 || d.at("ola@eika.example").Name != "Ola Dahl" || d.at("per@eika.example").Role != identity.Buyer {
			t.Errorf("%d mails, %v", n, err)
		}
		d.hire(d.oak, "Siv Lie", "siv@eika.example", identity.Administrator)
		d.signIn("siv@eika.example")
		d.get(preview, 404, "Vi har ikke filen lenger")
		d.post(preview, 404, nil)
	})
}

func TestORG5_AListAsksThreeQuestionsHoweverManyThereAre(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		for i := range 40 {
			d.hireQuietly(i)
		}
		for _, query := range []string{"", "?q=ola", "?role=buyer", "?q=ola+dahl&status=active"} {
			ctx, n := db.WithCount(t.Context())
			r, err := http.NewRequestWithContext(ctx, "GET", "/my/people"+query, nil)
			d.ok(err)
			w := d.send(r)
			if w.Code != 200 || n.Load() > 4 { // one of them asks who it is
				t.Errorf("%q: %d in %d queries", query, w.Code, n.Load())
			}
		}
	})
}

// hireQuietly adds somebody without the work of a password.
func (d *door) hireQuietly(i int) {
	d.t.Helper()
	p, err := d.s.CreatePerson(d.t.Context(), builder, identity.NewPerson{Name: fmt.Sprintf("Ola Dahl %d", i), Email: fmt.Sprintf("o%d@eika.example", i)})
	d.ok(err)
	_, err = d.s.AddMember(d.t.Context(), builder, d.oak.ID, p.ID, identity.Buyer)
	d.ok(err)
}
