// Package mailweb is the pages of the mail log for staff and, where no mail server is set, of the mailbox.
package mailweb

import (
	"time"

	"skranke/internal/mail"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// Pages serves the mail log.
type Pages struct {
	Post *mail.Post
	Zone *time.Location // whose clocks the times are shown in; nil is UTC
}

// Routes is every address of the mail log.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{
			Pattern: "GET /office/mails", Handle: p.mails, Who: web.Staff, Needs: mail.MaySee, Area: ui.Office,
			Look: []string{"/office/mails", "/office/mails?state=failed"},
		},
		{Pattern: "GET /office/mails/{id}", Handle: p.mail, Who: web.Staff, Needs: mail.MaySee, Area: ui.Office},
		{Pattern: "POST /office/mails/{id}/resend", Handle: p.resend, Who: web.Staff, Needs: mail.MayResend, Area: ui.Office},
	}
}

// MailboxPages serves the built-in mailbox. What lies in it opens things without signing in, so these routes belong to
// a demonstration and to nothing else.
type MailboxPages struct {
	Box  mail.Mailbox
	Zone *time.Location // nil is UTC
}

// Routes is every address of the mailbox.
func (p *MailboxPages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /mailbox", Handle: p.list, Look: []string{"/mailbox", "/mailbox?address=nobody@firm.example"}},
		{Pattern: "GET /mailbox/{id}", Handle: p.mail},
		{Pattern: "GET /mailbox/{id}/html", Handle: p.html},
	}
}

// pageSize is how many rows a list shows.
const pageSize = 24

func zone(z *time.Location) *time.Location {
	if z == nil {
		return time.UTC
	}
	return z
}
