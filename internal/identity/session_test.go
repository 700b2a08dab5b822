package identity_test

import (
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/fault"
	"skranke/internal/identity"
	"skranke/internal/limit"
)

const password = "riktig hest batteri"

// oldHash is argon2id of the password at a lower cost: m=64 KiB, t=1.
const oldHash = "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$3EEG2XS1Mjk6IHp2D2O5mga+wVq8poX5GzNCutkuQl8"

// clock sets the database's clock and gives the hand that moves it.
func clock(d *db.DB) func(time.Duration) {
	start := time.Date(2026, 3, 9, 8, 0, 0, 0, time.UTC)
	var since atomic.Int64 // jobs read it while the test moves on
	d.SetClock(func() time.Time { return start.Add(time.Duration(since.Load())) })
	return func(by time.Duration) { since.Add(int64(by)) }
}

func attempt(email, typed string) identity.Attempt {
	return identity.Attempt{Email: email, Password: typed, Address: "192.0.2.1", Agent: "test"}
}

func TestSignInAnswersTheSameForWhateverIsWrong(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		person(t, s, "Ingrid Moe", "ingrid@fjell.example", password)
		person(t, s, "Uten Passord", "uten@fjell.example", "")
		gone := person(t, s, "Borte Hansen", "borte@fjell.example", password)
		err := d.InTx(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE people SET status = $1 WHERE id = $2`, identity.PersonSuspended, gone.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range []identity.Attempt{
			attempt("ingrid@fjell.example", "riktig hest batterj"), attempt("ukjent@fjell.example", password),
			attempt("uten@fjell.example", password), attempt("borte@fjell.example", password), attempt("\x00", password),
		} {
			_, err := s.SignIn(t.Context(), a)
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("%q: %v", a.Email, err)
			} else if got := fault.FieldsOf(err); got["email"] != "identity.sign_in.wrong" && a.Email != "\x00" || len(got) != 1 {
				t.Errorf("%q: %v", a.Email, got)
			}
		}
		if _, err := s.SignIn(t.Context(), attempt(" INGRID@fjell.example", password)); err != nil {
			t.Errorf("the right password: %v", err)
		}
	})
}

func TestGuessingIsSlowedDownForAnAccountAndForAnAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		later := clock(d)
		s := service(d)
		s.Limits = identity.Limits{Account: limit.Rule{Max: 2, Window: 10 * time.Minute}, Address: limit.Rule{Max: 5, Window: time.Hour}}
		person(t, s, "Ingrid Moe", "ingrid@fjell.example", password)
		try := func(email, typed, address string) (time.Duration, error) {
			a := attempt(email, typed)
			a.Address = address
			_, err := s.SignIn(t.Context(), a)
			var w identity.Wait
			errors.As(err, &w)
			return time.Duration(w), err
		}
		for range 2 {
			if w, err := try("ingrid@fjell.example", "feil passord", "192.0.2.1"); w != 0 {
				t.Fatalf("too early: %v", err)
			}
		}
		later(4 * time.Minute)
		w, err := try("Ingrid@FJELL.example", password, "192.0.2.99")
		if w != 6*time.Minute || !fault.Is(err, fault.TooMany) {
			t.Errorf("the third try from elsewhere waits %s, %v", w, err)
		}
		later(6 * time.Minute)
		if _, err := try("ingrid@fjell.example", password, "192.0.2.1"); err != nil {
			t.Errorf("after the wait: %v", err)
		}
		for _, host := range []string{"1", "2", "ffff", "4:5", "a:b:c", "6"} {
			w, err = try("noen"+host+"@fjell.example", password, "2001:db8:1:2::"+host)
		}
		if w == 0 {
			t.Errorf("the sixth try from one network: %v", err)
		}
		keys, err := db.List[string](t.Context(), d, `SELECT key FROM limits`)
		if err != nil || slices.ContainsFunc(keys, func(k string) bool { return strings.Contains(k, "@") || strings.Contains(k, "2001") }) {
			t.Errorf("limits hold personal data: %v, %v", keys, err)
		}
	})
}

func TestAPasswordOfAnOlderCostIsHashedAnew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		p := person(t, s, "Ingrid Moe", "ingrid@fjell.example", password)
		setHash(t, d, p.ID, oldHash)
		if _, err := s.SignIn(t.Context(), attempt(p.Email, "feil passord!")); err == nil {
			t.Fatal("a wrong password passed")
		}
		if got := hashOf(t, d, p.ID); got != oldHash {
			t.Errorf("a wrong password changed the hash: %s", got)
		}
		for range 2 {
			if _, err := s.SignIn(t.Context(), attempt(p.Email, password)); err != nil {
				t.Fatal(err)
			}
			if got := hashOf(t, d, p.ID); !strings.HasPrefix(got, "$argon2id$v=19$m=19456,t=2,p=1$") {
				t.Errorf("kept as %s", got)
			}
		}
	})
}

func setHash(t *testing.T, d *db.DB, personID, hash string) {
	t.Helper()
	err := d.InTx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE passwords SET hash = $1 WHERE person_id = $2`, hash, personID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func hashOf(t *testing.T, d *db.DB, personID string) string {
	t.Helper()
	h, err := db.One[string](t.Context(), d, `SELECT hash FROM passwords WHERE person_id = $1`, personID)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestASessionSaysWhoItIsInOneQuery(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		one, two := customer(t, s, association("Fjellheim")), customer(t, s, association("Utsikten"))
		p := person(t, s, "Ingrid Moe", "ingrid@fjell.example", password)
		for _, c := range []string{one.ID, two.ID} {
			role := map[string]identity.Role{one.ID: identity.Administrator, two.ID: identity.Resident}[c]
			if _, err := s.AddMember(t.Context(), root, c, p.ID, role); err != nil {
				t.Fatal(err)
			}
		}
		session, err := s.SignIn(t.Context(), attempt(p.Email, password))
		if err != nil || session.Staff {
			t.Fatal(session.Staff, err)
		}
		ctx, n := db.WithCount(t.Context())
		a, v, err := s.Authenticate(ctx, session.Token)
		if err != nil || n.Load() != 1 {
			t.Fatalf("%d queries, %v", n.Load(), err)
		}
		if a.ID != p.ID || a.Kind != authz.Person || v.Name != "Ingrid Moe" || len(v.Members) != 2 {
			t.Errorf("actor %+v, visitor %+v", a, v)
		}
		if !a.May(identity.MaySeeCustomers, authz.Place{Customer: one.ID}) || a.May(identity.MaySeeCustomers, authz.Place{Customer: two.ID}) {
			t.Errorf("grants %+v", a.Grants)
		}
		for _, token := range []string{"", "x", session.Token + "x"} {
			if a, _, err := s.Authenticate(t.Context(), token); err != nil || a.Kind != authz.Nobody {
				t.Errorf("%q is %+v, %v", token, a, err)
			}
		}
		stored, err := db.One[string](t.Context(), d, `SELECT id FROM sessions`)
		if err != nil || strings.Contains(stored, session.Token) {
			t.Errorf("the token is stored: %s, %v", stored, err)
		}
	})
}

func TestStaffAreStaffWithEveryRoleTheyHave(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		p := person(t, s, "Siv Berg", "siv@laas.example", password)
		if err := s.AddStaff(t.Context(), root, p.ID, identity.Production, identity.Dispatcher); err != nil {
			t.Fatal(err)
		}
		if err := s.AddStaff(t.Context(), root, p.ID, identity.Production); err != nil { // again: nothing new
			t.Fatal(err)
		}
		if err := s.AddStaff(t.Context(), authz.Actor{ID: p.ID, Kind: authz.Person}, p.ID, identity.Admin); !fault.Is(err, fault.Forbidden) {
			t.Errorf("made themself admin: %v", err)
		}
		session, err := s.SignIn(t.Context(), attempt(p.Email, password))
		if err != nil || !session.Staff {
			t.Fatal(session.Staff, err)
		}
		a, v, err := s.Authenticate(t.Context(), session.Token)
		if err != nil || a.Kind != authz.Staff || !slices.Equal(v.Staff, []identity.StaffRole{identity.Dispatcher, identity.Production}) {
			t.Errorf("%+v %+v %v", a, v, err)
		}
	})
}

