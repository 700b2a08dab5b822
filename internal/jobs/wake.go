package jobs

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"skranke/internal/db"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

// River polls: a job inserted in a transaction waits for the next poll, up to a second. River wakes its own producer
// after an insert outside a transaction, so after each commit that queued something we "insert" a wake job. The middleware
// below swallows it and the executor begins nothing for it: the database hears nothing, the producer fetches at once.
type wake struct{}

// Kind names the job, which is never stored.
func (wake) Kind() string { return "jobs.wake" }

type wakeOnly struct {
	river.JobInsertMiddlewareDefaults
}

// InsertMany answers for the wake job without inserting it.
func (*wakeOnly) InsertMany(ctx context.Context, many []*rivertype.JobInsertParams, do func(context.Context) ([]*rivertype.JobInsertResult, error)) ([]*rivertype.JobInsertResult, error) {
	if len(many) == 1 && many[0].Kind == (wake{}).Kind() {
		return []*rivertype.JobInsertResult{{Job: &rivertype.JobRow{Queue: river.QueueDefault}}}, nil
	}
	return do(ctx)
}

type wakeKey struct{}

// driver is River's, but that waking needs no transaction.
type driver struct{ riverdriver.Driver[*sql.Tx] }

// GetExecutor is what River runs its statements on.
func (d driver) GetExecutor() riverdriver.Executor { return executor{d.Driver.GetExecutor()} }

type executor struct{ riverdriver.Executor }

// Begin begins a transaction, or none for a wake job.
func (e executor) Begin(ctx context.Context) (riverdriver.ExecutorTx, error) {
	if ctx.Value(wakeKey{}) != nil {
		return none{}, nil
	}
	return e.Executor.Begin(ctx)
}

// none is no transaction.
type none struct{ riverdriver.ExecutorTx }

// Commit does nothing.
func (none) Commit(context.Context) error { return nil }

// Rollback does nothing.
func (none) Rollback(context.Context) error { return nil }

// wakeAfter wakes the workers once the transaction holds.
func (j *Jobs) wakeAfter(ctx context.Context, tx *db.Tx) {
	if !j.started {
		return
	}
	ctx = context.WithValue(context.WithoutCancel(ctx), wakeKey{}, true)
	tx.AfterCommit(func() {
		if _, err := j.client.Insert(ctx, wake{}, nil); err != nil {
			j.log.DebugContext(ctx, "jobs not woken", "err", err) // the next poll finds the job
		}
	})
}

// retry waits 1 s, 2 s, 4 s … up to an hour, with a tenth of chance so that many do not come back at once.
type retry struct{}

// NextRetry is when the job runs again after its latest failure.
func (retry) NextRetry(job *rivertype.JobRow) time.Time {
	wait := time.Hour
	if n := len(job.Errors); n < 12 {
		wait = time.Second << n
	}
	return time.Now().Add( //nolint:forbidigo // River works by the wall clock
		wait + rand.N(wait/10+1)) //nolint:gosec // no secret
}

// quiet keeps River's own chatter out of the log: the worker writes one line per job.
type quiet struct{ slog.Handler }

// Enabled passes warnings and errors only.
func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
}

// Handle drops River's line about a failed job, which the worker has logged already, and its complaints about calls that a
// stop has cut short: they are made again after the next start.
func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	if errors.Is(ctx.Err(), context.Canceled) || strings.Contains(r.Message, "Job errored") || strings.Contains(r.Message, "Job failed") {
		return nil
	}
	return q.Handler.Handle(ctx, r)
}
