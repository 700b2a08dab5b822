package web

import (
	"fmt"
	"net/http"
	"time"

	"skranke/internal/live"
)

const keepAlive = 20 * time.Second

// Stream keeps a connection open and says "changed" whenever one of the topics has news; the page then reads the part again.
// It ends with the request, with the server, or after a while, so that a lost right does not stream for ever.
func Stream(w http.ResponseWriter, r *http.Request, hub *live.Hub, topics ...string) error {
	rc := http.NewResponseController(w)
	if err := rc.SetWriteDeadline(time.Time{}); err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	news, end := hub.Subscribe(topics...)
	defer end()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	beat, until := time.NewTicker(keepAlive), time.NewTimer(10*time.Minute)
	defer beat.Stop()
	defer until.Stop()
	say := "retry: 3000\n\n"
	for {
		if _, err := fmt.Fprint(w, say); err != nil {
			return nil // the browser went away: nobody to tell
		}
		if rc.Flush() != nil {
			return nil
		}
		select {
		case <-news:
			say = "event: changed\ndata: 1\n\n"
		case <-beat.C:
			say = ": here\n\n"
		case <-r.Context().Done():
			return nil
		case <-hub.Done():
			return nil
		case <-until.C:
			return nil
		}
	}
}
