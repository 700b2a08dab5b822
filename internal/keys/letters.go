package keys

import (
	"context"

	"skranke/internal/approval"
	"skranke/internal/db"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/link"
	"skranke/internal/mail"
)

// letter is one of the mails to a resident.
type letter string

const (
	letterPay       letter = "keys.pay"
	letterPlaced    letter = "keys.placed" // where the association pays
	letterPaid      letter = "keys.paid"
	letterApproved  letter = "keys.approved"
	letterRejected  letter = "keys.rejected"
	letterExpired   letter = "keys.expired"
	letterCancelled letter = "keys.cancelled"
	letterReady     letter = "keys.ready"
	letterSent      letter = "keys.sent"
)

// words is what a letter says; the button always leads to the status page, which knows what can be done.
func (s *Service) words(l i18n.L, o Order, which letter) (subject string, paragraphs []string, button string) {
	item := QuantityOf(l, o.Product, o.Quantity)
	switch which {
	case letterPay:
		return l.KeysMailPaySubject(o.Number), []string{l.KeysMailPayText(l.Money(o.Amount()))}, l.KeysMailPayButton()
	case letterPaid:
		return l.KeysMailPaidSubject(o.Number), []string{l.KeysMailPaidText(l.Money(o.Amount())), l.KeysMailPaidNext(s.when(l, o))}, l.KeysMailStatusButton()
	case letterPlaced:
		return l.KeysMailPaidSubject(o.Number), []string{l.KeysMailPlacedText(s.when(l, o)), l.KeysMailPlacedNext()}, l.KeysMailStatusButton()
	case letterApproved:
		return l.KeysMailApprovedSubject(o.Number), []string{l.KeysMailApprovedText(item)}, l.KeysMailStatusButton()
	case letterRejected:
		return l.KeysMailRejectedSubject(o.Number), []string{l.KeysMailRejectedText(), l.KeysMailReason(o.Reason), s.moneyWords(l, o)}, l.KeysMailStatusButton()
	case letterExpired:
		return l.KeysMailExpiredSubject(o.Number), []string{l.KeysMailExpiredText(), s.moneyWords(l, o)}, l.KeysMailStatusButton()
	case letterCancelled:
		return l.KeysMailCancelledSubject(o.Number), []string{l.KeysMailCancelledText(), s.moneyWords(l, o)}, l.KeysMailStatusButton()
	case letterReady:
		return l.KeysMailReadySubject(o.Number), []string{l.KeysMailReadyText(item)}, l.KeysMailStatusButton()
	case letterSent:
		text := l.KeysMailSentText(item)
		if o.Tracking != "" {
			text = l.KeysMailSentTracked(item, o.Tracking)
		}
		return l.KeysMailSentSubject(o.Number), []string{text, l.KeysMailSentNext()}, l.KeysMailStatusButton()
	}
	return o.Number, nil, l.KeysMailStatusButton()
}

func (s *Service) moneyWords(l i18n.L, o Order) string {
	if o.Payment == OnAccount || o.Payment == PayNone {
		return l.KeysMailNoMoney()
	}
	return l.KeysMailMoneyBack(l.Money(o.Amount()))
}

// when is the board's deadline in the installation's time.
func (s *Service) when(l i18n.L, o Order) string {
	if o.DecideBy == nil {
		return ""
	}
	return l.DateTime(*o.DecideBy, s.Zone)
}

// tellResident writes to the resident, in the language they ordered in.
func (s *Service) tellResident(ctx context.Context, tx *db.Tx, o Order, which letter) error {
	l := o.L()
	subject, paragraphs, button := s.words(l, o, which)
	return s.Mail.Send(ctx, tx, mail.Letter{
		Template: string(which), To: mail.Address{Name: o.ResidentName, Email: o.ResidentEmail}, L: l,
		CustomerID: o.CustomerID, About: o.ID, Subject: subject, Greeting: l.KeysMailGreeting(o.ResidentName), Paragraphs: paragraphs,
		Facts:  s.summary(l, o),
		Button: &mail.Button{Label: button, Link: mail.Ref{Kind: StatusLink, ID: o.StatusLink, Path: "/k/%s"}},
		Small:  []string{l.KeysMailWhyResident()},
	})
}

// tellApprover asks one of the board. The mail shows the whole order; its link opens a page that asks for yes or no.
func (s *Service) tellApprover(ctx context.Context, tx *db.Tx, o Order, p identity.Person, ln link.Link, c identity.Customer) error {
	l := p.L()
	facts := append(s.summary(l, o), mail.Fact{Label: l.KeysResident(), Value: o.ResidentName}, mail.Fact{Label: l.KeysFlat(), Value: o.Flat},
		mail.Fact{Label: l.KeysDecideBy(), Value: s.when(l, o)})
	money := l.KeysMailApprovePaid(l.Money(o.Amount()))
	if o.Payment == OnAccount {
		money = l.KeysMailApproveOnAccount(l.Money(o.Amount()))
	}
	return s.Mail.Send(ctx, tx, mail.Letter{
		Template: "keys.approve", To: mail.Address{Name: p.Name, Email: p.Email}, L: l, CustomerID: o.CustomerID, About: o.ID,
		Subject: l.KeysMailApproveSubject(o.Flat, o.Number), Greeting: l.KeysMailGreeting(p.Name),
		Paragraphs: []string{l.KeysMailApproveText(c.Name), money}, Facts: facts,
		Button: &mail.Button{Label: l.KeysMailApproveButton(), Link: mail.Ref{Kind: approval.LinkKind, ID: ln.ID, Path: "/approve/%s"}},
		Small:  []string{l.KeysMailApproveSmall(), l.KeysMailWhyApprover(c.Name)},
	})
}

// summary is the order in a few rows, without anything about people.
func (s *Service) summary(l i18n.L, o Order) []mail.Fact {
	code := l.KeysZoneNumber()
	if o.Product == Key {
		code = l.KeysKeyMark()
	}
	return []mail.Fact{
		{Label: l.KeysOrderNumber(), Value: o.Number},
		{Label: l.KeysWhat(), Value: QuantityOf(l, o.Product, o.Quantity)},
		{Label: l.KeysSystemNumber(), Value: o.SystemNumber},
		{Label: code, Value: o.Code},
		{Label: l.KeysPurpose(), Value: l.Code("keys.purpose." + o.Purpose)},
		{Label: l.KeysDelivery(), Value: l.Code("keys.delivery." + o.Delivery)},
		{Label: l.KeysTotal(), Value: l.Money(o.Amount())},
	}
}

// title names an order in an inbox, without anything about people.
func title(l i18n.L, o Order) string {
	return l.KeysApprovalTitle(o.Flat, QuantityOf(l, o.Product, o.Quantity))
}

// ItemName is what a line is called: "Key fob", "Order fee".
func ItemName(l i18n.L, item string) string { return l.Code("keys.item." + item) }

// QuantityOf is how many of what: "1 key fob", "2 system keys".
func QuantityOf(l i18n.L, p Product, n int64) string {
	if p == Key {
		return l.KeysKeys(int(n))
	}
	return l.KeysFobs(int(n))
}
