package mail

import (
	"context"
	"fmt"
	"slices"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/id"
)

// Row is one mail as lists show it.
type Row struct {
	ID        string
	CreatedAt time.Time
	Template  string
	ToName    string
	ToAddress string
	Subject   string
	About     string
	State     State
	Attempts  int64
	Error     string
	SentAt    *time.Time // when the transport took it; while sending, when the try began
}

const rowColumns = `id, created_at, template, to_name, to_address, subject, about, state, attempts, error, sent_at`

// Log is the mails about one record, oldest first. The caller has checked that the reader may see the record.
func Log(ctx context.Context, q db.Q, about string) ([]Row, error) {
	if about == "" {
		return nil, nil // mails about nothing have nothing in common
	}
	rows, err := db.List[Row](ctx, q, `SELECT `+rowColumns+` FROM mails WHERE about = $1 ORDER BY id`, about)
	if err != nil {
		return nil, fmt.Errorf("mails about %s: %w", about, err)
	}
	return rows, nil
}

// Filter narrows the mail log; empty fields narrow nothing. Before and After are ids at the edges of the page shown:
// the next page is older, before its last mail, the one before it is newer, after its first.
type Filter struct {
	State         State
	Before, After string
}

// Page is a part of the mail log, newest first, and whether there is more on either side.
type Page struct {
	Rows         []Row
	Newer, Older bool
}

// List is the mail log as far as by may see it, size mails at a time.
func (p *Post) List(ctx context.Context, by authz.Actor, f Filter, size int) (Page, error) {
	c, order := filtered(by, f), "DESC"
	switch {
	case f.After != "":
		c, order = c.And("id > ?", f.After), "ASC"
	case f.Before != "":
		c = c.And("id < ?", f.Before)
	}
	rows, err := db.List[Row](ctx, p.db, `SELECT `+rowColumns+` FROM mails WHERE {} ORDER BY id `+order+` LIMIT $1`, size+1, c)
	if err != nil {
		return Page{}, fmt.Errorf("list mails: %w", err)
	}
	more := len(rows) > size
	rows = rows[:min(len(rows), size)]
	if f.After != "" {
		slices.Reverse(rows)
		return Page{Rows: rows, Newer: more, Older: true}, nil
	}
	return Page{Rows: rows, Newer: f.Before != "", Older: more}, nil
}

// Count is how many mails the filter leaves, counted no further than limit.
func (p *Post) Count(ctx context.Context, by authz.Actor, f Filter, limit int) (int, error) {
	n, err := db.One[int](ctx, p.db, `SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM mails WHERE {} LIMIT $1) AS found`, limit, filtered(by, f))
	if err != nil {
		return 0, fmt.Errorf("count mails: %w", err)
	}
	return n, nil
}

func filtered(by authz.Actor, f Filter) db.Cond {
	c := reach(by)
	if f.State != "" {
		c = c.And("state = ?", string(f.State))
	}
	return c
}

func reach(by authz.Actor) db.Cond {
	return db.Reach(by.Reach(MaySee), db.Columns{Customer: "customer_id"})
}

// Kept is the kept copy of one mail as staff may read it: the links that open something are masked.
type Kept struct {
	Row
	CustomerID string
	Language   string
	Text       string
}

// MayResend says whether the reader may send this mail once more now.
func (k Kept) MayResend(by authz.Actor) bool {
	m, ok := Moves.Find(k.State, Resend, nil)
	return ok && by.May(m.Needs, k.place())
}

func (k Kept) place() authz.Place { return authz.Place{Customer: k.CustomerID} }

// Get is one mail of the log; what by may not see is not found.
func (p *Post) Get(ctx context.Context, by authz.Actor, mailID string) (Kept, error) {
	return p.get(ctx, p.db, by, mailID)
}

func (p *Post) get(ctx context.Context, q db.Q, by authz.Actor, mailID string) (Kept, error) {
	notFound := fault.New(fault.NotFound, "mail.not_found")
	if !id.Valid(mailID) {
		return Kept{}, notFound
	}
	type kept struct {
		ID, Template, ToName, ToAddress, Subject, About, Error, CustomerID, Language, Body string

		State     State
		Attempts  int64
		CreatedAt time.Time
		SentAt    *time.Time
	}
	k, err := db.One[kept](ctx, q, `SELECT `+rowColumns+`, customer_id, language, body FROM mails WHERE {}`, reach(by).And("id = ?", mailID))
	if db.NoRows(err) {
		return Kept{}, notFound
	}
	if err != nil {
		return Kept{}, fmt.Errorf("read mail %s: %w", mailID, err)
	}
	return Kept{
		Row: Row{
			ID: k.ID, CreatedAt: k.CreatedAt, Template: k.Template, ToName: k.ToName, ToAddress: k.ToAddress, Subject: k.Subject,
			About: k.About, State: k.State, Attempts: k.Attempts, Error: k.Error, SentAt: k.SentAt,
		},
		CustomerID: k.CustomerID, Language: k.Language, Text: masked(k.Body, p.base),
	}, nil
}
