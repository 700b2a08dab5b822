package mail

import (
	"strings"
	"testing"

	"skranke/internal/brand"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/id"
)

const linkID = "01930f6e-5a00-7000-8000-000000000001"

// board is a letter with everything in it.
func board() Letter {
	return Letter{
		Template: "keys.approve", To: Address{Name: "Ragnhild Aasen", Email: "ragnhild@borettslag.example"}, L: i18n.NB,
		CustomerID: "customer-1", About: "order-1",
		Subject:    "Godkjenn brikke til leilighet H0203",
		Greeting:   "Hei, Ragnhild!",
		Paragraphs: []string{"Mona Sæther har bestilt en brikke & betalt for den.", "Styret må si ja før den kan lages."},
		Facts:      []Fact{{"Ordre", "N-1042"}, {"Pris", "350,00\u00a0kr"}},
		Button:     &Button{"Se bestillingen", Ref{Kind: "keys.approve", ID: linkID, Path: "/approve/%s"}},
		Links:      []Button{{"Alle bestillinger", Ref{Path: "/orders?state=waiting&page=2"}}},
		Small:      []string{"Lenken gjelder i 14 dager.", "Mailen kom fordi styret godkjenner nøkler."},
	}
}

func TestALetterCannotBreakOutOfItsHeaders(t *testing.T) {
	l := board()
	l.Subject = "Brikke\r\nBcc: all@firm.example\r\n\r\nhello"
	l.To.Name = "Mona\nReply-To: x@evil.example\x00\u202e"
	l.Greeting = "Hei\r\n.\r\n"
	got, err := l.clean()
	if err != nil {
		t.Fatal(err)
	}
	for what, s := range map[string]string{"subject": got.Subject, "name": got.To.Name, "greeting": got.Greeting} {
		if strings.ContainsFunc(s, unsafe) {
			t.Errorf("the %s still holds what is unsafe: %q", what, s)
		}
	}
	if got.To.Name != "Mona Reply-To: x@evil.example" {
		t.Errorf("name = %q", got.To.Name)
	}
}

func TestAnAddressIsExactlyOneMailbox(t *testing.T) {
	for _, tt := range []struct {
		email string
		good  bool
	}{
		{"mona@firma.example", true},
		{" mona@firma.example ", true},
		{"mona.sæther@firma.example", true},
		{"", false},
		{"mona", false},
		{"mona@firma.example\r\nBcc: all@firm.example", false},
		{"mona@firma.example, ola@firma.example", false},
		{"Mona <mona@firma.example>", false},
		{"<mona@firma.example>", false},
		{"mona@firma.example\u202e", false},
		{strings.Repeat("a", 250) + "@firma.example", false},
	} {
		l := board()
		l.To.Email = tt.email
		_, err := l.clean()
		if (err == nil) != tt.good || ValidAddress(tt.email) != tt.good {
			t.Errorf("%q: %v, want good %v", tt.email, err, tt.good)
		}
		if err != nil && fault.FieldsOf(err)["email"] != "mail.bad_address" {
			t.Errorf("%q: %v is not said in words of ours", tt.email, err)
		}
	}
}

func TestALongSubjectIsCutAndALineBreakMakesAParagraph(t *testing.T) {
	l := board()
	l.Subject = strings.Repeat("å", 500)
	l.Paragraphs = []string{"one\r\ntwo\n\n three "}
	l.Facts = append(l.Facts, Fact{"Nothing", " "})
	got, err := l.clean()
	if err != nil {
		t.Fatal(err)
	}
	if n := len([]rune(got.Subject)); n != maxSubject {
		t.Errorf("the subject has %d letters", n)
	}
	if strings.Join(got.Paragraphs, "|") != "one|two|three" {
		t.Errorf("paragraphs %q", got.Paragraphs)
	}
	if len(got.Facts) != 2 {
		t.Errorf("a fact without a value is kept: %v", got.Facts)
	}
}

