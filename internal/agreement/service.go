package agreement

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"skranke/internal/authz"
	"skranke/internal/day"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/id"
	"skranke/internal/identity"
	"skranke/internal/money"
)

// Service holds the use cases. Its methods open transactions; plain functions take one.
type Service struct {
	DB   *db.DB
	Log  *event.Log
	Zone *time.Location // whose calendar agreements follow; nil is UTC
}

// Today is the day it is now where the operator is.
func (s *Service) Today() day.Date { return s.on(s.DB.Now()) }

func (s *Service) on(t time.Time) day.Date {
	if s.Zone == nil {
		return day.Of(t, time.UTC)
	}
	return day.Of(t, s.Zone)
}

// NewAgreement is what is asked about an agreement; Number empty takes the next one, Kind, Payer, Approvals and Currency
// have the usual values.
type NewAgreement struct {
	CustomerID       string
	Number           string
	Kind             Kind
	StartsOn, EndsOn day.Date
	Payer            Payer
	Approvals        int64
	Currency         money.Currency
	Prices           []Price
}

// Create drafts an agreement with a customer.
func (s *Service) Create(ctx context.Context, by authz.Actor, n NewAgreement) (a Agreement, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		c, err := identity.CustomerByID(ctx, tx, n.CustomerID)
		if err != nil {
			return err
		}
		a = Agreement{
			ID: id.New(), Number: n.Number, CustomerID: c.ID, Kind: or(n.Kind, Keys), Status: Draft, StartsOn: n.StartsOn, EndsOn: n.EndsOn,
			Payer: or(n.Payer, ResidentPays), Approvals: or(n.Approvals, 1), Currency: or(n.Currency, usualCurrency[c.Country]),
			CreatedAt: tx.Now, Version: 1, Prices: slices.Clone(n.Prices),
		}
		if !by.May(MayEdit, a.place()) {
			return refuse(by, a)
		}
		if err := a.Validate(); err != nil {
			return err
		}
		if err := number(ctx, tx, &a); err != nil {
			return err
		}
		if err := insert(ctx, tx, a); err != nil {
			return err
		}
		return s.record(ctx, tx, by, a, "agreement.create", nil)
	})
	if err != nil {
		return Agreement{}, err
	}
	return a, nil
}

var usualCurrency = map[string]money.Currency{"NO": money.NOK, "SE": money.SEK, "DK": money.DKK, "FI": money.EUR}

func or[T comparable](v, usual T) T {
	var zero T
	if v == zero {
		return usual
	}
	return v
}

// refuse hides from whoever may not see.
func refuse(by authz.Actor, a Agreement) error {
	if by.May(MaySee, a.place()) {
		return by.Refuse(MayEdit, a.place())
	}
	return fault.New(fault.NotFound, "agreement.not_found")
}

const firstNumber = 1001

func number(ctx context.Context, tx *db.Tx, a *Agreement) error {
	if a.Number != "" {
		n, err := db.One[int64](ctx, tx, `SELECT count(*) FROM agreements WHERE number = $1`, a.Number)
		if err != nil {
			return fmt.Errorf("look for agreement number: %w", err)
		}
		if n > 0 {
			return fault.Field("number", "agreement.number_taken")
		}
		return nil
	}
	n, err := db.NextNumber(ctx, tx, "agreement", firstNumber)
	if err != nil {
		return err
	}
	a.Number = "A-" + strconv.FormatInt(n, 10)
	return nil
}

