package main

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden file anew")

// all is an entry with the same text in the four languages.
func all(key, text string) string {
	return `{"` + key + `": {"nb": ` + text + `, "sv": ` + text + `, "da": ` + text + `, "en": ` + text + `}}`
}

// setUp makes a folder like internal/i18n with the given text files.
func setUp(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "texts"), 0o750); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "hand.go", "package i18n\n\nfunc (l L) Tag() string { return \"\" }\n")
	for name, text := range files {
		write(t, dir, "texts/"+name, text)
	}
	return dir
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	b, err := fs.ReadFile(os.DirFS(dir), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestMistakesInTextsAreRefusedWithFileKeyAndAdvice(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"a missing language":               {`{"KeysA": {"nb": "a", "sv": "a", "en": "a"}}`, []string{"keys.json", "KeysA", "no text in da", "write it"}},
		"an unknown language":              {`{"KeysA": {"nb": "a", "sv": "a", "da": "a", "en": "a", "fi": "a"}}`, []string{"KeysA", `unknown language "fi"`}},
		"a placeholder under another name": {`{"KeysA": {"nb": "{name}", "sv": "{namn}", "da": "{name}", "en": "{name}"}}`, []string{"KeysA", "[namn] in sv", "[name] in nb"}},
		"a placeholder left out":           {`{"KeysA": {"nb": "{name}", "sv": "{name}", "da": "{name}", "en": "x"}}`, []string{"KeysA", "[] in en"}},
		"a placeholder too many":           {`{"KeysA": {"nb": "a", "sv": "a", "da": "{b}", "en": "a"}}`, []string{"KeysA", "[b] in da"}},
		"a plural in one language only":    {`{"KeysA": {"nb": {"one": "a", "other": "b"}, "sv": "a", "da": "a", "en": "a"}}`, []string{"KeysA", "[] in sv", "[n] in nb"}},
		"plural forms that differ":         {all("KeysA", `{"one": "{a}", "other": "{n}"}`), []string{"KeysA", "[a n] in one", "[n] in other"}},
		"a plural without one":             {all("KeysA", `{"other": "{n}"}`), []string{"KeysA", "in nb", "both plural forms"}},
		"a plural without other":           {all("KeysA", `{"one": "{n}"}`), []string{"KeysA", "both plural forms"}},
		"an unknown plural form":           {all("KeysA", `{"one": "{n}", "few": "{n}", "other": "{n}"}`), []string{"KeysA", `unknown plural form "few"`}},
		"a plural form that is no text":    {all("KeysA", `{"one": 1, "other": "{n}"}`), []string{"KeysA", `"one" must be a text`}},
		"a text that is a number":          {all("KeysA", `7`), []string{"KeysA", "in nb must be a text"}},
		"an entry that is a text":          {`{"KeysA": "a"}`, []string{"KeysA", "must be an object"}},
		"an empty text":                    {`{"KeysA": {"nb": "a", "sv": " ", "da": "a", "en": "a"}}`, []string{"KeysA", "in sv is empty"}},
		"an empty plural form":             {all("KeysA", `{"one": "", "other": "{n}"}`), []string{"KeysA", "is empty"}},
		"a method in small letters":        {all("keysA", `"a"`), []string{"keysA", "neither CamelCase"}},
		"a method with an underscore":      {all("Keys_A", `"a"`), []string{"Keys_A", "neither CamelCase"}},
		"a code in capitals":               {all("Keys.a", `"a"`), []string{"Keys.a", "neither CamelCase"}},
		"a code with a placeholder":        {all("keys.a", `"{a}"`), []string{"keys.a", "cannot have placeholders [a]"}},
		"a code with a plural":             {all("keys.a", `{"one": "a", "other": "b"}`), []string{"keys.a", "cannot have placeholders [n]"}},
		"a key that is there twice":        {`{"KeysA": 1, "KeysA": 2}`, []string{"keys.json", `"KeysA" is there twice`}},
		"a language that is there twice":   {`{"KeysA": {"nb": "a", "nb": "b"}}`, []string{"KeysA", `"nb" is there twice`}},
		"the name of a method by hand":     {all("Tag", `"a"`), []string{"Tag", "already a method of L"}},
		"a lone brace":                     {all("KeysA", `"a } b"`), []string{"KeysA", "brace"}},
		"a placeholder that is a Go word":  {all("KeysA", `"{type}"`), []string{"KeysA", "{type}", "another name"}},
		"a placeholder l":                  {all("KeysA", `"{l}"`), []string{"KeysA", "{l}"}},
		"a placeholder in capitals":        {all("KeysA", `"{Name}"`), []string{"KeysA", "{Name}"}},
		"an empty placeholder":             {all("KeysA", `"{}"`), []string{"KeysA", "{}"}},
		"text that is not JSON":            {`{"KeysA": `, []string{"keys.json", "not JSON"}},
		"JSON that ends early":             {`{"KeysA": {"nb": "a"}`, []string{"keys.json", "not JSON"}},
		"a list":                           {`[]`, []string{"keys.json", "not a JSON object"}},
		"something after the object":       {`{} {}`, []string{"keys.json", "something follows"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := setUp(t, map[string]string{"keys.json": c.text})
			var out bytes.Buffer
			if run(dir, false, &out) {
				t.Fatal("the texts were taken")
			}
			for _, w := range c.want {
				if !strings.Contains(out.String(), w) {
					t.Errorf("said %q, which lacks %q", out.String(), w)
				}
			}
			if made, _ := filepath.Glob(filepath.Join(dir, "*_gen.go")); len(made) > 0 {
				t.Errorf("made %v all the same", made)
			}
		})
	}
}

