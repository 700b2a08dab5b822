package keysweb

import (
	"context"
	"strings"

	"skranke/internal/authz"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/keys"
	"skranke/internal/ui"

	"github.com/a-h/templ"
)

// approvalData is an order as those see it who must say yes or no.
type approvalData struct {
	L     ui.L
	Order keys.Order
	House identity.Customer
	when  string
}

// who is the order's resident and flat, on one line.
func (d approvalData) who() string {
	return d.Order.ResidentName + ", " + strings.ToLower(d.L.KeysFlat()) + " " + d.Order.Flat
}

// presenter reads orders for people whom package approval has let in.
var presenter = authz.SystemActor(keys.MaySee)

// OrderForApproval shows the whole order to an approver. Package approval has checked that they may see it.
func (p *Pages) OrderForApproval(ctx context.Context, l i18n.L, orderID string) (templ.Component, error) {
	v, err := p.Keys.Find(ctx, presenter, orderID)
	if err != nil {
		return nil, err
	}
	c, err := identity.CustomerByID(ctx, p.Keys.DB, v.CustomerID)
	if err != nil {
		return nil, err
	}
	return orderForApproval(approvalData{L: l, Order: v.Order, House: c, when: l.DateTime(v.CreatedAt, p.zone())}), nil
}

func (d approvalData) drawing() ui.DrawingData {
	x := ui.DrawingData{L: d.L, System: d.Order.SystemNumber, Second: d.Order.Code, Decorative: true}
	if d.Order.Product == keys.Key {
		x.Picture = ui.KeyPicture
	}
	return x
}

func (d approvalData) facts() []ui.Fact {
	o, l := d.Order, d.L
	all := []ui.Fact{
		{Label: l.KeysOrderNumber(), Value: o.Number},
		{Label: l.KeysOfficeAskedBy(), Value: l.Code("keys.asked_by." + o.AskedBy)},
		{Label: l.KeysPurpose(), Value: l.Code("keys.purpose." + o.Purpose)},
		{Label: l.KeysSystemNumber(), Value: o.SystemNumber},
		{Label: codeLabel(l, o.Product), Value: o.Code},
		{Label: l.KeysDelivery(), Value: l.Code("keys.delivery." + o.Delivery)},
	}
	if o.Delivery == keys.Post {
		all = append(all, ui.Fact{Label: l.KeysAddress(), Value: strings.TrimSpace(o.Street + ", " + o.Postcode + " " + o.Town)})
	}
	all = append(all, ui.Fact{Label: l.KeysOfficeOrdered(), Value: d.when})
	if o.Board != keys.BoardAsked { // until then the page's own badge says it
		all = append(all, ui.Fact{Label: l.KeysOfficeStatus(), Content: ui.StatusBadge(StatusBadge(l, o.Status()))})
	}
	return all
}

// next is what either answer leads to, while it is still asked.
func (d approvalData) next() []string {
	o, l := d.Order, d.L
	switch {
	case o.Board != keys.BoardAsked:
		return nil
	case o.Payment == keys.OnAccount:
		return []string{l.KeysMailApproveOnAccount(l.Money(o.Amount())), l.KeysOfficeApproveYes(), l.KeysOfficeApproveNoOnAccount()}
	}
	return []string{l.KeysMailApprovePaid(l.Money(o.Amount())), l.KeysOfficeApproveYes(), l.KeysOfficeApproveNo()}
}
