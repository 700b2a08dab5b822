package event_test

import (
	"context"
	"errors"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/event"
)

var staff = authz.Actor{ID: "ann", Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: []authz.Permission{event.MaySee}}}}

func TestAnEventAndItsReactionsHoldTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var heard []string
		fail := errors.New("no")
		l := &event.Log{}
		l.On("a.done", func(_ context.Context, _ *db.Tx, e event.Event) error {
			heard = append(heard, e.Subject)
			if e.Subject == "bad" {
				return fail
			}
			return nil
		})
		l.OnAny(func(_ context.Context, _ *db.Tx, e event.Event) error {
			heard = append(heard, "any "+e.Name)
			return nil
		})
		record := func(subject, name string) error {
			return d.InTx(t.Context(), func(tx *db.Tx) error {
				return l.Record(t.Context(), tx, authz.Actor{ID: "bo", Kind: authz.Person, OnBehalf: "x"},
					event.Event{Kind: "a", Subject: subject, Name: name, CustomerID: "c-" + subject, Data: event.Data(map[string]any{"n": 1})})
			})
		}
		if err := errors.Join(record("1", "a.done"), record("1", "a.more")); err != nil {
			t.Fatal(err)
		}
		if err := record("bad", "a.done"); !errors.Is(err, fail) {
			t.Errorf("a failed reaction: %v", err)
		}
		es, err := event.Of(t.Context(), d, "1")
		if err != nil || len(es) != 2 || es[0].Name != "a.done" || es[1].Name != "a.more" || es[0].Actor != "bo" || es[0].OnBehalf != "x" || es[0].Data.V["n"] != 1.0 {
			t.Errorf("%+v, %v", es, err)
		}
		if es, _ := event.Of(t.Context(), d, "bad"); len(es) != 0 {
			t.Error("the event stands although its reaction failed")
		}
		if len(heard) != 4 || heard[0] != "1" || heard[1] != "any a.done" || heard[2] != "any a.more" {
			t.Errorf("heard %q", heard)
		}
		var none *event.Log // records without reactions
		if err := d.InTx(t.Context(), func(tx *db.Tx) error {
			return none.Record(t.Context(), tx, staff, event.Event{Kind: "b", Subject: "2", Name: "b.x"})
		}); err != nil {
			t.Error(err)
		}
	})
}

func TestTheAuditLogShowsWhatTheReaderMaySee(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var l event.Log
		for _, c := range []string{"oak", "elm", "oak"} {
			if err := d.InTx(t.Context(), func(tx *db.Tx) error {
				return l.Record(t.Context(), tx, staff, event.Event{Kind: "k", Subject: "s", CustomerID: c, Name: "k.x"})
			}); err != nil {
				t.Fatal(err)
			}
		}
		oak := authz.Actor{ID: "o", Grants: []authz.Grant{{Scope: authz.Customer, ID: "oak", May: []authz.Permission{event.MaySee}}}}
		for _, tt := range []struct {
			name string
			by   authz.Actor
			f    event.Filter
			want int
		}{
			{"staff see all", staff, event.Filter{}, 3},
			{"staff may narrow", staff, event.Filter{CustomerID: "elm", Kind: "k", Actor: "ann", Subject: "s"}, 1},
			{"a customer sees its own", oak, event.Filter{}, 2},
			{"not another's", oak, event.Filter{CustomerID: "elm"}, 0},
			{"a stranger nothing", authz.Actor{ID: "s"}, event.Filter{}, 0},
		} {
			es, err := event.Search(t.Context(), d, tt.by, tt.f, 10)
			if err != nil || len(es) != tt.want {
				t.Errorf("%s: %d events, want %d (%v)", tt.name, len(es), tt.want, err)
			}
		}
		first, _ := event.Search(t.Context(), d, staff, event.Filter{}, 2)
		rest, err := event.Search(t.Context(), d, staff, event.Filter{Before: first[1].ID}, 2)
		if err != nil || len(rest) != 1 || rest[0].ID >= first[1].ID {
			t.Errorf("second page %+v, %v", rest, err)
		}
	})
}
