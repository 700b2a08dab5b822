package signup_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/brand"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/jobs"
	"skranke/internal/limit"
	"skranke/internal/link"
	"skranke/internal/mail"
	"skranke/internal/registry"
	"skranke/internal/signup"
)

// The numbers have right check digits; nobody has them.
const (
	free, taken, other = "998877660", "999888771", "987654325"
	password           = "fem grønne bjørker"
	network            = "192.0.2.7"
)

var (
	root   = authz.SystemActor(identity.MayEditCustomers, identity.MayEditPeople, identity.MayEditStaff, identity.MaySeeCustomers, identity.MaySeePeople, approval.MaySee)
	clerk  = authz.Actor{ID: "clerk", Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: []authz.Permission{identity.MayReview}}}}
	looker = authz.Actor{ID: "looker", Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: []authz.Permission{identity.MaySeeCustomers}}}}
)

// roles is none of what these tests are about: administrators may answer.
type roles struct{}

func (roles) OfStaff(identity.StaffRole) []authz.Permission { return nil }

func (roles) OfMember(r identity.Role) []identity.Right {
	if r != identity.Administrator {
		return nil
	}
	return []identity.Right{{May: approval.MaySee, Scope: authz.Customer}, {May: approval.MayDecide, Scope: authz.Customer}}
}

func (roles) WhileBlocked(authz.Permission) bool { return true }

func (roles) CustomersAlone(authz.Permission) bool { return false }

func (roles) All() (members, staff []authz.Permission) { return nil, nil }

// register is the public one, outside.
type register map[string]registry.Company

// Look knows what the test has put in; a number with an empty name is deleted.
func (r register) Look(_ context.Context, _, number string) (registry.Company, error) {
	c, ok := r[number]
	switch {
	case r == nil:
		return c, registry.ErrUnavailable
	case !ok:
		return c, registry.ErrUnknown
	case c.Name == "":
		return c, registry.ErrDeleted
	}
	return c, nil
}

type house struct {
	*signup.Service
	log   *event.Log
	elm   identity.Customer // has the taken number
	ada   identity.Person   // administers it
	mu    sync.Mutex
	clock time.Time
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.clock
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock = h.clock.Add(d)
}

