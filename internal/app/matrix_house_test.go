package app

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"skranke/internal/agreement"
	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/files"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/keys"
	"skranke/internal/link"
	"skranke/internal/money"
)

const paperPDF = "%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\nstartxref\n9\n%%EOF\n"

// rightsHouse is the whole program on a database with two customers that have one of everything.
type rightsHouse struct {
	*App
	t       testing.TB
	heard   *lastRefusal
	homes   [2]*rightsHome
	staff   []*caller
	nobody  *caller
	system  authz.Actor
	tables  *rightsTables
	staffID map[string]string // of what is the operator's own, by placeholder
}

// rightsHome is one customer. ids is what may stand for <…> in an address or a form.
type rightsHome struct {
	customer identity.Customer
	ids      map[string]string
	mark     string // stands in the customer's and all its people's names: who is not there must never read it
	people   []*caller
	keys     []*caller
	place    map[string]authz.Place // where the records live that a line names by "at"
}

// caller is somebody at the door: nobody, a person with a session, or a program.
type caller struct {
	name   string
	person string
	home   *rightsHome // nil for staff and nobody
	cookie string
	bearer string
	row    sessionRow
	key    string
	past   bool  // was one of a customer's people, or is not yet
	truth  truth // read from the tables when the house stands
}

func openRightsHouse(t testing.TB, d *db.DB, dir string) *rightsHouse {
	t.Helper()
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	d.SetClock(func() time.Time { return now })
	s, _, err := Load([]string{"--data", dir, "--cards-listen", "127.0.0.1:0"}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	h := &rightsHouse{t: t, heard: &lastRefusal{}, staffID: map[string]string{}}
	h.App, err = build(t.Context(), s, d, slog.New(h.heard), true)
	h.check(err)
	t.Cleanup(h.Cards.Close)
	h.check(h.Jobs.Open(0))
	may := slices.Concat(staffRoles[identity.Admin], forMembers, []authz.Permission{keys.MayPay, keys.MayRun})
	h.system = authz.SystemActor(may...)
	h.homes[0] = h.furnish("Aqvila", "1042", identity.Association)
	h.homes[1] = h.furnish("Bqvern", "1043", identity.Company)
	h.office()
	tables := readRights(t, d)
	h.tables = tables
	for _, c := range h.everybody() {
		switch {
		case c.key != "":
			c.truth = tables.ofKey(tables.keys[slices.IndexFunc(tables.keys, func(k keyRow) bool { return k.ID == c.key })])
		case c.cookie != "":
			c.truth = tables.of(tables.sessions[slices.IndexFunc(tables.sessions, func(s sessionRow) bool { return s.ID == c.row.ID })])
		}
	}
	return h
}

func (h *rightsHouse) check(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *rightsHouse) everybody() []*caller {
	return slices.Concat([]*caller{h.nobody}, h.staff, h.homes[0].people, h.homes[1].people, h.homes[0].keys, h.homes[1].keys)
}

func (h *rightsHouse) exec(query string, args ...any) {
	h.t.Helper()
	h.check(h.DB.InTx(h.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(h.t.Context(), query, args...)
		return err
	}))
}

