package testcard

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"skranke/internal/id"
)

// cardForm is what the payer typed. The CVC is read and forgotten: it never goes back to the page nor into the state file.
type cardForm struct{ Number, Expiry, CVC string }

// fieldFault is what is wrong with a field, as a code of the texts.
type fieldFault struct{ Field, Code string }

func readForm(r *http.Request) cardForm {
	return cardForm{
		Number: strings.TrimSpace(r.PostFormValue("number")),
		Expiry: strings.TrimSpace(r.PostFormValue("expiry")),
		CVC:    strings.TrimSpace(r.PostFormValue("cvc")),
	}
}

// check finds the test card that was typed, and everything that is wrong, in the order of the fields.
func (f cardForm) check(now time.Time) (testCard, []fieldFault) {
	var faults []fieldFault
	card, code := f.card()
	if code != "" {
		faults = append(faults, fieldFault{"number", code})
	}
	if code := expiryFault(f.Expiry, now); code != "" {
		faults = append(faults, fieldFault{"expiry", code})
	}
	if len(f.CVC) != 3 || !onlyDigits(f.CVC) {
		faults = append(faults, fieldFault{"cvc", "testcard.cvc.wrong"})
	}
	return card, faults
}

func (f cardForm) card() (testCard, string) {
	digits := strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(f.Number)
	switch {
	case digits == "":
		return testCard{}, "testcard.number.empty"
	case len(digits) < 12 || len(digits) > 19 || !onlyDigits(digits) || !id.LuhnValid(digits):
		return testCard{}, "testcard.number.wrong"
	}
	card, ok := cardByNumber(digits)
	if !ok {
		return testCard{}, "testcard.number.unknown"
	}
	return card, ""
}

// expiryFault reads 12/34, 12 / 34, 1234, 12/2034 and 1/34. A card is good to the end of its month.
func expiryFault(typed string, now time.Time) string {
	month, year, ok := splitExpiry(strings.ReplaceAll(typed, " ", ""))
	if !ok {
		return "testcard.expiry.wrong"
	}
	if !now.Before(time.Date(year, time.Month(month)+1, 1, 0, 0, 0, 0, now.Location())) {
		return "testcard.expiry.past"
	}
	return ""
}

func splitExpiry(s string) (month, year int, ok bool) {
	m, y, cut := strings.Cut(s, "/")
	if !cut && len(s) == 4 {
		m, y = s[:2], s[2:]
	}
	if !onlyDigits(m) || !onlyDigits(y) || len(m) > 2 || (len(y) != 2 && len(y) != 4) {
		return 0, 0, false
	}
	month, _ = strconv.Atoi(m)
	year, _ = strconv.Atoi(y)
	if len(y) == 2 {
		year += 2000
	}
	return month, year, month >= 1 && month <= 12
}

func onlyDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
