package identity_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/identity"
	"skranke/internal/limit"
)

func TestORG8_AResetLinkGivesANewPasswordOnceAndEndsEverySession(t *testing.T) {
	eachDesk(t, func(t *testing.T, a *desk, ingrid identity.Person) {
		here, by := a.signIn(t, ingrid.Email, password)
		ok(t, a.askEmail(t, by, "tyv@annet.example"))
		stolen := a.token(t, "tyv@annet.example")
		token := a.askReset(t, " INGRID@fjell.example ")
		r, err := a.FindReset(t.Context(), token)
		if err != nil || r.PersonID != ingrid.ID || r.Email != ingrid.Email || r.L().Tag() != "nb" {
			t.Errorf("the link opens %+v, %v", r, err)
		}
		want(t, "too short", a.ResetPassword(t.Context(), token, "kort", "192.0.2.1"), "identity.password.too_short")
		if a.alive(t, here) != "+" {
			t.Error("a refused reset ended a session")
		}
		ok(t, a.ResetPassword(t.Context(), token, newPassword, "192.0.2.1"))
		if a.alive(t, here) != "-" {
			t.Error("a session outlived the reset")
		}
		a.signIn(t, ingrid.Email, newPassword)
		want(t, "the second use", a.ResetPassword(t.Context(), token, "enda en annen hest", "192.0.2.1"), "identity.reset.used")
		_, err = a.FindReset(t.Context(), token)
		want(t, "opened again", err, "identity.reset.used")
		a.signIn(t, ingrid.Email, newPassword)
		want(t, "an address begun under the old password", a.ConfirmEmail(t.Context(), by, stolen), "identity.email.late")
		if got := a.mails(t, ingrid.Email); !slices.Equal(got, []string{"Ny e-postadresse er oppgitt", "Velg nytt passord", "Passordet er endret"}) {
			t.Errorf("mails %v", got)
		}
		if a.events(t, "identity.person.reset_ask") != 1 || a.events(t, "identity.person.reset") != 1 {
			t.Error("the reset is not on record")
		}
	})
}

func TestORG8_AResetForgivesTheGuessesBeforeIt(t *testing.T) {
	eachDesk(t, func(t *testing.T, a *desk, ingrid identity.Person) {
		a.people.Limits = identity.Limits{Account: limit.Rule{Max: 1, Window: time.Hour}}
		for range 2 {
			_, _ = a.people.SignIn(t.Context(), attempt(ingrid.Email, "feil passord!"))
		}
		ok(t, a.ResetPassword(t.Context(), a.askReset(t, ingrid.Email), newPassword, "192.0.2.1"))
		a.signIn(t, ingrid.Email, newPassword)
	})
}

func TestORG8_AResetLinkEndsWithTheHourAndWithANewerOne(t *testing.T) {
	eachDesk(t, func(t *testing.T, a *desk, ingrid identity.Person) {
		old := a.askReset(t, ingrid.Email)
		token := a.askReset(t, ingrid.Email)
		want(t, "the older of two", a.ResetPassword(t.Context(), old, newPassword, "192.0.2.1"), "identity.reset.late")
		a.later(time.Hour - time.Second)
		_, err := a.FindReset(t.Context(), token)
		want(t, "within the hour", err, "")
		a.later(time.Second)
		want(t, "after the hour", a.ResetPassword(t.Context(), token, newPassword, "192.0.2.1"), "identity.reset.late")
		for _, wrong := range []string{"", "x", "\x00", old + "A"} {
			_, err := a.FindReset(t.Context(), wrong)
			want(t, "a link nobody sent", err, "identity.reset.unknown")
		}
		ok(t, a.Sweep(t.Context()))
		_, err = a.FindReset(t.Context(), token)
		want(t, "swept too early", err, "identity.reset.late")
		a.later(8 * 24 * time.Hour)
		ok(t, a.Sweep(t.Context()))
		_, err = a.FindReset(t.Context(), token)
		want(t, "after a week", err, "identity.reset.unknown")
		a.signIn(t, ingrid.Email, password)
	})
}

