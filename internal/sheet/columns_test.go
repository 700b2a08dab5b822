package sheet_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/sheet"
)

// mail is e-mail in four languages.
func mail(l i18n.L) string {
	return map[i18n.L]string{i18n.NB: "E-post", i18n.SV: "E-postadress", i18n.DA: "E-mail", i18n.EN: "Email address"}[l]
}

func place(l i18n.L) string {
	return map[i18n.L]string{i18n.NB: "Sted", i18n.SV: "Ort", i18n.DA: "By", i18n.EN: "Town"}[l]
}

var people = []sheet.Column{
	{Key: "mail", Title: mail, Required: true},
	{Key: "place", Title: place, Names: []string{"Poststed"}},
	{Key: "phone", Names: []string{"Telefon", "Mobil"}, Required: true},
}

func TestHeadersAreFoundHoweverTheyAreWritten(t *testing.T) {
	for _, header := range []string{
		"E-post;Sted;Telefon", "e post;STED;telefon", "EPOST *;sted;Mobil", "E‑post;Poststed;phone",
		"E-mail;By;mobil", "E-postadress;Ort;Telefon:", "email_address;town;PHONE", "mail;place;phone",
	} {
		table := read(t, header+"\n kari@firma.example ;Oslo;22 22 22 22\n")
		m, err := table.Map(people)
		if err != nil {
			t.Errorf("%s: %v", header, err)
			continue
		}
		r := table.Rows[0]
		if m.Cell(r, "mail") != "kari@firma.example" || m.Cell(r, "place") != "Oslo" || m.Cell(r, "phone") != "22 22 22 22" || len(m.Unknown) > 0 {
			t.Errorf("%s: %+v", header, m)
		}
	}
}

func TestColumnsNobodyAskedForAreNamed(t *testing.T) {
	table := read(t, "Mobil;;Skostørrelse;Epost;Navn\n1;2;3;4\n")
	m, err := table.Map(people)
	if err != nil || !slices.Equal(m.Unknown, []string{"Skostørrelse", "Navn"}) {
		t.Errorf("%q, %v", m.Unknown, err)
	}
	if r := table.Rows[0]; m.Has("place") || !m.Has("mail") || m.Cell(r, "place") != "" || m.Cell(r, "mail") != "4" || m.Cell(sheet.Row{}, "mail") != "" {
		t.Errorf("%+v", m)
	}
}

func TestMissingAndDoubleColumnsAreNamedInTheReadersLanguage(t *testing.T) {
	tests := []struct {
		header, code, nb, da string
	}{
		{"Navn;Ort", "sheet.columns_missing", "Dette mangler: E-post, phone.", "Dette mangler: E-mail, phone."},
		{"E-post;Navn", "sheet.columns_missing", "Dette mangler: phone.", "Dette mangler: phone."},
		{"E-post;Telefon;email", "sheet.columns_twice", "Ta bort den ene: E-post.", "Fjern den ene: E-mail."},
	}
	for _, tt := range tests {
		table := read(t, tt.header+"\n1;2;3\n")
		_, err := table.Map(people)
		var r *sheet.Refusal
		if !errors.As(err, &r) || fault.CodeOf(err) != tt.code || fault.FieldsOf(err)["file"] != tt.code {
			t.Errorf("%s: %v, want %s", tt.header, err, tt.code)
			continue
		}
		for l, want := range map[i18n.L]string{i18n.NB: tt.nb, i18n.DA: tt.da} {
			if got := sheet.Text(l, err); !strings.HasSuffix(got, want) {
				t.Errorf("%s in %s: %q, want … %q", tt.header, l, got, want)
			}
		}
	}
}

func TestARefusalSaysWhere(t *testing.T) {
	_, err := sheet.Read(strings.NewReader("a;b\n1;\"2\n"), sheet.Limits{})
	if got := sheet.Text(i18n.NB, err); got != "Rad 2: Et anførselstegn er ikke lukket." || err.Error() != "sheet.open_quote in row 2" {
		t.Errorf("%q, %v", got, err)
	}
	_, err = sheet.Read(strings.NewReader(""), sheet.Limits{})
	if got := sheet.Text(i18n.EN, err); !strings.HasPrefix(got, "The file has no rows.") || err.Error() != "sheet.empty" {
		t.Errorf("%q, %v", got, err)
	}
	if got := sheet.Text(i18n.EN, errors.New("a disk broke")); got != i18n.EN.Code("fault.internal") {
		t.Errorf("%q", got)
	}
}
