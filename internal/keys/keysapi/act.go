package keysapi

import (
	"context"
	"encoding/base64"
	"strings"
	"time"

	"skranke/internal/api"
	"skranke/internal/fault"
	"skranke/internal/keys"
)

type actInput struct {
	ID   string      `path:"id"`
	Key  string      `header:"Idempotency-Key" doc:"A repeated call with the same key gets the first answer"`
	Body KeyOrderAct `required:"false"`
}

// KeyOrderAct is what some of the operations on an order need to be told.
type KeyOrderAct struct {
	Serials  []string `json:"serials,omitempty" doc:"For made"`
	Tracking string   `json:"tracking,omitempty" doc:"For dispatch"`
	To       string   `json:"to,omitempty" doc:"For handover: who took it"`
}

func (o *operations) made(ctx context.Context, in *actInput) (*orderReply, error) {
	_, err := o.keys.Made(ctx, api.Actor(ctx), in.ID, in.Body.Serials)
	return o.after(ctx, in, err)
}

func (o *operations) ready(ctx context.Context, in *actInput) (*orderReply, error) {
	_, err := o.keys.Ready(ctx, api.Actor(ctx), in.ID)
	return o.after(ctx, in, err)
}

func (o *operations) dispatch(ctx context.Context, in *actInput) (*orderReply, error) {
	_, err := o.keys.Sent(ctx, api.Actor(ctx), in.ID, in.Body.Tracking)
	return o.after(ctx, in, err)
}

func (o *operations) handOver(ctx context.Context, in *actInput) (*orderReply, error) {
	_, err := o.keys.HandOver(ctx, api.Actor(ctx), in.ID, in.Body.To)
	return o.after(ctx, in, err)
}

func (o *operations) cancel(ctx context.Context, in *actInput) (*orderReply, error) {
	_, err := o.keys.Cancel(ctx, api.Actor(ctx), in.ID)
	return o.after(ctx, in, err)
}

// after answers a change with the order as it stands now.
func (o *operations) after(ctx context.Context, in *actInput, err error) (*orderReply, error) {
	if err != nil {
		return nil, err
	}
	return o.get(ctx, &idInput{ID: in.ID})
}

// KeyItem is a fob or key of the register.
type KeyItem struct {
	ID         string         `json:"id"`
	CustomerID string         `json:"customer_id"`
	SystemID   string         `json:"system_id"`
	Product    keys.Product   `json:"product" enum:"fob,key"`
	Code       string         `json:"code"`
	Serial     string         `json:"serial"`
	Flat       string         `json:"flat"`
	State      keys.ItemState `json:"state" enum:"made,active,lost,blocked,returned"`
	Since      time.Time      `json:"since"`
}

type itemsInput struct {
	CustomerID string `query:"customer_id"`
	SystemID   string `query:"system_id"`
	State      string `query:"state" enum:"made,active,lost,blocked,returned"`
	Search     string `query:"search" doc:"The beginning of a serial number"`
	Cursor     string `query:"cursor"`
	Limit      int    `query:"limit" minimum:"1" maximum:"100" default:"24"`
}

// KeyItemList is one page of the register.
type KeyItemList struct {
	Items []KeyItem `json:"items"`
	Next  string    `json:"next,omitempty"`
}

type itemsReply struct{ Body KeyItemList }

func (o *operations) items(ctx context.Context, in *itemsInput) (*itemsReply, error) {
	f := keys.ItemFilter{CustomerID: in.CustomerID, SystemID: in.SystemID, State: keys.ItemState(in.State), Search: in.Search}
	if in.Cursor != "" {
		after, id, err := split(in.Cursor)
		if err != nil {
			return nil, err
		}
		f.After, f.AfterID = after, id
	}
	items, err := o.keys.Register(ctx, api.Actor(ctx), f, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &itemsReply{}
	out.Body.Items = []KeyItem{}
	for i, it := range items {
		if i == in.Limit {
			out.Body.Next = join(items[i-1].Folded, items[i-1].ID)
			break
		}
		out.Body.Items = append(out.Body.Items, KeyItem{
			ID: it.ID, CustomerID: it.CustomerID, SystemID: it.SystemID, Product: it.Product, Code: it.Code, Serial: it.Serial,
			Flat: it.Flat, State: it.State, Since: it.Since,
		})
	}
	return out, nil
}

// A cursor is where the last page ended; callers give it back as it is.
func join(a, b string) string { return base64.RawURLEncoding.EncodeToString([]byte(a + "\x00" + b)) }

func split(cursor string) (a, b string, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	a, b, ok := strings.Cut(string(raw), "\x00")
	if err != nil || !ok {
		return "", "", fault.Field("cursor", "api.cursor")
	}
	return a, b, nil
}

func writeCursor(at time.Time, id string) string { return join(at.Format(time.RFC3339Nano), id) }

func readCursor(cursor string) (time.Time, string, error) {
	at, id, err := split(cursor)
	if err != nil {
		return time.Time{}, "", err
	}
	t, err := time.Parse(time.RFC3339Nano, at)
	if err != nil {
		return t, "", fault.Field("cursor", "api.cursor")
	}
	return t, id, nil
}
