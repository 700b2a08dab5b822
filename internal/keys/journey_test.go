package keys_test

import (
	"sync"
	"testing"
	"time"

	"skranke/internal/agreement"
	"skranke/internal/authz"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/keys"
	"skranke/internal/keys/keystest"
	"skranke/internal/link"
)

// stands checks the three columns of an order.
func stands(t *testing.T, h *keystest.House, id string, p keys.PaymentState, b keys.BoardState, w keys.WorkState) keys.View {
	t.Helper()
	v := h.Find(t, id)
	if v.Payment != p || v.Board != b || v.Work != w {
		t.Fatalf("the order stands at %s, %s, %s; want %s, %s, %s", v.Payment, v.Board, v.Work, p, b, w)
	}
	return v
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestKEY4_TheWholeJourney(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		f := h.Form()
		f.Quantity = "2"
		o := h.Order(t, f)
		stands(t, h, o.ID, keys.PayNone, keys.BoardNone, keys.WorkWaiting)

		h.Reserve(t, o.ID)
		v := stands(t, h, o.ID, keys.Reserved, keys.BoardAsked, keys.WorkWaiting)
		if want := h.Now().Add(6 * 24 * time.Hour); v.DecideBy == nil || !v.DecideBy.Equal(want) {
			t.Errorf("the board has until %v, want a day before the reservation ends: %v", v.DecideBy, want)
		}
		if got := h.Letters(t, o.ID); got["keys.paid"] != 1 || got["keys.approve"] != 2 {
			t.Errorf("letters after paying: %v", got)
		}

		ok(t, h.Answer(t.Context(), o.ID, 0, true))
		stands(t, h, o.ID, keys.Reserved, keys.BoardApproved, keys.InProduction)
		if n := h.Cards.Captured(o.ID); n != 1 {
			t.Errorf("the money was wanted %d times", n)
		}
		h.News(t, o.ID, "capture", nil)
		stands(t, h, o.ID, keys.Captured, keys.BoardApproved, keys.InProduction)

		if _, err := h.Keys.Ready(t.Context(), keystest.All, o.ID); fault.CodeOf(err) != "keys.order.not_all_made" {
			t.Errorf("laid out before it is made: %v", err)
		}
		_, err := h.Keys.Made(t.Context(), keystest.All, o.ID, []string{"F-9001", "F-9002"})
		ok(t, err)
		_, err = h.Keys.Ready(t.Context(), keystest.All, o.ID)
		ok(t, err)
		_, err = h.Keys.HandOver(t.Context(), keystest.All, o.ID, "Kari Nes")
		ok(t, err)
		v = stands(t, h, o.ID, keys.Captured, keys.BoardApproved, keys.Received)
		if v.ReceivedAt == nil || v.ClosedAt == nil || len(v.Serials) != 2 {
			t.Errorf("the order ends as %+v", v)
		}
		items, err := h.Keys.Register(t.Context(), keystest.All, keys.ItemFilter{SystemID: h.Fobs.ID}, 10)
		ok(t, err)
		if len(items) != 2 || items[0].State != keys.ItemActive || items[0].Holder != "Kari Nes" || items[0].Flat != "H0203" {
			t.Errorf("the register holds %+v", items)
		}
		if got := h.Letters(t, o.ID); got["keys.approved"] != 1 || got["keys.ready"] != 1 {
			t.Errorf("letters in the end: %v", got)
		}
	})
}

func TestKEY4_ProductionStartsOnlyWhenBothGatesAreOpen(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		for _, tt := range []struct {
			p    keys.PaymentState
			b    keys.BoardState
			open bool
		}{
			{keys.Reserved, keys.BoardApproved, true},
			{keys.Captured, keys.BoardApproved, true},
			{keys.OnAccount, keys.BoardApproved, true},
			{keys.PayNone, keys.BoardApproved, false},
			{keys.Lapsed, keys.BoardApproved, false},
			{keys.Released, keys.BoardApproved, false},
			{keys.Reserved, keys.BoardAsked, false},
			{keys.Reserved, keys.BoardNone, false},
			{keys.Captured, keys.BoardRejected, false},
		} {
			o := keys.Order{Payment: tt.p, Board: tt.b, Work: keys.WorkWaiting}
			if got := keys.Startable(o); got != tt.open {
				t.Errorf("%s and %s: open is %v, want %v", tt.p, tt.b, got, tt.open)
			}
		}
		o := h.Order(t, h.Form())
		if err := h.Answer(t.Context(), o.ID, 0, true); err == nil {
			t.Error("the board could answer before anybody paid")
		}
		stands(t, h, o.ID, keys.PayNone, keys.BoardNone, keys.WorkWaiting)
	})
}

