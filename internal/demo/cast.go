package demo

import (
	"context"

	"skranke/internal/authz"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/keys"
	"skranke/internal/mail"
)

// The firm has no name in the data: it is a setting. Its people have its address.
const firmDomain = "fjellvik.example"

// colleague is one of the firm's own people.
type colleague struct {
	name, mailbox, phone string
	role                 identity.StaffRole
	l                    i18n.L
	own                  string // a role of the firm's own making, besides
}

var colleagues = []colleague{
	{"Ingunn Fjellvik", "ingunn", "+47 400 00 101", identity.Admin, i18n.NB, ""},
	{"Torstein Eikrem", "torstein", "+47 400 00 102", identity.Sales, i18n.NB, ""},
	{"Sunniva Lie", "sunniva", "+47 400 00 103", identity.CustomerService, i18n.NB, ""},
	{"Anders Holmedal", "anders", "+47 400 00 104", identity.Dispatcher, i18n.NB, ""},
	{"Jonas Bakketun", "jonas", "+47 400 00 105", identity.Technician, i18n.NB, ""},
	{"Ebba Lindqvist", "ebba", "+46 70 174 06 05", identity.Technician, i18n.SV, ""},
	{"Petter Nymoen", "petter", "+47 400 00 107", identity.AlarmOperator, i18n.NB, ""},
	{"Kjersti Moen", "kjersti", "+47 400 00 108", identity.Production, i18n.NB, ""},
	{"Mikkel Thorup", "mikkel", "+45 20 00 00 09", identity.Production, i18n.DA, ""},
	{"Oddvar Hauge", "oddvar", "+47 400 00 110", identity.Warehouse, i18n.NB, "Butikk"},
	{"Marit Fossheim", "marit", "+47 400 00 111", identity.Finance, i18n.NB, ""},
}

func (c colleague) email() string { return c.mailbox + "@" + firmDomain }

// hire makes the firm's own people. The first of each role is who acts in the story.
func (b *builder) hire(ctx context.Context) error {
	b.set(b.moment(b.today.AddMonths(-120), 8, 0))
	for _, c := range colleagues {
		p, err := b.Identity.CreatePerson(ctx, machine, identity.NewPerson{Name: c.name, Email: c.email(), Phone: c.phone, Language: c.l, Password: Password})
		if err != nil {
			return err
		}
		if err := b.Identity.AddStaff(ctx, machine, p.ID, c.role); err != nil {
			return err
		}
		if c.own != "" {
			if err := b.ownRole(ctx, p, c); err != nil {
				return err
			}
		}
		if _, ok := b.staff[c.role]; !ok {
			b.staff[c.role] = b.Identity.Actor(identity.Principal{PersonID: p.ID, Staff: []identity.StaffRole{c.role}})
		}
	}
	return nil
}

// ownRole gives somebody a role that the firm has made itself: they hand out keys at the counter.
func (b *builder) ownRole(ctx context.Context, p identity.Person, c colleague) error {
	role, err := b.Identity.SaveRole(ctx, b.staff[identity.Admin], "", identity.RoleEdit{Name: c.own, Rights: []identity.Right{
		{May: keys.MayReceive, Scope: authz.All}, {May: mail.MaySee, Scope: authz.All}, {May: mail.MayResend, Scope: authz.All},
	}})
	if err != nil {
		return err
	}
	return b.Identity.EditColleague(ctx, b.staff[identity.Admin], p.ID, identity.ColleagueEdit{
		Name: c.name, Phone: c.phone, Roles: []identity.StaffRole{c.role, identity.StaffRole(role.ID)}, Version: p.Version,
	})
}
