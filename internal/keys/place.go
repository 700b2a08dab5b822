package keys

import (
	"context"
	"fmt"

	"skranke/internal/agreement"
	"skranke/internal/authz"
	"skranke/internal/day"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/link"
)

// firstOrder has five digits, so that the numbers look alike for long.
const firstOrder = 10001

func (s *Service) today() day.Date { return day.Of(s.DB.Now(), s.Zone) }

// Preview is the last page before ordering: what it costs, and whose key it is.
type Preview struct {
	Draft    Draft
	Quote    Quote
	Customer identity.Customer
	Payer    agreement.Payer
	// Agreement is the one the order falls under.
	Agreement agreement.Agreement
}

// Sum reckons the draft, when all its pages are in order.
func (s *Service) Sum(ctx context.Context, draftID string) (Preview, error) {
	d, err := s.Draft(ctx, draftID)
	if err != nil {
		return Preview{}, err
	}
	return s.sum(ctx, s.DB, d)
}

func (s *Service) sum(ctx context.Context, q db.Q, d Draft) (p Preview, err error) {
	p.Draft = d
	if d.Form.V.Done < StepYou {
		return p, fault.New(fault.Conflict, "keys.draft.unfinished")
	}
	a, c, err := s.current(ctx, q, d.Form.V.AgreementID)
	if err != nil {
		return p, err
	}
	p.Customer, p.Agreement = c, a
	p.Payer = a.Payer
	if _, err := s.approvers(ctx, q, decider{a.ID, d.Form.V.Requisitioner, d.Form.V.Email, a.Approvals}); err != nil {
		return p, err
	}
	p.Quote, err = Price(a, d.Form.V)
	return p, err
}

// Place makes the draft an order at today's price. total is what the page showed: another price is told, not taken.
// Placing the same draft again – a double click, a second tab, the back button – gives the order there is.
func (s *Service) Place(ctx context.Context, by authz.Actor, l i18n.L, draftID string, total int64) (o Order, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if o, err = byDraft(ctx, tx, draftID); err == nil || !db.NoRows(err) {
			return err
		}
		d, err := findDraft(ctx, tx, draftID, tx.Now)
		if err != nil {
			return err
		}
		p, err := s.sum(ctx, tx, d)
		if err != nil {
			return err
		}
		if p.Quote.Total != total {
			return fault.New(fault.Conflict, "keys.order.price_changed")
		}
		o, err = s.place(ctx, tx, by, l, p)
		return err
	})
	if db.IsUnique(err) { // another request placed the same draft in between (PostgreSQL): its order is the one
		return byDraft(ctx, s.DB, draftID)
	}
	return o, err
}

func (s *Service) place(ctx context.Context, tx *db.Tx, by authz.Actor, l i18n.L, p Preview) (Order, error) {
	o, err := s.newOrder(ctx, tx, l, p)
	if err != nil {
		return o, err
	}
	if err := insert(ctx, tx, o); err != nil {
		return o, err
	}
	if err := s.record(ctx, tx, by, o, "place", map[string]any{"product": o.Product, "quantity": o.Quantity, "total": o.Total, "currency": o.Currency}); err != nil {
		return o, err
	}
	switch {
	case o.Payment == OnAccount:
		if err := s.askBoard(ctx, tx, &o); err != nil {
			return o, err
		}
		return o, s.tellResident(ctx, tx, o, letterPlaced)
	case o.Requisitioner != "": // the resident pays from a mail (KEY-5)
		if err := o.pay(SendLink); err != nil {
			return o, err
		}
		if err := save(ctx, tx, &o); err != nil {
			return o, err
		}
		if err := s.tellResident(ctx, tx, o, letterPay); err != nil {
			return o, err
		}
	}
	return o, s.Payments.Open(ctx, tx, s.paymentAsk(o))
}

