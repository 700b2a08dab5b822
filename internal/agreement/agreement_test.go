package agreement_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"skranke/internal/agreement"
	"skranke/internal/authz"
	"skranke/internal/day"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/money"
)

var root = authz.SystemActor(identity.MaySeeCustomers, identity.MayEditCustomers, identity.MayEditPeople, agreement.MaySee, agreement.MayEdit)

var today = day.New(2026, time.March, 9)

func date(s string) day.Date {
	d, err := day.Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// world is a service with a clock and one association.
type world struct {
	*agreement.Service
	people *identity.Service
	later  func(days int)
	home   identity.Customer
}

func setUp(t *testing.T, d *db.DB) *world {
	t.Helper()
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 8, 23, 30, 0, 0, time.UTC) // it is the 9th in Oslo already
	d.SetClock(func() time.Time { return now })
	w := &world{Service: &agreement.Service{DB: d, Log: &event.Log{}, Zone: oslo}, people: &identity.Service{DB: d, Log: &event.Log{}}}
	w.later = func(days int) { now = now.AddDate(0, 0, days) }
	w.home = w.association(t, "Fjellheim borettslag")
	return w
}

func (w *world) association(t *testing.T, name string) identity.Customer {
	t.Helper()
	c, err := w.people.CreateCustomer(t.Context(), root, identity.NewCustomer{Kind: identity.Association, Name: name, Country: "NO", Language: i18n.NB, Town: "Oslo"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *world) person(t *testing.T, email string) identity.Person {
	t.Helper()
	p, err := w.people.CreatePerson(t.Context(), root, identity.NewPerson{Name: "Ingrid Moe", Email: email, Language: i18n.SV})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var prices = []agreement.Price{{Item: agreement.ItemFreight, Amount: 9900, VAT: 2500}, {Item: agreement.ItemFob, Amount: 34900, VAT: 2500}}

func (w *world) draft(t *testing.T, customerID string) agreement.Agreement {
	t.Helper()
	a, err := w.Create(t.Context(), root, agreement.NewAgreement{CustomerID: customerID, StartsOn: date("2026-01-01"), Prices: prices})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// signed is an agreement that counts.
func (w *world) signed(t *testing.T, customerID, email string) agreement.Agreement {
	t.Helper()
	a := w.draft(t, customerID)
	if err := w.SetApprovers(t.Context(), root, a.ID, []string{w.person(t, email).ID}); err != nil {
		t.Fatal(err)
	}
	a, err := w.Sign(t.Context(), root, a.ID, date("2025-12-20"))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestEveryStateOfAnAgreementCanBeReached(t *testing.T) {
	if err := agreement.Moves.Check(agreement.Draft); err != nil {
		t.Error(err)
	}
}

func TestKEY11_AnAgreementHasTheUsualTermsUnlessOthersWereAgreed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := setUp(t, d)
		a := w.draft(t, w.home.ID)
		if a.Number != "A-1001" || a.Kind != agreement.Keys || a.Payer != agreement.ResidentPays || a.Approvals != 1 || a.Currency != money.NOK {
			t.Errorf("%+v", a)
		}
		ctx, n := db.WithCount(t.Context())
		got, err := agreement.ByID(ctx, d, a.ID)
		if err != nil || n.Load() != 1 {
			t.Fatalf("%d queries, %v", n.Load(), err)
		}
		if p, ok := got.Price(agreement.ItemFob); !ok || p.Amount != 34900 || p.VAT != 2500 || got.Prices[0].Item != agreement.ItemFob {
			t.Errorf("prices %+v", got.Prices)
		}
		if _, ok := got.Price(agreement.ItemKey); ok {
			t.Error("a key has a price that was never agreed")
		}
		if !got.StartsOn.AddDays(0).In(time.UTC).Equal(date("2026-01-01").In(time.UTC)) || !got.EndsOn.IsZero() || !got.SignedOn.IsZero() {
			t.Errorf("days %s %s %s", got.SignedOn, got.StartsOn, got.EndsOn)
		}
	})
}

func TestAnAgreementIsRefusedForWhatIsWrongWithIt(t *testing.T) {
	tests := []struct {
		field  string
		change func(n *agreement.NewAgreement)
	}{
		{"starts_on", func(n *agreement.NewAgreement) { n.StartsOn = day.Date{} }},
		{"ends_on", func(n *agreement.NewAgreement) { n.EndsOn = date("2025-12-31") }},
		{"approvals", func(n *agreement.NewAgreement) { n.Approvals = 3 }},
		{"currency", func(n *agreement.NewAgreement) { n.Currency = "USD" }},
		{"payer", func(n *agreement.NewAgreement) { n.Payer = "nobody" }},
		{"prices", func(n *agreement.NewAgreement) { n.Prices = append(slices.Clone(prices), prices[0]) }},
		{"prices", func(n *agreement.NewAgreement) { n.Prices = []agreement.Price{{Item: agreement.ItemKey, Amount: -1}} }},
		{"prices", func(n *agreement.NewAgreement) { n.Prices = []agreement.Price{{Item: "door", Amount: 1}} }},
		{"number", func(n *agreement.NewAgreement) { n.Number = "A-1001" }},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := setUp(t, d)
		w.draft(t, w.home.ID)
		for _, tt := range tests {
			n := agreement.NewAgreement{CustomerID: w.home.ID, StartsOn: date("2026-01-01")}
			tt.change(&n)
			if _, err := w.Create(t.Context(), root, n); fault.FieldsOf(err)[tt.field] == "" {
				t.Errorf("%s: %v", tt.field, err)
			}
		}
		if _, err := w.Create(t.Context(), root, agreement.NewAgreement{CustomerID: "x", StartsOn: today}); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown customer: %v", err)
		}
	})
}

