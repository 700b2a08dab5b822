package identity_test

import (
	"context"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/brand"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/fault"
	"skranke/internal/identity"
	"skranke/internal/jobs"
	"skranke/internal/link"
	"skranke/internal/mail"
)

// desk is accounts with the real post room behind it; its clock is moved by hand.
type desk struct {
	*identity.Accounts
	people *identity.Service
	queue  *jobs.Jobs
	later  func(time.Duration)
}

// eachDesk opens a desk on each database, with Ingrid, who has an account.
func eachDesk(t *testing.T, f func(t *testing.T, a *desk, ingrid identity.Person)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := openDesk(t, d)
		f(t, a, person(t, a.people, "Ingrid Moe", "ingrid@fjell.example", password))
	})
}

func openDesk(t *testing.T, d *db.DB) *desk {
	t.Helper()
	a := &desk{people: service(d), queue: jobs.New(d, slog.New(slog.DiscardHandler)), later: clock(d)}
	signer, err := link.NewSigner([]byte(strings.Repeat("k", 32)))
	ok(t, err)
	post, err := mail.New(d, a.queue, signer, brand.Default("Lås"), mail.Address{Name: "Lås", Email: "post@firm.example"}, "https://firm.example", mail.Mailbox{DB: d})
	ok(t, err)
	a.Accounts = &identity.Accounts{Identity: a.people, Jobs: a.queue, Mail: post, Links: signer}
	a.Register()
	ok(t, a.queue.Open(2))
	ok(t, a.queue.Start(t.Context()))
	t.Cleanup(func() { ok(t, a.queue.Stop(context.WithoutCancel(t.Context()))) })
	return a
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// want checks the code that a use case answers with; empty is no fault.
func want(t *testing.T, what string, err error, code string) {
	t.Helper()
	got := ""
	if err != nil {
		got = fault.CodeOf(err)
	}
	for _, c := range fault.FieldsOf(err) {
		got = c
	}
	if got != code {
		t.Errorf("%s: %q, want %q (%v)", what, got, code, err)
	}
}

// signIn opens a session as a browser would, and gives its token and who it makes one.
func (a *desk) signIn(t *testing.T, email, typed string) (string, authz.Actor) {
	t.Helper()
	s, err := a.people.SignIn(t.Context(), attempt(email, typed))
	ok(t, err)
	return s.Token, a.actor(t, s.Token)
}

func (a *desk) actor(t *testing.T, token string) authz.Actor {
	t.Helper()
	by, _, err := a.people.Authenticate(t.Context(), token)
	ok(t, err)
	return by
}

// alive tells which of the sessions still open anything.
func (a *desk) alive(t *testing.T, tokens ...string) (out string) {
	t.Helper()
	for _, token := range tokens {
		out += map[bool]string{true: "+", false: "-"}[a.actor(t, token).Kind != authz.Nobody]
	}
	return out
}

// kept is a letter as the post room keeps it.
type kept struct{ ToAddress, Subject, Body string }

// letters is what somebody was written, oldest first.
func (a *desk) letters(t *testing.T, to string) []kept {
	t.Helper()
	all, err := db.List[kept](t.Context(), a.people.DB, `SELECT to_address, subject, body FROM mails ORDER BY id`)
	ok(t, err)
	return slices.DeleteFunc(all, func(k kept) bool { return identity.EmailKey(k.ToAddress) != identity.EmailKey(to) })
}

// mails are the subjects of what somebody was written.
func (a *desk) mails(t *testing.T, to string) (subjects []string) {
	t.Helper()
	for _, k := range a.letters(t, to) {
		subjects = append(subjects, k.Subject)
	}
	return subjects
}

var secret = regexp.MustCompile(`skranke-link:([a-z.]+):([0-9a-f-]+):`)

// token is the secret in the newest letter to somebody, as its delivery would write it out.
func (a *desk) token(t *testing.T, to string) string {
	t.Helper()
	list := a.letters(t, to)
	if len(list) == 0 {
		t.Fatalf("no mail to %s", to)
	}
	ref := secret.FindStringSubmatch(list[len(list)-1].Body)
	if ref == nil {
		t.Fatalf("no link in %+v", list)
	}
	return a.Links.Token(ref[1], ref[2])
}

// askReset asks for a reset and gives the token that comes by mail.
func (a *desk) askReset(t *testing.T, email string) string {
	t.Helper()
	ok(t, a.AskReset(t.Context(), email, "192.0.2.1"))
	ok(t, a.queue.Drain(t.Context()))
	return a.token(t, email)
}

func (a *desk) askEmail(t *testing.T, by authz.Actor, email string) error {
	t.Helper()
	return a.AskEmail(t.Context(), by, identity.NewEmail{Email: email, Password: password, Address: "192.0.2.1"})
}

// events counts what was recorded under a name.
func (a *desk) events(t *testing.T, name string) int64 {
	t.Helper()
	n, err := db.One[int64](t.Context(), a.people.DB, `SELECT count(*) FROM events WHERE name = $1`, name)
	ok(t, err)
	return n
}

func (a *desk) suspend(t *testing.T, personID string) {
	t.Helper()
	ok(t, a.people.DB.InTx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE people SET status = $1 WHERE id = $2`, identity.PersonSuspended, personID)
		return err
	}))
}
