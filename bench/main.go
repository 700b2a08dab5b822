// Command bench measures what the product costs beside its floor: the same writes or the same page with nothing of ours in
// between. Ours and the floor take turns in the same run, and medians are told, so that a busy machine slows both.
//
//	make bench                        everything, some minutes
//	make bench ARGS="-quick"          a short form, to see that nothing broke
//	make bench ARGS="-only place"     one of place, list, serve, rights
//
// A goal that is missed is told and does not fail: only what breaks ends with an error.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"strings"
	"syscall"
	"time"
)

// options are what the command line says.
type options struct {
	quick bool
	only  string
	on    string // which database, or empty for both
	runs  int
	cpu   string // file for a CPU profile of ours
}

// cache is kept between runs: seeded databases and the built binary.
const cache = ".cache/bench"

func main() {
	var o options
	flag.BoolVar(&o.quick, "quick", false, "fewer rows and rounds: shows that it works, not how fast it is")
	flag.StringVar(&o.only, "only", "", "place, list, serve or rights")
	flag.StringVar(&o.on, "on", "", "sqlite or postgres (default: both)")
	flag.IntVar(&o.runs, "runs", 5, "how often ours and the floor take turns")
	flag.StringVar(&o.cpu, "cpuprofile", "", "write a CPU profile of what is measured to this file")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return err
	}
	end, err := profile(o.cpu)
	if err != nil {
		return err
	}
	defer end()
	r := &report{}
	fmt.Printf("%s, %d CPUs, load before %s, %d rounds, medians; ours / floor; noisy when others use the machine\n\n",
		runtime.Version(), runtime.NumCPU(), load(), o.runs)
	began := time.Now()
	for _, part := range []struct {
		name string
		do   func(ctx context.Context, o options, r *report) error
	}{{"place", place}, {"list", list}, {"serve", serve}, {"rights", rights}} {
		if o.only != "" && o.only != part.name {
			continue
		}
		if err := part.do(ctx, o, r); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	if len(r.rows) == 0 {
		return fmt.Errorf("nothing is called %q; there are place, list, serve and rights", o.only)
	}
	r.print(os.Stdout)
	fmt.Printf("\n%s, load after %s\n", time.Since(began).Round(time.Second), load())
	return nil
}

func profile(name string) (end func(), err error) {
	if name == "" {
		return func() {}, nil
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, err
	}
	return func() { pprof.StopCPUProfile(); _ = f.Close() }, nil
}

// load is how busy the machine is, where the system tells.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	one, _, _ := strings.Cut(string(b), " ")
	return one
}
