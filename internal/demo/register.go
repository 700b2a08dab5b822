package demo

import (
	"context"
	"fmt"

	"skranke/internal/identity"
	"skranke/internal/keys"
)

// keySystem is a row of the table of key systems.
type keySystem struct {
	product      keys.Product
	number, name string
	serial       string // how the serial numbers of its fobs begin; a key has its mark there
	zones        []zone
	perFlat      int // how many fobs or keys a home has, about
	loose        int // how many there are of a system without homes
}

type zone struct{ code, name string }

// stock is a key system as it has become, with its next serial number.
type stock struct {
	keySystem
	sys  keys.System
	next int
}

// mint is the next serial number: 10441-00217 on a fob, GR1-0042 on a key.
func (s *stock) mint(code string) string {
	n := s.next
	s.next++
	if s.product == keys.Key {
		return fmt.Sprintf("%s-%04d", code, n)
	}
	return fmt.Sprintf("%s-%05d", s.serial, n)
}

// equip makes the key systems and enters what was given out before the year begins.
func (b *builder) equip(ctx context.Context, h *house) error {
	by := b.staff[identity.Production]
	for _, k := range h.systems {
		n := keys.NewSystem{CustomerID: h.id, Product: k.product, Number: k.number, Name: k.name}
		for _, z := range k.zones {
			n.Zones = append(n.Zones, keys.Zone{Code: z.code, Name: z.name})
		}
		sys, err := b.Keys.AddSystem(ctx, by, n)
		if err != nil {
			return err
		}
		s := &stock{keySystem: k, sys: sys, next: 1}
		h.keys = append(h.keys, s)
		if err := b.Keys.Enter(ctx, by, sys, b.given(h, s)); err != nil {
			return err
		}
	}
	return nil
}

// given is what people hold of a key system.
func (b *builder) given(h *house, s *stock) (items []keys.Item) {
	for _, f := range h.flats {
		family := b.family(h, f)
		for i := range b.between(max(1, s.perFlat-2), s.perFlat+1) {
			z := s.zones[0]
			if b.in(35) {
				z = s.zones[min(1, len(s.zones)-1)]
			}
			it := b.item(h, s, z)
			it.SiteID, it.FlatID, it.Flat, it.Holder = f.SiteID, f.ID, f.Number, family[i%len(family)]
			items = append(items, it)
		}
	}
	for i := range s.loose {
		it := b.item(h, s, pick(b, s.zones))
		it.Holder = h.people[i%len(h.people)].name
		if i >= len(h.people) {
			it.Holder = b.name(h.l)
		}
		items = append(items, it)
	}
	if len(h.flats) > 0 { // whoever looks after the house comes everywhere
		for _, p := range h.people {
			if p.role == identity.Caretaker {
				it := b.item(h, s, s.zones[len(s.zones)-1])
				it.Holder, it.State = p.name, keys.ItemActive
				items = append(items, it)
			}
		}
	}
	return items
}

// item is one fob or key: most are in use, some were lost, blocked or handed in.
func (b *builder) item(h *house, s *stock, z zone) keys.Item {
	state := keys.ItemActive
	switch n := b.between(1, 100); {
	case n <= 2:
		state = keys.ItemLost
	case n <= 5:
		state = keys.ItemBlocked
	case n <= 8:
		state = keys.ItemReturned
	}
	given := b.work.NextWorkday(h.since.AddDays(b.between(0, b.today.AddMonths(-12).Sub(h.since))))
	return keys.Item{Code: z.code, Serial: s.mint(z.code), State: state, Since: b.moment(given, b.between(8, 15), b.between(0, 59))}
}
