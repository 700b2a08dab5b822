package keys

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/limit"
)

// Guessing (KEY-2): five misses from one address or on one association within the window, and from then on a pause
// stands between tries. A pause slows an honest resident of the same association by seconds, a guesser by years.
var (
	misses     = limit.Rule{Max: 5, Window: 15 * time.Minute}
	addressGap = limit.Rule{Max: 1, Window: time.Minute}
	houseGap   = limit.Rule{Max: 1, Window: 10 * time.Second}
)

// SlowDown is the fault of a try that came too soon; Wait says how long the pause is.
type SlowDown struct {
	Wait  time.Duration
	fault *fault.Error
}

// Error is the fault's.
func (s *SlowDown) Error() string { return s.fault.Error() }

// Unwrap lets the edge see the fault.
func (s *SlowDown) Unwrap() error { return s.fault }

func slowDown(wait time.Duration) *SlowDown {
	return &SlowDown{Wait: wait, fault: fault.New(fault.TooMany, "keys.form.slow_down")}
}

// Patience is how long a fault asks to wait, or 0.
func Patience(err error) time.Duration {
	var s *SlowDown
	if errors.As(err, &s) {
		return s.Wait
	}
	return 0
}

type system struct {
	ID, CustomerID, SiteID, Number, Code string
}

// match finds the key system that all numbers fit. The answer to a mismatch is always the same, whichever number is wrong.
// A try counts before it is judged, so that many at once are not judged on one count; a hit is forgiven.
func (s *Service) match(ctx context.Context, f Form, address string) (sys system, err error) {
	gaps := map[string]limit.Rule{"keys.miss.agreement:" + f.AgreementID: houseGap, "keys.miss.ip:" + limit.Network(address): addressGap}
	wait, err := s.count(ctx, gaps)
	if err != nil {
		return sys, err
	}
	if wait > 0 {
		return sys, slowDown(wait)
	}
	sys, err = s.findSystem(ctx, s.DB, f)
	if db.NoRows(err) {
		return sys, fault.Field(FieldNumbers, "keys.form.numbers_mismatch")
	}
	if err != nil {
		return sys, err
	}
	return sys, s.DB.InTx(ctx, func(tx *db.Tx) error {
		for _, key := range slices.Sorted(maps.Keys(gaps)) {
			if err := limit.Forgive(ctx, tx, key); err != nil {
				return err
			}
		}
		return nil
	})
}

// count counts a try under each key, in one order everywhere. Once there have been too many, one try per gap gets through.
func (s *Service) count(ctx context.Context, gaps map[string]limit.Rule) (wait time.Duration, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		wait = 0
		for _, key := range slices.Sorted(maps.Keys(gaps)) {
			over, err := limit.Hit(ctx, tx, key, misses)
			if err == nil && over > 0 {
				over, err = limit.Hit(ctx, tx, key+":pace", gaps[key])
			}
			if err != nil {
				return err
			}
			wait = max(wait, over)
		}
		return nil
	})
	return wait, err
}

// findSystem asks the same questions whichever number is wrong, so that the time it takes tells nothing either.
func (s *Service) findSystem(ctx context.Context, q db.Q, f Form) (sys system, err error) {
	_, c, err := s.current(ctx, q, f.AgreementID)
	if err != nil {
		return sys, err
	}
	sys, err = db.One[system](ctx, q, `
		SELECT s.id, s.customer_id, s.site_id, s.number, z.code
		FROM key_systems s JOIN key_zones z ON z.system_id = s.id
		WHERE s.customer_id = $1 AND s.product = $2 AND s.folded = $3 AND z.folded = $4`,
		c.ID, f.Product, fold(f.SystemNumber), fold(f.Code))
	if err == nil && fold(c.Number) != fold(f.CustomerNumber) {
		err = sql.ErrNoRows
	}
	if err != nil && !db.NoRows(err) {
		return sys, fmt.Errorf("match key numbers: %w", err)
	}
	return sys, err
}
