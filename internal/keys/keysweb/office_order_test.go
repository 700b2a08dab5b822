package keysweb_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/keys"
	"skranke/internal/keys/keystest"
	"skranke/internal/mail"
)

func TestKEY8_TheOfficeSeesWhomAnOrderWaitsFor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openDesk(t, d, keystest.Terms{})
		o := x.Order(t, x.Form())
		path := "/office/keys/orders/" + o.ID
		x.page("GET", path, nil, 200, o.Number, "Venter på betaling", "Venter på beboeren", "Blir spurt når betalingen er sikret", "kari@home.example", `href="tel:40000000"`)
		x.Reserve(t, o.ID)
		x.page("GET", path, nil, 200, "Venter på styret", "Venter på Ingrid Holm eller Olav Vik, senest", "Reservasjonen gjelder til", "Styret er spurt")
		if err := x.Answer(t.Context(), o.ID, 0, false); err != nil {
			t.Fatal(err)
		}
		x.page("GET", path, nil, 200, "Avslått", "Ingrid Holm", "Leiligheten har nok brikker", "451,00\u00a0kr")
	})
}

func TestKEY6_TheOfficeSeesThatTwoApproversAreNeeded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openDesk(t, d, keystest.Terms{Approvals: 2})
		o := x.Order(t, x.Form())
		path := "/office/keys/orders/" + o.ID
		x.Reserve(t, o.ID)
		x.page("GET", path, nil, 200, "Venter på Ingrid Holm og Olav Vik, senest")
		if err := x.Answer(t.Context(), o.ID, 0, true); err != nil {
			t.Fatal(err)
		}
		x.page("GET", path, nil, 200, "Venter på Olav Vik, senest")
	})
}

func TestKEY9_StaffTakeAnOrderFromProductionToTheResident(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openDesk(t, d, keystest.Terms{})
		o := x.making("2", nil)
		path := "/office/keys/orders/" + o.ID
		x.page("GET", path, nil, 200, "I produksjon", "2 mangler", `action="`+path+`/make"`, "0 av 2 laget")
		x.page("POST", path+"/ready", nil, 409, "Registrer serienumrene til alt i bestillingen først")
		x.goes(path+"/make", url.Values{"serials": {"F-1001"}}, path)
		x.page("GET", path, nil, 200, "1 mangler", "1 av 2 laget", "F-1001")
		x.goes(path+"/make", url.Values{"serials": {"F-1002\r\n"}}, path)
		x.page("GET", path, nil, 200, `action="`+path+`/ready"`, "F-1002")
		x.goes(path+"/ready", nil, path)
		x.page("GET", path, nil, 200, "Klar til henting", `name="handed_to"`)
		x.goes(path+"/hand_over", url.Values{"handed_to": {"Kari Nes"}}, path)
		x.page("GET", path, nil, 200, "Mottatt", "Utlevert til Kari Nes")
		if s := x.status(o); s != keys.StatusReceived {
			t.Errorf("the order is %s", s)
		}
		x.page("POST", path+"/hand_over", url.Values{"handed_to": {"Kari Nes"}}, 409, "Bestillingen har endret seg i mellomtiden")
	})
}

func TestKEY9_AnOrderByPostIsSentWithItsTrackingNumber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openDesk(t, d, keystest.Terms{})
		o := x.making("1", func(f *keys.Form) { f.Delivery = keys.Post })
		path := "/office/keys/orders/" + o.ID
		x.goes(path+"/make", url.Values{"serials": {"F-1"}}, path)
		x.page("GET", path, nil, 200, "Bjerkelia 2, 1430 Ås", `name="tracking"`)
		x.page("POST", path+"/send", url.Values{"tracking": {strings.Repeat("9", 41)}}, 422, "Teksten er for lang", strings.Repeat("9", 41))
		x.goes(path+"/send", url.Values{"tracking": {"RR 123"}}, path)
		x.page("GET", path, nil, 200, "Sporingsnummer RR 123", `action="`+path+`/receive"`)
		x.goes(path+"/receive", nil, path)
	})
}

