package pgtmp

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// server is one running cluster of its own.
type server struct {
	url   string
	dir   string // removed when the server stops
	cmd   *exec.Cmd
	ended chan struct{} // closed when the process has ended, after exit is set
	exit  error
}

// careless trades every safety for speed: the data is thrown away. 300 connections, because packages are tested in parallel and
// each test opens a pool or two.
var careless = []string{
	"fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "wal_level=minimal", "max_wal_senders=0",
	"max_connections=300", "shared_buffers=64MB", "max_wal_size=2GB", "checkpoint_timeout=1h", "jit=off",
	"timezone=UTC", "log_min_messages=panic", "log_min_error_statement=panic",
}

// startServer makes a fresh cluster under home and waits until it answers.
func startServer(ctx context.Context, home string, settings []string) (*server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	who, err := runAs()
	if err != nil {
		return nil, err
	}
	old, _ := filepath.Glob(filepath.Join(home, "cluster-*")) // left by a keeper that was killed; the only error is a bad pattern
	for _, dir := range old {
		_ = os.RemoveAll(dir)
	}
	dir, err := os.MkdirTemp(home, "cluster-")
	if err != nil {
		return nil, fmt.Errorf("make the cluster's directory: %w", err)
	}
	s := &server{dir: dir, ended: make(chan struct{})}
	password := rand.Text()
	if err := s.initdb(ctx, bin, who, password); err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	if err := s.run(ctx, bin, who, password, settings); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

func (s *server) initdb(ctx context.Context, bin string, who *syscall.Credential, password string) error {
	pw := filepath.Join(s.dir, "password")
	if err := os.WriteFile(pw, []byte(password), 0o600); err != nil {
		return fmt.Errorf("write the password for initdb: %w", err)
	}
	if who != nil {
		if err := errors.Join(os.Chown(s.dir, int(who.Uid), int(who.Gid)), os.Chown(pw, int(who.Uid), int(who.Gid))); err != nil {
			return fmt.Errorf("give the cluster to its user: %w", err)
		}
	}
	args := []string{"-D", s.data(), "-U", "test", "-A", "scram-sha-256", "--pwfile", pw, "-E", "UTF8", "--locale=C", "--no-sync", "-N"}
	// A collation that is not byte order shows where a query leans on text order, which differs between the databases.
	help, err := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "--help").Output()
	if err == nil && bytes.Contains(help, []byte("--icu-locale")) {
		args = append(args, "--locale-provider=icu", "--icu-locale=und")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), args...)
	cmd.Dir, cmd.Env = s.dir, []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb in %s: %w\n%s", s.dir, err, out)
	}
	return nil
}

func (s *server) run(ctx context.Context, bin string, who *syscall.Credential, password string, settings []string) error {
	port, err := freePort(ctx)
	if err != nil {
		return err
	}
	args := []string{"-D", s.data(), "-p", port, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=" + s.dir}
	for _, set := range settings {
		args = append(args, "-c", set)
	}
	s.cmd = exec.CommandContext(context.WithoutCancel(ctx), filepath.Join(bin, "postgres"), args...)
	s.cmd.Dir, s.cmd.Env = s.dir, []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	s.cmd.Stdout, s.cmd.Stderr = os.Stderr, os.Stderr
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who, Setpgid: true}
	dieWithParent(s.cmd.SysProcAttr)
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	go func() {
		s.exit = s.cmd.Wait()
		close(s.ended)
	}()
	s.url = fmt.Sprintf("postgres://test:%s@127.0.0.1:%s/postgres?sslmode=disable", password, port)
	return s.await(ctx)
}

func (s *server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for {
		c, err := pgx.Connect(ctx, s.url)
		if err == nil {
			return c.Close(ctx)
		}
		select {
		case <-s.ended:
			return fmt.Errorf("postgres ended while starting: %w", s.exit)
		case <-ctx.Done():
			return fmt.Errorf("postgres does not answer: %w", err)
		case <-time.After(pollEvery):
		}
	}
}

// stop ends the server without ceremony, as nothing in it is worth keeping.
func (s *server) stop() {
	if s.cmd != nil && s.cmd.Process != nil {
		_ = s.cmd.Process.Signal(syscall.SIGQUIT)
		select {
		case <-s.ended:
		case <-time.After(10 * time.Second):
			_ = s.cmd.Process.Kill()
		}
	}
	_ = os.RemoveAll(s.dir)
}

func (s *server) data() string { return filepath.Join(s.dir, "data") }

// runAs is the user to run the server as: nil is ourselves. PostgreSQL refuses to run as root.
func runAs() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // no credential means: keep this user's, as in syscall.SysProcAttr
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil && uid != 0 {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("PostgreSQL refuses to run as root, and there is no user named postgres or nobody to run it as")
}

// freePort asks the system for a port. Somebody could take it before postgres does; then the test says so and is run again.
func freePort(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()[strings.LastIndex(l.Addr().String(), ":")+1:], nil
}