func TestSessionsEndWhenIdleAndStayWhileUsed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		later := clock(d)
		s := service(d)
		member, staff := person(t, s, "Ingrid Moe", "ingrid@fjell.example", password), person(t, s, "Siv Berg", "siv@laas.example", password)
		if err := s.AddStaff(t.Context(), root, staff.ID, identity.Production); err != nil {
			t.Fatal(err)
		}
		open := func(p identity.Person) string {
			session, err := s.SignIn(t.Context(), attempt(p.Email, password))
			if err != nil {
				t.Fatal(err)
			}
			return session.Token
		}
		here := func(token string) bool {
			a, _, err := s.Authenticate(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			return a.Kind != authz.Nobody
		}
		m, st := open(member), open(staff)
		later(11 * time.Hour)
		if !here(m) || !here(st) {
			t.Error("gone after eleven hours")
		}
		later(11 * time.Hour)
		if !here(st) {
			t.Error("staff gone though seen eleven hours ago")
		}
		later(12 * time.Hour)
		if here(st) || !here(m) {
			t.Error("after twelve idle hours staff must be out, and members in")
		}
		later(30 * 24 * time.Hour)
		if here(m) {
			t.Error("a member is in after thirty idle days")
		}
		if err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n, err := db.One[int64](t.Context(), d, `SELECT count(*) FROM sessions`); err != nil || n != 0 {
			t.Errorf("%d sessions are left, %v", n, err)
		}
	})
}

