package keys_test

import (
	"fmt"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/keys"
	"skranke/internal/keys/keystest"
)

func TestWhoIsNoLongerListedDecidesNothingByAnOldLink(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		o := h.Order(t, h.Form())
		h.Reserve(t, o.ID)
		ok(t, h.Agreements.SetApprovers(t.Context(), keystest.All, h.Agreement.ID, []string{h.Board[1].ID}))
		for _, yes := range []bool{true, false} {
			if err := h.Answer(t.Context(), o.ID, 0, yes); !fault.Is(err, fault.Forbidden) {
				t.Errorf("answer %v of who has left the board: %v", yes, err)
			}
		}
		stands(t, h, o.ID, keys.Reserved, keys.BoardAsked, keys.WorkWaiting)
		ok(t, h.Keys.DB.InTx(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE people SET status = 'suspended' WHERE id = $1`, h.Board[1].ID)
			return err
		}))
		if err := h.Answer(t.Context(), o.ID, 1, true); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a yes of somebody suspended: %v", err)
		}
		stands(t, h, o.ID, keys.Reserved, keys.BoardAsked, keys.WorkWaiting)
	})
}

func TestTheFirstOfTwoYesesCountsOnlyFromWhoIsListed(t *testing.T) {
	each(t, keystest.Terms{Approvals: 2}, func(t *testing.T, h *keystest.House) {
		o := h.Order(t, h.Form())
		h.Reserve(t, o.ID)
		ok(t, h.Keys.DB.InTx(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE people SET status = 'suspended' WHERE id = $1`, h.Board[0].ID)
			return err
		}))
		if err := h.Answer(t.Context(), o.ID, 0, true); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the first yes, of somebody suspended: %v", err)
		}
	})
}

func TestMoneyThatTheProviderLetGoOfIsPaidAnewAndGivenBackOnANo(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		o := h.Order(t, h.Form())
		h.Reserve(t, o.ID)
		h.News(t, o.ID, "release", nil) // not asked for by us
		v := stands(t, h, o.ID, keys.Lapsed, keys.BoardNone, keys.WorkWaiting)
		if !v.Payable() || h.Letters(t, o.ID)["keys.pay"] != 1 {
			t.Errorf("payable %v, letters %v", v.Payable(), h.Letters(t, o.ID))
		}
		h.Pass(time.Hour)
		h.Reserve(t, o.ID)
		stands(t, h, o.ID, keys.Reserved, keys.BoardAsked, keys.WorkWaiting)
		ok(t, h.Answer(t.Context(), o.ID, 0, false))
		if n := h.Cards.Released(o.ID); n != 1 {
			t.Errorf("the money was let go %d times", n)
		}
	})
}

func TestAReservationThatDiesInProductionIsToldToStaff(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		o := h.Order(t, h.Form())
		h.Reserve(t, o.ID)
		ok(t, h.Answer(t.Context(), o.ID, 0, true))
		h.News(t, o.ID, "lapse", nil)
		stands(t, h, o.ID, keys.Lapsed, keys.BoardApproved, keys.InProduction)
		if n := h.Letters(t, o.ID)["keys.pay"]; n != 0 {
			t.Errorf("the resident got %d letters asking for money that the page cannot take", n)
		}
	})
}

func TestOneBrokenOrderDoesNotHoldUpTheOthersDeadlines(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		broken := h.Order(t, h.Form())
		h.Reserve(t, broken.ID)
		h.Pass(time.Second)
		whole := h.Order(t, h.Form())
		h.Reserve(t, whole.ID)
		ok(t, h.Keys.DB.InTx(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE key_orders SET resident_email = 'nowhere' WHERE id = $1`, broken.ID)
			return err
		}))
		h.Pass(7 * 24 * time.Hour)
		if err := h.Keys.SweepDeadlines(t.Context()); err == nil {
			t.Error("the broken order was not told of")
		}
		stands(t, h, whole.ID, keys.Reserved, keys.BoardExpired, keys.Cancelled)
		if n := h.Cards.Released(whole.ID); n != 1 {
			t.Errorf("the money was let go %d times", n)
		}
	})
}

func TestKEY2_ALaterPageDoesNotVouchForNumbersThatWereWrong(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		f := h.Form()
		d := h.Draft(t, f)
		f.Code = "99"
		if _, err := h.Keys.FillNumbers(t.Context(), d.ID, "192.0.2.1", f); !fault.Is(err, fault.Invalid) {
			t.Fatalf("wrong numbers: %v", err)
		}
		if _, err := h.Keys.FillYou(t.Context(), d.ID, f); fault.CodeOf(err) != "keys.draft.unfinished" {
			t.Errorf("the third page before the second is in order: %v", err)
		}
		if _, err := h.Keys.Place(t.Context(), authz.Actor{}, i18n.NB, d.ID, 45100); fault.CodeOf(err) != "keys.draft.unfinished" {
			t.Errorf("placed with numbers nobody checked: %v", err)
		}
	})
}

func TestKEY2_AllOfAnIPv6NetworkGuessesAsOne(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		d, f := begin(t, h, h.Form()), h.Form()
		f.Code = "99"
		for i := range 6 {
			if _, err := h.Keys.FillNumbers(t.Context(), d.ID, fmt.Sprintf("2001:db8::%d", i+1), f); !fault.Is(err, fault.Invalid) {
				t.Fatalf("miss %d: %v", i+1, err)
			}
		}
		h.Pass(11 * time.Second) // the association's own pause is over, the guesser's is not
		if _, err := h.Keys.FillNumbers(t.Context(), d.ID, "2001:db8::99", f); keys.Patience(err) == 0 {
			t.Errorf("another address of the same network: %v", err)
		}
	})
}

func TestAnAddressThatIsNoTextFindsNothing(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		for _, bad := range []string{"", "x", "\x00", "\xff", h.Agreement.ID + "\x00"} {
			if _, err := h.Keys.Find(t.Context(), keystest.All, bad); !fault.Is(err, fault.NotFound) {
				t.Errorf("order %q: %v", bad, err)
			}
			if _, err := h.Keys.Association(t.Context(), bad); !fault.Is(err, fault.Conflict) {
				t.Errorf("association %q: %v", bad, err)
			}
			if _, err := h.Keys.FindAssociations(t.Context(), "Bjerkelia"+bad); err != nil {
				t.Errorf("search for %q: %v", bad, err)
			}
		}
	})
}
