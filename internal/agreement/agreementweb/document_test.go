package agreementweb_test

import (
	"bytes"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"

	"skranke/internal/db"
	"skranke/internal/db/dbtest"
)

// send posts a file as a browser does; an empty name sends none.
func (s *site) send(t *testing.T, path, name, content string) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	if name != "" {
		part, err := m.CreateFormFile("document", name)
		if err == nil {
			_, err = part.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Cookie", "skranke=x")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

const pdf = "%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\nstartxref\n9\n%%EOF\n"

func TestASignedDocumentIsTakenWhenItIsWhatItClaims(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		path := "/office/agreements/" + s.a.ID
		for _, tt := range []struct{ name, file, content, says string }{
			{"nothing chosen", "", "", "Velg en fil først"},
			{"a page called PDF", "avtale.pdf", "<html>", "avtale.pdf"},
			{"an empty file", "tom.pdf", "", "tom.pdf"},
		} {
			w := s.send(t, path+"/document", tt.file, tt.content)
			if w.Code != 422 || !strings.Contains(w.Body.String(), tt.says) || !strings.Contains(w.Body.String(), `href="#document"`) {
				t.Errorf("%s: %d", tt.name, w.Code)
			}
		}
		s.check(t, path+"/document", 404)
		if w := s.send(t, path+"/document", "avtale.pdf", pdf); w.Code != 303 || w.Header().Get("Location") != path {
			t.Fatalf("a PDF: %d", w.Code)
		}
		s.check(t, path+"/document", 200, "file ")
		s.check(t, path, 200, path+"/document")
		s.by.Grants[0].May = s.by.Grants[0].May[:1] // may look only
		if w := s.send(t, path+"/document", "avtale.pdf", pdf); w.Code != 403 {
			t.Errorf("who may only look: %d", w.Code)
		}
		s.member(s.a.CustomerID)
		if w := s.send(t, path+"/document", "avtale.pdf", pdf); w.Code != 404 {
			t.Errorf("a member: %d", w.Code)
		}
	})
}
