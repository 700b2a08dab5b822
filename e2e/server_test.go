package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"skranke/internal/db"
)

const (
	startPatience   = 90 * time.Second // making the demonstration's data included
	commandPatience = 20 * time.Second
	stopPatience    = 40 * time.Second // a little more than the program's own
)

// server is one running `skranke serve` or `skranke demo`.
type server struct {
	t        testing.TB
	URL      string
	Cards    string // of the test card provider
	Data     string
	Database string
	tell     func() error // tells the process to stop
	kill     func() error
	log      *logbook
	left     chan struct{} // closed when the process has ended
	err      error         // how it ended, then
	stopped  bool
}

// start runs a command of the program and waits until it says that it is ready. When the test ends it is told to stop, must do
// so in time and well, and must have logged no error. Settings are flags, or variables of the
// environment where they begin with SKRANKE_.
func start(t testing.TB, command, data, database string, settings ...string) *server {
	t.Helper()
	s := &server{t: t, Data: data, Database: database, log: &logbook{}, left: make(chan struct{})}
	listen, cards := freeAddress(t), freeAddress(t)
	s.URL, s.Cards = "http://"+listen, "http://"+cards
	args := []string{command, "--listen", listen, "--cards-listen", cards, "--data", data, "--log-format", "json", "--log-level", "info"}
	if database != "" {
		args = append(args, "--database", database)
	} else {
		s.Database = data + "/skranke.db"
	}
	env := environment()
	for i, x := range settings {
		switch {
		case strings.HasPrefix(x, "SKRANKE_"):
			env = append(env, x)
			continue
		case x == "--listen": // the same address again
			s.URL = "http://" + settings[i+1]
		}
		args = append(args, x)
	}
	cmd := exec.Command(binary(t), args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, s.log, s.log
	if err := cmd.Start(); err != nil {
		t.Fatalf("start skranke %s: %v", command, err)
	}
	s.tell, s.kill = func() error { return cmd.Process.Signal(syscall.SIGTERM) }, cmd.Process.Kill
	go func() {
		s.err = cmd.Wait()
		close(s.left)
	}()
	t.Cleanup(s.end)
	s.awaitReady(command)
	return s
}

// environment is ours without settings of the program, which would change what is tested.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, "SKRANKE_") })
}

func (s *server) awaitReady(command string) {
	s.t.Helper()
	for deadline := time.Now().Add(startPatience); ; {
		res, err := http.Get(s.URL + "/readyz")
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-s.left:
			s.t.Fatalf("skranke %s ended at once: %v\n%s", command, s.err, s.log)
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("skranke %s is not ready after %s: %v\n%s", command, startPatience, err, s.log)
		}
	}
}

// stop tells the process to stop and waits for it. It answers how long that took.
func (s *server) stop() time.Duration {
	s.t.Helper()
	began := time.Now()
	s.goingToStop()
	s.await()
	return time.Since(began)
}

// goingToStop tells the process to stop and does not wait.
func (s *server) goingToStop() {
	s.t.Helper()
	s.stopped = true
	if err := s.tell(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		s.t.Fatalf("tell the server to stop: %v", err)
	}
}

// await waits for a process that has been told to stop.
func (s *server) await() {
	s.t.Helper()
	select {
	case <-s.left:
		if s.err != nil {
			s.t.Errorf("the server stopped badly: %v\n%s", s.err, s.log)
		}
	case <-time.After(stopPatience):
		_ = s.kill()
		s.t.Errorf("the server did not stop within %s\n%s", stopPatience, s.log)
	}
}

func (s *server) end() {
	if !s.stopped {
		s.stop()
	}
	for _, line := range s.log.errors() {
		s.t.Errorf("the server logged an error: %s", line)
	}
	if s.t.Failed() {
		s.t.Logf("the server's last words:\n%s", s.log.tail(4000))
	}
}

// open looks into the server's database, for what no page shows.
func (s *server) open() *db.DB {
	s.t.Helper()
	d, err := db.Open(s.t.Context(), s.Database)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = d.Close() })
	return d
}

// get asks for an address of the server and gives status and body.
func (s *server) get(path string, header ...string) (int, string) {
	s.t.Helper()
	req, err := http.NewRequest(http.MethodGet, s.URL+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	noRedirect := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := noRedirect.Do(req)
	if err != nil {
		s.t.Fatalf("ask for %s: %v", path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatalf("read %s: %v", path, err)
	}
	return res.StatusCode, string(body)
}

// freeAddress is an address of this machine that nobody listened on a moment ago.
func freeAddress(t testing.TB) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// command runs a command of the program that ends by itself.
func command(t testing.TB, input string, args ...string) (out string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), commandPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary(t), args...)
	cmd.Env, cmd.Dir, cmd.Stdin = environment(), t.TempDir(), strings.NewReader(input)
	both, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		t.Errorf("skranke %v goes on and on:\n%s", args, both)
	}
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatalf("run skranke %v: %v", args, err)
	}
	return string(both), cmd.ProcessState.ExitCode()
}

// logbook keeps what a process says.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write takes what the process says.
func (l *logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// String is everything that was said.
func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *logbook) tail(n int) string {
	all := l.String()
	return all[max(0, len(all)-n):]
}

// errors are the lines of level ERROR, and whatever is no log line at all but looks like the end of a program.
func (l *logbook) errors() (lines []string) {
	for line := range strings.Lines(l.String()) {
		var record struct {
			Level string
			Msg   string
		}
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			if strings.HasPrefix(line, "panic:") || strings.HasPrefix(line, "fatal error:") || strings.Contains(line, "DATA RACE") {
				lines = append(lines, line)
			}
			continue
		}
		if record.Level == "ERROR" {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

func (l *logbook) has(text string) bool { return strings.Contains(l.String(), text) }

var _ fmt.Stringer = (*logbook)(nil)
