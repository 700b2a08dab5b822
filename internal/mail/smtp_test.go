package mail

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"skranke/internal/db"
	"skranke/internal/db/dbtest"
)

// smtpServer is a mail server of a few commands. Replies maps a command, or "end" for the end of the content, to what
// it answers instead of yes; "drop" hangs up.
type smtpServer struct {
	addr    *net.TCPAddr
	tls     *tls.Config
	secure  bool // from the first byte
	replies map[string]string

	mu    sync.Mutex
	taken []string // contents it said yes to
	auth  []string
}

func startSMTP(t *testing.T, s *smtpServer) *smtpServer {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().(*net.TCPAddr) //nolint:forcetypeassert // listening on tcp
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { s.serve(c) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	return s
}

func (s *smtpServer) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	if s.secure {
		c = tls.Server(c, s.tls)
	}
	in := bufio.NewReader(c)
	say := func(line string) { _, _ = io.WriteString(c, line+"\r\n") }
	say("220 post.example")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		reply := s.replies[verb]
		switch {
		case reply == "drop":
			return
		case reply != "":
			say(reply)
		case verb == "EHLO":
			say("250-post.example\r\n250-STARTTLS\r\n250 AUTH PLAIN")
		case verb == "STARTTLS":
			say("220 go on")
			c = tls.Server(c, s.tls)
			in = bufio.NewReader(c)
		case verb == "AUTH":
			s.mu.Lock()
			s.auth = append(s.auth, line)
			s.mu.Unlock()
			say("235 welcome")
		case verb == "DATA":
			say("354 go on")
			if !s.take(in, say) {
				return
			}
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}

// take reads the content up to the lone dot.
func (s *smtpServer) take(in *bufio.Reader, say func(string)) bool {
	var content strings.Builder
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		content.WriteString(strings.TrimPrefix(line, "."))
	}
	switch reply := s.replies["end"]; reply {
	case "":
	case "drop":
		return false
	default:
		say(reply)
		return true
	}
	s.mu.Lock()
	s.taken = append(s.taken, content.String())
	s.mu.Unlock()
	say("250 taken")
	return true
}

func (s *smtpServer) contents() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.taken...)
}

