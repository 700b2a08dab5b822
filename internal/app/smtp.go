package app

import (
	"fmt"
	"net/url"
	"strconv"

	"skranke/internal/mail"
)

// smtpTransport reads smtp://user:password@host:587?tls=starttls|none and smtps://host.
func smtpTransport(u *url.URL) (mail.Transport, error) {
	c := mail.SMTPConfig{Host: u.Hostname(), TLS: mail.StartTLS}
	if u.Scheme == "smtps" {
		c.TLS = mail.ImplicitTLS
	}
	if mode := u.Query().Get("tls"); mode != "" {
		c.TLS = mail.TLSMode(mode)
	}
	if p := u.Port(); p != "" {
		n, err := strconv.Atoi(p)
		if err != nil {
			return nil, fmt.Errorf("setting smtp: port %q is no number", p)
		}
		c.Port = n
	}
	if u.User != nil {
		c.User = u.User.Username()
		c.Password, _ = u.User.Password()
	}
	t, err := mail.NewSMTP(c)
	if err != nil {
		return nil, fmt.Errorf("setting smtp: %w", err)
	}
	return t, nil
}
