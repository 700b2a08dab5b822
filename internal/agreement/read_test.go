package agreement_test

import (
	"fmt"
	"slices"
	"testing"

	"skranke/internal/agreement"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
)

func TestTheLatestBegunOfTwoAgreementsCounts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := setUp(t, d)
		w.signed(t, w.home.ID, "ingrid@fjell.example")
		n, err := w.Create(t.Context(), root, agreement.NewAgreement{CustomerID: w.home.ID, StartsOn: date("2026-02-01"), Prices: prices})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.SetApprovers(t.Context(), root, n.ID, []string{w.person(t, "ola@fjell.example").ID}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Sign(t.Context(), root, n.ID, today); err != nil {
			t.Fatal(err)
		}
		got, err := agreement.ForKeys(t.Context(), d, w.home.ID, today)
		if err != nil || got.ID != n.ID || len(got.Prices) != 2 {
			t.Errorf("%+v, %v", got, err)
		}
		found, err := agreement.FindAssociations(t.Context(), d, "fjell", today, 8)
		if err != nil || len(found) != 1 || found[0].Handle != n.ID {
			t.Errorf("%+v, %v", found, err)
		}
	})
}

func TestKEY1_OnlyAssociationsWithACurrentKeyAgreementAreFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := setUp(t, d)
		a := w.signed(t, w.home.ID, "ingrid@fjell.example")
		w.draft(t, w.association(t, "Fjellbekken sameie").ID)
		w.association(t, "Fjelltoppen sameie")
		ctx, n := db.WithCount(t.Context())
		found, err := agreement.FindAssociations(ctx, d, "fjell", today, 8)
		if want := []agreement.Match{{Handle: a.ID, Name: "Fjellheim borettslag", Town: "Oslo"}}; err != nil || !slices.Equal(found, want) {
			t.Errorf("%+v, %v", found, err)
		}
		if n.Load() > 2 {
			t.Errorf("%d queries", n.Load())
		}
		for _, text := range []string{"", "fj", " ", "%", w.home.Number, "oslo", "heim"} {
			if found, err := agreement.FindAssociations(t.Context(), d, text, today, 100); err != nil || len(found) != 0 {
				t.Errorf("%q finds %+v, %v", text, found, err)
			}
		}
		if found, err := agreement.FindAssociations(t.Context(), d, "fjell", date("2025-12-31"), 8); err != nil || len(found) != 0 {
			t.Errorf("before the first day: %+v, %v", found, err)
		}
		got, c, err := agreement.ByHandle(t.Context(), d, a.ID, today)
		if err != nil || c.ID != w.home.ID || got.ID != a.ID {
			t.Errorf("%+v %+v %v", got, c, err)
		}
	})
}

func TestKEY1_TheSearchNeverListsMoreThanEight(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := setUp(t, d)
		for i := range 10 {
			w.signed(t, w.association(t, fmt.Sprintf("Granlia %d borettslag", i)).ID, fmt.Sprintf("styret%d@gran.example", i))
		}
		found, err := agreement.FindAssociations(t.Context(), d, "granlia", today, 100)
		if err != nil || len(found) != 8 || found[0].Name != "Granlia 0 borettslag" || found[0].Handle == "" {
			t.Errorf("%d found, %+v, %v", len(found), found, err)
		}
	})
}

func TestTheListIsPagedBothWaysNewestFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := setUp(t, d)
		var want []string
		for range 55 {
			want = append([]string{w.draft(t, w.home.ID).ID}, want...)
			w.later(1)
		}
		page := func(f agreement.Filter) (agreement.Page, []string) {
			ctx, n := db.WithCount(t.Context())
			p, err := agreement.List(ctx, d, root, f, today)
			if err != nil || n.Load() != 2 {
				t.Fatalf("%d queries, %v", n.Load(), err)
			}
			var ids []string
			for _, a := range p.Agreements {
				ids = append(ids, a.ID)
			}
			return p, ids
		}
		first, a := page(agreement.Filter{})
		_, b := page(agreement.Filter{After: a[23]})
		last, c := page(agreement.Filter{After: b[23]})
		if got := slices.Concat(a, b, c); !slices.Equal(got, want) {
			t.Errorf("forward: %v", got)
		}
		if _, back := page(agreement.Filter{Before: c[0]}); !slices.Equal(back, b) {
			t.Errorf("backward: %v", back)
		}
		if first.Prev || !first.Next || !last.Prev || last.Next || first.Customers[w.home.ID].Name == "" {
			t.Errorf("the ends: %t %t %t %t", first.Prev, first.Next, last.Prev, last.Next)
		}
	})
}
