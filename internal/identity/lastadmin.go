package identity

import (
	"context"
	"fmt"

	"skranke/internal/db"
)

// isLastAdministrator reports whether a customer would be left without anybody to decide for it if this member no longer did. The
// caller holds the lock on the customer, so that two who go at once are asked one after the other.
func isLastAdministrator(ctx context.Context, tx *db.Tx, m Member) (bool, error) {
	if m.Role != Administrator || m.Status != MemberActive {
		return false, nil
	}
	others, err := db.One[int64](ctx, tx, `
		SELECT count(*) FROM members m JOIN people p ON p.id = m.person_id
		WHERE m.customer_id = $1 AND m.role = $2 AND m.status = $3 AND p.status = $4 AND m.id <> $5`,
		m.CustomerID, Administrator, MemberActive, PersonActive, m.ID)
	if err != nil {
		return false, fmt.Errorf("count the administrators of %s: %w", m.CustomerID, err)
	}
	return others == 0, nil
}
