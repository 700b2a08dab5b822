// Package app joins the modules into the program: settings, wiring, routes, who may do what, who hears of what. It is the
// only package that knows them all.
package app

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"skranke/internal/agreement"
	"skranke/internal/approval"
	"skranke/internal/billing"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/files"
	"skranke/internal/identity"
	"skranke/internal/jobs"
	"skranke/internal/keys"
	"skranke/internal/link"
	"skranke/internal/live"
	"skranke/internal/mail"
	"skranke/internal/signup"
	"skranke/internal/testcard"
	"skranke/internal/web"
	"skranke/migrations"
)

// App is one running installation.
type App struct {
	Settings
	Slog       *slog.Logger
	DB         *db.DB
	Log        *event.Log
	Jobs       *jobs.Jobs
	Live       *live.Hub
	Links      *link.Signer
	Files      *files.Store
	Mail       *mail.Post
	Identity   *identity.Service
	Agreements *agreement.Service
	Approvals  *approval.Service
	Keys       *keys.Service
	Signup     *signup.Service
	Billing    *billing.Service
	Cards      *testcard.Server // nil where a real provider takes the payments
	Edge       *web.Edge
	Demo       bool // the data is invented
	cardsAt    net.Listener
	metrics    *metrics
	stopping   chan struct{}
	slack      []byte // see newSlack
}

// newSlack is memory that is counted by the garbage collector but, never being written, not given by the system. What lives
// here is a few megabytes, and at twice that the collector would run more than a hundred times a second under load.
func newSlack() []byte { return make([]byte, 16<<20) }

// Migrate brings a database up to date: our own tables, then the job queue's.
func Migrate(ctx context.Context, d *db.DB) error {
	if err := db.Migrate(ctx, d, migrations.Files); err != nil {
		return err
	}
	return jobs.Migrate(ctx, d)
}

// Open opens the database and brings it up to date.
func Open(ctx context.Context, s Settings) (*db.DB, error) {
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return nil, fmt.Errorf("setting data: %w", err)
	}
	d, err := db.Open(ctx, s.Database)
	switch {
	case err != nil && db.IsPostgres(s.Database):
		return nil, fmt.Errorf("setting database: %w", err)
	case err != nil:
		return nil, fmt.Errorf("setting database: %s cannot be opened; write it as a file in a folder that exists, or postgres://user:password@host/name: %w", s.Database, err)
	}
	if err := Migrate(ctx, d); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// New wires everything together on an open database. Nothing runs yet.
func New(ctx context.Context, s Settings, d *db.DB, log *slog.Logger) (*App, error) {
	return build(ctx, s, d, log, false)
}

func build(ctx context.Context, s Settings, d *db.DB, log *slog.Logger, demonstration bool) (*App, error) {
	a := &App{Settings: s, Demo: demonstration, Slog: log, DB: d, Log: &event.Log{}, Jobs: jobs.New(d, log), Live: live.New(d), stopping: make(chan struct{}), slack: newSlack()}
	a.metrics = newMetrics(a.Jobs)
	secret := s.Secret
	var err error
	if secret == nil {
		if secret, err = link.Stored(ctx, d); err != nil {
			return nil, err
		}
	}
	if a.Links, err = link.NewSigner(secret); err != nil {
		return nil, fmt.Errorf("setting secret: %w", err)
	}
	if a.Files, err = files.Open(ctx, s.Files); err != nil {
		return nil, fmt.Errorf("setting files: %w", err)
	}
	transport, err := a.transport()
	if err != nil {
		return nil, err
	}
	if a.Mail, err = mail.New(d, a.Jobs, a.Links, s.Brand, s.MailFrom, s.URL, transport); err != nil {
		return nil, err
	}
	a.Mail.Events = a.Log
	if err := a.modules(); err != nil {
		return nil, err
	}
	a.subscribe()
	a.schedule()
	a.Edge = a.routes()
	return a, nil
}