func TestAKeyInTwoFilesIsRefused(t *testing.T) {
	dir := setUp(t, map[string]string{"keys.json": all("A", `"a"`), "ui.json": all("A", `"b"`)})
	var out bytes.Buffer
	if run(dir, false, &out) || !strings.Contains(out.String(), "ui.json: A is in ") || !strings.Contains(out.String(), "keys.json too") {
		t.Errorf("said %q", out.String())
	}
}

func TestAnAreasNameMustBePlain(t *testing.T) {
	dir := setUp(t, map[string]string{"My-Keys.json": all("A", `"a"`)})
	var out bytes.Buffer
	if run(dir, false, &out) || !strings.Contains(out.String(), "file's name") {
		t.Errorf("said %q", out.String())
	}
}

func TestWithoutTextsItSaysWhereToRun(t *testing.T) {
	var out bytes.Buffer
	if run(t.TempDir(), false, &out) || !strings.Contains(out.String(), "root of the repository") {
		t.Errorf("said %q", out.String())
	}
}

func TestOneAreasMistakeDoesNotHoldBackTheOthers(t *testing.T) {
	dir := setUp(t, map[string]string{"keys.json": `{`, "ui.json": all("UiA", `"a"`)})
	write(t, dir, "texts_keys_gen.go", "package i18n // the last good one\n")
	if run(dir, false, &bytes.Buffer{}) {
		t.Error("the mistake was not told")
	}
	if !strings.Contains(read(t, dir, "texts_ui_gen.go"), "UiA()") || !strings.Contains(read(t, dir, "texts_keys_gen.go"), "last good") {
		t.Error("the good area was not made, or the bad one's old file is gone")
	}
}

