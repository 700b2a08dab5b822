package stripe

import (
	"crypto/hmac"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"skranke/internal/billing"

	"github.com/stripe/stripe-go/v85/webhook"
)

// tolerance is how old a webhook may be, and how far ahead its clock.
const tolerance = 5 * time.Minute

// Events are those that the webhook endpoint must be set up for. docs/operating.md lists them.
var Events = []string{
	"checkout.session.completed", "checkout.session.expired", "payment_intent.amount_capturable_updated", "payment_intent.payment_failed",
	"payment_intent.canceled", "payment_intent.succeeded", "charge.refunded", "refund.failed",
}

// event is the little that is read of a webhook: the payment is looked at anew, since webhooks come late, in any order and in
// the shape of whatever version the endpoint was made with.
type event struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Type    string `json:"type"`
	Created int64  `json:"created"`
	Data    struct {
		Object struct {
			ID            string            `json:"id"`
			Object        string            `json:"object"`
			PaymentIntent json.RawMessage   `json:"payment_intent"`
			Metadata      map[string]string `json:"metadata"`
		} `json:"object"`
	} `json:"data"`
}

// Message checks a webhook and reads which payment it is about.
func (p *provider) Message(header http.Header, body []byte) (billing.Message, error) {
	if err := p.verify(header.Get("Stripe-Signature"), body); err != nil {
		return billing.Message{}, fmt.Errorf("%w: %w", billing.ErrSignature, err)
	}
	var e event
	if err := json.Unmarshal(body, &e); err != nil || e.ID == "" || e.Object != "event" {
		return billing.Message{}, errors.New("read webhook of Stripe: it is no event")
	}
	o := e.Data.Object
	var ref billing.Ref
	switch o.Object {
	case "checkout.session":
		ref.Session = o.ID
	case "payment_intent":
		ref.Payment = o.ID
	case "charge", "refund":
		ref.Payment = intentID(o.PaymentIntent)
	}
	return billing.Nudge(Name, e.ID, e.Type, ref, o.Metadata["payment"], time.Unix(e.Created, 0).UTC()), nil
}

// verify holds a signature against body, secret and our own clock: the library's looks at the machine's. While a secret is
// being changed a webhook carries a signature for the old one and one for the new.
func (p *provider) verify(signature string, body []byte) error {
	var at time.Time
	var given []string
	for part := range strings.SplitSeq(signature, ",") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "t":
			seconds, err := strconv.ParseInt(value, 10, 64)
			if err != nil || !at.IsZero() {
				return webhook.ErrInvalidHeader
			}
			at = time.Unix(seconds, 0)
		case "v1":
			given = append(given, value)
		}
	}
	if at.IsZero() {
		return webhook.ErrNotSigned
	}
	want, found := []byte(hex.EncodeToString(webhook.ComputeSignature(at, body, p.cfg.WebhookSecret))), false
	for _, s := range given {
		if hmac.Equal([]byte(s), want) {
			found = true
		}
	}
	if !found {
		return webhook.ErrNoValidSignature
	}
	if age := p.cfg.Now().Sub(at); age > tolerance || age < -tolerance {
		return webhook.ErrTooOld
	}
	return nil
}

// intentID reads an id, or the id of an object that the endpoint was told to expand.
func intentID(raw json.RawMessage) string {
	var id string
	if json.Unmarshal(raw, &id) == nil {
		return id
	}
	var o struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(raw, &o) // then it stays unknown
	return o.ID
}
