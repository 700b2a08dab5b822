package testcard

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"strings"

	"skranke/internal/i18n"
	"skranke/internal/money"
)

//go:embed page
var pageFiles embed.FS

// The templates only place words; the words are chosen below, so that a missing one stops the build.
var (
	payTemplate     = parse("pay.html")
	confirmTemplate = parse("confirm.html")
	noticeTemplate  = parse("notice.html")
	assets          = hashed("page.css", "mark.svg")
)

func parse(name string) *template.Template {
	return template.Must(template.ParseFS(pageFiles, "page/layout.html", "page/"+name))
}

// hashed gives each asset an address that changes with its content, so that browsers may keep it for ever.
func hashed(names ...string) map[string]string {
	byName := make(map[string]string, len(names))
	for _, name := range names {
		content, err := pageFiles.ReadFile("page/" + name)
		if err != nil {
			panic(err) // it is embedded
		}
		sum := sha256.Sum256(content)
		stem, ext, _ := strings.Cut(name, ".")
		byName[name] = stem + "." + hex.EncodeToString(sum[:6]) + "." + ext
	}
	return byName
}

func serveAsset(w http.ResponseWriter, r *http.Request) {
	for name, address := range assets {
		if address == r.PathValue("name") {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			http.ServeFileFS(w, r, pageFiles, "page/"+name)
			return
		}
	}
	http.NotFound(w, r)
}

// frame is what every page has.
type frame struct {
	Lang, Title, Heading string
	Ribbon, CSS, Mark    string
}

func newFrame(l i18n.L, heading string) frame {
	return frame{
		Lang: l.Tag(), Title: heading, Heading: heading, Ribbon: l.TestcardRibbon(),
		CSS: "/assets/" + assets["page.css"], Mark: "/assets/" + assets["mark.svg"],
	}
}

// summary is what is paid for; it stands beside the form.
type summary struct {
	AmountLabel, Amount         string
	Description                 string
	ReferenceLabel, Reference   string
	Note, CancelText, CancelURL string
}

func (c checkout) summary() summary {
	return summary{
		AmountLabel: c.l.TestcardAmount(), Amount: c.money(), Description: c.Description,
		ReferenceLabel: c.l.TestcardReference(), Reference: c.Reference,
		Note: c.l.TestcardReserveNote(), CancelText: c.l.TestcardCancel(), CancelURL: withSession(c.CancelURL, c.ID),
	}
}

func (c checkout) money() string {
	return c.l.Money(money.Of(c.AmountMinor, money.Currency(c.Currency)))
}

// field is one input with its words. Value of the CVC is only ever that of a chosen test card.
type field struct{ Name, Label, Hint, Value, Fault, Describes string }

// cardGroup is the cards that the bank answers for, or those that something goes wrong with on the way.
type cardGroup struct {
	ID, Title    string
	Folded, Open bool // the rarer ones leave the form in sight
	Cards        []cardChoice
}

type cardChoice struct {
	Href, Number, Outcome, Name string
	Chosen                      bool
}

type payView struct {
	frame
	Summary              summary
	Action, Button       string
	FaultTitle           string
	FaultText            string // why the bank said no
	Faults               []field
	Fields               []field
	CardsTitle, CardHint string
	Groups               []cardGroup
}

func (s *Server) payPage(w http.ResponseWriter, status int, c checkout, form cardForm, faults []fieldFault, failure string) {
	l := c.l
	v := payView{
		frame: newFrame(l, l.TestcardPayTitle()), Summary: c.summary(),
		Action: payPath(c.ID), Button: l.TestcardPay(c.money()), Groups: groups(c, form.Number),
		CardsTitle: l.TestcardCards(), CardHint: l.TestcardCardsHint(),
		Fields: []field{
			{Name: "number", Label: l.TestcardNumber(), Hint: l.TestcardNumberHint(), Value: form.Number},
			{Name: "expiry", Label: l.TestcardExpiry(), Hint: l.TestcardExpiryHint(), Value: form.Expiry},
			{Name: "cvc", Label: l.TestcardCvc(), Hint: l.TestcardCvcHint(), Value: form.CVC},
		},
	}
	for i := range v.Fields {
		f := &v.Fields[i]
		f.Describes = f.Name + "-h"
		for _, fault := range faults {
			if fault.Field == f.Name {
				f.Fault, f.Describes = l.Code(fault.Code), f.Name+"-h "+f.Name+"-e"
				v.Faults = append(v.Faults, *f)
			}
		}
	}
	if failure != "" {
		v.FaultTitle, v.FaultText = l.TestcardFailed(), l.Code("testcard."+failure)
	} else if len(faults) > 0 {
		v.FaultTitle = l.TestcardFaults(len(faults))
	}
	if v.FaultTitle != "" {
		v.Title = v.FaultTitle + " – " + v.Heading
	}
	s.write(w, status, payTemplate, v, c.ReturnURL)
}

