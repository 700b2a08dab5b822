package files

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNamesAreMadeSafe(t *testing.T) {
	for in, want := range map[string]string{
		"avtale.pdf":                      "avtale.pdf",
		"Årsmøte 2026.PDF":                "Årsmøte 2026.pdf",
		`C:\Users\mona\scan 1.pdf`:        "scan 1.pdf",
		"../../etc/passwd":                "passwd",
		"a\x00b\r\nc.pdf":                 "abc.pdf",
		"gnp.\u202efdp":                   "gnp.fdp",
		`a<b>c:d"e|f?g*.png`:              "a_b_c_d_e_f_g_.png",
		"  . hidden .pdf":                 "hidden.pdf",
		"":                                "file",
		"...":                             "file",
		"con.pdf":                         "file_con.pdf",
		"COM1":                            "file_COM1",
		"comma.pdf":                       "comma.pdf",
		"a\xff.pdf":                       "a.pdf",
		strings.Repeat("å", 300) + ".pdf": strings.Repeat("å", maxNameRunes-4) + ".pdf",
		"a." + strings.Repeat("x", 300):   "a." + strings.Repeat("x", maxNameRunes-2),
	} {
		if got := safeName(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func FuzzSafeName(f *testing.F) {
	f.Add("C:\\x\\..pdf")
	f.Add("\u202e. con . ")
	f.Fuzz(func(t *testing.T, in string) {
		got := safeName(in)
		if got == "" || !utf8.ValidString(got) || strings.ContainsAny(got, "/\\\"\r\n\x00") || utf8.RuneCountInString(got) > maxNameRunes+20 {
			t.Errorf("%q became %q", in, got)
		}
		if again := safeName(got); again != got {
			t.Errorf("%q became %q and then %q", in, got, again)
		}
	})
}
