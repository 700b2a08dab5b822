package floor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// queue is the least a job queue can do: lock what is waiting, as many as there are workers free; run it; complete it,
// several in one transaction, a statement each.
type queue struct {
	p    *Place
	news chan struct{}

	mu      sync.Mutex
	done    []int64
	waiting int // inserted and not locked yet
	running int
	err     error
}

const (
	workers      = 4
	completeMany = 100
	completeWait = 250 * time.Millisecond
	cooldown     = 2 * time.Millisecond // between two locks, as ours: so that one takes several jobs
)

func newQueue(p *Place) *queue {
	return &queue{p: p, news: make(chan struct{}, 1)}
}

func (q *queue) wake() {
	select {
	case q.news <- struct{}{}:
	default:
	}
}

// job inserts a job in the step's transaction.
func (s *step) job(kind, what string) {
	s.jobs++
	s.do("job", `{"what":"`+what+`"}`, s.stampJob(), kind)
}

// stampJob is a time as the queue's own table keeps it.
func (s *step) stampJob() any {
	if s.p.lite {
		return s.at.Format("2006-01-02 15:04:05.000")
	}
	return s.at
}

// work runs until ctx ends. idle waits until nothing is left to do and tells what went wrong.
func (q *queue) work(ctx context.Context) (idle func() error) {
	q.err = nil
	go q.fetching(ctx)
	go q.completing(ctx)
	return func() error {
		for ctx.Err() == nil {
			q.mu.Lock()
			left, err := q.waiting+q.running, q.err
			q.mu.Unlock()
			if err != nil {
				return err
			}
			if left == 0 {
				return q.complete(ctx)
			}
			time.Sleep(time.Millisecond)
		}
		return ctx.Err()
	}
}

// added takes notice of jobs once the transaction that inserted them holds.
func (q *queue) added(n int) {
	if n == 0 {
		return
	}
	q.mu.Lock()
	q.waiting += n
	q.mu.Unlock()
	q.wake()
}

type job struct {
	id   int64
	kind string
	what string
}

// fetching locks jobs as soon as there may be some and a worker is free.
func (q *queue) fetching(ctx context.Context) {
	var last time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-q.news:
		}
		for {
			free := q.take()
			if free == 0 {
				break // a worker that ends wakes us
			}
			if wait := cooldown - time.Since(last); wait > 0 {
				time.Sleep(wait)
			}
			last = time.Now()
			jobs, err := q.lock(ctx, free)
			if err != nil && ctx.Err() == nil {
				q.fail(err)
			}
			q.locked(free, len(jobs))
			for _, j := range jobs {
				go q.run(ctx, j)
			}
			if len(jobs) < free {
				break
			}
		}
	}
}

// take is how many jobs can be locked now: as many as wait and as workers are free.
func (q *queue) take() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(workers-q.running, q.waiting)
	q.running += n
	return n
}

// locked gives back what was taken in vain.
func (q *queue) locked(taken, got int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.running -= taken - got
	q.waiting -= got
}

func (q *queue) fail(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.err = errors.Join(q.err, err)
}

func (q *queue) lock(ctx context.Context, n int) (jobs []job, err error) {
	err = q.p.in(ctx, func(s *step) {
		name, args := "lock jobs", []any{s.stampJob(), n}
		if q.p.lite {
			name, args = lockJobs(n), args[:1]
		}
		rows, err := s.tx.StmtContext(ctx, q.p.stmts[name]).QueryContext(ctx, args...)
		if err != nil {
			s.err = err
			return
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var j job
			var args string
			if s.err = rows.Scan(&j.id, &j.kind, &args); s.err != nil {
				return
			}
			_, what, _ := strings.Cut(args, `what`)
			j.what = strings.Trim(what, `": }`)
			jobs = append(jobs, j)
		}
		s.err = rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("lock jobs: %w", err)
	}
	return jobs, nil
}

func (q *queue) run(ctx context.Context, j job) {
	var err error
	if ids := strings.Fields(j.what); len(ids) == 3 {
		err = q.p.in(ctx, func(s *step) { captured(s, order{step: ids[0], payment: ids[1], id: ids[2]}) })
	} else {
		err = q.p.deliver(ctx, j.what)
	}
	if err != nil {
		q.fail(fmt.Errorf("%s: %w", j.kind, err))
	}
	q.mu.Lock()
	q.done = append(q.done, j.id)
	q.running--
	q.mu.Unlock()
	q.wake()
}

func (q *queue) completing(ctx context.Context) {
	tick := time.NewTicker(completeWait / 5)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		q.mu.Lock()
		many := len(q.done) >= completeMany
		q.mu.Unlock()
		if many || n%5 == 0 {
			if err := q.complete(ctx); err != nil && ctx.Err() == nil {
				q.fail(err)
			}
		}
	}
}

func (q *queue) complete(ctx context.Context) error {
	q.mu.Lock()
	ids := q.done
	q.done = nil
	q.mu.Unlock()
	if len(ids) == 0 {
		return nil
	}
	return q.p.in(ctx, func(s *step) {
		for _, id := range ids {
			s.do("complete job", s.stampJob(), id)
		}
	})
}
