package db

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Notify tells all nodes, once the transaction holds. PostgreSQL only: on SQLite there is one process, use AfterCommit.
func (t *Tx) Notify(ctx context.Context, channel, payload string) error {
	if t.db.sqlite {
		return errors.New("db: Notify is for PostgreSQL")
	}
	_, err := t.Exec(ctx, `SELECT pg_notify($1, $2)`, channel, payload)
	return err
}

// Listen calls fn with every payload on channel until ctx ends or the connection breaks; the caller tries again. PostgreSQL only.
func (d *DB) Listen(ctx context.Context, channel string, ready func(), fn func(payload string)) error {
	if d.sqlite {
		return errors.New("db: Listen is for PostgreSQL")
	}
	c, err := pgx.Connect(ctx, d.dsn)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", channel, err)
	}
	defer c.Close(context.WithoutCancel(ctx)) //nolint:errcheck // the connection is of no more use
	if _, err := c.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return fmt.Errorf("listen on %s: %w", channel, err)
	}
	ready()
	for {
		n, err := c.WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("wait on %s: %w", channel, err)
		}
		fn(n.Payload)
	}
}
