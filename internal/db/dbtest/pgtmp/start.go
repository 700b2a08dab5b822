package pgtmp

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
)

// Start runs a server of the caller's own, with settings such as "shared_buffers=1GB" in place of those that trade safety
// for speed: measurements need the durability of a real installation. stop ends it and removes its data; it ends with this
// process in any case.
func Start(ctx context.Context, settings ...string) (url string, stop func(), err error) {
	parent, err := home()
	if err != nil {
		return "", nil, err
	}
	dir := filepath.Join(parent, "own-"+strconv.Itoa(os.Getpid()))
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return "", nil, err
	}
	var s *server
	end, begun, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		runtime.LockOSThread() // the server is told to die with the thread that started it
		s, err = startServer(ctx, dir, settings)
		close(begun)
		if err == nil {
			<-end
			s.stop()
		}
		_ = os.RemoveAll(dir)
	}()
	if <-begun; err != nil {
		<-ended
		return "", nil, err
	}
	return s.url, func() { close(end); <-ended }, nil
}
