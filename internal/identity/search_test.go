package identity_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/identity"
)

// everywhere narrows nothing.
var everywhere = db.If("1 = 1")

func TestKEY1_AssociationsAreFoundByTheBeginningsOfTheWordsOfTheirNames(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		for _, name := range []string{"Ålesundgata Nord borettslag", "Bjørkelia sameie", "Sør-Bjerke borettslag", "100 % Bo"} {
			customer(t, s, association(name))
		}
		firm := association("Bjerke Transport")
		firm.Kind = identity.Company
		customer(t, s, firm)
		blocked := association("Bjerkebanen sameie")
		blocked.Status = identity.Blocked
		customer(t, s, blocked)
		tests := []struct{ text, want string }{
			{"ÅLES", "Ålesundgata Nord borettslag"},
			{"aalesund", "Ålesundgata Nord borettslag"},
			{"björk", "Bjørkelia sameie"},
			{"bjerke", "Sør-Bjerke borettslag"},
			{"bor sør bj", "Sør-Bjerke borettslag"},
			{"nord", "Ålesundgata Nord borettslag"},
			{"jerke", ""},
			{"bj", ""},
			{"b ø r", ""},
			{"", ""},
			{"%%%", ""},
			{"___", ""},
			{"100", "100 % Bo"},
			{"oslo", ""},
			{"10001", ""},
			{"bor\x00", "Sør-Bjerke borettslag Ålesundgata Nord borettslag"},
		}
		for _, tt := range tests {
			names, err := identity.Names(t.Context(), d, tt.text, identity.Association, everywhere, 8)
			var got []string
			for _, n := range names {
				got = append(got, n.Name)
			}
			slices.Sort(got)
			if err != nil || strings.Join(got, " ") != tt.want {
				t.Errorf("%q finds %v, %v, want %s", tt.text, got, err, tt.want)
			}
		}
		if names, err := identity.Names(t.Context(), d, "borettslag", identity.Association, db.If("town = ?", "Bergen"), 8); err != nil || len(names) != 0 {
			t.Errorf("outside what was asked for: %v, %v", names, err)
		}
	})
}

func TestTheListOfCustomersIsPagedBothWaysInTheOrderOfNames(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		var want []string
		for i := range 60 {
			want = append(want, customer(t, s, association(fmt.Sprintf("Lia %02d", (i*7)%60))).Name)
		}
		slices.Sort(want)
		page := func(f identity.Filter) identity.CustomerPage {
			p, err := identity.Customers(t.Context(), d, root, f)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		names := func(p identity.CustomerPage) (out []string) {
			for _, c := range p.Customers {
				out = append(out, c.Name)
			}
			return out
		}
		first := page(identity.Filter{})
		second := page(identity.Filter{After: first.Customers[23].ID})
		third := page(identity.Filter{After: second.Customers[23].ID})
		if got := slices.Concat(names(first), names(second), names(third)); !slices.Equal(got, want) {
			t.Errorf("forward: %v", got)
		}
		back := page(identity.Filter{Before: third.Customers[0].ID})
		if !slices.Equal(names(back), names(second)) || !back.Prev || !back.Next {
			t.Errorf("backward: %v, prev %t, next %t", names(back), back.Prev, back.Next)
		}
		if first.Prev || !first.Next || !third.Prev || third.Next {
			t.Errorf("the ends: %t %t %t %t", first.Prev, first.Next, third.Prev, third.Next)
		}
		if p := page(identity.Filter{After: "\x00"}); len(p.Customers) != 0 {
			t.Errorf("behind nothing: %v", names(p))
		}
	})
}

func TestTheListIsNarrowedByWordsNumbersKindAndStatus(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(d)
		n := association("Fjellheim borettslag")
		n.Number, n.OrgNumber, n.Town = "4711", "974760673", "Ålesund"
		customer(t, s, n)
		firm := association("Fjord Elektro")
		firm.Kind, firm.Status = identity.Company, identity.OnHold
		customer(t, s, firm)
		tests := []struct {
			filter identity.Filter
			want   int64
		}{
			{identity.Filter{}, 2},
			{identity.Filter{Text: "fj"}, 2},
			{identity.Filter{Text: "fjell bor"}, 1},
			{identity.Filter{Text: "4711"}, 1},
			{identity.Filter{Text: "974 760"}, 1},
			{identity.Filter{Text: "974760"}, 1},
			{identity.Filter{Text: "alesund"}, 1},
			{identity.Filter{Kind: identity.Company}, 1},
			{identity.Filter{Status: identity.Blocked}, 0},
			{identity.Filter{Text: "fj", Status: identity.OnHold, Kind: identity.Company}, 1},
			{identity.Filter{Text: "%"}, 2},
			{identity.Filter{Text: "'"}, 2},
		}
		for _, tt := range tests {
			p, err := identity.Customers(t.Context(), d, root, tt.filter)
			if err != nil || int64(len(p.Customers)) != tt.want {
				t.Errorf("%+v finds %d, %v, want %d", tt.filter, len(p.Customers), err, tt.want)
			}
			if got, err := identity.CountCustomers(t.Context(), d, root, tt.filter, 10); err != nil || got != tt.want {
				t.Errorf("%+v counts %d, %v, want %d", tt.filter, got, err, tt.want)
			}
		}
		nobody := authz.Actor{ID: "x", Kind: authz.Person}
		if p, err := identity.Customers(t.Context(), d, nobody, identity.Filter{}); err != nil || len(p.Customers) != 0 {
			t.Errorf("nobody sees %d customers, %v", len(p.Customers), err)
		}
	})
}
