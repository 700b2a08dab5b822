// Package pgtmp lends a throwaway PostgreSQL server to tests.
//
// All test binaries of one user on one machine share one server. Whoever comes first starts it, through a keeper: the same
// binary run again with keepVar set, detached from the test. The keeper ends the server, and itself, once nobody has been
// connected for a minute, so nothing is left behind however the tests ended.
package pgtmp

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// keepVar carries the directory of the server to the process that is to keep it.
const keepVar = "SKRANKE_PGTMP_KEEP"

const (
	startLimit = 90 * time.Second // initdb on a busy machine
	pollEvery  = 50 * time.Millisecond
)

// ErrMissing says that this machine has no PostgreSQL server, and what to do about it.
var ErrMissing = errors.New("the PostgreSQL server programs (initdb, postgres) are missing: apt-get install -y postgresql " +
	"(or set TEST_POSTGRES to the URL of a server, or run the tests with -short)")

// init turns this process into the keeper when it was started as one. It must come before any test runs, hence an init.
func init() {
	if dir := os.Getenv(keepVar); dir != "" {
		os.Exit(keep(dir))
	}
}

// Lease is one user of the server. The server lives at least as long as its leases.
type Lease struct {
	URL  string    // of the database postgres, as superuser
	Conn *pgx.Conn // held open: it is what tells the keeper that somebody is here
}

// Take connects to the shared server and starts it if it does not run.
func Take(ctx context.Context) (*Lease, error) {
	dir, err := home()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	unlock, err := lock(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	for {
		l, err := connect(ctx, dir)
		if err == nil {
			return l, nil
		}
		if !busy(err) {
			break
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("the throwaway PostgreSQL is too busy: %w", err)
		case <-time.After(pollEvery):
		}
	}
	if _, err := binaries(); err != nil {
		return nil, err
	}
	return start(ctx, dir)
}

// busy reports a server that lives but has no room or no time now. Taking it for dead would pull it from under other tests.
func busy(err error) bool {
	var pe *pgconn.PgError
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &pe) && (pe.Code == "53300" || pe.Code == "57P03")
}

// start runs the keeper and waits until it has written the URL of a running server. The caller holds the lock.
func start(ctx context.Context, dir string) (*Lease, error) {
	if err := os.Remove(urlFile(dir)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("remove the URL of an ended server: %w", err)
	}
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find the running program: %w", err)
	}
	logName := filepath.Join(dir, "keeper.log")
	out, err := os.Create(logName)
	if err != nil {
		return nil, fmt.Errorf("create the keeper's log: %w", err)
	}
	defer func() { _ = out.Close() }()
	cmd := exec.CommandContext(context.WithoutCancel(ctx), exe)
	cmd.Env = append(os.Environ(), keepVar+"="+dir)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // outlives the test and is not hit by its Ctrl-C
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the keeper: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		if l, err := connect(ctx, dir); err == nil {
			return l, nil
		}
		select {
		case err := <-ended:
			said, _ := os.ReadFile(logName)
			return nil, fmt.Errorf("the throwaway PostgreSQL did not start (%w):\n%s", err, said)
		case <-ctx.Done():
			said, _ := os.ReadFile(logName)
			return nil, fmt.Errorf("the throwaway PostgreSQL was not ready after %s:\n%s", startLimit, said)
		case <-time.After(pollEvery):
		}
	}
}

func connect(ctx context.Context, dir string) (*Lease, error) {
	url, err := os.ReadFile(urlFile(dir))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, string(url))
	if err != nil {
		return nil, err
	}
	return &Lease{URL: string(url), Conn: c}, nil
}

func urlFile(dir string) string { return filepath.Join(dir, "url") }

// home is the directory this user's server lives in. Root's server runs as somebody else, who must be able to walk there.
func home() (string, error) {
	base := os.TempDir()
	if os.Geteuid() == 0 && !walkable(base) {
		base = "/tmp"
	}
	dir := filepath.Join(base, "skranke-pg-"+strconv.Itoa(os.Geteuid()))
	if err := os.Mkdir(dir, 0o711); err != nil && !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("make the directory of the throwaway PostgreSQL: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", fmt.Errorf("look at the directory of the throwaway PostgreSQL: %w", err)
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !info.IsDir() || !ok || int(st.Uid) != os.Geteuid() {
		return "", fmt.Errorf("%s exists but is not a directory of this user: remove it", dir)
	}
	return dir, nil
}

func walkable(dir string) bool {
	for {
		info, err := os.Stat(dir)
		if err != nil || info.Mode()&0o001 == 0 {
			return false
		}
		up := filepath.Dir(dir)
		if up == dir {
			return true
		}
		dir = up
	}
}

// lock waits for the one lock that guards starting and ending the server of dir.
func lock(ctx context.Context, dir string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of the throwaway PostgreSQL: %w", err)
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		select {
		case <-ctx.Done():
			_ = f.Close()
			return nil, fmt.Errorf("wait for the lock %s: %w", f.Name(), ctx.Err())
		case <-time.After(pollEvery):
		}
	}
}

// binaries is the directory that holds initdb and postgres: on the path, or the newest one where distributions put them.
func binaries() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil && isFile(filepath.Join(filepath.Dir(p), "postgres")) {
			return filepath.Dir(p), nil
		}
	}
	best, version := "", -1.0
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"} {
		found, _ := filepath.Glob(pattern) // the only error is a bad pattern
		for _, dir := range found {
			_, word, _ := strings.Cut(filepath.Base(filepath.Dir(dir)), "-")
			if word == "" {
				word = filepath.Base(filepath.Dir(dir))
			}
			v, err := strconv.ParseFloat(word, 64)
			if err == nil && v > version && isFile(filepath.Join(dir, "initdb")) && isFile(filepath.Join(dir, "postgres")) {
				best, version = dir, v
			}
		}
	}
	if best == "" {
		return "", ErrMissing
	}
	return best, nil
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}
