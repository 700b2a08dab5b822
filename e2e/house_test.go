package e2e

import (
	"cmp"
	"strings"
	"testing"
	"time"

	"skranke/internal/agreement"
	"skranke/internal/authz"
	"skranke/internal/day"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/keys"
)

// password is everybody's in the demonstration, and in the small house below.
const password = "skranke-demo"

// person is somebody who signs in or gets mails.
type person struct{ ID, Name, Email, Language string }

// house is an association whose residents can order: what a resident knows of it, and who is asked.
type house struct {
	CustomerID, Name, CustomerNumber string
	AgreementID                      string
	Product                          keys.Product
	System, Zone, Flat               string // the zone is a key's mark where it is a key
	Approvers                        []person
}

// wanted says which association a test needs.
type wanted struct {
	l       i18n.L
	product keys.Product    // empty is a fob
	yes     int64           // how many of the board must say yes; 0 is one
	payer   agreement.Payer // empty is the resident
}

// findHouse picks an association from the server's data.
func (s *server) findHouse(w wanted) house {
	s.t.Helper()
	d, ctx := s.open(), s.t.Context()
	w.product, w.yes, w.payer = cmp.Or(w.product, keys.Fob), cmp.Or(w.yes, 1), cmp.Or(w.payer, agreement.ResidentPays)
	found, err := db.List[house](ctx, d, `
		SELECT c.id AS customer_id, c.name, c.number AS customer_number, a.id AS agreement_id, ks.product, ks.number AS system, z.code AS zone, f.number AS flat
		FROM agreements a
		JOIN customers c ON c.id = a.customer_id
		JOIN key_systems ks ON ks.customer_id = c.id AND ks.product = $4
		JOIN key_zones z ON z.system_id = ks.id
		JOIN flats f ON f.customer_id = c.id
		WHERE a.status = 'active' AND a.payer = $5 AND a.approvals = $1 AND a.starts_on <= $2 AND (a.ends_on IS NULL OR a.ends_on >= $2)
			AND c.language = $3 AND c.kind = 'association' AND (SELECT COUNT(*) FROM agreement_approvers p WHERE p.agreement_id = a.id AND p.until IS NULL) > 1
		ORDER BY c.number, ks.folded, z.folded, f.folded LIMIT 1`, w.yes, today(), w.l.Tag(), string(w.product), string(w.payer))
	if err != nil {
		s.t.Fatal(err)
	}
	if len(found) == 0 {
		s.t.Fatalf("the data hold no association like %+v", w)
	}
	h := found[0]
	h.Approvers, err = db.List[person](ctx, d, `
		SELECT p.id, p.name, p.email, p.language FROM agreement_approvers a JOIN people p ON p.id = a.person_id
		WHERE a.agreement_id = $1 AND a.until IS NULL ORDER BY p.email_key`, h.AgreementID)
	if err != nil {
		s.t.Fatal(err)
	}
	return h
}

// staff is somebody of the firm with a role.
func (s *server) staff(role identity.StaffRole) person {
	s.t.Helper()
	p, err := db.One[person](s.t.Context(), s.open(), `
		SELECT p.id, p.name, p.email, p.language FROM staff_roles r JOIN people p ON p.id = r.person_id WHERE r.role = $1 ORDER BY p.email_key LIMIT 1`, string(role))
	if err != nil {
		s.t.Fatalf("find somebody with the role %s: %v", role, err)
	}
	return p
}

func today() day.Date { return day.Of(time.Now(), time.UTC) }

// builder fills a small house in, as an operator would.
type builder struct {
	t    testing.TB
	d    *db.DB
	by   authz.Actor
	who  *identity.Service
	what *agreement.Service
	keys *keys.Service
}

