package testcard

import (
	"net/url"

	"skranke/internal/i18n"
	"skranke/internal/testcard/client"
)

// checkout is a hosted page as it stands at one moment: copies, so that a page is written without the lock.
type checkout struct {
	session
	payment client.Payment
	l       i18n.L
}

// checkout looks a session up for its page.
func (s *Server) checkout(sessionID string) (checkout, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	se, p, ok := s.find(sessionID)
	if !ok {
		return checkout{}, false
	}
	c := checkout{session: *se, payment: p.Payment}
	c.State = se.stateOf(p, s.cfg.Now())
	c.l, _ = i18n.Parse(se.Language)
	return c, true
}

// attempt pays with a card. With the extra step still to be taken the session waits for it; confirmed is the payer's answer there.
// A session that has ended meanwhile – a second tab, a double click, a release – stays as it is.
func (s *Server) attempt(sessionID string, card testCard, confirmed bool) (*delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	se, p, ok := s.find(sessionID)
	if !ok || se.stateOf(p, s.cfg.Now()) != client.SessionOpen {
		return nil, nil // nothing happened, and there is no news of it
	}
	s.dirty = true
	if card.Extra && !confirmed {
		se.Waiting = card.Name
		return nil, nil // the payer still has to confirm
	}
	se.Waiting = ""
	if card.Quirk == leaves {
		return nil, nil // the payer never pressed the button
	}
	if card.Failure != "" {
		if err := p.fail(card.Failure); err != nil {
			return nil, err
		}
		return s.changed(p, client.EventFailed), nil
	}
	now := s.cfg.Now().UTC()
	if err := p.reserve(card.public(), now.Add(s.cfg.ReserveFor)); err != nil {
		return nil, err
	}
	if p.Quirk = card.Quirk; p.Quirk == lapses {
		at := now.Add(s.cfg.LapseAfter)
		p.LapsesAt = &at
	}
	return s.changed(p, client.EventReserved), nil
}

// withSession adds ?session=… to an address of the shop.
func withSession(address, sessionID string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address // was checked when the session was made
	}
	q := u.Query()
	q.Set("session", sessionID)
	u.RawQuery = q.Encode()
	return u.String()
}

// origin is what the page's policy must let a form end at: Chromium holds form-action against redirects too.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "'none'"
	}
	return u.Scheme + "://" + u.Host
}
