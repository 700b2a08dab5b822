package pgtmp

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// idleLimit is how long the server waits for the next test binary.
const idleLimit = time.Minute

// keep starts a server in dir, stays until nobody has used it for idleLimit, stops it and removes it. It is the whole life of
// the keeper process; what it returns is the exit code.
func keep(dir string) int {
	runtime.LockOSThread() // the server is told to die with the thread that started it
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, err := startServer(ctx, dir, careless)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	err = watch(ctx, dir, s)
	s.stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// watch returns once the server has been idle, has died, or the keeper was told to end.
func watch(ctx context.Context, dir string, s *server) error {
	c, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return fmt.Errorf("connect to the server just started: %w", err)
	}
	if err := writeURL(dir, s.url); err != nil {
		return err
	}
	defer retract(dir, s.url) // also when the server died
	idleSince := time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.ended:
			return fmt.Errorf("the server ended by itself: %w", s.exit)
		case <-time.After(time.Second):
		}
		n, err := guests(ctx, c)
		if err != nil {
			return err
		}
		if n > 0 {
			idleSince = time.Now()
		}
		if time.Since(idleSince) < idleLimit {
			continue
		}
		if gone, err := leave(ctx, dir, c); gone || err != nil {
			return err
		}
		idleSince = time.Now()
	}
}

// leave takes the URL away unless somebody has slipped in. It holds the lock, so that no newcomer is promised a server that
// is going.
func leave(ctx context.Context, dir string, c *pgx.Conn) (gone bool, err error) {
	unlock, err := lock(ctx, dir)
	if err != nil {
		return false, err
	}
	defer unlock()
	if n, err := guests(ctx, c); err != nil || n > 0 {
		return false, err
	}
	return true, os.Remove(urlFile(dir))
}

// retract takes the URL away unless it is already that of a successor.
func retract(dir, url string) {
	if now, err := os.ReadFile(urlFile(dir)); err == nil && string(now) == url {
		_ = os.Remove(urlFile(dir))
	}
}

func guests(ctx context.Context, c *pgx.Conn) (n int, err error) {
	err = c.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`).Scan(&n)
	if err != nil && ctx.Err() == nil {
		return 0, fmt.Errorf("count who uses the server: %w", err)
	}
	return n, nil
}

// writeURL appears all at once, so that nobody reads half of it.
func writeURL(dir, url string) error {
	tmp := urlFile(dir) + ".new"
	if err := os.WriteFile(tmp, []byte(url), 0o600); err != nil {
		return fmt.Errorf("write the server's URL: %w", err)
	}
	if err := os.Rename(tmp, urlFile(dir)); err != nil {
		return fmt.Errorf("publish the server's URL: %w", err)
	}
	return nil
}