func (h *rightsHouse) furnish(mark, number string, kind identity.CustomerKind) *rightsHome {
	h.t.Helper()
	ctx, x := h.t.Context(), &rightsHome{mark: mark, ids: map[string]string{}, place: map[string]authz.Place{}}
	var err error
	x.customer, err = h.Identity.CreateCustomer(ctx, h.system, identity.NewCustomer{Number: number, Kind: identity.Association, Name: mark + " hus", Country: "NO", Language: i18n.NB, Town: "Ås"})
	h.check(err)
	at := x.customer.ID
	x.ids["customer"] = at
	for _, g := range []struct{ name, above string }{{"house", ""}, {"wing", "house"}, {"room", "wing"}, {"other", ""}} {
		made, err := h.Identity.SaveGroup(ctx, h.system, at, identity.GroupEdit{Name: g.name + " " + mark, ParentID: x.ids[g.above]})
		h.check(err)
		x.ids[g.name] = made.ID
	}
	x.ids["group"] = x.ids["wing"]
	h.roles(x)
	h.members(x)
	address, err := h.Identity.SaveAddress(ctx, h.system, at, identity.AddressEdit{Label: mark, Street: "Gata 1", Postcode: "1430", Town: "Ås", Version: 1})
	h.check(err)
	second, err := h.Identity.SaveAddress(ctx, h.system, at, identity.AddressEdit{Label: "Z" + mark, Street: "Gata 2", Postcode: "1430", Town: "Ås", Version: 1})
	h.check(err)
	centre, err := h.Identity.SaveCostCentre(ctx, h.system, at, identity.CostCentreEdit{Code: "100", Name: mark, Active: true, Version: 1})
	h.check(err)
	x.ids["address"], x.ids["second"], x.ids["centre"] = address.ID, second.ID, centre.ID
	x.ids["import"], err = h.Identity.StartImport(ctx, authz.Actor{ID: x.ids["administrator person"], Kind: authz.Person, Grants: h.system.Grants}, at, []identity.ImportRow{{Number: 2, Email: "ny." + number + "@home.example", Role: "buyer"}})
	h.check(err)
	h.trade(x, number)
	h.exec(`UPDATE customers SET kind = $1 WHERE id = $2`, kind, at) // only associations order keys so far
	h.programs(x)
	x.place = map[string]authz.Place{
		"": {Customer: at}, "member": {Customer: at, Group: x.ids["wing"], Owner: x.ids["member person"]},
		"in house": {Customer: at, Group: x.ids["house"]}, "in wing": {Customer: at, Group: x.ids["wing"]},
	}
	return x
}

// roles are the customer's own: one for all of it, one that leads a group, one for what is one's own.
func (h *rightsHouse) roles(x *rightsHome) {
	all, own := func(ps ...authz.Permission) []identity.Right { return rights(authz.Customer, ps...) }, authz.Self
	for name, rs := range map[string][]identity.Right{
		"wide":  all(identity.MaySeeCustomers, identity.MaySeePeople, identity.MayEditCompany, identity.MayEditKeys, keys.MaySee, approval.MaySee),
		"group": slices.Concat(all(identity.MaySeeCustomers), rights(authz.Group, identity.MaySeePeople, identity.MayEditPeople, identity.MayEditGroups)),
		"self":  rights(own, identity.MaySeePeople, identity.MayEditPeople, keys.MaySee, approval.MaySee, identity.MaySeeCustomers, agreement.MaySee, keys.MaySeeRegister),
		"role":  all(identity.MaySeeCustomers), // the one that pages are about; nobody has it
	} {
		r, err := h.Identity.SaveRole(h.t.Context(), h.system, x.customer.ID, identity.RoleEdit{Name: name + " " + x.mark, Rights: rs, Version: 1})
		h.check(err)
		x.ids[name+" role"] = r.ID
	}
	x.ids["role"] = x.ids["role role"]
}

// members are one person in every ready-made role and every own one, some in a group, and some who are there no longer.
func (h *rightsHouse) members(x *rightsHome) {
	type seat struct {
		name, group string
		role        identity.Role
		status      identity.MemberStatus
	}
	var seats []seat
	for _, r := range identity.MemberRoles() {
		seats = append(seats, seat{string(r), "", r, identity.MemberActive})
	}
	wide, group, self := identity.Role(x.ids["wide role"]), identity.Role(x.ids["group role"]), identity.Role(x.ids["self role"])
	for _, s := range append(seats,
		seat{"second administrator", "", identity.Administrator, identity.MemberActive},
		seat{"manager in house", "house", identity.Manager, identity.MemberActive}, seat{"manager in other", "other", identity.Manager, identity.MemberActive},
		seat{"own role", "", wide, identity.MemberActive}, seat{"own role in wing", "wing", group, identity.MemberActive}, seat{"own role for their own", "", self, identity.MemberActive},
		seat{"suspended administrator", "", identity.Administrator, identity.MemberSuspended}, seat{"removed administrator", "", identity.Administrator, identity.MemberRemoved},
		seat{"invited administrator", "", identity.Administrator, identity.MemberInvited}, seat{"member", "wing", identity.Resident, identity.MemberActive},
	) {
		mark := x.mark
		if s.status != identity.MemberActive {
			mark = "Past" // their own name must not look like the house's
		}
		c := h.person(s.name, mark)
		c.home, c.past = x, s.status != identity.MemberActive
		m := h.newID()
		h.exec(`INSERT INTO members (id, customer_id, person_id, role, group_id, status, created_at, joined_at, sort) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)`,
			m, x.customer.ID, c.person, s.role, db.Null(x.ids[s.group]), s.status, h.DB.Now(), s.name)
		x.ids[s.name], x.ids[s.name+" person"] = m, c.person
		x.people = append(x.people, c)
	}
}

