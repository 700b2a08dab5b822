package identity_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/identity"
	"skranke/internal/limit"
)

const newPassword = "en helt annen hest"

func TestORG8_ANewPasswordAsksForTheOldOneAndLeavesOnlyThisSession(t *testing.T) {
	eachDesk(t, func(t *testing.T, a *desk, ingrid identity.Person) {
		other, _ := a.signIn(t, ingrid.Email, password)
		here, by := a.signIn(t, ingrid.Email, password)
		reset := a.askReset(t, ingrid.Email)
		for _, tt := range []struct{ old, typed, code string }{
			{"", newPassword, "identity.password.missing"},
			{password, "kort", "identity.password.too_short"},
			{"feil passord!", newPassword, "identity.account.wrong_password"},
		} {
			_, err := a.ChangePassword(t.Context(), by, identity.PasswordChange{Old: tt.old, New: tt.typed, Token: here})
			want(t, tt.old+" to "+tt.typed, err, tt.code)
		}
		if got := a.alive(t, other, here); got != "++" {
			t.Fatalf("a refused change ended sessions: %s", got)
		}
		s, err := a.ChangePassword(t.Context(), by, identity.PasswordChange{Old: password, New: newPassword, Address: "192.0.2.7", Token: here})
		ok(t, err)
		if got := a.alive(t, other, here, s.Token); got != "--+" {
			t.Errorf("the other, the old and the new token: %s", got)
		}
		if _, err := a.people.SignIn(t.Context(), attempt(ingrid.Email, password)); err == nil {
			t.Error("the old password still opens")
		}
		a.signIn(t, ingrid.Email, newPassword)
		want(t, "a reset from before", a.ResetPassword(t.Context(), reset, "enda en annen hest", "192.0.2.1"), "identity.reset.late")
		if got := a.mails(t, ingrid.Email); !slices.Equal(got, []string{"Velg nytt passord", "Passordet er endret"}) {
			t.Errorf("mails %v", got)
		}
		if a.events(t, "identity.person.password") != 1 {
			t.Error("the change is not on record")
		}
		_, err = a.ChangePassword(t.Context(), by, identity.PasswordChange{Old: newPassword, New: password, Token: here})
		want(t, "from a session that has ended", err, "fault.sign_in")
		a.signIn(t, ingrid.Email, newPassword)
	})
}

func TestORG8_GuessingTheOldPasswordIsSlowedDownWithSignIn(t *testing.T) {
	eachDesk(t, func(t *testing.T, a *desk, ingrid identity.Person) {
		here, by := a.signIn(t, ingrid.Email, password)
		a.people.Limits = identity.Limits{Account: limit.Rule{Max: 2, Window: 10 * time.Minute}}
		_, err := a.people.SignIn(t.Context(), attempt(ingrid.Email, "feil passord!"))
		want(t, "a wrong sign-in", err, "identity.sign_in.wrong")
		change := identity.PasswordChange{Old: "feil passord!", New: newPassword, Address: "192.0.2.1", Token: here}
		_, err = a.ChangePassword(t.Context(), by, change)
		want(t, "the second guess", err, "identity.account.wrong_password")
		change.Old = password
		_, err = a.ChangePassword(t.Context(), by, change)
		want(t, "the third, right one", err, "identity.sign_in.too_many")
		want(t, "another door to the same password", a.askEmail(t, by, "ny@fjell.example"), "identity.sign_in.too_many")
		a.later(11 * time.Minute)
		_, err = a.ChangePassword(t.Context(), by, change)
		want(t, "after the wait", err, "")
	})
}

func TestORG8_CASE8_DevicesAreListedAndSignedOut(t *testing.T) {
	eachDesk(t, func(t *testing.T, a *desk, ingrid identity.Person) {
		olav := person(t, a.people, "Olav Vik", "olav@fjell.example", password)
		his, him := a.signIn(t, olav.Email, password)
		one, by := a.signIn(t, ingrid.Email, password)
		a.later(time.Hour)
		two, _ := a.signIn(t, ingrid.Email, password)
		list, err := a.Sessions(t.Context(), by, one)
		ok(t, err)
		if len(list) != 2 || !list[0].Current || list[1].Current || list[0].Agent != "test" || list[0].Address != "192.0.2.1" || list[1].SeenAt.Sub(list[0].SeenAt) != time.Hour {
			t.Fatalf("listed: %+v", list)
		}
		for _, s := range list {
			if by := a.actor(t, s.ID); by.Kind != authz.Nobody || strings.Contains(one+two, s.ID) {
				t.Errorf("the name %s of a session opens it", s.ID)
			}
			_, err = a.EndSession(t.Context(), him, s.ID, his)
			want(t, "somebody else's device", err, "identity.session.not_found")
		}
		current, err := a.EndSession(t.Context(), by, list[1].ID, one)
		if err != nil || current || a.alive(t, one, two, his) != "+-+" {
			t.Errorf("ending the other: %t %v, %s", current, err, a.alive(t, one, two, his))
		}
		_, err = a.EndSession(t.Context(), by, list[1].ID, one)
		want(t, "once more", err, "identity.session.not_found")
		two, _ = a.signIn(t, ingrid.Email, password)
		ok(t, a.EndSessions(t.Context(), by))
		if got := a.alive(t, one, two, his); got != "--+" {
			t.Errorf("after signing out everywhere: %s", got)
		}
		one, by = a.signIn(t, ingrid.Email, password)
		list, err = a.Sessions(t.Context(), by, one)
		ok(t, err)
		if current, err = a.EndSession(t.Context(), by, list[0].ID, one); err != nil || !current || a.alive(t, one) != "-" {
			t.Errorf("ending the only one: %t %v", current, err)
		}
		if a.events(t, "identity.person.session_end") != 2 || a.events(t, "identity.person.sessions_end") != 1 {
			t.Error("the ends are not on record")
		}
	})
}

