package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/keys"
)

// crowded is the company whose own house is in full use: sixty people in groups, with a role of its own making.
const crowded = "Havblikk Hotell AS"

// department is a group with those below it. people is how many work in it, its leader not counted.
type department struct {
	name   string
	leader bool
	people int
	below  []department
}

var departments = []department{
	{name: "Drift", leader: true, people: 2, below: []department{
		{name: "Resepsjon", leader: true, people: 9},
		{name: "Husøkonomi", leader: true, people: 12},
		{name: "Teknisk", people: 4},
	}},
	{name: "Mat og drikke", leader: true, people: 1, below: []department{
		{name: "Kjøkken", leader: true, people: 10},
		{name: "Restaurant og bar", people: 8},
	}},
	{name: "Administrasjon", people: 2, below: []department{{name: "Økonomi", people: 2}, {name: "Salg", people: 1}}},
}

// crowd gives the company its departments and people. The first of its people, the administrator, does it all herself.
func (b *builder) crowd(ctx context.Context, h *house) error {
	if h.name != crowded {
		return nil
	}
	hash, err := identity.HashPassword(ctx, Password) // one for all: hashing is made to be slow
	if err != nil {
		return err
	}
	own := *b
	own.chance = rand.New(rand.NewPCG(60, 2)) //nolint:gosec // of its own, so that the other customers' stories stay as they are
	c := &crowd{builder: &own, h: h, by: h.people[0].actor, hash: hash, taken: map[string]bool{}}
	if err := c.company(ctx); err != nil {
		return err
	}
	role, err := b.Identity.SaveRole(ctx, c.by, h.id, identity.RoleEdit{Name: "Nøkkelansvarlig", Rights: []identity.Right{
		{May: identity.MaySeeCustomers, Scope: authz.Customer},
		{May: identity.MaySeePeople, Scope: authz.Group},
		{May: keys.MaySee, Scope: authz.Customer},
		{May: keys.MaySeeRegister, Scope: authz.Customer},
	}})
	if err != nil {
		return err
	}
	for _, d := range departments {
		if err := c.department(ctx, d, ""); err != nil {
			return err
		}
	}
	b.newcomers(h)
	return c.others(ctx, identity.Role(role.ID))
}

// crowd is one company being filled.
type crowd struct {
	*builder
	h     *house
	by    authz.Actor
	hash  string
	taken map[string]bool
	made  []identity.Member
}

// company fills in what the company page keeps.
func (c *crowd) company(ctx context.Context) error {
	p, err := identity.FindProfile(ctx, c.DB, c.by, c.h.id)
	if err != nil {
		return err
	}
	e := p.Edit()
	e.InvoiceEmail, e.InvoiceReference, e.Peppol = "faktura@"+c.h.domain, "Avdeling og navn", id.PeppolFor(c.h.country, p.OrgNumber)
	if _, err := c.Identity.EditCompany(ctx, c.by, c.h.id, e); err != nil {
		return err
	}
	for i, a := range []identity.AddressEdit{
		{Label: "Varemottak", Attention: "Vaktmester", Street: "Moloen 1, bakgård", Postcode: "6004", Town: "Ålesund", Usual: true},
		{Label: "Resepsjon", Street: c.h.street, Postcode: c.h.postcode, Town: c.h.town},
	} {
		if _, err := c.Identity.SaveAddress(ctx, c.by, c.h.id, a); err != nil {
			return fmt.Errorf("address %d: %w", i, err)
		}
	}
	for _, cc := range [][2]string{{"100", "Resepsjon"}, {"200", "Kjøkken"}, {"210", "Restaurant og bar"}, {"300", "Teknisk"}, {"900", "Felles"}} {
		if _, err := c.Identity.SaveCostCentre(ctx, c.by, c.h.id, identity.CostCentreEdit{Code: cc[0], Name: cc[1], Active: true}); err != nil {
			return fmt.Errorf("cost centre %s: %w", cc[0], err)
		}
	}
	return nil
}

func (c *crowd) department(ctx context.Context, d department, parent string) error {
	g, err := c.Identity.SaveGroup(ctx, c.by, c.h.id, identity.GroupEdit{Name: d.name, ParentID: parent})
	if err != nil {
		return fmt.Errorf("group %s: %w", d.name, err)
	}
	if d.leader {
		if err := c.hire(ctx, g.ID, identity.Manager); err != nil {
			return err
		}
	}
	for range d.people {
		if err := c.hire(ctx, g.ID, identity.Buyer); err != nil {
			return err
		}
	}
	for _, sub := range d.below {
		if err := c.department(ctx, sub, g.ID); err != nil {
			return err
		}
	}
	return nil
}

// hire enters one person with a password of their own, as if they had completed their invitation.
func (c *crowd) hire(ctx context.Context, groupID string, role identity.Role) error {
	name, mailbox := c.newcomer()
	var m identity.Member
	err := c.DB.InTx(ctx, func(tx *db.Tx) error {
		p, err := c.Identity.EnterPerson(ctx, tx, c.by, identity.NewPerson{
			Name: name, Email: mailbox + "@" + c.h.domain, Phone: fmt.Sprintf("+47 400 01 %03d", len(c.made)+100), Language: c.h.l,
		}, c.hash)
		if err != nil {
			return err
		}
		m, err = c.Identity.Join(ctx, tx, c.by, c.h.id, p.ID, identity.Buyer)
		return err
	})
	if err != nil {
		return fmt.Errorf("enter %s: %w", mailbox, err)
	}
	m, err = c.Identity.EditMember(ctx, c.by, c.h.id, m.ID, identity.MemberEdit{Role: role, GroupID: groupID, Name: m.Name, Phone: m.Phone, Version: m.Version})
	c.made = append(c.made, m)
	return err
}

// newcomer is a name nobody else here has, and the mailbox that goes with it.
func (c *crowd) newcomer() (name, mailbox string) {
	for {
		name = c.name(c.h.l)
		mailbox = strings.ReplaceAll(i18n.Fold(name), " ", ".")
		if !c.taken[mailbox] {
			c.taken[mailbox] = true
			return name, mailbox
		}
	}
}

// others is those whose membership is not just as usual: one with the company's own role, one suspended, one who has left.
func (c *crowd) others(ctx context.Context, own identity.Role) error {
	m := c.made[0]
	if _, err := c.Identity.EditMember(ctx, c.by, c.h.id, m.ID, identity.MemberEdit{Role: own, GroupID: m.GroupID, Name: m.Name, Phone: m.Phone, Version: m.Version}); err != nil {
		return err
	}
	for i, do := range []identity.MemberAction{identity.SuspendMember, identity.RemoveMember} {
		m := c.made[len(c.made)-1-i]
		if _, err := c.Identity.MoveMember(ctx, c.by, c.h.id, m.ID, do, m.Version); err != nil {
			return err
		}
	}
	return nil
}

// newcomers are invited these days and have not answered yet.
func (b *builder) newcomers(h *house) {
	for i, mailbox := range []string{"ny.resepsjonist", "ny.kokk"} {
		b.at(b.moment(b.today.AddDays(-2-i), 10, 20), func(ctx context.Context) error {
			_, err := b.Identity.Add(ctx, h.people[0].actor, h.id, identity.NewMember{Email: mailbox + "@" + h.domain, Role: identity.Buyer, Language: h.l})
			return err
		})
	}
}
