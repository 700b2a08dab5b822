package keys

import (
	"context"
	"errors"
	"fmt"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
)

// receivedAfter is when an order that was sent counts as received, where nobody has said so (KEY-8).
const receivedAfter = 14 * 24 * time.Hour

// SweepSent closes orders that were sent long ago.
func (s *Service) SweepSent(ctx context.Context) error {
	ids, err := db.List[string](ctx, s.DB, `SELECT id FROM key_orders WHERE work = $1 AND sent_at <= $2 ORDER BY created_at LIMIT 500`, Sent, s.DB.Now().Add(-receivedAfter))
	if err != nil {
		return fmt.Errorf("find orders sent long ago: %w", err)
	}
	by := authz.SystemActor(MaySee, MayReceive)
	var errs []error
	for _, orderID := range ids {
		if _, err := s.Receive(ctx, by, orderID); err != nil && !fault.Is(err, fault.Conflict) {
			errs = append(errs, fmt.Errorf("receive order %s: %w", orderID, err))
		}
	}
	return errors.Join(errs...)
}
