package registry

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"skranke/internal/id"
)

const (
	keepFound   = 24 * time.Hour
	keepUnknown = 10 * time.Minute // a new company is there within minutes of asking again
	keepMost    = 1000
)

// cached stands before the register of one country: it sends no number that cannot be one, asks only once for those that are
// asked for at the same time, and remembers. That there was no answer is not remembered.
type cached struct {
	country string
	ask     func(ctx context.Context, orgNumber string) (Company, error)
	now     func() time.Time

	mu   sync.Mutex
	kept map[string]answer
	open map[string]*question
}

type answer struct {
	company Company
	err     error
	until   time.Time
}

type question struct {
	done    chan struct{} // closed when the two below are set
	company Company
	err     error
}

func newCached(country string, now func() time.Time, ask func(context.Context, string) (Company, error)) *cached {
	return &cached{country: country, ask: ask, now: now, kept: map[string]answer{}, open: map[string]*question{}}
}

// Look answers from memory, or waits for the register.
func (c *cached) Look(ctx context.Context, country, orgNumber string) (Company, error) {
	if strings.ToUpper(country) != c.country {
		return Company{}, ErrNone
	}
	n, ok := id.OrgNumber(country, orgNumber)
	if !ok {
		return Company{}, ErrUnknown
	}
	c.mu.Lock()
	if a, ok := c.kept[n]; ok && c.now().Before(a.until) {
		c.mu.Unlock()
		return a.company, a.err
	}
	q := c.open[n]
	if q == nil {
		q = &question{done: make(chan struct{})}
		c.open[n] = q
		go c.put(context.WithoutCancel(ctx), n, q) // others may wait for it when the first has left
	}
	c.mu.Unlock()
	select {
	case <-q.done:
		return q.company, q.err
	case <-ctx.Done():
		return Company{}, fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
	}
}

// put puts the question to the register, and the answer where the waiting and those who come later find it.
func (c *cached) put(ctx context.Context, n string, q *question) {
	q.company, q.err = c.ask(ctx, n)
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, n)
	switch now := c.now(); {
	case q.err == nil:
		c.keep(n, answer{q.company, nil, now.Add(keepFound)}, now)
	case errors.Is(q.err, ErrUnknown):
		c.keep(n, answer{q.company, q.err, now.Add(keepUnknown)}, now)
	}
	close(q.done)
}

// keep makes room first, if need be of the answer that would be forgotten next. The caller holds the lock.
func (c *cached) keep(n string, a answer, now time.Time) {
	if len(c.kept) >= keepMost {
		next := ""
		for n, a := range c.kept {
			if !now.Before(a.until) {
				delete(c.kept, n)
			} else if next == "" || a.until.Before(c.kept[next].until) {
				next = n
			}
		}
		if len(c.kept) >= keepMost {
			delete(c.kept, next)
		}
	}
	c.kept[n] = a
}
