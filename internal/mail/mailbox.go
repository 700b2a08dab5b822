package mail

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/id"
)

// Mailbox is the transport of an installation without a mail server: what would have been sent is kept to be read,
// links and all. It must never be open to the world beside real customers.
type Mailbox struct{ DB *db.DB }

// Deliver puts the message in the mailbox. A repeat of the same message changes nothing.
func (b Mailbox) Deliver(ctx context.Context, m Message) error {
	err := b.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO mailbox (id, mail_id, at, to_address, subject, html, body) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (id) DO NOTHING`, m.ID, m.MailID, m.At, strings.ToLower(m.To.Email), m.Subject, m.HTML, m.Text)
		return err
	})
	if err != nil {
		return fmt.Errorf("put mail %s in the mailbox: %w", m.MailID, err)
	}
	return nil
}

// Received is one mail as its receiver got it.
type Received struct {
	ID        string
	MailID    string
	At        time.Time
	ToAddress string // in small letters
	Subject   string
	HTML      string
	Body      string
}

// List is what the mailbox holds, newest first, for one address or, when it is empty, for all; older says that there is
// more. HTML and Body are left out.
func (b Mailbox) List(ctx context.Context, address, before string, size int) (list []Received, older bool, err error) {
	c := db.If("1 = 1")
	if address != "" {
		c = c.And("to_address = ?", strings.ToLower(address))
	}
	if before != "" {
		c = c.And("id < ?", before)
	}
	list, err = db.List[Received](ctx, b.DB, `SELECT id, mail_id, at, to_address, subject FROM mailbox WHERE {} ORDER BY id DESC LIMIT $1`, size+1, c)
	if err != nil {
		return nil, false, fmt.Errorf("list the mailbox: %w", err)
	}
	return list[:min(len(list), size)], len(list) > size, nil
}

// Get is one mail of the mailbox.
func (b Mailbox) Get(ctx context.Context, receivedID string) (Received, error) {
	notFound := fault.New(fault.NotFound, "mail.not_found")
	if !id.Valid(receivedID) {
		return Received{}, notFound
	}
	r, err := db.One[Received](ctx, b.DB, `SELECT id, mail_id, at, to_address, subject, html, body FROM mailbox WHERE id = $1`, receivedID)
	if db.NoRows(err) {
		return Received{}, notFound
	}
	if err != nil {
		return Received{}, fmt.Errorf("read mail %s in the mailbox: %w", receivedID, err)
	}
	return r, nil
}

// Links are the button and the further links of the mail, with addresses on whatever host the reader is.
func (r Received) Links() (links []ReceivedLink) {
	lines := strings.Split(r.Body, "\n")
	for i, l := range lines {
		if i == 0 || !strings.HasPrefix(l, "http://") && !strings.HasPrefix(l, "https://") {
			continue
		}
		label, ok := strings.CutSuffix(lines[i-1], ":")
		u, err := url.Parse(l)
		if !ok || err != nil {
			continue // a line that somebody wrote
		}
		links = append(links, ReceivedLink{Label: label, Path: u.RequestURI()})
	}
	return links
}

// ReceivedLink is one link of a mail.
type ReceivedLink struct{ Label, Path string }
