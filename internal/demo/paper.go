package demo

import (
	"bytes"
	"fmt"
	"strings"

	"skranke/internal/agreement"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/money"
)

// words of the signed document, in the language of the customer's country. It is a picture of paper, made once, and so its
// words stand here and not with those of the pages.
var words = map[string]struct {
	l                                                          i18n.L
	title, between, and, number, from, payer, ask, vat, signed string
	payers                                                     map[agreement.Payer]string
	answers                                                    [2]string
	items                                                      map[string]string
}{
	"NO": {
		l: i18n.NB, title: "Nøkkelavtale", between: "Avtalen gjelder mellom", and: "og Fjellvik Lås & Sikring", number: "Avtalenummer", from: "Gjelder fra",
		payer: "Hvem betaler", ask: "Godkjenning", vat: "Priser med 25 % mva.", signed: "Signert av begge parter",
		payers:  map[agreement.Payer]string{agreement.ResidentPays: "Beboeren betaler med kort", agreement.AssociationPays: "Boligselskapet får faktura"},
		answers: [2]string{"Én fra styret godkjenner hver bestilling", "To fra styret godkjenner hver bestilling"},
		items:   map[string]string{"fob": "Nøkkelbrikke", "key": "Systemnøkkel", "order_fee": "Gebyr per bestilling", "freight": "Porto"},
	},
	"SE": {
		l: i18n.SV, title: "Nyckelavtal", between: "Avtalet gäller mellan", and: "och Fjellvik Lås & Sikring", number: "Avtalsnummer", from: "Gäller från",
		payer: "Vem betalar", ask: "Godkännande", vat: "Priser med 25 % moms", signed: "Undertecknat av båda parter",
		payers:  map[agreement.Payer]string{agreement.ResidentPays: "Den boende betalar med kort", agreement.AssociationPays: "Föreningen får faktura"},
		answers: [2]string{"En från styrelsen godkänner varje beställning", "Två från styrelsen godkänner varje beställning"},
		items:   map[string]string{"fob": "Nyckelbricka", "key": "Systemnyckel", "order_fee": "Avgift per beställning", "freight": "Porto"},
	},
	"DK": {
		l: i18n.DA, title: "Nøgleaftale", between: "Aftalen gælder mellem", and: "og Fjellvik Lås & Sikring", number: "Aftalenummer", from: "Gælder fra",
		payer: "Hvem betaler", ask: "Godkendelse", vat: "Priser med 25 % moms", signed: "Underskrevet af begge parter",
		payers:  map[agreement.Payer]string{agreement.ResidentPays: "Beboeren betaler med kort", agreement.AssociationPays: "Foreningen får faktura"},
		answers: [2]string{"Én fra bestyrelsen godkender hver bestilling", "To fra bestyrelsen godkender hver bestilling"},
		items:   map[string]string{"fob": "Nøglebrik", "key": "Systemnøgle", "order_fee": "Gebyr pr. bestilling", "freight": "Porto"},
	},
}

// paper is the signed key agreement, as PDF.
func paper(h *house, a agreement.Agreement) []byte {
	w := words[h.country]
	lines := []textLine{
		{72, 22, w.title},
		{0, 11, ""},
		{72, 11, w.between},
		{72, 13, h.name},
		{72, 11, id.FormatOrgNumber(h.country, strings.NewReplacer(" ", "", "-", "").Replace(h.org)) + ", " + h.street + ", " + h.postcode + " " + h.town},
		{72, 11, w.and + "."},
		{0, 11, ""},
		{72, 11, w.number + ": " + a.Number},
		{72, 11, w.from + ": " + w.l.Date(h.since)},
		{72, 11, w.payer + ": " + w.payers[a.Payer]},
		{72, 11, w.ask + ": " + w.answers[a.Approvals-1]},
		{0, 11, ""},
		{72, 13, w.vat},
	}
	for _, p := range a.Prices {
		lines = append(lines, textLine{72, 11, w.items[p.Item]}, textLine{-260, 11, w.l.Money(money.Of(p.Amount, a.Currency))})
	}
	lines = append(lines, textLine{0, 11, ""}, textLine{0, 11, ""}, textLine{72, 11, w.signed}, textLine{0, 30, ""},
		textLine{72, 16, h.people[0].name}, textLine{-320, 16, colleagues[1].name}, textLine{72, 9, h.name}, textLine{-320, 9, "Fjellvik Lås & Sikring"})
	return pdf(lines)
}

// textLine is text at x points from the left, in a size. A negative x is on the line of the text before.
type textLine struct {
	x, size int
	text    string
}

// pdf writes lines on one A4 page in Helvetica. The letters are those of Windows-1252, which all readers have.
func pdf(lines []textLine) []byte {
	var page bytes.Buffer
	y := 770
	for _, l := range lines {
		x := l.x
		if x >= 0 {
			y -= l.size + 9
		}
		if l.text != "" {
			fmt.Fprintf(&page, "BT /F1 %d Tf %d %d Td (%s) Tj ET\n", l.size, max(x, -x), y, latin(l.text))
		}
	}
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n") // bytes that tell programs not to take it for text
	var at []int
	for i, object := range []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%sendstream", page.Len(), page.String()),
	} {
		at = append(at, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	table := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, n := range at {
		fmt.Fprintf(&out, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, table)
	return out.Bytes()
}

// latin is text as it stands between the brackets of a PDF string.
func latin(s string) []byte {
	var out []byte
	for _, r := range s {
		switch {
		case r == '(' || r == ')' || r == '\\':
			out = append(out, '\\', byte(r))
		case r < 0x80 || r >= 0xa0 && r < 0x100:
			out = append(out, byte(r)) //nolint:gosec // just compared
		default:
			out = append(out, '?')
		}
	}
	return out
}
