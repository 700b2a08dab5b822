// Package live tells open pages that a record has changed, over all nodes. It carries a topic and nothing else: the page reads again.
package live

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"skranke/internal/db"
)

const channel = "skranke_live"

// Hub hands news to whoever listens on this node.
type Hub struct {
	db   *db.DB
	mu   sync.Mutex
	subs map[string]map[chan struct{}]bool
	done chan struct{}
}

// New makes a hub; Run feeds it from other nodes.
func New(d *db.DB) *Hub {
	return &Hub{db: d, subs: map[string]map[chan struct{}]bool{}, done: make(chan struct{})}
}

// Publish tells of topic once the transaction holds: through PostgreSQL to every node, on SQLite to this one.
func (h *Hub) Publish(ctx context.Context, tx *db.Tx, topic string) error {
	if tx.SQLite() {
		tx.AfterCommit(func() { h.tell(topic) })
		return nil
	}
	return tx.Notify(ctx, channel, topic)
}

// Subscribe gives a channel that gets at most one waiting signal, and the way to end it. Signals that come while one waits are the same news.
func (h *Hub) Subscribe(topics ...string) (news <-chan struct{}, end func()) {
	c := make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range topics {
		if h.subs[t] == nil {
			h.subs[t] = map[chan struct{}]bool{}
		}
		h.subs[t][c] = true
	}
	return c, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, t := range topics {
			if delete(h.subs[t], c); len(h.subs[t]) == 0 {
				delete(h.subs, t)
			}
		}
	}
}

// Done is closed when the server stops, so that streams end and a shutdown need not wait for them.
func (h *Hub) Done() <-chan struct{} { return h.done }

// Close ends all streams.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.done:
	default:
		close(h.done)
	}
}

// Run listens for other nodes until ctx ends. After a lost connection every page is told to read again, since news may have been missed.
func (h *Hub) Run(ctx context.Context, log *slog.Logger) {
	if h.db.SQLite() {
		<-ctx.Done()
		return
	}
	for ctx.Err() == nil {
		err := h.db.Listen(ctx, channel, h.tellAll, h.tell)
		if ctx.Err() != nil {
			return
		}
		log.WarnContext(ctx, "live news interrupted", "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func (h *Hub) tell(topic string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.subs[topic] {
		signal(c)
	}
}

func (h *Hub) tellAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, cs := range h.subs {
		for c := range cs {
			signal(c)
		}
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
