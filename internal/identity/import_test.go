package identity_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/identity"
)

// told is a preview in short: row number and what is said of it.
func (h *shop) told(importID string) (out []string) {
	h.t.Helper()
	i, err := h.s.ReadImport(h.t.Context(), h.by, h.customer.ID, importID)
	ok(h.t, err)
	for _, r := range i.Rows {
		say := strings.Join(r.Reasons, " ")
		if say == "" {
			say = map[bool]string{true: "invite", false: "add"}[r.Invite]
		}
		out = append(out, fmt.Sprint(r.Row.Number, " ", say))
	}
	return out
}

func (h *shop) upload(rows ...identity.ImportRow) string {
	h.t.Helper()
	importID, err := h.s.StartImport(h.t.Context(), h.by, h.customer.ID, rows)
	return must(h.t, importID, err)
}

func TestORG5_AFileIsJudgedRowByRowBeforeAnythingIsDone(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		north, south := group(t, h.s, h.customer.ID, "", "Nord"), group(t, h.s, h.customer.ID, "", "Sør")
		group(t, h.s, h.customer.ID, north.ID, "Verksted")
		southYard := group(t, h.s, h.customer.ID, south.ID, "Verksted")
		h.added("invited@granlia.example", nil)
		ok(t, h.s.AddStaff(t.Context(), root, person(t, h.s, "Siv", "siv@firm.example", "").ID, identity.Sales))
		person(t, h.s, "Per Lie", "per@fjell.example", password)
		importID := h.upload(
			identity.ImportRow{Number: 2, Email: "a@granlia.example", First: "A", Last: "B", Role: "indkøber", Group: "sør / VERKSTED", Methods: "Kort, faktura", Language: "Dansk"},
			identity.ImportRow{Number: 3, Email: "b@granlia.example", Role: "Godkender"},
			identity.ImportRow{Number: 5, Email: "b(at)granlia", Role: "sjef", Group: "Øst"},
			identity.ImportRow{Number: 6, Email: " A@Granlia.example", Role: "buyer"},
			identity.ImportRow{Number: 7, Email: "INGRID@granlia.example", Role: "buyer"},
			identity.ImportRow{Number: 8, Email: "invited@granlia.example", Role: "buyer"},
			identity.ImportRow{Number: 9, Email: "siv@firm.example", Role: "buyer"},
			identity.ImportRow{Number: 10, Email: "c@granlia.example", Role: "buyer", Group: "Verksted", Methods: "gull", Language: "klingon"},
			identity.ImportRow{Number: 11, Email: "d@granlia.example", Role: "Beboer"}, // only an association has residents
			identity.ImportRow{Number: 12, Email: "per@fjell.example", First: "Feil", Last: "Navn", Role: "buyer"},
		)
		want := []string{
			"2 add", "3 invite", "5 identity.email identity.role.unknown identity.group.unknown", "6 identity.import.twice", "7 identity.member.already",
			"8 identity.member.already_invited", "9 identity.member.staff", "10 identity.import.group_twice identity.methods.unknown identity.language",
			"11 identity.role.unknown", "12 invite",
		}
		if got := h.told(importID); !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
		if n := h.events(t, "identity.member.add") + h.events(t, "identity.member.invite"); n != 2 { // Ingrid, and who was invited above
			t.Errorf("the preview added somebody: %d", n)
		}
		ok(t, h.s.ConfirmImport(t.Context(), h.by, h.customer.ID, importID))
		if got := h.told(importID); !slices.Equal(got, want) {
			t.Errorf("afterwards: %q", got)
		}
		h.sees("those with a name", h.by, identity.MemberFilter{GroupID: southYard.ID}, "A B")
		h.sees("those invited", h.by, identity.MemberFilter{Status: identity.MemberInvited}, "b@granlia.example", "invited@granlia.example", "per@fjell.example")
		if !slices.Equal(h.mails(t, "a@granlia.example"), []string{"Adgang hos Granlia Rør"}) || len(h.mails(t, "per@fjell.example")) != 1 {
			t.Errorf("%q", h.mails(t, "a@granlia.example"))
		}
	})
}

