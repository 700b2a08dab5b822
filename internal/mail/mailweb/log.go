package mailweb

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"skranke/internal/i18n"
	"skranke/internal/mail"
	"skranke/internal/ui"
	"skranke/internal/web"

	"github.com/a-h/templ"
)

const (
	mailsPath = "/office/mails"
	// countLimit is how far a list is counted: further it says "over 1 000".
	countLimit = 1001
)

// Badge is the one place where a mail's state becomes a shape, a colour and a word.
func Badge(l ui.L, s mail.State) ui.Badge {
	state := map[mail.State]ui.State{mail.Queued: ui.Waiting, mail.Sending: ui.Working, mail.Sent: ui.Done, mail.Failed: ui.Overdue}[s]
	return ui.Badge{State: state, Text: l.Code("mail.state." + string(s))}
}

// logData is the mail log with its filter.
type logData struct {
	L      ui.L
	Filter mail.Filter
	Page   mail.Page
	Count  int
	Zone   *time.Location
}

// mails lists what was sent, newest first.
func (p *Pages) mails(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := mail.Filter{State: mail.State(q.Get("state")), Before: q.Get("before"), After: q.Get("after")}
	if !slices.Contains(mail.States(), f.State) {
		f.State = ""
	}
	page, err := p.Post.List(r.Context(), web.Actor(r), f, pageSize)
	if err != nil {
		return err
	}
	n, err := p.Post.Count(r.Context(), web.Actor(r), f, countLimit)
	if err != nil {
		return err
	}
	d := logData{L: web.L(r), Filter: f, Page: page, Count: n, Zone: zone(p.Zone)}
	return web.Render(w, r, web.View{Title: d.L.MailTitle(), Body: logPage(d)})
}

// href is the list under the same filter from another mail on.
func (d logData) href(key, mailID string) string {
	q := url.Values{key: {mailID}}
	if d.Filter.State != "" {
		q.Set("state", string(d.Filter.State))
	}
	return mailsPath + "?" + q.Encode()
}

func (d logData) clear() string {
	if d.Filter.State == "" {
		return ""
	}
	return mailsPath
}

func (d logData) states() ui.Choice {
	c := ui.Choice{L: d.L, Name: "state", Label: d.L.MailState(), Value: string(d.Filter.State), Optional: true, HideLabel: true, Blank: d.L.MailAnyState()}
	for _, s := range mail.States() {
		c.Options = append(c.Options, ui.Option{Value: string(s), Label: d.L.Code("mail.state." + string(s))})
	}
	return c
}

func (d logData) pages() ui.Pages {
	p, rows := ui.Pages{Summary: d.L.MailFound(d.Count)}, d.Page.Rows
	if d.Count >= countLimit {
		p.Summary = d.L.MailFoundMany()
	}
	if d.Page.Newer {
		p.PreviousHref = d.href("after", rows[0].ID)
	}
	if d.Page.Older {
		p.NextHref = d.href("before", rows[len(rows)-1].ID)
	}
	return p
}

func (d logData) table() ui.TableData { return table(d.L, d.Zone, d.Page.Rows, true) }

// table is a list of mails; linked leads from each to its page.
func table(l ui.L, z *time.Location, rows []mail.Row, linked bool) ui.TableData {
	t := ui.TableData{L: l, Caption: l.MailTitle(), Cols: []ui.Col{
		{Label: l.MailSubject(), Spot: ui.SpotTitle}, {Label: l.MailTo()}, {Label: l.MailWritten()}, {Label: l.MailState(), Spot: ui.SpotCorner},
	}}
	for _, r := range rows {
		badge, subject := Badge(l, r.State), ui.Cell{Text: r.Subject}
		if linked {
			subject.Href = mailsPath + "/" + r.ID
		}
		t.Rows = append(t.Rows, []ui.Cell{subject, receiver(r), {Text: l.DateTime(r.CreatedAt, z), Tabular: true}, {Badge: &badge}})
	}
	return t
}

func receiver(r mail.Row) ui.Cell {
	if r.ToName == "" {
		return ui.Cell{Text: r.ToAddress}
	}
	return ui.Cell{Text: r.ToName, Sub: r.ToAddress}
}

