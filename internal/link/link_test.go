package link_test

import (
	"strings"
	"testing"
	"time"

	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/fault"
	"skranke/internal/link"
)

func signer(t *testing.T) *link.Signer {
	t.Helper()
	s, err := link.NewSigner([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestALinkOpensItsSubjectForItsPurposeOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := signer(t)
		var l link.Link
		if err := d.InTx(t.Context(), func(tx *db.Tx) (err error) {
			l, err = link.Make(t.Context(), tx, "keys.status", "order-1", "p1", time.Hour)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		token := s.Token("keys.status", l.ID)
		got, err := s.Open(t.Context(), d, "keys.status", token)
		if err != nil || got.Subject != "order-1" || got.PersonID != "p1" {
			t.Fatal(got, err)
		}
		other, _ := link.NewSigner([]byte(strings.Repeat("o", 32)))
		flipped := token[:len(token)-2] + string(token[len(token)-2]^1) + token[len(token)-1:]
		for name, bad := range map[string]struct{ kind, token string }{
			"another purpose": {"approval", token}, "another purpose's signature": {"keys.status", s.Token("approval", l.ID)},
			"another secret": {"keys.status", other.Token("keys.status", l.ID)}, "a changed letter": {"keys.status", flipped},
			"nothing": {"keys.status", ""}, "the bare id": {"keys.status", l.ID},
			"an id nobody made": {"keys.status", s.Token("keys.status", "0193b2f0-0000-7000-8000-000000000000")},
		} {
			if _, err := s.Open(t.Context(), d, bad.kind, bad.token); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestALinkIsUsedOnceAndEnds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var once, gone link.Link
		err := d.InTx(t.Context(), func(tx *db.Tx) (err error) {
			if once, err = link.Make(t.Context(), tx, "a", "s1", "", time.Hour); err != nil {
				return err
			}
			gone, err = link.Make(t.Context(), tx, "a", "s2", "", 0)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if once.State(once.CreatedAt.Add(59*time.Minute)) != nil || fault.CodeOf(once.State(once.CreatedAt.Add(time.Hour))) != "link.expired" {
			t.Error("the hour is not kept")
		}
		use := func() error {
			return d.InTx(t.Context(), func(tx *db.Tx) error { return link.Use(t.Context(), tx, once.ID) })
		}
		if err := use(); err != nil {
			t.Fatal(err)
		}
		if err := use(); fault.CodeOf(err) != "link.used" {
			t.Errorf("second use: %v", err)
		}
		if err := d.InTx(t.Context(), func(tx *db.Tx) error { return link.Revoke(t.Context(), tx, "a", "s2") }); err != nil {
			t.Fatal(err)
		}
		s := signer(t)
		got, err := s.Open(t.Context(), d, "a", s.Token("a", gone.ID))
		if err != nil || fault.CodeOf(got.State(got.CreatedAt)) != "link.revoked" {
			t.Error(got, err)
		}
	})
}

func TestTheStoredSecretStaysTheSame(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, err := link.Stored(t.Context(), d)
		if err != nil || len(a) != 32 {
			t.Fatal(a, err)
		}
		if b, err := link.Stored(t.Context(), d); err != nil || string(a) != string(b) {
			t.Error("a second start made another", err)
		}
		if _, err := link.NewSigner(a[:31]); err == nil {
			t.Error("a short secret was taken")
		}
	})
}
