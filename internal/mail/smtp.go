package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/textproto"
	"strings"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// TLSMode says how the way to the mail server is kept private.
type TLSMode string

// The modes.
const (
	StartTLS    TLSMode = "starttls" // asked for after connecting, and insisted on; port 587
	ImplicitTLS TLSMode = "tls"      // from the first byte; port 465
	NoTLS       TLSMode = "none"     // for a relay on the same machine
)

// SMTPConfig is how to reach a mail server.
type SMTPConfig struct {
	Host      string
	Port      int // 0 is the mode's usual one
	User      string
	Password  string
	TLS       TLSMode
	Timeout   time.Duration // for connecting and again for sending; 0 is 20 seconds
	TLSConfig *tls.Config   // nil trusts what the machine trusts
}

// SMTP is the transport that hands mails to a mail server.
type SMTP struct {
	config  SMTPConfig
	options []gomail.Option
}

// NewSMTP checks the configuration; it does not connect, since a mail server may be down while the product starts.
func NewSMTP(c SMTPConfig) (*SMTP, error) {
	if c.Timeout <= 0 {
		c.Timeout = 20 * time.Second
	}
	if c.Port == 0 {
		c.Port = map[TLSMode]int{StartTLS: 587, ImplicitTLS: 465, NoTLS: 25}[c.TLS]
	}
	trust := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.TLSConfig != nil {
		trust = c.TLSConfig.Clone()
	}
	if trust.ServerName == "" {
		trust.ServerName = c.Host
	}
	c.TLSConfig = trust
	// A connection carries one message, so nothing needs asking or resetting before and after it.
	options := []gomail.Option{gomail.WithPort(c.Port), gomail.WithTimeout(c.Timeout), gomail.WithTLSConfig(trust), gomail.WithoutNoop(), gomail.WithoutRset()}
	switch c.TLS {
	case StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case ImplicitTLS:
		options = append(options, gomail.WithSSL())
	case NoTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fmt.Errorf("TLS mode %q: use starttls, tls or none", c.TLS)
	}
	if c.User != "" {
		if c.TLS == NoTLS {
			return nil, errors.New("a mail password is not sent in the clear: use TLS mode starttls or tls, or no user")
		}
		options = append(options, gomail.WithUsername(c.User), gomail.WithPassword(c.Password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	if _, err := gomail.NewClient(c.Host, options...); err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	return &SMTP{config: c, options: options}, nil
}

// Deliver hands the message to the server. Once the server has said yes it is delivered, whatever breaks afterwards:
// an error then would make the receiver get it twice.
func (s *SMTP) Deliver(ctx context.Context, m Message) error {
	hold := &holder{}
	defer hold.close() // go-mail leaves a connection open when a step on it fails
	defer context.AfterFunc(ctx, hold.close)()
	c, err := gomail.NewClient(s.config.Host, append(s.options[:len(s.options):len(s.options)], gomail.WithDialContextFunc(s.dial(hold)))...)
	if err != nil {
		return s.undelivered("client", err)
	}
	if err := c.DialWithContext(ctx); err != nil {
		return s.undelivered("connect", err)
	}
	msg := compose(m)
	if err := c.Send(msg); err != nil && !msg.IsDelivered() {
		return s.undelivered("send", err)
	}
	_ = c.Close() // the goodbye; the message's fate is known
	return nil
}

// dial connects as the configuration wants and lets hold know of it.
func (s *SMTP) dial(hold *holder) gomail.DialContextFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		raw, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		hold.keep(raw)
		if s.config.TLS != ImplicitTLS {
			return raw, nil
		}
		c := tls.Client(raw, s.config.TLSConfig)
		if err := c.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		return c, nil
	}
}

// holder closes the connection of one delivery, also when the job is cancelled in the middle of it.
type holder struct {
	mu     sync.Mutex
	conn   net.Conn
	closed bool
}

func (h *holder) keep(c net.Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.conn = c; h.closed {
		_ = c.Close()
	}
}

func (h *holder) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed = true; h.conn != nil {
		_ = h.conn.Close()
	}
}

// compose writes both twins and the headers. Programs that answer mails leave Auto-Submitted ones alone.
func compose(m Message) *gomail.Msg {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&netmail.Address{Name: m.From.Name, Address: m.From.Email})
	msg.ToMailAddress(&netmail.Address{Name: m.To.Name, Address: m.To.Email})
	msg.Subject(m.Subject)
	msg.SetMessageIDWithValue(m.ID + m.From.Email[strings.LastIndexByte(m.From.Email, '@'):])
	msg.SetDateWithValue(m.At)
	msg.SetGenHeader("Content-Language", m.Language)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	return msg
}

// steps names the SMTP command of go-mail's reasons.
var steps = map[gomail.SendErrReason]string{
	gomail.ErrSMTPMailFrom: "MAIL FROM", gomail.ErrSMTPRcptTo: "RCPT TO", gomail.ErrSMTPData: "DATA",
	gomail.ErrWriteContent: "content", gomail.ErrSMTPDataClose: "end of content", gomail.ErrConnCheck: "greeting",
}

func (s *SMTP) undelivered(step string, err error) *Undelivered {
	u := &Undelivered{Step: step, Answer: err.Error()}
	var se *gomail.SendError
	var te *textproto.Error
	switch {
	case errors.As(err, &se):
		if name, ok := steps[se.Reason]; ok {
			u.Step = name
		}
		u.Code = se.ErrorCode()
		u.Permanent = u.Code >= 500 && !ours(u.Code)
		for _, tail := range []string{", affected recipient(s): ", ", affected message ID: "} {
			u.Answer, _, _ = strings.Cut(u.Answer, tail)
		}
	case errors.As(err, &te):
		u.Code = te.Code // before any message was named: the server or our password, so it may pass
	}
	if s.config.Password != "" {
		u.Answer = strings.ReplaceAll(u.Answer, s.config.Password, "…")
	}
	return u
}

// ours says that the server wants us to sign in, or in another way: that is the operator's to mend, and the mail waits.
func ours(code int) bool { return code == 530 || code == 534 || code == 535 || code == 538 }
