package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
)

const (
	timeout  = 2 * time.Second // somebody is waiting before a form
	maxReply = 256 << 10       // honest replies have a few kB
)

// norway is the Norwegian register of entities, Enhetsregisteret of Brønnøysundregistrene, through its open data API.
type norway struct {
	base *url.URL
	http *http.Client
}

// Norway is the register of Norwegian companies, Enhetsregisteret, at base: scheme and host, before /enhetsregisteret/api.
// An empty base is None. It is asked for whole entities only, not for their branches (underenheter).
//
// It is written to the published description of the open data API (data.brreg.no, "Åpne data – Enhetsregisteret", enheter,
// OpenAPI 3) and has not been tried against the live service. By that description 404 is a number nobody has; a deleted
// entity comes as a short reply with slettedato, and as 410 where the law had it removed.
func Norway(base string, now func() time.Time) (Register, error) {
	if base == "" {
		return None, nil
	}
	u, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("read the address of the Norwegian register: %w", err)
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("the address of the Norwegian register is not of the form https://host")
	}
	n := &norway{base: u, http: &http.Client{
		// What is asked is for the address that was configured, whatever stands there today.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	return newCached("NO", now, n.ask), nil
}

// entity is what we read of a reply.
type entity struct {
	Number string `json:"organisasjonsnummer"`
	Name   string `json:"navn"`
	Form   struct {
		Code string `json:"kode"`
	} `json:"organisasjonsform"`
	Address struct {
		Lines        []string `json:"adresse"`
		Postcode     string   `json:"postnummer"`
		Town         string   `json:"poststed"`
		Municipality string   `json:"kommune"`
		Country      string   `json:"landkode"`
	} `json:"forretningsadresse"`
	VAT      bool   `json:"registrertIMvaregisteret"`
	Bankrupt bool   `json:"konkurs"`
	Winding  bool   `json:"underAvvikling"`
	Forced   bool   `json:"underTvangsavviklingEllerTvangsopplosning"`
	Deleted  string `json:"slettedato"`
}

// ask fetches one entity. The number has the right form.
func (r *norway) ask(ctx context.Context, orgNumber string) (Company, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.base.JoinPath("enhetsregisteret/api/enheter", orgNumber).String(), nil)
	if err != nil {
		return Company{}, unavailable(err)
	}
	req.Header.Set("Accept", "application/json")
	res, err := r.http.Do(req)
	if err != nil {
		return Company{}, unavailable(err)
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return Company{}, ErrUnknown
	case http.StatusGone:
		return Company{}, ErrDeleted
	default:
		return Company{}, unavailable(fmt.Errorf("it answered %d", res.StatusCode))
	}
	reply, err := io.ReadAll(io.LimitReader(res.Body, maxReply+1))
	if err != nil {
		return Company{}, unavailable(err)
	}
	if len(reply) > maxReply {
		return Company{}, unavailable(errors.New("its reply is too long"))
	}
	var e entity
	if err := json.Unmarshal(reply, &e); err != nil {
		return Company{}, unavailable(fmt.Errorf("read its reply: %w", err))
	}
	return e.company(orgNumber)
}

// company reads a reply that should be about orgNumber.
func (e entity) company(orgNumber string) (Company, error) {
	if e.Number != orgNumber {
		return Company{}, unavailable(errors.New("its reply is about another number"))
	}
	if e.Deleted != "" {
		return Company{}, ErrDeleted
	}
	c := Company{
		Country: "NO", OrgNumber: orgNumber, Name: clean(e.Name), Form: clean(e.Form.Code),
		VATRegistered: e.VAT, Bankrupt: e.Bankrupt, Dissolved: e.Winding || e.Forced,
	}
	if c.Name == "" {
		return Company{}, unavailable(errors.New("its reply has no name"))
	}
	if a := e.Address; a.Country == "" || a.Country == "NO" {
		c.Street, c.Postcode, c.Town, c.Municipality = street(a.Lines), clean(a.Postcode), clean(a.Town), clean(a.Municipality)
	}
	return c, nil
}

func street(lines []string) string {
	var full []string
	for _, l := range lines {
		if l = clean(l); l != "" {
			full = append(full, l)
		}
	}
	return strings.Join(full, ", ")
}

// clean makes one line of what came from outside: a zero byte, for one, is more than PostgreSQL takes.
func clean(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

// unavailable drops the address, and with it the number, from what goes to the log.
func unavailable(err error) error {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		err = u.Err
	}
	return fmt.Errorf("ask the Norwegian register: %w: %w", ErrUnavailable, err)
}
