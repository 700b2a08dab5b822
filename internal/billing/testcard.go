package billing

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"skranke/internal/money"
	"skranke/internal/testcard/client"
)

// TestcardName is the provider's name in the database and in its webhook's address.
const TestcardName = "testcard"

// TestcardConfig is what we need to know of the provider testcard.
type TestcardConfig struct {
	URL           string // of its API
	PageURL       string // where browsers reach its page; empty means URL
	Secret        string
	WebhookSecret string
	Now           func() time.Time // for the age of webhooks
}

// testcard is the provider of the demonstration and the tests.
type testcard struct {
	cfg    TestcardConfig
	client *client.Client
}

// NewTestcard speaks to a testcard server.
func NewTestcard(cfg TestcardConfig) (Provider, error) {
	if cfg.PageURL == "" {
		cfg.PageURL = cfg.URL
	}
	u, err := url.Parse(cfg.PageURL)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("address of the card provider %q: it must begin with http:// or https://", cfg.PageURL)
	}
	cfg.PageURL = u.Scheme + "://" + u.Host
	return &testcard{cfg, client.New(cfg.URL, cfg.Secret, nil)}, nil
}

// Name is TestcardName.
func (*testcard) Name() string { return TestcardName }

// CanCaptureMore is true: every part can be captured by itself.
func (*testcard) CanCaptureMore() bool { return true }

// Origins is the origin of the hosted page.
func (t *testcard) Origins() []string { return []string{t.cfg.PageURL} }

// Start makes the hosted page.
func (t *testcard) Start(ctx context.Context, in Opening) (Session, error) {
	s, err := t.client.CreateSession(ctx, in.Key, client.NewSession{
		Reference: in.Reference, AmountMinor: in.Amount.Minor, Currency: string(in.Amount.Currency), Description: in.Description,
		Language: in.L.Tag(), ReturnURL: in.ReturnURL, CancelURL: in.CancelURL, ExpiresAt: in.ExpiresAt,
	})
	if err != nil {
		return Session{}, understood(err)
	}
	return Session{Ref: Ref{Session: s.ID, Payment: s.Payment}, URL: s.URL}, nil
}

// Look reads the payment, and the session where that alone tells that nobody will pay any more.
func (t *testcard) Look(ctx context.Context, ref Ref) (Report, error) {
	s, err := t.client.Session(ctx, ref.Session)
	if err != nil {
		return Report{}, understood(err)
	}
	p, err := t.client.Payment(ctx, s.Payment)
	if err != nil {
		return Report{}, understood(err)
	}
	r := reportOf(p)
	if s.State == client.SessionExpired && p.State == client.Created {
		r.State, r.Failure, r.Mark = Failed, FailAbandoned, r.Mark+"-expired"
	}
	return r, nil
}

// Capture takes the amount.
func (t *testcard) Capture(ctx context.Context, ref Ref, amount money.Money, key string) (Report, error) {
	return answer(t.client.Capture(ctx, key, ref.Payment, amount.Minor))
}

// Release lets go of the amount, or closes the page.
func (t *testcard) Release(ctx context.Context, ref Ref, key string) (Report, error) {
	return answer(t.client.Release(ctx, key, ref.Payment))
}

// Refund gives the amount back.
func (t *testcard) Refund(ctx context.Context, ref Ref, amount money.Money, key string) (Report, error) {
	return answer(t.client.Refund(ctx, key, ref.Payment, amount.Minor))
}

// Message checks and reads a webhook.
func (t *testcard) Message(header http.Header, body []byte) (Message, error) {
	if err := client.Verify(t.cfg.WebhookSecret, header, body, t.cfg.Now()); err != nil {
		return Message{}, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	e, err := client.ParseEvent(body)
	if err != nil {
		return Message{}, err
	}
	return Pushed(TestcardName, header.Get(client.HeaderID), string(e.Type), reportOf(e.Data)), nil
}

func answer(p client.Payment, err error) (Report, error) {
	if err != nil {
		return Report{}, understood(err)
	}
	return reportOf(p), nil
}

// understood tells what is worth another try from what is not.
func understood(err error) error {
	if client.Temporary(err) {
		return fmt.Errorf("%w: %w", ErrDown, err)
	}
	return &Refusal{Code: client.CodeOf(err), Err: err}
}

var testcardFailures = map[string]string{
	"":                      "",
	client.FailDeclined:     FailDeclined,
	client.FailNoFunds:      FailNoFunds,
	client.FailNotConfirmed: FailConfirm,
}

func reportOf(p client.Payment) Report {
	r := Report{
		Ref: Ref{Session: p.Session, Payment: p.ID}, Amount: money.Of(p.AmountMinor, money.Currency(p.Currency)),
		Captured: p.CapturedMinor, Refunded: p.RefundedMinor, Mark: strconv.FormatInt(p.Version, 10), At: p.UpdatedAt,
	}
	switch p.State {
	case client.Created:
		r.State = Created
	case client.Reserved:
		r.State = Reserved
	case client.Captured, client.Done:
		r.State = Captured
		if p.RefundedMinor > 0 && p.RefundedMinor == p.CapturedMinor {
			r.State = Refunded
		}
	case client.Void:
		r.State = Released
	case client.Lapsed:
		r.State = Lapsed
	}
	if p.ReservedUntil != nil {
		until := p.ReservedUntil.UTC().Truncate(time.Microsecond) // as fine as the database keeps it
		r.ReservedUntil = &until
	}
	var known bool
	if r.Failure, known = testcardFailures[p.Failure]; !known {
		r.Failure = FailOther
	}
	return r
}
