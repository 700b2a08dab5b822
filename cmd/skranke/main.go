// Command skranke is the whole product: the server, its demonstration and its tools.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // time zones also on machines that have none

	"skranke/internal/app"
)

const usage = `Skranke is the self-service counter of a company that sells, installs and services things for other companies.

  skranke demo       run with demonstration data, made on the first start
  skranke serve      run for real
  skranke migrate    bring the database up to date and stop
  skranke user add   add one of the firm's own people: --email, --name, --role
  skranke version    say which version this is

Settings, each also SKRANKE_NAME in the environment or "name = value" in the file that --config names:

`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "skranke:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return help()
	}
	command, args := args[0], args[1:]
	switch command {
	case "demo":
		return demonstrate(ctx, args)
	case "serve":
		return serve(ctx, args)
	case "migrate":
		return migrate(ctx, args)
	case "user":
		return user(ctx, args)
	case "version":
		fmt.Println(version())
		return nil
	case "help", "--help", "-h":
		return help()
	}
	return fmt.Errorf("there is no command %q; `skranke help` lists them", command)
}

func help() error {
	fmt.Print(usage)
	app.Help(os.Stdout)
	return nil
}

// load reads the settings of a command that takes no words besides.
func load(args []string, usual map[string]string) (app.Settings, *slog.Logger, error) {
	s, rest, err := app.Load(args, os.Environ(), usual)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%q is not understood; `skranke help` lists what is", rest[0])
	}
	return s, logger(s), err
}

func logger(s app.Settings) *slog.Logger {
	o := &slog.HandlerOptions{Level: s.LogLevel}
	if s.LogJSON {
		return slog.New(slog.NewJSONHandler(os.Stderr, o))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, o))
}

func serve(ctx context.Context, args []string) error {
	s, log, err := load(args, nil)
	if err != nil {
		return err
	}
	d, err := app.Open(ctx, s)
	if err != nil {
		return err
	}
	a, err := app.New(ctx, s, d, log)
	if err != nil {
		return errors.Join(err, d.Close())
	}
	return errors.Join(a.Run(ctx, func(url string) { log.Info("ready", "url", url, "version", version()) }), d.Close())
}

func migrate(ctx context.Context, args []string) error {
	s, log, err := load(args, nil)
	if err != nil {
		return err
	}
	d, err := app.Open(ctx, s)
	if err != nil {
		return err
	}
	log.Info("the database is up to date")
	return d.Close()
}

func version() string {
	v, revision := "dev", ""
	if b, ok := debug.ReadBuildInfo(); ok {
		if b.Main.Version != "" && b.Main.Version != "(devel)" {
			v = b.Main.Version
		}
		for _, s := range b.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				revision = " " + s.Value[:12]
			}
		}
	}
	return "skranke " + v + revision
}