func (h *rightsHouse) newID() string { return id.New() }

// person is somebody with an open session.
func (h *rightsHouse) person(name, mark string) *caller {
	p, err := h.Identity.CreatePerson(h.t.Context(), h.system, identity.NewPerson{Name: name + " " + mark, Email: fmt.Sprintf("%s@%s.example", h.newID(), mark), Language: i18n.NB})
	h.check(err)
	s, err := h.Identity.SignInAs(h.t.Context(), p.ID, identity.Attempt{Address: "192.0.2.1"})
	h.check(err)
	return &caller{name: name + " " + mark, person: p.ID, cookie: s.Token, row: sessionRow{ID: hex.EncodeToString(id.HashToken(s.Token))}}
}

// trade is an agreement, a key system, an order that waits for the board, a payment and a mail.
func (h *rightsHouse) trade(x *rightsHome, number string) {
	h.t.Helper()
	ctx, at, today := h.t.Context(), x.customer.ID, h.Agreements.Today()
	site, err := h.Identity.AddSite(ctx, h.system, at, identity.NewSite{Name: "Oppgang", Street: "Gata 1", Postcode: "1430", Town: "Ås"})
	h.check(err)
	_, err = h.Identity.AddFlats(ctx, h.system, site.ID, []string{"H0101"})
	h.check(err)
	a, err := h.Agreements.Create(ctx, h.system, agreement.NewAgreement{
		CustomerID: at, StartsOn: today.AddDays(-30), Payer: agreement.AssociationPays, Approvals: 1, Currency: money.NOK,
		Prices: []agreement.Price{{Item: agreement.ItemFob, Amount: 34900, VAT: 2500}, {Item: agreement.ItemOrderFee, Amount: 10200, VAT: 2500}},
	})
	h.check(err)
	approvers := []string{x.ids["administrator person"], x.ids["manager person"], x.ids["board person"], x.ids["approver person"], x.ids["removed administrator person"]}
	h.exec(`UPDATE members SET status = 'active' WHERE id = $1`, x.ids["removed administrator"])
	h.check(h.Agreements.SetApprovers(ctx, h.system, a.ID, approvers))
	a, err = h.Agreements.Sign(ctx, h.system, a.ID, today.AddDays(-31))
	h.check(err)
	paper, err := h.Files.Put(ctx, h.DB, h.system, files.Upload{CustomerID: at, Field: "document", Name: "avtale.pdf", Accept: []files.Kind{files.PDF}, Max: 1 << 20, Body: strings.NewReader(paperPDF)})
	h.check(err)
	_, err = h.Agreements.AttachDocument(ctx, h.system, a.ID, paper.ID)
	h.check(err)
	_, err = h.Keys.AddSystem(ctx, h.system, keys.NewSystem{CustomerID: at, Product: keys.Fob, Number: number, Name: "Brikker", Zones: []keys.Zone{{Code: "07", Name: "Oppgang"}}})
	h.check(err)
	f := keys.Form{
		Product: string(keys.Fob), AgreementID: a.ID, AskedBy: keys.Resident, CustomerNumber: number, SystemNumber: number, Code: "07", Purpose: keys.Additional,
		Quantity: "1", Flat: "H0101", Name: "Kari " + x.mark, Email: "kari@" + x.mark + ".example", Phone: "400 00 000", Delivery: keys.Pickup,
	}
	x.ids["draft"] = h.draft(f).ID
	o := h.order(f)
	x.ids["agreement"], x.ids["order"], x.ids["status"] = a.ID, o.ID, h.Links.Token(keys.StatusLink, o.StatusLink)
	x.ids["payment"] = h.newID()
	h.exec(`INSERT INTO payments (id, kind, subject, attempt, customer_id, site_id, reference, provider, state, currency, amount, created_at, changed_at)
		VALUES ($1, $2, $3, 1, $4, $5, $6, 'testcard', 'created', 'NOK', 100, $7, $7)`, x.ids["payment"], keys.SubjectKind, o.ID, at, site.ID, x.mark, h.DB.Now())
	x.ids["mail"] = all[struct{ ID string }](h.t, h.DB, `SELECT id FROM mails WHERE about = $1`, o.ID)[0].ID
	request := all[struct{ ID string }](h.t, h.DB, `SELECT id FROM approval_requests WHERE subject = $1`, o.ID)[0].ID
	x.ids["request"] = request
	answer := all[link.Link](h.t, h.DB, `SELECT id FROM links WHERE kind = $1 AND subject = $2`, approval.LinkKind, request)[0]
	x.ids["answer"] = h.Links.Token(approval.LinkKind, answer.ID)
	h.exec(`UPDATE members SET status = 'removed' WHERE id = $1`, x.ids["removed administrator"])
}

