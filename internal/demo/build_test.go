package demo_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"skranke/internal/agreement"
	"skranke/internal/app"
	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/billing"
	"skranke/internal/db/dbtest"
	"skranke/internal/demo"
	"skranke/internal/files"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/keys"
	"skranke/internal/mail"
)

// few is the fewest orders that hold every fate.
const few = 44

// quiet logs what is wrong, and that to the test.
func quiet(t *testing.T) *slog.Logger {
	t.Helper()
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// wired is the program on a database, with nothing running.
func wired(t *testing.T, dsn string) *app.App {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	data, at := t.TempDir(), ln.Addr().String()
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	s, _, err := app.Load([]string{"--database", dsn, "--data", data, "--files", "file://" + filepath.ToSlash(data) + "/files?create_dir=true", "--listen", at}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(t.Context(), s, dbtest.Open(t, dsn), quiet(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Cards.Close)
	return a
}

func house(a *app.App) demo.House {
	return demo.House{
		DB: a.DB, Log: a.Log, Jobs: a.Jobs, Links: a.Links, Files: a.Files, Mail: a.Mail, Identity: a.Identity, Agreements: a.Agreements,
		Approvals: a.Approvals, Keys: a.Keys, Billing: a.Billing, Cards: a.Cards, Zone: a.Zone, URL: a.URL, Orders: few,
	}
}

// all may see everything.
var all = authz.SystemActor(identity.MaySeeCustomers, agreement.MaySee, keys.MaySee, keys.MaySeeRegister, billing.MaySee, mail.MaySee, approval.MaySee)

func TestADemonstrationTellsTheSameStoryOnBothDatabases(t *testing.T) {
	var stories []string
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		a := wired(t, dsn)
		var lines []string
		if err := demo.Build(t.Context(), house(a), func(line string) { lines = append(lines, line) }); err != nil {
			t.Fatal(err)
		}
		if len(lines) < 3 || len(lines) > 6 {
			t.Errorf("the build says %d lines: %q", len(lines), lines)
		}
		if stage, err := demo.State(t.Context(), a.DB); stage != demo.Built || err != nil {
			t.Errorf("the database is %v, %v", stage, err)
		}
		if late := time.Since(a.DB.Now()); late > time.Minute || late < -time.Minute {
			t.Errorf("the clock was left %s behind", late)
		}
		stories = append(stories, story(t, a))
		everyState(t, a)
		settled(t, a)
		papers(t, a)
		served(t, a)
	})
	if len(stories) == 2 && stories[0] != stories[1] {
		t.Error("two builds on one day differ")
	}
}

// story is the digest of what a reader sees: customers, register, orders, mails.
func story(t *testing.T, a *app.App) string {
	t.Helper()
	sum := sha256.New()
	page, err := identity.Customers(t.Context(), a.DB, all, identity.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Customers) != 12 || page.Next {
		t.Errorf("there are %d customers, or more", len(page.Customers))
	}
	for _, c := range page.Customers {
		if n, ok := id.OrgNumber(c.Country, c.OrgNumber); !ok || n != c.OrgNumber {
			t.Errorf("%s has the organisation number %q", c.Name, c.OrgNumber)
		}
		fmt.Fprintln(sum, c.Number, c.Name, c.OrgNumber, c.CreatedAt.Format(time.RFC3339))
	}
	items, err := a.Keys.Register(t.Context(), all, keys.ItemFilter{}, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	if len(items) < 4000 {
		t.Errorf("the register holds %d items", len(items))
	}
	var rows []string
	for _, it := range items {
		rows = append(rows, fmt.Sprintln(it.Serial, it.Code, it.Flat, it.Holder, it.State, it.Since.Format(time.RFC3339)))
	}
	orders, err := a.Keys.List(t.Context(), all, keys.Filter{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if len(orders) != few {
		t.Errorf("there are %d orders, want %d", len(orders), few)
	}
	for _, o := range orders {
		rows = append(rows, fmt.Sprintln(o.Number, o.Flat, o.Code, o.Quantity, o.Total, o.Status(), o.Made, o.CreatedAt.Format(time.RFC3339)))
	}
	mails, _, err := mail.Mailbox{DB: a.DB}.List(t.Context(), "", "", 10_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mails {
		rows = append(rows, fmt.Sprintln(m.At.Format(time.RFC3339), m.ToAddress, m.Subject))
	}
	slices.Sort(rows)
	fmt.Fprint(sum, strings.Join(rows, ""))
	return hex.EncodeToString(sum.Sum(nil))
}

// everyState wants each word that people see of an order, and time before each question to a board.
func everyState(t *testing.T, a *app.App) {
	t.Helper()
	rows, err := a.Keys.List(t.Context(), all, keys.Filter{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	n := map[keys.Status]int{}
	for _, r := range rows {
		n[r.Status()]++
		if r.CreatedAt.After(a.DB.Now()) {
			t.Errorf("order %s is of tomorrow", r.Number)
		}
		if r.Status() == keys.AwaitingBoard && (r.DecideBy == nil || time.Until(*r.DecideBy) < 12*time.Hour) {
			t.Errorf("order %s must be decided by %v", r.Number, r.DecideBy)
		}
	}
	for status, least := range map[keys.Status]int{
		keys.AwaitingPayment: 3, keys.AwaitingBoard: 3, keys.StatusMaking: 4, keys.StatusReady: 2, keys.StatusSent: 2,
		keys.StatusReceived: 8, keys.StatusRejected: 1, keys.StatusExpired: 1, keys.StatusCancelled: 1,
	} {
		if n[status] < least {
			t.Errorf("%d orders are %s, want %d or more", n[status], status, least)
		}
	}
	for _, s := range keys.Statuses() {
		if n[s] == 0 {
			t.Errorf("no order is %s", s)
		}
	}
}

// settled wants mails sent and money where the orders say it is.
func settled(t *testing.T, a *app.App) {
	t.Helper()
	sent, err := a.Mail.Count(t.Context(), all, mail.Filter{State: mail.Sent}, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	every, err := a.Mail.Count(t.Context(), all, mail.Filter{}, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	if sent != every || sent < 3*few {
		t.Errorf("%d of %d mails are sent", sent, every)
	}
	page, err := a.Billing.List(t.Context(), all, billing.Filter{State: billing.Captured})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Payments) < 10 {
		t.Errorf("%d payments are captured", len(page.Payments))
	}
	for _, p := range page.Payments {
		if p.Captured != p.Amount {
			t.Errorf("of payment %s %d were captured, want %d", p.Reference, p.Captured, p.Amount)
		}
	}
}

// papers wants one agreement that has ended and a signed document with each that was signed.
func papers(t *testing.T, a *app.App) {
	t.Helper()
	page, err := agreement.List(t.Context(), a.DB, all, agreement.Filter{}, a.Agreements.Today())
	if err != nil {
		t.Fatal(err)
	}
	states := map[agreement.State]int{}
	for _, g := range page.Agreements {
		states[g.StateOn(a.Agreements.Today())]++
		if g.Status == agreement.Draft {
			continue
		}
		f, err := files.Find(t.Context(), a.DB, g.FileID)
		if err != nil || f.ContentType != string(files.PDF) {
			t.Errorf("the document of %s: %v, %v", g.Number, f.ContentType, err)
		}
	}
	if states[agreement.StateCurrent] != 4 || states[agreement.StateEnded] != 1 || states[agreement.StateDraft] != 1 {
		t.Errorf("agreements: %v", states)
	}
}

// served starts the program and does what the start page says: the example fits, and an order that waits can be approved,
// upon which the card provider hands the money over.
func served(t *testing.T, a *app.App) {
	t.Helper()
	example(t, a)
	ctx, stop := context.WithCancel(t.Context())
	up, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- a.Run(ctx, func(string) { close(up) }) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the program ended with %v", err)
		}
	}()
	select {
	case <-up:
	case err := <-ended:
		ended <- nil
		t.Fatal(err)
	}
	o := approved(t, a)
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		ps, err := a.Billing.ForSubject(t.Context(), a.DB, keys.SubjectKind, o)
		if err != nil {
			t.Fatal(err)
		}
		if ps[0].State == billing.Captured {
			return
		}
		if time.Since(began) > 20*time.Second {
			t.Fatalf("the payment is %s", ps[0].State)
		}
	}
}

// approved says yes from the newest mail to the example's approver that still waits for an answer.
func approved(t *testing.T, a *app.App) (order string) {
	t.Helper()
	box := mail.Mailbox{DB: a.DB}
	list, _, err := box.List(t.Context(), demo.Example.Approver, "", 5)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		if m, err = box.Get(t.Context(), m.ID); err != nil {
			t.Fatal(err)
		}
		for _, l := range m.Links() {
			token, ok := strings.CutPrefix(l.Path, "/approve/")
			if !ok {
				continue
			}
			ln, err := a.Links.Open(t.Context(), a.DB, approval.LinkKind, token)
			if err != nil {
				t.Fatal(err)
			}
			if ln.State(a.DB.Now()) != nil {
				continue
			}
			v, err := a.Approvals.Decide(t.Context(), approval.LinkActor(ln), ln.Subject, approval.Answer{Do: approval.Approve, Via: "link", LinkID: ln.ID})
			if err == nil {
				return v.Subject
			}
		}
	}
	t.Fatal("no mail of the approver can be answered")
	return ""
}

// example fills in the form with what the start page says.
func example(t *testing.T, a *app.App) {
	t.Helper()
	e := demo.Example
	found, err := a.Keys.FindAssociations(t.Context(), e.Search)
	if err != nil || len(found) != 1 || found[0].Name != e.House {
		t.Fatalf("the search gives %v, %v", found, err)
	}
	f := keys.Form{
		Product: string(keys.Fob), AgreementID: found[0].Handle, AskedBy: keys.Resident, CustomerNumber: e.CustomerNumber, SystemNumber: e.SystemNumber, Code: e.Zone,
		Purpose: keys.Additional, Quantity: "1", Flat: e.Flat, Name: e.Name, Email: e.Email, Phone: e.Phone, Delivery: keys.Pickup,
	}
	d, err := a.Keys.Begin(t.Context(), f, "")
	if err == nil {
		_, err = a.Keys.FillNumbers(t.Context(), d.ID, "192.0.2.1", f)
	}
	if err == nil {
		_, err = a.Keys.FillYou(t.Context(), d.ID, f)
	}
	if err == nil {
		_, err = a.Keys.Sum(t.Context(), d.ID)
	}
	if err != nil {
		t.Errorf("the example does not fit: %v", err)
	}
}
