package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"skranke/internal/app"
)

// demonstrate serves invented data, made on the first start. It refuses a database that holds anything else.
func demonstrate(ctx context.Context, args []string) error {
	s, log, err := load(args, map[string]string{
		"data": "skranke-demo", "name": "Fjellvik Lås & Sikring", "log-level": "warn",
		"mail-from": "Fjellvik Lås & Sikring <post@fjellvik.example>",
	})
	if err != nil {
		return err
	}
	if s.SMTP != nil {
		return errors.New("the demonstration sends no mail: leave smtp out and read the mails in its mailbox")
	}
	if s.TakesCards() {
		return errors.New("the demonstration takes test cards only: leave stripe-key and stripe-webhook-secret out")
	}
	d, err := app.Open(ctx, s)
	if err != nil {
		return err
	}
	a, err := app.NewDemo(ctx, s, d, log, func(line string) { fmt.Fprintln(os.Stderr, line) })
	if err != nil {
		return errors.Join(err, d.Close())
	}
	return errors.Join(a.Run(ctx, func(url string) { fmt.Printf("\nThe demonstration is ready: %s\nStop it with Ctrl+C.\n", url) }), d.Close())
}
