package testcard

import (
	"net/http"
	"slices"
	"time"

	"skranke/internal/testcard/client"
)

// payment is a payment and the moves it can make. Each move checks everything before it changes anything.
type payment struct {
	client.Payment
	Quirk    quirk      `json:"quirk,omitempty"`
	LapsesAt *time.Time `json:"lapses_at,omitempty"` // when the bank lets go in truth, where that is not at ReservedUntil
}

// verbs of the moves, as they stand in refusals.
const (
	verbPay     = "pay"
	verbCapture = "capture"
	verbRelease = "release"
	verbLapse   = "lapse"
	verbRefund  = "refund"
)

// moves says which states a move may start from.
var moves = map[string][]client.State{
	verbPay:     {client.Created},
	verbCapture: {client.Reserved, client.Captured},
	verbRelease: {client.Created, client.Reserved, client.Captured},
	verbLapse:   {client.Reserved, client.Captured},
	verbRefund:  {client.Captured, client.Done},
}

func (p *payment) allows(verb string) error {
	if slices.Contains(moves[verb], p.State) {
		return nil
	}
	return conflict(client.CodeWrongState, "cannot "+verb+" a payment that is "+string(p.State))
}

func (p *payment) reserve(c client.Card, until time.Time) error {
	if err := p.allows(verbPay); err != nil {
		return err
	}
	p.State, p.Card, p.ReservedUntil, p.Failure = client.Reserved, &c, &until, ""
	return nil
}

func (p *payment) fail(code string) error {
	if err := p.allows(verbPay); err != nil {
		return err
	}
	p.Failure = code
	return nil
}

// capture takes amount. With once the bank lets go of the rest, and a second capture has its own refusal.
func (p *payment) capture(amount int64, once bool) error {
	if once && p.CapturedMinor > 0 {
		return conflict(client.CodeCaptureOnce, "one capture per payment")
	}
	if err := p.allows(verbCapture); err != nil {
		return err
	}
	if err := within(amount, p.Capturable(), client.CodeOverCapture); err != nil {
		return err
	}
	p.CapturedMinor += amount
	p.State = client.Captured
	if once {
		p.ReleasedMinor = p.AmountMinor - p.CapturedMinor
	}
	if p.Capturable() == 0 {
		p.State = client.Done
	}
	return nil
}

func (p *payment) release() error {
	if err := p.allows(verbRelease); err != nil {
		return err
	}
	p.letGo(client.Void)
	return nil
}

func (p *payment) lapse() error {
	if err := p.allows(verbLapse); err != nil {
		return err
	}
	p.letGo(client.Lapsed)
	return nil
}

// letGo ends the hold; a payment of which a part was taken is done, any other gets the state of its end.
func (p *payment) letGo(end client.State) {
	p.ReleasedMinor += p.Capturable()
	p.State = end
	if p.CapturedMinor > 0 {
		p.State = client.Done
	}
}

func (p *payment) refund(amount int64) error {
	if err := p.allows(verbRefund); err != nil {
		return err
	}
	if err := within(amount, p.Refundable(), client.CodeOverRefund); err != nil {
		return err
	}
	p.RefundedMinor += amount
	return nil
}

func within(amount, limit int64, over string) error {
	if amount <= 0 {
		return invalid("amount_minor", "must be more than 0")
	}
	if amount > limit {
		return &client.Error{
			Status: http.StatusUnprocessableEntity, Code: over, Field: "amount_minor", Message: "more than there is",
		}
	}
	return nil
}

func invalid(field, message string) error {
	return &client.Error{Status: http.StatusUnprocessableEntity, Code: client.CodeInvalid, Field: field, Message: message}
}

func bad(code, message string) error {
	return &client.Error{Status: http.StatusBadRequest, Code: code, Message: message}
}

func conflict(code, message string) error {
	return &client.Error{Status: http.StatusConflict, Code: code, Message: message}
}

func errNotFound() error {
	return &client.Error{Status: http.StatusNotFound, Code: client.CodeNotFound, Message: "no such thing here"}
}
