// Package billingweb is the pages of payments: the payer's way back, the list and file for staff, and the address that card
// providers send their news to.
package billingweb

import (
	"context"
	"time"

	"skranke/internal/billing"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// Pages is what the pages need.
type Pages struct {
	Billing *billing.Service
	Zone    *time.Location                                                     // whose clocks times are shown by; nil is UTC
	Names   func(ctx context.Context, ids []string) (map[string]string, error) // of people; nil shows none
	About   map[string]string                                                  // kind of subject → where its pages are: "keys.order" → "/office/key-orders/"
}

// maxHook is more than any provider sends; what is larger is not read.
const maxHook = 64 << 10

// Routes is every address of this module.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "POST /webhooks/cards/{provider}", Handle: p.hear, Who: web.Machine, MaxBody: maxHook},
		{Pattern: "GET /pay/return/{token}", Handle: p.back},
		{
			Pattern: "GET /office/payments", Handle: p.payments, Who: web.Staff, Needs: billing.MaySee, Area: ui.Office,
			Look: []string{"/office/payments", "/office/payments?state=refunded"},
		},
		{Pattern: "GET /office/payments/{id}", Handle: p.payment, Who: web.Staff, Needs: billing.MaySee, Area: ui.Office},
		{Pattern: "POST /office/payments/{id}/retry", Handle: p.retry, Who: web.Staff, Needs: billing.MayRetry, Area: ui.Office},
		{Pattern: "POST /office/payments/{id}/refund", Handle: p.refund, Who: web.Staff, Needs: billing.MayRefund, Area: ui.Office},
	}
}

func (p *Pages) zone() *time.Location {
	if p.Zone == nil {
		return time.UTC
	}
	return p.Zone
}
