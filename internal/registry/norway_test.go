package registry_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"skranke/internal/registry"
)

const (
	number  = "123456785"
	another = "987654325"
)

// brief is a reply of the Norwegian register, shortened; the firm is invented.
const brief = `{
	"respons_klasse": "Enhet", "organisasjonsnummer": "123456785", "navn": "FJORDGLØTT  BORETTSLAG ",
	"organisasjonsform": {"kode": "BRL", "beskrivelse": "Borettslag"},
	"postadresse": {"land": "Norge", "landkode": "NO", "postnummer": "8901", "poststed": "ANNENSTEDS", "adresse": ["Postboks 1"]},
	"forretningsadresse": {"land": "Norge", "landkode": "NO", "postnummer": "0010", "poststed": "OSLO",
		"adresse": ["c/o Styret", "", " Granveien\u0000 4\n"], "kommune": "OSLO", "kommunenummer": "0301"},
	"registrertIMvaregisteret": true, "antallAnsatte": 3, "konkurs": false, "underAvvikling": false,
	"underTvangsavviklingEllerTvangsopplosning": false, "_links": {"self": {"href": "https://register.example/123456785"}}
}`

// register is one that is answered by h, and how often that was asked.
func register(t *testing.T, now func() time.Time, h http.HandlerFunc) (registry.Register, *atomic.Int64) {
	t.Helper()
	asked := new(atomic.Int64)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		h(w, r)
	}))
	t.Cleanup(srv.Close)
	if now == nil {
		now = time.Now
	}
	r, err := registry.Norway(srv.URL, now)
	if err != nil {
		t.Fatal(err)
	}
	return r, asked
}

func reply(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func TestORG1_ACompanyIsFoundInTheNorwegianRegister(t *testing.T) {
	t.Parallel()
	r, _ := register(t, nil, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.String() != "/enhetsregisteret/api/enheter/123456785" || r.Header.Get("Accept") != "application/json" {
			t.Errorf("asked with %s %s %v", r.Method, r.URL, r.Header)
		}
		fmt.Fprint(w, brief)
	})
	got, err := r.Look(t.Context(), "no", "NO 123 456 785 MVA")
	want := registry.Company{
		Country: "NO", OrgNumber: number, Name: "FJORDGLØTT BORETTSLAG", Form: "BRL",
		Street: "c/o Styret, Granveien 4", Postcode: "0010", Town: "OSLO", Municipality: "OSLO", VATRegistered: true,
	}
	if err != nil || got != want {
		t.Errorf("found %+v, %v; want %+v", got, err, want)
	}
}

func TestORG1_WhatTheRegisterSaysOfACompanyIsKept(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		more string
		want registry.Company
	}{
		"bankrupt":            {`"konkurs": true`, registry.Company{Bankrupt: true}},
		"being wound up":      {`"underAvvikling": true`, registry.Company{Dissolved: true}},
		"wound up by force":   {`"underTvangsavviklingEllerTvangsopplosning": true`, registry.Company{Dissolved: true}},
		"without an address":  {`"forretningsadresse": null`, registry.Company{}},
		"with an address":     {`"forretningsadresse": {"adresse": ["Granveien 4"], "poststed": "OSLO"}`, registry.Company{Street: "Granveien 4", Town: "OSLO"}},
		"with one far away":   {`"forretningsadresse": {"adresse": ["12 High Street"], "poststed": "London", "landkode": "GB"}`, registry.Company{}},
		"with unknown fields": {`"paategninger": [{"infotype": "X"}], "vedtektsfestetFormaal": ["x"]`, registry.Company{}},
	} {
		r, _ := register(t, nil, reply(200, `{"organisasjonsnummer": "123456785", "navn": "X", `+c.more+`}`))
		c.want.Country, c.want.OrgNumber, c.want.Name = "NO", number, "X"
		if got, err := r.Look(t.Context(), "NO", number); err != nil || got != c.want {
			t.Errorf("%s: found %+v, %v; want %+v", name, got, err, c.want)
		}
	}
}

