package e2e

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"skranke/internal/approval"
	"skranke/internal/db"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/link"
	"skranke/internal/testcard/client"
	"skranke/internal/web/webtest"
)

// reader is somebody who reads their mail in the demonstration's mailbox.
type reader struct {
	*webtest.Tab
	t       testing.TB
	s       *server
	address string
}

// mailbox opens a browser for whoever reads this address.
func (s *server) mailbox(t testing.TB, address string, w way) *reader {
	t.Helper()
	return &reader{Tab: s.tab(t, w, "/mailbox"), t: t, s: s, address: address}
}

// openMail waits for a mail whose subject holds all the words, and opens it.
func (r *reader) openMail(words ...string) {
	r.t.Helper()
	var mailID string
	r.Until(fmt.Sprintf("%s has a mail about %q", r.address, words), func() bool {
		r.Open(r.s.URL + "/mailbox?address=" + r.address)
		found := webtest.Eval[[][]string](r.Tab, `[...document.querySelectorAll('main a[href^="/mailbox/"]')].map(a => [a.pathname, a.innerText])`)
		i := slices.IndexFunc(found, func(a []string) bool {
			return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(a[1], w) })
		})
		if i >= 0 {
			mailID = found[i][0]
		}
		return i >= 0
	})
	r.Open(r.s.URL + mailID)
}

// follow gives the address behind a link of the mail.
func (r *reader) follow(label string) string {
	r.t.Helper()
	var to string
	r.Until("the mail has the link "+label, func() bool {
		to = webtest.Eval[string](r.Tab, `[...document.querySelectorAll('main a')].find(a => a.innerText.trim() === `+fmt.Sprintf("%q", label)+`)?.href ?? ""`)
		return to != ""
	})
	return to
}

// decide answers the question that the page asks.
func (r *reader) decide(a approval.Action) {
	r.t.Helper()
	r.Click(`button[name=decision][value=` + string(a) + `]`)
}

// decided is when the board settled an order, as readers of l write it.
func (s *server) decided(t testing.TB, orderID string, l i18n.L) string {
	t.Helper()
	at, err := db.One[time.Time](t.Context(), s.open(), `SELECT decided_at FROM approval_requests WHERE subject = $1`, orderID)
	if err != nil {
		t.Fatal(err)
	}
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	return l.DateTime(at, oslo)
}

// worker is somebody of the firm at work.
type worker struct {
	*webtest.Tab
	way
	t testing.TB
	s *server
}

// signIn opens a browser for somebody with the role, who signs in by password and lands where their work is.
func (s *server) signIn(t testing.TB, role identity.StaffRole, w way) *worker {
	t.Helper()
	x := &worker{Tab: s.tab(t, w, "/sign-in"), way: w, t: t, s: s}
	x.enter(s.staff(role).Email, password)
	x.At("/office/*")
	speak(x.Tab, w.l) // theirs may be another one
	return x
}

func (w *worker) enter(email, secret string) {
	w.t.Helper()
	w.Fill("email", email)
	w.Fill("password", secret)
	w.Click(`form[action="/sign-in"] button[type=submit]`)
}

// makes takes an order from the list of what is to be made and enters what has been made.
func (w *worker) makes(o orderRow, serial string) {
	w.t.Helper()
	w.At("/office/keys/production")
	w.See(o.Number)
	w.Click(`main a[href="/office/keys/orders/` + o.ID + `"]`)
	w.See(o.Number)
	w.Fill("serials", serial)
	w.act("make")
	w.See(serial)
}

// act sends the form of one action.
func (w *worker) act(action string) {
	w.t.Helper()
	w.Click(`form[action$="/` + action + `"] button[type=submit]`)
	w.See(w.l.Code("keys.done." + action))
}

// awaitCard waits until the card provider itself says that the order's payment is in a state.
func (s *server) awaitCard(t testing.TB, orderID string, want client.State) {
	t.Helper()
	d := s.open()
	p, err := db.One[struct{ ProviderRef string }](t.Context(), d, `SELECT provider_ref FROM payments WHERE subject = $1 ORDER BY attempt DESC LIMIT 1`, orderID)
	if err != nil {
		t.Fatal(err)
	}
	cards := client.New(s.Cards, s.cardSecret(d), nil)
	for deadline := time.Now().Add(webtest.Patience); ; time.Sleep(20 * time.Millisecond) {
		got, err := cards.Payment(t.Context(), p.ProviderRef)
		if err == nil && got.State == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the card provider says %s (%v), want %s", got.State, err, want)
		}
	}
}

// cardSecret is the key that the program and its test card provider share.
func (s *server) cardSecret(d *db.DB) string {
	return hex.EncodeToString(s.signer(d).Mac("testcard", "key"))
}

// signer makes what the program signs.
func (s *server) signer(d *db.DB) *link.Signer {
	s.t.Helper()
	secret, err := link.Stored(s.t.Context(), d)
	if err != nil {
		s.t.Fatal(err)
	}
	signer, err := link.NewSigner(secret)
	if err != nil {
		s.t.Fatal(err)
	}
	return signer
}