func TestTextsBecomeMethods(t *testing.T) {
	dir := setUp(t, map[string]string{"keys.json": `{
		"KeysPlain": {"nb": "å \"nei\"", "sv": "å \"nej\"", "da": "å \"nei\"", "en": "oh \"no\""},
		"KeysSame": {"nb": "OK", "sv": "OK", "da": "OK", "en": "OK"},
		"KeysHello": {"nb": "Hei {name} i {city}", "sv": "Hej {name} i {city}", "da": "Hej {name} i {city}", "en": "{city}: hello {name}"},
		"KeysLeft": {
			"nb": {"one": "én nøkkel til {who}", "other": "{n} nøkler til {who}"},
			"sv": {"one": "en nyckel till {who}", "other": "{n} nycklar till {who}"},
			"da": {"one": "én nøgle til {who}", "other": "{n} nøgler til {who}"},
			"en": {"one": "one key for {who}", "other": "{n} keys for {who}"}
		},
		"keys.order.lost": {"nb": "mistet", "sv": "borttappad", "da": "mistet", "en": "lost"}
	}`})
	var out bytes.Buffer
	if !run(dir, false, &out) {
		t.Fatal(out.String())
	}
	got := read(t, dir, "texts_keys_gen.go")
	if *update {
		write(t, "testdata", "texts_keys_gen.golden", got)
	}
	want := read(t, "testdata", "texts_keys_gen.golden")
	if got != want {
		t.Errorf("generated\n%s\nwant\n%s", got, want)
	}
}

func TestOnlyWhatChangedIsWritten(t *testing.T) {
	dir := setUp(t, map[string]string{"keys.json": all("KeysA", `"a"`), "ui.json": all("UiA", `"a"`)})
	if !run(dir, false, &bytes.Buffer{}) {
		t.Fatal("not generated")
	}
	long := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	for _, name := range []string{"texts_keys_gen.go", "texts_ui_gen.go"} {
		if err := os.Chtimes(filepath.Join(dir, name), long, long); err != nil {
			t.Fatal(err)
		}
	}
	write(t, dir, "texts/ui.json", all("UiB", `"b"`))
	if !run(dir, false, &bytes.Buffer{}) {
		t.Fatal("not generated")
	}
	if at := changed(t, dir, "texts_keys_gen.go"); !at.Equal(long) {
		t.Errorf("the file of unchanged texts was written at %v", at)
	}
	if at := changed(t, dir, "texts_ui_gen.go"); at.Equal(long) {
		t.Error("the file of changed texts was not written")
	}
	if rest, _ := filepath.Glob(filepath.Join(dir, ".texts*")); len(rest) > 0 {
		t.Errorf("unfinished files are left: %v", rest)
	}
}

func changed(t *testing.T, dir, name string) time.Time {
	t.Helper()
	info, err := os.Stat(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return info.ModTime()
}

func TestCheckWritesNothingAndTellsWhatIsOld(t *testing.T) {
	dir := setUp(t, map[string]string{"keys.json": all("KeysA", `"a"`)})
	var out bytes.Buffer
	if run(dir, true, &out) || !strings.Contains(out.String(), "texts_keys_gen.go: not up to date") {
		t.Errorf("a file that is missing: said %q", out.String())
	}
	if made, _ := filepath.Glob(filepath.Join(dir, "*_gen.go")); len(made) > 0 {
		t.Errorf("-check made %v", made)
	}
	if !run(dir, false, &out) || !run(dir, true, &out) {
		t.Errorf("files just made are called old: %s", out.String())
	}
	out.Reset()
	write(t, dir, "texts/keys.json", all("KeysA", `"b"`))
	if run(dir, true, &out) || !strings.Contains(out.String(), "not up to date") {
		t.Errorf("a file that is old: said %q", out.String())
	}
}

func TestTheFileOfTextsThatAreGoneIsRemoved(t *testing.T) {
	dir := setUp(t, map[string]string{"keys.json": all("KeysA", `"a"`)})
	write(t, dir, "texts_old_gen.go", "package i18n\n")
	var out bytes.Buffer
	if run(dir, true, &out) || !strings.Contains(out.String(), "texts_old_gen.go: its texts are gone") {
		t.Errorf("said %q", out.String())
	}
	if !run(dir, false, &out) {
		t.Error(out.String())
	}
	if _, err := os.Stat(filepath.Join(dir, "texts_old_gen.go")); !os.IsNotExist(err) {
		t.Errorf("the file is still there: %v", err)
	}
	if !strings.Contains(read(t, dir, "texts_keys_gen.go"), "KeysA") {
		t.Error("a file whose texts are there is gone")
	}
}