func TestORG1_WithoutAGoodAnswerNothingIsSaidOfTheCompany(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   error
	}{
		"unknown":                     {reply(404, ``), registry.ErrUnknown},
		"removed by law":              {reply(410, `{"organisasjonsnummer": "123456785", "slettedato": "2026-01-31"}`), registry.ErrDeleted},
		"deleted":                     {reply(200, `{"respons_klasse": "SlettetEnhet", "organisasjonsnummer": "123456785", "navn": "X", "slettedato": "2026-01-31"}`), registry.ErrDeleted},
		"garbage":                     {reply(200, `<!doctype html><title>Vedlikehold</title>`), registry.ErrUnavailable},
		"nothing":                     {reply(200, ``), registry.ErrUnavailable},
		"cut off":                     {reply(200, brief[:200]), registry.ErrUnavailable},
		"another company":             {reply(200, strings.Replace(brief, number, another, 1)), registry.ErrUnavailable},
		"no name":                     {reply(200, `{"organisasjonsnummer": "123456785", "navn": "\u0000 "}`), registry.ErrUnavailable},
		"a field of another kind":     {reply(200, `{"organisasjonsnummer": "123456785", "navn": "X", "konkurs": "J"}`), registry.ErrUnavailable},
		"oversized":                   {reply(200, brief+strings.Repeat(" ", 256<<10)), registry.ErrUnavailable},
		"refused":                     {reply(403, brief), registry.ErrUnavailable},
		"too many":                    {reply(429, ``), registry.ErrUnavailable},
		"broken":                      {reply(500, brief), registry.ErrUnavailable},
		"away":                        {reply(503, ``), registry.ErrUnavailable},
		"the connection is torn":      {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, registry.ErrUnavailable},
		"no content, though it is OK": {reply(204, ``), registry.ErrUnavailable},
	} {
		r, _ := register(t, nil, c.answer)
		got, err := r.Look(t.Context(), "NO", number)
		if !errors.Is(err, c.want) || got != (registry.Company{}) {
			t.Errorf("%s: %+v, %v; want %v", name, got, err, c.want)
		}
		if errors.Is(err, registry.ErrUnknown) == errors.Is(err, registry.ErrUnavailable) {
			t.Errorf("%s: %v is both or neither of unknown and unavailable", name, err)
		}
		if strings.Contains(fmt.Sprint(err), number) || strings.Contains(fmt.Sprint(err), "http://") {
			t.Errorf("%s: %v names the number or the address", name, err)
		}
	}
}

func TestORG1_ASlowRegisterIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"says nothing": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"starts to speak": func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, brief[:100])
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := register(t, nil, answer)
			start := time.Now()
			_, err := r.Look(t.Context(), "NO", number)
			if took := time.Since(start); !errors.Is(err, registry.ErrUnavailable) || took < time.Second || took > 8*time.Second {
				t.Errorf("%v after %v, want no answer after about 2 s", err, took)
			}
		})
	}
}

func TestORG1_ARegisterThatIsGoneIsNoAnswer(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(reply(200, brief))
	srv.Close()
	r, err := registry.Norway(srv.URL, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Look(t.Context(), "NO", number); !errors.Is(err, registry.ErrUnavailable) {
		t.Errorf("%v, want no answer", err)
	}
}

func TestORG1_TheRegisterLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	var reached atomic.Int64
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reached.Add(1)
		fmt.Fprint(w, brief)
	}))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		r, _ := register(t, nil, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+r.URL.Path, status)
		})
		if _, err := r.Look(t.Context(), "NO", number); !errors.Is(err, registry.ErrUnavailable) {
			t.Errorf("%d: %v, want no answer", status, err)
		}
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("the other host was asked %d times", n)
	}
}

func TestORG1_OnlyNumbersThatCanBeOneAreSent(t *testing.T) {
	t.Parallel()
	r, asked := register(t, nil, reply(200, brief))
	for _, c := range []struct {
		country, number string
		want            error
	}{
		{"NO", "123456784", registry.ErrUnknown},
		{"NO", "", registry.ErrUnknown},
		{"NO", "../underenheter/123456785", registry.ErrUnknown},
		{"NO", "123456785?x=y", registry.ErrUnknown},
		{"SE", "1234567897", registry.ErrNone},
		{"", number, registry.ErrNone},
	} {
		if _, err := r.Look(t.Context(), c.country, c.number); !errors.Is(err, c.want) {
			t.Errorf("%s %q: %v, want %v", c.country, c.number, err, c.want)
		}
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the register was asked %d times", n)
	}
}

func TestORG1_AnAddressIsReadWhenTheProgramStarts(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"register.example", "ftp://register.example", "https://", "https://me:secret@register.example", "https://register.example?x", "https://register.example#x", "https://register\x7f.example", ":"} {
		if _, err := registry.Norway(base, time.Now); err == nil {
			t.Errorf("%q is taken for an address", base)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%v tells the secret", err)
		}
	}
	for _, base := range []string{"https://register.example", "https://register.example/", "http://127.0.0.1:1/mirror"} {
		if _, err := registry.Norway(base, time.Now); err != nil {
			t.Errorf("%q is refused: %v", base, err)
		}
	}
	r, err := registry.Norway("", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Look(t.Context(), "NO", number); !errors.Is(err, registry.ErrNone) {
		t.Errorf("without an address: %v, want no register", err)
	}
}
