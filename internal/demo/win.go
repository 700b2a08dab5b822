package demo

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"skranke/internal/agreement"
	"skranke/internal/authz"
	"skranke/internal/day"
	"skranke/internal/files"
	"skranke/internal/identity"
)

// house is a customer as it has become.
type house struct {
	customer
	id, number string
	since      day.Date
	agreement  string
	people     []person // its members, in the order of the table
	flats      []home
	keys       []*stock
}

// home is a flat with its street.
type home struct {
	identity.Flat
	street string
}

// person is a member who can act.
type person struct {
	member
	id, email string
	actor     authz.Actor
}

// approvers are the members whom the key agreement lists.
func (h *house) approvers() (all []person) {
	for _, p := range h.people {
		if p.approves {
			all = append(all, p)
		}
	}
	return all
}

// win makes the customers with all they have: people, flats, agreements, key systems and the register.
func (b *builder) win(ctx context.Context) error {
	flats, items := 0, 0
	for _, c := range customers {
		h := &house{customer: c, since: b.work.NextWorkday(b.today.AddMonths(-c.months).AddDays(-b.between(0, 26)))}
		b.set(b.moment(h.since, 9, b.between(0, 59)))
		for _, part := range []func(context.Context, *house) error{b.customer, b.buildings, b.members, b.crowd, b.agree, b.equip} {
			if err := part(ctx, h); err != nil {
				return fmt.Errorf("make %s: %w", c.name, err)
			}
			b.set(b.clock.Add(time.Duration(b.between(20, 90)) * time.Minute))
		}
		b.houses = append(b.houses, h)
		flats += len(h.flats)
		for _, s := range h.keys {
			items += s.next - 1
		}
	}
	b.say(fmt.Sprintf("  %d customers, %d flats, %d fobs and keys in the register", len(b.houses), flats, items))
	return nil
}

func (b *builder) customer(ctx context.Context, h *house) error {
	c, err := b.Identity.CreateCustomer(ctx, b.staff[identity.Sales], identity.NewCustomer{
		Kind: h.kind, Status: h.status, Name: h.name, Country: h.country,
		OrgNumber: h.org, Language: h.l, Email: "post@" + h.domain, Phone: h.phone, Street: h.street, Postcode: h.postcode, Town: h.town,
	})
	h.id, h.number = c.ID, c.Number
	return err
}

func (b *builder) buildings(ctx context.Context, h *house) error {
	by := b.staff[identity.Sales]
	if len(h.sites) == 0 {
		_, err := b.Identity.AddSite(ctx, by, h.id, identity.NewSite{Name: h.street, Street: h.street, Postcode: h.postcode, Town: h.town})
		return err
	}
	for _, s := range h.sites {
		made, err := b.Identity.AddSite(ctx, by, h.id, identity.NewSite{Name: s.name, Street: s.street, Postcode: h.postcode, Town: h.town})
		if err != nil {
			return err
		}
		flats, err := b.Identity.AddFlats(ctx, by, made.ID, s.flats)
		if err != nil {
			return err
		}
		slices.SortFunc(flats, func(x, y identity.Flat) int { // databases sort letters each in their own way
			return slices.Index(s.flats, x.Number) - slices.Index(s.flats, y.Number)
		})
		for _, f := range flats {
			h.flats = append(h.flats, home{f, s.street})
		}
	}
	return nil
}

func (b *builder) members(ctx context.Context, h *house) error {
	by := b.staff[identity.CustomerService]
	for _, m := range h.customer.members {
		p := person{member: m, email: m.mailbox + "@" + h.domain}
		made, err := b.Identity.CreatePerson(ctx, by, identity.NewPerson{Name: m.name, Email: p.email, Phone: m.phone, Language: h.l, Password: Password})
		if err != nil {
			return err
		}
		if _, err := b.Identity.AddMember(ctx, by, h.id, made.ID, m.role); err != nil {
			return err
		}
		p.id = made.ID
		p.actor = b.Identity.Actor(identity.Principal{
			PersonID: p.id, Member: identity.Membership{CustomerID: h.id, CustomerName: h.name, CustomerStatus: identity.Active, Role: m.role},
		})
		h.people = append(h.people, p)
	}
	return nil
}

// deal is a key agreement: amounts with VAT in minor units. ended is how many months ago it did, 0 for one that counts.
type deal struct {
	payer                  agreement.Payer
	approvals              int64
	fob, key, fee, freight int64
	ended                  int
}

const vat = 2500 // per cent in hundredths, the same in the three countries

func (d deal) prices() (all []agreement.Price) {
	for _, p := range []agreement.Price{
		{Item: agreement.ItemFob, Amount: d.fob, VAT: vat},
		{Item: agreement.ItemKey, Amount: d.key, VAT: vat},
		{Item: agreement.ItemOrderFee, Amount: d.fee, VAT: vat},
		{Item: agreement.ItemFreight, Amount: d.freight, VAT: vat},
	} {
		if p.Amount > 0 {
			all = append(all, p)
		}
	}
	return all
}

// agree makes the key agreement, with the paper that both have signed.
func (b *builder) agree(ctx context.Context, h *house) error {
	if h.deal == nil {
		return nil
	}
	by := b.staff[identity.Sales]
	a, err := b.Agreements.Create(ctx, by, agreement.NewAgreement{CustomerID: h.id, StartsOn: h.since, Payer: h.deal.payer, Approvals: h.deal.approvals, Prices: h.deal.prices()})
	if err != nil {
		return err
	}
	h.agreement = a.ID
	var listed []string
	for _, p := range h.approvers() {
		listed = append(listed, p.id)
	}
	if err := b.Agreements.SetApprovers(ctx, by, a.ID, listed); err != nil {
		return err
	}
	f, err := b.Files.Put(ctx, b.DB, by, files.Upload{
		CustomerID: h.id, Name: a.Number + " " + strings.ToLower(words[h.country].title) + ".pdf", Accept: []files.Kind{files.PDF},
		Body: bytes.NewReader(paper(h, a)),
	})
	if err != nil {
		return err
	}
	if _, err := b.Agreements.AttachDocument(ctx, by, a.ID, f.ID); err != nil {
		return err
	}
	if _, err = b.Agreements.Sign(ctx, by, a.ID, h.since); err != nil || h.deal.ended == 0 {
		return err
	}
	b.endAgreement(h)
	return nil
}

// endAgreement plans how an agreement was ended, some weeks before its last day, and the draft of a new one, which nobody
// has signed yet.
func (b *builder) endAgreement(h *house) {
	by := b.staff[identity.Sales]
	last := h.ends(b)
	b.at(b.moment(b.work.AddWorkdays(last, -28), 14, 12), func(ctx context.Context) error {
		_, err := b.Agreements.End(ctx, by, h.agreement, last)
		return err
	})
	b.at(b.moment(b.work.AddWorkdays(b.today, -9), 10, 40), func(ctx context.Context) error {
		d := *h.deal
		d.fob += 4_000
		_, err := b.Agreements.Create(ctx, by, agreement.NewAgreement{CustomerID: h.id, StartsOn: b.today.AddMonths(1), Payer: d.payer, Approvals: d.approvals, Prices: d.prices()})
		return err
	})
}

// ends is the last day of the agreement: that of a month.
func (h *house) ends(b *builder) day.Date {
	d := b.today.AddMonths(-h.deal.ended)
	return day.New(d.Year(), d.Month(), 0)
}
