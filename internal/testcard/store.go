package testcard

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"skranke/internal/testcard/client"
)

// session is a hosted page. Its State is worked out from the payment and the clock whenever it is shown, never stored.
type session struct {
	client.Session
	Language    string `json:"language"`
	Description string `json:"description"`
	ReturnURL   string `json:"return_url"`
	CancelURL   string `json:"cancel_url"`
	Waiting     string `json:"waiting,omitempty"` // name of the test card that waits for the extra step
}

// reply is the answer a call got. Only successes are kept: a refusal changed nothing, so the same key may try again.
type reply struct {
	Fingerprint string          `json:"fingerprint"` // of method, address and body
	Status      int             `json:"status"`
	Body        json.RawMessage `json:"body"`
}

// state is all that a restart must not lose.
type state struct {
	Sessions map[string]*session  `json:"sessions"`
	Payments map[string]*payment  `json:"payments"`
	Replies  map[string]reply     `json:"replies"` // by idempotency key, kept as long as the payments
	Pending  map[string]*delivery `json:"pending"` // webhooks on their way
}

func newState() state {
	return state{
		Sessions: map[string]*session{}, Payments: map[string]*payment{},
		Replies: map[string]reply{}, Pending: map[string]*delivery{},
	}
}

// stateOf is what the page of se shows at now.
func (se *session) stateOf(p *payment, now time.Time) client.SessionState {
	switch p.State {
	case client.Created:
		if !now.Before(se.ExpiresAt) {
			return client.SessionExpired
		}
		return client.SessionOpen
	case client.Void, client.Lapsed:
		return client.SessionClosed
	case client.Reserved, client.Captured, client.Done:
		return client.SessionPaid
	}
	return client.SessionClosed
}

func (s *Server) load() error {
	if s.cfg.StateFile == "" {
		return nil
	}
	raw, err := os.ReadFile(s.cfg.StateFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read testcard state: %w", err)
	}
	if err := json.Unmarshal(raw, &s.data); err != nil {
		return fmt.Errorf("read testcard state %s: %w", s.cfg.StateFile, err)
	}
	return nil
}

// save writes the state file if there is something new. A failure is logged and tried again at the next change.
func (s *Server) save() {
	s.mu.Lock()
	if !s.dirty || s.cfg.StateFile == "" {
		s.mu.Unlock()
		return
	}
	s.dirty = false
	raw, err := json.Marshal(s.data)
	s.mu.Unlock()
	if err == nil {
		err = replaceFile(s.cfg.StateFile, raw)
	}
	if err != nil {
		s.cfg.Log.Error("testcard state not written", "err", err)
	}
}

// replaceFile leaves either the old or the new content, whatever happens in between.
func replaceFile(path string, content []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".testcard-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // gone already when all went well
	_, err = tmp.Write(content)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
