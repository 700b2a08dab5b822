package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/billing"
	"skranke/internal/db"
	"skranke/internal/identity"
	"skranke/internal/keys"
	"skranke/internal/link"
	"skranke/internal/mail"
)

// address is where all of the story's residents sit, for the throttle of wrong numbers: they make no mistakes.
const address = "192.0.2.10"

// place fills in the form, page by page, and orders.
func (r *run) place(ctx context.Context) error {
	d, err := r.begin(ctx)
	if err != nil {
		return err
	}
	k := r.b.Keys
	if _, err := k.FillNumbers(ctx, d.ID, address, r.form); err != nil {
		return err
	}
	if _, err := k.FillYou(ctx, d.ID, r.form); err != nil {
		return err
	}
	sum, err := k.Sum(ctx, d.ID)
	if err != nil {
		return err
	}
	r.order, err = k.Place(ctx, authz.Actor{}, r.l, d.ID, sum.Quote.Total)
	return err
}

// begin opens the form: a resident on the public page, one of the board from the link that the firm mails to them.
func (r *run) begin(ctx context.Context) (keys.Draft, error) {
	if r.asker == nil {
		return r.b.Keys.Begin(ctx, r.form, "")
	}
	var ln link.Link
	err := r.b.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		ln, err = link.Make(ctx, tx, keys.RequisitionLink, r.house.agreement, r.asker.id, 24*time.Hour)
		return err
	})
	if err != nil {
		return keys.Draft{}, err
	}
	return r.b.Keys.BeginRequisition(ctx, r.b.Links.Token(keys.RequisitionLink, ln.ID), r.form.Product)
}

// resident is who holds the link to the order's status page.
func (r *run) resident() authz.Actor {
	return keys.LinkActor(link.Link{ID: r.order.StatusLink, Subject: r.order.ID})
}

// toCard goes to the card provider's page.
func (r *run) toCard(ctx context.Context) error {
	_, err := r.b.Keys.Pay(ctx, r.resident(), r.order.ID)
	return err
}

func (r *run) payment(ctx context.Context) (billing.Payment, error) {
	ps, err := r.b.Billing.ForSubject(ctx, r.b.DB, keys.SubjectKind, r.order.ID)
	if err == nil && len(ps) == 0 {
		err = fmt.Errorf("order %s has no payment", r.order.Number)
	}
	if err != nil {
		return billing.Payment{}, err
	}
	return ps[0], nil
}

// payWith types a card's number there.
func (r *run) payWith(card string) func(context.Context) error {
	return func(ctx context.Context) error {
		p, err := r.payment(ctx)
		if err != nil {
			return err
		}
		return r.b.cards.pay(ctx, p, card)
	}
}

// lookAgain asks the provider what became of a page that nobody paid on.
func (r *run) lookAgain(ctx context.Context) error {
	p, err := r.payment(ctx)
	if err == nil {
		_, err = r.b.Billing.Look(ctx, p.ID)
	}
	return err
}

// says is an answer of the board.
func (r *run) says(a answer) func(context.Context) error {
	return func(ctx context.Context) error {
		v, err := r.b.Approvals.Of(ctx, r.b.DB, keys.SubjectKind, r.order.ID)
		if err != nil {
			return err
		}
		by, said := a.who.actor, approval.Answer{Do: approval.Approve, Via: "session"}
		if a.no != "" {
			said.Do, said.Comment = approval.Reject, a.no
		}
		if a.byLink {
			ln, err := r.mailed(ctx, a.who)
			if err != nil {
				return err
			}
			by, said.Via, said.LinkID = approval.LinkActor(ln), "link", ln.ID
		}
		if v, err = r.b.Approvals.Decide(ctx, by, v.ID, said); err != nil {
			return err
		}
		r.awaitMoney(v.State != approval.Pending)
		return nil
	}
}

// awaitMoney makes the story wait until a settled order's money has moved.
func (r *run) awaitMoney(settled bool) {
	if settled && r.order.Payment != keys.OnAccount {
		r.b.awaits = append(r.b.awaits, r)
	}
}

// mailed is the link in the mail that the firm has sent to one of the board about this order.
func (r *run) mailed(ctx context.Context, to person) (link.Link, error) {
	box := mail.Mailbox{DB: r.b.DB}
	list, _, err := box.List(ctx, to.email, "", 60)
	if err != nil {
		return link.Link{}, err
	}
	for _, m := range list {
		if !strings.Contains(m.Subject, r.order.Number) {
			continue
		}
		if m, err = box.Get(ctx, m.ID); err != nil {
			return link.Link{}, err
		}
		for _, l := range m.Links() {
			if token, ok := strings.CutPrefix(l.Path, "/approve/"); ok {
				return r.b.Links.Open(ctx, r.b.DB, approval.LinkKind, token)
			}
		}
	}
	return link.Link{}, errors.New("the mail that asks for an answer is not in the mailbox: is another mail server set?")
}

// expire is the hour at which the board's time is up.
func (r *run) expire(ctx context.Context) error {
	r.awaitMoney(true)
	return r.b.Keys.SweepDeadlines(ctx)
}

// cancel is done by the firm, for a resident who calls.
func (r *run) cancel(ctx context.Context) error {
	r.awaitMoney(r.fate == cancelled)
	_, err := r.b.Keys.Cancel(ctx, r.b.staff[identity.CustomerService], r.order.ID)
	return err
}

// makes programs or cuts n.
func (r *run) makes(n int) func(context.Context) error {
	return func(ctx context.Context) error {
		var serials []string
		for range n {
			serials = append(serials, r.stock.mint(r.zone.code))
		}
		_, err := r.b.Keys.Made(ctx, r.b.staff[identity.Production], r.order.ID, serials)
		return err
	}
}

func (r *run) isReady(ctx context.Context) error {
	_, err := r.b.Keys.Ready(ctx, r.b.staff[identity.Production], r.order.ID)
	return err
}

func (r *run) isFetched(ctx context.Context) error {
	_, err := r.b.Keys.HandOver(ctx, r.b.staff[identity.Warehouse], r.order.ID, r.form.Name)
	return err
}

func (r *run) goesOut(ctx context.Context) error {
	_, err := r.b.Keys.Sent(ctx, r.b.staff[identity.Warehouse], r.order.ID, r.tracking)
	return err
}

func (r *run) arrives(ctx context.Context) error {
	_, err := r.b.Keys.Receive(ctx, r.resident(), r.order.ID)
	return err
}
