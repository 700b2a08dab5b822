package keys_test

import (
	"testing"

	"skranke/internal/keys"
	"skranke/internal/keys/keystest"
	"skranke/internal/link"
)

// TestKEY6_MoneyTakenBeforeOrAfterANoGoesBack is invariant 31 for providers, or people at them, that take the money by themselves.
func TestKEY6_MoneyTakenBeforeOrAfterANoGoesBack(t *testing.T) {
	reject := func(t *testing.T, h *keystest.House, orderID string) { ok(t, h.Answer(t.Context(), orderID, 0, false)) }
	cancel := func(t *testing.T, h *keystest.House, orderID string) {
		_, err := h.Keys.Cancel(t.Context(), keystest.All, orderID)
		ok(t, err)
	}
	take := func(t *testing.T, h *keystest.House, orderID string) {
		h.News(t, orderID, "capture", map[string]any{"captured": int64(45100), "refunded": int64(0)})
	}
	for _, tt := range []struct {
		name  string
		steps []func(t *testing.T, h *keystest.House, orderID string)
		then  keys.PaymentState
	}{
		{"taken, then rejected", []func(*testing.T, *keystest.House, string){take, reject}, keys.Captured},
		{"taken, then cancelled", []func(*testing.T, *keystest.House, string){take, cancel}, keys.Captured},
		{"rejected, then taken", []func(*testing.T, *keystest.House, string){reject, take}, keys.Captured},
	} {
		t.Run(tt.name, func(t *testing.T) {
			each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
				o := h.Order(t, h.Form())
				h.Reserve(t, o.ID)
				for _, step := range tt.steps {
					step(t, h, o.ID)
				}
				if v := h.Find(t, o.ID); v.Payment != tt.then || v.Work != keys.Cancelled {
					t.Errorf("the order is %s and %s", v.Payment, v.Work)
				}
				if n := h.Cards.Refunded(o.ID); n != 1 {
					t.Errorf("the money was paid back %d times", n)
				}
				h.News(t, o.ID, "refund", map[string]any{"captured": int64(45100), "refunded": int64(45100)})
				if v := h.Find(t, o.ID); v.Payment != keys.Refunded {
					t.Errorf("in the end the order is %s", v.Payment)
				}
			})
		})
	}
}

func TestKEY8_APartGivenBackLeavesTheOrderPaid(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		o := h.Order(t, h.Form())
		h.Reserve(t, o.ID)
		ok(t, h.Answer(t.Context(), o.ID, 0, true))
		h.News(t, o.ID, "capture", nil)
		h.News(t, o.ID, "refund", map[string]any{"captured": int64(45100), "refunded": int64(100)})
		stands(t, h, o.ID, keys.Captured, keys.BoardApproved, keys.InProduction)
	})
}

func TestKEY7_APageThatHasHadItsTimeIsFollowedByANewOne(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		o := h.Order(t, h.Form())
		h.Cards.EndPage()
		url, err := h.Keys.Pay(t.Context(), keys.LinkActor(link.Link{ID: o.StatusLink, Subject: o.ID}), o.ID)
		if err != nil || url == "" {
			t.Fatalf("page %q (%v)", url, err)
		}
		if n := h.Cards.Opened(o.ID); n != 3 { // with the order, for the old page, for the new one
			t.Errorf("asked for %d payments", n)
		}
	})
}