func TestKEY4_RejectingReleasesTheMoneyAndTellsTheResident(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		o := h.Order(t, h.Form())
		h.Reserve(t, o.ID)
		ok(t, h.Answer(t.Context(), o.ID, 1, false))
		v := stands(t, h, o.ID, keys.Reserved, keys.BoardRejected, keys.Cancelled)
		if v.Status() != keys.StatusRejected || v.Reason != "Leiligheten har nok brikker" || v.ClosedAt == nil {
			t.Errorf("the order is %s for %q", v.Status(), v.Reason)
		}
		if n := h.Cards.Released(o.ID); n != 1 {
			t.Errorf("the money was let go %d times", n)
		}
		h.News(t, o.ID, "release", nil)
		stands(t, h, o.ID, keys.Released, keys.BoardRejected, keys.Cancelled)
		if got := h.Letters(t, o.ID)["keys.rejected"]; got != 1 {
			t.Errorf("%d letters tell of the rejection", got)
		}
		if err := h.Answer(t.Context(), o.ID, 0, true); !fault.Is(err, fault.Conflict) {
			t.Errorf("a yes after the no: %v", err)
		}
	})
}

func TestKEY4_TheBoardsSilenceEndsTheOrderAndReleasesTheMoney(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		o := h.Order(t, h.Form())
		h.Reserve(t, o.ID)
		h.Pass(6*24*time.Hour - time.Second)
		ok(t, h.Keys.SweepDeadlines(t.Context()))
		stands(t, h, o.ID, keys.Reserved, keys.BoardAsked, keys.WorkWaiting)
		h.Pass(2 * time.Second)
		if err := h.Answer(t.Context(), o.ID, 0, true); !fault.Is(err, fault.Conflict) {
			t.Errorf("a yes after the deadline, before the sweep: %v", err)
		}
		ok(t, h.Keys.SweepDeadlines(t.Context()))
		ok(t, h.Keys.SweepDeadlines(t.Context()))
		v := stands(t, h, o.ID, keys.Reserved, keys.BoardExpired, keys.Cancelled)
		if v.Status() != keys.StatusExpired || h.Cards.Released(o.ID) != 1 || h.Letters(t, o.ID)["keys.expired"] != 1 {
			t.Errorf("%s, released %d times, letters %v", v.Status(), h.Cards.Released(o.ID), h.Letters(t, o.ID))
		}
	})
}

func TestKEY4_ALapsedReservationIsPaidAnewAndAskedAnew(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		o := h.Order(t, h.Form())
		h.Reserve(t, o.ID)
		h.News(t, o.ID, "lapse", nil)
		v := stands(t, h, o.ID, keys.Lapsed, keys.BoardNone, keys.WorkWaiting)
		if !v.Payable() || v.Status() != keys.AwaitingPayment || h.Letters(t, o.ID)["keys.pay"] != 1 {
			t.Errorf("payable %v, %s, letters %v", v.Payable(), v.Status(), h.Letters(t, o.ID))
		}
		if err := h.Answer(t.Context(), o.ID, 0, true); !fault.Is(err, fault.Conflict) {
			t.Errorf("a yes to the question that was recalled: %v", err)
		}
		_, err := h.Keys.Pay(t.Context(), keys.LinkActor(link.Link{ID: v.StatusLink, Subject: v.ID}), v.ID)
		ok(t, err)
		h.Pass(time.Hour)
		h.Reserve(t, o.ID)
		stands(t, h, o.ID, keys.Reserved, keys.BoardAsked, keys.WorkWaiting)
		ok(t, h.Answer(t.Context(), o.ID, 0, true))
		stands(t, h, o.ID, keys.Reserved, keys.BoardApproved, keys.InProduction)
	})
}

