package keysweb_test

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/id"
	"skranke/internal/keys"
	"skranke/internal/keys/keystest"
)

func TestKEY8_TheListShowsWhereEachOrderIs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openDesk(t, d, keystest.Terms{})
		x.page("GET", "/office/keys/orders", nil, 200, "Ingen bestillinger her", "Nye bestillinger kommer inn av seg selv")
		waiting := x.Order(t, x.Form())
		x.Pass(time.Minute)
		making := x.making("3", nil)
		body := x.page("GET", "/office/keys/orders", nil, 200, waiting.Number, making.Number, "3 nøkkelbrikker", "4127 · 07", "Beløp, NOK", "Venter på betaling", "I produksjon")
		if strings.Index(body, making.Number) > strings.Index(body, waiting.Number) {
			t.Error("the newest order does not come first")
		}
		x.lacks(x.page("GET", "/office/keys/orders?work=in_production", nil, 200, making.Number, "/office/keys/orders.csv?work=in_production"), waiting.Number)
		x.page("GET", "/office/keys/orders?work=sent", nil, 200, "Ingen bestillinger er her akkurat nå.", "Vis alle bestillinger")
		x.page("GET", "/office/keys/orders?customer="+x.Association.ID, nil, 200, "Bare for Bjerkelia borettslag")
		x.lacks(x.page("GET", "/office/keys/orders?customer="+id.New(), nil, 200), making.Number)
		for _, nonsense := range []string{"work=x", "customer=x", "older=x", "newer=1.x", "older=99999999999999999999." + id.New(), "older=%00"} {
			x.page("GET", "/office/keys/orders?"+nonsense, nil, 200, making.Number)
		}
	})
}

// rel is where one of the two page buttons leads, or empty.
func rel(body, which string) string {
	_, after, ok := strings.Cut(body, `rel="`+which+`" href="`)
	if !ok {
		return ""
	}
	href, _, _ := strings.Cut(after, `"`)
	return strings.ReplaceAll(href, "&amp;", "&")
}

func rows(body string) int { return strings.Count(body, `<tr role="row">`) - 1 }

func TestKEY8_TheListIsReadPageByPageBothWays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openDesk(t, d, keystest.Terms{})
		for i := range 53 {
			x.Order(t, x.Form())
			if i%2 == 0 { // some share their instant
				x.Pass(time.Second)
			}
		}
		var pages []string
		for path := "/office/keys/orders?work=waiting"; path != ""; path = rel(pages[len(pages)-1], "next") {
			pages = append(pages, x.page("GET", path, nil, 200))
		}
		if len(pages) != 3 || rows(pages[0]) != 24 || rows(pages[1]) != 24 || rows(pages[2]) != 5 {
			t.Fatalf("%d pages, the last with %d rows", len(pages), rows(pages[len(pages)-1]))
		}
		if rel(pages[0], "prev") != "" {
			t.Error("there is something before the first page")
		}
		numbers := func(body string) string {
			return strings.Join(strings.Split(body, `href="/office/keys/orders/`)[1:], "")[:200]
		}
		second := x.page("GET", rel(pages[2], "prev"), nil, 200)
		first := x.page("GET", rel(second, "prev"), nil, 200)
		if numbers(second) != numbers(pages[1]) || numbers(first) != numbers(pages[0]) || rel(first, "prev") != "" {
			t.Error("the way back does not lead through the same pages")
		}
	})
}

