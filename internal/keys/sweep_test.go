package keys_test

import (
	"sync"
	"testing"
	"time"

	"skranke/internal/fault"
	"skranke/internal/keys"
	"skranke/internal/keys/keystest"
)

// made is an order made and paid, to be posted or collected.
func made(t *testing.T, h *keystest.House, delivery string) keys.Order {
	t.Helper()
	f := h.Form()
	f.Delivery = delivery
	o := h.Order(t, f)
	h.Reserve(t, o.ID)
	ok(t, h.Answer(t.Context(), o.ID, 0, true))
	_, err := h.Keys.Made(t.Context(), keystest.All, o.ID, []string{"S-1"})
	ok(t, err)
	return o
}

func TestKEY8_WhatWasSentCountsAsReceivedAfterFourteenDays(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		o := made(t, h, keys.Post)
		_, err := h.Keys.Sent(t.Context(), keystest.All, o.ID, "RR123")
		ok(t, err)
		h.Pass(14*24*time.Hour - time.Second)
		ok(t, h.Keys.SweepSent(t.Context()))
		if v := h.Find(t, o.ID); v.Status() != keys.StatusSent {
			t.Errorf("a second too early it is %s", v.Status())
		}
		h.Pass(time.Second)
		for range 2 { // doubled jobs change nothing
			ok(t, h.Keys.SweepSent(t.Context()))
		}
		v := h.Find(t, o.ID)
		received := 0
		for _, e := range v.Timeline {
			if e.Name == "keys.order.receive" {
				received++
			}
		}
		if v.Status() != keys.StatusReceived || received != 1 {
			t.Errorf("%s, received %d times", v.Status(), received)
		}
	})
}

func TestAKeyWhoseMoneyDiedStaysInTheHouse(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		o := made(t, h, keys.Pickup)
		h.News(t, o.ID, "lapse", nil) // after the yes, before the capture
		if _, err := h.Keys.Ready(t.Context(), keystest.All, o.ID); fault.CodeOf(err) != "keys.order.not_paid" {
			t.Errorf("laid out unpaid: %v", err)
		}
	})
}

func TestACancelledOrderGivesTheMoneyBackAndSaysSo(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		o := h.Order(t, h.Form())
		h.Reserve(t, o.ID)
		_, err := h.Keys.Cancel(t.Context(), keystest.All, o.ID)
		ok(t, err)
		if h.Cards.Released(o.ID) != 1 || h.Letters(t, o.ID)["keys.cancelled"] != 1 {
			t.Errorf("released %d times, letters %v", h.Cards.Released(o.ID), h.Letters(t, o.ID))
		}
		if err := h.Answer(t.Context(), o.ID, 0, true); !fault.Is(err, fault.Conflict) {
			t.Errorf("a yes to a cancelled order: %v", err)
		}
	})
}

func TestKEY2_ManyGuessesAtOnceAreNotJudgedOnOneCount(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		f := h.Form()
		f.Code = "99"
		d, err := h.Keys.Begin(t.Context(), h.Form(), "")
		ok(t, err)
		var mu sync.Mutex
		judged := 0
		var wg sync.WaitGroup
		for range 30 {
			wg.Go(func() {
				_, err := h.Keys.FillNumbers(t.Context(), d.ID, "203.0.113.7", f)
				if fault.Is(err, fault.Invalid) {
					mu.Lock()
					judged++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if judged > 6 { // five misses, and one that the pause lets through
			t.Errorf("%d guesses were answered", judged)
		}
	})
}
