package identity_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/fault"
	"skranke/internal/identity"
	"skranke/internal/limit"
)

func TestGuessesSentAtOnceAreCountedOneByOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		s.Limits = identity.Limits{Account: limit.Rule{Max: 3, Window: time.Hour}}
		person(t, s, "Ingrid Moe", "ingrid@fjell.example", password)
		var wrong, slowed atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				switch _, err := s.SignIn(t.Context(), attempt("ingrid@fjell.example", "feil passord")); fault.KindOf(err) {
				case fault.Invalid:
					wrong.Add(1)
				case fault.TooMany:
					slowed.Add(1)
				default:
					t.Errorf("%v", err)
				}
			})
		}
		all.Wait()
		if wrong.Load() != 3 || slowed.Load() != 5 {
			t.Errorf("%d were tried and %d slowed down, want 3 and 5", wrong.Load(), slowed.Load())
		}
	})
}
