package billing

import (
	"context"
	"time"

	"skranke/internal/jobs"
)

type startJob struct {
	Payment string `json:"payment"`
}

// Kind names the job.
func (startJob) Kind() string { return "billing.start" }

type settleJob struct {
	Step string `json:"step"`
}

// Kind names the job.
func (settleJob) Kind() string { return "billing.settle" }

type lookJob struct {
	Payment string `json:"payment"`
}

// Kind names the job.
func (lookJob) Kind() string { return "billing.look" }

type pollJob struct{}

// Kind names the job.
func (pollJob) Kind() string { return "billing.poll" }

// Register says who does the jobs of this package. s may be completed later, but before the jobs run.
func Register(j *jobs.Jobs, s *Service) {
	jobs.Handle(j, func(ctx context.Context, a startJob) error { return s.startQueued(ctx, a.Payment) })
	jobs.Handle(j, func(ctx context.Context, a settleJob) error { return s.settle(ctx, a.Step) })
	jobs.Handle(j, func(ctx context.Context, a lookJob) error {
		_, err := s.Look(ctx, a.Payment)
		return err
	})
	jobs.Handle(j, func(ctx context.Context, _ pollJob) error { return s.poll(ctx) })
	jobs.Every(j, time.Minute, pollJob{})
}
