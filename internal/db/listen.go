package db

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// Notify tells all nodes, once the transaction holds, and once however often it is told. PostgreSQL only: on SQLite there is
// one process, use AfterCommit.
func (t *Tx) Notify(_ context.Context, channel, payload string) error {
	if t.db.sqlite {
		return errors.New("db: Notify is for PostgreSQL")
	}
	if n := (news{channel, payload}); !slices.Contains(t.news, n) {
		t.news = append(t.news, n)
	}
	return nil
}

type news struct{ channel, payload string }

// sendNews gives all news of the transaction to PostgreSQL in one statement, just before the commit.
func (t *Tx) sendNews(ctx context.Context) error {
	if len(t.news) == 0 {
		return nil
	}
	var channels, payloads []string
	for _, n := range t.news {
		channels, payloads = append(channels, n.channel), append(payloads, n.payload)
	}
	if _, err := t.Exec(ctx, `SELECT pg_notify(n.channel, n.payload) FROM unnest($1::text[], $2::text[]) AS n (channel, payload)`, channels, payloads); err != nil {
		return fmt.Errorf("tell other nodes: %w", err)
	}
	return nil
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
