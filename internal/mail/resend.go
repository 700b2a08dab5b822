package mail

import (
	"context"
	"fmt"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/id"
)

// Resend queues a mail once more, with the same words and links. It gets a message id of its own, since a receiver's
// server may drop a mail whose id it has seen. A mail still waiting for its next try is tried at once.
func (p *Post) Resend(ctx context.Context, by authz.Actor, mailID string) error {
	return p.db.InTx(ctx, func(tx *db.Tx) error {
		k, err := p.get(ctx, tx, by, mailID)
		if err != nil {
			return err
		}
		m, ok := Moves.Find(k.State, Resend, nil)
		if !ok {
			return fault.New(fault.Conflict, "mail.being_sent")
		}
		if err := by.Check(m.Needs, k.place()); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE mails SET state = $1, attempts = 0, error = '', sent_at = NULL WHERE id = $2 AND state = $3`,
			string(m.To), mailID, string(k.State))
		if err != nil {
			return fmt.Errorf("queue mail %s again: %w", mailID, err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "mail.being_sent")
		}
		err = p.Events.Record(ctx, tx, by, event.Event{
			Kind: "mail", Subject: mailID, Name: "mail.resend", CustomerID: k.CustomerID,
			Data: event.Data(map[string]any{"about": k.About, "template": k.Template}),
		})
		if err != nil {
			return err
		}
		return p.jobs.Add(ctx, tx, deliverArgs{Mail: mailID, Sending: id.New()})
	})
}
