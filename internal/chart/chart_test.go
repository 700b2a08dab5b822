package chart

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

func year() Stack {
	s := Stack{ID: "cases", Title: "Cases by month", Height: 240}
	months := []string{"des", "jan", "feb", "mar", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov"}
	inTime := []int64{6, 9, 11, 8, 7, 10, 5, 3, 9, 12, 10, 7}
	late := []int64{1, 3, 2, 1, 0, 2, 1, 0, 2, 1, 3, 1}
	for i, m := range months {
		s.Bars = append(s.Bars, Bar{Label: m, Title: m + ": show", Href: "?month=" + m, Values: []int64{inTime[i], late[i]}, Current: m == "nov"})
	}
	return s
}

func TestChartsLookAsTheyDid(t *testing.T) {
	for name, f := range map[string]Figure{
		"stacked": year().Draw(),
		"empty":   Stack{ID: "none", Title: "Nothing yet", Height: 240}.Draw(),
		"rows": Rows{ID: "sites", Title: "Fobs by site", Rows: []Row{
			{Label: "Bjerkealléen 14 B", Href: "/sites/1", Value: 412, Text: "412"},
			{Label: `"Tårnet" & garasjen`, Value: 96, Text: "96"},
			{Label: "Ingen", Value: 0, Text: "0"},
		}}.Draw(),
		"spark": Spark{ID: "week", Title: "Orders, rising", Values: []int64{3, 5, 4, 8, 9}}.Draw(),
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join("testdata", name+".svg")
			got := strings.ReplaceAll(f.String(), "><", ">\n<") + "\n"
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s differs; look at it and run with -update\n%s", file, got)
			}
		})
	}
}

func TestTextsAreEscaped(t *testing.T) {
	nasty := `</title><script>alert("x")</script>`
	s := Stack{ID: nasty, Title: nasty, Height: 100, Bars: []Bar{{Label: nasty, Title: nasty, Href: `"` + nasty, Values: []int64{1}}}}
	r := Rows{ID: "r", Title: nasty, Rows: []Row{{Label: nasty, Href: nasty, Text: nasty, Value: 1}}}
	for _, svg := range []string{s.Draw().String(), r.Draw().String()} {
		if strings.Contains(svg, "<script") {
			t.Errorf("a text became markup: %s", svg)
		}
	}
}

func TestAChartIsAComponent(t *testing.T) {
	var b strings.Builder
	f := year().Draw()
	if err := f.Render(t.Context(), &b); err != nil || b.String() != f.String() {
		t.Errorf("Render wrote %d bytes of %d (%v)", b.Len(), len(f.String()), err)
	}
}

func TestTheScaleEndsAtARoundNumberAboveTheLargestValue(t *testing.T) {
	for largest, want := range map[int64]int64{0: 4, 3: 4, 5: 8, 12: 12, 13: 20, 21: 40, 97: 120, 130: 200, 1800: 2000, 18450: 20000} {
		if got := ceiling(largest); got != want {
			t.Errorf("the ceiling of %d is %d, want %d", largest, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		largest := rapid.Int64Range(0, 1<<50).Draw(t, "largest")
		top := ceiling(largest)
		if top < largest || top%4 != 0 || largest > 8 && top > 2*largest {
			t.Fatalf("the ceiling of %d is %d", largest, top)
		}
	})
}

func TestEveryChartIsWellFormed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Stack{ID: "a", Title: rapid.StringOf(rapid.RuneFrom([]rune(`åÄø<>&"' ab/{}`))).Draw(t, "title"), Height: rapid.IntRange(80, 400).Draw(t, "height")}
		for range rapid.IntRange(0, 40).Draw(t, "bars") {
			values := rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 0, 3).Draw(t, "values")
			s.Bars = append(s.Bars, Bar{Label: "b", Title: "b", Href: "?", Values: values})
		}
		dec := xml.NewDecoder(strings.NewReader(s.Draw().String()))
		for {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				t.Fatalf("not well formed: %v", err)
			}
		}
	})
}
