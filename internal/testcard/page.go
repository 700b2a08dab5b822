package testcard

import (
	"net/http"

	"skranke/internal/i18n"
	"skranke/internal/testcard/client"
)

// open answers in place of the payment form when there is nothing to pay; with ok the caller goes on.
func (s *Server) open(w http.ResponseWriter, r *http.Request) (c checkout, ok bool) {
	c, ok = s.checkout(r.PathValue("session"))
	if !ok {
		s.unknownPage(w, r)
		return c, false
	}
	switch c.State {
	case client.SessionOpen:
		return c, true
	case client.SessionPaid:
		if r.Method == http.MethodPost { // the second of two clicks goes where the first one went
			backToShop(w, r, c)
			return c, false
		}
		s.endPage(w, http.StatusOK, c, c.l.TestcardPaidTitle(), c.l.TestcardPaidText(c.payment.Card.Last4))
	case client.SessionExpired:
		s.endPage(w, http.StatusGone, c, c.l.TestcardExpiredTitle(), c.l.TestcardExpiredText())
	case client.SessionClosed:
		s.endPage(w, http.StatusGone, c, c.l.TestcardClosedTitle(), c.l.TestcardClosedText())
	}
	return c, false
}

func (s *Server) getPay(w http.ResponseWriter, r *http.Request) {
	c, ok := s.open(w, r)
	if !ok {
		return
	}
	var form cardForm
	chosen, ok := cardByName(r.URL.Query().Get("card"))
	if ok {
		form = cardForm{Number: grouped(chosen.Number), Expiry: sampleExpiry, CVC: sampleCVC}
	}
	s.payPage(w, http.StatusOK, c, form, nil, "")
}

func (s *Server) postPay(w http.ResponseWriter, r *http.Request) {
	if !s.readable(w, r) {
		return
	}
	c, ok := s.open(w, r)
	if !ok {
		return
	}
	form := readForm(r)
	card, faults := form.check(s.cfg.Now())
	form.CVC = ""
	if len(faults) > 0 {
		s.payPage(w, http.StatusUnprocessableEntity, c, form, faults, "")
		return
	}
	s.attemptAndAnswer(w, r, c, card, form, false)
}

func (s *Server) getConfirm(w http.ResponseWriter, r *http.Request) {
	c, ok := s.open(w, r)
	if !ok {
		return
	}
	if c.Waiting == "" {
		http.Redirect(w, r, payPath(c.ID), http.StatusSeeOther)
		return
	}
	s.confirmPage(w, c)
}

func (s *Server) postConfirm(w http.ResponseWriter, r *http.Request) {
	if !s.readable(w, r) {
		return
	}
	c, ok := s.open(w, r)
	if !ok {
		return
	}
	card, waiting := cardByName(c.Waiting)
	if !waiting {
		http.Redirect(w, r, payPath(c.ID), http.StatusSeeOther)
		return
	}
	if r.PostFormValue("answer") != "yes" {
		card.Failure = client.FailNotConfirmed
	}
	s.attemptAndAnswer(w, r, c, card, cardForm{Number: grouped(card.Number)}, true)
}

// attemptAndAnswer pays and sends the browser where it belongs: back to the shop, to the extra step, or to the form with the reason.
func (s *Server) attemptAndAnswer(w http.ResponseWriter, r *http.Request, c checkout, card testCard, form cardForm, confirmed bool) {
	news, err := s.attempt(c.ID, card, confirmed)
	if err != nil {
		s.fail(w, err)
		return
	}
	firstTry(r.Context(), news)
	c, _ = s.checkout(c.ID)
	switch {
	case card.Quirk == leaves && c.State == client.SessionOpen:
		s.leftPage(w, c)
	case c.State == client.SessionPaid:
		backToShop(w, r, c)
	case c.State != client.SessionOpen:
		http.Redirect(w, r, payPath(c.ID), http.StatusSeeOther)
	case c.Waiting != "":
		http.Redirect(w, r, payPath(c.ID)+"/confirm", http.StatusSeeOther)
	default:
		s.payPage(w, http.StatusUnprocessableEntity, c, form, nil, card.Failure)
	}
}

// readable reads a form of reasonable size.
func (s *Server) readable(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	if err := r.ParseForm(); err != nil {
		l := wanted(r)
		s.noticePage(w, http.StatusBadRequest, l, l.TestcardRefusedTitle(), l.TestcardRefusedText())
		return false
	}
	return true
}

func (s *Server) unknownPage(w http.ResponseWriter, r *http.Request) {
	l := wanted(r)
	s.noticePage(w, http.StatusNotFound, l, l.TestcardUnknownTitle(), l.TestcardUnknownText())
}

func (s *Server) downPage(w http.ResponseWriter, r *http.Request) {
	l := wanted(r)
	s.noticePage(w, http.StatusServiceUnavailable, l, l.TestcardDownTitle(), l.TestcardDownText())
}

func (s *Server) foreignForm(w http.ResponseWriter, r *http.Request) {
	l := wanted(r)
	s.noticePage(w, http.StatusForbidden, l, l.TestcardRefusedTitle(), l.TestcardRefusedText())
}

// wanted is the browser's language, for pages that belong to no session.
func wanted(r *http.Request) i18n.L {
	return i18n.FromAcceptLanguage(r.Header.Get("Accept-Language"), i18n.EN)
}

func payPath(sessionID string) string { return "/pay/" + sessionID }

func (c checkout) back() string { return withSession(c.ReturnURL, c.ID) }

func backToShop(w http.ResponseWriter, r *http.Request, c checkout) {
	http.Redirect(w, r, c.back(), http.StatusSeeOther) //nolint:gosec // the shop gave the address with its secret key, not the browser
}