// Sign makes a draft count from its first day on: it has been signed by both on a day that is not ahead, enough people are listed to
// approve, and something has a price.
func (s *Service) Sign(ctx context.Context, by authz.Actor, agreementID string, on day.Date) (Agreement, error) {
	return s.change(ctx, by, agreementID, "agreement.sign", func(tx *db.Tx, a *Agreement) (err error) {
		if a.Status, err = a.Next(Sign, by, nil); err != nil {
			return err
		}
		if on.IsZero() || on.After(s.on(tx.Now)) {
			return fault.Field("signed_on", "agreement.signed_on")
		}
		listed, err := approverIDs(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		_, fob := a.Price(ItemFob)
		_, key := a.Price(ItemKey)
		switch {
		case int64(len(listed)) < a.Approvals:
			return fault.New(fault.Conflict, "agreement.sign.approvers")
		case !fob && !key:
			return fault.New(fault.Conflict, "agreement.sign.prices")
		}
		a.SignedOn = on
		return nil
	})
}

// End sets the last day of an agreement. A day that has come ends it at once; until one that is ahead everything goes on.
func (s *Service) End(ctx context.Context, by authz.Actor, agreementID string, on day.Date) (Agreement, error) {
	return s.change(ctx, by, agreementID, "agreement.end", func(tx *db.Tx, a *Agreement) (err error) {
		today := s.on(tx.Now)
		to, err := a.Next(End, by, func(guard string) bool { return (guard == guardAhead) == on.After(today) })
		switch {
		case err != nil:
			return err
		case a.StateOn(today) == StateEnded:
			return fault.New(fault.Conflict, "agreement.moved_on")
		case on.IsZero():
			return fault.Field("ends_on", "agreement.ends_on.missing")
		case on.Before(a.StartsOn):
			return fault.Field("ends_on", "agreement.ends_on")
		case on.Before(today):
			return fault.Field("ends_on", "agreement.ends_on.past")
		}
		a.Status, a.EndsOn = to, on
		return nil
	})
}

// AttachDocument keeps which file is the signed document.
func (s *Service) AttachDocument(ctx context.Context, by authz.Actor, agreementID, fileID string) (Agreement, error) {
	return s.change(ctx, by, agreementID, "agreement.document", func(_ *db.Tx, a *Agreement) error {
		if !by.May(MayEdit, a.place()) {
			return refuse(by, *a)
		}
		a.FileID = fileID
		return nil
	})
}

// SetApprovers says who may approve, from now on. A signed agreement keeps at least as many as it asks for.
func (s *Service) SetApprovers(ctx context.Context, by authz.Actor, agreementID string, personIDs []string) error {
	_, err := s.change(ctx, by, agreementID, "agreement.approvers", func(tx *db.Tx, a *Agreement) error {
		if !by.May(MayEdit, a.place()) {
			return refuse(by, *a)
		}
		people, err := identity.People(ctx, tx, personIDs)
		if err != nil {
			return err
		}
		for _, p := range personIDs {
			if people[p].Status != identity.PersonActive {
				return fault.Field("approvers", "agreement.approvers.unknown")
			}
		}
		if a.Status == Active && int64(len(people)) < a.Approvals {
			return fault.Field("approvers", "agreement.approvers.few")
		}
		return saveApprovers(ctx, tx, a.ID, personIDs)
	})
	return err
}

// change is the only way to a new version: find, decide, save, record.
func (s *Service) change(ctx context.Context, by authz.Actor, agreementID, name string, decide func(tx *db.Tx, a *Agreement) error) (a Agreement, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if a, err = Find(ctx, tx, by, agreementID); err != nil {
			return err
		}
		if err := decide(tx, &a); err != nil {
			return err
		}
		if err := save(ctx, tx, &a); err != nil {
			return err
		}
		data := map[string]any{}
		if name == "agreement.end" {
			data["ends_on"] = a.EndsOn.String()
		}
		return s.record(ctx, tx, by, a, name, data)
	})
	if err != nil {
		return Agreement{}, err // never a half-changed agreement
	}
	return a, nil
}

func (s *Service) record(ctx context.Context, tx *db.Tx, by authz.Actor, a Agreement, name string, data map[string]any) error {
	return s.Log.Record(ctx, tx, by, event.Event{Kind: "agreement", Subject: a.ID, CustomerID: a.CustomerID, Name: name, Data: event.Data(data)})
}
