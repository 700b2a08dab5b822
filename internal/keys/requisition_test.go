package keys_test

import (
	"strings"
	"testing"
	"time"

	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/keys"
	"skranke/internal/keys/keystest"
	"skranke/internal/link"
)

// requisitionToken is the token of the newest link mailed to a requisitioner.
func requisitionToken(t *testing.T, h *keystest.House) string {
	t.Helper()
	id, err := db.One[string](t.Context(), h.Keys.DB, `SELECT id FROM links WHERE kind = $1 ORDER BY id DESC LIMIT 1`, keys.RequisitionLink)
	ok(t, err)
	return h.Keys.Links.Token(keys.RequisitionLink, id)
}

func TestKEY5_OnlyAListedAddressGetsALinkAndNobodyCanTell(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		ok(t, h.Keys.InviteRequisitioner(t.Context(), h.Agreement.ID, "stranger@home.example", "192.0.2.1"))
		if got := h.Letters(t, h.Agreement.ID); len(got) != 0 {
			t.Errorf("a stranger got %v", got)
		}
		ok(t, h.Keys.InviteRequisitioner(t.Context(), h.Agreement.ID, "Ingrid@BOARD.example", "192.0.2.1"))
		if got := h.Letters(t, h.Agreement.ID); got[keys.RequisitionLink] != 1 {
			t.Errorf("the requisitioner got %v", got)
		}
		if err := h.Keys.InviteRequisitioner(t.Context(), h.Agreement.ID, "ingrid", "192.0.2.1"); fault.FieldsOf(err)["email"] == "" {
			t.Errorf("half an address: %v", err)
		}
	})
}

func TestKEY5_AMailboxIsNotFilled(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		for range 5 {
			ok(t, h.Keys.InviteRequisitioner(t.Context(), h.Agreement.ID, "ingrid@board.example", "192.0.2.1"))
		}
		if got := h.Letters(t, h.Agreement.ID)[keys.RequisitionLink]; got != 3 {
			t.Errorf("%d letters within an hour", got)
		}
	})
}

func TestKEY5_ARequisitionersOrderIsPaidByTheResidentAndConfirmedByTheRequisitioner(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		if _, err := h.Keys.Begin(t.Context(), keys.Form{Product: "fob", AgreementID: h.Agreement.ID, AskedBy: keys.Requisitioner}, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("without a link: %v", err)
		}
		ok(t, h.Keys.InviteRequisitioner(t.Context(), h.Agreement.ID, "ingrid@board.example", "192.0.2.1"))
		token := requisitionToken(t, h)
		d, err := h.Keys.BeginRequisition(t.Context(), token, "fob")
		ok(t, err)
		_, err = h.Keys.FillNumbers(t.Context(), d.ID, "192.0.2.1", h.Form())
		ok(t, err)
		d, err = h.Keys.FillYou(t.Context(), d.ID, h.Form())
		ok(t, err)
		o := h.Send(t, d)
		v := stands(t, h, o.ID, keys.PayLinkSent, keys.BoardNone, keys.WorkWaiting)
		if v.Requisitioner != h.Board[0].ID || h.Letters(t, o.ID)["keys.pay"] != 1 {
			t.Errorf("requisitioner %s, letters %v", v.Requisitioner, h.Letters(t, o.ID))
		}
		h.Reserve(t, o.ID)
		if err := h.Answer(t.Context(), o.ID, 1, true); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another of the board: %v", err)
		}
		ok(t, h.Answer(t.Context(), o.ID, 0, true))
		stands(t, h, o.ID, keys.Reserved, keys.BoardApproved, keys.InProduction)
	})
}

func TestKEY5_ALinkEndsWithTheDayAndWithTheListing(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		ok(t, h.Keys.InviteRequisitioner(t.Context(), h.Agreement.ID, "olav@board.example", "192.0.2.1"))
		token := requisitionToken(t, h)
		ok(t, h.Agreements.SetApprovers(t.Context(), keystest.All, h.Agreement.ID, []string{h.Board[0].ID}))
		if _, _, err := h.Keys.Requisition(t.Context(), token); fault.CodeOf(err) != "link.revoked" {
			t.Errorf("somebody who is no longer listed: %v", err)
		}
		ok(t, h.Agreements.SetApprovers(t.Context(), keystest.All, h.Agreement.ID, []string{h.Board[0].ID, h.Board[1].ID}))
		_, m, err := h.Keys.Requisition(t.Context(), token)
		if err != nil || m.Name != "Bjerkelia borettslag" {
			t.Errorf("%+v, err %v", m, err)
		}
		h.Pass(24 * time.Hour)
		if _, err := h.Keys.BeginRequisition(t.Context(), token, "fob"); fault.CodeOf(err) != "link.expired" {
			t.Errorf("the day after: %v", err)
		}
		if _, _, err := h.Keys.Requisition(t.Context(), strings.ToUpper(token)); !fault.Is(err, fault.NotFound) {
			t.Errorf("a link nobody made: %v", err)
		}
	})
}

func TestAnOrderNobodyCouldApproveIsRefusedBeforeItIsPaid(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		ok(t, h.Agreements.SetApprovers(t.Context(), keystest.All, h.Agreement.ID, []string{h.Board[0].ID}))
		f := h.Form()
		f.Email = h.Board[0].Email // nobody approves their own
		d := h.Draft(t, f)
		if _, err := h.Keys.Sum(t.Context(), d.ID); fault.CodeOf(err) != "keys.order.nobody_to_ask" {
			t.Errorf("the sum of such an order: %v", err)
		}
	})
}

func TestMoneyForAnOrderNobodyCanDecideOnAnyMoreIsGivenBack(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		f := h.Form()
		f.Email = h.Board[0].Email
		o := h.Order(t, f)
		ok(t, h.Agreements.SetApprovers(t.Context(), keystest.All, h.Agreement.ID, []string{h.Board[0].ID}))
		h.Reserve(t, o.ID)
		stands(t, h, o.ID, keys.Reserved, keys.BoardExpired, keys.Cancelled)
		if h.Cards.Released(o.ID) != 1 || h.Letters(t, o.ID)["keys.expired"] != 1 {
			t.Errorf("released %d times, letters %v", h.Cards.Released(o.ID), h.Letters(t, o.ID))
		}
	})
}

func TestALinkOfOneOrderOpensNoOther(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		mine, other := h.Order(t, h.Form()), h.Order(t, h.Form())
		by := keys.LinkActor(link.Link{ID: mine.StatusLink, Subject: mine.ID})
		if _, err := h.Keys.Find(t.Context(), by, mine.ID); err != nil {
			t.Errorf("my own order: %v", err)
		}
		if _, err := h.Keys.Find(t.Context(), by, other.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else's order: %v", err)
		}
		if _, err := h.Keys.Pay(t.Context(), by, other.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("paying somebody else's order: %v", err)
		}
		if _, err := h.Keys.Cancel(t.Context(), by, mine.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("cancelling by the resident's link: %v", err)
		}
	})
}
