package live_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/live"
)

func news(t *testing.T, c <-chan struct{}) bool {
	t.Helper()
	select {
	case <-c:
		return true
	case <-time.After(10 * time.Second):
		return false
	}
}

func TestNewsReachEveryNodeOnceTheTransactionHolds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		here := live.New(d)
		nodes := []*live.Hub{here}
		if !d.SQLite() {
			nodes = append(nodes, live.New(d))
		}
		var subs []<-chan struct{}
		for _, h := range nodes {
			ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
			t.Cleanup(cancel)
			c, end := h.Subscribe("order:1", "order:2")
			t.Cleanup(end)
			subs = append(subs, c)
			go h.Run(ctx, slog.New(slog.DiscardHandler))
			if !d.SQLite() && !news(t, c) { // a new connection tells every page to read again
				t.Fatal("the node does not listen")
			}
		}
		other, end := here.Subscribe("order:3")
		defer end()
		_ = d.InTx(t.Context(), func(tx *db.Tx) error {
			if err := here.Publish(t.Context(), tx, "order:3"); err != nil {
				t.Fatal(err)
			}
			return errors.New("no")
		})
		if err := d.InTx(t.Context(), func(tx *db.Tx) error { return here.Publish(t.Context(), tx, "order:2") }); err != nil {
			t.Fatal(err)
		}
		for i, c := range subs {
			if !news(t, c) {
				t.Errorf("node %d heard nothing", i)
			}
		}
		select {
		case <-other:
			t.Error("a rolled back change was told")
		case <-time.After(50 * time.Millisecond):
		}
	})
}

func TestAnEndedSubscriptionHearsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := live.New(d)
		c, end := h.Subscribe("x")
		end()
		if err := d.InTx(t.Context(), func(tx *db.Tx) error { return h.Publish(t.Context(), tx, "x") }); err != nil {
			t.Fatal(err)
		}
		select {
		case <-c:
			t.Error("it heard")
		case <-time.After(50 * time.Millisecond):
		}
		h.Close()
		h.Close()
		<-h.Done()
	})
}
