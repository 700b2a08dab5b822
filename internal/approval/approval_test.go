package approval_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/link"
)

var system = authz.SystemActor(approval.MaySee, approval.MayExpire, approval.MayWithdraw)

// member is somebody who may decide at the customer oak.
func member(id string) authz.Actor {
	return authz.Actor{ID: id, Kind: authz.Person, Grants: []authz.Grant{{Scope: authz.Customer, ID: "oak", May: []authz.Permission{approval.MaySee, approval.MayDecide}}}}
}

type house struct {
	*approval.Service
	settled []string
}

func open(d *db.DB) *house {
	h := &house{Service: &approval.Service{DB: d, Log: &event.Log{}}}
	for _, name := range []string{"approval.approve", "approval.reject", "approval.expire", "approval.withdraw"} {
		h.Log.On(name, func(_ context.Context, _ *db.Tx, e event.Event) error {
			h.settled = append(h.settled, e.Name)
			return nil
		})
	}
	return h
}

func (h *house) ask(t *testing.T, a approval.Ask) (q approval.Request, links []link.Link) {
	t.Helper()
	a.Kind, a.Subject, a.CustomerID, a.Title = "test", "s1", "oak", "A fob"
	if a.DueAt.IsZero() {
		a.DueAt = h.DB.Now().Add(time.Hour)
	}
	err := h.DB.InTx(t.Context(), func(tx *db.Tx) (err error) {
		q, links, err = h.Open(t.Context(), tx, system, a)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return q, links
}

var yes, no = approval.Answer{Do: approval.Approve, Via: "session"}, approval.Answer{Do: approval.Reject, Comment: "not needed", Via: "session"}

func TestTheFlowIsSound(t *testing.T) {
	if err := approval.Moves.Check(approval.Pending); err != nil {
		t.Error(err)
	}
}

func TestKEY6_WhoMayAnswerAndWhoMayNot(t *testing.T) {
	staff := authz.Actor{ID: "ann", Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: []authz.Permission{approval.MaySee, approval.MayDecide}}}}
	behalf := member("ann")
	behalf.OnBehalf = "cy"
	looker := member("bo")
	looker.Grants[0].May = []authz.Permission{approval.MaySee}
	stranger := member("ann")
	stranger.Grants[0].ID = "elm"
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(d)
		q, _ := h.ask(t, approval.Ask{Approvers: []string{"ann", "bo", "rita"}, AskedBy: "rita", Needed: 1})
		for _, tt := range []struct {
			name   string
			by     authz.Actor
			answer approval.Answer
			kind   fault.Kind
			code   string
		}{
			{"nobody approves their own", member("rita"), yes, fault.Forbidden, "approval.own"},
			{"nor somebody who is not listed", member("dan"), yes, fault.Forbidden, "approval.not_listed"},
			{"nor staff, listed or not", staff, yes, fault.Forbidden, "approval.staff"},
			{"nor staff on somebody's behalf", behalf, yes, fault.Forbidden, "approval.staff"},
			{"nor without the permission", looker, yes, fault.Forbidden, "authz.not_in_role"},
			{"another customer does not even see it", stranger, yes, fault.NotFound, "approval.not_found"},
			{"a no needs a reason", member("ann"), approval.Answer{Do: approval.Reject, Comment: " "}, fault.Invalid, "approval.reason_needed"},
			{"a long reason is refused", member("ann"), approval.Answer{Do: approval.Reject, Comment: strings.Repeat("ø", 1001)}, fault.Invalid, "approval.reason_long"},
			{"an answer is yes or no", member("ann"), approval.Answer{Do: approval.Expire}, fault.Invalid, "approval.choose"},
		} {
			if _, err := h.Decide(t.Context(), tt.by, q.ID, tt.answer); fault.KindOf(err) != tt.kind || fault.CodeOf(err) != tt.code {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
		v, err := h.Decide(t.Context(), member("ann"), q.ID, approval.Answer{Do: approval.Reject, Comment: strings.Repeat("ø", 1000)})
		if err != nil || v.State != approval.Rejected || len(h.settled) != 1 {
			t.Errorf("%v, %s, %v", err, v.State, h.settled)
		}
	})
}

