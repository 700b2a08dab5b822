package approvalweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/link"
	"skranke/internal/web"
)

func TestKEY6_OpeningTheLinkShowsTheWholeOrderAndDecidesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		q, token := s.ask(1)
		path := "/approve/" + token[kari]
		for range 3 { // a mail scanner, then a person, then a reload
			s.want("GET", path, nil, 200, "whole order "+q.Subject+" in nb", "Skal dette godkjennes?", "Svarfrist: "+clock(s.now.Add(72*time.Hour)), `name="decision" value="approve"`, `value="reject"`, `action="`+path+`"`)
		}
		s.do("HEAD", path, nil)
		if v := s.state(q); v.State != approval.Pending || len(v.Decisions) != 0 {
			t.Errorf("a GET decided: %+v", v)
		}
		for _, query := range []string{"?decision=approve", "?decision=reject&reason=x"} {
			s.want("GET", path+query, nil, 200)
			s.want("POST", path+query, nil, 422) // nor does an address, whoever sends it
		}
		if v := s.state(q); v.State != approval.Pending {
			t.Errorf("an address decided: %+v", v)
		}
	})
}

func TestKEY6_ApprovingLeadsBackToAPageThatSaysSo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		q, token := s.ask(1)
		path := "/approve/" + token[kari]
		w := s.do("POST", path, approve())
		if w.Code != 303 || w.Header().Get("Location") != path {
			t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
		}
		s.now = s.now.Add(time.Hour)
		body := s.want("GET", path, nil, 200, "Kari Berg godkjente "+clock(s.now.Add(-time.Hour)), "whole order")
		if strings.Contains(body, `name="decision"`) {
			t.Error("the buttons are still there")
		}
		if v := s.state(q); v.State != approval.Approved || len(v.Decisions) != 1 || v.Decisions[0].PersonID != kari || v.Decisions[0].Via != "link" {
			t.Errorf("%+v", v)
		}
	})
}

func TestKEY6_TheSecondApproverSeesWhoDecidedAndWhen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		q, token := s.ask(1)
		s.do("POST", "/approve/"+token[ola], url.Values{"decision": {"reject"}, "reason": {"Flytter ut <snart>"}})
		s.now = s.now.Add(time.Hour)
		path := "/approve/" + token[kari]
		s.want("GET", path, nil, 200, "Ola &lt;b&gt;Dahl avslo "+clock(s.now.Add(-time.Hour)), "Begrunnelse: Flytter ut &lt;snart&gt;", "Det første svaret teller")
		if w := s.do("POST", path, approve()); w.Code != 303 || w.Header().Get("Location") != path {
			t.Errorf("a late yes is %d to %q", w.Code, w.Header().Get("Location"))
		}
		if w := s.do("POST", path, url.Values{"decision": {"reject"}}); w.Code != 303 {
			t.Errorf("a late no without a reason is %d", w.Code)
		}
		if v := s.state(q); v.State != approval.Rejected || len(v.Decisions) != 1 {
			t.Errorf("%+v", v)
		}
	})
}

func TestKEY6_ARejectionNeedsAReasonAndNothingTypedIsLost(t *testing.T) {
	long := strings.Repeat("a", 1001)
	for name, x := range map[string]struct {
		form url.Values
		says string
		kept string
	}{
		"no reason":       {url.Values{"decision": {"reject"}, "reason": {"  "}}, "Skriv kort hvorfor det avslås", ""},
		"too long":        {url.Values{"decision": {"reject"}, "reason": {long}}, "Begrunnelsen er for lang", long},
		"no choice":       {url.Values{"reason": {"Hm, \"nei\""}}, "Velg godkjenn eller avslå", "Hm, &#34;nei&#34;"},
		"another word":    {url.Values{"decision": {"expire"}, "reason": {"x"}}, "Velg godkjenn eller avslå", ">x</textarea>"},
		"only characters": {url.Values{"decision": {"reject"}, "reason": {"\x00\x01"}}, "Skriv kort hvorfor det avslås", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := open(t, d)
				q, token := s.ask(1)
				body := s.want("POST", "/approve/"+token[kari], x.form, 422, x.says, x.kept, `class="ds-error-summary"`, "<title>1 feil – ", "whole order")
				if v := s.state(q); v.State != approval.Pending {
					t.Errorf("%+v", v)
				}
				if strings.Contains(x.says, "Skriv") && !strings.Contains(body, `aria-invalid="true"`) {
					t.Error("the field is not marked")
				}
			})
		})
	}
}