func (h *rightsHouse) draft(f keys.Form) keys.Draft {
	h.t.Helper()
	ctx := h.t.Context()
	d, err := h.Keys.Begin(ctx, f, "")
	h.check(err)
	_, err = h.Keys.FillNumbers(ctx, d.ID, "192.0.2.1", f)
	h.check(err)
	d, err = h.Keys.FillYou(ctx, d.ID, f)
	h.check(err)
	return d
}

func (h *rightsHouse) order(f keys.Form) keys.Order {
	h.t.Helper()
	d := h.draft(f)
	s, err := h.Keys.Sum(h.t.Context(), d.ID)
	h.check(err)
	o, err := h.Keys.Place(h.t.Context(), authz.Actor{}, i18n.NB, d.ID, s.Quote.Total)
	h.check(err)
	return o
}

// programs are one API key for every permission there is.
func (h *rightsHouse) programs(x *rightsHome) {
	for _, p := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(staffRoles[identity.Admin], forMembers)))) {
		x.keys = append(x.keys, h.program(x, string(p), p))
	}
	x.keys = append(x.keys, h.program(x, "all of it", slices.Concat(staffRoles[identity.Admin], forMembers)...))
}

func (h *rightsHouse) program(x *rightsHome, name string, may ...authz.Permission) *caller {
	k, secret, err := h.Identity.CreateKey(h.t.Context(), h.system, identity.NewKey{Name: "program", CustomerID: x.customer.ID, Permissions: may})
	h.check(err)
	h.exec(`UPDATE api_keys SET used_at = $1 WHERE id = $2`, h.DB.Now(), k.ID)
	return &caller{name: "program with " + name + " " + x.mark, home: x, bearer: secret, key: k.ID, person: k.ID}
}

// office is the operator's people, two of whom stand in somebody's shoes at the first customer.
func (h *rightsHouse) office() {
	raw, err := json.Marshal(rights(authz.All, identity.MaySeeCustomers, identity.MaySeePeople, event.MaySee))
	h.check(err)
	h.staffID["role"] = h.newID()
	own := h.newID()
	for _, r := range []string{h.staffID["role"], own} {
		h.exec(`INSERT INTO roles (id, name, name_key, rights, created_at) VALUES ($1, $1, $1, $2, $3)`, r, string(raw), h.DB.Now())
	}
	for _, r := range append(identity.StaffRoles(), identity.StaffRole(own), identity.Admin) {
		c := h.person("staff "+string(r), "Oqtober")
		h.exec(`INSERT INTO staff_roles (person_id, role) VALUES ($1, $2)`, c.person, r)
		h.staff = append(h.staff, c)
		h.staffID["colleague"] = c.person // the last one: nobody asks anything as the administrator's second
	}
	h.staff = h.staff[:len(h.staff)-1]
	h.staff[len(h.staff)-1].name = "staff with an own role"
	for shoes, role := range map[string]identity.StaffRole{"administrator": identity.Admin, "manager in house": identity.Sales} {
		c := h.person(string(role)+" as "+shoes, "Oqtober")
		h.exec(`INSERT INTO staff_roles (person_id, role) VALUES ($1, $2)`, c.person, role)
		h.exec(`UPDATE sessions SET customer_id = $1, on_behalf = $2 WHERE id = $3`, h.homes[0].customer.ID, h.homes[0].ids[shoes+" person"], c.row.ID)
		c.row.OnBehalf = h.homes[0].ids[shoes+" person"]
		c.home = h.homes[0]
		h.staff = append(h.staff, c)
	}
	h.nobody = &caller{name: "nobody"}
	h.staffID["registration"] = h.newID()
	h.exec(`INSERT INTO registrations (id, state, country, org_number, kind, company, name, email, language, network, flags, answer, created_at, changed_at)
		VALUES ($1, 'review', 'NO', '998877660', 'company', 'Ny', 'Nina', 'nina@ny.example', 'nb', '', '[]', '{}', $2, $2)`, h.staffID["registration"], h.DB.Now())
}
