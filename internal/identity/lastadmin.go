package identity

import (
	"context"
	"fmt"

	"skranke/internal/db"
)

// decides says of a person p that they can act as a customer's administrator: they can sign in, and not as the operator's staff.
const decides = `EXISTS (SELECT 1 FROM passwords w WHERE w.person_id = p.id) AND NOT EXISTS (SELECT 1 FROM staff_roles h WHERE h.person_id = p.id)`

// isLastAdministrator reports whether a customer would be left without anybody to decide for it if this member no longer did. The
// caller holds the lock on the customer, so that two who go at once are asked one after the other.
func isLastAdministrator(ctx context.Context, tx *db.Tx, m Member) (bool, error) {
	if m.Role != Administrator || m.Status != MemberActive {
		return false, nil
	}
	type count struct{ Self, Others, Waiting int64 }
	n, err := db.One[count](ctx, tx, `
		SELECT COALESCE(sum(CASE WHEN m.id = $1 AND `+decides+` THEN 1 ELSE 0 END), 0) AS self,
			COALESCE(sum(CASE WHEN m.id <> $1 AND `+decides+` THEN 1 ELSE 0 END), 0) AS others,
			COALESCE(sum(CASE WHEN m.id <> $1 THEN 1 ELSE 0 END), 0) AS waiting
		FROM members m JOIN people p ON p.id = m.person_id
		WHERE m.customer_id = $2 AND m.role = $3 AND m.status = $4 AND p.status = $5`,
		m.ID, m.CustomerID, Administrator, MemberActive, PersonActive)
	if err != nil {
		return false, fmt.Errorf("count the administrators of %s: %w", m.CustomerID, err)
	}
	if n.Self == 0 { // who has yet to choose a password decides nothing, and may go while anybody is left
		return n.Others+n.Waiting == 0, nil
	}
	return n.Others == 0, nil
}