func groups(c checkout, typed string) []cardGroup {
	bank, way := cardGroup{ID: "cards-bank", Title: c.l.TestcardCardsBank()}, cardGroup{ID: "cards-way", Title: c.l.TestcardCardsWay(), Folded: true}
	for _, card := range testCards {
		number := grouped(card.Number)
		choice := cardChoice{
			Href: payPath(c.ID) + "?card=" + card.Name, Number: number, Name: card.Name,
			Outcome: c.l.Code("testcard.card." + card.Name), Chosen: typed == number,
		}
		if card.Quirk == "" {
			bank.Cards = append(bank.Cards, choice)
		} else {
			way.Cards, way.Open = append(way.Cards, choice), way.Open || choice.Chosen
		}
	}
	return []cardGroup{bank, way}
}

type confirmView struct {
	frame
	Summary         summary
	Action          string
	Text, Yes, No   string
	CardLabel, Tail string
}

func (s *Server) confirmPage(w http.ResponseWriter, c checkout) {
	card, _ := cardByName(c.Waiting)
	s.write(w, http.StatusOK, confirmTemplate, confirmView{
		frame: newFrame(c.l, c.l.TestcardConfirmTitle()), Summary: c.summary(), Action: payPath(c.ID) + "/confirm",
		Text: c.l.TestcardConfirmText(), Yes: c.l.TestcardConfirmYes(), No: c.l.TestcardConfirmNo(),
		CardLabel: c.l.TestcardCard(), Tail: card.public().Last4,
	}, c.ReturnURL)
}

type noticeView struct {
	frame
	Text     string
	Summary  *summary
	BackText string
	BackURL  string
}

// endPage is the page of a session on which nothing can be paid any more.
func (s *Server) endPage(w http.ResponseWriter, status int, c checkout, title, text string) {
	sum := c.summary()
	sum.Note, sum.CancelURL = "", ""
	s.write(w, status, noticeTemplate, noticeView{
		frame: newFrame(c.l, title), Text: text, Summary: &sum, BackText: c.l.TestcardBack(), BackURL: c.back(),
	}, "")
}

// leftPage stands where a payer has gone away: nothing has happened, and the page still waits for them.
func (s *Server) leftPage(w http.ResponseWriter, c checkout) {
	sum := c.summary()
	sum.Note, sum.CancelURL = "", ""
	s.write(w, http.StatusOK, noticeTemplate, noticeView{
		frame: newFrame(c.l, c.l.TestcardLeftTitle()), Text: c.l.TestcardLeftText(), Summary: &sum, BackText: c.l.TestcardLeftBack(), BackURL: payPath(c.ID),
	}, "")
}

func (s *Server) noticePage(w http.ResponseWriter, status int, l i18n.L, title, text string) {
	s.write(w, status, noticeTemplate, noticeView{frame: newFrame(l, title), Text: text}, "")
}

// write sends a page whole or not at all. Forms may end at the shop's address, and nothing may run.
func (s *Server) write(w http.ResponseWriter, status int, t *template.Template, view any, shop string) {
	var page bytes.Buffer
	if err := t.ExecuteTemplate(&page, "layout.html", view); err != nil {
		s.fail(w, err)
		return
	}
	forms := "'self'"
	if shop != "" {
		forms += " " + origin(shop)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "same-origin") // the address lets its reader pay
	h.Set("X-Robots-Tag", "noindex")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action "+forms+
		"; base-uri 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	_, _ = page.WriteTo(w) // a browser that has gone gets nothing
}
