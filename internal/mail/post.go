package mail

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"skranke/internal/brand"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/id"
	"skranke/internal/jobs"
	"skranke/internal/link"
)

// Post is the post room: it takes letters and delivers them.
type Post struct {
	Events *event.Log // records what staff do; nil records without reactions

	db        *db.DB
	jobs      *jobs.Jobs
	signer    *link.Signer
	look      look
	from      Address
	base      string
	transport Transport
}

// New opens the post room and registers its job with j, which must not have started. baseURL is the address of the
// product as receivers see it.
func New(d *db.DB, j *jobs.Jobs, s *link.Signer, b brand.Brand, from Address, baseURL string, t Transport) (*Post, error) {
	from, err := from.clean()
	if err != nil {
		return nil, errors.New("the sender of mails must be an address such as post@firm.example")
	}
	u, err := url.Parse(baseURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("the address of the product must be such as https://firm.example")
	}
	p := &Post{db: d, jobs: j, signer: s, look: lookOf(b), from: from, base: strings.TrimRight(baseURL, "/"), transport: t}
	jobs.Handle(j, p.deliver)
	return p, nil
}

// Send keeps the letter and queues its delivery in the caller's transaction: it goes out once that holds, or never.
func (p *Post) Send(ctx context.Context, tx *db.Tx, l Letter) error {
	l, err := l.clean()
	if err != nil {
		return err
	}
	html, text, err := p.look.render(l)
	if err != nil {
		return fmt.Errorf("write mail %s: %w", l.Template, err)
	}
	mailID := id.New()
	_, err = tx.Exec(ctx, `
		INSERT INTO mails (id, created_at, template, to_name, to_address, language, subject, html, body, customer_id, about, state)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		mailID, tx.Now, l.Template, l.To.Name, l.To.Email, l.L.Tag(), l.Subject, html, text, l.CustomerID, l.About, string(Queued))
	if err != nil {
		return fmt.Errorf("keep mail %s: %w", l.Template, err)
	}
	return p.jobs.Add(ctx, tx, deliverArgs{Mail: mailID, Sending: mailID})
}
