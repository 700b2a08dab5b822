package ui

import (
	"strings"
	"testing"

	"skranke/internal/i18n"
)

func TestEveryStateHasAToneAndAnIcon(t *testing.T) {
	for s := Received; s <= Blocked; s++ {
		if s.tone() == "" || s.icon() == "" {
			t.Errorf("state %d has the tone %q and the icon %q", s, s.tone(), s.icon())
		}
	}
	if len(states) != int(Blocked)+1 {
		t.Errorf("%d states are drawn, want %d", len(states), Blocked+1)
	}
}

func TestATableNamesItsRowsAndSaysHowItIsSorted(t *testing.T) {
	html := render(t, Table(TableData{
		L: i18n.NB, Caption: "Bestillinger",
		Cols: []Col{{Label: "Bestilling", Spot: SpotTitle}, {Label: "Dato", SortHref: "?sort=date", Sorted: "descending", Spot: SpotLabeled}, {Label: "Beløp (kr)", Num: true, Spot: SpotAmount}},
		Rows: [][]Cell{{{Text: "B-1", Href: "/orders/1"}, {Text: "i dag"}, {Text: "698,00"}}},
	}))
	want(t, html, `<caption class="ds-sr-only">Bestillinger</caption>`, `aria-sort="descending"`, `scope="row"`, `<a href="/orders/1">B-1</a>`, `class="sp-amount num"`)
	if n := strings.Count(html, `class="cell-label"`); n != 2 {
		t.Errorf("%d values carry their column's name on a phone, want 2", n)
	}
}

func TestDoneStepsLeadBackAndLaterOnesDoNot(t *testing.T) {
	html := render(t, Steps(i18n.NB, []Step{{"Hvem", "/order/who"}, {"Brikke", "/order/fob"}, {"Betaling", "/order/pay"}}, 1))
	want(t, html, `<a href="/order/who">Hvem</a>`, `aria-current="step"`, "Steg 2 av 3")
	for _, not := range []string{"/order/fob", "/order/pay"} {
		if strings.Contains(html, not) {
			t.Errorf("leads to %s", not)
		}
	}
}

func TestADecisionIsPostedToItsOwnAddress(t *testing.T) {
	html := render(t, ApprovalBar(ApprovalData{L: i18n.NB, ApproveAction: "/a/1/approval", RejectAction: "/a/1/rejection", Reason: F{L: i18n.NB, Name: "reason", Label: "Hvorfor"}, Hidden: []Hidden{{"version", "3"}}}))
	want(t, html, `method="post" action="/a/1/approval"`, `formaction="/a/1/rejection"`, `name="version" value="3"`, `id="reason"`, "Godkjenn", "Avslå")
}

func TestDrawingsShowTheNumbersGivenAndCutWhatIsTooLong(t *testing.T) {
	html := render(t, Drawing(DrawingData{L: i18n.NB, Picture: FobPicture, System: "20417", Second: "0312-44-1234", Callouts: true, Highlight: ZoneNumberPlace}))
	want(t, html, ">20417</text>", ">0312-44-1…</text>", "Systemnummer", "Sonenummer", `role="img" aria-label="Tegning av en nøkkelbrikke`, `d-callout on`)
	want(t, render(t, KeyDrawing(i18n.SV, true)), "Nyckelmärke")
	want(t, render(t, Drawing(DrawingData{L: i18n.NB, Decorative: true})), `aria-hidden="true"`)
}

func TestPagesLeadOnlyWhereThereIsMore(t *testing.T) {
	html := render(t, Pagination(i18n.NB, Pages{NextHref: "?after=x", Summary: "1–24 av 312"}))
	want(t, html, `rel="next" href="?after=x"`, "1–24 av 312")
	if strings.Contains(html, `rel="prev"`) {
		t.Error("the first page leads to one before it")
	}
}

func TestTextsBecomeNoMarkup(t *testing.T) {
	nasty := `<script>alert("x")</script>`
	html := render(t, Alert(Info, nasty)) + render(t, StatusBadge(Badge{Done, nasty})) + render(t, PageHead(Head{Title: nasty, Lead: nasty})) +
		render(t, Drawing(DrawingData{L: i18n.NB, System: "<b>1"})) + render(t, Timeline([]Event{{Text: nasty, When: nasty, Note: nasty}}))
	if strings.Contains(html, "<script") || strings.Contains(html, "<b>") {
		t.Errorf("a text became markup:\n%s", html)
	}
}
