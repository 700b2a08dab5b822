package app

import (
	"context"

	"skranke/internal/billing"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/keys"
)

// keyPayments gives keys the payments it asks for: billing stands below keys, so the two meet here.
type keyPayments struct{ billing *billing.Service }

// Open makes a payment for an order.
func (p keyPayments) Open(ctx context.Context, tx *db.Tx, a keys.PaymentAsk) error {
	_, err := p.billing.Open(ctx, tx, billing.Ask{
		Kind: keys.SubjectKind, Subject: a.OrderID, Reference: a.Number, CustomerID: a.CustomerID, SiteID: a.SiteID,
		Amount: a.Amount, Description: a.Description, L: a.L, ReturnPath: a.ReturnPath, ReturnKind: a.ReturnKind, ReturnID: a.ReturnID,
	})
	return err
}

// Start is the provider's page for the order's newest payment.
func (p keyPayments) Start(ctx context.Context, orderID string) (string, error) {
	all, err := p.billing.ForSubject(ctx, p.billing.DB, keys.SubjectKind, orderID)
	if err != nil {
		return "", err
	}
	if len(all) == 0 {
		return "", fault.New(fault.NotFound, "keys.order.not_found")
	}
	newest := all[0]
	for _, x := range all {
		if x.Attempt > newest.Attempt {
			newest = x
		}
	}
	return p.billing.Start(ctx, newest.ID)
}

// Capture takes the reserved amount.
func (p keyPayments) Capture(ctx context.Context, tx *db.Tx, orderID string) error {
	return p.billing.Capture(ctx, tx, keys.SubjectKind, orderID)
}

// Release lets go of the reserved amount; what the provider has taken in the meantime is paid back.
func (p keyPayments) Release(ctx context.Context, tx *db.Tx, orderID string) error {
	err := p.billing.Release(ctx, tx, keys.SubjectKind, orderID)
	if fault.CodeOf(err) == "billing.captured" {
		return p.Refund(ctx, tx, orderID)
	}
	return err
}

// Refund pays all back that was taken.
func (p keyPayments) Refund(ctx context.Context, tx *db.Tx, orderID string) error {
	return p.billing.RefundRest(ctx, tx, keys.SubjectKind, orderID, "order_ended")
}
