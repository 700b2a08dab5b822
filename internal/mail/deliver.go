package mail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"skranke/internal/db"
	"skranke/internal/jobs"
)

const (
	// maxTries ends a little before the job queue would, some 13 hours after the first try.
	maxTries = 24
	// abandonedAfter is longer than a job may run: whoever held the mail that long has died.
	abandonedAfter = 2 * time.Minute
)

// deliverArgs names a mail and one sending of it: the first, or one that staff asked for.
type deliverArgs struct {
	Mail    string `json:"mail"`
	Sending string `json:"sending"`
}

// Kind names the job.
func (deliverArgs) Kind() string { return "mail.deliver" }

// outgoing is what delivering needs of the kept copy.
type outgoing struct {
	ID        string
	ToName    string
	ToAddress string
	Language  string
	Subject   string
	HTML      string
	Body      string
	Attempts  int64
	SentAt    time.Time
}

// deliver hands one mail over. Three steps, of which the middle one is outside of any transaction: take the mail, hand
// it over, note how it went. A crash between the second and third sends it again under the same message id; SMTP
// knows no way to ask whether the first one came through.
func (p *Post) deliver(ctx context.Context, a deliverArgs) error {
	o, ok, err := p.claim(ctx, a.Mail)
	if err != nil || !ok {
		return err
	}
	e := expander{base: p.base, signer: p.signer}
	sendErr := p.transport.Deliver(ctx, Message{
		ID: a.Sending, MailID: o.ID, At: o.SentAt, From: p.from, To: Address{Name: o.ToName, Email: o.ToAddress},
		Language: o.Language, Subject: o.Subject, HTML: e.expand(o.HTML), Text: e.expand(o.Body),
	})
	if err := p.finish(context.WithoutCancel(ctx), o, sendErr, e.secrets); err != nil {
		return errors.Join(err, sendErr)
	}
	if sendErr != nil && final(o, sendErr) {
		return jobs.Cancel(sendErr)
	}
	return sendErr
}

// claim takes a queued mail, or one whose holder died. Another node may have been faster: then there is nothing to do.
func (p *Post) claim(ctx context.Context, mailID string) (o outgoing, ok bool, err error) {
	var held bool
	err = p.db.InTx(ctx, func(tx *db.Tx) error {
		ok, held = false, false
		got, err := db.List[outgoing](ctx, tx, `
			UPDATE mails SET state = $1, attempts = attempts + 1, sent_at = $2
			WHERE id = $3 AND (state = $4 OR state = $1 AND sent_at < $5)
			RETURNING id, to_name, to_address, language, subject, html, body, attempts, sent_at`,
			string(Sending), tx.Now, mailID, string(Queued), tx.Now.Add(-abandonedAfter))
		if err != nil {
			return err
		}
		if ok = len(got) == 1; ok {
			o = got[0]
			return nil
		}
		n, err := db.One[int64](ctx, tx, `SELECT COUNT(*) AS n FROM mails WHERE id = $1 AND state = $2`, mailID, string(Sending))
		held = n > 0
		return err
	})
	if err != nil {
		return o, false, fmt.Errorf("take mail %s: %w", mailID, err)
	}
	if held {
		return o, false, fmt.Errorf("mail %s is in other hands", mailID) // look again later: they may have died
	}
	return o, ok, nil
}

// finish notes how it went. Only the try that holds the mail may: a later one has raised attempts.
func (p *Post) finish(ctx context.Context, o outgoing, sendErr error, secrets []string) error {
	state, why := Sent, ""
	if sendErr != nil {
		var u *Undelivered
		errors.As(sendErr, &u)
		why = reason(sendErr, u, secrets)
		if state = Queued; final(o, sendErr) {
			state = Failed
		}
	}
	err := p.db.InTx(ctx, func(tx *db.Tx) error {
		var at *time.Time
		if state == Sent {
			at = &tx.Now
		}
		_, err := tx.Exec(ctx, `UPDATE mails SET state = $1, error = $2, sent_at = $3 WHERE id = $4 AND state = $5 AND attempts = $6`,
			string(state), why, at, o.ID, string(Sending), o.Attempts)
		return err
	})
	if err != nil {
		return fmt.Errorf("note mail %s as %s: %w", o.ID, state, err)
	}
	return nil
}

// final says that there will be no further try.
func final(o outgoing, err error) bool {
	var u *Undelivered
	return errors.As(err, &u) && u.Permanent || o.Attempts >= maxTries
}
