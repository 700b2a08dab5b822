package app

import (
	"context"
	"errors"
	"time"

	"skranke/internal/api"
	"skranke/internal/db"
	"skranke/internal/jobs"
	"skranke/internal/keys"
	"skranke/internal/limit"
)

// sweepJob throws away what has had its time.
type sweepJob struct{}

// Kind names the job.
func (sweepJob) Kind() string { return "app.sweep" }

// deadlineJob ends what nobody answered in time.
type deadlineJob struct{}

// Kind names the job.
func (deadlineJob) Kind() string { return "keys.deadlines" }

// schedule is the list of what runs by the clock, once over all nodes.
func (a *App) schedule() {
	accounts := a.accounts()
	accounts.Register()
	jobs.Handle(a.Jobs, func(ctx context.Context, _ sweepJob) error {
		err := a.DB.InTx(ctx, func(tx *db.Tx) error {
			return errors.Join(limit.Sweep(ctx, tx), keys.SweepDrafts(ctx, tx), api.Sweep(ctx, tx))
		})
		return errors.Join(err, a.Identity.Sweep(ctx), a.Identity.SweepImports(ctx), accounts.Sweep(ctx), a.Signup.Sweep(ctx))
	})
	jobs.Handle(a.Jobs, func(ctx context.Context, _ deadlineJob) error {
		return errors.Join(a.Keys.SweepDeadlines(ctx), a.Keys.SweepSent(ctx))
	})
	jobs.Every(a.Jobs, time.Hour, sweepJob{})
	jobs.Every(a.Jobs, 5*time.Minute, deadlineJob{})
}