func TestKEY9_WhatIsTypedWrongComesBackWithItsReason(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openDesk(t, d, keystest.Terms{})
		first := x.making("1", nil)
		x.goes("/office/keys/orders/"+first.ID+"/make", url.Values{"serials": {"F-77"}}, "/office/keys/orders/"+first.ID)
		o := x.making("2", nil)
		path := "/office/keys/orders/" + o.ID
		for typed, says := range map[string]string{
			"":              "Skriv minst ett serienummer",
			" \n ":          "Skriv minst ett serienummer",
			"!!!":           "Skriv ett serienummer per linje",
			"A-1\na 1":      "Et av serienumrene står to ganger",
			"A-1\nA-2\nA-3": "flere serienumre enn det som gjenstår",
			"A-1\nf 77":     "finnes i registeret fra før",
			"A-1\x00":       "Skriv ett serienummer per linje",
		} {
			body := x.page("POST", path+"/make", url.Values{"serials": {typed}}, 422, says, "<title>1 feil – ", `href="#serials"`, `aria-invalid="true"`)
			if typed == "A-1\nA-2\nA-3" && !strings.Contains(body, ">A-1 A-2 A-3</textarea>") {
				t.Errorf("what was typed is lost: %s", body)
			}
		}
		if v := x.Find(t, o.ID); len(v.Serials) != 0 {
			t.Errorf("something was made: %v", v.Serials)
		}
		x.goes(path+"/make", url.Values{"serials": {"A-1\nA-2"}}, path)
		x.goes(path+"/ready", nil, path)
		for _, name := range []string{"", " ", "K", "Kari\nNes"} {
			x.page("POST", path+"/hand_over", url.Values{"handed_to": {name}}, 422, "Skriv navnet på den som henter")
		}
	})
}

func TestKEY9_CancellingIsAskedOnAPageOfItsOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openDesk(t, d, keystest.Terms{})
		o := x.Order(t, x.Form())
		x.Reserve(t, o.ID)
		path := "/office/keys/orders/" + o.ID
		x.page("GET", path, nil, 200, `href="`+path+`/cancel"`)
		x.page("GET", path+"/cancel", nil, 200, "Kansellere bestilling "+o.Number, "kan ikke gjøres om", `method="post"`)
		if s := x.status(o); s != keys.AwaitingBoard {
			t.Fatalf("asking whether to cancel made it %s", s)
		}
		x.goes(path+"/cancel", nil, path)
		if s := x.status(o); s != keys.StatusCancelled || x.Cards.Released(o.ID) != 1 {
			t.Errorf("the order is %s, released %d times", s, x.Cards.Released(o.ID))
		}
		w := x.send("GET", path+"/cancel", nil)
		if w.Code != 303 || w.Header().Get("Location") != path {
			t.Errorf("asking once more is %d", w.Code)
		}
		x.page("POST", path+"/cancel", nil, 409, "Bestillingen har endret seg i mellomtiden")
	})
}

func TestKEY12_OnlyWhoMayDoesWhatIsNotOpenToOthers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openDesk(t, d, keystest.Terms{})
		o := x.making("1", nil)
		waiting := x.Order(t, x.Form())
		path := "/office/keys/orders/" + o.ID
		for _, p := range []string{"/office/keys/orders/x", "/office/keys/orders/" + id.New()} {
			x.page("GET", p, nil, 404, "Vi finner ikke bestillingen")
			x.page("POST", p+"/make", url.Values{"serials": {"A"}}, 404)
		}
		for _, action := range []string{"start", "approve", "capture", "x"} {
			x.page("POST", path+"/"+action, nil, 404)
		}
		x.staff(keys.MaySee)
		body := x.page("GET", path, nil, 200)
		x.lacks(body, `action="`+path, path+"/cancel", "/office/mails/", "/office/customers/")
		x.page("POST", path+"/make", url.Values{"serials": {"A"}}, 403)
		x.page("POST", "/office/keys/orders/"+waiting.ID+"/cancel", nil, 403)
		x.page("GET", path+"/cancel", nil, 403)
		x.page("GET", "/office/keys/production", nil, 403)
		x.page("GET", "/office/keys/register", nil, 403)
		x.member(x.Board[0].ID, x.Association.ID, keys.MaySee, keys.MayProduce)
		for _, p := range []string{"/office/keys/orders", path, "/office/keys/orders.csv"} {
			x.page("GET", p, nil, 404)
		}
		x.page("POST", path+"/make", url.Values{"serials": {"A"}}, 404)
		if v := x.Find(t, o.ID); len(v.Serials) != 0 || x.status(waiting) != keys.AwaitingPayment {
			t.Errorf("something was done: %+v", v)
		}
	})
}

