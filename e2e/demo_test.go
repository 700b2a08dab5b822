package e2e

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"skranke/internal/db"
	"skranke/internal/i18n"
	"skranke/internal/keys"
	"skranke/internal/testcard/client"
	"skranke/internal/web/webtest"
)

var (
	demoOnce sync.Once
	demoAt   string // the data folder of a demonstration that nobody has touched
)

// demonstration starts `skranke demo` on data of its own: a copy of what the program makes at its first start, which happens
// once for all tests.
func demonstration(t testing.TB, settings ...string) *server {
	t.Helper()
	demoOnce.Do(func() {
		at := filepath.Join(scratch, "demo")
		first := start(t, "demo", at, "")
		first.stop() // folds the database into one file
		if !t.Failed() {
			demoAt = at
		}
	})
	if demoAt == "" {
		t.Fatal("the demonstration could not be made")
	}
	data := filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(data, os.DirFS(demoAt)); err != nil {
		t.Fatal(err)
	}
	return start(t, "demo", data, "", settings...)
}

func TestOPS1_KEY4_KEY6_TheStartPageOfTheDemonstrationLeadsThroughOneOrder(t *testing.T) {
	s := demonstration(t)
	l := i18n.NB
	b := s.tab(t, inNorwegian, "/")
	b.See(l.DemoTitle())
	b.Axe(t)
	said := webtest.Eval[map[string]string](b, `Object.fromEntries([...document.querySelectorAll("main dl")].flatMap(dl =>
		[...dl.querySelectorAll("dt")].map(dt => [dt.innerText.trim(), dt.nextElementSibling.innerText.trim()])))`)
	b.Click(l.DemoOrderGo())
	if b.Value("agreement") == "" {
		b.Errorf("the association of the example is not found at once")
	}
	b.Click(l.KeysGoOn())
	for field, fact := range map[string]string{"customer_number": l.KeysCustomerNumber(), "system_number": l.KeysSystemNumber(), "code": l.KeysZoneNumber()} {
		b.Fill(field, said[fact])
	}
	b.Click(l.KeysGoOn())
	for field, fact := range map[string]string{"name": l.KeysName(), "flat": l.KeysFlat(), "email": l.KeysEmail(), "phone": l.KeysPhone()} {
		b.Fill(field, said[fact])
	}
	b.Click(l.KeysGoOn())
	b.Click(orderButton)
	r := &resident{Tab: b, way: inNorwegian, t: t, s: s, email: said[l.KeysEmail()]}
	r.payAtProvider(said[l.DemoCard()])
	r.atStatus(keys.AwaitingBoard)
	o := s.newest(r.email)

	other := b.Twin(t)
	other.Open(s.URL + "/")
	other.Click(l.DemoReadGo())
	other.Click(`main a[href^="/mailbox/"]`)
	other.See(o.Number)
	other.Click(l.KeysMailApproveButton())
	other.Click(l.ApprovalApproveButton())
	r.atStatus(keys.StatusMaking)
	s.awaitCard(t, o.ID, client.Done)

	other.Open(s.URL + "/")
	other.Click(`ol form[action="/demo/sign-in-as"] button`)
	w := &worker{Tab: other, way: inNorwegian, t: t, s: s}
	w.makes(o, said[l.DemoSerial()])
	w.act("ready")
	r.atStatus(keys.StatusReady)
}

// newest is the latest order of a resident.
func (s *server) newest(email string) orderRow {
	s.t.Helper()
	o, err := db.One[orderRow](s.t.Context(), s.open(), selectOrders+` WHERE resident_email = $1 ORDER BY created_at DESC LIMIT 1`, email)
	if err != nil {
		s.t.Fatalf("find the order of %s: %v", email, err)
	}
	return o
}

func TestOPS1_KEY4_WhatWasBegunBeforeARestartIsFinishedAfterIt(t *testing.T) {
	s := demonstration(t)
	r := s.resident(t, s.findHouse(wanted{l: i18n.SV}), inSwedish)
	r.fillIn()
	r.Click(orderButton)
	r.fillCard(goodCard)
	r.Open(s.URL + "/keys")
	order := r.order()
	before := s.Cards
	s.stop()

	listen := strings.TrimPrefix(s.URL, "http://")
	again := start(t, "demo", s.Data, "", "--listen", listen)
	if again.Cards == before {
		t.Fatal("the card provider has come back at the same address, so the test tests nothing")
	}
	r.s = again
	link := again.statusLink(t, order.ID)
	r.Open(link)
	r.atStatus(keys.AwaitingPayment)
	r.Click(r.l.KeysPayButton(r.amount()))
	r.payAtProvider(goodCard)
	r.atStatus(keys.AwaitingBoard)
}

// statusLink is the resident's secret address of an order.
func (s *server) statusLink(t testing.TB, orderID string) string {
	t.Helper()
	d := s.open()
	id, err := db.One[string](t.Context(), d, `SELECT status_link FROM key_orders WHERE id = $1`, orderID)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s/k/%s", s.URL, s.signer(d).Token(keys.StatusLink, id))
}

func TestKEY1_OnlyAssociationsWithACurrentAgreementAreFound(t *testing.T) {
	s := demonstration(t)
	ended, err := db.List[string](t.Context(), s.open(), `
		SELECT name FROM customers c WHERE kind = 'association' AND NOT EXISTS (SELECT 1 FROM agreements a
			WHERE a.customer_id = c.id AND a.status = 'active' AND a.starts_on <= $1 AND (a.ends_on IS NULL OR a.ends_on >= $1))`, today())
	if err != nil || len(ended) == 0 {
		t.Fatalf("the demonstration has no association without a current agreement: %v", err)
	}
	for _, tt := range []struct {
		search, says string
	}{
		{ended[0], i18n.NB.KeysHousesNone()},
		{s.findHouse(wanted{l: i18n.NB}).Name, i18n.NB.KeysHousesFound(1)},
		{"bo", i18n.NB.KeysSearchMore()},
	} {
		if _, page := s.get("/keys/new?q="+url.QueryEscape(tt.search), "Accept-Language", "nb"); !strings.Contains(page, tt.says) {
			t.Errorf("searching for %q does not answer %q", tt.search, tt.says)
		}
	}
}
