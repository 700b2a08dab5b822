package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"skranke/internal/db"
	"skranke/internal/demo"
)

// NewDemo is New with invented data, made once, and a start page that leads into it.
func NewDemo(ctx context.Context, s Settings, d *db.DB, log *slog.Logger, say func(line string)) (*App, error) {
	built, err := demo.State(ctx, d)
	if err != nil {
		return nil, err
	}
	if built == demo.Foreign {
		return nil, errors.New("this database holds real data; the demonstration needs one of its own: use another --data or --database")
	}
	a, err := build(ctx, s, d, log, true)
	if err != nil {
		return nil, err
	}
	if built == demo.Empty {
		say("Making the demonstration's data …")
		if err := demo.Build(ctx, a.house(), say); err != nil {
			return nil, fmt.Errorf("make the demonstration: %w", err)
		}
	}
	return a, nil
}

func (a *App) house() demo.House {
	return demo.House{
		DB: a.DB, Log: a.Log, Jobs: a.Jobs, Links: a.Links, Files: a.Files, Mail: a.Mail, Identity: a.Identity, Agreements: a.Agreements,
		Approvals: a.Approvals, Keys: a.Keys, Billing: a.Billing, Cards: a.Cards, Zone: a.Zone, URL: a.URL,
	}
}
