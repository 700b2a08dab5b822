package billing

import (
	"context"

	"skranke/internal/flow"
)

// Poll is one sweep, which otherwise comes every minute.
func (s *Service) Poll(ctx context.Context) error { return s.poll(ctx) }

// After is what a report does to a payment.
func (p Payment) After(r Report) (Payment, []Action) { return p.after(r) }

// Checked is the table of moves, for its own test.
var Checked flow.Table[State, Action] = Moves