func TestNewsThatComeTwiceOrLateChangeNothing(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		o := h.Order(t, h.Form())
		h.Reserve(t, o.ID)
		h.Reserve(t, o.ID)
		v := stands(t, h, o.ID, keys.Reserved, keys.BoardAsked, keys.WorkWaiting)
		if got := h.Letters(t, o.ID); got["keys.paid"] != 1 || got["keys.approve"] != 2 {
			t.Errorf("letters after paying twice: %v", got)
		}
		ok(t, h.Answer(t.Context(), o.ID, 0, true))
		for _, what := range []string{"reserve", "capture", "capture", "lapse", "release"} {
			h.News(t, o.ID, what, nil)
		}
		after := stands(t, h, o.ID, keys.Captured, keys.BoardApproved, keys.InProduction)
		if n := h.Cards.Captured(o.ID); n != 1 {
			t.Errorf("the money was wanted %d times", n)
		}
		if h.Cards.Released(o.ID) != 0 {
			t.Error("the money of an approved order was let go")
		}
		if len(after.Timeline) != len(v.Timeline)+3 { // approve, start, capture
			t.Errorf("%d events, were %d", len(after.Timeline), len(v.Timeline))
		}
		h.News(t, "00000000-0000-7000-8000-000000000000", "capture", map[string]any{"kind": "shop.order"}) // somebody else's
	})
}

func TestMoneyThatComesAfterTheOrderEndedIsGivenBack(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		o := h.Order(t, h.Form())
		_, err := h.Keys.Cancel(t.Context(), keystest.All, o.ID)
		ok(t, err)
		if n := h.Cards.Released(o.ID); n != 1 {
			t.Errorf("the page of what was not paid yet was closed %d times", n)
		}
		h.Reserve(t, o.ID) // paid in the same moment
		stands(t, h, o.ID, keys.PayNone, keys.BoardNone, keys.Cancelled)
		if n := h.Cards.Released(o.ID); n != 2 {
			t.Errorf("the money was not let go: %d", n)
		}
	})
}

func TestKEY4_SendingTheSameFormTwiceMakesOneOrder(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		d := h.Draft(t, h.Form())
		var wg sync.WaitGroup
		ids := make([]string, 4)
		for i := range ids {
			wg.Go(func() {
				o, err := h.Keys.Place(t.Context(), authz.Actor{}, i18n.NB, d.ID, 45100)
				if err != nil {
					t.Error(err)
				}
				ids[i] = o.ID
			})
		}
		wg.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Errorf("orders %v", ids)
			}
		}
		rows, err := h.Keys.List(t.Context(), keystest.All, keys.Filter{}, 10)
		if err != nil || len(rows) != 1 {
			t.Errorf("%d orders, err %v", len(rows), err)
		}
	})
}

func TestKEY4_AnotherPriceThanTheOneShownIsNotTaken(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		d := h.Draft(t, h.Form())
		if _, err := h.Keys.Place(t.Context(), authz.Actor{}, i18n.NB, d.ID, 45000); fault.CodeOf(err) != "keys.order.price_changed" {
			t.Errorf("a price nobody showed: %v", err)
		}
		h.End(t)
		if _, err := h.Keys.Place(t.Context(), authz.Actor{}, i18n.NB, d.ID, 45100); fault.CodeOf(err) != "keys.order.agreement_ended" {
			t.Errorf("under an agreement that has ended: %v", err)
		}
	})
}

func TestTwoApproversMustBothSayYesWhereTheAgreementWantsIt(t *testing.T) {
	each(t, keystest.Terms{Approvals: 2}, func(t *testing.T, h *keystest.House) {
		o := h.Order(t, h.Form())
		h.Reserve(t, o.ID)
		ok(t, h.Answer(t.Context(), o.ID, 0, true))
		stands(t, h, o.ID, keys.Reserved, keys.BoardAsked, keys.WorkWaiting)
		ok(t, h.Answer(t.Context(), o.ID, 1, true))
		stands(t, h, o.ID, keys.Reserved, keys.BoardApproved, keys.InProduction)
	})
}

func TestAnAssociationThatPaysIsAskedAtOnce(t *testing.T) {
	each(t, keystest.Terms{Payer: agreement.AssociationPays}, func(t *testing.T, h *keystest.House) {
		o := h.Order(t, h.Form())
		v := stands(t, h, o.ID, keys.OnAccount, keys.BoardAsked, keys.WorkWaiting)
		if v.Payable() {
			t.Error("the resident is asked to pay as well")
		}
		if got := h.Letters(t, o.ID); got["keys.placed"] != 1 || got["keys.approve"] != 2 || got["keys.paid"] != 0 {
			t.Errorf("letters: %v", got)
		}
		ok(t, h.Answer(t.Context(), o.ID, 0, true))
		stands(t, h, o.ID, keys.OnAccount, keys.BoardApproved, keys.InProduction)
		if h.Cards.Captured(o.ID) != 0 {
			t.Error("a card was charged")
		}
	})
}
