package mail

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"skranke/internal/brand"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/link"
)

func TestAMailLeavesOnceItsTransactionHolds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tr := &recorder{}
		p := open(t, d, tr, true)
		changed := errors.New("changed my mind")
		err := d.InTx(t.Context(), func(tx *db.Tx) error {
			if err := p.Send(t.Context(), tx, board()); err != nil {
				return err
			}
			return changed
		})
		if !errors.Is(err, changed) {
			t.Fatal(err)
		}
		sent := send(t, p, board())
		r := await(t, p, sent, Sent)
		if r.SentAt == nil || r.Attempts != 1 || r.Error != "" || r.Template != "keys.approve" {
			t.Errorf("row %+v", r)
		}
		if got := tr.messages(); len(got) != 1 || got[0].MailID != sent || got[0].ID != sent || got[0].From.Email != "post@firm.example" {
			t.Errorf("delivered %+v", got)
		}
	})
}

func TestTheKeptCopyOpensNothingAndTheMailDoes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := open(t, d, Mailbox{d}, true)
		var l link.Link
		letter := board()
		err := d.InTx(t.Context(), func(tx *db.Tx) (err error) {
			if l, err = link.Make(t.Context(), tx, "keys.approve", "order-1", "", time.Hour); err != nil {
				return err
			}
			letter.Button.Link.ID = l.ID
			return p.Send(t.Context(), tx, letter)
		})
		if err != nil {
			t.Fatal(err)
		}
		got := received(t, d, 1)[0]
		await(t, p, got.MailID, Sent)
		token := p.signer.Token("keys.approve", l.ID)
		if opened, err := p.signer.Open(t.Context(), d, "keys.approve", token); err != nil || opened.Subject != "order-1" {
			t.Fatalf("the token opens %+v, %v", opened, err)
		}
		for _, body := range []string{got.HTML, got.Body} {
			if strings.Contains(body, marker) || !strings.Contains(body, base+"/approve/"+token) {
				t.Errorf("the receiver's links are not real: %s", body)
			}
		}
		if !strings.Contains(got.HTML, base+"/orders?state=waiting&amp;page=2") || !strings.Contains(got.Body, base+"/orders?state=waiting&page=2\n") {
			t.Errorf("the ordinary link is not real: %s", got.Body)
		}
		kept, err := db.One[struct{ HTML, Body string }](t.Context(), d, `SELECT html, body FROM mails WHERE id = $1`, got.MailID)
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range []string{kept.HTML, kept.Body} {
			if strings.Contains(body, token) || !strings.Contains(body, "skranke-link:keys.approve:"+l.ID+":/approve/*") {
				t.Errorf("the kept copy should hold a reference: %s", body)
			}
		}
	})
}

func received(t *testing.T, d *db.DB, want int) []Received {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		list, err := db.List[Received](t.Context(), d, `SELECT id, mail_id, at, to_address, subject, html, body FROM mailbox ORDER BY id`)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == want {
			return list
		}
		if time.Now().After(end) || len(list) > want {
			t.Fatalf("the mailbox holds %d mails, want %d", len(list), want)
		}
	}
}

func TestAServerThatIsDownGetsTheMailLater(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tr := &recorder{answer: func(n int, _ Message) error {
			if n == 1 {
				return &Undelivered{Step: "connect", Answer: "connection refused"}
			}
			return nil
		}}
		p := open(t, d, tr, true)
		r := await(t, p, send(t, p, board()), Sent)
		if r.Attempts != 2 || r.Error != "" {
			t.Errorf("row %+v", r)
		}
		if got := tr.messages(); len(got) != 2 || got[0].ID != got[1].ID || got[0].HTML != got[1].HTML {
			t.Errorf("both tries should be of one message: %d", len(got))
		}
	})
}

func TestARefusedMailFailsAndIsNotTriedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tr := &recorder{answer: func(_ int, m Message) error {
			return &Undelivered{Step: "end of content", Code: 554, Permanent: true, Answer: "554 bad address in " + m.Text}
		}}
		p := open(t, d, tr, true)
		r := await(t, p, send(t, p, board()), Failed)
		if r.Attempts != 1 || r.SentAt != nil || !strings.HasPrefix(r.Error, "end of content: 554 bad address in Hei, Ragnhild!") {
			t.Errorf("row %+v", r)
		}
		if token := p.signer.Token("keys.approve", linkID); strings.Contains(r.Error, token) || !strings.Contains(r.Error, base+"/approve/…") {
			t.Errorf("the reason tells the secret: %s", r.Error)
		}
		n, err := db.One[int64](t.Context(), d, `SELECT COUNT(*) AS n FROM river_job WHERE state IN ('available', 'retryable', 'scheduled')`)
		if err != nil || n != 0 {
			t.Errorf("%d jobs wait, %v", n, err)
		}
	})
}

func TestTheLastTryEndsInFailed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tr := &recorder{answer: func(int, Message) error { return &Undelivered{Step: "connect", Code: 421} }}
		p := open(t, d, tr, false)
		sent := send(t, p, board())
		for n := 1; n <= maxTries; n++ {
			if err := p.deliver(t.Context(), deliverArgs{sent, sent}); err == nil {
				t.Fatalf("try %d reports no error", n)
			}
			if want := map[bool]State{true: Failed, false: Queued}[n == maxTries]; row(t, p, sent).State != want {
				t.Fatalf("after try %d: %+v, want %s", n, row(t, p, sent), want)
			}
		}
		if err := p.deliver(t.Context(), deliverArgs{sent, sent}); err != nil || len(tr.messages()) != maxTries {
			t.Errorf("a failed mail was tried again: %v, %d tries", err, len(tr.messages()))
		}
	})
}

