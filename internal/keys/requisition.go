package keys

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"skranke/internal/agreement"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/limit"
	"skranke/internal/link"
	"skranke/internal/mail"
)

// RequisitionLink is the purpose of the link that lets a requisitioner order for residents (KEY-5). Its subject is the agreement.
const RequisitionLink = "keys.requisition"

const requisitionLife = 24 * time.Hour

// Invitations: a mailbox is not filled, and addresses are not tried out in numbers.
var (
	invitesPerMailbox = limit.Rule{Max: 3, Window: time.Hour}
	invitesPerAddress = limit.Rule{Max: 10, Window: time.Hour}
)

// inviteTime is how long every answer takes, so that it does not tell whether the address is listed.
const inviteTime = 400 * time.Millisecond

// InviteRequisitioner mails a link to whoever has this e-mail address among the agreement's approvers. For any other address
// it does nothing, and looks the same. address is the client's.
func (s *Service) InviteRequisitioner(ctx context.Context, agreementID, email, address string) error {
	if !goodEmail(email) {
		return fault.Field("email", "keys.form.email")
	}
	answer := time.NewTimer(inviteTime)
	defer answer.Stop()
	err := s.invite(ctx, agreementID, email, address)
	select {
	case <-answer.C:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Service) invite(ctx context.Context, agreementID, email, address string) error {
	_, c, err := s.current(ctx, s.DB, agreementID)
	if err != nil {
		return err
	}
	var tooMany *SlowDown
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		wait, err := limit.Hit(ctx, tx, "keys.invite.ip:"+limit.Network(address), invitesPerAddress)
		if err != nil {
			return err
		}
		if tooMany = nil; wait > 0 { // told after the commit: the hit counts
			tooMany = slowDown(wait)
			return nil
		}
		people, err := agreement.Approvers(ctx, tx, agreementID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(people, func(p identity.Person) bool { return identity.EmailKey(p.Email) == identity.EmailKey(email) })
		mailbox := hex.EncodeToString(id.HashToken(identity.EmailKey(email)))
		if wait, err = limit.Hit(ctx, tx, "keys.invite.mail:"+agreementID+":"+mailbox, invitesPerMailbox); err != nil || wait > 0 || i < 0 {
			return err
		}
		return s.mailRequisition(ctx, tx, people[i], agreementID, c)
	})
	if err == nil && tooMany != nil {
		return tooMany
	}
	return err
}

func (s *Service) mailRequisition(ctx context.Context, tx *db.Tx, p identity.Person, agreementID string, c identity.Customer) error {
	ln, err := link.Make(ctx, tx, RequisitionLink, agreementID, p.ID, requisitionLife)
	if err != nil {
		return err
	}
	l := p.L()
	return s.Mail.Send(ctx, tx, mail.Letter{
		Template: RequisitionLink, To: mail.Address{Name: p.Name, Email: p.Email}, L: l, CustomerID: c.ID, About: agreementID,
		Subject: l.KeysMailRequisitionSubject(c.Name), Greeting: l.KeysMailGreeting(p.Name),
		Paragraphs: []string{l.KeysMailRequisitionText(c.Name), l.KeysMailRequisitionNext()},
		Button:     &mail.Button{Label: l.KeysMailRequisitionButton(), Link: mail.Ref{Kind: RequisitionLink, ID: ln.ID, Path: "/keys/requisition/%s"}},
		Small:      []string{l.KeysMailRequisitionSmall(), l.KeysMailWhyApprover(c.Name)},
	})
}

// Requisition is what a requisitioner's link opens: the association, while the link counts and its holder is still listed.
func (s *Service) Requisition(ctx context.Context, token string) (link.Link, agreement.Match, error) {
	ln, err := s.Links.Open(ctx, s.DB, RequisitionLink, token)
	if err != nil {
		return ln, agreement.Match{}, err
	}
	if err := ln.State(s.DB.Now()); err != nil {
		return ln, agreement.Match{}, err
	}
	listed, err := agreement.IsApprover(ctx, s.DB, ln.Subject, ln.PersonID)
	if err != nil {
		return ln, agreement.Match{}, err
	}
	if !listed {
		return ln, agreement.Match{}, fault.New(fault.Conflict, "link.revoked")
	}
	m, err := s.Association(ctx, ln.Subject)
	return ln, m, err
}

// BeginRequisition begins an order for a resident. The link serves for several, as long as it lasts.
func (s *Service) BeginRequisition(ctx context.Context, token, product string) (Draft, error) {
	ln, _, err := s.Requisition(ctx, token)
	if err != nil {
		return Draft{}, err
	}
	return s.begin(ctx, Form{Product: product, AgreementID: ln.Subject, AskedBy: Requisitioner, Requisitioner: ln.PersonID})
}
