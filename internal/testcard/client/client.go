// Package client talks to the card provider testcard: the typed calls, the words both sides use on the wire, and the check of a
// webhook's signature. It tries nothing twice; jobs do, with the same idempotency key.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	timeout  = 15 * time.Second // what takes longer has an unknown outcome
	maxReply = 1 << 20          // no honest reply comes near
)

// Client is safe for use by several goroutines.
type Client struct {
	base, secret string
	http         *http.Client
}

// New makes a client of the provider at baseURL. With a nil hc it makes its own HTTP client; each call ends after 15 s either way.
func New(baseURL, secret string, hc *http.Client) *Client {
	if hc == nil {
		hc = &http.Client{Timeout: timeout}
	}
	return &Client{base: strings.TrimRight(baseURL, "/"), secret: secret, http: hc}
}

// CreateSession asks for a hosted page on which the payer reserves the amount. The same key and content give the same session.
func (c *Client) CreateSession(ctx context.Context, key string, in NewSession) (Session, error) {
	var s Session
	err := c.post(ctx, "/v1/sessions", key, in, &s)
	return s, err
}

// Session reads a session.
func (c *Client) Session(ctx context.Context, id string) (Session, error) {
	var s Session
	err := c.do(ctx, http.MethodGet, "/v1/sessions/"+url.PathEscape(id), "", nil, &s)
	return s, err
}

// Payment reads a payment.
func (c *Client) Payment(ctx context.Context, id string) (Payment, error) {
	var p Payment
	err := c.do(ctx, http.MethodGet, paymentPath(id, ""), "", nil, &p)
	return p, err
}

// Capture takes a part or all of what is reserved.
func (c *Client) Capture(ctx context.Context, key, id string, amountMinor int64) (Payment, error) {
	var p Payment
	err := c.post(ctx, paymentPath(id, "/capture"), key, Amount{amountMinor}, &p)
	return p, err
}

// Release lets go of all that is reserved and not captured; a payment that nobody has paid yet can no longer be paid.
func (c *Client) Release(ctx context.Context, key, id string) (Payment, error) {
	var p Payment
	err := c.post(ctx, paymentPath(id, "/release"), key, struct{}{}, &p)
	return p, err
}

// Refund gives back a part or all of what was captured.
func (c *Client) Refund(ctx context.Context, key, id string, amountMinor int64) (Payment, error) {
	var p Payment
	err := c.post(ctx, paymentPath(id, "/refund"), key, Amount{amountMinor}, &p)
	return p, err
}

func paymentPath(id, verb string) string { return "/v1/payments/" + url.PathEscape(id) + verb }

func (c *Client) post(ctx context.Context, path, key string, in, out any) error {
	if key == "" {
		return errors.New("call card provider: no idempotency key")
	}
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("write call to card provider: %w", err)
	}
	return c.do(ctx, http.MethodPost, path, key, body, out)
}

func (c *Client) do(ctx context.Context, method, path, key string, body []byte, out any) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("prepare call to card provider: %w", withoutURL(err))
	}
	req.Header.Set("Authorization", "Bearer "+c.secret)
	if method == http.MethodPost {
		req.Header.Set("Idempotency-Key", key)
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("call card provider: %w", &unknown{withoutURL(err)})
	}
	defer res.Body.Close()
	reply, err := io.ReadAll(io.LimitReader(res.Body, maxReply))
	if err != nil {
		return fmt.Errorf("read card provider's answer: %w", &unknown{err})
	}
	if res.StatusCode/100 != 2 {
		return refusal(res.StatusCode, reply)
	}
	if err := json.Unmarshal(reply, out); err != nil {
		return fmt.Errorf("read card provider's answer: %w", &unknown{err})
	}
	return nil
}

// refusal reads an error reply; something between us and the provider may have answered in its place, with a page.
func refusal(status int, reply []byte) error {
	var in Refusal
	if json.Unmarshal(reply, &in) != nil || in.Error.Code == "" {
		in.Error.Code = CodeInternal
	}
	return &Error{Status: status, Code: in.Error.Code, Field: in.Error.Field, Message: in.Error.Message}
}

// withoutURL drops the address from an error: a session's id lets its reader pay, so it stays out of logs.
func withoutURL(err error) error {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		return u.Err
	}
	return err
}