func TestORG8_AProfileIsKeptAndItsChangesAreOnRecordWithoutTheWords(t *testing.T) {
	eachDesk(t, func(t *testing.T, a *desk, ingrid identity.Person) {
		_, by := a.signIn(t, ingrid.Email, password)
		good := identity.OwnProfile{Name: " Ingrid  Moe Berg ", Phone: "+47 400 00 000", Language: "sv", Scheme: "dark"}
		for _, tt := range []struct {
			change func(p *identity.OwnProfile)
			code   string
		}{
			{func(p *identity.OwnProfile) { p.Name = " \t" }, "identity.person.name"},
			{func(p *identity.OwnProfile) { p.Phone = "ring meg" }, "identity.person.phone"},
			{func(p *identity.OwnProfile) { p.Phone = "123" }, "identity.person.phone"},
			{func(p *identity.OwnProfile) { p.Language = "xx" }, "identity.language"},
			{func(p *identity.OwnProfile) { p.Scheme = "pink" }, "identity.person.scheme"},
		} {
			p := good
			tt.change(&p)
			want(t, tt.code, a.SaveProfile(t.Context(), by, p), tt.code)
		}
		for range 2 { // the second changes nothing
			ok(t, a.SaveProfile(t.Context(), by, good))
		}
		me, err := a.Me(t.Context(), by)
		if err != nil || me.Name != "Ingrid Moe Berg" || me.Phone != "+47 400 00 000" || me.Language != "sv" || me.Scheme != "dark" || me.PasswordAt == nil {
			t.Errorf("kept %+v, %v", me, err)
		}
		told, err := db.List[event.Event](t.Context(), a.people.DB, `SELECT actor, data FROM events WHERE name = 'identity.person.profile'`)
		if err != nil || len(told) != 1 || told[0].Actor != ingrid.ID || len(told[0].Data.V) != 4 || told[0].Data.V["new_name"] != true {
			t.Errorf("on record: %+v, %v", told, err)
		}
	})
}

func TestORG8_OnlyWhoIsSignedInAsThemselfTouchesAnAccount(t *testing.T) {
	eachDesk(t, func(t *testing.T, a *desk, ingrid identity.Person) {
		here, by := a.signIn(t, ingrid.Email, password)
		shoes, program, nobody := by, by, authz.Actor{}
		shoes.Kind, shoes.OnBehalf = authz.Staff, "somebody"
		program.Kind = authz.APIKey
		for _, tt := range []struct {
			by   authz.Actor
			code string
		}{{shoes, "identity.account.on_behalf"}, {program, "fault.sign_in"}, {nobody, "fault.sign_in"}} {
			ctx := t.Context()
			_, me := a.Me(ctx, tt.by)
			_, list := a.Sessions(ctx, tt.by, here)
			_, one := a.EndSession(ctx, tt.by, "x", here)
			_, change := a.ChangePassword(ctx, tt.by, identity.PasswordChange{Old: password, New: newPassword, Token: here})
			for what, err := range map[string]error{
				"me": me, "list": list, "end one": one, "password": change, "end all": a.EndSessions(ctx, tt.by), "email": a.askEmail(t, tt.by, "ny@fjell.example"),
				"cancel": a.CancelEmail(ctx, tt.by), "profile": a.SaveProfile(ctx, tt.by, identity.OwnProfile{Name: "X", Language: "nb", Scheme: "auto"}),
			} {
				if fault.CodeOf(err) != tt.code {
					t.Errorf("%s as %q for %q: %v", what, tt.by.Kind, tt.by.OnBehalf, err)
				}
			}
		}
		if a.alive(t, here) != "+" {
			t.Error("a refusal ended the session")
		}
	})
}
