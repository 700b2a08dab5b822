package demo

import (
	"fmt"
	"strconv"
	"time"

	"skranke/internal/day"
	"skranke/internal/i18n"
	"skranke/internal/keys"
)

// fate is what becomes of an order.
type fate int

// The fates: first those of orders that are over, then those of orders that are under way today.
const (
	received  fate = iota
	rejected       // the board said no
	expired        // the board said nothing
	cancelled      // by the firm, as the resident asked
	abandoned      // never paid

	unpaid   // the resident left the card page
	declined // the resident's card was refused
	linked   // a board member has ordered, the resident has the mail
	waiting  // for the board
	half     // for the second of the board
	making
	partly // some of several are made
	ready
	sent
)

// run is an order: what is asked for, by whom, and what has become of it so far.
type run struct {
	b        *builder
	house    *house
	flat     home
	stock    *stock
	zone     zone
	fate     fate
	form     keys.Form
	l        i18n.L
	quantity int
	asker    *person // a board member who orders for the resident
	answers  []answer
	declined bool // the first card was refused
	placed   time.Time
	tracking string // of the parcel
	order    keys.Order
}

// answer is what one of the board says.
type answer struct {
	who    person
	byLink bool // from the mail, without signing in
	no     string
}

// current is what is under way today, so that every state can be seen. days is the age of the order; where something has
// been made, it is the number of working days since then.
var current = []struct {
	house    string
	fate     fate
	days     int
	product  keys.Product
	quantity int
}{
	{"Granlia borettslag", unpaid, 1, keys.Fob, 1},
	{"Sameiet Bryggekanten", declined, 2, keys.Fob, 2},
	{"Bostadsrättsföreningen Lingonbacken", linked, 1, keys.Fob, 1},
	{"Granlia borettslag", waiting, 1, keys.Fob, 2},
	{"Granlia borettslag", waiting, 2, keys.Key, 1},
	{"Sameiet Bryggekanten", waiting, 1, keys.Fob, 1},
	{"Sameiet Bryggekanten", half, 3, keys.Fob, 3},
	{"Sameiet Bryggekanten", half, 2, keys.Fob, 1},
	{"Bostadsrättsföreningen Lingonbacken", waiting, 2, keys.Fob, 1},
	{"Andelsboligforeningen Mågevangen", waiting, 4, keys.Fob, 1},
	{"Granlia borettslag", making, 3, keys.Fob, 1},
	{"Granlia borettslag", making, 4, keys.Key, 2},
	{"Sameiet Bryggekanten", making, 3, keys.Fob, 2},
	{"Sameiet Bryggekanten", partly, 1, keys.Fob, 3},
	{"Sameiet Bryggekanten", making, 5, keys.Fob, 1},
	{"Bostadsrättsföreningen Lingonbacken", making, 3, keys.Key, 1},
	{"Andelsboligforeningen Mågevangen", making, 4, keys.Fob, 2},
	{"Granlia borettslag", ready, 1, keys.Fob, 1},
	{"Granlia borettslag", ready, 3, keys.Fob, 2},
	{"Sameiet Bryggekanten", ready, 1, keys.Fob, 1},
	{"Sameiet Bryggekanten", ready, 2, keys.Fob, 1},
	{"Bostadsrättsföreningen Lingonbacken", sent, 1, keys.Fob, 1},
	{"Sameiet Bryggekanten", sent, 2, keys.Fob, 1},
	{"Andelsboligforeningen Mågevangen", sent, 1, keys.Fob, 1},
}

// share is how many of a hundred orders come from an association, after its size and its age.
var share = []struct {
	house   string
	percent int
}{
	{"Sameiet Bryggekanten", 39}, {"Granlia borettslag", 25}, {"Bostadsrättsföreningen Lingonbacken", 18}, {"Andelsboligforeningen Mågevangen", 12}, {"Furumoen borettslag", 6},
}

// yearDays is how far back the orders go, recentDays where those of the table above take over.
const (
	yearDays   = 365
	recentDays = 9
)

// planYear draws the orders of a year.
func (b *builder) planYear() {
	n := max(b.Orders-len(current), 0)
	for i := range n {
		d := b.today.AddDays(-yearDays + i*(yearDays-recentDays)/n)
		r := b.draw(b.ordering(d), b.turn(i), d)
		r.quantity = []int{1, 1, 1, 1, 1, 1, 1, 2, 2, 3}[b.between(0, 9)]
		b.finish(r)
		b.tell(r)
	}
	for _, c := range current {
		h := b.byName(c.house)
		d := b.today.AddDays(-c.days)
		if c.fate == partly || c.fate == ready || c.fate == sent {
			d = b.work.AddWorkdays(b.today, -c.days).AddDays(-3)
		}
		r := b.draw(h, c.fate, d)
		r.quantity = c.quantity
		b.choose(r, c.product)
		b.finish(r)
		b.tell(r)
	}
}