func TestKEY8_TheListIsDownloadedWholeAndWithoutFormulas(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openDesk(t, d, keystest.Terms{})
		o := x.making("2", func(f *keys.Form) { f.Name = "=1+1" })
		x.Order(t, x.Form())
		x.goes("/office/keys/orders/"+o.ID+"/make", url.Values{"serials": {"-5\n-6"}}, "/office/keys/orders/"+o.ID)
		read := func(path string, comma rune, header ...string) [][]string {
			w := x.send("GET", path, nil, header...)
			if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment; filename=") || w.Header().Get("Content-Type") != "text/csv; charset=utf-8" {
				t.Fatalf("%s is %d, %v", path, w.Code, w.Header())
			}
			r := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\ufeff")))
			r.Comma = comma
			all, err := r.ReadAll()
			if err != nil {
				t.Fatalf("%s: %v in %q", path, err, w.Body.String())
			}
			return all
		}
		orders := read("/office/keys/orders.csv?work=in_production", ';')
		if len(orders) != 2 || orders[0][0] != "Bestilling" || orders[1][0] != o.Number || orders[1][3] != "2" || orders[1][10] != "800,00" || orders[1][11] != "NOK" {
			t.Errorf("%q", orders)
		}
		if all := read("/office/keys/orders.csv", ',', "Accept-Language", "en"); len(all) != 3 || all[0][0] != "Order" || all[2][10] != "800.00" {
			t.Errorf("%q", all)
		}
		register := read("/office/keys/register.csv", ';')
		if len(register) != 3 || register[1][0] != "'-5" || register[2][0] != "'-6" || register[1][6] != "'=1+1" || register[1][3] != "4127" {
			t.Errorf("%q", register)
		}
	})
}

func TestKEY9_TheProductionListGroupsByKeySystemOldestFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openDesk(t, d, keystest.Terms{})
		const path = "/office/keys/production"
		x.page("GET", path, nil, 200, "Ingenting å lage akkurat nå", `hx-sse:connect="/office/keys/production/live"`)
		cut := func(f *keys.Form) { f.Product, f.SystemNumber, f.Code = string(keys.Key), "b88-2", "a12" }
		first := x.making("1", nil)
		x.Pass(time.Minute)
		second := x.making("2", cut)
		x.Pass(time.Minute)
		third := x.making("1", nil)
		body := x.page("GET", path, nil, 200, "Nøkler å lage", "i 3 bestillinger", "Låssystem 4127 – Bjerkelia borettslag", "Låssystem B 88-2", "Nøkkelmerke", "Sonenummer", "2 / 2")
		at := func(text string) int { return strings.Index(body, text) }
		if at(first.Number) > at(third.Number) || at(third.Number) > at(second.Number) || strings.Count(body, "<h2 id=\"system-") != 2 {
			t.Errorf("the list is not grouped, oldest first: %s", body)
		}
		post := func(o keys.Order, action, field, value string) (string, url.Values) {
			return "/office/keys/orders/" + o.ID + "/" + action, url.Values{"back": {path}, field + "-" + o.ID: {value}}
		}
		target, form := post(second, "make", "serials", "K-1\nK-2\nK-3")
		body = x.page("POST", target, form, 422, "flere serienumre", `href="#serials-`+second.ID+`"`, "K-1 K-2 K-3</textarea>", "i 3 bestillinger")
		if strings.Count(body, "<details class=\"more\" id=\"do-") != 3 || strings.Count(body, " open") != 1 {
			t.Errorf("not just the form with the mistake stands open: %s", body)
		}
		target, form = post(first, "make", "serials", "K-9")
		x.goes(target, form, path)
		x.page("GET", path, nil, 200, "Alt laget", `action="/office/keys/orders/`+first.ID+`/ready"`)
		target, form = post(first, "ready", "x", "")
		x.goes(target, form, path)
		x.page("GET", path, nil, 200, "to-collect", "Klar til henting", `name="handed_to-`+first.ID+`"`)
		target, form = post(first, "hand_over", "handed_to", "Kari Nes")
		x.goes(target, form, path)
		x.page("POST", target, form, 409, "Bestillingen har endret seg i mellomtiden", "i 2 bestillinger")
		form.Set("back", "https://elsewhere.example/")
		x.lacks(x.page("POST", target, form, 422, first.Number), "elsewhere") // on the order's own page
		if part := x.send("GET", path, nil, "HX-Request", "true").Body.String(); !strings.HasPrefix(strings.TrimSpace(part), `<div id="production"`) {
			t.Errorf("htmx gets %s", part)
		}
	})
}

