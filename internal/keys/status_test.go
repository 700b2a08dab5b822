package keys_test

import (
	"testing"

	"skranke/internal/agreement"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/identity"
	"skranke/internal/keys"
	"skranke/internal/keys/keystest"
)

// becomes gives the association another status, as staff do.
func becomes(t *testing.T, h *keystest.House, s identity.CustomerStatus) {
	t.Helper()
	ok(t, h.Keys.DB.InTx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE customers SET status = $1 WHERE id = $2`, s, h.Association.ID)
		return err
	}))
}

func TestORG1_ACustomersStatusCountsAtEveryStepOfAnOrder(t *testing.T) {
	const refused = "keys.order.agreement_ended"
	for _, tt := range []struct {
		status identity.CustomerStatus
		payer  agreement.Payer
		code   string
	}{
		{identity.Active, "", ""},
		{identity.OnHold, "", ""},
		{identity.OnHold, agreement.AssociationPays, refused},
		{identity.Blocked, "", refused},
		{identity.Closed, "", refused},
	} {
		t.Run(string(tt.status)+" "+string(tt.payer), func(t *testing.T) {
			each(t, keystest.Terms{Payer: tt.payer}, func(t *testing.T, h *keystest.House) {
				fresh, d := h.Form(), h.Draft(t, h.Form())
				p, err := h.Keys.Sum(t.Context(), d.ID)
				ok(t, err)
				becomes(t, h, tt.status)
				_, begun := h.Keys.Begin(t.Context(), fresh, "")
				_, placed := h.Keys.Place(t.Context(), keystest.All, h.Association.L(), d.ID, p.Quote.Total) // the last page first: a refusal undoes it
				_, sum := h.Keys.Sum(t.Context(), d.ID)
				_, you := h.Keys.FillYou(t.Context(), d.ID, h.Form())
				_, numbers := h.Keys.FillNumbers(t.Context(), d.ID, "192.0.2.1", h.Form())
				if got := fault.FieldsOf(begun)["agreement"]; got != tt.code {
					t.Errorf("begin: %q", got)
				}
				for step, err := range map[string]error{"numbers": numbers, "you": you, "sum": sum, "place": placed} {
					if tt.code == "" && err != nil || tt.code != "" && fault.CodeOf(err) != tt.code {
						t.Errorf("%s: %v", step, err)
					}
				}
			})
		})
	}
}

func TestORG1_ABlockedCustomerApprovesNothingAndRunningOrdersFinish(t *testing.T) {
	for status, code := range map[identity.CustomerStatus]string{identity.Blocked: "authz.customer_blocked", identity.Closed: "authz.customer_closed"} {
		t.Run(string(status), func(t *testing.T) {
			each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
				asked, running := h.Order(t, h.Form()), h.Order(t, h.Form())
				for _, o := range []keys.Order{asked, running} {
					h.Reserve(t, o.ID)
				}
				ok(t, h.Answer(t.Context(), running.ID, 0, true))
				becomes(t, h, status)
				for _, yes := range []bool{true, false} {
					if err := h.Answer(t.Context(), asked.ID, 0, yes); fault.CodeOf(err) != code || !fault.Is(err, fault.Forbidden) {
						t.Errorf("an answer: %v", err)
					}
				}
				stands(t, h, asked.ID, keys.Reserved, keys.BoardAsked, keys.WorkWaiting)
				_, err := h.Keys.Made(t.Context(), keystest.All, running.ID, []string{"F-9001"})
				ok(t, err)
				_, err = h.Keys.Ready(t.Context(), keystest.All, running.ID)
				ok(t, err)
				becomes(t, h, identity.Active)
				ok(t, h.Answer(t.Context(), asked.ID, 0, true))
			})
		})
	}
}

func TestORG1_OnHoldNothingNewIsInvoiced(t *testing.T) {
	each(t, keystest.Terms{Payer: agreement.AssociationPays}, func(t *testing.T, h *keystest.House) {
		yes, no := h.Order(t, h.Form()), h.Order(t, h.Form())
		becomes(t, h, identity.OnHold)
		if err := h.Answer(t.Context(), yes.ID, 0, true); fault.CodeOf(err) != "authz.customer_on_hold" {
			t.Errorf("a yes: %v", err)
		}
		ok(t, h.Answer(t.Context(), no.ID, 0, false))
		becomes(t, h, identity.Active)
		ok(t, h.Answer(t.Context(), yes.ID, 0, true))
	})
}

func TestORG1_WhereNobodyIsLeftToSayYesNothingIsPaid(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		o := h.Order(t, h.Form())
		becomes(t, h, identity.Closed)
		if _, err := h.Keys.Pay(t.Context(), keystest.All, o.ID); fault.CodeOf(err) != "keys.order.agreement_ended" {
			t.Error(err)
		}
	})
}