func open(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{log: &event.Log{}, clock: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	d.SetClock(h.now)
	signer, err := link.NewSigner([]byte(strings.Repeat("k", 32)))
	check(t, err)
	queue := jobs.New(d, slog.New(slog.DiscardHandler))
	post, err := mail.New(d, queue, signer, brand.Default("Fjordlås"), mail.Address{Email: "post@firm.example"}, "https://firm.example", mail.Mailbox{DB: d})
	check(t, err)
	check(t, queue.Open(0))
	h.Service = &signup.Service{
		DB: d, Log: h.log, Identity: &identity.Service{DB: d, Log: h.log, Roles: roles{}, Mail: post, Links: signer}, Approvals: &approval.Service{DB: d, Log: h.log},
		Mail: post, Links: signer, Zone: time.UTC, AnswerTime: time.Millisecond,
		Register: register{free: {Name: "BJØRK LÅS AS", Form: "AS", Street: "Storgata 1", Postcode: "0155", Town: "OSLO"}, taken: {Name: "ALM BORETTSLAG", Form: "BRL"}, other: {Name: "OSP AS"}},
		// Tests come from one place, all at once.
		Limits: signup.Limits{Lookups: limit.Rule{Max: 1000, Window: time.Hour}, Network: limit.Rule{Max: 1000, Window: time.Hour}, Many: 1000},
	}
	for _, name := range []string{"approval.approve", "approval.reject"} {
		h.log.On(name, h.OnAnswer)
	}
	h.log.On("approval.approve", h.OnApproved)
	h.log.On("approval.reject", h.OnRejected)
	h.log.On("approval.expire", h.OnExpired)
	h.elm, err = h.Identity.CreateCustomer(t.Context(), root, identity.NewCustomer{Kind: identity.Association, Name: "Alm borettslag", Country: "NO", OrgNumber: taken, Language: i18n.NB})
	check(t, err)
	h.ada = h.person(t, "Ada Alm", "ada@alm.example", password)
	h.join(t, h.ada, identity.Administrator)
	return h
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) person(t *testing.T, name, email, password string) identity.Person {
	t.Helper()
	p, err := h.Identity.CreatePerson(t.Context(), root, identity.NewPerson{Name: name, Email: email, Language: i18n.NB, Password: password})
	check(t, err)
	return p
}

func (h *house) join(t *testing.T, p identity.Person, r identity.Role) identity.Member {
	t.Helper()
	m, err := h.Identity.AddMember(t.Context(), root, h.elm.ID, p.ID, r)
	check(t, err)
	return m
}

func details(email string) signup.Details {
	return signup.Details{
		Kind: identity.Company, Company: "Bjørk Lås AS", Street: "Storgata 1", Postcode: "0155", Town: "Oslo", Name: "Kari Bjørk", Email: email,
		Phone: "400 00 123", Language: "nb",
	}
}

// submit registers a number up to the mail.
func (h *house) submit(t *testing.T, number, email string) signup.Registration {
	t.Helper()
	r, err := h.Begin(t.Context(), i18n.NB, "NO", number, network)
	check(t, err)
	d := details(email)
	if a := r.Answer.V; a.Known {
		d.Company = a.Name
	}
	r, err = h.Submit(t.Context(), r.ID, d, password, network)
	check(t, err)
	return r
}

func (h *house) token(r signup.Registration) string { return h.Links.Token(signup.LinkKind, r.LinkID) }

// verify is what the mail's reader does, with the password that was chosen.
func (h *house) verify(t *testing.T, r signup.Registration, want signup.Want) signup.Registration {
	t.Helper()
	r, err := h.Verify(t.Context(), h.token(r), want, password)
	check(t, err)
	return r
}

func (h *house) state(t *testing.T, r signup.Registration) signup.Registration {
	t.Helper()
	r, err := h.Find(t.Context(), r.ID)
	check(t, err)
	return r
}

// letter is a mail as it was written.
type letter struct{ Template, ToAddress, Subject, Body string }

func (h *house) letters(t *testing.T, address string) []letter {
	t.Helper()
	ls, err := db.List[letter](t.Context(), h.DB, `SELECT template, to_address, subject, body FROM mails WHERE to_address = $1 ORDER BY id`, address)
	check(t, err)
	return ls
}

func (h *house) last(t *testing.T, address string) letter {
	t.Helper()
	ls := h.letters(t, address)
	if len(ls) == 0 {
		t.Fatalf("no mail to %s", address)
	}
	return ls[len(ls)-1]
}

// question is what the administrators are asked about a registration, as one of them.
func (h *house) question(t *testing.T, r signup.Registration) approval.View {
	t.Helper()
	v, err := h.Approvals.Of(t.Context(), h.DB, signup.AccessKind, r.ID)
	check(t, err)
	return v
}

// by is a person with the right to answer.
func (h *house) by(p identity.Person) authz.Actor {
	return authz.Actor{ID: p.ID, Kind: authz.Person, Grants: []authz.Grant{{Scope: authz.Customer, ID: h.elm.ID, May: []authz.Permission{approval.MaySee, approval.MayDecide}}}}
}

func (h *house) answer(t *testing.T, r signup.Registration, p identity.Person, a approval.Answer) error {
	t.Helper()
	by := approval.LinkActor(link.Link{PersonID: p.ID, Subject: h.question(t, r).ID})
	_, err := h.Approvals.Decide(t.Context(), by, h.question(t, r).ID, a)
	return err
}

func (h *house) set(t *testing.T, status identity.CustomerStatus) {
	t.Helper()
	check(t, h.DB.InTx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE customers SET status = $1 WHERE id = $2`, status, h.elm.ID)
		return err
	}))
}

func wants(t *testing.T, what string, err error, code string) {
	t.Helper()
	if got := fault.CodeOf(err); err == nil || got != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// member is what a person is to a customer.
func (h *house) member(t *testing.T, customerID, email string) identity.Member {
	t.Helper()
	ms, err := identity.Members(t.Context(), h.DB, root, customerID, 100)
	check(t, err)
	for _, m := range ms {
		if m.Email == email {
			return m
		}
	}
	return identity.Member{}
}
