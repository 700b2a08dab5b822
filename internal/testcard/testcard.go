// Package testcard is a small card payment provider of our own. It stands in for a real one in `skranke demo` and in tests, as an
// HTTP server of its own with an API, a hosted payment page and signed webhooks. No money moves, and only the test cards in card.go
// are accepted. It knows nothing of the shop that uses it.
package testcard

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"skranke/internal/testcard/client"
)

// Config is all a Server needs to know. Secret and Now are required; WebhookSecret too where there is a WebhookURL.
type Config struct {
	Secret         string           // the key that API calls carry
	WebhookURL     string           // where news go; empty sends none
	WebhookSecret  string           // signs them
	Now            func() time.Time // the provider's clock
	StateFile      string           // JSON file that keeps payments over a restart; empty keeps them in memory only
	Log            *slog.Logger
	PublicURL      string          // where browsers reach the hosted page; empty takes the address the API was called at
	ReserveFor     time.Duration   // how long a bank holds an amount; 0 means 7 days
	LapseAfter     time.Duration   // how long it does so for the card that lapses; 0 means 2 minutes
	LateBy         time.Duration   // how late webhooks of the card with late ones are; 0 means 30 seconds
	WebhookRetries []time.Duration // the wait before each new attempt to deliver; nil means from 1 s to 2 h, 8 in all
}

// Behaviour is how the provider misbehaves; the zero value is its good days. It counts for what happens from then on.
type Behaviour struct {
	WebhookDelay        time.Duration // news come late
	WebhookTwice        bool          // each comes twice, under the same id
	WebhookNever        bool          // none comes
	WebhookBeforeReturn bool          // it has come before the payer's browser is sent back; takes precedence over WebhookDelay
	Down                bool          // API and hosted page answer 503
	CaptureOnce         bool          // the first capture is the only one; what it leaves is released
}

// Server is the provider. Make it with New and end it with Close or by ending Run.
type Server struct {
	cfg     Config
	handler http.Handler
	sender  *http.Client
	broken  error // why it cannot work: a bad setting, an unreadable state file

	ctx       context.Context // the server's own life: webhooks outlive the request that caused them
	stop      context.CancelFunc
	work      sync.WaitGroup
	closeOnce sync.Once

	mu        sync.Mutex // guards all below; a change and the news of it are one step
	behaviour Behaviour
	closed    bool
	dirty     bool // changed since the state file was written
	data      state
}

var defaultRetries = []time.Duration{
	time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute,
	10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour,
}

// upkeep is how often lapsed reservations are looked for and the state file is written.
const upkeep = 200 * time.Millisecond

// New starts a provider. What is wrong with its settings or its state file is told by Run; until then each request is answered 500.
func New(cfg Config) *Server {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.ReserveFor == 0 {
		cfg.ReserveFor = 7 * 24 * time.Hour
	}
	if cfg.LapseAfter == 0 {
		cfg.LapseAfter = 2 * time.Minute
	}
	if cfg.LateBy == 0 {
		cfg.LateBy = 30 * time.Second
	}
	if cfg.WebhookRetries == nil {
		cfg.WebhookRetries = defaultRetries
	}
	s := &Server{cfg: cfg, sender: newSender(), data: newState()}
	s.ctx, s.stop = context.WithCancel(context.Background()) //nolint:forbidigo // ends with Close
	s.handler = s.routes()
	if s.broken = cfg.check(); s.broken == nil {
		s.broken = s.load()
	}
	if s.broken != nil {
		return s
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.data.Pending {
		s.dispatch(d)
	}
	s.work.Go(s.tend)
	return s
}

func (c Config) check() error {
	if c.Secret == "" || c.Now == nil {
		return errors.New("testcard settings: Secret and Now are required")
	}
	if c.PublicURL != "" && !isWebURL(c.PublicURL) {
		return errors.New("testcard settings: PublicURL must begin with http:// or https://")
	}
	if c.WebhookURL == "" {
		return nil
	}
	if !isWebURL(c.WebhookURL) {
		return errors.New("testcard settings: WebhookURL must begin with http:// or https://")
	}
	if _, err := client.Sign(c.WebhookSecret, "", time.Time{}, nil); err != nil {
		return fmt.Errorf("testcard settings: %w", err)
	}
	return nil
}

// Handler serves API and hosted page; Run does so on a listener of its own.
func (s *Server) Handler() http.Handler { return s.handler }

// Run serves until ctx ends, then lets running requests finish and closes the server.
func (s *Server) Run(ctx context.Context, ln net.Listener) error {
	defer s.Close()
	if s.broken != nil {
		return errors.Join(s.broken, ln.Close())
	}
	srv := &http.Server{
		Handler: s.handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 30 * time.Second,
		ErrorLog: slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve testcard: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := srv.Shutdown(last); err != nil {
		return fmt.Errorf("stop testcard: %w", err)
	}
	return nil
}

// Close ends webhooks and upkeep and writes the state file; webhooks not delivered yet go on after a restart with the same file.
func (s *Server) Close() {
	s.closeOnce.Do(func() {
		s.mu.Lock()
		s.closed = true
		s.mu.Unlock()
		s.stop()
		s.work.Wait()
		s.save()
	})
}

// SetBehaviour changes how the provider misbehaves from now on.
func (s *Server) SetBehaviour(b Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behaviour = b
}

// Lapse lets the bank let go of a reservation now, whatever the clock says.
func (s *Server) Lapse(paymentID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.data.Payments[paymentID]
	if !ok {
		return errNotFound()
	}
	if err := p.lapse(); err != nil {
		return fmt.Errorf("lapse payment %s: %w", paymentID, err)
	}
	s.changed(p, client.EventLapsed)
	return nil
}

// Payments is a copy of all payments, oldest first.
func (s *Server) Payments() []client.Payment {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]client.Payment, 0, len(s.data.Payments))
	for _, p := range s.data.Payments {
		s.lapseIfDue(p)
		list = append(list, p.Payment)
	}
	slices.SortFunc(list, func(a, b client.Payment) int {
		if c := a.CreatedAt.Compare(b.CreatedAt); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return list
}

// tend does what no request asks for.
func (s *Server) tend() {
	tick := time.NewTicker(upkeep)
	defer tick.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-tick.C:
		}
		s.mu.Lock()
		for _, p := range s.data.Payments {
			s.lapseIfDue(p)
		}
		s.mu.Unlock()
		s.save()
	}
}

// lapseIfDue is asked before every look at a payment, so that none is shown as held after its time. The caller holds the lock.
func (s *Server) lapseIfDue(p *payment) {
	end := p.ReservedUntil
	if p.LapsesAt != nil {
		end = p.LapsesAt
	}
	if end == nil || s.cfg.Now().Before(*end) || p.lapse() != nil {
		return
	}
	s.changed(p, client.EventLapsed)
}

// changed seals a change: version, time, webhook, state file. The caller holds the lock.
func (s *Server) changed(p *payment, what client.EventType) *delivery {
	p.Version++
	p.UpdatedAt = s.cfg.Now().UTC()
	s.dirty = true
	return s.announce(what, p)
}
