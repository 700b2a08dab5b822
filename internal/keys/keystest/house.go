// Package keystest furnishes a small house for tests of keys and its pages: one housing association with its board, its flats
// and its key systems, a clock that is moved by hand, and a card provider that does as it is told.
package keystest

import (
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"skranke/internal/agreement"
	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/brand"
	"skranke/internal/day"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/jobs"
	"skranke/internal/keys"
	"skranke/internal/link"
	"skranke/internal/mail"
	"skranke/internal/money"
)

// House is keys with everything it stands on, real but for the card provider.
type House struct {
	Keys       *keys.Service
	Log        *event.Log
	Identity   *identity.Service
	Agreements *agreement.Service
	Cards      *Cards
	Mails      mail.Mailbox

	Association identity.Customer
	Agreement   agreement.Agreement
	// Board is the two approvers the agreement lists.
	Board      []identity.Person
	Fobs, Cuts keys.System

	mu  sync.Mutex
	now time.Time
}

// All may do everything everywhere.
var All = authz.SystemActor(identity.MayEditCustomers, identity.MayEditPeople, identity.MaySeeCustomers, agreement.MaySee, agreement.MayEdit,
	keys.MaySee, keys.MaySeeRegister, keys.MayEditRegister, keys.MayProduce, keys.MayCancel, keys.MayReceive, keys.MayPay, keys.MayRun)

// Terms are what a test may agree otherwise.
type Terms struct {
	Payer     agreement.Payer
	Approvals int64
}

// Open furnishes the house in an empty database.
func Open(t testing.TB, d *db.DB, terms Terms) *House {
	t.Helper()
	h := &House{now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), Log: &event.Log{}, Mails: mail.Mailbox{DB: d}}
	d.SetClock(h.Now)
	signer, err := link.NewSigner([]byte(strings.Repeat("k", 32)))
	check(t, err)
	queue := jobs.New(d, slog.New(slog.DiscardHandler))
	post, err := mail.New(d, queue, signer, brand.Default("Lås & Nøkkel"), mail.Address{Name: "Lås & Nøkkel", Email: "post@firm.example"}, "https://firm.example", h.Mails)
	check(t, err)
	check(t, queue.Open(0))
	oslo, err := time.LoadLocation("Europe/Oslo")
	check(t, err)
	h.Cards = &Cards{log: h.Log}
	h.Identity, h.Agreements = &identity.Service{DB: d, Log: h.Log}, &agreement.Service{DB: d, Log: h.Log, Zone: oslo}
	h.Keys = &keys.Service{DB: d, Log: h.Log, Approvals: &approval.Service{DB: d, Log: h.Log}, Payments: h.Cards, Mail: post, Links: signer, Zone: oslo}
	h.listen()
	h.people(t)
	h.agree(t, terms)
	h.systems(t)
	return h
}

// listen joins the modules as the program does.
func (h *House) listen() {
	for _, name := range []string{"approval.yes", "approval.approve", "approval.reject"} {
		h.Log.On(name, h.Keys.OnAnswer)
	}
	for name, react := range map[string]event.Reaction{
		"billing.payment.start": h.Keys.OnPayable, "billing.payment.reserve": h.Keys.OnReserved, "billing.payment.capture": h.Keys.OnPayment,
		"billing.payment.release": h.Keys.OnPayment, "billing.payment.refund": h.Keys.OnPayment, "billing.payment.lapse": h.Keys.OnLapsed,
		"approval.approve": h.Keys.OnApproved, "approval.reject": h.Keys.OnRejected, "approval.expire": h.Keys.OnExpired,
	} {
		h.Log.On(name, react)
	}
}

// Now is the house's clock.
func (h *House) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// Pass lets time go by.
func (h *House) Pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func (h *House) people(t testing.TB) {
	t.Helper()
	ctx := t.Context()
	var err error
	h.Association, err = h.Identity.CreateCustomer(ctx, All, identity.NewCustomer{
		Number: "1042", Kind: identity.Association, Name: "Bjerkelia borettslag",
		Country: "NO", Language: i18n.NB, Town: "Ås",
	})
	check(t, err)
	site, err := h.Identity.AddSite(ctx, All, h.Association.ID, identity.NewSite{Name: "Oppgang A", Street: "Bjerkelia 2", Postcode: "1430", Town: "Ås"})
	check(t, err)
	_, err = h.Identity.AddFlats(ctx, All, site.ID, []string{"H0101", "H0102", "H0201", "H0202", "H0203"})
	check(t, err)
	for _, n := range []identity.NewPerson{
		{Name: "Ingrid Holm", Email: "ingrid@board.example", Language: i18n.NB},
		{Name: "Olav Vik", Email: "olav@board.example", Language: i18n.NB},
	} {
		person, err := h.Identity.CreatePerson(ctx, All, n)
		check(t, err)
		_, err = h.Identity.AddMember(ctx, All, h.Association.ID, person.ID, identity.Board)
		check(t, err)
		h.Board = append(h.Board, person)
	}
}

func (h *House) agree(t testing.TB, terms Terms) {
	t.Helper()
	ctx := t.Context()
	today := h.Agreements.Today()
	a, err := h.Agreements.Create(ctx, All, agreement.NewAgreement{
		CustomerID: h.Association.ID, StartsOn: today.AddDays(-30), Payer: terms.Payer,
		Approvals: terms.Approvals, Currency: money.NOK, Prices: []agreement.Price{
			{Item: agreement.ItemFob, Amount: 34900, VAT: 2500},
			{Item: agreement.ItemKey, Amount: 24900, VAT: 2500},
			{Item: agreement.ItemOrderFee, Amount: 10200, VAT: 2500},
			{Item: agreement.ItemFreight, Amount: 7900, VAT: 2500},
		},
	})
	check(t, err)
	check(t, h.Agreements.SetApprovers(ctx, All, a.ID, []string{h.Board[0].ID, h.Board[1].ID}))
	h.Agreement, err = h.Agreements.Sign(ctx, All, a.ID, today.AddDays(-31))
	check(t, err)
}

// End ends the agreement today.
func (h *House) End(t testing.TB) {
	t.Helper()
	_, err := h.Agreements.End(t.Context(), All, h.Agreement.ID, day.Of(h.Now(), time.UTC))
	check(t, err)
}

func (h *House) systems(t testing.TB) {
	t.Helper()
	var err error
	h.Fobs, err = h.Keys.AddSystem(t.Context(), All, keys.NewSystem{
		CustomerID: h.Association.ID, Product: keys.Fob, Number: "4127", Name: "Brikker",
		Zones: []keys.Zone{{Code: "07", Name: "Oppgang A"}, {Code: "08", Name: "Garasje"}},
	})
	check(t, err)
	h.Cuts, err = h.Keys.AddSystem(t.Context(), All, keys.NewSystem{
		CustomerID: h.Association.ID, Product: keys.Key, Number: "B 88-2", Name: "Nøkler",
		Zones: []keys.Zone{{Code: "A 12", Name: "Boder"}},
	})
	check(t, err)
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