func TestOfManyHandsOneDelivers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tr := &recorder{}
		p := open(t, d, tr, false)
		sent := send(t, p, board())
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if err := p.deliver(t.Context(), deliverArgs{sent, sent}); err != nil && !strings.Contains(err.Error(), "in other hands") {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := len(tr.messages()); n != 1 || row(t, p, sent).State != Sent {
			t.Errorf("delivered %d times: %+v", n, row(t, p, sent))
		}
	})
}

func TestAMailWhoseHolderDiedIsSentUnderTheSameMessageID(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tr := &recorder{}
		p := open(t, d, tr, false)
		sent := send(t, p, board())
		if _, ok, err := p.claim(t.Context(), sent); !ok || err != nil { // and then the power fails
			t.Fatal(ok, err)
		}
		if err := p.deliver(t.Context(), deliverArgs{sent, sent}); err == nil {
			t.Fatal("a mail just taken was taken again")
		}
		d.SetClock(func() time.Time { return time.Now().Add(abandonedAfter + time.Second) })
		if err := p.deliver(t.Context(), deliverArgs{sent, sent}); err != nil {
			t.Fatal(err)
		}
		r := row(t, p, sent)
		if got := tr.messages(); len(got) != 1 || got[0].ID != sent || r.State != Sent || r.Attempts != 2 {
			t.Errorf("%d messages, row %+v", len(got), r)
		}
	})
}

func TestALateHandDoesNotOverwriteTheNextOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := open(t, d, &recorder{}, false)
		sent := send(t, p, board())
		late, _, err := p.claim(t.Context(), sent)
		if err != nil {
			t.Fatal(err)
		}
		d.SetClock(func() time.Time { return time.Now().Add(abandonedAfter + time.Second) })
		if _, ok, err := p.claim(t.Context(), sent); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if err := p.finish(t.Context(), late, &Undelivered{Step: "connect", Permanent: true}, nil); err != nil {
			t.Fatal(err)
		}
		if r := row(t, p, sent); r.State != Sending {
			t.Errorf("the late hand set %+v", r)
		}
	})
}

func TestTheMailboxTakesARepeatOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		box := Mailbox{d}
		m := Message{ID: linkID, MailID: linkID, At: d.Now(), To: Address{Email: "a@firm.example"}, Subject: "x", HTML: "h", Text: "t"}
		for range 2 {
			if err := box.Deliver(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := box.Get(t.Context(), linkID); err != nil || got.HTML != "h" || got.Body != "t" || !got.At.Equal(m.At) {
			t.Errorf("%+v, %v", got, err)
		}
		received(t, d, 1)
	})
}

func TestTheMailboxIsReadByAddressAndPageByPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		box := Mailbox{d}
		for n := range 5 {
			m := Message{ID: fmt.Sprintf("01930f6e-5a00-7000-8000-00000000000%d", n), At: d.Now(), To: Address{Email: fmt.Sprintf("%d@Firm.example", n%2)}, Subject: strconv.Itoa(n)}
			if err := box.Deliver(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		subjects := func(address, before string) (s string) {
			list, older, err := box.List(t.Context(), address, before, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range list {
				s += r.Subject
			}
			if older {
				s += "…"
			}
			return s
		}
		if got := subjects("", "") + " " + subjects("", "01930f6e-5a00-7000-8000-000000000002") + " " + subjects("1@firm.example", ""); got != "43… 10 31" {
			t.Errorf("read %q", got)
		}
		for _, id := range []string{"nothing", "01930f6e-5a00-7000-8000-000000000009"} {
			if _, err := box.Get(t.Context(), id); err == nil {
				t.Errorf("%s was found", id)
			}
		}
	})
}

func TestAPostRoomWithoutSenderOrAddressDoesNotOpen(t *testing.T) {
	for _, tt := range []struct{ from, base, want string }{
		{"nobody", base, "the sender of mails"},
		{"post@firm.example", "firm.example", "the address of the product"},
		{"post@firm.example", "ftp://firm.example", "the address of the product"},
	} {
		_, err := New(nil, nil, nil, brand.Default("x"), Address{Email: tt.from}, tt.base, nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}

func TestTheLinksOfAReceivedMailAreItsOwnAndNotWhatPeopleWrote(t *testing.T) {
	l := board()
	l.Paragraphs = []string{"Se her:\nhttps://evil.example/x", "https://evil.example/y"}
	l, err := l.clean()
	if err != nil {
		t.Fatal(err)
	}
	_, text, err := lookOf(brand.Default("Lås")).render(l)
	if err != nil {
		t.Fatal(err)
	}
	e := expander{base: base, signer: signer(t)}
	got := Received{Body: e.expand(text)}.Links()
	want := []ReceivedLink{{"Se bestillingen", "/approve/" + e.signer.Token("keys.approve", linkID)}, {"Alle bestillinger", "/orders?state=waiting&page=2"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
