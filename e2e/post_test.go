package e2e

import (
	"bufio"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// postOffice is a mail server of a few commands that says yes to everything, slowly where slow is set.
type postOffice struct {
	slow time.Duration // before it has taken a letter

	mu      sync.Mutex
	reached chan struct{} // closed when the first letter is being handed over
	letters []string
}

// openPostOffice listens at an address until the test ends.
func openPostOffice(t testing.TB, address string, slow time.Duration) *postOffice {
	t.Helper()
	ln, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	p := &postOffice{slow: slow, reached: make(chan struct{})}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { p.serve(c) })
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		wg.Wait()
	})
	return p
}

func (p *postOffice) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	in := bufio.NewReader(c)
	say := func(line string) { _, _ = io.WriteString(c, line+"\r\n") }
	say("220 post.example")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		switch verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " "); verb {
		case "DATA":
			say("354 go on")
			if !p.take(in) {
				return
			}
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}

// take reads a letter up to the lone dot.
func (p *postOffice) take(in *bufio.Reader) bool {
	var letter strings.Builder
	for line := ""; line != ".\r\n"; {
		var err error
		if line, err = in.ReadString('\n'); err != nil {
			return false
		}
		letter.WriteString(line)
	}
	p.mu.Lock()
	if len(p.letters) == 0 {
		close(p.reached)
	}
	p.letters = append(p.letters, letter.String())
	p.mu.Unlock()
	time.Sleep(p.slow) // a busy mail server, not a wait for something
	return true
}

// received counts the letters to an address.
func (p *postOffice) received(address string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.letters {
		if strings.Contains(l, "To: ") && strings.Contains(l, address) {
			n++
		}
	}
	return n
}
