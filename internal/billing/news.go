package billing

import (
	"encoding/json"
	"fmt"
	"time"

	"skranke/internal/event"
	"skranke/internal/money"
)

// News is what an event of a payment says to the module that asked for it.
type News struct {
	PaymentID     string
	Kind, Subject string
	Attempt       int64
	Amount        money.Money
	Captured      int64 // so far, in minor units
	Refunded      int64
	ReservedUntil *time.Time
	Failure       string // one of the Fail… codes
	Late          bool   // with Start: the payer had been told to wait
}

// NewsOf reads an event named billing.payment.….
func NewsOf(e event.Event) (News, error) {
	var in struct {
		Kind          string         `json:"kind"`
		Subject       string         `json:"subject"`
		Attempt       int64          `json:"attempt"`
		Amount        int64          `json:"amount"`
		Currency      money.Currency `json:"currency"`
		Captured      int64          `json:"captured"`
		Refunded      int64          `json:"refunded"`
		ReservedUntil *time.Time     `json:"reserved_until"`
		Failure       string         `json:"failure"`
		Late          bool           `json:"late"`
	}
	text, err := json.Marshal(e.Data.V)
	if err == nil {
		err = json.Unmarshal(text, &in)
	}
	if err != nil {
		return News{}, fmt.Errorf("read event %s: %w", e.ID, err)
	}
	return News{
		PaymentID: e.Subject, Kind: in.Kind, Subject: in.Subject, Attempt: in.Attempt, Amount: money.Of(in.Amount, in.Currency),
		Captured: in.Captured, Refunded: in.Refunded, ReservedUntil: in.ReservedUntil, Failure: in.Failure, Late: in.Late,
	}, nil
}