func TestSeenIsWrittenAtMostEveryFiveMinutes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		later := clock(d)
		s := service(d)
		p := person(t, s, "Ingrid Moe", "ingrid@fjell.example", password)
		session, err := s.SignIn(t.Context(), attempt(p.Email, password))
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			after   time.Duration
			queries int64
		}{{time.Minute, 1}, {3 * time.Minute, 1}, {2 * time.Minute, 2}, {time.Minute, 1}} {
			later(tt.after)
			ctx, n := db.WithCount(t.Context())
			if _, _, err := s.Authenticate(ctx, session.Token); err != nil || n.Load() != tt.queries {
				t.Errorf("%d statements after another %s, want %d, %v", n.Load(), tt.after, tt.queries, err)
			}
		}
	})
}

func TestSigningInEndsTheSessionBefore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		p := person(t, s, "Ingrid Moe", "ingrid@fjell.example", password)
		first, err := s.SignIn(t.Context(), attempt(p.Email, password))
		if err != nil {
			t.Fatal(err)
		}
		again := attempt(p.Email, password)
		again.Previous = first.Token
		second, err := s.SignIn(t.Context(), again)
		if err != nil || second.Token == first.Token {
			t.Fatal("the token was not rotated", err)
		}
		if a, _, _ := s.Authenticate(t.Context(), first.Token); a.Kind != authz.Nobody {
			t.Error("the session before is still open")
		}
		if err := s.SignOut(t.Context(), second.Token); err != nil {
			t.Fatal(err)
		}
		if a, _, _ := s.Authenticate(t.Context(), second.Token); a.Kind != authz.Nobody {
			t.Error("signed out, and still in")
		}
	})
}

func TestRolesAndStatusCountFromTheNextRequestOn(t *testing.T) {
	change := []struct{ name, query string }{
		{"a suspended person is nobody", `UPDATE people SET status = 'suspended'`},
		{"a removed member has no grants", `UPDATE members SET status = 'removed'`},
		{"a closed customer gives no grants", `UPDATE customers SET status = 'closed'`},
		{"a smaller role gives less", `UPDATE members SET role = 'resident'`},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, tt := range change {
			t.Run(tt.name, func(t *testing.T) {
				s := service(d)
				c := customer(t, s, association("Fjellheim"))
				p := person(t, s, "Ingrid Moe", identity.EmailKey(tt.name)+"@fjell.example", password)
				if _, err := s.AddMember(t.Context(), root, c.ID, p.ID, identity.Administrator); err != nil {
					t.Fatal(err)
				}
				session, err := s.SignInAs(t.Context(), p.ID, identity.Attempt{})
				if err != nil {
					t.Fatal(err)
				}
				if a, _, _ := s.Authenticate(t.Context(), session.Token); len(a.Grants) != 1 {
					t.Fatalf("grants before: %+v", a.Grants)
				}
				err = d.InTx(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), tt.query); return err })
				if err != nil {
					t.Fatal(err)
				}
				if a, _, err := s.Authenticate(t.Context(), session.Token); err != nil || len(a.Grants) != 0 {
					t.Errorf("grants after: %+v, %v", a.Grants, err)
				}
			})
		}
	})
}

func TestANewPasswordEndsEverySession(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		p := person(t, s, "Ingrid Moe", "ingrid@fjell.example", password)
		session, err := s.SignIn(t.Context(), attempt(p.Email, password))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SetPassword(t.Context(), root, p.ID, "kort"); fault.FieldsOf(err)["password"] != "identity.password.too_short" {
			t.Errorf("a short password: %v", err)
		}
		if err := s.SetPassword(t.Context(), authz.Actor{ID: p.ID, Kind: authz.Person}, p.ID, "et helt nytt passord"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("without the right: %v", err)
		}
		if err := s.SetPassword(t.Context(), root, p.ID, "et helt nytt passord"); err != nil {
			t.Fatal(err)
		}
		if a, _, _ := s.Authenticate(t.Context(), session.Token); a.Kind != authz.Nobody {
			t.Error("the old session is open")
		}
		if _, err := s.SignIn(t.Context(), attempt(p.Email, "et helt nytt passord")); err != nil {
			t.Error(err)
		}
	})
}
