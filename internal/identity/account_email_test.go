package identity_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/identity"
	"skranke/internal/limit"
)

func TestORG8_ANewAddressCountsOnceItIsConfirmed(t *testing.T) {
	eachDesk(t, func(t *testing.T, a *desk, ingrid identity.Person) {
		here, by := a.signIn(t, ingrid.Email, password)
		reset := a.askReset(t, ingrid.Email)
		ok(t, a.askEmail(t, by, " Ingrid.Moe@Ny.example "))
		token := a.token(t, "ingrid.moe@ny.example")
		me, err := a.Me(t.Context(), by)
		if err != nil || me.Email != ingrid.Email || me.Pending == nil || me.Pending.Email != "Ingrid.Moe@Ny.example" {
			t.Errorf("before: %+v, %v", me, err)
		}
		if p, err := a.FindEmail(t.Context(), authz.Actor{}, token); err != nil || p.PersonID != ingrid.ID {
			t.Errorf("the link opens %+v, %v", p, err)
		}
		a.signIn(t, ingrid.Email, password) // opening changes nothing
		ok(t, a.ConfirmEmail(t.Context(), authz.Actor{}, token))
		me, err = a.Me(t.Context(), by)
		if err != nil || me.Email != "Ingrid.Moe@Ny.example" || me.Pending != nil || a.alive(t, here) != "+" {
			t.Errorf("after: %+v, %v", me, err)
		}
		a.signIn(t, "ingrid.moe@ny.EXAMPLE", password)
		if _, err := a.people.SignIn(t.Context(), attempt(ingrid.Email, password)); err == nil {
			t.Error("the old address still opens")
		}
		want(t, "the second use", a.ConfirmEmail(t.Context(), by, token), "identity.email.used")
		want(t, "a reset mailed to the old address", a.ResetPassword(t.Context(), reset, newPassword, "192.0.2.1"), "identity.reset.late")
		if got := a.mails(t, ingrid.Email); !slices.Equal(got, []string{"Velg nytt passord", "Ny e-postadresse er oppgitt", "E-postadressen er endret"}) {
			t.Errorf("mails to the old address: %v", got)
		}
		if a.events(t, "identity.person.email_ask") != 1 || a.events(t, "identity.person.email") != 1 {
			t.Error("the change is not on record")
		}
	})
}

func TestORG8_AnAddressThatIsTakenIsAnsweredTheSameAndItsOwnerIsTold(t *testing.T) {
	eachDesk(t, func(t *testing.T, a *desk, ingrid identity.Person) {
		person(t, a.people, "Olav Vik", "olav@fjell.example", password)
		_, by := a.signIn(t, ingrid.Email, password)
		ok(t, a.askEmail(t, by, "OLAV@fjell.example"))
		me, err := a.Me(t.Context(), by)
		if err != nil || me.Pending == nil || me.Pending.Email != "OLAV@fjell.example" {
			t.Errorf("the page tells it from a free one: %+v, %v", me, err)
		}
		if got := a.mails(t, "olav@fjell.example"); !slices.Equal(got, []string{"Adressen hører allerede til en konto"}) {
			t.Errorf("its owner got %v", got)
		}
		if got := a.mails(t, ingrid.Email); !slices.Equal(got, []string{"Ny e-postadresse er oppgitt"}) {
			t.Errorf("the asker got %v", got)
		}
		ok(t, a.askEmail(t, by, "ledig@fjell.example"))
		token := a.token(t, "ledig@fjell.example")
		person(t, a.people, "Rask Person", "Ledig@fjell.example", password)
		want(t, "taken meanwhile", a.ConfirmEmail(t.Context(), by, token), "identity.email.taken")
		a.signIn(t, ingrid.Email, password)
	})
}

func TestORG8_ANewAddressIsRefusedForWhatIsWrongWithIt(t *testing.T) {
	eachDesk(t, func(t *testing.T, a *desk, ingrid identity.Person) {
		_, by := a.signIn(t, ingrid.Email, password)
		for _, tt := range []struct{ email, typed, code string }{
			{"ny", password, "identity.email"},
			{"Ny <ny@fjell.example>", password, "identity.email"},
			{"ny@fjell.example", "", "identity.password.missing"},
			{"ny@fjell.example", "feil passord!", "identity.account.wrong_password"},
			{" INGRID@fjell.example", password, "identity.account.email_same"},
		} {
			err := a.AskEmail(t.Context(), by, identity.NewEmail{Email: tt.email, Password: tt.typed, Address: "192.0.2.1"})
			want(t, tt.email+" with "+tt.typed, err, tt.code)
		}
		if got := append(a.mails(t, ingrid.Email), a.mails(t, "ny@fjell.example")...); len(got) != 0 {
			t.Errorf("mails %v", got)
		}
		a.Limits.Account = limit.Rule{Max: 1, Window: time.Hour}
		ok(t, a.askEmail(t, by, "ny@fjell.example"))
		want(t, "another at once", a.askEmail(t, by, "nyere@fjell.example"), "identity.account.too_many")
		olav := person(t, a.people, "Olav Vik", "olav@fjell.example", password)
		_, him := a.signIn(t, olav.Email, password)
		want(t, "somebody else to the same address", a.askEmail(t, him, "NY@fjell.example"), "identity.account.too_many")
	})
}

func TestORG8_ALinkToANewAddressEndsWithTheDayANewerOneOrAChangeOfMind(t *testing.T) {
	eachDesk(t, func(t *testing.T, a *desk, ingrid identity.Person) {
		olav := person(t, a.people, "Olav Vik", "olav@fjell.example", password)
		_, him := a.signIn(t, olav.Email, password)
		here, by := a.signIn(t, ingrid.Email, password)
		ask := func(email string) string {
			ok(t, a.askEmail(t, by, email))
			return a.token(t, email)
		}
		first := ask("en@ny.example")
		second := ask("to@ny.example")
		want(t, "the older of two", a.ConfirmEmail(t.Context(), by, first), "identity.email.late")
		want(t, "by somebody else", a.ConfirmEmail(t.Context(), him, second), "identity.email.other")
		ok(t, a.CancelEmail(t.Context(), by))
		ok(t, a.CancelEmail(t.Context(), by))
		want(t, "withdrawn", a.ConfirmEmail(t.Context(), by, second), "identity.email.late")
		if me, err := a.Me(t.Context(), by); err != nil || me.Pending != nil || a.events(t, "identity.person.email_cancel") != 1 {
			t.Errorf("after a change of mind: %+v, %v", me, err)
		}
		third := ask("tre@ny.example")
		s, err := a.ChangePassword(t.Context(), by, identity.PasswordChange{Old: password, New: newPassword, Token: here})
		ok(t, err)
		want(t, "after a new password", a.ConfirmEmail(t.Context(), by, third), "identity.email.late")
		by = a.actor(t, s.Token)
		ok(t, a.AskEmail(t.Context(), by, identity.NewEmail{Email: "fire@ny.example", Password: newPassword, Address: "192.0.2.1"}))
		fourth := a.token(t, "fire@ny.example")
		a.later(24 * time.Hour)
		want(t, "after a day", a.ConfirmEmail(t.Context(), by, fourth), "identity.email.late")
		_, err = a.FindEmail(t.Context(), by, strings.Repeat("A", 43))
		want(t, "a link nobody sent", err, "identity.email.unknown")
		a.signIn(t, ingrid.Email, newPassword)
	})
}
