package eventweb_test

import (
	"testing"

	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/event"
)

func TestORG3_TheRecordTellsWhatAChangeWasFromAndTo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		change := func(from, to any) map[string]any { return map[string]any{"from": from, "to": to} }
		s.record(s.by, event.Event{Kind: "identity.customer", Subject: s.house, CustomerID: s.house, Name: "identity.company.edit", Data: event.Data(map[string]any{
			"name": change("Gamle <AS>", "Nye AS"), "town": change("Oslo", ""), "phone": change("", "22 33 44 55"), "active": change(true, false),
			"status": change("active", "blocked"), "added": []string{"people.see:group"}, "attention": true,
		})})
		s.want("/office/events", []string{
			"i bruk: ja → nei", "lagt til: Se brukere (Egen gruppe)", "kontaktperson: ja", "navn: Gamle &lt;AS&gt; → Nye AS", "telefon: 22 33 44 55",
			"status: Aktiv → Sperret", "poststed: Oslo → (tomt)",
		}, "map[")
	})
}