// turn gives each sad end its share.
func (b *builder) turn(i int) fate {
	switch {
	case i%23 == 7:
		return rejected
	case i%29 == 11:
		return expired
	case i%31 == 5:
		return cancelled
	case i%37 == 17:
		return abandoned
	}
	return received
}

// ordering is an association whose agreement counts on a day.
func (b *builder) ordering(d day.Date) *house {
	for {
		n := b.between(1, 100)
		for _, s := range share {
			if n -= s.percent; n > 0 {
				continue
			}
			if h := b.byName(s.house); h.deal.ended == 0 || d.Before(h.ends(b)) {
				return h
			}
			break
		}
	}
}

func (b *builder) byName(name string) *house {
	for _, h := range b.houses {
		if h.name == name {
			return h
		}
	}
	panic("demo: there is no customer " + name) // our own tables disagree
}

// draw is an order of somebody who lives there.
func (b *builder) draw(h *house, f fate, d day.Date) *run {
	r := &run{house: h, fate: f, flat: pick(b, h.flats), l: h.l, placed: b.moment(d, b.between(8, 21), b.between(0, 59))}
	if b.in(8) {
		r.l = i18n.EN
	}
	product := keys.Fob
	if len(h.keys) > 1 && b.in(30) {
		product = keys.Key
	}
	b.choose(r, product)
	approvers := h.approvers()
	if f == linked || f < unpaid && len(approvers) > 1 && h.deal.approvals == 1 && b.in(6) {
		r.asker = &approvers[b.between(0, len(approvers)-1)]
	}
	r.answers = b.answersOf(r, approvers)
	r.declined = f == declined || b.in(6)
	return r
}

// choose takes one of the association's key systems.
func (b *builder) choose(r *run, product keys.Product) {
	for _, s := range r.house.keys {
		if s.product == product {
			r.stock = s
		}
	}
	r.zone = r.stock.zones[0]
	if len(r.stock.zones) > 1 && b.in(40) {
		r.zone = r.stock.zones[1]
	}
}

// answersOf is what the board will say.
func (b *builder) answersOf(r *run, approvers []person) (all []answer) {
	if r.asker != nil {
		approvers = []person{*r.asker} // who has ordered for somebody confirms it
	}
	first := b.between(0, len(approvers)-1)
	for i := range r.house.deal.approvals {
		all = append(all, answer{who: approvers[(first+int(i))%len(approvers)], byLink: b.in(70)})
	}
	if r.fate == rejected {
		all = all[:1]
		all[0].no = pick(b, refusals[r.house.l])
	}
	return all
}

// finish fills in the form.
func (b *builder) finish(r *run) {
	h, who := r.house, pick(b, b.family(r.house, r.flat))
	f := keys.Form{
		Product: string(r.stock.product), AgreementID: h.agreement, AskedBy: keys.Resident, CustomerNumber: h.number, SystemNumber: r.stock.number, Code: r.zone.code,
		Purpose: keys.Additional, Quantity: strconv.Itoa(r.quantity), Flat: r.flat.Number, Name: who, Email: mailbox(who, h.l), Phone: b.phone(h), Delivery: keys.Pickup,
	}
	if b.in(30) {
		f.Purpose = keys.Replacement
	}
	if h.country != "NO" || r.fate == sent || r.fate != ready && r.fate != partly && b.in(35) { // the counter is in Norway
		f.Delivery, f.Street, f.Postcode, f.Town = keys.Post, r.flat.street, h.postcode, h.town
	}
	if f.Delivery == keys.Post && b.in(80) {
		r.tracking = fmt.Sprintf("37072215%010d", b.chance.Int64N(10_000_000_000))
	}
	r.form = f
	b.runs = append(b.runs, r)
}

// phone is a number of a series that nobody has.
func (b *builder) phone(h *house) string {
	switch h.country {
	case "SE":
		return "070-174 06 " + strconv.Itoa(b.between(40, 99))
	case "DK":
		return "20 00 0" + strconv.Itoa(b.between(1, 9)) + " " + strconv.Itoa(b.between(10, 99))
	}
	return "400 00 " + strconv.Itoa(b.between(300, 999))
}

var refusals = map[i18n.L][]string{
	i18n.NB: {
		"Leiligheten har allerede seks brikker. Lever inn én av de gamle først.",
		"Vi finner ikke navnet blant beboerne. Ta kontakt med styret, så ordner vi det.",
		"Garasjen er bare for dem som har plass der. Bestill gjerne på nytt uten garasje.",
	},
	i18n.SV: {
		"Lägenheten har redan sex taggar. Lämna in en av de gamla först.",
		"Andrahandsuthyrningen är inte anmäld till styrelsen.",
	},
	i18n.DA: {
		"Lejligheden er under salg. Den nye ejer kan bestille efter overtagelsen.",
		"Vi mangler at høre, hvad der er blevet af den gamle nøgle.",
	},
}
