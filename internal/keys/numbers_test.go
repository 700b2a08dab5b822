package keys_test

import (
	"fmt"
	"testing"
	"time"

	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/fault"
	"skranke/internal/keys"
	"skranke/internal/keys/keystest"
)

// each runs f with a furnished house on both databases.
func each(t *testing.T, terms keystest.Terms, f func(t *testing.T, h *keystest.House)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, keystest.Open(t, d, terms)) })
}

func begin(t *testing.T, h *keystest.House, f keys.Form) keys.Draft {
	t.Helper()
	d, err := h.Keys.Begin(t.Context(), f, "")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestKEY2_NumbersAreTakenHoweverTheyAreTyped(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		for _, tt := range []struct{ product, system, code string }{
			{"fob", "4127", "07"}, {"fob", " 41-27 ", "0 7"}, {"key", "B 88-2", "A 12"}, {"key", "b882", "a-12"},
		} {
			f := h.Form()
			f.Product, f.SystemNumber, f.Code = tt.product, tt.system, tt.code
			if _, err := h.Keys.FillNumbers(t.Context(), begin(t, h, f).ID, "192.0.2.1", f); err != nil {
				t.Errorf("%+v: %v", tt, err)
			}
		}
	})
}

func TestKEY2_AMismatchIsTheSameWhicheverNumberIsWrong(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		for i, wrong := range []func(f *keys.Form){
			func(f *keys.Form) { f.CustomerNumber = "1043" },
			func(f *keys.Form) { f.SystemNumber = "4128" },
			func(f *keys.Form) { f.Code = "09" },
			func(f *keys.Form) { f.SystemNumber, f.Code = "B 88-2", "A 12" }, // a key's numbers for a fob
		} {
			f := h.Form()
			d := begin(t, h, f)
			wrong(&f)
			d, err := h.Keys.FillNumbers(t.Context(), d.ID, fmt.Sprintf("192.0.2.%d", i), f)
			if got := fault.FieldsOf(err); len(got) != 1 || got[keys.FieldNumbers] != "keys.form.numbers_mismatch" {
				t.Errorf("case %d: %v", i, err)
			}
			if d.Form.V.Done != keys.StepWho || d.Form.V.Code != f.Code {
				t.Errorf("case %d: the draft is done to %d with code %q", i, d.Form.V.Done, d.Form.V.Code)
			}
		}
	})
}

func TestKEY2_GuessingIsSlowedDownAfterFiveMisses(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		d := begin(t, h, h.Form())
		try := func(address, code string) error {
			f := h.Form()
			f.Code = code
			_, err := h.Keys.FillNumbers(t.Context(), d.ID, address, f)
			return err
		}
		for range 5 {
			if err := try("192.0.2.7", "99"); !fault.Is(err, fault.Invalid) {
				t.Fatalf("one of the first five misses: %v", err)
			}
		}
		if err := try("192.0.2.7", "99"); !fault.Is(err, fault.Invalid) {
			t.Fatalf("the first try after the misses goes through, to be told as any: %v", err)
		}
		err := try("192.0.2.7", "07")
		if wait := keys.Patience(err); wait <= 0 || wait > time.Minute || !fault.Is(err, fault.TooMany) {
			t.Fatalf("the next comes too soon, even when it is right: %v, wait %s", err, wait)
		}
		err = try("192.0.2.8", "07")
		if wait := keys.Patience(err); wait <= 0 || wait > 10*time.Second {
			t.Fatalf("another address on the same association waits seconds: %v, wait %s", err, wait)
		}
		h.Pass(11 * time.Second)
		if err := try("192.0.2.8", "07"); err != nil {
			t.Errorf("an honest resident gets through after the short pause: %v", err)
		}
		h.Pass(16 * time.Minute)
		if err := try("192.0.2.7", "07"); err != nil {
			t.Errorf("after the window all is forgotten: %v", err)
		}
	})
}

func TestADraftIsGoneAfterADay(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		d := begin(t, h, h.Form())
		h.Pass(24 * time.Hour)
		if _, err := h.Keys.Draft(t.Context(), d.ID); fault.CodeOf(err) != "keys.draft.gone" {
			t.Errorf("a draft of yesterday: %v", err)
		}
		if err := h.Keys.DB.InTx(t.Context(), func(tx *db.Tx) error { return keys.SweepDrafts(t.Context(), tx) }); err != nil {
			t.Fatal(err)
		}
		n, err := db.One[int64](t.Context(), h.Keys.DB, `SELECT COUNT(*) AS n FROM key_drafts`)
		if err != nil || n != 0 {
			t.Errorf("%d drafts are left, err %v", n, err)
		}
		for _, bad := range []string{"", "x", "00000000-0000-0000-0000-000000000000\x00"} {
			if _, err := h.Keys.Draft(t.Context(), bad); !fault.Is(err, fault.NotFound) {
				t.Errorf("draft %q: %v", bad, err)
			}
		}
	})
}

func TestPagesFilledInAreKeptWhenTheFirstIsChanged(t *testing.T) {
	each(t, keystest.Terms{}, func(t *testing.T, h *keystest.House) {
		d := h.Draft(t, h.Form())
		again := h.Form()
		again.Product = "key"
		d2, err := h.Keys.Begin(t.Context(), keys.Form{Product: "key", AgreementID: h.Agreement.ID, AskedBy: keys.Resident}, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		if f := d2.Form.V; f.Product != "key" || f.Name != "Kari Nes" || f.Done != keys.StepWho {
			t.Errorf("the new draft is %+v", f)
		}
	})
}