func TestKEY6_TheFirstDecisionCounts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(d)
		q, links := h.ask(t, approval.Ask{Approvers: []string{"ann", "bo"}, Needed: 1})
		if len(links) != 2 {
			t.Fatalf("%d links", len(links))
		}
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wg.Go(func() {
				by, a := member("ann"), yes
				if i%2 == 1 {
					by, a = member("bo"), no
				}
				_, errs[i] = h.Decide(t.Context(), by, q.ID, a)
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case !fault.Is(err, fault.Conflict):
				t.Error(err)
			}
		}
		if won != 1 || len(h.settled) != 1 {
			t.Errorf("%d decisions counted, settled %v", won, h.settled)
		}
		v, err := h.Find(t.Context(), member("bo"), q.ID)
		if err != nil || len(v.Decisions) != 1 || v.State == approval.Pending {
			t.Errorf("%+v, %v", v, err)
		}
		for _, who := range []string{"ann", "bo"} {
			if n, err := h.CountWaiting(t.Context(), member(who)); err != nil || n != 0 {
				t.Errorf("%d still wait for %s (%v)", n, who, err)
			}
		}
	})
}

func TestKEY6_TwoMustSayYes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(d)
		q, _ := h.ask(t, approval.Ask{Approvers: []string{"ann", "bo", "cy"}, Needed: 2})
		v, err := h.Decide(t.Context(), member("ann"), q.ID, yes)
		if err != nil || v.State != approval.Pending || len(h.settled) != 0 {
			t.Fatal(v.State, err, h.settled)
		}
		if _, err := h.Decide(t.Context(), member("ann"), q.ID, yes); fault.CodeOf(err) != "approval.decided_by_you" {
			t.Errorf("a second yes of the same person: %v", err)
		}
		if n, _ := h.CountWaiting(t.Context(), member("ann")); n != 0 {
			t.Error("it still waits for who has answered")
		}
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, who := range []string{"bo", "cy"} { // the second yes and a third at the same moment
			wg.Go(func() { _, errs[i] = h.Decide(t.Context(), member(who), q.ID, yes) })
		}
		wg.Wait()
		if v, err = h.Find(t.Context(), member("bo"), q.ID); err != nil || v.State != approval.Approved || len(h.settled) != 1 || len(v.Decisions) != 2 || errors.Join(errs...) == nil {
			t.Errorf("%s, %v, %d decisions, %v", v.State, h.settled, len(v.Decisions), errs)
		}
	})
}

func TestADecisionAfterTheDeadlineIsRefusedWithoutAJob(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
		d.SetClock(func() time.Time { return now })
		h := open(d)
		q, links := h.ask(t, approval.Ask{Approvers: []string{"ann"}, Needed: 1, DueAt: now.Add(time.Hour)})
		now = now.Add(time.Hour)
		if _, err := h.Decide(t.Context(), member("ann"), q.ID, yes); fault.CodeOf(err) != "approval.expired" {
			t.Errorf("at the deadline: %v", err)
		}
		if links[0].State(now) != nil {
			t.Error("the link has gone, so that a late click learns nothing")
		}
		for range 2 { // doubled jobs change nothing
			if err := d.InTx(t.Context(), func(tx *db.Tx) error { return h.Expire(t.Context(), tx, system, "test", "s1") }); err != nil {
				t.Fatal(err)
			}
		}
		if len(h.settled) != 1 || h.settled[0] != "approval.expire" {
			t.Error(h.settled)
		}
	})
}

func TestALinkDecidesOnceForItsPerson(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(d)
		q, links := h.ask(t, approval.Ask{Approvers: []string{"ann", "bo"}, Needed: 2})
		l := links[0]
		by := approval.LinkActor(l)
		a := approval.Answer{Do: approval.Approve, Via: "link", LinkID: l.ID}
		if _, err := h.Decide(t.Context(), by, q.ID, a); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Decide(t.Context(), by, q.ID, a); !fault.Is(err, fault.Conflict) {
			t.Errorf("the link decided twice: %v", err)
		}
		other, _ := h.ask(t, approval.Ask{Approvers: []string{"ann"}, Needed: 1, Revision: 2})
		if _, err := h.Find(t.Context(), by, other.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the link opens another request: %v", err)
		}
	})
}

func TestAskingTheSameRevisionTwiceIsOneQuestion(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(d)
		a, _ := h.ask(t, approval.Ask{Approvers: []string{"ann"}, Needed: 1})
		b, links := h.ask(t, approval.Ask{Approvers: []string{"ann"}, Needed: 1})
		if a.ID != b.ID || len(links) != 0 {
			t.Errorf("%s and %s, %d links more", a.ID, b.ID, len(links))
		}
		err := d.InTx(t.Context(), func(tx *db.Tx) error {
			_, _, err := h.Open(t.Context(), tx, system, approval.Ask{Kind: "test", Subject: "s2", CustomerID: "oak", Title: "x", Needed: 2, Approvers: []string{"ann"}, DueAt: tx.Now.Add(time.Hour)})
			return err
		})
		if fault.CodeOf(err) != "approval.nobody_to_ask" {
			t.Errorf("two yeses of one approver: %v", err)
		}
	})
}
