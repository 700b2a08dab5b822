package testcard

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"skranke/internal/testcard/client"
)

// delivery is one webhook on its way.
type delivery struct {
	ID    string           `json:"id"`
	Type  client.EventType `json:"type"`
	Body  json.RawMessage  `json:"body"`
	Delay time.Duration    `json:"delay,omitempty"`
	Twice bool             `json:"twice,omitempty"`

	first bool          // the payer's browser waits for it
	tried chan struct{} // closed after the first attempt
}

func newSender() *http.Client {
	return &http.Client{
		Timeout: 10 * time.Second,
		// A webhook is for the address that was configured; anything but 2xx there is a failure.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// announce puts a webhook on its way, nil where none is to come. The caller holds the lock.
func (s *Server) announce(what client.EventType, p *payment) *delivery {
	if s.cfg.WebhookURL == "" || s.behaviour.WebhookNever || p.Quirk == newsNever {
		return nil
	}
	body, err := json.Marshal(client.Event{Type: what, Timestamp: p.UpdatedAt, Data: p.Payment})
	if err != nil {
		s.cfg.Log.Error("testcard webhook not written", "payment", p.ID, "err", err)
		return nil
	}
	d := &delivery{ID: newID("msg_"), Type: what, Body: body, Twice: s.behaviour.WebhookTwice || p.Quirk == newsTwice, first: s.behaviour.WebhookBeforeReturn || p.Quirk == newsFirst}
	switch {
	case d.first:
	case p.Quirk == newsLate:
		d.Delay = s.cfg.LateBy
	default:
		d.Delay = s.behaviour.WebhookDelay
	}
	s.data.Pending[d.ID] = d
	s.dispatch(d)
	return d
}

// dispatch starts a delivery, unless the server is closing: then it stays in the state file.
func (s *Server) dispatch(d *delivery) {
	d.tried = make(chan struct{})
	if s.closed {
		close(d.tried)
		return
	}
	s.work.Go(func() { s.deliver(d) })
}

// deliver tries until the receiver says 2xx, the attempts are used up, or the server closes.
func (s *Server) deliver(d *delivery) {
	err := s.pause(d.Delay)
	if err == nil {
		err = s.send(d)
	}
	close(d.tried)
	for _, wait := range s.cfg.WebhookRetries {
		if err == nil || s.pause(wait) != nil {
			break
		}
		err = s.send(d)
	}
	if err == nil && d.Twice {
		err = s.send(d)
	}
	if s.ctx.Err() != nil && err != nil {
		return
	}
	if err != nil {
		s.cfg.Log.Warn("testcard webhook given up", "webhook", d.ID, "type", string(d.Type), "err", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.data.Pending, d.ID)
	s.dirty = true
}

// pause waits; it fails when the server closes meanwhile.
func (s *Server) pause(d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return s.ctx.Err()
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
}

// send makes one attempt, signed at the time it is made.
func (s *Server) send(d *delivery) error {
	now := s.cfg.Now()
	signature, err := client.Sign(s.cfg.WebhookSecret, d.ID, now, d.Body)
	if err != nil {
		return fmt.Errorf("sign webhook %s: %w", d.ID, err)
	}
	req, err := http.NewRequestWithContext(s.ctx, http.MethodPost, s.cfg.WebhookURL, bytes.NewReader(d.Body))
	if err != nil {
		return fmt.Errorf("send webhook %s: %w", d.ID, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(client.HeaderID, d.ID)
	req.Header.Set(client.HeaderTimestamp, strconv.FormatInt(now.Unix(), 10))
	req.Header.Set(client.HeaderSignature, signature)
	res, err := s.sender.Do(req)
	if err != nil {
		return fmt.Errorf("send webhook %s: %w", d.ID, err)
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("send webhook %s: receiver answered %d", d.ID, res.StatusCode)
	}
	return nil
}

// firstTry waits until a webhook that is to come before the payer has been tried once, or for as long as a payer's browser may be kept.
func firstTry(ctx context.Context, d *delivery) {
	if d == nil || !d.first {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	select {
	case <-d.tried:
	case <-ctx.Done():
	}
}