func (d logData) empty() ui.Empty {
	if d.Filter.State == "" {
		return ui.Empty{Icon: "mail", Title: d.L.MailNoneTitle(), Text: d.L.MailNoneText()}
	}
	return ui.Empty{Icon: "mail", Title: d.L.MailNoneTitle(), Text: d.L.MailNoneOfState(), Action: &ui.Link{Text: d.L.MailShowAll(), Href: mailsPath}}
}

// About is a card with the mails about one record, for another module's page. The caller has checked that the reader may
// see the record; the mails themselves are linked for who may open them.
func About(r *http.Request, z *time.Location, rows []mail.Row) templ.Component {
	return aboutCard(web.L(r), table(web.L(r), zone(z), rows, web.Actor(r).MayAnywhere(mail.MaySee)))
}

// mailData is the page of one mail.
type mailData struct {
	L      ui.L
	Mail   mail.Kept
	Resend bool
	Zone   *time.Location
}

// mail shows one mail as it was written, with its links masked, and how far it came.
func (p *Pages) mail(w http.ResponseWriter, r *http.Request) error {
	k, err := p.Post.Get(r.Context(), web.Actor(r), r.PathValue("id"))
	if err != nil {
		return err
	}
	d := mailData{L: web.L(r), Mail: k, Resend: k.MayResend(web.Actor(r)), Zone: zone(p.Zone)}
	return web.Render(w, r, web.View{Title: k.Subject, Body: mailPage(d)})
}

// resend queues the mail once more.
func (p *Pages) resend(w http.ResponseWriter, r *http.Request) error {
	mailID := r.PathValue("id")
	if err := p.Post.Resend(r.Context(), web.Actor(r), mailID); err != nil {
		return err
	}
	return web.Done(w, r, mailsPath+"/"+mailID, "mail.queued_again")
}

func (d mailData) head() ui.Head {
	b := Badge(d.L, d.Mail.State)
	return ui.Head{Title: d.Mail.Subject, Badge: &b, Crumbs: []ui.Link{{Text: d.L.MailTitle(), Href: mailsPath}}}
}

// resendText is "try now" while the mail still waits for a try.
func (d mailData) resendText() string {
	if d.Mail.State == mail.Queued {
		return d.L.MailTryNow()
	}
	return d.L.MailResend()
}

func (d mailData) retrying() bool { return d.Mail.State == mail.Queued && d.Mail.Error != "" }

// facts leaves out what is not known.
func (d mailData) facts() []ui.Fact {
	k, l := d.Mail, d.L
	lang, _ := i18n.Parse(k.Language)
	all := []ui.Fact{
		{Label: l.MailTo(), Value: strings.TrimPrefix(k.ToName+", "+k.ToAddress, ", ")},
		{Label: l.MailWritten(), Value: l.DateTime(k.CreatedAt, d.Zone)},
	}
	if k.State == mail.Sent && k.SentAt != nil {
		all = append(all, ui.Fact{Label: l.MailSentAt(), Value: l.DateTime(*k.SentAt, d.Zone)})
	}
	if k.Attempts > 1 || k.Attempts > 0 && k.State != mail.Sent {
		all = append(all, ui.Fact{Label: l.MailTries(), Value: l.Int(k.Attempts)})
	}
	all = append(all, ui.Fact{Label: l.MailLanguage(), Value: lang.Name()})
	if kind := "mail.template." + k.Template; i18n.HasCode(kind) {
		all = append(all, ui.Fact{Label: l.MailKind(), Value: l.Code(kind)})
	}
	if k.Error != "" {
		all = append(all, ui.Fact{Label: l.MailReason(), Value: k.Error})
	}
	return all
}

// paragraphs splits plain text at its empty lines, and each part into its lines. The mark above the foot notes is for mail
// programs.
func paragraphs(text string) (out [][]string) {
	text = strings.Replace(text, "\n-- \n", "\n\n", 1)
	for part := range strings.SplitSeq(text, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, strings.Split(part, "\n"))
		}
	}
	return out
}