func TestALinkThatCannotWorkIsRefused(t *testing.T) {
	for _, tt := range []struct {
		ref  Ref
		good bool
	}{
		{Ref{Path: "/"}, true},
		{Ref{Path: "/orders/1?x=y&z=%20"}, true},
		{Ref{Kind: "keys.approve", ID: linkID, Path: "/approve/%s"}, true},
		{Ref{Kind: "keys.approve", ID: linkID, Path: "/approve"}, false},
		{Ref{Kind: "keys.approve", ID: linkID, Path: "/approve/%s/%s"}, false},
		{Ref{Kind: "keys.approve", ID: "7", Path: "/approve/%s"}, false},
		{Ref{Kind: "keys approve", ID: linkID, Path: "/approve/%s"}, false},
		{Ref{Path: "/approve/%s"}, false},
		{Ref{ID: linkID, Path: "/approve"}, false},
		{Ref{Path: ""}, false},
		{Ref{Path: "orders"}, false},
		{Ref{Path: "//evil.example/x"}, false},
		{Ref{Path: `/\evil.example`}, false},
		{Ref{Path: "https://evil.example"}, false},
		{Ref{Path: "/a b"}, false},
		{Ref{Path: `/"onclick`}, false},
		{Ref{Path: "/*"}, false},
	} {
		for _, l := range []Letter{
			{Template: "x", Subject: "x", To: board().To, Button: &Button{"x", tt.ref}},
			{Template: "x", Subject: "x", To: board().To, Links: []Button{{"x", tt.ref}}},
		} {
			if _, err := l.clean(); (err == nil) != tt.good {
				t.Errorf("%+v: %v, want good %v", tt.ref, err, tt.good)
			}
		}
	}
}

func TestWhatPeopleWriteCannotBecomeASignedLink(t *testing.T) {
	planted := "skranke-link:keys.approve:" + linkID + ":/approve/*"
	l := board()
	l.Subject, l.Greeting, l.Paragraphs, l.Small = planted, planted, []string{planted}, []string{planted}
	l.Facts, l.To.Name = []Fact{{planted, planted}}, planted
	l.Button, l.Links = &Button{planted, Ref{Path: "/a"}}, []Button{{planted, Ref{Path: "/b"}}}
	l, err := l.clean()
	if err != nil {
		t.Fatal(err)
	}
	html, text, err := lookOf(brand.Default("Vakt & Nøkkel")).render(l)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{html, text, l.Subject, l.To.Name} {
		for _, m := range reference.FindAllStringSubmatch(s, -1) {
			if m[1] != "" {
				t.Errorf("a planted reference got through: %q", m[0])
			}
		}
	}
}

func TestReferencesBecomeAddressesOnlyWhereTheyStand(t *testing.T) {
	e := expander{base: "https://firm.example", signer: signer(t)}
	token := e.signer.Token("keys.approve", linkID)
	in := `<a href="` + Ref{Kind: "keys.approve", ID: linkID, Path: "/approve/%s?from=mail"}.String() + `"> ` + Ref{Path: "/orders"}.String() + "\nskranke-link: nothing"
	want := `<a href="https://firm.example/approve/` + token + `?from=mail"> https://firm.example/orders` + "\nskranke-link: nothing"
	if got := e.expand(in); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if len(e.secrets) != 1 || e.secrets[0] != token {
		t.Errorf("secrets %q", e.secrets)
	}
	if got := masked(in, "https://firm.example"); strings.Contains(got, token) || !strings.Contains(got, "https://firm.example/approve/…?from=mail") {
		t.Errorf("masked %q", got)
	}
}

func TestALinkOfAnUnknownIDOpensNothing(t *testing.T) {
	if !id.Valid(linkID) {
		t.Fatal("the tests want a good id")
	}
	e := expander{base: "https://firm.example", signer: signer(t)}
	if got := e.expand("skranke-link:keys.approve:0193:/approve/*"); got != "https://firm.example/approve/" {
		t.Errorf("got %q", got)
	}
}
