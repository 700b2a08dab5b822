package keys_test

import (
	"errors"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/i18n"
	"skranke/internal/keys"
)

func TestTheThreeTablesAreSound(t *testing.T) {
	if err := errors.Join(keys.PaymentMoves.Check(keys.PayNone), keys.BoardMoves.Check(keys.BoardNone), keys.WorkMoves.Check(keys.WorkWaiting)); err != nil {
		t.Error(err)
	}
}

var (
	payments = []keys.PaymentState{keys.PayNone, keys.PayLinkSent, keys.Reserved, keys.Captured, keys.OnAccount, keys.Released, keys.Refunded, keys.Lapsed}
	boards   = []keys.BoardState{keys.BoardNone, keys.BoardAsked, keys.BoardApproved, keys.BoardRejected, keys.BoardExpired}
	works    = []keys.WorkState{keys.WorkWaiting, keys.InProduction, keys.Ready, keys.Sent, keys.Received, keys.Cancelled}
)

// wantStatus is the whole table, read the way people explain it: the workshop's word first; a cancelled order by the board's
// word; one that waits, by the money.
var wantStatus = struct {
	byWork    map[keys.WorkState]keys.Status
	byBoard   map[keys.BoardState]keys.Status   // when cancelled
	byPayment map[keys.PaymentState]keys.Status // when waiting
}{
	byWork: map[keys.WorkState]keys.Status{keys.InProduction: keys.StatusMaking, keys.Ready: keys.StatusReady, keys.Sent: keys.StatusSent, keys.Received: keys.StatusReceived},
	byBoard: map[keys.BoardState]keys.Status{
		keys.BoardNone: keys.StatusCancelled, keys.BoardAsked: keys.StatusCancelled, keys.BoardApproved: keys.StatusCancelled,
		keys.BoardRejected: keys.StatusRejected, keys.BoardExpired: keys.StatusExpired,
	},
	byPayment: map[keys.PaymentState]keys.Status{
		keys.PayNone: keys.AwaitingPayment, keys.PayLinkSent: keys.AwaitingPayment, keys.Released: keys.AwaitingPayment,
		keys.Refunded: keys.AwaitingPayment, keys.Lapsed: keys.AwaitingPayment, keys.Reserved: keys.AwaitingBoard, keys.Captured: keys.AwaitingBoard, keys.OnAccount: keys.AwaitingBoard,
	},
}

func TestKEY8_TheWordOfAnOrderFollowsFromItsThreeColumns(t *testing.T) {
	seen := map[keys.Status]bool{}
	for _, p := range payments {
		for _, b := range boards {
			for _, w := range works {
				want, ok := wantStatus.byWork[w]
				switch {
				case ok:
				case w == keys.Cancelled:
					want = wantStatus.byBoard[b]
				default:
					want = wantStatus.byPayment[p]
				}
				got := keys.Order{Payment: p, Board: b, Work: w}.Status()
				if got != want {
					t.Errorf("payment %s, board %s, work %s is %q, want %q", p, b, w, got, want)
				}
				if row := (keys.Row{Payment: p, Board: b, Work: w}).Status(); row != got {
					t.Errorf("payment %s, board %s, work %s: a list says %q and the order %q", p, b, w, row, got)
				}
				seen[got] = true
			}
		}
	}
	for _, s := range keys.Statuses() {
		if !seen[s] {
			t.Errorf("no order is ever %q", s)
		}
		if !i18n.HasCode("keys.status."+string(s)) || !i18n.HasCode("keys.next."+string(s)) {
			t.Errorf("%q has no words", s)
		}
	}
}

func TestWhatCanBeDoneFollowsFromTheOrderAndTheReader(t *testing.T) {
	workshop := authz.Actor{Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: []authz.Permission{keys.MaySee, keys.MayProduce}}}}
	resident := authz.Actor{Kind: authz.Link, Grants: []authz.Grant{{Scope: authz.Subject, ID: "o", May: []authz.Permission{keys.MaySee, keys.MayReceive}}}}
	office := authz.Actor{Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: []authz.Permission{keys.MaySee, keys.MayCancel}}}}
	for _, tt := range []struct {
		name     string
		work     keys.WorkState
		delivery string
		made     int64
		by       authz.Actor
		want     []keys.Action
	}{
		{"nothing made yet", keys.InProduction, keys.Pickup, 0, workshop, []keys.Action{keys.Make}},
		{"half is made", keys.InProduction, keys.Pickup, 1, workshop, []keys.Action{keys.Make}},
		{"all made, to be collected", keys.InProduction, keys.Pickup, 2, workshop, []keys.Action{keys.MarkReady}},
		{"all made, to be posted", keys.InProduction, keys.Post, 2, workshop, []keys.Action{keys.Send}},
		{"laid out", keys.Ready, keys.Pickup, 2, workshop, []keys.Action{keys.HandOver}},
		{"posted", keys.Sent, keys.Post, 2, workshop, nil},
		{"posted, to the resident", keys.Sent, keys.Post, 2, resident, []keys.Action{keys.Receive}},
		{"posted, to the resident of another order", keys.Sent, keys.Post, 2, authz.Actor{}, nil},
		{"waiting, to the office", keys.WorkWaiting, keys.Post, 0, office, []keys.Action{keys.Cancel}},
		{"in production, to the office", keys.InProduction, keys.Post, 0, office, nil},
		{"waiting, to the workshop", keys.WorkWaiting, keys.Post, 0, workshop, nil},
		{"received", keys.Received, keys.Post, 2, workshop, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := keys.Order{ID: "o", Work: tt.work, Delivery: tt.delivery, Quantity: 2, Payment: keys.Captured}
			got := o.Open(tt.by, tt.made)
			if len(got) != len(tt.want) || len(got) > 0 && got[0] != tt.want[0] {
				t.Errorf("may do %v, want %v", got, tt.want)
			}
			o.Payment = keys.Lapsed // the money died on the way: nothing leaves the house
			for _, a := range o.Open(tt.by, tt.made) {
				if a == keys.MarkReady || a == keys.Send || a == keys.HandOver {
					t.Errorf("unpaid, and may still %s", a)
				}
			}
		})
	}
}
