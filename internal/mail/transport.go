package mail

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Message is a finished mail on its way out: its links are real.
type Message struct {
	ID       string // the same for every try of one sending, so that a receiver can tell a repeat
	MailID   string
	At       time.Time
	From, To Address
	Language string
	Subject  string
	HTML     string
	Text     string
}

// Transport hands a message over. It is called outside of transactions and may be called again with the same ID.
type Transport interface {
	Deliver(ctx context.Context, m Message) error
}

// Undelivered is why a transport did not take a message.
type Undelivered struct {
	Step      string // "dial", "RCPT TO": where it stopped
	Code      int    // SMTP status, or 0
	Permanent bool   // trying again is of no use
	Answer    string // what the other side said; may name the receiver, so it is kept with the mail and not logged
}

// Error is for the log: it names nobody.
func (u *Undelivered) Error() string {
	if u.Code == 0 {
		return "mail not delivered at " + u.Step
	}
	return fmt.Sprintf("mail not delivered at %s: status %d", u.Step, u.Code)
}

// reason is what staff read beside a failed mail, without the secrets it went out with.
func reason(err error, u *Undelivered, secrets []string) string {
	text := err.Error()
	if u != nil && u.Answer != "" {
		text = u.Step + ": " + u.Answer
	}
	for _, s := range secrets {
		text = strings.ReplaceAll(text, s, "…")
	}
	return cut(line(text), maxReason)
}

const maxReason = 500
