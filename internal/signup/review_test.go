package signup_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/registry"
	"skranke/internal/signup"
)

// queue puts the register's answer in place and confirms a registration that staff then look at.
func (h *house) queue(t *testing.T, email string) signup.Registration {
	t.Helper()
	h.Register = register{}
	r := h.verify(t, h.submit(t, free, email), signup.WantCompany)
	if r.State != signup.Review {
		t.Fatalf("%+v", r)
	}
	return r
}

func TestORG1_WhatLooksWrongWaitsForStaff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.Limits.Many = 9
		for i, tt := range []struct {
			name  string
			known register
			want  signup.Flag
		}{
			{"the register does not know the number", register{}, signup.Unknown},
			{"it was deleted", register{free: {}}, signup.Dissolved},
			{"it is being wound up", register{free: {Name: "Bjørk Lås AS", Dissolved: true}}, signup.Dissolved},
			{"it is bankrupt", register{free: {Name: "Bjørk Lås AS", Bankrupt: true}}, signup.Bankrupt},
			{"it is called otherwise", register{free: {Name: "SYKKELREPARASJON NORD AS"}}, signup.OtherName},
			{"many came from one place", register{free: {Name: "BJØRK LÅS AS"}}, signup.Network},
		} {
			if h.Register = tt.known; tt.want == signup.Network {
				h.Limits.Many = int64(i)
			}
			r, err := h.Begin(t.Context(), i18n.NB, "NO", free, network)
			check(t, err)
			r, err = h.Submit(t.Context(), r.ID, details(fmt.Sprintf("kari%d@bjork.example", i)), password, network)
			check(t, err)
			r = h.verify(t, r, signup.WantCompany)
			if r.State != signup.Review || len(r.Flags.V) != 1 || r.Flags.V[0] != tt.want {
				t.Errorf("%s: %s %v", tt.name, r.State, r.Flags.V)
			}
		}
		if h.holder(t, free).ID != "" {
			t.Error("a customer all the same")
		}
	})
}

func TestORG1_TheRegisterIsAskedAgainWhenTheMailIsConfirmed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		r := h.submit(t, free, "kari@bjork.example")
		h.Register = register{free: registry.Company{Name: "BJØRK LÅS AS", Bankrupt: true}}
		if r = h.verify(t, r, signup.WantCompany); r.State != signup.Review || r.Flags.V[0] != signup.Bankrupt {
			t.Errorf("%+v", r)
		}
		h.Register = register(nil) // it does not answer: a help, never a gate
		if r = h.verify(t, h.submit(t, other, "siv@osp.example"), signup.WantCompany); r.State != signup.Active {
			t.Errorf("%+v", r)
		}
	})
}

func TestORG1_StaffApprove(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		r := h.queue(t, "kari@bjork.example")
		v, err := h.Look(t.Context(), clerk, r.ID)
		check(t, err)
		say := signup.Decision{Version: v.Version, Want: v.Want}
		wants(t, "staff without the permission", h.Approve(t.Context(), looker, r.ID, say), "signup.gone")
		_, err = h.Look(t.Context(), looker, r.ID)
		wants(t, "nor do they see it", err, "signup.gone")
		check(t, h.Approve(t.Context(), clerk, r.ID, say))
		if c := h.holder(t, free); c.ID == "" || h.member(t, c.ID, "kari@bjork.example").ID == "" || h.last(t, "kari@bjork.example").Template != "signup.welcome" {
			t.Errorf("%+v", c)
		}
		wants(t, "a second decision", h.Reject(t.Context(), clerk, r.ID, signup.Decision{Version: say.Version, Want: say.Want, Reason: "Nei"}), "signup.moved_on")
	})
}

func TestORG1_StaffReject(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		r := h.queue(t, "kari@bjork.example")
		say := signup.Decision{Version: r.Version, Want: signup.WantCompany}
		wants(t, "without a reason", h.Reject(t.Context(), clerk, r.ID, say), "signup.reason")
		say.Reason = strings.Repeat("x", 1001)
		wants(t, "with a long one", h.Reject(t.Context(), clerk, r.ID, say), "signup.reason_long")
		say.Reason = "Nummeret finnes ikke"
		check(t, h.Reject(t.Context(), clerk, r.ID, say))
		if m := h.last(t, "kari@bjork.example"); m.Template != "signup.rejected" || !strings.Contains(m.Body, say.Reason) || h.holder(t, free).ID != "" {
			t.Errorf("%+v", m)
		}
		if _, st, err := h.Confirmation(t.Context(), h.token(r)); err != nil || st.State != signup.Rejected || st.Reason != say.Reason {
			t.Errorf("%v, %+v: the link tells", err, st)
		}
	})
}

func TestORG1_StaffDecideOnWhatTheySaw(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		one, two := h.queue(t, "kari@bjork.example"), h.queue(t, "per@bjork.example")
		say := signup.Decision{Version: one.Version, Want: signup.WantCompany}
		check(t, h.Approve(t.Context(), clerk, one.ID, say))
		say.Version = two.Version
		wants(t, "the number is taken since", h.Approve(t.Context(), clerk, two.ID, say), "signup.moved_on")
	})
}

func TestORG1_TheQueueIsPagedWithTheOldestFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		var want []string
		for i := range signup.PageSize + 2 {
			want = append(want, h.queue(t, fmt.Sprintf("kari%d@bjork.example", i)).ID)
			h.pass(time.Minute)
		}
		if n, err := h.CountWaiting(t.Context(), clerk); err != nil || n != int64(len(want)) {
			t.Errorf("%v, %d wait", err, n)
		}
		if n, err := h.CountWaiting(t.Context(), looker); err != nil || n != 0 {
			t.Errorf("%v, %d wait for who may not look", err, n)
		}
		if _, err := h.List(t.Context(), looker, signup.Filter{State: signup.Review}); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		first, err := h.List(t.Context(), clerk, signup.Filter{State: signup.Review})
		check(t, err)
		second, err := h.List(t.Context(), clerk, signup.Filter{State: signup.Review, After: first.Rows[len(first.Rows)-1].ID})
		check(t, err)
		back, err := h.List(t.Context(), clerk, signup.Filter{State: signup.Review, Before: second.Rows[0].ID})
		check(t, err)
		for i, r := range append(first.Rows, second.Rows...) {
			if r.ID != want[i] {
				t.Fatalf("row %d is another", i)
			}
		}
		if len(second.Rows) != 2 || !first.Next || first.Prev || second.Next || !second.Prev || len(back.Rows) != len(first.Rows) || back.Prev || back.Rows[0].ID != want[0] {
			t.Errorf("%d rows, back %d", len(second.Rows), len(back.Rows))
		}
	})
}
