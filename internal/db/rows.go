package db

import (
	"context"
	"fmt"
)

// LockRow makes other transactions that lock the same row wait until this one ends, so that facts read after it hold when
// they are acted on. The table has a version column. SQLite has one writer: there is nobody to wait for.
func LockRow(ctx context.Context, tx *Tx, table, id string) error {
	if tx.db.sqlite {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE `+table+` SET version = version WHERE id = $1`, id); err != nil {
		return fmt.Errorf("lock %s %s: %w", table, id, err)
	}
	return nil
}

// NextNumber is the next of a series of numbers for people; the series starts at first. The counter's row is locked until the
// transaction ends, so a failed one leaves no hole.
func NextNumber(ctx context.Context, tx *Tx, series string, first int64) (int64, error) {
	n, err := One[int64](ctx, tx, `
		INSERT INTO counters (name, last) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET last = counters.last + 1
		RETURNING last`, series, first)
	if err != nil {
		return 0, fmt.Errorf("next number of %s: %w", series, err)
	}
	return n, nil
}
