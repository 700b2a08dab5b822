package accountweb

import (
	"net/http"
	"time"

	"skranke/internal/day"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// accountData is the page of one's own account; Typed is the profile as the form shows it.
type accountData struct {
	form
	Me      identity.Me
	Typed   identity.OwnProfile
	Devices int
	Zone    *time.Location
}

func (p *Pages) account(w http.ResponseWriter, r *http.Request) error {
	d, err := p.accountOf(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, d.view())
}

func (p *Pages) accountOf(r *http.Request) (*accountData, error) {
	ctx, by := r.Context(), web.Actor(r)
	me, err := p.Accounts.Me(ctx, by)
	if err != nil {
		return nil, err
	}
	sessions, err := p.Accounts.Sessions(ctx, by, web.SessionToken(r))
	if err != nil {
		return nil, err
	}
	return &accountData{
		form: form{L: web.L(r)}, Me: me, Devices: len(sessions), Zone: p.zone(),
		Typed: identity.OwnProfile{Name: me.Name, Phone: me.Phone, Language: me.Language, Scheme: me.Scheme},
	}, nil
}

func (d *accountData) view() web.View {
	return web.View{Title: d.L.AccountTitle(), Body: accountPage(*d), Errors: len(d.Faults)}
}

func (p *Pages) saveProfile(w http.ResponseWriter, r *http.Request) error {
	typed := identity.OwnProfile{Name: r.PostFormValue("name"), Phone: r.PostFormValue("phone"), Language: r.PostFormValue("language"), Scheme: r.PostFormValue("scheme")}
	if err := p.Accounts.SaveProfile(r.Context(), web.Actor(r), typed); err != nil {
		d, again := p.accountOf(r)
		if again != nil {
			return again
		}
		d.Typed = typed
		return refused(w, r, err, &d.form, d.view, "name", "phone", "language", "scheme")
	}
	follow(w, r, "language", typed.Language)
	follow(w, r, "scheme", typed.Scheme)
	return web.Done(w, r, accountPath, "identity.account.saved")
}

// follow brings what this browser chose by itself into line: it would go before what the account says now.
func follow(w http.ResponseWriter, r *http.Request, name, value string) {
	const year = 365 * 24 * 60 * 60
	for _, prefix := range []string{"", "__Host-"} {
		if _, err := r.Cookie(prefix + name); err == nil {
			http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure is off only where the browser brought the cookie over plain http
				Name: prefix + name, Value: value, Path: "/", MaxAge: year, Secure: prefix != "", HttpOnly: true, SameSite: http.SameSiteLaxMode,
			})
		}
	}
}

func (d accountData) languages() (out []ui.Option) {
	for _, l := range i18n.All() {
		out = append(out, ui.Option{Value: l.Tag(), Label: l.Name()})
	}
	return out
}

func (d accountData) schemes() []ui.Option {
	words := map[string]string{ui.SchemeAuto: d.L.UISchemeAuto(), ui.SchemeLight: d.L.UISchemeLight(), ui.SchemeDark: d.L.UISchemeDark()}
	var out []ui.Option
	for _, s := range identity.Schemes() {
		out = append(out, ui.Option{Value: s, Label: words[s]})
	}
	return out
}

// facts are what one signs in with, each with the way to change it.
func (d accountData) facts() []ui.Fact {
	password := d.L.AccountPasswordNone()
	if d.Me.PasswordAt != nil {
		password = d.L.AccountPasswordSince(d.L.Date(day.Of(*d.Me.PasswordAt, d.Zone)))
	}
	return []ui.Fact{
		{Label: d.L.IdentityEmail(), Content: valueAndWay(d.Me.Email, ui.Link{Text: d.L.AccountEmailTitle(), Href: emailPath})},
		{Label: d.L.IdentityPassword(), Content: valueAndWay(password, ui.Link{Text: d.L.AccountPasswordTitle(), Href: passwordPath})},
		{Label: d.L.AccountDevices(), Content: valueAndWay(d.L.AccountDevicesCount(d.Devices), ui.Link{Text: d.L.AccountDevicesShow(), Href: devicesPath})},
	}
}

// crumbs lead from a page about one thing back to the account.
func crumbs(l ui.L) []ui.Link { return []ui.Link{{Text: l.AccountTitle(), Href: accountPath}} }

// pendingText says until when the link to a new address works.
func pendingText(l ui.L, p identity.PendingEmail, zone *time.Location) string {
	return l.AccountPendingText(l.DateTime(p.ExpiresAt, zone))
}
