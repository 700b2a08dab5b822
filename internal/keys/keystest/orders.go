package keystest

import (
	"context"
	"sync"
	"testing"
	"time"

	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/keys"
	"skranke/internal/link"
)

// Cards is a card provider that does as it is told and remembers what it was asked for.
type Cards struct {
	log *event.Log

	mu                                   sync.Mutex
	down, ended                          bool
	opened, captured, released, refunded map[string]int
}

// Down makes the provider answer no more, or again.
func (c *Cards) Down(down bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down = down
}

// EndPage makes the open page one that has had its time: the next start says so.
func (c *Cards) EndPage() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
}

func (c *Cards) count(m *map[string]int, orderID string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if *m == nil {
		*m = map[string]int{}
	}
	(*m)[orderID]++
}

func (c *Cards) of(m *map[string]int, orderID string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return (*m)[orderID]
}

// Open takes the payment.
func (c *Cards) Open(_ context.Context, _ *db.Tx, a keys.PaymentAsk) error {
	c.count(&c.opened, a.OrderID)
	return nil
}

// Start gives a page, or the fault of a provider that is down.
func (c *Cards) Start(_ context.Context, orderID string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		c.ended = false
		return "", fault.New(fault.Conflict, keys.EndedMeanwhile)
	}
	if c.down {
		return "", fault.New(fault.Conflict, "billing.provider_down")
	}
	return "https://cards.example/" + orderID, nil
}

// Capture takes the order to take the money.
func (c *Cards) Capture(_ context.Context, _ *db.Tx, orderID string) error {
	c.count(&c.captured, orderID)
	return nil
}

// Release takes the order to let the money go.
func (c *Cards) Release(_ context.Context, _ *db.Tx, orderID string) error {
	c.count(&c.released, orderID)
	return nil
}

// Refund takes the order to pay the money back.
func (c *Cards) Refund(_ context.Context, _ *db.Tx, orderID string) error {
	c.count(&c.refunded, orderID)
	return nil
}

// Refunded is how often the money was to be paid back.
func (c *Cards) Refunded(orderID string) int { return c.of(&c.refunded, orderID) }

// Opened is how often a payment was asked for.
func (c *Cards) Opened(orderID string) int { return c.of(&c.opened, orderID) }

// Captured is how often the money was wanted.
func (c *Cards) Captured(orderID string) int { return c.of(&c.captured, orderID) }

// Released is how often the money was let go.
func (c *Cards) Released(orderID string) int { return c.of(&c.released, orderID) }

// News tells what the provider says of an order's payment: "reserve", "capture", "release", "lapse" …
func (h *House) News(t testing.TB, orderID, what string, more map[string]any) {
	t.Helper()
	data := map[string]any{"kind": keys.SubjectKind, "subject": orderID}
	for k, v := range more {
		data[k] = v
	}
	check(t, h.Keys.DB.InTx(t.Context(), func(tx *db.Tx) error {
		return h.Log.Record(t.Context(), tx, authz.SystemActor(), event.Event{Kind: "billing.payment", Subject: id.New(), Name: "billing.payment." + what, Data: event.Data(data)})
	}))
}

// Reserve is a resident who pays; the bank holds the amount for a week.
func (h *House) Reserve(t testing.TB, orderID string) {
	t.Helper()
	h.News(t, orderID, "reserve", map[string]any{"reserved_until": h.Now().Add(7 * 24 * time.Hour).Format(time.RFC3339)})
}

// Form is a form filled in as it should be.
func (h *House) Form() keys.Form {
	return keys.Form{
		Product: string(keys.Fob), AgreementID: h.Agreement.ID, AskedBy: keys.Resident, CustomerNumber: "1042", SystemNumber: "4127", Code: "07",
		Purpose: keys.Additional, Quantity: "1", Flat: "H0203", Name: "Kari Nes", Email: "kari@home.example", Phone: "400 00 000", Delivery: keys.Pickup,
		Street: "Bjerkelia 2", Postcode: "1430", Town: "Ås",
	}
}

// Draft fills a form in.
func (h *House) Draft(t testing.TB, f keys.Form) keys.Draft {
	t.Helper()
	d, err := h.Keys.Begin(t.Context(), f, "")
	check(t, err)
	_, err = h.Keys.FillNumbers(t.Context(), d.ID, "192.0.2.1", f)
	check(t, err)
	d, err = h.Keys.FillYou(t.Context(), d.ID, f)
	check(t, err)
	return d
}

// Order fills a form in and sends it.
func (h *House) Order(t testing.TB, f keys.Form) keys.Order {
	t.Helper()
	return h.Send(t, h.Draft(t, f))
}

// Send makes a draft an order, at the price it shows.
func (h *House) Send(t testing.TB, d keys.Draft) keys.Order {
	t.Helper()
	s, err := h.Keys.Sum(t.Context(), d.ID)
	check(t, err)
	o, err := h.Keys.Place(t.Context(), authz.Actor{}, i18n.NB, d.ID, s.Quote.Total)
	check(t, err)
	return o
}

// Find is the order as it stands.
func (h *House) Find(t testing.TB, orderID string) keys.View {
	t.Helper()
	v, err := h.Keys.Find(t.Context(), All, orderID)
	check(t, err)
	return v
}

// Answer is one of the board who says yes or no; a no comes with a reason.
func (h *House) Answer(ctx context.Context, orderID string, member int, yes bool) error {
	v, err := h.Keys.Approvals.Of(ctx, h.Keys.DB, keys.SubjectKind, orderID)
	if err != nil {
		return err
	}
	a := approval.Answer{Do: approval.Reject, Comment: "Leiligheten har nok brikker", Via: "link"}
	if yes {
		a = approval.Answer{Do: approval.Approve, Via: "link"}
	}
	_, err = h.Keys.Approvals.Decide(ctx, approval.LinkActor(link.Link{PersonID: h.Board[member].ID, Subject: v.ID}), v.ID, a)
	return err
}

// Token opens the resident's page of an order.
func (h *House) Token(o keys.Order) string { return h.Keys.Links.Token(keys.StatusLink, o.StatusLink) }

// Letters counts the letters sent about an order, by template.
func (h *House) Letters(t testing.TB, about string) map[string]int {
	t.Helper()
	sent, err := db.List[string](t.Context(), h.Keys.DB, `SELECT template FROM mails WHERE about = $1`, about)
	check(t, err)
	out := map[string]int{}
	for _, name := range sent {
		out[name]++
	}
	return out
}
