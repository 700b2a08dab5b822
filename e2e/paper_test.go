package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"skranke/internal/db/dbtest"
	"skranke/internal/i18n"
	"skranke/internal/identity"
)

const onePage = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

func TestAFileThatIsNotWhatItClaimsIsRefusedByItsName(t *testing.T) {
	dsn := dbtest.SQLite(t)
	furnish(t, dsn, false)
	s := start(t, "serve", t.TempDir(), dsn)
	h := s.findHouse(wanted{l: i18n.NB})
	admin := s.signIn(t, identity.Admin, inNorwegian)
	here := "/office/agreements/" + h.AgreementID
	send := func(name, content string) {
		t.Helper()
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		admin.Open(s.URL + here)
		admin.Upload("document", file)
		admin.Click(admin.l.AgreementDocumentSend())
	}
	for name, tt := range map[string]struct{ content, says string }{
		"avtale.pdf":   {"<html><script>alert(1)</script></html>", admin.l.FilesNotWhatItClaims("avtale.pdf")},
		"tom.pdf":      {"", admin.l.FilesEmpty("tom.pdf")},
		"avtale.exe":   {"MZ\x90\x00", admin.l.FilesKindNotAllowed("avtale.exe")},
		"for stor.pdf": {onePage + strings.Repeat("%", 10<<20), admin.l.FilesTooLarge("10", "for stor.pdf")},
	} {
		send(name, tt.content)
		admin.See(tt.says)
		if got := status(admin.Tab); got != 422 {
			t.Errorf("%s is answered with %d, want 422", name, got)
		}
		admin.Axe(t)
	}
	send("avtale.pdf", onePage)
	admin.See(admin.l.Code("agreement.document"))
	admin.Until("the paper can be read", func() bool { return admin.Count(`a[href="`+here+`/document"]`) > 0 })
	if code, body := s.get(here + "/document"); code == 200 || strings.Contains(body, "%PDF") {
		t.Errorf("a stranger reads the agreement: %d", code)
	}
}
