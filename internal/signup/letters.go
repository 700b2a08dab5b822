package signup

import (
	"context"

	"skranke/internal/approval"
	"skranke/internal/db"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/link"
	"skranke/internal/mail"
)

// tellVerify is the mail that every registration gets. Its subject tells nothing; what is true of company and person is for its
// reader alone.
func (s *Service) tellVerify(ctx context.Context, tx *db.Tx, r Registration, st Standing) error {
	l := r.L()
	ref := mail.Ref{Kind: LinkKind, ID: r.LinkID, Path: "/register/confirm/%s"}
	letter := mail.Letter{
		Template: LinkKind, To: mail.Address{Email: r.Email}, L: l, About: r.ID, // a stranger may have typed any name
		Subject: l.SignupMailSubject(), Greeting: l.SignupMailHello(), Facts: s.company(r),
		Small: []string{l.SignupMailVerifySmall(), l.SignupMailNotYou()},
	}
	switch st.Want {
	case WantCompany:
		letter.Paragraphs = []string{l.SignupMailVerifyText(r.Company), l.SignupMailVerifyNext()}
		letter.Button = &mail.Button{Label: l.SignupMailVerifyButton(), Link: ref}
	case WantAccess:
		letter.Paragraphs = []string{l.SignupMailExistsText(r.Company), l.SignupMailExistsNext()}
		letter.Button = &mail.Button{Label: l.SignupMailExistsButton(), Link: ref}
	case WantNothing:
		letter.Paragraphs = []string{l.SignupMailThereText(r.Company)}
		letter.Button = &mail.Button{Label: l.SignupMailSignIn(), Link: mail.Ref{Path: "/sign-in"}}
		letter.Small = []string{l.SignupMailNotYou()}
	}
	if st.HasAccount() && st.Want != WantNothing {
		letter.Paragraphs = append(letter.Paragraphs, l.SignupMailAccount())
	}
	return s.Mail.Send(ctx, tx, letter)
}

// company is the registration in two rows.
func (s *Service) company(r Registration) []mail.Fact {
	l := r.L()
	return []mail.Fact{{Label: l.SignupOfficeWhat(), Value: r.Company}, {Label: l.SignupOrgNumber(), Value: id.FormatOrgNumber(r.Country, r.OrgNumber)}}
}

// tellAdministrator asks an administrator whether somebody is to have access.
func (s *Service) tellAdministrator(ctx context.Context, tx *db.Tx, r Registration, p identity.Person, ln link.Link, c identity.Customer) error {
	l := p.L()
	facts := []mail.Fact{{Label: l.SignupName(), Value: r.Name}, {Label: l.SignupEmail(), Value: r.Email}, {Label: l.SignupPhone(), Value: r.Phone}}
	if r.DueAt != nil {
		facts = append(facts, mail.Fact{Label: l.SignupAnswerBy(), Value: l.DateTime(*r.DueAt, s.Zone)})
	}
	return s.Mail.Send(ctx, tx, mail.Letter{
		Template: "signup.access", To: mail.Address{Name: p.Name, Email: p.Email}, L: l, CustomerID: c.ID, About: r.ID,
		Subject: l.SignupMailAccessSubject(c.Name), Greeting: l.SignupMailGreeting(p.Name),
		Paragraphs: []string{l.SignupMailAccessText(c.Name), l.SignupAccessMeans()}, Facts: facts,
		Button: &mail.Button{Label: l.SignupMailAccessButton(), Link: mail.Ref{Kind: approval.LinkKind, ID: ln.ID, Path: "/approve/%s"}},
		Small:  []string{l.SignupMailAccessSmall(), l.SignupMailWhyAdministrator(c.Name)},
	})
}

// tellWelcome says that a company that staff have looked at is a customer now.
func (s *Service) tellWelcome(ctx context.Context, tx *db.Tx, r Registration) error {
	l := r.L()
	return s.tell(ctx, tx, r, "signup.welcome", l.SignupMailWelcomeSubject(r.Company), l.SignupMailWelcomeText(r.Company), l.SignupCardOnly())
}

// tellAdmitted says that a person has access now.
func (s *Service) tellAdmitted(ctx context.Context, tx *db.Tx, r Registration, c identity.Customer) error {
	l := r.L()
	return s.tell(ctx, tx, r, "signup.admitted", l.SignupMailAdmittedSubject(c.Name), l.SignupMailAdmittedText(c.Name))
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, r Registration, template, subject string, paragraphs ...string) error {
	l := r.L()
	return s.Mail.Send(ctx, tx, mail.Letter{
		Template: template, To: mail.Address{Name: r.Name, Email: r.Email}, L: l, CustomerID: r.CustomerID, About: r.ID,
		Subject: subject, Greeting: l.SignupMailGreeting(r.Name), Paragraphs: paragraphs,
		Button: &mail.Button{Label: l.SignupMailSignIn(), Link: mail.Ref{Path: "/sign-in"}}, Small: []string{l.SignupMailWhyYou()},
	})
}

// tellRejected says no, with the reason.
func (s *Service) tellRejected(ctx context.Context, tx *db.Tx, r Registration) error {
	l := r.L()
	text := l.SignupMailRejectedText(r.Company)
	if r.CustomerID != "" { // it was about access
		text = l.SignupMailRefusedText(r.Company)
	}
	return s.Mail.Send(ctx, tx, mail.Letter{
		Template: "signup.rejected", To: mail.Address{Name: r.Name, Email: r.Email}, L: l, CustomerID: r.CustomerID, About: r.ID,
		Subject: l.SignupMailRejectedSubject(), Greeting: l.SignupMailGreeting(r.Name), Paragraphs: []string{text, l.SignupMailReason(r.Reason)},
		Small: []string{l.SignupMailWhyYou()},
	})
}
