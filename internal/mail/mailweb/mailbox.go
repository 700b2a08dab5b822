package mailweb

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"skranke/internal/mail"
	"skranke/internal/ui"
	"skranke/internal/web"
)

const mailboxPath = "/mailbox"

// boxData is the mailbox with its filter.
type boxData struct {
	L       ui.L
	Address string
	Mails   []mail.Received
	Older   bool
	Zone    *time.Location
}

// list shows what was sent, newest first, to everybody or to one address.
func (p *MailboxPages) list(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	d := boxData{L: web.L(r), Address: strings.TrimSpace(q.Get("address")), Zone: zone(p.Zone)}
	var err error
	if d.Mails, d.Older, err = p.Box.List(r.Context(), d.Address, q.Get("before"), pageSize); err != nil {
		return err
	}
	return web.Render(w, r, web.View{Title: d.L.MailboxTitle(), Body: boxPage(d)})
}

func (d boxData) clear() string {
	if d.Address == "" {
		return ""
	}
	return mailboxPath
}

// older leads to the mails before the last one shown.
func (d boxData) older() string {
	q := url.Values{"before": {d.Mails[len(d.Mails)-1].ID}}
	if d.Address != "" {
		q.Set("address", d.Address)
	}
	return mailboxPath + "?" + q.Encode()
}

func (d boxData) table() ui.TableData {
	t := ui.TableData{L: d.L, Caption: d.L.MailboxTitle(), Cols: []ui.Col{
		{Label: d.L.MailSubject(), Spot: ui.SpotTitle}, {Label: d.L.MailTo()}, {Label: d.L.MailboxAt()},
	}}
	for _, m := range d.Mails {
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: m.Subject, Href: mailboxPath + "/" + m.ID},
			{Text: m.ToAddress},
			{Text: d.L.DateTime(m.At, d.Zone), Tabular: true},
		})
	}
	return t
}

func (d boxData) empty() ui.Empty {
	if d.Address == "" {
		return ui.Empty{Icon: "inbox", Title: d.L.MailboxEmpty(), Text: d.L.MailboxEmptyText()}
	}
	return ui.Empty{Icon: "inbox", Title: d.L.MailboxNoneFor(d.Address), Text: d.L.MailboxNoneForText(), Action: &ui.Link{Text: d.L.MailShowAll(), Href: mailboxPath}}
}

// receivedData is one mail in the mailbox.
type receivedData struct {
	L    ui.L
	Mail mail.Received
	Zone *time.Location
}

// mail shows one mail as its receiver sees it.
func (p *MailboxPages) mail(w http.ResponseWriter, r *http.Request) error {
	m, err := p.Box.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	d := receivedData{L: web.L(r), Mail: m, Zone: zone(p.Zone)}
	return web.Render(w, r, web.View{Title: m.Subject, Body: receivedPage(d), Frames: true})
}

func (d receivedData) head() ui.Head {
	return ui.Head{Title: d.Mail.Subject, Crumbs: []ui.Link{{Text: d.L.MailboxTitle(), Href: mailboxPath}}}
}

func (d receivedData) facts() []ui.Fact {
	return []ui.Fact{{Label: d.L.MailTo(), Value: d.Mail.ToAddress}, {Label: d.L.MailboxAt(), Value: d.L.DateTime(d.Mail.At, d.Zone)}}
}

// htmlPolicy lets a mail have its inline style and nothing else, framed by us or opened by itself.
const htmlPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// html is the mail's own document, for the frame on its page. Its links leave the frame.
func (p *MailboxPages) html(w http.ResponseWriter, r *http.Request) error {
	m, err := p.Box.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Security-Policy", htmlPolicy)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	_, _ = asPage.WriteString(w, m.HTML) // the browser went away: nobody to tell
	return nil
}

// asPage makes a letter a page: its links lead out of the frame, it is the main part of its document, and it has no icon
// to ask for.
var asPage = strings.NewReplacer("<head>", `<head><base target="_top"><link rel="icon" href="data:,">`, `role="article"`, `role="main"`)