func (s *smtpServer) transport(t *testing.T, c SMTPConfig) *SMTP {
	t.Helper()
	c.Host, c.Port = "127.0.0.1", s.addr.Port
	if c.Timeout == 0 {
		c.Timeout = 5 * time.Second
	}
	tr, err := NewSMTP(c)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func message() Message {
	return Message{
		ID: linkID, MailID: linkID, At: time.Date(2026, 11, 20, 10, 34, 0, 0, time.UTC), Language: "nb",
		From: Address{"Vakt & Nøkkel", "post@firm.example"}, To: Address{`Mona "M" Sæther, styret`, "mona@borettslag.example"},
		Subject: "Godkjenn brikke – æøå", HTML: "<p>Hei, <a href=\"https://firm.example/approve/x?a=1&amp;b=2\">se</a></p>",
		Text: "Hei, Mona\n.\nhttps://firm.example/approve/" + strings.Repeat("x", 100) + "\n",
	}
}

func TestTheServerGetsBothTwinsAndSafeHeaders(t *testing.T) {
	s := startSMTP(t, &smtpServer{})
	if err := s.transport(t, SMTPConfig{TLS: NoTLS}).Deliver(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	if len(s.contents()) != 1 {
		t.Fatalf("taken %d mails", len(s.contents()))
	}
	m, err := netmail.ReadMessage(strings.NewReader(s.contents()[0]))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != message().Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	to, err := m.Header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Name != message().To.Name || to[0].Address != message().To.Email {
		t.Errorf("to %v, %v", to, err)
	}
	for name, want := range map[string]string{
		"Message-Id": "<" + linkID + "@firm.example>", "Date": "Fri, 20 Nov 2026 10:34:00 +0000", "Auto-Submitted": "auto-generated",
		"Content-Language": "nb", "Bcc": "", "User-Agent": "", "X-Mailer": "",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	text, html := parts(t, m)
	if text != strings.ReplaceAll(message().Text, "\n", "\r\n") && text != message().Text {
		t.Errorf("text %q", text)
	}
	if html != message().HTML {
		t.Errorf("html %q", html)
	}
}

// parts gives the plain and the HTML part of a multipart/alternative mail, in that order.
func parts(t *testing.T, m *netmail.Message) (text, html string) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type %s, %v", kind, err)
	}
	r := multipart.NewReader(m.Body, params["boundary"])
	for i, want := range []string{"text/plain; charset=UTF-8", "text/html; charset=UTF-8"} {
		p, err := r.NextRawPart()
		if err != nil || p.Header.Get("Content-Type") != want || p.Header.Get("Content-Transfer-Encoding") != "quoted-printable" {
			t.Fatalf("part %d: %v, %v", i, p, err)
		}
		b, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		if text, html = html, string(b); i == 0 {
			html = string(b)
		}
	}
	return text, html
}

func TestWhatTheServerSaysDecidesWhetherToTryAgain(t *testing.T) {
	for _, tt := range []struct {
		name      string
		replies   map[string]string
		step      string
		code      int
		permanent bool
		answer    string
	}{
		{"unknown receiver", map[string]string{"RCPT": "550 5.1.1 no such user mona@borettslag.example"}, "RCPT TO", 550, true, "no such user"},
		{"refused content", map[string]string{"end": "554 5.7.1 looks like spam"}, "end of content", 554, true, "spam"},
		{"refused sender", map[string]string{"MAIL": "553 not yours"}, "MAIL FROM", 553, true, "not yours"},
		{"the server wants a password", map[string]string{"MAIL": "530 sign in first"}, "MAIL FROM", 530, false, "sign in"},
		{"greylisted", map[string]string{"RCPT": "451 4.7.1 come back later"}, "RCPT TO", 451, false, "later"},
		{"full disk", map[string]string{"DATA": "452 no room"}, "DATA", 452, false, "no room"},
		{"busy", map[string]string{"EHLO": "421 too busy", "HELO": "421 too busy"}, "connect", 421, false, "busy"},
		{"hangs up at the receiver", map[string]string{"RCPT": "drop"}, "RCPT TO", 0, false, "EOF"},
		{"hangs up after the content", map[string]string{"end": "drop"}, "end of content", 0, false, "EOF"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := startSMTP(t, &smtpServer{replies: tt.replies})
			err := s.transport(t, SMTPConfig{TLS: NoTLS}).Deliver(t.Context(), message())
			var u *Undelivered
			if !errors.As(err, &u) {
				t.Fatalf("%v is no *Undelivered", err)
			}
			if u.Step != tt.step || u.Code != tt.code || u.Permanent != tt.permanent || !strings.Contains(u.Answer, tt.answer) {
				t.Errorf("got %+v", u)
			}
			if strings.Contains(err.Error(), "mona@") {
				t.Errorf("the log would name the receiver: %v", err)
			}
		})
	}
}

func TestAMailTheServerTookIsDeliveredWhateverBreaksAfterwards(t *testing.T) {
	for _, replies := range []map[string]string{{"QUIT": "drop"}, {"QUIT": "500 what?"}} {
		s := startSMTP(t, &smtpServer{replies: replies})
		if err := s.transport(t, SMTPConfig{TLS: NoTLS}).Deliver(t.Context(), message()); err != nil || len(s.contents()) != 1 {
			t.Errorf("%v: %v, taken %d", replies, err, len(s.contents()))
		}
	}
}

func TestAServerThatIsNotThereIsTriedAgain(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &smtpServer{addr: l.Addr().(*net.TCPAddr)} //nolint:forcetypeassert // listening on tcp
	_ = l.Close()
	var u *Undelivered
	if err := s.transport(t, SMTPConfig{TLS: NoTLS}).Deliver(t.Context(), message()); !errors.As(err, &u) || u.Permanent || u.Step != "connect" {
		t.Errorf("%+v", err)
	}
}

func TestAJobThatIsCancelledLetsGoOfTheServer(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0") // accepts in the kernel, nobody answers
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	s := &smtpServer{addr: l.Addr().(*net.TCPAddr)} //nolint:forcetypeassert // listening on tcp
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	err = s.transport(t, SMTPConfig{TLS: NoTLS, Timeout: time.Minute}).Deliver(ctx, message())
	if took := time.Since(start); err == nil || took > 5*time.Second {
		t.Errorf("%v after %s", err, took)
	}
}

