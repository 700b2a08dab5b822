package e2e

import (
	"strings"
	"testing"

	"skranke/internal/db/dbtest"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/web/webtest"
)

const chosen = "riktig hest batteri"

// founder is somebody who registers a company and becomes its administrator.
type founder struct {
	*webtest.Tab
	way
	t              testing.TB
	s              *server
	company, email string
}

func TestORG1_ORG4_ORG6_CASE8_ACompanyRegistersAndRunsItsOwnPeople(t *testing.T) {
	for _, tt := range []struct {
		name                string
		way                 way
		country, org, at    string
		database            func(testing.TB) string
		withoutScriptsGuest bool
	}{
		{"in Norwegian", inNorwegian, "NO", "310 456 713", "fjordkai.example", dbtest.SQLite, false},
		{"in Danish on a phone, on PostgreSQL", way{l: i18n.DA, view: webtest.Phone}, "DK", "61 12 62 28", "havnekro.example", dbtest.Postgres, false},
		{"without scripts", withoutJS, "NO", "310 456 713", "fjordkai.example", dbtest.SQLite, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := small(t, tt.database(t))
			f := &founder{Tab: s.tab(t, tt.way, "/register"), way: tt.way, t: t, s: s, company: "Fjordkai Eiendom", email: "siri@" + tt.at}
			f.register(tt.country, tt.org)
			f.confirm()
			guest := f.invites("jonas@"+tt.at, identity.Buyer)
			f.makes("Jonas Vik", identity.Manager)
			guest.Open(s.URL + "/my/people")
			guest.See(f.company)
			f.removes("Jonas Vik")
			losesAccess(t, guest, f)
		})
	}
}

// register fills in the two pages, first with a number that cannot be right: the answer says so and keeps what was typed.
func (f *founder) register(country, org string) {
	f.t.Helper()
	f.Choose("country", country)
	f.Fill("org_number", "123 456 789")
	f.Click(f.l.SignupGoOn())
	if got := status(f.Tab); got != 422 {
		f.t.Errorf("a number with a wrong check digit is answered with %d, want 422", got)
	}
	f.Axe(f.t)
	if f.Value("org_number") != "123 456 789" {
		f.t.Error("what was typed is lost")
	}
	f.Fill("org_number", org)
	f.Click(f.l.SignupGoOn())
	for name, value := range map[string]string{
		"company": f.company, "street": "Kaigata 4", "postcode": "5003", "town": "Bergen", "name": "Siri Moen", "phone": "400 20 300", "email": f.email, "password": chosen,
	} {
		f.Fill(name, value)
	}
	f.Axe(f.t)
	f.Click(f.l.SignupSend())
	f.See(f.email)
	f.Axe(f.t)
}

// confirm follows the mailed link in the same browser and becomes the administrator.
func (f *founder) confirm() {
	f.t.Helper()
	r := f.s.mailbox(f.t, f.email, f.way)
	r.openMail(f.l.SignupMailSubject())
	f.Open(r.follow(f.l.SignupMailVerifyButton()))
	f.See(f.company)
	f.Axe(f.t)
	f.Fill("password", chosen)
	f.Click(f.l.SignupConfirmButton())
	f.Open(f.s.URL + "/my/people")
	f.See("Siri Moen", f.l.Code("identity.role.administrator"))
	f.Axe(f.t)
}

// invites somebody, who completes the invitation in a browser of their own and is signed in.
func (f *founder) invites(email string, role identity.Role) *webtest.Tab {
	f.t.Helper()
	f.Open(f.s.URL + "/my/people/add")
	f.Fill("email", strings.ToUpper(email[:1])+email[1:])
	f.Choose("role", string(role))
	f.Click(f.l.PeopleAddSend())
	r := f.s.mailbox(f.t, email, f.way)
	r.openMail(f.l.PeopleMailSubject(f.company))
	to := r.follow(f.l.PeopleMailCompleteButton())
	b := f.s.tab(f.t, f.way, "/sign-in")
	b.Open(to)
	b.See(f.company)
	b.Axe(f.t)
	b.Fill("first_name", "Jonas")
	b.Fill("last_name", "Vik")
	b.Fill("password", "kort")
	b.Click(f.l.InvitationComplete())
	if got := status(b); got != 422 {
		f.t.Errorf("a short password is answered with %d, want 422", got)
	}
	b.Fill("password", chosen)
	b.Click(f.l.InvitationComplete())
	b.Open(f.s.URL + "/my/people") // a buyer may not see the others, and is told who can change that
	b.See("Siri Moen")
	if got := status(b); got != 403 {
		f.t.Errorf("a buyer opens the list of people: %d, want 403", got)
	}
	b.Axe(f.t)
	r.Open(to) // a second use says kindly that it has been used
	r.Axe(f.t)
	return b
}

func (f *founder) openMember(name string) {
	f.t.Helper()
	f.Open(f.s.URL + "/my/people")
	f.Click(name)
}

func (f *founder) makes(name string, role identity.Role) {
	f.t.Helper()
	f.openMember(name)
	f.Choose("role", string(role))
	f.Click(f.l.PeopleSave())
	f.See(f.l.Code("identity.role." + string(role)))
	f.Axe(f.t)
}

func (f *founder) removes(name string) {
	f.t.Helper()
	f.openMember(name)
	f.Click(f.l.Code("people.do.remove"))
	f.Axe(f.t)
	f.Click(f.l.Code("people.do.remove"))
}

// losesAccess is the tab that stood open all the while: the next click is refused.
func losesAccess(t *testing.T, guest *webtest.Tab, f *founder) {
	t.Helper()
	guest.Reload()
	if got := status(guest); got != 403 && got != 404 {
		t.Errorf("a removed person still opens the page: %d", got)
	}
	if strings.Contains(guest.Text(), "Siri Moen") && strings.Contains(guest.Text(), f.email) {
		t.Error("a removed person still reads the list")
	}
	guest.Axe(t)
}
