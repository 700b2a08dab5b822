package keysweb

import (
	"slices"
	"time"

	"skranke/internal/day"
	"skranke/internal/event"
	"skranke/internal/keys"
	"skranke/internal/ui"
)

func (d statusData) word() keys.Status { return d.Order.Status() }

// over says that nothing more will happen by itself: the work has ended, and what is left of the money has been given back.
func (d statusData) over() bool {
	o := d.Order
	return o.Work == keys.Received || o.Work == keys.Cancelled && o.Payment != keys.Reserved && o.Payment != keys.Captured
}

func (d statusData) payable() bool { return d.Order.Payable() }

func (d statusData) receivable() bool {
	return slices.Contains(d.Order.Open(d.By, int64(len(d.Order.Serials))), keys.Receive)
}

func (d statusData) amount() string { return d.L.Money(d.Order.Amount()) }

func (d statusData) title() string { return d.L.Code("keys.status." + string(d.word())) }

// next is what happens now, in the words of the state.
func (d statusData) next() string { return d.L.Code("keys.next." + string(d.word())) }

// until is the board's deadline while it counts, or empty.
func (d statusData) until() string {
	if d.word() != keys.AwaitingBoard || d.Order.DecideBy == nil {
		return ""
	}
	return d.L.KeysUntilBoard(d.L.DateTime(*d.Order.DecideBy, d.Zone))
}

// tracking is how the parcel can be followed, or empty.
func (d statusData) tracking() string {
	if d.Order.Tracking == "" {
		return ""
	}
	return d.L.KeysTrackedAs(d.Order.Tracking)
}

// again is where the panel reads itself anew; what was said of the card provider stays said.
func (d statusData) again() string {
	if d.Later {
		return d.Path + "?later=1"
	}
	return d.Path
}

// money is what became of the money when the order ended without keys, or empty.
func (d statusData) money() string {
	if d.Order.Work != keys.Cancelled {
		return ""
	}
	switch d.Order.Payment {
	case keys.Reserved:
		return d.L.KeysMoneyReleasing(d.amount())
	case keys.Released:
		return d.L.KeysMoneyReleased(d.amount())
	case keys.Captured:
		return d.L.KeysMoneyRefunding(d.amount())
	case keys.Refunded:
		return d.L.KeysMoneyRefunded(d.amount())
	case keys.PayNone, keys.PayLinkSent, keys.OnAccount, keys.Lapsed:
	}
	return d.L.KeysMailNoMoney()
}

// day is the date of an instant, or empty.
func (d statusData) day(t *time.Time) string {
	if t == nil {
		return ""
	}
	return d.L.Date(day.Of(*t, d.Zone))
}

// stages draws the way of an order: which of its six stages is passed is told by the one word of its state.
func (d statusData) stages() []ui.Stage {
	o, l := d.Order, d.L
	ready, readyAt := l.KeysStageReady(), o.ReadyAt
	if o.Delivery == keys.Post {
		ready, readyAt = l.KeysStageSent(), o.SentAt
	}
	stages := []ui.Stage{
		{Text: l.KeysStageOrdered(), When: d.day(&o.CreatedAt)},
		{Text: l.KeysStagePaid(), When: d.day(o.PaidAt)},
		{Text: l.KeysStageBoard(), When: d.day(o.DecidedAt)},
		{Text: l.KeysStageMaking(), When: d.day(o.MadeAt)},
		{Text: ready, When: d.day(readyAt)},
		{Text: l.KeysStageReceived(), When: d.day(o.ReceivedAt)},
	}
	if o.Payment == keys.OnAccount {
		stages[1] = ui.Stage{Text: l.KeysStageInvoiced()}
	}
	at := map[keys.Status]int{
		keys.AwaitingPayment: 1, keys.AwaitingBoard: 2, keys.StatusMaking: 3, keys.StatusReady: 4, keys.StatusSent: 4,
		keys.StatusReceived: 6, keys.StatusRejected: 2, keys.StatusExpired: 2, keys.StatusCancelled: 2,
	}[d.word()]
	if d.word() == keys.StatusCancelled && o.PaidAt == nil && o.Payment != keys.OnAccount {
		at = 1
	}
	for i := range stages {
		switch {
		case i < at:
			stages[i].Reach = ui.Passed
		case i == at && o.Work == keys.Cancelled:
			stages[i].Reach = ui.Stopped
		case i == at:
			stages[i].Reach = ui.Now
		default:
			stages[i].When = "" // a reservation that lapsed leaves dates of what must be done again
		}
	}
	return stages
}

