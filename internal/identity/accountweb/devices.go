package accountweb

import (
	"net/http"
	"strings"
	"time"

	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// devicesData is where somebody is signed in.
type devicesData struct {
	L        ui.L
	Sessions []identity.OwnSession
	Zone     *time.Location
}

func (p *Pages) devices(w http.ResponseWriter, r *http.Request) error {
	sessions, err := p.Accounts.Sessions(r.Context(), web.Actor(r), web.SessionToken(r))
	if err != nil {
		return err
	}
	d := devicesData{L: web.L(r), Sessions: sessions, Zone: p.zone()}
	return web.Render(w, r, web.View{Title: d.L.AccountDevices(), Body: devicesPage(d), Section: accountPath})
}

func (p *Pages) endOne(w http.ResponseWriter, r *http.Request) error {
	current, err := p.Accounts.EndSession(r.Context(), web.Actor(r), r.PathValue("id"), web.SessionToken(r))
	if err != nil {
		return err
	}
	if current {
		web.ClearSession(w, r)
		return web.Done(w, r, signInPath, "identity.signed_out")
	}
	return web.Done(w, r, devicesPath, "identity.session.ended")
}

func (p *Pages) endAll(w http.ResponseWriter, r *http.Request) error {
	if err := p.Accounts.EndSessions(r.Context(), web.Actor(r)); err != nil {
		return err
	}
	web.ClearSession(w, r)
	return web.Done(w, r, signInPath, "identity.account.signed_out")
}

func (d devicesData) table() ui.TableData {
	l := d.L
	t := ui.TableData{L: l, Caption: l.AccountDevices(), Cols: []ui.Col{
		{Label: l.AccountDevice(), Spot: ui.SpotTitle},
		{Label: l.AccountNetwork(), Spot: ui.SpotLabeled},
		{Label: l.AccountSeen(), Spot: ui.SpotLabeled},
		{Label: l.AccountSince(), Spot: ui.SpotLabeled},
		{Label: l.AccountEnd(), Quiet: true, Spot: ui.SpotCorner},
	}}
	for _, s := range d.Sessions {
		name := device(l, s.Agent)
		end := ui.Cell{Content: endButton(l, s.ID, name)}
		if s.Current {
			end = ui.Cell{Badge: &ui.Badge{State: ui.Done, Text: l.AccountDeviceThis()}}
		}
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: name},
			{Text: s.Address},
			{Text: l.DateTime(s.SeenAt, d.Zone), Tabular: true},
			{Text: l.DateTime(s.CreatedAt, d.Zone), Tabular: true},
			end,
		})
	}
	return t
}

// mark is what tells a browser or a system in the way a browser introduces itself; they all pose as one another, so the first
// mark found decides.
type mark struct{ in, name string }

var (
	browsers = []mark{
		{"Edg", "Edge"},
		{"OPR/", "Opera"},
		{"Vivaldi", "Vivaldi"},
		{"SamsungBrowser", "Samsung Internet"},
		{"Firefox", "Firefox"},
		{"FxiOS", "Firefox"},
		{"Chrome", "Chrome"},
		{"CriOS", "Chrome"},
		{"Chromium", "Chromium"},
		{"Safari", "Safari"},
	}
	systems = []mark{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"}, {"Macintosh", "Mac"}, {"Linux", "Linux"},
	}
)

func find(agent string, marks []mark) string {
	for _, m := range marks {
		if strings.Contains(agent, m.in) {
			return m.name
		}
	}
	return ""
}

// device says in plain words what a browser called itself.
func device(l ui.L, agent string) string {
	browser, system := find(agent, browsers), find(agent, systems)
	switch {
	case browser != "" && system != "":
		return l.AccountDeviceOn(browser, system)
	case browser+system != "":
		return browser + system
	}
	return l.AccountDeviceUnknown()
}