func TestKEY9_TheOpenProductionListHearsOfEveryMove(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openDesk(t, d, keystest.Terms{})
		o := x.making("20", nil)
		go x.Pages.Hub.Run(t.Context(), slog.New(slog.DiscardHandler))
		server := httptest.NewServer(x.Edge)
		defer server.Close()
		defer x.Pages.Hub.Close() // ends the stream, which the server waits for
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/office/keys/production/live", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Cookie", "skranke=x")
		w, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Body.Close()
		if w.StatusCode != 200 || w.Header.Get("Content-Type") != "text/event-stream" {
			t.Fatalf("%d %s", w.StatusCode, w.Header.Get("Content-Type"))
		}
		heard := make(chan struct{})
		go func() {
			for lines := bufio.NewScanner(w.Body); lines.Scan(); {
				if lines.Text() == "event: changed" {
					close(heard)
					return
				}
			}
		}()
		path := "/office/keys/orders/" + o.ID
		for i := range 20 { // the ear of another node may open a moment after the stream
			x.goes(path+"/make", url.Values{"serials": {fmt.Sprint("F-", i)}}, path)
			select {
			case <-heard:
				return
			case <-time.After(500 * time.Millisecond):
			}
		}
		t.Error("the list was never told")
	})
}

func TestKEY10_TheRegisterIsFoundByTheBeginningOfANumber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openDesk(t, d, keystest.Terms{})
		var items []keys.Item
		for i := range 60 {
			state := keys.ItemActive
			if i%10 == 0 {
				state = keys.ItemLost
			}
			items = append(items, keys.Item{SiteID: "", Code: "07", Serial: fmt.Sprintf("F-%04d", i), Flat: "H0101", Holder: "Kari Nes", State: state, Since: x.Now()})
		}
		if err := x.Keys.Enter(t.Context(), keystest.All, x.Fobs, items); err != nil {
			t.Fatal(err)
		}
		x.page("GET", "/office/keys/register", nil, 200, "F-0000", "F-0023", "24 nøkler på denne siden", "Kari Nes", "Mistet", "Aktiv")
		x.lacks(x.page("GET", "/office/keys/register?q=f+005", nil, 200, "F-0050", "F-0059", "10 nøkler"), "F-0049")
		x.lacks(x.page("GET", "/office/keys/register?state=lost", nil, 200, "F-0050", "6 nøkler"), "F-0051")
		x.page("GET", "/office/keys/register?system="+x.Cuts.ID, nil, 200, "Ingen nøkler passer", "Vis hele registeret")
		for _, nonsense := range []string{"state=x", "system=x", "after=x", "after=F%00." + id.New(), "q=%00", "q=%ff"} {
			x.page("GET", "/office/keys/register?"+nonsense, nil, 200)
		}
		seen := 0
		for path := "/office/keys/register?q=F"; path != ""; {
			body := x.page("GET", path, nil, 200)
			seen += rows(body)
			path = rel(body, "next")
		}
		if seen != 60 {
			t.Errorf("%d of 60 were on the pages", seen)
		}
		x.member(x.Board[0].ID, x.Association.ID, keys.MaySeeRegister, keys.MaySee)
		x.page("GET", "/my/keys/register", nil, 200, "F-0000", "/my/keys/register.csv")
		x.member(x.Board[0].ID, id.New(), keys.MaySeeRegister, keys.MaySee)
		x.lacks(x.page("GET", "/my/keys/register?customer="+x.Association.ID, nil, 200, "Ingen nøkler passer"), "F-0000")
		x.lacks(x.page("GET", "/my/keys/register?system="+x.Fobs.ID, nil, 200), "F-0000")
	})
}