func (d statusData) facts() []ui.Fact {
	o, l := d.Order, d.L
	facts := []ui.Fact{
		{Label: l.KeysWhat(), Value: keys.QuantityOf(l, o.Product, o.Quantity)},
		{Label: l.KeysPurpose(), Value: l.Code("keys.purpose." + o.Purpose)},
		{Label: l.KeysSystemNumber(), Value: o.SystemNumber},
		{Label: codeLabel(l, o.Product), Value: o.Code},
		{Label: l.KeysHouse(), Value: d.House},
		{Label: l.KeysFlat(), Value: o.Flat},
		{Label: l.KeysName(), Value: o.ResidentName},
		{Label: l.KeysDelivery(), Value: l.Code("keys.delivery." + o.Delivery)},
	}
	if o.Delivery == keys.Post {
		facts = append(facts, ui.Fact{Label: l.KeysAddress(), Value: o.Street + ", " + o.Postcode + " " + o.Town})
	}
	if len(d.Order.Serials) > 0 && o.Work == keys.Received {
		for _, s := range d.Order.Serials {
			facts = append(facts, ui.Fact{Label: l.KeysSerial(), Value: s})
		}
	}
	return facts
}

// residentLooks is how the events of an order are drawn; what is not here is of no interest to the resident.
var residentLooks = map[keys.Action]struct {
	icon string
	tone ui.Tone
}{
	"place":        {"receipt", ui.Neutral},
	keys.Reserve:   {"credit-card", ui.Success},
	keys.Capture:   {"credit-card", ui.Neutral},
	keys.Release:   {"undo-2", ui.Neutral},
	keys.Refund:    {"undo-2", ui.Neutral},
	keys.Lapse:     {"clock", ui.Warning},
	keys.Ask:       {"mail", ui.Neutral},
	keys.Approve:   {"check", ui.Success},
	keys.Reject:    {"x", ui.Warning},
	keys.Expire:    {"clock", ui.Warning},
	keys.Start:     {"hammer", ui.Info},
	keys.Make:      {"key-round", ui.Info},
	keys.MarkReady: {"package-check", ui.Success},
	keys.Send:      {"truck", ui.Info},
	keys.HandOver:  {"circle-check", ui.Success},
	keys.Receive:   {"circle-check", ui.Success},
	keys.Cancel:    {"circle-x", ui.Neutral},
}

// timeline is what has happened, newest first, without the names of those who did it.
func (d statusData) timeline() []ui.Event {
	var out []ui.Event
	for _, e := range slices.Backward(d.Order.Timeline) {
		look, ok := residentLooks[action(e)]
		if !ok {
			continue
		}
		out = append(out, ui.Event{
			When: d.L.DateTime(e.At, d.Zone), Machine: e.At.UTC().Format(time.RFC3339), Text: d.L.Code(e.Name), Note: d.note(e),
			Icon: look.icon, Tone: look.tone,
		})
	}
	return out
}

// action is what an order's event tells.
func action(e event.Event) keys.Action {
	const prefix = keys.EventKind + "."
	if len(e.Name) < len(prefix) {
		return ""
	}
	return keys.Action(e.Name[len(prefix):])
}

func (d statusData) note(e event.Event) string {
	switch action(e) { //nolint:exhaustive // the others say all there is
	case keys.Make:
		return d.L.KeysMadeOf(d.L.Int(number(e, "made")), d.L.Int(number(e, "of")))
	case keys.Reject:
		return d.Order.Reason
	case keys.Send:
		if t, _ := e.Data.V["tracking"].(string); t != "" {
			return d.L.KeysTrackedAs(t)
		}
	case keys.Reserve:
		return d.amount()
	}
	return ""
}

// number is one of the numbers of an event; JSON has but one kind.
func number(e event.Event, key string) int64 {
	n, _ := e.Data.V[key].(float64)
	return int64(n)
}
