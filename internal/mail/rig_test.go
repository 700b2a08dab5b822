package mail

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"skranke/internal/brand"
	"skranke/internal/db"
	"skranke/internal/jobs"
	"skranke/internal/link"
)

func signer(t *testing.T) *link.Signer {
	t.Helper()
	s, err := link.NewSigner([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const base = "https://firm.example"

// open is a post room whose jobs only run when run is set.
func open(t *testing.T, d *db.DB, tr Transport, run bool) *Post {
	t.Helper()
	if err := jobs.Migrate(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	j := jobs.New(d, slog.New(slog.DiscardHandler))
	p, err := New(d, j, signer(t), brand.Default("Vakt & Nøkkel"), Address{"Vakt & Nøkkel", "post@firm.example"}, base+"/", tr)
	if err != nil {
		t.Fatal(err)
	}
	workers := 0
	if run {
		workers = 2
	}
	if err := j.Open(workers); err != nil {
		t.Fatal(err)
	}
	if run {
		if err := j.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := j.Stop(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
		})
	}
	return p
}

// send sends the letter in a transaction of its own and gives the mail's id.
func send(t *testing.T, p *Post, l Letter) string {
	t.Helper()
	if err := p.db.InTx(t.Context(), func(tx *db.Tx) error { return p.Send(t.Context(), tx, l) }); err != nil {
		t.Fatal(err)
	}
	mailID, err := db.One[string](t.Context(), p.db, `SELECT id FROM mails ORDER BY id DESC LIMIT 1`)
	if err != nil {
		t.Fatal(err)
	}
	return mailID
}

func row(t *testing.T, p *Post, mailID string) Row {
	t.Helper()
	r, err := db.One[Row](t.Context(), p.db, `SELECT `+rowColumns+` FROM mails WHERE id = $1`, mailID)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// await waits until the mail is in the state.
func await(t *testing.T, p *Post, mailID string, want State) Row {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		r := row(t, p, mailID)
		if r.State == want {
			return r
		}
		if time.Now().After(end) {
			t.Fatalf("mail is %s after 20 s, want %s: %+v", r.State, want, r)
		}
	}
}

// recorder is a transport that answers as told and remembers what it was given.
type recorder struct {
	mu     sync.Mutex
	got    []Message
	answer func(n int, m Message) error // n counts from 1
}

func (r *recorder) Deliver(_ context.Context, m Message) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, m)
	if r.answer == nil {
		return nil
	}
	return r.answer(len(r.got), m)
}

func (r *recorder) messages() []Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Message{}, r.got...)
}
