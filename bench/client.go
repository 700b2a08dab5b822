package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// server is a handler behind HTTP on this machine.
type server struct {
	addr string
	srv  *http.Server
}

func startServer(ctx context.Context, h http.Handler) (*server, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{addr: ln.Addr().String(), srv: &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}}
	go func() { _ = s.srv.Serve(ln) }()
	return s, nil
}

func (s *server) close() { _ = s.srv.Close() }

// client sends one request again and again. It is written by hand so that what is measured is the server: Go's own client
// would compute about as much as the floor does.
type client struct {
	conn net.Conn
	in   *bufio.Reader
	ask  []byte
	body []byte
}

func (s *server) dial(ctx context.Context, path, cookie, more string) (*client, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.addr)
	if err != nil {
		return nil, err
	}
	ask := "GET " + path + " HTTP/1.1\r\nHost: " + s.addr + "\r\nAccept: text/html\r\nAccept-Language: nb\r\nCookie: skranke=" + cookie + "\r\n" + more + "\r\n"
	return &client{conn: c, in: bufio.NewReaderSize(c, 64<<10), ask: []byte(ask)}, nil
}

func (c *client) close() { _ = c.conn.Close() }

// get sends the request and reads the whole answer.
func (c *client) get() ([]byte, error) {
	if _, err := c.conn.Write(c.ask); err != nil {
		return nil, err
	}
	status, err := c.in.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	if !bytes.Contains(status, []byte(" 200 ")) {
		return nil, fmt.Errorf("answered %q", bytes.TrimSpace(status))
	}
	length := -1 // in chunks, unless it is told
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		if line = bytes.TrimSpace(line); len(line) == 0 {
			break
		}
		if v, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(v)); err != nil {
				return nil, err
			}
		}
	}
	c.body = c.body[:0]
	if length >= 0 {
		err = c.take(length)
		return c.body, err
	}
	for length != 0 {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 32)
		if err != nil {
			return nil, err
		}
		length = int(n)
		if err := errors.Join(c.take(length), c.end()); err != nil {
			return nil, err
		}
	}
	return c.body, nil
}

// take reads n bytes of the body.
func (c *client) take(n int) error {
	at := len(c.body)
	c.body = slices.Grow(c.body, n)[:at+n]
	_, err := io.ReadFull(c.in, c.body[at:])
	return err
}

// end reads the end of a chunk's line.
func (c *client) end() error {
	_, err := c.in.ReadSlice('\n')
	return err
}

// timed is how long one request takes.
func (c *client) timed() (time.Duration, error) {
	start := time.Now()
	_, err := c.get()
	return time.Since(start), err
}

// rate is the requests a second that several clients at once get answered for a while.
func rate(clients []*client, during time.Duration) (float64, error) {
	errs, counts := make([]error, len(clients)), make([]int, len(clients))
	var wg sync.WaitGroup
	start := time.Now()
	for i, c := range clients {
		wg.Go(func() {
			for time.Since(start) < during && errs[i] == nil {
				_, errs[i] = c.get()
				counts[i]++
			}
		})
	}
	wg.Wait()
	n := 0
	for _, c := range counts {
		n += c
	}
	return float64(n) / time.Since(start).Seconds(), errors.Join(errs...)
}