// furnish puts an association of each country into an empty database, the Danish one with two yes to every order, and the staff
// that the journeys need: in a second, where the demonstration takes its time. mark says that the data are invented, so that
// `skranke demo` takes them for its own.
func furnish(t testing.TB, dsn string, mark bool) {
	t.Helper()
	ctx := t.Context()
	d, err := db.Open(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	b := builder{
		t: t, d: d, who: &identity.Service{DB: d, Log: &event.Log{}}, what: &agreement.Service{DB: d, Log: &event.Log{}, Zone: time.UTC},
		keys: &keys.Service{DB: d, Log: &event.Log{}, Zone: time.UTC},
		by: authz.SystemActor(identity.MayEditCustomers, identity.MayEditPeople, identity.MayEditStaff, identity.MaySeeCustomers, identity.MaySeePeople,
			agreement.MaySee, agreement.MayEdit, keys.MayEditRegister),
	}
	for _, role := range []identity.StaffRole{identity.Admin, identity.Production, identity.Finance} {
		p := b.person(string(role)+" Holm", string(role)+"@firm.example", i18n.NB)
		if err := b.who.AddStaff(ctx, b.by, p.ID, role); err != nil {
			t.Fatal(err)
		}
	}
	b.association(identity.NewCustomer{Name: "Solhaug borettslag", Country: "NO", Language: i18n.NB, Postcode: "0558", Town: "Oslo"}, "H0101", 1, agreement.ResidentPays)
	b.association(identity.NewCustomer{Name: "Sameiet Lindebakken", Country: "NO", Language: i18n.NB, Postcode: "5003", Town: "Bergen"}, "H0202", 1, agreement.AssociationPays)
	b.association(identity.NewCustomer{Name: "Bostadsrättsföreningen Björken", Country: "SE", Language: i18n.SV, Postcode: "411 05", Town: "Göteborg"}, "1101", 1, agreement.ResidentPays)
	b.association(identity.NewCustomer{Name: "Andelsboligforeningen Bøgen", Country: "DK", Language: i18n.DA, Postcode: "2300", Town: "København S"}, "2. th", 2, agreement.ResidentPays)
	if !mark {
		return
	}
	err = d.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO settings (name, value) VALUES ('demo', 'built')`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (b builder) person(name, email string, l i18n.L) identity.Person {
	b.t.Helper()
	p, err := b.who.CreatePerson(b.t.Context(), b.by, identity.NewPerson{Name: name, Email: email, Language: l, Password: password})
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

func (b builder) association(n identity.NewCustomer, flat string, approvals int64, payer agreement.Payer) {
	b.t.Helper()
	ctx := b.t.Context()
	n.Kind, n.Street = identity.Association, "Storgata 1"
	c := must(b.who.CreateCustomer(ctx, b.by, n))(b.t)
	site := must(b.who.AddSite(ctx, b.by, c.ID, identity.NewSite{Name: n.Name, Street: n.Street, Postcode: n.Postcode, Town: n.Town}))(b.t)
	must(b.who.AddFlats(ctx, b.by, site.ID, []string{flat}))(b.t)
	var board []string
	for _, name := range []string{"Anna", "Bo"} {
		p := b.person(name+" i "+n.Town, strings.ToLower(name+"@"+i18n.Fold(n.Town)[:3]+"."+n.Country+".example"), n.Language)
		must(b.who.AddMember(ctx, b.by, c.ID, p.ID, identity.Board))(b.t)
		board = append(board, p.ID)
	}
	a := must(b.what.Create(ctx, b.by, agreement.NewAgreement{CustomerID: c.ID, StartsOn: today().AddDays(-30), Approvals: approvals, Payer: payer, Prices: []agreement.Price{
		{Item: agreement.ItemFob, Amount: 45000, VAT: 2500},
		{Item: agreement.ItemKey, Amount: 39000, VAT: 2500},
		{Item: agreement.ItemOrderFee, Amount: 9900, VAT: 2500},
		{Item: agreement.ItemFreight, Amount: 7900, VAT: 2500},
	}}))(b.t)
	if err := b.what.SetApprovers(ctx, b.by, a.ID, board); err != nil {
		b.t.Fatal(err)
	}
	must(b.what.Sign(ctx, b.by, a.ID, today().AddDays(-30)))(b.t)
	for _, sys := range []keys.NewSystem{
		{Product: keys.Fob, Number: "B-2041", Zones: []keys.Zone{{Code: "12"}}},
		{Product: keys.Key, Number: "L 77", Zones: []keys.Zone{{Code: "HN 4"}}},
	} {
		sys.CustomerID, sys.SiteID, sys.Name = c.ID, site.ID, n.Name
		must(b.keys.AddSystem(ctx, b.by, sys))(b.t)
	}
}

func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