func TestKEY11_ADraftIsSignedOnlyWithApproversAndPrices(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := setUp(t, d)
		a := w.draft(t, w.home.ID)
		if _, err := w.Sign(t.Context(), root, a.ID, today); fault.CodeOf(err) != "agreement.sign.approvers" {
			t.Errorf("without approvers: %v", err)
		}
		p := w.person(t, "ingrid@fjell.example")
		if err := w.SetApprovers(t.Context(), root, a.ID, []string{p.ID}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Sign(t.Context(), root, a.ID, today.AddDays(1)); fault.FieldsOf(err)["signed_on"] == "" {
			t.Errorf("signed tomorrow: %v", err)
		}
		a, err := w.Sign(t.Context(), root, a.ID, today)
		if err != nil || a.Status != agreement.Active || a.SignedOn != today {
			t.Errorf("%+v, %v", a, err)
		}
		if _, err := w.Sign(t.Context(), root, a.ID, today); !fault.Is(err, fault.Conflict) {
			t.Errorf("signed twice: %v", err)
		}
		bare, err := w.Create(t.Context(), root, agreement.NewAgreement{CustomerID: w.home.ID, StartsOn: today})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.SetApprovers(t.Context(), root, bare.ID, []string{p.ID}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Sign(t.Context(), root, bare.ID, today); fault.CodeOf(err) != "agreement.sign.prices" {
			t.Errorf("without prices: %v", err)
		}
	})
}

func TestKEY11_AnAgreementCountsFromItsFirstToItsLastDayWithoutAnyJob(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := setUp(t, d)
		a := w.signed(t, w.home.ID, "ingrid@fjell.example")
		if _, err := w.End(t.Context(), root, a.ID, today.AddDays(2)); err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			on    string
			state agreement.State
			isOn  bool
		}{
			{"2025-12-31", agreement.StateUpcoming, false},
			{"2026-01-01", agreement.StateEnding, true},
			{"2026-03-09", agreement.StateEnding, true},
			{"2026-03-11", agreement.StateEnding, true},
			{"2026-03-12", agreement.StateEnded, false},
		} {
			got, err := agreement.ForKeys(t.Context(), d, w.home.ID, date(tt.on))
			if found := err == nil; found != tt.isOn || !found && fault.CodeOf(err) != "agreement.not_current" || found && got.ID != a.ID {
				t.Errorf("on %s: %v", tt.on, err)
			}
			now, err := agreement.ByID(t.Context(), d, a.ID)
			if err != nil || now.Current(date(tt.on)) != tt.isOn || now.StateOn(date(tt.on)) != tt.state {
				t.Errorf("on %s it is %s, current %t, %v", tt.on, now.StateOn(date(tt.on)), now.Current(date(tt.on)), err)
			}
			for _, s := range agreement.States() {
				page, err := agreement.List(t.Context(), d, root, agreement.Filter{State: s}, date(tt.on))
				if err != nil || (len(page.Agreements) == 1) != (s == tt.state) {
					t.Errorf("on %s the filter %s finds %d, %v", tt.on, s, len(page.Agreements), err)
				}
			}
		}
		w.later(3)
		if _, err := w.End(t.Context(), root, a.ID, today.AddDays(30)); fault.CodeOf(err) != "agreement.moved_on" {
			t.Errorf("an ended agreement was prolonged: %v", err)
		}
	})
}

func TestKEY11_EndingTodayClosesOrderingAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := setUp(t, d)
		a := w.signed(t, w.home.ID, "ingrid@fjell.example")
		for _, tt := range []struct {
			on   day.Date
			code string
		}{{day.Date{}, "agreement.ends_on.missing"}, {date("2025-12-31"), "agreement.ends_on"}, {today.AddDays(-1), "agreement.ends_on.past"}} {
			if _, err := w.End(t.Context(), root, a.ID, tt.on); fault.FieldsOf(err)["ends_on"] != tt.code {
				t.Errorf("%s: %v", tt.on, err)
			}
		}
		ended, err := w.End(t.Context(), root, a.ID, today)
		if err != nil || ended.Status != agreement.Ended || ended.StateOn(today) != agreement.StateEnded || len(ended.Open(root, today)) != 0 {
			t.Errorf("%+v, %v", ended, err)
		}
		if _, err := agreement.ForKeys(t.Context(), d, w.home.ID, today); !fault.Is(err, fault.NotFound) {
			t.Errorf("it still counts: %v", err)
		}
		if _, _, err := agreement.ByHandle(t.Context(), d, a.ID, today); fault.CodeOf(err) != "agreement.not_current" {
			t.Errorf("its handle still opens: %v", err)
		}
		es, err := event.Of(t.Context(), d, a.ID)
		var names []string
		for _, e := range es {
			names = append(names, e.Name)
			if !i18n.HasCode(e.Name) {
				t.Errorf("%s has no text", e.Name)
			}
		}
		if want := "agreement.create agreement.approvers agreement.sign agreement.end"; err != nil || strings.Join(names, " ") != want {
			t.Errorf("events %v, %v", names, err)
		}
	})
}

func TestApproversAreThoseListedNow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := setUp(t, d)
		a := w.signed(t, w.home.ID, "ingrid@fjell.example")
		ola, kari := w.person(t, "ola@fjell.example"), w.person(t, "kari@fjell.example")
		listed := func() (out []string) {
			ps, err := agreement.Approvers(t.Context(), d, a.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range ps {
				out = append(out, p.Email)
			}
			slices.Sort(out)
			return out
		}
		set := func(ids ...string) error { return w.SetApprovers(t.Context(), root, a.ID, ids) }
		if err := set(ola.ID, kari.ID); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(listed(), " "); got != "kari@fjell.example ola@fjell.example" {
			t.Errorf("listed %s", got)
		}
		if err := set(); fault.FieldsOf(err)["approvers"] != "agreement.approvers.few" {
			t.Errorf("nobody: %v", err)
		}
		if err := set("nobody"); fault.FieldsOf(err)["approvers"] != "agreement.approvers.unknown" {
			t.Errorf("an unknown person: %v", err)
		}
		if err := set(ola.ID); err != nil {
			t.Fatal(err)
		}
		if err := set(ola.ID, kari.ID); err != nil { // and back again
			t.Fatal(err)
		}
		if is, err := agreement.IsApprover(t.Context(), d, a.ID, kari.ID); err != nil || !is || len(listed()) != 2 {
			t.Errorf("kari is listed: %t, %v", is, err)
		}
	})
}

func TestAForeignAgreementIsNotFoundAndNotChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := setUp(t, d)
		a := w.signed(t, w.home.ID, "ingrid@fjell.example")
		other := w.association(t, "Utsikten sameie")
		member := func(customerID string, may ...authz.Permission) authz.Actor {
			return authz.Actor{ID: "m", Kind: authz.Person, Grants: []authz.Grant{{Scope: authz.Customer, ID: customerID, May: may}}}
		}
		foreign := member(other.ID, agreement.MaySee, agreement.MayEdit)
		own := member(w.home.ID, agreement.MaySee)
		changes := map[string]func(by authz.Actor) error{
			"end":       func(by authz.Actor) error { _, err := w.End(t.Context(), by, a.ID, today); return err },
			"document":  func(by authz.Actor) error { _, err := w.AttachDocument(t.Context(), by, a.ID, ""); return err },
			"approvers": func(by authz.Actor) error { return w.SetApprovers(t.Context(), by, a.ID, nil) },
			"create": func(by authz.Actor) error {
				_, err := w.Create(t.Context(), by, agreement.NewAgreement{CustomerID: w.home.ID, StartsOn: today})
				return err
			},
		}
		for name, change := range changes {
			if err := change(foreign); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s by a stranger: %v", name, err)
			}
			if err := change(own); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s by a member who may only see: %v", name, err)
			}
		}
		if _, err := agreement.Find(t.Context(), d, foreign, a.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a stranger finds it: %v", err)
		}
		if got, err := agreement.Find(t.Context(), d, own, a.ID); err != nil || got.Version != a.Version {
			t.Errorf("%+v, %v", got, err)
		}
		for by, want := range map[*authz.Actor]int{&foreign: 0, &own: 1, &root: 1} {
			page, err := agreement.List(t.Context(), d, *by, agreement.Filter{Text: "fjellheim"}, today)
			if err != nil || len(page.Agreements) != want {
				t.Errorf("%+v lists %d, %v", by.Grants, len(page.Agreements), err)
			}
		}
	})
}
