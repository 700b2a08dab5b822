package identity

import (
	"context"
	"time"

	"skranke/internal/db"
	"skranke/internal/i18n"
	"skranke/internal/mail"
)

func (a *Accounts) tellReset(ctx context.Context, tx *db.Tx, who owner, ref mail.Ref) error {
	l := who.L()
	return a.tell(ctx, tx, who, mail.Letter{
		Template: "identity.reset", Subject: l.AccountMailResetSubject(), Paragraphs: []string{l.AccountMailResetText()},
		Button: &mail.Button{Label: l.AccountMailResetButton(), Link: ref},
		Small:  []string{l.AccountMailResetSmall(), l.AccountMailResetNotMe()},
	})
}

// tellPassword says that the password is another one, so that a stranger's change does not go unseen.
func (a *Accounts) tellPassword(ctx context.Context, tx *db.Tx, who owner, network string) error {
	l := who.L()
	return a.tell(ctx, tx, who, mail.Letter{
		Template: "identity.password", Subject: l.AccountMailPasswordSubject(),
		Paragraphs: []string{l.AccountMailPasswordText(), l.AccountMailNotMe()},
		Facts:      []mail.Fact{{Label: l.AccountMailWhen(), Value: a.when(l, tx.Now)}, {Label: l.AccountNetwork(), Value: network}},
		Links:      []mail.Button{forgot(l)},
		Small:      []string{l.AccountMailWhy()},
	})
}

// tellEmailLink goes to an address that nobody has vouched for yet: it names no one.
func (a *Accounts) tellEmailLink(ctx context.Context, tx *db.Tx, who owner, email, linkID string) error {
	l := who.L()
	return a.Mail.Send(ctx, tx, mail.Letter{
		Template: "identity.email_confirm", To: mail.Address{Email: email}, L: l, About: who.ID,
		Subject: l.AccountMailEmailSubject(), Paragraphs: []string{l.AccountMailEmailText(email)},
		Button: &mail.Button{Label: l.AccountMailEmailButton(), Link: mail.Ref{Kind: EmailLink, ID: linkID, Path: "/account/email/%s"}},
		Small:  []string{l.AccountMailEmailSmall(), l.AccountMailEmailNotMe()},
	})
}

// tellEmailAsked and tellEmailChanged go to the old address, while there is time to object and when there is none left.
func (a *Accounts) tellEmailAsked(ctx context.Context, tx *db.Tx, who owner, email string) error {
	l := who.L()
	return a.tell(ctx, tx, who, mail.Letter{
		Template: "identity.email_asked", Subject: l.AccountMailAskedSubject(),
		Paragraphs: []string{l.AccountMailAskedText(email), l.AccountMailAskedNotMe()},
		Links:      []mail.Button{forgot(l)}, Small: []string{l.AccountMailWhy()},
	})
}

func (a *Accounts) tellEmailChanged(ctx context.Context, tx *db.Tx, who owner, email string) error {
	l := who.L()
	return a.tell(ctx, tx, who, mail.Letter{
		Template: "identity.email_changed", Subject: l.AccountMailChangedSubject(),
		Paragraphs: []string{l.AccountMailChangedText(email), l.AccountMailChangedNotMe()}, Small: []string{l.AccountMailChangedWhy()},
	})
}

// tellEmailTaken tells the owner of an address that somebody else wanted it.
func (a *Accounts) tellEmailTaken(ctx context.Context, tx *db.Tx, who owner) error {
	l := who.L()
	return a.tell(ctx, tx, who, mail.Letter{
		Template: "identity.email_taken", Subject: l.AccountMailTakenSubject(),
		Paragraphs: []string{l.AccountMailTakenText(), l.AccountMailTakenNext()},
		Links:      []mail.Button{{Label: l.AccountMailSignIn(), Link: mail.Ref{Path: "/sign-in"}}, forgot(l)},
		Small:      []string{l.AccountMailWhy()},
	})
}

func forgot(l i18n.L) mail.Button {
	return mail.Button{Label: l.AccountMailResetButton(), Link: mail.Ref{Path: "/forgot"}}
}

func (a *Accounts) tell(ctx context.Context, tx *db.Tx, who owner, letter mail.Letter) error {
	letter.To, letter.L, letter.About = mail.Address{Name: who.Name, Email: who.Email}, who.L(), who.ID
	letter.Greeting = who.L().AccountMailGreeting(who.Name)
	return a.Mail.Send(ctx, tx, letter)
}

func (a *Accounts) when(l i18n.L, at time.Time) string {
	if a.Zone == nil {
		return l.DateTime(at, time.UTC)
	}
	return l.DateTime(at, a.Zone)
}
