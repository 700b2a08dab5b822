package ui

import (
	"strings"
	"testing"

	"skranke/internal/i18n"
)

func TestAFieldTiesItsHintAndErrorToItsInput(t *testing.T) {
	html := render(t, Field(F{L: i18n.NB, Name: "zip", Label: "Postnummer", Hint: "Fire siffer", Error: "Skriv fire siffer", Value: `06"6`, Type: "number", Maxlength: 4}))
	want(t, html,
		`<label for="zip">Postnummer</label>`, `id="zip" name="zip" type="text"`, `value="06&#34;6"`, `inputmode="numeric"`, `maxlength="4"`, ` required`,
		`aria-invalid="true" aria-describedby="zip-h zip-e"`, `id="zip-h"`, `id="zip-e"`)
}

func TestAFieldWithoutFaultsSaysNothingOfThem(t *testing.T) {
	html := render(t, Field(F{L: i18n.NB, Name: "note", Label: "Melding", Type: "textarea", Optional: true, Value: "a\nb"}))
	want(t, html, `<textarea class="ds-input" id="note" name="note" rows="4">`, "a\nb</textarea>", "(valgfritt)")
	for _, not := range []string{"aria-", "required", `class="err"`, `class="hint"`} {
		if strings.Contains(html, not) {
			t.Errorf("holds %s:\n%s", not, html)
		}
	}
}

func TestTheOptionalMarkIsInTheReadersLanguage(t *testing.T) {
	for l, mark := range map[L]string{i18n.NB: "(valgfritt)", i18n.SV: "(valfritt)", i18n.DA: "(valgfrit)", i18n.EN: "(optional)"} {
		want(t, render(t, Field(F{L: l, Name: "a", Label: "A", Optional: true})), mark)
	}
}

func TestTheSummaryCountsLinksAndTakesFocus(t *testing.T) {
	html := render(t, ErrorSummary(i18n.EN, []FieldError{{"zip", "Write four digits"}, {"", "Somebody else changed this"}}))
	want(t, html, ` autofocus`, `tabindex="-1"`, "2 things need fixing", `<a href="#zip">Write four digits</a>`, "<li>Somebody else changed this</li>")
	want(t, render(t, ErrorSummary(i18n.EN, []FieldError{{"zip", "x"}})), "One thing needs fixing")
	if got := render(t, ErrorSummary(i18n.EN, nil)); got != "" {
		t.Errorf("a form without mistakes has the summary\n%s", got)
	}
}

func TestALinkToAQuestionLandsOnItsFirstAnswer(t *testing.T) {
	html := render(t, Radios(Choice{L: i18n.NB, Name: "why", Label: "Hvorfor?", Error: "Velg", Value: "lost", Options: []Option{{Value: "more", Label: "En til"}, {Value: "lost", Label: "Mistet"}}}))
	want(t, html, `id="why" name="why" value="more" required`, `id="why-lost" name="why" value="lost" checked`, `aria-invalid="true" aria-describedby="why-e"`, `id="why-e"`, "<fieldset")
}

func TestASelectKeepsWhatWasChosen(t *testing.T) {
	html := render(t, Select(Choice{L: i18n.NB, Name: "flat", Label: "Leilighet", Blank: "Velg", Value: "b", Options: []Option{{Value: "a", Label: "A"}, {Value: "b", Label: "B"}}}))
	want(t, html, `<option value="">Velg</option>`, `<option value="b" selected>B</option>`)
}

func TestACheckboxSendsOneUnlessToldOtherwise(t *testing.T) {
	want(t, render(t, Checkbox(Tick{L: i18n.NB, Name: "ok", Label: "Ja", Checked: true})), `value="1" checked`)
	want(t, render(t, Checkbox(Tick{L: i18n.NB, Name: "ok", Label: "Ja", Value: "yes"})), `value="yes"`)
}

func TestAFileInputSaysWhatItTakes(t *testing.T) {
	want(t, render(t, FileDrop(File{L: i18n.SV, Name: "doc", Label: "Bilaga", Hint: "PDF", Accept: ".pdf", Multiple: true})), `type="file" id="doc" name="doc" multiple accept=".pdf" aria-describedby="doc-h"`, "Välj filer")
}