func (a *App) modules() error {
	a.Identity = &identity.Service{DB: a.DB, Log: a.Log, Roles: matrix{}, Mail: a.Mail, Links: a.Links}
	a.Agreements = &agreement.Service{DB: a.DB, Log: a.Log, Zone: a.Zone}
	a.Approvals = &approval.Service{DB: a.DB, Log: a.Log}
	a.Billing = &billing.Service{DB: a.DB, Log: a.Log, Jobs: a.Jobs, Signer: a.Links, BaseURL: a.URL}
	billing.Register(a.Jobs, a.Billing)
	if err := a.cards(); err != nil {
		return err
	}
	a.Keys = &keys.Service{DB: a.DB, Log: a.Log, Approvals: a.Approvals, Payments: keyPayments{a.Billing}, Mail: a.Mail, Links: a.Links, Zone: a.Zone}
	return a.signUp()
}

// cards sets up Stripe, or else the test card provider: a server of its own, which billing reaches over HTTP as it would any other.
func (a *App) cards() (err error) {
	if a.TakesCards() {
		return a.stripeCards()
	}
	if a.cardsAt, err = net.Listen("tcp", a.CardsListen); err != nil { //nolint:noctx // listening does not wait
		return fmt.Errorf("setting cards-listen: %w", err)
	}
	api, page := "http://"+a.cardsAt.Addr().String(), a.CardsURL
	if page == "" {
		page = api
	}
	key, hook := hex.EncodeToString(a.Links.Mac("testcard", "key")), hex.EncodeToString(a.Links.Mac("testcard", "webhook"))
	a.Cards = testcard.New(testcard.Config{Secret: key, WebhookSecret: hook, WebhookURL: a.self() + "/webhooks/cards/testcard", Now: a.DB.Now, StateFile: filepath.Join(a.Data, "testcard.json"), Log: a.Slog, PublicURL: page})
	p, err := billing.NewTestcard(billing.TestcardConfig{URL: api, PageURL: page, Secret: key, WebhookSecret: hook, Now: a.DB.Now})
	if err != nil {
		return err
	}
	a.Billing.Providers = append(a.Billing.Providers, p)
	return nil
}

// self is how a process on this machine reaches us.
func (a *App) self() string {
	host, port, _ := net.SplitHostPort(a.Listen) // checked when it was read
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

func (a *App) transport() (mail.Transport, error) {
	if a.SMTP == nil {
		return mail.Mailbox{DB: a.DB}, nil
	}
	return smtpTransport(a.SMTP)
}

// Run serves until ctx ends, then lets requests and jobs finish. ready is called when it answers.
func (a *App) Run(ctx context.Context, ready func(url string)) error {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.Listen)
	if err != nil {
		return fmt.Errorf("setting listen: %w", err)
	}
	if err := a.Jobs.Open(a.Workers); err != nil {
		return err
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	if err := a.Jobs.Start(work); err != nil {
		return err
	}
	go a.Live.Run(work, a.Slog)
	cards := make(chan error, 1)
	if a.Cards != nil {
		go func() { cards <- a.Cards.Run(work, a.cardsAt) }()
	}
	srv := &http.Server{
		Handler: a.Edge, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(a.Slog.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	ready(a.URL)
	select {
	case <-ctx.Done():
	case err = <-served:
	case err = <-cards:
	}
	return errors.Join(err, a.stop(context.WithoutCancel(ctx), srv, stop))
}

// patience is how long a stop waits for requests and jobs under way.
const patience = 30 * time.Second

func (a *App) stop(ctx context.Context, srv *http.Server, stop context.CancelFunc) error {
	a.Slog.Info("stopping")
	close(a.stopping)
	a.Live.Close()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := errors.Join(srv.Shutdown(ctx), a.Jobs.Stop(ctx))
	stop()
	if a.Cards != nil {
		a.Cards.Close()
	}
	return errors.Join(err, a.Files.Close())
}