func TestKEY6_TwoApproversAreNeededWhereTheAgreementSaysSo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		q, token := s.ask(2)
		s.want("GET", "/approve/"+token[ola], nil, 200, "0 av 2 har sagt ja")
		s.do("POST", "/approve/"+token[kari], approve())
		if v := s.state(q); v.State != approval.Pending {
			t.Fatalf("one of two settled it: %+v", v)
		}
		mine := s.want("GET", "/approve/"+token[kari], nil, 200, "Takk, svaret er lagret", "Det trengs ja fra 1 godkjenner til.", "1 av 2 har sagt ja")
		if strings.Contains(mine, `name="decision"`) {
			t.Error("Kari may answer twice")
		}
		s.do("POST", "/approve/"+token[kari], approve())
		s.want("GET", "/approve/"+token[ola], nil, 200, "1 av 2 har sagt ja", "Kari Berg sa ja", `value="approve"`)
		s.do("POST", "/approve/"+token[ola], approve())
		s.want("GET", "/approve/"+token[kari], nil, 200, "Alle som trengtes, har sagt ja", "Ola &lt;b&gt;Dahl sa ja")
		if v := s.state(q); v.State != approval.Approved || len(v.Decisions) != 2 {
			t.Errorf("%+v", v)
		}
	})
}

func TestKEY6_ADoubleClickDecidesOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		q, token := s.ask(1)
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				if w := s.do("POST", "/approve/"+token[kari], approve()); w.Code != 303 {
					t.Errorf("a click is answered with %d", w.Code)
				}
			})
		}
		all.Wait()
		if v := s.state(q); v.State != approval.Approved || len(v.Decisions) != 1 {
			t.Errorf("%+v", v)
		}
	})
}

func TestKEY6_ALinkThatOpensNothingSaysWhyAndWhatToDo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		q, token := s.ask(1)
		_, other := s.ask(1)
		path := "/approve/" + token[kari]
		broken := path[:len(path)-1] + "A"
		if broken == path {
			broken = path[:len(path)-1] + "B"
		}
		for _, p := range []string{"/approve/x", "/approve/" + strings.Repeat("A", 43), broken, "/approve/" + s.links.Token("keys.status", q.ID)} {
			s.want("GET", p, nil, 404, "Lenken virker ikke", "kopier hele adressen")
			s.want("POST", p, approve(), 404)
		}
		if err := d.InTx(t.Context(), func(tx *db.Tx) error { return link.Revoke(t.Context(), tx, approval.LinkKind, q.ID) }); err != nil {
			t.Fatal(err)
		}
		s.want("GET", path, nil, 410, "Lenken gjelder ikke lenger", "den siste e-posten")
		s.want("POST", path, approve(), 410)
		if v := s.state(q); v.State != approval.Pending {
			t.Errorf("a dead link decided: %+v", v)
		}
		s.now = s.now.Add(200 * 24 * time.Hour)
		s.want("GET", "/approve/"+other[kari], nil, 410, "Lenken er for gammel", "logg inn")
	})
}

func TestKEY6_ALateClickLearnsThatTheTimeIsUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		q, token := s.ask(1)
		s.now = s.now.Add(73 * time.Hour)
		path := "/approve/" + token[kari]
		s.want("GET", path, nil, 200, "Svarfristen gikk ut "+clock(q.DueAt))
		if w := s.do("POST", path, approve()); w.Code != 303 {
			t.Errorf("a late yes is %d", w.Code)
		}
		if v := s.state(q); v.State != approval.Pending {
			t.Errorf("a late yes counted: %+v", v)
		}
		if err := d.InTx(t.Context(), func(tx *db.Tx) error { return s.approvals.Expire(t.Context(), tx, asker, kind, q.Subject) }); err != nil {
			t.Fatal(err)
		}
		s.want("GET", path, nil, 200, "Svarfristen gikk ut", "Fristen gikk ut")
		q, token = s.ask(1)
		if err := d.InTx(t.Context(), func(tx *db.Tx) error { return s.approvals.Withdraw(t.Context(), tx, asker, kind, q.Subject) }); err != nil {
			t.Fatal(err)
		}
		s.want("GET", "/approve/"+token[ola], nil, 200, "Spørsmålet er trukket tilbake")
	})
}

