package identity_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/identity"
)

func TestORG4_WhoIsInvitedCompletesNameAndPasswordAndIsIn(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		m := h.added(" Kari.Nordby@Granlia.example ", func(n *identity.NewMember) { n.Language = i18n.DA })
		if m.Status != identity.MemberInvited || m.Name != "Kari.Nordby@Granlia.example" {
			t.Errorf("%+v", m)
		}
		letters := h.letters(t, "kari.nordby@granlia.example")
		if len(letters) != 1 || !strings.Contains(letters[0].Body, "Ingrid Moe har givet adgang til siderne for Granlia Rør") || !strings.Contains(letters[0].Body, "Indkøber") {
			t.Fatalf("%+v", letters)
		}
		token := h.token(t, "kari.nordby@granlia.example")
		if i, err := h.s.Invitation(t.Context(), token); err != nil || i.State != identity.InvitationOpen || i.Inviter != "Ingrid Moe" || i.HasPassword || i.L() != i18n.DA {
			t.Errorf("%+v, %v", i, err)
		}
		_, err := h.s.CompleteInvitation(t.Context(), token, identity.Completion{Phone: "ring", Password: "kort"})
		for field, code := range map[string]string{
			"first_name": "identity.person.first_name", "last_name": "identity.person.last_name", "phone": "identity.phone", "password": "identity.password.too_short",
		} {
			if got := fault.FieldsOf(err)[field]; got != code {
				t.Errorf("%s: %q, want %q", field, got, code)
			}
		}
		session, err := h.s.CompleteInvitation(t.Context(), token, completion())
		ok(t, err)
		by, v, err := h.s.Authenticate(t.Context(), session.Token)
		if err != nil || !by.May(see, authz.Place{Customer: h.customer.ID}) || v.Name != "Kari Nordby" || v.Member.CustomerID != h.customer.ID {
			t.Errorf("%+v %+v, %v", by, v, err)
		}
		if got := h.member(m.ID); got.Status != identity.MemberActive || got.Phone != "+47 900 12 345" || got.JoinedAt == nil {
			t.Errorf("%+v", got)
		}
		_, err = h.s.CompleteInvitation(t.Context(), token, completion())
		want(t, "used twice", err, "identity.invitation.over")
		if h.state(token) != identity.InvitationUsed || h.events(t, "identity.member.invite") != 1 || h.events(t, "identity.member.accept") != 1 {
			t.Errorf("%s, %d and %d events", h.state(token), h.events(t, "identity.member.invite"), h.events(t, "identity.member.accept"))
		}
		h.sees("found by her name", h.by, identity.MemberFilter{Text: "nord kar"}, "Kari Nordby")
	})
}

func TestORG4_OfTwoWhoCompleteAtOnceOneIsIn(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		h.added("kari@granlia.example", nil)
		token := h.token(t, "kari@granlia.example")
		var in atomic.Int64
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				_, err := h.s.CompleteInvitation(t.Context(), token, completion())
				if err == nil {
					in.Add(1)
				} else if !fault.Is(err, fault.Conflict) {
					t.Errorf("%v", err)
				}
			})
		}
		all.Wait()
		if in.Load() != 1 || h.events(t, "identity.member.accept") != 1 {
			t.Errorf("%d got in, %d events", in.Load(), h.events(t, "identity.member.accept"))
		}
	})
}

func TestORG4_ALinkThatNoLongerOpensSaysWhy(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		first := h.added("kari@granlia.example", nil)
		old := h.token(t, "kari@granlia.example")
		ok(t, h.s.ResendInvitation(t.Context(), h.by, h.customer.ID, first.ID))
		newer := h.token(t, "kari@granlia.example")
		if h.state(old) != identity.InvitationReplaced || h.state(newer) != identity.InvitationOpen || old == newer {
			t.Errorf("after sending it again: %s and %s", h.state(old), h.state(newer))
		}
		h.later(14*24*time.Hour - time.Second)
		if h.state(newer) != identity.InvitationOpen {
			t.Errorf("just before 14 days: %s", h.state(newer))
		}
		h.later(time.Second)
		if h.state(newer) != identity.InvitationLate {
			t.Errorf("after 14 days: %s", h.state(newer))
		}
		_, err := h.s.CompleteInvitation(t.Context(), newer, completion())
		want(t, "late", err, "identity.invitation.over")
		ok(t, h.s.ResendInvitation(t.Context(), h.by, h.customer.ID, first.ID))
		last := h.token(t, "kari@granlia.example")
		ok(t, h.move(h.by, first, identity.WithdrawMember))
		if h.state(last) != identity.InvitationWithdrawn || h.member(first.ID).Status != identity.MemberRemoved {
			t.Errorf("withdrawn: %s, %s", h.state(last), h.member(first.ID).Status)
		}
		_, err = h.s.CompleteInvitation(t.Context(), last, completion())
		want(t, "withdrawn", err, "identity.invitation.over")
		want(t, "sent again when withdrawn", h.s.ResendInvitation(t.Context(), h.by, h.customer.ID, first.ID), "identity.member.moved_on")
		for _, token := range []string{"", "x", last + "x", strings.Repeat("A", 43)} {
			_, err := h.s.Invitation(t.Context(), token)
			want(t, "unknown", err, "identity.invitation.not_found")
		}
		again := h.added("kari@granlia.example", nil) // who was removed can be invited again
		if again.ID != first.ID || again.Status != identity.MemberInvited || h.state(h.token(t, "kari@granlia.example")) != identity.InvitationOpen {
			t.Errorf("%+v", again)
		}
	})
}

