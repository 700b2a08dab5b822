package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// serve measures the built binary on the demonstration's data: how soon it answers, what it holds, what a first visit loads.
func serve(ctx context.Context, o options, r *report) error {
	dir, err := os.MkdirTemp(cache, "serve-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	bin := filepath.Join(cache, "skranke")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", bin, "./cmd/skranke")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the program: %w\n%s", err, out)
	}
	p := program{bin: bin, data: filepath.Join(dir, "data")}
	made := time.Now()
	if err := p.demonstrate(ctx); err != nil {
		return err
	}
	r.most("demo: the data is made, from the start until it answers", "s", time.Since(made).Seconds(), 20)
	var ready []time.Duration
	for range o.runs {
		took, stop, err := p.start(ctx)
		if err != nil {
			return err
		}
		ready = append(ready, took)
		if err := stop(); err != nil {
			return err
		}
	}
	r.most("serve: ready after", "ms", median(ready).Seconds()*1000, 300)
	if err := p.visit(ctx, o, r); err != nil {
		return err
	}
	r.note("serve: the binary with the demonstration's data on SQLite. Ready: from starting the process until /readyz answers 200. First visit: all bytes\n" +
		"that come back, with headers, for /keys and everything that it loads, as a browser with gzip and an empty cache.")
	return nil
}

// program is the built binary and its data.
type program struct {
	bin, data string
}

func (p program) command(ctx context.Context, name, addr string) *exec.Cmd {
	c := exec.CommandContext(ctx, p.bin, name, "--data", p.data, "--listen", addr, "--cards-listen", "127.0.0.1:0", "--log-level", "warn")
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "SKRANKE_") {
			c.Env = append(c.Env, kv)
		}
	}
	c.Stderr = os.Stderr
	return c
}

// demonstrate makes the data.
func (p program) demonstrate(ctx context.Context) error {
	addr, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	c := p.command(ctx, "demo", addr)
	c.Stderr = nil // it tells how far it has come
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	ready := false
	for !ready && lines.Scan() {
		ready = strings.Contains(lines.Text(), addr)
	}
	if !ready {
		return errors.Join(errors.New("the demonstration did not start"), c.Wait())
	}
	return stopped(c)
}

// start runs the server and tells how long it took to answer.
func (p program) start(ctx context.Context) (took time.Duration, stop func() error, err error) {
	s, err := p.run(ctx)
	return s.took, func() error { return stopped(s.cmd) }, err
}

type running struct {
	cmd  *exec.Cmd
	addr string
	took time.Duration
}

func (p program) run(ctx context.Context) (s running, err error) {
	if s.addr, err = freeAddress(ctx); err != nil {
		return s, err
	}
	s.cmd = p.command(ctx, "serve", s.addr)
	start := time.Now()
	if err := s.cmd.Start(); err != nil {
		return s, err
	}
	for time.Since(start) < 30*time.Second {
		if res, err := http.Get("http://" + s.addr + "/readyz"); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				s.took = time.Since(start)
				return s, nil
			}
		}
		time.Sleep(time.Millisecond)
	}
	return s, errors.Join(errors.New("the server does not become ready"), stopped(s.cmd))
}

func stopped(c *exec.Cmd) error {
	if err := c.Process.Signal(syscall.SIGINT); err != nil {
		return err
	}
	return c.Wait()
}

func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// visit opens the first page as a browser does, and looks at the process a while after.
func (p program) visit(ctx context.Context, o options, r *report) error {
	s, err := p.run(ctx)
	if err != nil {
		return err
	}
	n, err := firstVisit(ctx, s.addr, "/keys")
	if err != nil {
		return errors.Join(err, stopped(s.cmd))
	}
	r.most("serve: first visit over the wire", "kB", float64(n)/1000, 110)
	wait := 30 * time.Second
	if o.quick {
		wait = 3 * time.Second
	}
	select {
	case <-time.After(wait):
	case <-ctx.Done():
	}
	if kb, err := resident(s.cmd.Process.Pid); err == nil {
		r.most(fmt.Sprintf("serve: resident %s after the first page", wait), "MB", float64(kb)/1024, 60)
	} else {
		r.note("This system does not tell what a process holds: %v", err)
	}
	return stopped(s.cmd)
}

// resident is the memory of a process in kB, where /proc tells.
func resident(pid int) (int, error) {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(b), "VmRSS:")
	f := strings.Fields(rest)
	if len(f) == 0 {
		return 0, errors.New("no VmRSS")
	}
	return strconv.Atoi(f[0])
}

func read(res *http.Response) ([]byte, error) {
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", res.Request.URL.Path, res.Status)
	}
	return io.ReadAll(res.Body)
}
