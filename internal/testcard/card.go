package testcard

import (
	"strings"

	"skranke/internal/testcard/client"
)

// testCard is a card number and what its bank says. Nothing but these is accepted, so that no real card number is worth typing.
type testCard struct {
	Name    string // in the page's address and, as "testcard.card.<name>", in the texts
	Number  string
	Brand   string
	Failure string // why it never pays, empty when it does
	Extra   bool   // the bank asks the payer to confirm
	Quirk   quirk  // what goes wrong although the bank says yes
}

// quirk is one thing that goes wrong with a payment. It is kept with the payment, so that it also counts for what comes later.
type quirk string

const (
	leaves    quirk = "leaves"     // the payer goes away before paying
	newsLate  quirk = "news_late"  // webhooks come late
	newsTwice quirk = "news_twice" // each comes twice, under the same id
	newsNever quirk = "news_never" // none comes
	newsFirst quirk = "news_first" // it has come before the payer's browser is sent back
	lapses    quirk = "lapses"     // the bank lets go long before the end it has promised
	onceOnly  quirk = "once_only"  // the first capture is the only one; what it leaves is released
)

var testCards = []testCard{
	{Name: "accepted", Number: "4242424242424242", Brand: "visa"},
	{Name: "declined", Number: "4000000000000002", Brand: "visa", Failure: client.FailDeclined},
	{Name: "no_funds", Number: "4000000000009995", Brand: "visa", Failure: client.FailNoFunds},
	{Name: "extra_step", Number: "4000000000003220", Brand: "visa", Extra: true},
	{Name: "abandoned", Number: "4000000000001109", Brand: "visa", Quirk: leaves},
	{Name: "webhook_late", Number: "4000000000002107", Brand: "visa", Quirk: newsLate},
	{Name: "webhook_twice", Number: "4000000000003105", Brand: "visa", Quirk: newsTwice},
	{Name: "webhook_never", Number: "4000000000004103", Brand: "visa", Quirk: newsNever},
	{Name: "webhook_first", Number: "4000000000005100", Brand: "visa", Quirk: newsFirst},
	{Name: "lapses", Number: "4000000000006108", Brand: "visa", Quirk: lapses},
	{Name: "capture_once", Number: "4000000000007106", Brand: "visa", Quirk: onceOnly},
}

// What a chosen test card fills in beside its number: any date to come and any three digits do.
const (
	sampleExpiry = "12/34"
	sampleCVC    = "123"
)

func cardByName(name string) (testCard, bool) {
	for _, c := range testCards {
		if c.Name == name {
			return c, true
		}
	}
	return testCard{}, false
}

func cardByNumber(number string) (testCard, bool) {
	for _, c := range testCards {
		if c.Number == number {
			return c, true
		}
	}
	return testCard{}, false
}

func (c testCard) public() client.Card {
	return client.Card{Brand: c.Brand, Last4: c.Number[len(c.Number)-4:]}
}

// grouped writes a number the way it stands on the card.
func grouped(number string) string {
	var b strings.Builder
	for i, r := range number {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