func TestKEY6_TheInboxAsksTheSameAsTheLink(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		if w := s.do("GET", "/inbox", nil); w.Code != 303 || !strings.HasPrefix(w.Header().Get("Location"), "/sign-in") {
			t.Errorf("a stranger's inbox is %d", w.Code)
		}
		q, _ := s.ask(1)
		path := "/inbox/" + q.ID
		s.member(kari, s.customer)
		s.want("GET", "/inbox", nil, 200, "Til deg", "1 brikke til H0203", "Fjellheim borettslag", "om 3 dager", path)
		s.want("GET", path, nil, 200, "whole order", `action="`+path+`"`, `href="/inbox"`)
		s.want("POST", path, url.Values{"decision": {"reject"}, "reason": {""}}, 422, "Skriv kort hvorfor")
		if w := s.do("POST", path, url.Values{"decision": {"reject"}, "reason": {"Nei takk"}}); w.Code != 303 || w.Header().Get("Location") != path {
			t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
		}
		s.want("GET", "/inbox", nil, 200, "Ingenting venter", "Besvart", "Avslått")
		if v := s.state(q); v.State != approval.Rejected || v.Decisions[0].Via != "session" {
			t.Errorf("%+v", v)
		}
	})
}

func TestKEY6_OnlyListedApproversMayDecide(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		q, _ := s.ask(1)
		path := "/inbox/" + q.ID
		s.member(kari, id.New())
		for _, p := range []string{path, "/inbox/x", "/inbox/" + id.New()} {
			s.want("GET", p, nil, 404, "Vi finner ikke dette spørsmålet")
			s.want("POST", p, approve(), 404)
		}
		s.member(id.New(), s.customer)
		s.want("GET", path, nil, 200, "Dette kan bare godkjennerne svare på")
		s.want("POST", path, approve(), 403)
		s.by = authz.Actor{ID: kari, Kind: authz.Staff, Grants: []authz.Grant{{Scope: authz.All, May: []authz.Permission{approval.MaySee, approval.MayDecide}}}}
		s.want("GET", path, nil, 200, "Ansatte kan ikke godkjenne for kunden")
		s.want("POST", path, approve(), 403)
		if v := s.state(q); v.State != approval.Pending || len(v.Decisions) != 0 {
			t.Errorf("%+v", v)
		}
	})
}

func TestKEY6_ThePageSpeaksTheApproversLanguageUntilTheyChooseAnother(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		_, token := s.ask(2)
		s.speaks = func(r *http.Request, person string) error {
			if person != kari {
				t.Errorf("the link is %q's", person)
			}
			web.Prefer(r, i18n.SV)
			return nil
		}
		for cookie, tag := range map[string]string{"x=1": "sv", "language=da": "da"} {
			body := s.do("GET", "/approve/"+token[kari], nil, "Accept-Language", "en", "Cookie", cookie).Body.String()
			if !strings.Contains(body, `<html lang="`+tag+`"`) || !strings.Contains(body, " in "+tag+"<") {
				t.Errorf("%s: %s", cookie, body)
			}
		}
		s.speaks = nil
		for tag, says := range map[string]string{"sv": "Svara senast", "da": "Svarfrist", "en": "Answer by", "nb": "Svarfrist"} {
			body := s.do("GET", "/approve/"+token[kari], nil, "Accept-Language", tag).Body.String()
			if !strings.Contains(body, `<html lang="`+tag+`"`) || !strings.Contains(body, says) || !strings.Contains(body, " in "+tag+"<") {
				t.Errorf("%s: %s", tag, body)
			}
		}
	})
}
