// Package jobs runs background work. A job is inserted in the transaction that makes it needed and runs once that
// holds; it may run again after a failure or a crash, so every handler is idempotent. Only this package knows River.
package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"skranke/internal/db"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"
)

// Args are a job's parameters, kept as JSON; Kind names the job for good, since waiting jobs carry it.
type Args interface{ Kind() string }

// Jobs is the queue and its workers.
type Jobs struct {
	db       *db.DB
	log      *slog.Logger
	workers  *river.Workers
	periodic []*river.PeriodicJob
	client   *river.Client[*sql.Tx]
	started  bool
}

// New makes an empty registry. Handle and Every fill it, then Start runs it; Add works from Open on.
func New(d *db.DB, log *slog.Logger) *Jobs {
	j := &Jobs{db: d, log: log, workers: river.NewWorkers()}
	Handle(j, func(context.Context, wake) error { return nil })
	return j
}

func driverOf(d *db.DB) riverdriver.Driver[*sql.Tx] {
	if d.SQLite() {
		return driver{riversqlite.New(d.Writer())}
	}
	return driver{riverdatabasesql.New(d.Writer())}
}

// Migrate brings River's tables up to date; it runs after the product's own migrations.
func Migrate(ctx context.Context, d *db.DB) error {
	return d.Lock(ctx, "skranke.migrate.jobs", func() error {
		m, err := rivermigrate.New(driverOf(d), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			return fmt.Errorf("prepare job tables: %w", err)
		}
		if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
			return fmt.Errorf("migrate job tables: %w", err)
		}
		return nil
	})
}

type worker[T Args] struct {
	river.WorkerDefaults[T]
	do  func(ctx context.Context, args T) error
	log *slog.Logger
}

// Work runs the handler and writes the one log line of the run.
func (w *worker[T]) Work(ctx context.Context, j *river.Job[T]) error {
	start := time.Now() //nolint:forbidigo // how long a job took is measured on the wall clock
	err := w.do(ctx, j.Args)
	took := time.Since(start)
	if err != nil {
		w.log.WarnContext(ctx, "job failed", "job", j.Kind, "id", j.ID, "attempt", j.Attempt, "took", took, "err", err)
		return err
	}
	w.log.DebugContext(ctx, "job done", "job", j.Kind, "id", j.ID, "attempt", j.Attempt, "took", took)
	return nil
}

// Handle says who does jobs of type T. An error makes the job run again later, with growing pauses.
func Handle[T Args](j *Jobs, do func(ctx context.Context, args T) error) {
	river.AddWorker(j.workers, &worker[T]{do: do, log: j.log})
}

// Cancel marks err as final: the job is not tried again.
func Cancel(err error) error { return river.JobCancel(err) }

// Every runs a job again and again, once over all nodes, also right after a start.
func Every[T Args](j *Jobs, d time.Duration, args T) {
	j.periodic = append(j.periodic, river.NewPeriodicJob(river.PeriodicInterval(d),
		func() (river.JobArgs, *river.InsertOpts) {
			return args, &river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished}}
		},
		&river.PeriodicJobOpts{RunOnStart: true}))
}

var unfinished = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
	rivertype.JobStateRetryable, rivertype.JobStateScheduled,
}

// Open makes the queue usable for Add. workers 0 is for commands that only insert.
func (j *Jobs) Open(workers int) error {
	c := &river.Config{
		Logger: slog.New(quiet{j.log.Handler()}), JobTimeout: time.Minute, MaxAttempts: 25, RetryPolicy: retry{},
		FetchCooldown: 2 * time.Millisecond, FetchPollInterval: time.Second,
		CompletedJobRetentionPeriod: time.Hour, RescueStuckJobsAfter: 5 * time.Minute,
		Middleware: []rivertype.Middleware{&wakeOnly{}},
	}
	if workers > 0 {
		c.Workers, c.PeriodicJobs = j.workers, j.periodic
		c.Queues = map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}}
	}
	var err error
	if j.client, err = river.NewClient(driverOf(j.db), c); err != nil {
		return fmt.Errorf("open job queue: %w", err)
	}
	return nil
}

// Start begins to work.
func (j *Jobs) Start(ctx context.Context) error {
	if err := j.client.Start(ctx); err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	j.started = true
	return nil
}

// Stop lets running jobs finish, until ctx ends.
func (j *Jobs) Stop(ctx context.Context) error {
	if !j.started {
		return nil
	}
	j.started = false
	if err := j.client.Stop(ctx); err != nil {
		return errors.Join(fmt.Errorf("stop jobs: %w", err), j.client.StopAndCancel(context.WithoutCancel(ctx)))
	}
	return nil
}

// Add inserts a job in the transaction; it runs as soon as that holds.
func (j *Jobs) Add(ctx context.Context, tx *db.Tx, a Args) error {
	if _, err := j.client.InsertTx(ctx, tx.SQL(), a, nil); err != nil {
		return fmt.Errorf("queue %s: %w", a.Kind(), err)
	}
	j.wakeAfter(ctx, tx)
	return nil
}

// Ready reports whether the queue works, for /readyz.
func (j *Jobs) Ready() bool { return j.started }
