package e2e

import (
	"strings"
	"testing"

	"skranke/internal/db"
	"skranke/internal/i18n"
	"skranke/internal/keys"
	"skranke/internal/money"
	"skranke/internal/web/webtest"
)

const (
	goodCard = "4242 4242 4242 4242"
	expiry   = "12/34"
	cvc      = "123"
)

// way is how people come: in which language, at which window, with or without scripts.
type way struct {
	l        i18n.L
	view     webtest.View
	noScript bool
}

// tab opens a browser of its own at a page.
func (s *server) tab(t testing.TB, w way, path string) *webtest.Tab {
	t.Helper()
	b := webtest.Browser(t).Tab(t, w.view, false, w.noScript)
	b.Open(s.URL + path)
	speak(b, w.l)
	return b
}

// resident is somebody who orders a fob.
type resident struct {
	*webtest.Tab
	way
	t        testing.TB
	s        *server
	at       house
	name     string
	email    string
	delivery string
}

// resident opens a browser for somebody who lives in h.
func (s *server) resident(t testing.TB, h house, w way) *resident {
	t.Helper()
	return &resident{Tab: s.tab(t, w, "/keys"), way: w, t: t, s: s, at: h, name: "Liv Ås", email: "liv.as@post.example", delivery: keys.Pickup}
}

// speak chooses the language as people do. The menu is a details element, and works without scripts.
func speak(b *webtest.Tab, l i18n.L) {
	b.Click("header details.menu > summary.ib-text")
	b.Click("button[name=language][value=" + l.Tag() + "]")
	b.Until("the page speaks "+l.Name(), func() bool { return webtest.Eval[string](b, `document.documentElement.lang`) == l.Tag() })
}

// chooseHouse fills in the first page.
func (r *resident) chooseHouse() {
	r.See(r.l.KeysStartTitle())
	r.Click(`main a[href="/keys/new?product=` + string(r.at.Product) + `"]`)
	r.At("/keys/new")
	r.Fill("q", r.at.Name)
	if r.noScript { // else the list has come while typing
		r.Click(r.l.KeysSearch())
	}
	r.Choose("agreement", r.at.AgreementID)
	r.goOn()
	r.At("/keys/order/*")
}

func (r *resident) goOn() { r.Click(r.l.KeysGoOn()) }

// giveNumbers fills in the second page.
func (r *resident) giveNumbers(customer, system, zone string) {
	r.Fill("customer_number", customer)
	r.Fill("system_number", system)
	r.Fill("code", zone)
	r.goOn()
}

// giveSelf fills in the third page.
func (r *resident) giveSelf() {
	r.At("/keys/order/*")
	r.See(r.l.KeysYouTitle())
	r.Fill("name", r.name)
	r.Fill("flat", r.at.Flat)
	r.Fill("email", r.email)
	r.Fill("phone", "+47 22 33 44 55")
	r.Choose("delivery", r.delivery)
	if r.delivery == keys.Post {
		r.Fill("street", "Lilla gatan 2")
		r.Fill("postcode", "411 05")
		r.Fill("town", "Göteborg")
	}
	r.goOn()
	r.See(r.l.KeysSumTitle())
}

// fillIn goes through the form up to the page that sums it up.
func (r *resident) fillIn() {
	r.t.Helper()
	r.chooseHouse()
	r.giveNumbers(r.at.CustomerNumber, r.at.System, r.at.Zone)
	r.giveSelf()
}

// orderAndPay sends the order and pays for it on the card provider's page.
func (r *resident) orderAndPay() {
	r.t.Helper()
	r.Click(orderButton)
	r.payAtProvider(goodCard)
	r.atStatus(keys.AwaitingBoard)
}

const orderButton = `form[action$="/sum"] button[type=submit]`

// amount is what the order costs, as the resident reads it.
func (r *resident) amount() string {
	r.t.Helper()
	o := r.order()
	return r.l.Money(money.Of(o.Total, o.Currency))
}

// payAtProvider pays on the card provider's hosted page.
func (r *resident) payAtProvider(card string) {
	r.t.Helper()
	r.fillCard(card)
	r.Click(payButton)
}

const payButton = `form[method=post] button[type=submit]`

func (r *resident) fillCard(card string) {
	r.t.Helper()
	r.Until("the card provider's page is open", func() bool { return strings.HasPrefix(r.URL(), r.s.Cards+"/pay/") })
	r.See(r.l.TestcardPayTitle())
	r.Fill("number", card)
	r.Fill("expiry", expiry)
	r.Fill("cvc", cvc)
}

// atStatus waits for the order's own page to say how it stands: with scripts by itself, else after a look.
func (r *resident) atStatus(want keys.Status) {
	r.t.Helper()
	r.At("/k/*")
	if r.noScript {
		r.Reload()
	}
	r.See(r.l.Code("keys.status." + string(want)))
	r.Until("the headline says "+string(want), func() bool {
		return strings.Contains(webtest.Eval[string](r.Tab, `document.querySelector("h1")?.innerText ?? ""`), r.l.Code("keys.status."+string(want)))
	})
}

// order is the one order the resident has made.
func (r *resident) order() orderRow {
	r.t.Helper()
	all, err := db.List[orderRow](r.t.Context(), r.s.open(), selectOrders+` WHERE resident_email = $1`, r.email)
	if err != nil {
		r.t.Fatal(err)
	}
	if len(all) != 1 {
		r.t.Fatalf("%s has %d orders, want one", r.email, len(all))
	}
	return all[0]
}

const selectOrders = `SELECT id, number, payment, board, work, currency, total FROM key_orders`

type orderRow struct {
	ID, Number, Payment, Board, Work string
	Currency                         money.Currency
	Total                            int64
}

// status is the HTTP status that the page in the tab was answered with.
func status(b *webtest.Tab) int {
	return webtest.Eval[int](b, `performance.getEntriesByType("navigation")[0].responseStatus`)
}
