package client

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of a webhook, as Standard Webhooks names them.
const (
	HeaderID        = "Webhook-Id"
	HeaderTimestamp = "Webhook-Timestamp"
	HeaderSignature = "Webhook-Signature"
)

const (
	secretPrefix = "whsec_" // what follows is the key in base64
	tolerance    = 5 * time.Minute
)

// Why Verify refuses. A receiver answers both with 400 and does nothing.
var (
	ErrSignature = errors.New("webhook signature does not fit")
	ErrTimestamp = errors.New("webhook is too old or from the future")
)

// Sign makes the signature header of a webhook. A secret "whsec_…" is base64, any other is taken as it is.
func Sign(secret, id string, at time.Time, body []byte) (string, error) {
	key := []byte(secret)
	if coded, ok := strings.CutPrefix(secret, secretPrefix); ok {
		var err error
		if key, err = base64.StdEncoding.DecodeString(coded); err != nil {
			return "", fmt.Errorf("read webhook secret: %w", err)
		}
	}
	if len(key) == 0 {
		return "", errors.New("read webhook secret: it is empty")
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

// Verify tells whether a webhook came from the provider, unchanged, at most five minutes ago or ahead. Body is the raw request body.
// It does not remember ids: a receiver that must act once keeps them.
func Verify(secret string, headers http.Header, body []byte, now time.Time) error {
	id := headers.Get(HeaderID)
	seconds, err := strconv.ParseInt(headers.Get(HeaderTimestamp), 10, 64)
	if id == "" || err != nil {
		return ErrSignature
	}
	at := time.Unix(seconds, 0)
	want, err := Sign(secret, id, at, body)
	if err != nil {
		return err
	}
	if !anyEqual(strings.Fields(headers.Get(HeaderSignature)), want) {
		return ErrSignature
	}
	if age := now.Sub(at); age > tolerance || age < -tolerance {
		return ErrTimestamp
	}
	return nil
}

// anyEqual looks at every signature: while a secret is being changed a webhook carries one for the old and one for the new.
func anyEqual(given []string, want string) bool {
	found := false
	for _, s := range given {
		if hmac.Equal([]byte(s), []byte(want)) {
			found = true
		}
	}
	return found
}
