package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"

	"skranke/internal/agreement"
	"skranke/internal/app"
	"skranke/internal/authz"
	"skranke/internal/billing"
	"skranke/internal/db"
	"skranke/internal/db/dbtest/pgtmp"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/keys"
	"skranke/internal/money"
)

// kinds are the databases measured. fresh gives the address of an empty database.
type kind struct {
	name  string
	fresh func(ctx context.Context, name string) (dsn string, err error)
}

// kindsOf starts what the databases need. The PostgreSQL server is the bench's own and keeps its usual durability.
func kindsOf(ctx context.Context, o options) (kinds []kind, dir string, end func(), err error) {
	if dir, err = os.MkdirTemp(cache, "run-"); err != nil {
		return nil, "", nil, err
	}
	end = func() { _ = os.RemoveAll(dir) }
	if o.on != "postgres" {
		kinds = append(kinds, kind{"SQLite", func(_ context.Context, name string) (string, error) { return filepath.Join(dir, name+".db"), nil }})
	}
	if o.on == "sqlite" {
		return kinds, dir, end, nil
	}
	url, stop, err := pgtmp.Start(ctx, "timezone=UTC", "log_min_messages=panic", "log_min_error_statement=panic", "max_connections=200")
	if err != nil {
		end()
		return nil, "", nil, err
	}
	kinds = append(kinds, kind{"PostgreSQL", func(ctx context.Context, name string) (string, error) { return createDatabase(ctx, url, name) }})
	return kinds, dir, func() { stop(); _ = os.RemoveAll(dir) }, nil
}

func createDatabase(ctx context.Context, url, name string) (string, error) {
	d, err := db.Open(ctx, url)
	if err != nil {
		return "", err
	}
	name = "bench_" + name
	_, err = d.Writer().ExecContext(ctx, `CREATE DATABASE `+name)
	return replacePath(url, name), errors.Join(err, d.Close())
}

// house is the whole program on one database, with one association in it. Its card provider answers at once.
type house struct {
	*app.App
	cards *cards
	end   func() error

	form     keys.Form
	agreed   agreement.Agreement
	approver identity.Person
	staff    identity.Person
}

var all = authz.SystemActor(identity.MayEditCustomers, identity.MayEditPeople, identity.MayEditStaff, identity.MaySeeCustomers, agreement.MaySee, agreement.MayEdit,
	keys.MaySee, keys.MaySeeRegister, keys.MayEditRegister)

// openHouse wires the program as `serve` does. Log lines are written, to nowhere.
func openHouse(ctx context.Context, dir, dsn string) (*house, error) {
	data, err := os.MkdirTemp(dir, "data-")
	if err != nil {
		return nil, err
	}
	s, _, err := app.Load([]string{"--data", data, "--database", dsn, "--listen", "127.0.0.1:0", "--cards-listen", "127.0.0.1:0"}, nil, nil)
	if err != nil {
		return nil, err
	}
	d, err := app.Open(ctx, s)
	if err != nil {
		return nil, err
	}
	a, err := app.New(ctx, s, d, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	h := &house{App: a, cards: &cards{}, end: d.Close}
	a.Billing.Providers = []billing.Provider{h.cards}
	return h, nil
}

// work starts the job queue as `serve` does, and news between nodes.
func (h *house) work(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	if err := errors.Join(h.Jobs.Open(h.Workers), h.Jobs.Start(ctx)); err != nil {
		stop()
		return err
	}
	go h.Live.Run(ctx, h.Slog)
	end := h.end
	h.end = func() error {
		err := h.Jobs.Stop(context.WithoutCancel(ctx))
		stop()
		return errors.Join(err, end())
	}
	return nil
}

// furnish makes what an order needs: an association with a board, a flat and a key system, and an agreement.
func (h *house) furnish(ctx context.Context) error {
	c, err := h.Identity.CreateCustomer(ctx, all, identity.NewCustomer{
		Number: "1042", Kind: identity.Association, Name: "Bjerkelia borettslag", Country: "NO",
		Language: i18n.NB, Town: "Ås",
	})
	if err != nil {
		return err
	}
	site, err := h.Identity.AddSite(ctx, all, c.ID, identity.NewSite{Name: "Oppgang A", Street: "Bjerkelia 2", Postcode: "1430", Town: "Ås"})
	if err != nil {
		return err
	}
	if _, err := h.Identity.AddFlats(ctx, all, site.ID, []string{"H0203"}); err != nil {
		return err
	}
	if h.approver, err = h.Identity.CreatePerson(ctx, all, identity.NewPerson{Name: "Ingrid Holm", Email: "ingrid@board.example", Language: i18n.NB}); err != nil {
		return err
	}
	if h.staff, err = h.Identity.CreatePerson(ctx, all, identity.NewPerson{Name: "Tor Vik", Email: "tor@firm.example", Language: i18n.NB}); err != nil {
		return err
	}
	_, err = h.Identity.AddMember(ctx, all, c.ID, h.approver.ID, identity.Board)
	if err = errors.Join(err, h.Identity.AddStaff(ctx, all, h.staff.ID, identity.Admin)); err != nil {
		return err
	}
	return h.agree(ctx, c)
}

func (h *house) agree(ctx context.Context, c identity.Customer) error {
	today := h.Agreements.Today()
	a, err := h.Agreements.Create(ctx, all, agreement.NewAgreement{
		CustomerID: c.ID, StartsOn: today.AddDays(-30), Currency: money.NOK,
		Prices: []agreement.Price{{Item: agreement.ItemFob, Amount: 34900, VAT: 2500}, {Item: agreement.ItemOrderFee, Amount: 10200, VAT: 2500}},
	})
	if err != nil {
		return err
	}
	if err := h.Agreements.SetApprovers(ctx, all, a.ID, []string{h.approver.ID}); err != nil {
		return err
	}
	if h.agreed, err = h.Agreements.Sign(ctx, all, a.ID, today.AddDays(-31)); err != nil {
		return err
	}
	_, err = h.Keys.AddSystem(ctx, all, keys.NewSystem{CustomerID: c.ID, Product: keys.Fob, Number: "4127", Name: "Brikker", Zones: []keys.Zone{{Code: "07", Name: "Oppgang A"}}})
	h.form = keys.Form{
		Product: string(keys.Fob), AgreementID: a.ID, AskedBy: keys.Resident, CustomerNumber: "1042", SystemNumber: "4127", Code: "07",
		Purpose: keys.Additional, Quantity: "1", Flat: "H0203", Name: "Kari Nes", Email: "kari@home.example", Phone: "400 00 000", Delivery: keys.Pickup,
	}
	return err
}

// drafts fills the order form in once and copies the result: filling in is not measured.
func (h *house) drafts(ctx context.Context, n int) ([]string, error) {
	first, err := h.Keys.Begin(ctx, h.form, "")
	if err == nil {
		_, err = h.Keys.FillNumbers(ctx, first.ID, "192.0.2.1", h.form)
	}
	if err == nil {
		_, err = h.Keys.FillYou(ctx, first.ID, h.form)
	}
	if err != nil {
		return nil, err
	}
	ids := make([]string, n)
	err = h.DB.InTx(ctx, func(tx *db.Tx) error {
		for i := range ids {
			ids[i] = id.New()
			if _, err := tx.Exec(ctx, `INSERT INTO key_drafts (id, created_at, expires_at, form) SELECT $1, created_at, expires_at, form FROM key_drafts WHERE id = $2`,
				ids[i], first.ID); err != nil {
				return fmt.Errorf("copy the draft, %s: %w", strconv.Itoa(i), err)
			}
		}
		return nil
	})
	return ids, err
}
