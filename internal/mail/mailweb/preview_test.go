package mailweb_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/i18n"
	"skranke/internal/link"
	"skranke/internal/mail"
)

func TestPreview(t *testing.T) {
	if os.Getenv("PREVIEW") == "" {
		t.Skip()
	}
	h := build(t, dbtest.Open(t, dbtest.SQLite(t)))
	var ids []string
	for n := range 30 {
		h.refuse = n == 27
		want := mail.Sent
		if h.refuse {
			want = mail.Failed
		}
		ids = append(ids, h.send(t, fmt.Sprintf("Brikke nummer %02d", n), want))
	}
	h.refuse = false
	err := h.d.InTx(t.Context(), func(tx *db.Tx) error {
		l, _ := link.Make(t.Context(), tx, "keys.approve", "order-1", "", time.Hour)
		return h.post.Send(t.Context(), tx, mail.Letter{
			Template: "keys.approve", To: mail.Address{Name: "Ragnhild Aasen", Email: "ragnhild@borettslag.example"}, L: i18n.NB, About: "order-1",
			Subject:    "Godkjenn brikke til leilighet H0203",
			Greeting:   "Hei, Ragnhild!",
			Paragraphs: []string{"Mona Sæther har bestilt en nøkkelbrikke til leilighet H0203 i Bjørkely borettslag og betalt for den.", "Styret må godkjenne bestillingen før den kan lages. Uten svar innen 4. desember faller den bort, og pengene frigis."},
			Facts:      []mail.Fact{{Label: "Ordre", Value: "N-1042"}, {Label: "Hva", Value: "Nøkkelbrikke, i tillegg til dem som finnes"}, {Label: "Leilighet", Value: "H0203"}, {Label: "Pris", Value: "350,00 kr"}},
			Button: &mail.Button{Label: "Se bestillingen og svar", Link: mail.Ref{Kind: "keys.approve", ID: l.ID, Path: "/approve/%s"}},
			Links:  []mail.Button{{Label: "Alle bestillinger som venter", Link: mail.Ref{Path: "/orders"}}},
			Small:  []string{"Lenken gjelder bare for mottakeren og virker i 14 dager.", "E-posten kom fordi styret godkjenner nøkler i Bjørkely borettslag."},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, _ := mail.Log(t.Context(), h.d, "order-1")
	last := rows[len(rows)-1].ID
	h.await(t, last, mail.Sent)
	serve := func(scheme string) *httptest.Server {
		return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.AddCookie(&http.Cookie{Name: "skranke", Value: "all"})
			r.AddCookie(&http.Cookie{Name: "language", Value: "nb"})
			r.AddCookie(&http.Cookie{Name: "scheme", Value: scheme})
			if scheme == "dark" && strings.HasSuffix(r.URL.Path, "/html") {
				rec := httptest.NewRecorder()
				h.edge.ServeHTTP(rec, r)
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprint(w, strings.ReplaceAll(rec.Body.String(), "(prefers-color-scheme: dark)", "all"))
				return
			}
			h.edge.ServeHTTP(w, r)
		}))
	}
	a, b := serve("light"), serve("dark")
	os.WriteFile(os.Getenv("PREVIEW"), []byte(fmt.Sprintf("LIGHT=%s\nDARK=%s\nLAST=%s\nFAILED=%s\n", a.URL, b.URL, last, ids[27])), 0o644)
	time.Sleep(8 * time.Minute)
}