func TestORG5_AFileConfirmedTwiceAndAtOnceAddsNobodyTwice(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		var rows []identity.ImportRow
		for i := range 120 {
			rows = append(rows, identity.ImportRow{Number: int64(i + 2), Email: fmt.Sprintf("p%d@granlia.example", i), First: "P", Last: strconv.Itoa(i), Role: "buyer"})
		}
		importID := h.upload(rows...)
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if err := h.s.ConfirmImport(t.Context(), h.by, h.customer.ID, importID); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		ok(t, h.s.ConfirmImport(t.Context(), h.by, h.customer.ID, importID))
		n, err := db.One[int64](t.Context(), h.db, `SELECT count(*) FROM members`)
		if err != nil || n != 121 || h.events(t, "identity.member.add") != 121 || h.events(t, "identity.member.import") != 1 {
			t.Errorf("%d members, %d were added, told %d times, %v", n, h.events(t, "identity.member.add"), h.events(t, "identity.member.import"), err)
		}
	})
}

func TestORG5_AFileIsItsSendersAndForgottenAfterADay(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		importID := h.upload(identity.ImportRow{Number: 2, Email: "a@granlia.example", Role: "buyer"})
		h.hire("Nina Lund", "nina@granlia.example", identity.Administrator)
		_, nina := h.signIn(t, "nina@granlia.example", password)
		_, err := h.s.ReadImport(t.Context(), nina, h.customer.ID, importID)
		want(t, "somebody else", err, "identity.import.not_found")
		want(t, "somebody else's yes", h.s.ConfirmImport(t.Context(), nina, h.customer.ID, importID), "identity.import.not_found")
		buyer := authz.Actor{ID: h.by.ID, Kind: authz.Person, Grants: []authz.Grant{{Scope: authz.Customer, ID: h.customer.ID, Customer: h.customer.ID, May: []authz.Permission{see}}}}
		want(t, "who has lost the right since", h.s.ConfirmImport(t.Context(), buyer, h.customer.ID, importID), "authz.not_in_role")
		h.later(24*time.Hour - time.Second)
		ok(t, h.s.SweepImports(t.Context()))
		h.told(importID)
		h.later(time.Second)
		ok(t, h.s.SweepImports(t.Context()))
		_, err = h.s.ReadImport(t.Context(), h.by, h.customer.ID, importID)
		want(t, "after a day", err, "identity.import.not_found")
		_, err = h.s.StartImport(t.Context(), h.by, h.customer.ID, nil)
		want(t, "an empty file", err, "identity.import.empty")
		_, err = h.s.StartImport(t.Context(), h.by, h.customer.ID, make([]identity.ImportRow, identity.MostImported+1))
		want(t, "too many", err, "identity.import.too_many")
	})
}

func TestORG5_AManagersFileReachesTheirGroupOnly(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		north := group(t, h.s, h.customer.ID, "", "Nord")
		group(t, h.s, h.customer.ID, "", "Sør")
		boss := h.hire("Nina Lund", "nina@granlia.example", identity.Manager)
		ok(t, h.edit(h.by, boss, func(e *identity.MemberEdit) { e.GroupID = north.ID }))
		_, h.by = h.signIn(t, "nina@granlia.example", password)
		importID := h.upload(
			identity.ImportRow{Number: 2, Email: "a@granlia.example", Role: "buyer", Group: "Nord"},
			identity.ImportRow{Number: 3, Email: "b@granlia.example", Role: "buyer", Group: "Sør"},
			identity.ImportRow{Number: 4, Email: "c@granlia.example", Role: "buyer"},
			identity.ImportRow{Number: 5, Email: "d@granlia.example", Role: "administrator", Group: "Nord"},
		)
		want := []string{"2 invite", "3 identity.member.group_out_of_reach", "4 identity.member.group_out_of_reach", "5 identity.role.too_much"}
		if got := h.told(importID); !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
		ok(t, h.s.ConfirmImport(t.Context(), h.by, h.customer.ID, importID))
		h.sees("her people", h.by, identity.MemberFilter{}, "a@granlia.example", "Nina Lund")
	})
}