func TestKEY12_TheAssociationSeesItsOwnOrdersAndNothingElse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openDesk(t, d, keystest.Terms{})
		o := x.making("1", nil)
		x.staff()
		x.goes("/office/keys/orders/"+o.ID+"/make", url.Values{"serials": {"F-1"}}, "/office/keys/orders/"+o.ID)
		path := "/my/keys/orders/" + o.ID
		x.member(x.Board[0].ID, x.Association.ID, keys.MaySee)
		x.page("GET", "/my/keys/orders", nil, 200, o.Number, path, "Bjerkelia borettslag")
		body := x.page("GET", path, nil, 200, o.Number, "Kari Nes", "H0203", "Ingrid Holm", "Lås &amp; Nøkkel")
		x.lacks(body, "kari@home.example", "400 00 000", "<form method=\"post\" action=\"/office", "/office/")
		x.member(x.Board[0].ID, id.New(), keys.MaySee)
		body = x.page("GET", "/my/keys/orders", nil, 200, "Ingen bestillinger her")
		x.lacks(body, o.Number)
		x.page("GET", path, nil, 404, "Vi finner ikke bestillingen")
		if csv := x.send("GET", "/my/keys/orders.csv?customer="+x.Association.ID, nil).Body.String(); strings.Contains(csv, o.Number) {
			t.Errorf("the foreign list has the order: %s", csv)
		}
		x.by = authz.Actor{}
		if w := x.send("GET", path, nil); w.Code != 303 || !strings.HasPrefix(w.Header().Get("Location"), "/sign-in") {
			t.Errorf("a stranger gets %d", w.Code)
		}
	})
}

func TestKEY6_AnApproverIsLedFromTheOrderToTheQuestion(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openDesk(t, d, keystest.Terms{})
		o := x.Order(t, x.Form())
		x.Reserve(t, o.ID)
		asked, err := x.Keys.Approvals.Of(t.Context(), d, keys.SubjectKind, o.ID)
		if err != nil {
			t.Fatal(err)
		}
		path := "/my/keys/orders/" + o.ID
		x.member(x.Board[0].ID, x.Association.ID, keys.MaySee, "approval.see", "approval.decide")
		x.page("GET", path, nil, 200, `href="/inbox/`+asked.ID+`"`)
		x.member(id.New(), x.Association.ID, keys.MaySee, "approval.see", "approval.decide")
		x.lacks(x.page("GET", path, nil, 200), "/inbox/")
	})
}

func TestKEY6_TheApproverIsShownTheWholeOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openDesk(t, d, keystest.Terms{})
		f := x.Form()
		f.Delivery, f.Name = keys.Post, "Kari <b>Nes"
		o := x.Order(t, f)
		x.Reserve(t, o.ID)
		for l, says := range map[i18n.L]string{i18n.NB: "Beboeren har betalt", i18n.SV: "Den boende har betalat", i18n.DA: "Hvis", i18n.EN: "If the answer is yes"} {
			part, err := x.Pages.OrderForApproval(t.Context(), l, o.ID)
			if err != nil {
				t.Fatal(err)
			}
			var html strings.Builder
			if err := part.Render(t.Context(), &html); err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{o.Number, "Bjerkelia borettslag", "H0203", "Kari &lt;b&gt;Nes", "4127", "07", "Bjerkelia 2, 1430 Ås", l.Money(o.Amount())} {
				if !strings.Contains(html.String(), text) {
					t.Errorf("%s lacks %q", l, text)
				}
			}
			if l != i18n.DA && !strings.Contains(html.String(), says) {
				t.Errorf("%s lacks %q: %s", l, says, html.String())
			}
		}
		if _, err := x.Pages.OrderForApproval(t.Context(), i18n.NB, id.New()); err == nil {
			t.Error("an order that is not there is shown")
		}
	})
}

func TestAMailAboutAnOrderIsSentAgainFromItsPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openDesk(t, d, keystest.Terms{})
		o, other := x.Order(t, x.Form()), x.Order(t, x.Form())
		x.Reserve(t, o.ID)
		x.Pass(time.Minute)
		log, err := mail.Log(t.Context(), d, o.ID)
		if err != nil || len(log) == 0 {
			t.Fatal(log, err)
		}
		path := "/office/keys/orders/" + o.ID
		resend := path + "/mails/" + log[0].ID + "/resend"
		x.page("GET", path, nil, 200, `action="`+resend+`"`, log[0].Subject, log[0].ToAddress)
		x.goes(resend, nil, path)
		for _, p := range []string{"/office/keys/orders/" + other.ID + "/mails/" + log[0].ID + "/resend", path + "/mails/" + id.New() + "/resend", path + "/mails/x/resend"} {
			x.page("POST", p, nil, 404)
		}
		x.staff(keys.MaySee, mail.MaySee)
		x.lacks(x.page("GET", path, nil, 200, log[0].Subject), resend)
		x.page("POST", resend, nil, 403)
	})
}
