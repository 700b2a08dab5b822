package keysweb

import (
	"slices"
	"strings"
	"time"

	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/event"
	"skranke/internal/keys"
	"skranke/internal/mail"
	"skranke/internal/ui"
)

// gates are the order's three columns, each with whom or what it waits for.
func (d orderData) gates() []ui.Fact {
	o, l := d.View, d.L
	return []ui.Fact{
		{Label: l.KeysOfficeMoney(), Content: gate(moneyBadge(l, o.Payment), d.moneyNote())},
		{Label: l.KeysOfficeBoard(), Content: gate(boardBadge(l, o.Board), d.boardNote())},
		{Label: l.KeysOfficeWorkshop(), Content: gate(workBadge(l, o.Work), d.workNote())},
	}
}

func (d orderData) moneyNote() string {
	switch d.View.Payment {
	case keys.PayNone, keys.PayLinkSent:
		if d.View.Work == keys.WorkWaiting {
			return d.L.KeysOfficeMoneyResident()
		}
	case keys.Lapsed:
		if d.View.Work == keys.WorkWaiting {
			return d.L.KeysOfficeMoneyAgain()
		}
	case keys.Reserved:
		if d.View.ReservedUntil != nil && d.View.Work == keys.WorkWaiting {
			return d.L.KeysOfficeMoneyUntil(d.when(d.View.ReservedUntil))
		}
	case keys.Captured, keys.OnAccount, keys.Released, keys.Refunded:
	}
	return ""
}

func (d orderData) boardNote() string {
	o, l := d.View, d.L
	switch o.Board {
	case keys.BoardNone:
		if o.Work == keys.WorkWaiting {
			return l.KeysOfficeBoardFirstMoney()
		}
	case keys.BoardAsked:
		if o.Work != keys.WorkWaiting {
			return l.ApprovalWithdrawnTitle()
		}
		return l.KeysOfficeBoardWaits(d.waitedFor(), d.when(o.DecideBy))
	case keys.BoardApproved:
		return l.KeysOfficeBoardBy(d.deciders(), d.when(o.DecidedAt))
	case keys.BoardRejected:
		return l.KeysOfficeBoardBy(d.deciders(), d.when(o.DecidedAt)) + ". " + l.KeysOfficeReason(o.Reason)
	case keys.BoardExpired:
		return d.when(o.DecidedAt)
	}
	return ""
}

// waitedFor names the approvers who have not answered: one of them is enough, or all, by how many must say yes.
func (d orderData) waitedFor() string {
	if d.Asked == nil {
		return d.L.KeysOfficeApprovers()
	}
	var names []string
	for _, person := range d.Asked.Approvers {
		answered := slices.ContainsFunc(d.Asked.Decisions, func(a approval.Decision) bool { return a.PersonID == person })
		if n := d.Names[person]; n != "" && !answered {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	join := d.L.KeysOfficeOr()
	if left := d.Asked.Needed - int64(len(d.Asked.Decisions)); left > 1 && left == int64(len(names)) {
		join = d.L.KeysOfficeAnd()
	}
	return orElse(listed(names, join), d.L.KeysOfficeApprovers())
}

func (d orderData) deciders() string {
	var names []string
	if d.Asked != nil {
		for _, a := range d.Asked.Decisions {
			names = append(names, orElse(d.Names[a.PersonID], d.L.KeysOfficeApprovers()))
		}
	}
	return orElse(listed(names, d.L.KeysOfficeAnd()), d.L.KeysOfficeApprovers())
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// listed joins names as a sentence does: "Kari, Ola and Siv".
func listed(names []string, join string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " " + join + " " + names[last]
}

func (d orderData) workNote() string {
	o, l := d.View, d.L
	switch o.Work {
	case keys.WorkWaiting:
		return l.KeysOfficeWorkWaits()
	case keys.InProduction:
		return l.KeysMadeOf(l.Int(d.made()), l.Int(o.Quantity))
	case keys.Ready:
		return l.KeysOfficePickupWaits()
	case keys.Sent:
		if o.Tracking != "" {
			return l.KeysTrackedAs(o.Tracking)
		}
		return l.KeysOfficeSentWaits()
	case keys.Received:
		if o.HandedTo != "" {
			return l.KeysOfficeHandedTo(o.HandedTo)
		}
		return d.when(o.ReceivedAt)
	case keys.Cancelled:
		return d.when(o.ClosedAt)
	}
	return ""
}

// timeline is what happened, newest first.
func (d orderData) timeline() (out []ui.Event) {
	for _, e := range slices.Backward(d.View.Timeline) {
		look := residentLooks[action(e)]
		note := slices.DeleteFunc([]string{d.who(e), d.detail(e)}, func(s string) bool { return s == "" })
		out = append(out, ui.Event{
			When: d.L.DateTime(e.At, d.Zone), Machine: e.At.Format(time.RFC3339), Text: d.L.Code(e.Name), Note: strings.Join(note, " · "),
			Icon: look.icon, Tone: look.tone,
		})
	}
	return out
}

// who acted. The association sees its own people by name and the operator's as the firm; the system goes without saying.
func (d orderData) who(e event.Event) string {
	if by, _ := e.Data.V["by"].(string); by != "" && d.Names[by] != "" {
		return d.Names[by]
	}
	switch e.ActorKind {
	case authz.System:
		return ""
	case authz.Nobody, authz.Link:
		return orElse(d.Names[e.Actor], d.L.KeysResident())
	case authz.Staff, authz.APIKey:
		if !d.Side.office {
			return d.Firm
		}
	case authz.Person:
	}
	return d.Names[e.Actor]
}

// detail is what else is told of an event.
func (d orderData) detail(e event.Event) string {
	switch action(e) {
	case keys.Make:
		return d.L.KeysMadeOf(d.L.Int(number(e, "made")), d.L.Int(number(e, "of")))
	case keys.Reject:
		return d.L.KeysOfficeReason(d.View.Reason)
	case keys.HandOver:
		return d.L.KeysOfficeHandedTo(d.View.HandedTo)
	case keys.Send:
		if d.View.Tracking != "" {
			return d.L.KeysTrackedAs(d.View.Tracking)
		}
	default:
	}
	return ""
}

// mailRow is one mail about the order, and whether the reader may send it again.
type mailRow struct {
	mail.Row
	Badge  ui.Badge
	When   string
	Resend bool
}

func (d orderData) mails() (out []mailRow) {
	for _, m := range slices.Backward(d.Mails) {
		state := map[mail.State]ui.State{mail.Queued: ui.Waiting, mail.Sending: ui.Working, mail.Sent: ui.Done, mail.Failed: ui.Overdue}[m.State]
		move, ok := mail.Moves.Find(m.State, mail.Resend, nil)
		out = append(out, mailRow{
			Row: m, Badge: ui.Badge{State: state, Text: d.L.Code("mail.state." + string(m.State))}, When: d.L.DateTime(m.CreatedAt, d.Zone),
			Resend: ok && d.By.May(move.Needs, authz.Place{Customer: d.View.CustomerID}),
		})
	}
	return out
}
