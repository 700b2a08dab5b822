// Package limit slows down whoever guesses: so many hits per key in a window, counted in the database and so shared by all nodes.
package limit

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"skranke/internal/db"
)

// Rule allows Max hits within Window.
type Rule struct {
	Max    int64
	Window time.Duration
}

type row struct {
	Hits   int64
	EndsAt time.Time
}

// Hit counts one try for key and says how long to wait before the next: zero while the rule is kept.
func Hit(ctx context.Context, tx *db.Tx, key string, r Rule) (time.Duration, error) {
	ends := tx.Now.Add(r.Window)
	w, err := db.One[row](ctx, tx, `
		INSERT INTO limits (key, hits, started_at, ends_at) VALUES ($1, 1, $2, $3)
		ON CONFLICT (key) DO UPDATE SET
			hits = CASE WHEN limits.ends_at <= $2 THEN 1 ELSE limits.hits + 1 END,
			started_at = CASE WHEN limits.ends_at <= $2 THEN excluded.started_at ELSE limits.started_at END,
			ends_at = CASE WHEN limits.ends_at <= $2 THEN excluded.ends_at ELSE limits.ends_at END
		RETURNING hits, ends_at`, key, tx.Now, ends)
	if err != nil {
		return 0, fmt.Errorf("count a hit: %w", err)
	}
	if w.Hits > r.Max {
		return w.EndsAt.Sub(tx.Now), nil
	}
	return 0, nil
}

// Wait says how long to wait before a try for key would be allowed, without counting one.
func Wait(ctx context.Context, q db.Q, key string, r Rule, now time.Time) (time.Duration, error) {
	w, err := db.One[row](ctx, q, `SELECT hits, ends_at FROM limits WHERE key = $1`, key)
	switch {
	case db.NoRows(err):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("read a limit: %w", err)
	case w.Hits >= r.Max && now.Before(w.EndsAt):
		return w.EndsAt.Sub(now), nil
	}
	return 0, nil
}

// Forgive takes back one hit of key, of a try that turned out well.
func Forgive(ctx context.Context, tx *db.Tx, key string) error {
	if _, err := tx.Exec(ctx, `UPDATE limits SET hits = hits - 1 WHERE key = $1 AND hits > 0`, key); err != nil {
		return fmt.Errorf("forgive a hit: %w", err)
	}
	return nil
}

// Clear forgets the hits of key, after a success.
func Clear(ctx context.Context, tx *db.Tx, key string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM limits WHERE key = $1`, key); err != nil {
		return fmt.Errorf("clear a limit: %w", err)
	}
	return nil
}

// Sweep drops windows that have ended.
func Sweep(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, `DELETE FROM limits WHERE ends_at <= $1`, tx.Now); err != nil {
		return fmt.Errorf("sweep limits: %w", err)
	}
	return nil
}

// Network is what an IP address is counted under: itself, or the network of an IPv6 address, since whoever has one has all of it.
func Network(address string) string {
	if ip, err := netip.ParseAddr(address); err == nil && ip.Unmap().Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return address
}