func (s *Service) newOrder(ctx context.Context, tx *db.Tx, l i18n.L, p Preview) (o Order, err error) {
	f, c, a := p.Draft.Form.V, p.Customer, p.Agreement
	sys, err := s.findSystem(ctx, tx, f)
	if db.NoRows(err) {
		return o, fault.New(fault.Conflict, "keys.draft.unfinished") // the register changed while the form was filled in
	}
	if err != nil {
		return o, err
	}
	flat, err := findFlat(ctx, tx, sys, f.Flat)
	if err != nil {
		return o, err
	}
	n, err := db.NextNumber(ctx, tx, "key_order", firstOrder)
	if err != nil {
		return o, err
	}
	o = Order{
		ID: id.New(), Number: fmt.Sprintf("N-%d", n), DraftID: p.Draft.ID, CustomerID: c.ID, SiteID: flat.SiteID, AgreementID: a.ID,
		SystemID: sys.ID, Product: Product(f.Product), SystemNumber: sys.Number, Code: sys.Code, Purpose: f.Purpose, AskedBy: f.AskedBy,
		Requisitioner: f.Requisitioner, FlatID: flat.ID, Flat: flat.Number, ResidentName: f.Name, ResidentEmail: f.Email, ResidentPhone: f.Phone,
		Language: l.Tag(), Quantity: f.NumberOf(), Delivery: f.Delivery, Currency: p.Quote.Currency,
		Net: p.Quote.Net, VAT: p.Quote.VAT, Total: p.Quote.Total, Approvals: a.Approvals,
		Payment: PayNone, Board: BoardNone, Work: WorkWaiting, CreatedAt: tx.Now, Version: 1,
	}
	o.Lines.V = p.Quote.Lines
	if o.Delivery == Post {
		o.Street, o.Postcode, o.Town = f.Street, f.Postcode, f.Town
	}
	if a.Payer == agreement.AssociationPays || o.Total == 0 { // nothing to pay is nothing to reserve
		err = o.pay(Bill)
	}
	if err == nil {
		var ln link.Link
		ln, err = link.Make(ctx, tx, StatusLink, o.ID, "", 0)
		o.StatusLink = ln.ID
	}
	return o, err
}

func (s *Service) paymentAsk(o Order) PaymentAsk {
	l := o.L()
	return PaymentAsk{
		OrderID: o.ID, Number: o.Number, CustomerID: o.CustomerID, SiteID: o.SiteID, Amount: o.Amount(),
		Description: l.KeysPaymentDescription(o.Number, QuantityOf(l, o.Product, o.Quantity)), L: l, ReturnPath: "/k/%s", ReturnKind: StatusLink, ReturnID: o.StatusLink,
	}
}

// StatusPath is the address of the resident's status page: a secret, for the resident's own browser and mails.
func (s *Service) StatusPath(o Order) string { return "/k/" + s.Links.Token(StatusLink, o.StatusLink) }

// Pay leads the resident to the card provider's page.
func (s *Service) Pay(ctx context.Context, by authz.Actor, orderID string) (string, error) {
	url, err := s.pay(ctx, by, orderID)
	if fault.CodeOf(err) == EndedMeanwhile { // the page had had its time, and the payment ended with it
		return s.pay(ctx, by, orderID)
	}
	return url, err
}

func (s *Service) pay(ctx context.Context, by authz.Actor, orderID string) (string, error) {
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		o, err := find(ctx, tx, by, orderID)
		switch {
		case err != nil:
			return err
		case !by.May(MayPay, o.place()):
			return by.Refuse(MayPay, o.place())
		case !o.Payable():
			return fault.New(fault.Conflict, "keys.order.moved_on")
		}
		if c, err := identity.CustomerByID(ctx, tx, o.CustomerID); err != nil {
			return err
		} else if c.Status == identity.Closed { // nobody is left to say yes
			return fault.New(fault.Conflict, "keys.order.agreement_ended")
		}
		return s.Payments.Open(ctx, tx, s.paymentAsk(o)) // a declined or lapsed attempt is followed by a new one
	})
	if err != nil {
		return "", err
	}
	return s.Payments.Start(ctx, orderID)
}

// LinkActor is who holds the resident's link: whoever lives there, for this one order.
func LinkActor(l link.Link) authz.Actor {
	return authz.Actor{ID: "link:" + l.ID, Kind: authz.Link, Grants: []authz.Grant{{Scope: authz.Subject, ID: l.Subject, May: []authz.Permission{MaySee, MayPay, MayReceive}}}}
}