func TestORG8_WhoHasNoAccountIsAnsweredTheSameAndGetsNoLink(t *testing.T) {
	eachDesk(t, func(t *testing.T, a *desk, ingrid identity.Person) {
		person(t, a.people, "Uten Passord", "uten@fjell.example", "")
		gone := person(t, a.people, "Borte Hansen", "borte@fjell.example", password)
		token := a.askReset(t, gone.Email)
		a.suspend(t, gone.ID)
		want(t, "a link from before the suspension", a.ResetPassword(t.Context(), token, newPassword, "192.0.2.1"), "identity.reset.unknown")
		jobs := func() int64 {
			n, err := db.One[int64](t.Context(), a.people.DB, `SELECT count(*) FROM river_job WHERE kind = 'identity.reset'`)
			ok(t, err)
			return n
		}
		for _, email := range []string{"ukjent@fjell.example", "uten@fjell.example", gone.Email, ingrid.Email} {
			before := jobs()
			ok(t, a.AskReset(t.Context(), email, "192.0.2.1"))
			ok(t, a.queue.Drain(t.Context()))
			if n := jobs() - before; n != 1 {
				t.Errorf("%s sets off %d jobs", email, n)
			}
			if got, hers := len(a.mails(t, email)), map[string]int{gone.Email: 1, ingrid.Email: 1}[email]; got != hers {
				t.Errorf("%s has %d mails, want %d", email, got, hers)
			}
		}
		want(t, "no address", a.AskReset(t.Context(), "ingrid", "192.0.2.1"), "identity.email")
	})
}

func TestORG8_AskingForResetsIsSlowedDownForAnAddressAndForANetwork(t *testing.T) {
	eachDesk(t, func(t *testing.T, a *desk, ingrid identity.Person) {
		a.Limits = identity.AccountLimits{Account: limit.Rule{Max: 2, Window: 10 * time.Minute}, Network: limit.Rule{Max: 4, Window: time.Hour}}
		ask := func(email, network string) time.Duration {
			var w identity.Wait
			errors.As(a.AskReset(t.Context(), email, network), &w)
			return time.Duration(w)
		}
		for _, email := range []string{ingrid.Email, "ukjent@fjell.example"} {
			if ask(email, "192.0.2.1") != 0 || ask(strings.ToUpper(email), "192.0.2.2") != 0 || ask(" "+email, "192.0.2.3") != 10*time.Minute {
				t.Errorf("%s is not slowed down at the third time", email)
			}
		}
		for i, host := range []string{"1", "2", "3", "4", "5"} {
			if w := ask("noen"+host+"@fjell.example", "2001:db8:1:2::"+host); (w != 0) != (i == 4) {
				t.Errorf("time %d from one network waits %s", i, w)
			}
		}
		ok(t, a.queue.Drain(t.Context()))
		if n := len(a.mails(t, ingrid.Email)); n != 2 {
			t.Errorf("%d mails", n)
		}
		keys, err := db.List[string](t.Context(), a.people.DB, `SELECT key FROM limits`)
		if err != nil || slices.ContainsFunc(keys, func(k string) bool { return strings.Contains(k, "@") || strings.Contains(k, "2001") }) {
			t.Errorf("limits hold personal data: %v, %v", keys, err)
		}
	})
}

func TestORG8_OfAResetLinkUsedTwiceAtOnceOneCounts(t *testing.T) {
	eachDesk(t, func(t *testing.T, a *desk, ingrid identity.Person) {
		token := a.askReset(t, ingrid.Email)
		var done, used atomic.Int64
		var all sync.WaitGroup
		for i := range 4 {
			all.Go(func() {
				switch err := a.ResetPassword(t.Context(), token, newPassword+strings.Repeat("!", i), "192.0.2.1"); {
				case err == nil:
					done.Add(1)
				case fault.CodeOf(err) == "identity.reset.used":
					used.Add(1)
				default:
					t.Errorf("%v", err)
				}
			})
		}
		all.Wait()
		if done.Load() != 1 || used.Load() != 3 {
			t.Errorf("%d counted, %d were told that it is used", done.Load(), used.Load())
		}
	})
}

func TestORG8_NeitherTheDatabaseNorTheKeptMailOpensAnything(t *testing.T) {
	eachDesk(t, func(t *testing.T, a *desk, ingrid identity.Person) {
		_, by := a.signIn(t, ingrid.Email, password)
		token := a.askReset(t, ingrid.Email)
		ok(t, a.askEmail(t, by, "ny@fjell.example"))
		second := a.token(t, "ny@fjell.example")
		for _, query := range []string{
			`SELECT html || body FROM mails`, `SELECT id FROM password_resets`, `SELECT id FROM email_changes`, `SELECT CAST(args AS TEXT) FROM river_job`,
			`SELECT CAST(data AS TEXT) FROM events`,
		} {
			rows, err := db.List[string](t.Context(), a.people.DB, query)
			ok(t, err)
			for _, row := range rows {
				if strings.Contains(row, token) || strings.Contains(row, second) || strings.Contains(query, "args") && strings.Contains(row, "@") {
					t.Errorf("%s gives %s", query, row)
				}
				if _, err := a.FindReset(t.Context(), row); err == nil {
					t.Errorf("%s gives %s, which opens a reset", query, row)
				}
			}
		}
	})
}
