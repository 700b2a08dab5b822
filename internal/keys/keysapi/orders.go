// Package keysapi is the part of the JSON API about keys: orders, their production, the register.
package keysapi

import (
	"context"
	"net/http"
	"time"

	"skranke/internal/api"
	"skranke/internal/keys"

	"github.com/danielgtaylor/huma/v2"
)

// KeyOrder is a key order as programs see it. Amounts are minor units of the currency, VAT included; instants are UTC.
type KeyOrder struct {
	ID           string            `json:"id"`
	Number       string            `json:"number" example:"N-10421"`
	CustomerID   string            `json:"customer_id"`
	Product      keys.Product      `json:"product" enum:"fob,key"`
	SystemNumber string            `json:"system_number"`
	Code         string            `json:"code" doc:"Zone number of a fob, key mark of a key"`
	Flat         string            `json:"flat"`
	Quantity     int64             `json:"quantity"`
	Made         int64             `json:"made" doc:"How many have been made"`
	Delivery     string            `json:"delivery" enum:"pickup,post"`
	Total        int64             `json:"total" doc:"Minor units, VAT included"`
	Currency     string            `json:"currency"`
	Status       keys.Status       `json:"status" doc:"The one word people see, derived from the three columns below"`
	Payment      keys.PaymentState `json:"payment"`
	Board        keys.BoardState   `json:"board"`
	Work         keys.WorkState    `json:"work"`
	CreatedAt    time.Time         `json:"created_at"`
	Actions      []keys.Action     `json:"actions,omitempty" doc:"What the caller may do next; only on a single order"`
	Serials      []string          `json:"serials,omitempty"`
}

type orderReply struct{ Body KeyOrder }

// KeyOrderList is one page of orders.
type KeyOrderList struct {
	Orders []KeyOrder `json:"orders"`
	Next   string     `json:"next,omitempty" doc:"Give it as cursor for the next page; absent on the last"`
}

type listReply struct{ Body KeyOrderList }

type listInput struct {
	CustomerID string `query:"customer_id"`
	Work       string `query:"work" enum:"waiting,in_production,ready,sent,received,cancelled"`
	Cursor     string `query:"cursor"`
	Limit      int    `query:"limit" minimum:"1" maximum:"100" default:"24"`
}

type idInput struct {
	ID string `path:"id"`
}

type operations struct{ keys *keys.Service }

// Register adds the module's operations.
func Register(a *api.API, s *keys.Service) {
	o := &operations{s}
	huma.Register(a, huma.Operation{OperationID: "list-key-orders", Method: http.MethodGet, Path: api.Prefix + "/key-orders", Summary: "Key orders, newest first", Tags: []string{"Keys"}}, o.list)
	huma.Register(a, huma.Operation{OperationID: "get-key-order", Method: http.MethodGet, Path: api.Prefix + "/key-orders/{id}", Summary: "One key order", Tags: []string{"Keys"}}, o.get)
	for _, v := range []struct {
		verb, summary string
		do            func(ctx context.Context, in *actInput) (*orderReply, error)
	}{
		{"made", "Enter the serial numbers of made fobs or keys", o.made},
		{"ready", "Lay the order out for pickup", o.ready},
		{"dispatch", "Hand the order to the post", o.dispatch},
		{"handover", "Sign a pickup out against a name", o.handOver},
		{"cancel", "Cancel an order that waits; the money goes back", o.cancel},
	} {
		huma.Register(a, huma.Operation{OperationID: v.verb + "-key-order", Method: http.MethodPost, Path: api.Prefix + "/key-orders/{id}/" + v.verb, Summary: v.summary, Tags: []string{"Keys"}}, v.do)
	}
	huma.Register(a, huma.Operation{OperationID: "list-key-items", Method: http.MethodGet, Path: api.Prefix + "/key-items", Summary: "The register of fobs and keys, by serial number", Tags: []string{"Keys"}}, o.items)
}

func (o *operations) list(ctx context.Context, in *listInput) (*listReply, error) {
	f := keys.Filter{CustomerID: in.CustomerID, Work: keys.WorkState(in.Work)}
	if in.Cursor != "" {
		at, id, err := readCursor(in.Cursor)
		if err != nil {
			return nil, err
		}
		f.Before, f.BeforeID = at, id
	}
	rows, err := o.keys.List(ctx, api.Actor(ctx), f, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &listReply{}
	out.Body.Orders = []KeyOrder{}
	for i, r := range rows {
		if i == in.Limit {
			last := rows[i-1]
			out.Body.Next = writeCursor(last.CreatedAt, last.ID)
			break
		}
		out.Body.Orders = append(out.Body.Orders, KeyOrder{
			ID: r.ID, Number: r.Number, CustomerID: r.CustomerID, Product: r.Product, SystemNumber: r.SystemNumber, Code: r.Code,
			Flat: r.Flat, Quantity: r.Quantity, Made: r.Made, Delivery: r.Delivery, Total: r.Total, Currency: r.Currency, Status: r.Status(),
			Payment: r.Payment, Board: r.Board, Work: r.Work, CreatedAt: r.CreatedAt,
		})
	}
	return out, nil
}

func (o *operations) get(ctx context.Context, in *idInput) (*orderReply, error) {
	by := api.Actor(ctx)
	v, err := o.keys.Find(ctx, by, in.ID)
	if err != nil {
		return nil, err
	}
	made := int64(len(v.Serials))
	return &orderReply{KeyOrder{
		ID: v.ID, Number: v.Number, CustomerID: v.CustomerID, Product: v.Product, SystemNumber: v.SystemNumber, Code: v.Code, Flat: v.Flat,
		Quantity: v.Quantity, Made: made, Delivery: v.Delivery, Total: v.Total, Currency: string(v.Currency), Status: v.Status(), Payment: v.Payment, Board: v.Board,
		Work: v.Work, CreatedAt: v.CreatedAt, Actions: v.Open(by, made), Serials: v.Serials,
	}}, nil
}
