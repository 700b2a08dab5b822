package mail

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/event"
	"skranke/internal/fault"
)

func staff(may ...authz.Permission) authz.Actor {
	return authz.Actor{ID: "staff-1", Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: may}}}
}

func TestTheLifeOfAMailHasNoDeadEnds(t *testing.T) {
	if err := Moves.Check(Queued); err != nil {
		t.Error(err)
	}
}

func TestTheLogShowsWhatTheReaderMaySee(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := open(t, d, &recorder{}, false)
		var ids []string
		for _, customer := range []string{"customer-1", "customer-2", "customer-1"} {
			l := board()
			l.CustomerID = customer
			ids = append(ids, send(t, p, l))
		}
		if err := p.deliver(t.Context(), deliverArgs{ids[0], ids[0]}); err != nil {
			t.Fatal(err)
		}
		show := func(page Page) string {
			var words []string
			if page.Newer {
				words = append(words, "newer")
			}
			for _, r := range page.Rows {
				words = append(words, strconv.Itoa(1+slices.Index(ids, r.ID)))
			}
			if page.Older {
				words = append(words, "older")
			}
			return strings.Join(words, " ")
		}
		member := authz.Actor{ID: "p", Kind: authz.Person, Grants: []authz.Grant{{Scope: authz.Customer, ID: "customer-1", May: []authz.Permission{MaySee}}}}
		for _, tt := range []struct {
			name  string
			by    authz.Actor
			f     Filter
			count int
			want  string
		}{
			{"staff, newest first", staff(MaySee), Filter{}, 3, "3 2 older"},
			{"the next page", staff(MaySee), Filter{Before: ids[1]}, 3, "newer 1"},
			{"and back", staff(MaySee), Filter{After: ids[0]}, 3, "3 2 older"},
			{"back by one", staff(MaySee), Filter{After: ids[1]}, 3, "3 older"},
			{"a state", staff(MaySee), Filter{State: Sent}, 1, "1"},
			{"one customer's", member, Filter{}, 2, "3 1"},
			{"nobody's", authz.Actor{}, Filter{}, 0, ""},
		} {
			page, err := p.List(t.Context(), tt.by, tt.f, 2)
			if err != nil {
				t.Fatal(err)
			}
			n, err := p.Count(t.Context(), tt.by, tt.f, 3)
			if err != nil || n != tt.count {
				t.Errorf("%s: counted %d, %v, want %d", tt.name, n, err, tt.count)
			}
			if got := show(page); got != tt.want {
				t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
			}
		}
		if _, err := p.Get(t.Context(), member, ids[1]); !fault.Is(err, fault.NotFound) {
			t.Errorf("another customer's mail: %v", err)
		}
	})
}

func TestTheMailLogOfARecordIsItsOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := open(t, d, &recorder{}, false)
		first := send(t, p, board())
		other := board()
		other.About = ""
		send(t, p, other)
		second := send(t, p, board())
		rows, err := Log(t.Context(), d, "order-1")
		if err != nil || len(rows) != 2 || rows[0].ID != first || rows[1].ID != second || rows[0].ToName != "Ragnhild Aasen" || rows[0].State != Queued {
			t.Errorf("%+v, %v", rows, err)
		}
		if rows, err := Log(t.Context(), d, ""); err != nil || rows != nil {
			t.Errorf("mails about nothing: %+v, %v", rows, err)
		}
	})
}

func TestStaffReadTheKeptCopyWithItsLinksMasked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := open(t, d, &recorder{}, false)
		k, err := p.Get(t.Context(), staff(MaySee), send(t, p, board()))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(k.Text, marker) || strings.Contains(k.Text, linkID) || !strings.Contains(k.Text, base+"/approve/…\n") || k.Language != "nb" {
			t.Errorf("text %s", k.Text)
		}
	})
}

func TestResendMakesASecondMessageOfTheSameMail(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := open(t, d, Mailbox{d}, true)
		sent := send(t, p, board())
		await(t, p, sent, Sent)
		if err := p.Resend(t.Context(), staff(MaySee, MayResend), sent); err != nil {
			t.Fatal(err)
		}
		got := received(t, d, 2)
		if got[0].ID == got[1].ID || got[0].MailID != got[1].MailID || got[0].HTML != got[1].HTML {
			t.Errorf("the two are not one mail: %v and %v", got[0].ID, got[1].ID)
		}
		await(t, p, sent, Sent)
		es, err := event.Of(t.Context(), d, sent)
		if err != nil || len(es) != 1 || es[0].Name != "mail.resend" || es[0].Actor != "staff-1" || es[0].CustomerID != "customer-1" {
			t.Errorf("events %+v, %v", es, err)
		}
	})
}

func TestResendAsksWhoAndWhen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := open(t, d, &recorder{answer: func(int, Message) error { return &Undelivered{Step: "RCPT TO", Code: 550, Permanent: true} }}, false)
		sent := send(t, p, board())
		all := staff(MaySee, MayResend)
		if err := p.Resend(t.Context(), all, sent); err != nil {
			t.Errorf("a waiting mail can be hurried: %v", err)
		}
		if _, _, err := p.claim(t.Context(), sent); err != nil {
			t.Fatal(err)
		}
		if err := p.Resend(t.Context(), all, sent); fault.CodeOf(err) != "mail.being_sent" {
			t.Errorf("while it is being sent: %v", err)
		}
		o, _, err := p.claim(t.Context(), send(t, p, board()))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.finish(t.Context(), o, &Undelivered{Step: "RCPT TO", Permanent: true}, nil); err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			by   authz.Actor
			id   string
			want fault.Kind
		}{
			{authz.Actor{}, o.ID, fault.NotFound},
			{staff(MayResend), o.ID, fault.NotFound},
			{staff(MaySee), o.ID, fault.Forbidden},
			{all, "nothing", fault.NotFound},
		} {
			if err := p.Resend(t.Context(), tt.by, tt.id); !fault.Is(err, tt.want) {
				t.Errorf("%+v: %v, want kind %d", tt.by.Grants, err, tt.want)
			}
		}
		if err := p.Resend(t.Context(), all, o.ID); err != nil {
			t.Error(err)
		}
		if r := row(t, p, o.ID); r.State != Queued || r.Attempts != 0 || r.Error != "" {
			t.Errorf("row %+v", r)
		}
	})
}