func TestORG4_ALinkIsSentAgainOnlySoOften(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		m := h.added("kari@granlia.example", nil)
		for range 4 {
			ok(t, h.s.ResendInvitation(t.Context(), h.by, h.customer.ID, m.ID))
		}
		want(t, "a fifth time", h.s.ResendInvitation(t.Context(), h.by, h.customer.ID, m.ID), "identity.invitation.too_many")
		if n := len(h.mails(t, "kari@granlia.example")); n != 5 {
			t.Errorf("%d mails", n)
		}
	})
}

func TestORG4_WhoHasAPasswordAcceptsByBeingThemself(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		other := customer(t, h.s, association("Fjellheim"))
		kari := person(t, h.s, "Kari Nordby", "kari@fjell.example", password)
		m, err := h.s.AddMember(t.Context(), root, other.ID, kari.ID, identity.Buyer)
		ok(t, err)
		if _, err := h.add("KARI@fjell.example", func(n *identity.NewMember) { n.First, n.Last = "Feil", "Navn" }); err != nil {
			t.Fatal(err)
		}
		h.sees("until she says yes, only the address is shown", h.by, identity.MemberFilter{Status: identity.MemberInvited}, "kari@fjell.example")
		h.sees("nor is she found by what else is known of her", h.by, identity.MemberFilter{Text: "nordby"})
		token := h.token(t, "kari@fjell.example")
		_, err = h.s.CompleteInvitation(t.Context(), token, completion())
		want(t, "a second password", err, "identity.invitation.sign_in")
		want(t, "somebody else", h.s.AcceptSignedIn(t.Context(), h.by, "x", token), "identity.invitation.other_person")
		_, err = h.s.AcceptWithPassword(t.Context(), token, identity.Attempt{Password: "feil passord"})
		want(t, "a wrong password", err, "identity.sign_in.wrong")
		session, err := h.s.AcceptWithPassword(t.Context(), token, identity.Attempt{Password: password})
		ok(t, err)
		_, v, err := h.s.Authenticate(t.Context(), session.Token)
		if err != nil || v.Name != "Kari Nordby" || v.Member.CustomerID != h.customer.ID || len(v.Members) != 2 {
			t.Errorf("%+v, %v", v, err)
		}
		h.sees("her own name", h.by, identity.MemberFilter{Text: "nordby"}, "Kari Nordby")
		if h.state(token) != identity.InvitationUsed || h.member(m.ID).Role != identity.Buyer {
			t.Errorf("%s, %+v", h.state(token), h.member(m.ID))
		}
	})
}

func TestORG4_AnOpenSessionAcceptsToo(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		person(t, h.s, "Kari Nordby", "kari@fjell.example", password)
		h.added("kari@fjell.example", nil)
		token := h.token(t, "kari@fjell.example")
		cookie, by := h.signIn(t, "kari@fjell.example", password)
		_, v, err := h.s.Authenticate(t.Context(), cookie)
		ok(t, err)
		ok(t, h.s.AcceptSignedIn(t.Context(), by, v.SessionID, token))
		if now := h.actor(t, cookie); !now.May(see, authz.Place{Customer: h.customer.ID}) {
			t.Errorf("%+v", now)
		}
		want(t, "twice", h.s.AcceptSignedIn(t.Context(), by, v.SessionID, token), "identity.invitation.over")
	})
}

func TestORG4_NoSecretIsKept(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		h.added("kari@granlia.example", nil)
		token := h.token(t, "kari@granlia.example")
		for _, query := range []string{`SELECT id FROM invitations`, `SELECT body FROM mails`, `SELECT html FROM mails`, `SELECT CAST(data AS TEXT) FROM events`} {
			texts, err := db.List[string](t.Context(), h.db, query)
			ok(t, err)
			for _, text := range texts {
				if strings.Contains(text, token) {
					t.Errorf("%s holds the secret", query)
				}
			}
		}
	})
}
