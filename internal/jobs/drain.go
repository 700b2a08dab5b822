package jobs

import (
	"context"
	"fmt"
	"time"

	"skranke/internal/db"
)

// Waiting counts the jobs that could run now or are running.
func (j *Jobs) Waiting(ctx context.Context) (int64, error) {
	n, err := db.One[int64](ctx, j.db, `SELECT COUNT(*) AS n FROM river_job WHERE state IN ('available', 'running', 'pending')`)
	if err != nil {
		return 0, fmt.Errorf("count waiting jobs: %w", err)
	}
	return n, nil
}

// Counts is the number of jobs by state, for /metrics.
func (j *Jobs) Counts(ctx context.Context) (map[string]int64, error) {
	rows, err := db.List[struct {
		State string
		N     int64
	}](ctx, j.db, `SELECT CAST(state AS TEXT) AS state, COUNT(*) AS n FROM river_job GROUP BY state`)
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	out := map[string]int64{}
	for _, r := range rows {
		out[r.State] = r.N
	}
	return out, nil
}

// Drain waits until no job could run now. Jobs that failed wait for their next try and do not hold it up.
func (j *Jobs) Drain(ctx context.Context) error {
	for {
		n, err := j.Waiting(ctx)
		if err != nil || n == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("drain jobs: %w", ctx.Err())
		case <-time.After(2 * time.Millisecond):
		}
	}
}
