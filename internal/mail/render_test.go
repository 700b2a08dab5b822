package mail

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"skranke/internal/brand"
	"skranke/internal/i18n"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s has changed; look at it and run with -update:\n%s", path, got)
	}
}

func TestALetterLooksAsItIsMeantTo(t *testing.T) {
	l, err := board().clean()
	if err != nil {
		t.Fatal(err)
	}
	html, text, err := lookOf(brand.Default("Vakt & Nøkkel")).render(l)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "letter.html", html)
	golden(t, "letter.txt", text)
}

func TestAShortLetterLeavesNothingEmptyBehind(t *testing.T) {
	l, err := Letter{Template: "x", To: board().To, L: i18n.SV, Subject: "Kort"}.clean()
	if err != nil {
		t.Fatal(err)
	}
	html, text, err := lookOf(brand.Default("Lås")).render(l)
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{"<p style=\"margin:0 0 14px\">", "scope=\"row\"", "class=\"button\"", "display:none"} {
		if strings.Contains(html, tag) {
			t.Errorf("the short letter has %s", tag)
		}
	}
	if !strings.Contains(html, `<html lang="sv">`) || !strings.Contains(html, "Skickat av Lås") {
		t.Errorf("the letter is not in Swedish: %s", html)
	}
	if text != "-- \nSkickat av Lås\n" {
		t.Errorf("text %q", text)
	}
}

func TestWhatPeopleWriteIsNoHTML(t *testing.T) {
	l := board()
	l.Subject, l.Greeting, l.Paragraphs = "<b>1</b>", "<script>2</script>", []string{`"><img src=x onerror=alert(3)>`}
	l.Facts = []Fact{{"<i>4</i>", "</td><td>5"}}
	l.Small = []string{"<u>6</u>"}
	l.Button.Label, l.Links[0].Label = "<s>7</s>", "<em>8</em>"
	l, err := l.clean()
	if err != nil {
		t.Fatal(err)
	}
	html, _, err := lookOf(brand.Default("<h2>Firm")).render(l)
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{"<b>", "<script", "<img", "<i>", "<td>5", "<u>", "<s>", "<em>", "<h2>"} {
		if strings.Contains(html, tag) {
			t.Errorf("%s became HTML", tag)
		}
	}
}

func TestTheButtonCanBeReadInAnyBrandColour(t *testing.T) {
	for color, want := range map[string]string{
		"#14594F": "#ffffff", "#000000": "#ffffff", "#FFE600": "#000000", "#ffffff": "#000000", "#c08a3e": "#000000", "#0000ff": "#ffffff",
	} {
		b, err := brand.New("Firm", color)
		if err != nil {
			t.Fatal(err)
		}
		k := lookOf(b)
		if string(k.OnColor) != want {
			t.Errorf("on %s: %s, want %s", color, k.OnColor, want)
		}
		on, under := luminance(string(k.OnColor)), luminance(color)
		if ratio := (max(on, under) + 0.05) / (min(on, under) + 0.05); ratio < 4.5 {
			t.Errorf("on %s the label has contrast %.1f", color, ratio)
		}
	}
}
