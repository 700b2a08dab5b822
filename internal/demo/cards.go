package demo

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"skranke/internal/billing"
	"skranke/internal/money"
	"skranke/internal/testcard"
)

// The test cards that residents pay with.
const (
	goodCard = "4242 4242 4242 4242"
	badCard  = "4000 0000 0000 0002"
)

// reservation is how long the card provider holds an amount.
const reservation = 7 * 24 * time.Hour

// cardServer is the installation's own card provider, opened before its time on an address of its own: what residents pay
// in the story is known to it afterwards, so that an order which still waits can be approved and its money taken.
type cardServer struct {
	b     *builder
	host  string
	srv   *http.Server
	old   []billing.Provider
	payer *http.Client
	ended chan error
	news  int
}

func openCards(b *builder) (*cardServer, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // listening does not wait
	if err != nil {
		return nil, fmt.Errorf("open the card provider: %w", err)
	}
	address := "http://" + ln.Addr().String()
	// The same secrets as app gives it: with others each call would be refused, and the build with it.
	p, err := billing.NewTestcard(billing.TestcardConfig{
		URL: address, Secret: hex.EncodeToString(b.Links.Mac("testcard", "key")),
		WebhookSecret: hex.EncodeToString(b.Links.Mac("testcard", "webhook")), Now: b.DB.Now,
	})
	if err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	c := &cardServer{
		b: b, host: ln.Addr().String(), srv: &http.Server{Handler: b.Cards.Handler(), ReadHeaderTimeout: 10 * time.Second}, old: b.Billing.Providers, ended: make(chan error, 1),
		payer: &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	b.Billing.Providers = []billing.Provider{p}
	b.Cards.SetBehaviour(testcard.Behaviour{WebhookNever: true}) // nobody listens yet: news are told by hand, below
	go func() { c.ended <- c.srv.Serve(ln) }()
	return c, nil
}

// close gives the provider back as it was.
func (c *cardServer) close() error {
	c.b.Cards.SetBehaviour(testcard.Behaviour{})
	c.b.Billing.Providers = c.old
	c.payer.CloseIdleConnections()
	err := c.srv.Close()
	if ended := <-c.ended; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}

// pay types a card's number on the provider's page.
func (c *cardServer) pay(ctx context.Context, p billing.Payment, card string) error {
	body := url.Values{"number": {card}, "expiry": {"12/49"}, "cvc": {"123"}}.Encode()
	page, err := url.Parse(p.Page)
	if err != nil {
		return fmt.Errorf("read the address of a payment page: %w", err)
	}
	page.Scheme, page.Host = "http", c.host // its public address is not served yet
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, page.String(), strings.NewReader(body))
	if err != nil {
		return fmt.Errorf("pay: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := c.payer.Do(req)
	if err != nil {
		return fmt.Errorf("pay: %w", err)
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	if want := map[string]int{goodCard: http.StatusSeeOther, badCard: http.StatusUnprocessableEntity}[card]; err == nil && res.StatusCode != want {
		err = fmt.Errorf("pay: the provider's page answered %d", res.StatusCode)
	}
	if err != nil {
		return err
	}
	return c.tell(ctx, p, card)
}

// tell brings the provider's news of a try to pay, as its webhook would.
func (c *cardServer) tell(ctx context.Context, p billing.Payment, card string) error {
	c.news++
	now := c.b.DB.Now()
	until := now.Add(reservation)
	r := billing.Report{
		Ref: billing.Ref{Session: p.Session, Payment: p.ProviderRef}, State: billing.Reserved, Amount: money.Of(p.Amount, p.Currency),
		ReservedUntil: &until, Mark: "2", At: now,
	}
	name := "payment.reserved"
	if card == badCard {
		r.State, r.ReservedUntil, r.Failure, name = billing.Created, nil, billing.FailDeclined, "payment.failed"
	}
	return c.b.Billing.Apply(ctx, billing.Pushed(billing.TestcardName, fmt.Sprintf("msg_history_%05d", c.news), name, r))
}