func TestAServerThatSaysNothingIsGivenUpInTime(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0") // accepts in the kernel, nobody answers
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	s := &smtpServer{addr: l.Addr().(*net.TCPAddr)} //nolint:forcetypeassert // listening on tcp
	start := time.Now()
	err = s.transport(t, SMTPConfig{TLS: NoTLS, Timeout: 100 * time.Millisecond}).Deliver(t.Context(), message())
	if took := time.Since(start); err == nil || took > 5*time.Second {
		t.Errorf("%v after %s", err, took)
	}
}

// certificate is a server's certificate for 127.0.0.1 and who trusts it.
func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	h := httptest.NewUnstartedServer(nil)
	h.StartTLS()
	t.Cleanup(h.Close)
	pool := x509.NewCertPool()
	pool.AddCert(h.Certificate())
	return &tls.Config{Certificates: h.TLS.Certificates, MinVersion: tls.VersionTLS12},
		&tls.Config{RootCAs: pool, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12}
}

func TestThePasswordOnlyGoesOverTLS(t *testing.T) {
	server, client := certificate(t)
	want := "AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00firm\x00hush hush"))
	for _, mode := range []TLSMode{StartTLS, ImplicitTLS} {
		s := startSMTP(t, &smtpServer{tls: server, secure: mode == ImplicitTLS})
		tr := s.transport(t, SMTPConfig{TLS: mode, TLSConfig: client, User: "firm", Password: "hush hush"})
		if err := tr.Deliver(t.Context(), message()); err != nil || len(s.contents()) != 1 || len(s.auth) != 1 || s.auth[0] != want {
			t.Errorf("%s: %v, %d mails, auth %q", mode, err, len(s.contents()), s.auth)
		}
		stranger := s.transport(t, SMTPConfig{TLS: mode, User: "firm", Password: "hush hush"})
		if err := stranger.Deliver(t.Context(), message()); err == nil || len(s.auth) != 1 {
			t.Errorf("%s: a server with a certificate nobody knows got the password: %v", mode, err)
		}
	}
	plain := startSMTP(t, &smtpServer{replies: map[string]string{"EHLO": "250 AUTH PLAIN"}})
	if err := plain.transport(t, SMTPConfig{TLS: StartTLS, User: "firm", Password: "x"}).Deliver(t.Context(), message()); err == nil || len(plain.auth) != 0 {
		t.Errorf("a server without TLS got the password: %v", err)
	}
}

func TestAWrongPasswordIsTheOperatorsToMendAndNotTold(t *testing.T) {
	server, client := certificate(t)
	s := startSMTP(t, &smtpServer{tls: server, replies: map[string]string{"AUTH": "535 5.7.8 wrong: hush hush"}})
	err := s.transport(t, SMTPConfig{TLS: StartTLS, TLSConfig: client, User: "firm", Password: "hush hush"}).Deliver(t.Context(), message())
	var u *Undelivered
	if !errors.As(err, &u) || u.Permanent || u.Code != 535 || strings.Contains(u.Answer, "hush hush") {
		t.Errorf("%+v", err)
	}
}

func TestAWrongMailServerSettingIsRefused(t *testing.T) {
	for _, tt := range []struct {
		c    SMTPConfig
		want string
	}{
		{SMTPConfig{Host: "post.example", TLS: "ssl"}, "use starttls, tls or none"},
		{SMTPConfig{Host: "post.example", TLS: NoTLS, User: "firm", Password: "x"}, "not sent in the clear"},
		{SMTPConfig{TLS: StartTLS}, "mail server"},
		{SMTPConfig{Host: "post.example", TLS: StartTLS, Port: 70000}, "mail server"},
	} {
		if _, err := NewSMTP(tt.c); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want %q", tt.c, err, tt.want)
		}
	}
}

func TestAMailGoesThroughAMailServerThatWakesUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := startSMTP(t, &smtpServer{})
		real := s.transport(t, SMTPConfig{TLS: NoTLS})
		asleep := startSMTP(t, &smtpServer{replies: map[string]string{"RCPT": "451 4.3.2 asleep"}}).transport(t, SMTPConfig{TLS: NoTLS})
		p := open(t, d, &first{asleep, real}, true)
		sent := send(t, p, board())
		await(t, p, sent, Sent)
		if got := s.contents(); len(got) != 1 || !strings.Contains(got[0], "<"+sent+"@firm.example>") {
			t.Errorf("taken %q", got)
		}
	})
}

// first uses its first transport once and then the second.
type first struct{ once, then Transport }

func (f *first) Deliver(ctx context.Context, m Message) error {
	tr := f.once
	f.once = f.then
	return tr.Deliver(ctx, m)
}
