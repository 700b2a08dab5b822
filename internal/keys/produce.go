package keys

import (
	"context"
	"strings"
	"unicode"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/id"
)

// Made takes the serial numbers of fobs or keys that have been made, one or more at a time, into the order and the register.
func (s *Service) Made(ctx context.Context, by authz.Actor, orderID string, serials []string) (Order, error) {
	serials, err := cleanSerials(serials)
	if err != nil {
		return Order{}, err
	}
	var o Order
	err = s.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		o, err = s.change(ctx, tx, by, orderID, Make, func(o *Order) (map[string]any, error) {
			made, err := countMade(ctx, tx, o.ID)
			if err != nil {
				return nil, err
			}
			if o.Work, err = o.Next(Make, by, facts{made: made}); err != nil {
				return nil, err
			}
			if made+int64(len(serials)) > o.Quantity {
				return nil, fault.Field("serials", "keys.make.too_many")
			}
			if made+int64(len(serials)) == o.Quantity {
				o.MadeAt = &tx.Now
			}
			return map[string]any{"made": made + int64(len(serials)), "of": o.Quantity}, s.register(ctx, tx, *o, serials)
		})
		return err
	})
	if db.IsUnique(err) { // another order took the number in between
		err = fault.Field("serials", "keys.make.taken")
	}
	return o, err
}

// register enters made items: active from the moment they are handed over, until then made.
func (s *Service) register(ctx context.Context, tx *db.Tx, o Order, serials []string) error {
	folded := make([]string, len(serials))
	for i, n := range serials {
		folded[i] = fold(n)
	}
	taken, err := db.One[int64](ctx, tx, `SELECT COUNT(*) AS n FROM key_items WHERE {}`, db.In("folded", folded).And("system_id = ?", o.SystemID))
	if err != nil {
		return err
	}
	if taken > 0 {
		return fault.Field("serials", "keys.make.taken")
	}
	for _, n := range serials {
		it := Item{
			ID: id.New(), CustomerID: o.CustomerID, SiteID: o.SiteID, SystemID: o.SystemID, Product: o.Product, Code: o.Code, Serial: n, Folded: fold(n),
			FlatID: o.FlatID, Flat: o.Flat, Holder: o.ResidentName, State: ItemMade, Since: tx.Now, OrderID: o.ID, Version: 1,
		}
		if err := insertItem(ctx, tx, it); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO key_order_items (order_id, serial, item_id, made_at) VALUES ($1, $2, $3, $4)`, o.ID, n, it.ID, tx.Now); err != nil {
			return err
		}
	}
	return nil
}

// cleanSerials takes what a scanner or a person wrote: one number a line, or with commas between.
func cleanSerials(in []string) ([]string, error) {
	var out []string
	seen := map[string]bool{}
	for _, s := range in {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		switch f := fold(s); {
		case f == "" || !short(s, 40) || strings.ContainsFunc(s, notSerial):
			return nil, fault.Field("serials", "keys.make.bad_serial")
		case seen[f]:
			return nil, fault.Field("serials", "keys.make.twice")
		default:
			seen[f], out = true, append(out, s)
		}
	}
	if len(out) == 0 {
		return nil, fault.Field("serials", "keys.make.no_serial")
	}
	return out, nil
}

// notSerial is what no engraver writes; the signs between letters and digits are kept as they were typed.
func notSerial(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" -./", r)
}

// SplitSerials is how a text field of serial numbers is read.
func SplitSerials(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' || r == ',' || r == ';' || r == '\t' })
}

// Ready lays an order out for pickup and tells the resident.
func (s *Service) Ready(ctx context.Context, by authz.Actor, orderID string) (Order, error) {
	return s.work(ctx, by, orderID, MarkReady, func(tx *db.Tx, o *Order) (map[string]any, error) {
		o.ReadyAt = &tx.Now
		return nil, nil
	}, func(tx *db.Tx, o Order) error { return s.tellResident(ctx, tx, o, letterReady) })
}

// Sent hands an order to the post and tells the resident; tracking may be empty.
func (s *Service) Sent(ctx context.Context, by authz.Actor, orderID, tracking string) (Order, error) {
	tracking = strings.TrimSpace(tracking)
	if !short(tracking, 40) {
		return Order{}, fault.Field("tracking", "keys.form.too_long")
	}
	return s.work(ctx, by, orderID, Send, func(tx *db.Tx, o *Order) (map[string]any, error) {
		o.SentAt, o.Tracking = &tx.Now, tracking
		return map[string]any{"tracking": tracking}, nil
	}, func(tx *db.Tx, o Order) error { return s.tellResident(ctx, tx, o, letterSent) })
}

// HandOver signs a pickup out against a name.
func (s *Service) HandOver(ctx context.Context, by authz.Actor, orderID, to string) (Order, error) {
	to = strings.TrimSpace(to)
	if len(to) < 2 || !short(to, 100) {
		return Order{}, fault.Field("handed_to", "keys.hand_over.name")
	}
	return s.work(ctx, by, orderID, HandOver, func(tx *db.Tx, o *Order) (map[string]any, error) {
		o.HandedTo = to
		received(tx, o)
		return nil, nil
	}, func(tx *db.Tx, o Order) error { return activate(ctx, tx, o.ID) })
}

// Receive is the resident's word that the post has come.
func (s *Service) Receive(ctx context.Context, by authz.Actor, orderID string) (Order, error) {
	return s.work(ctx, by, orderID, Receive, func(tx *db.Tx, o *Order) (map[string]any, error) {
		received(tx, o)
		return nil, nil
	}, func(tx *db.Tx, o Order) error { return activate(ctx, tx, o.ID) })
}

// Cancel ends an order that waits, and gives the money back.
func (s *Service) Cancel(ctx context.Context, by authz.Actor, orderID string) (Order, error) {
	return s.work(ctx, by, orderID, Cancel, func(tx *db.Tx, o *Order) (map[string]any, error) {
		return nil, closeOrder(tx)(o)
	}, func(tx *db.Tx, o Order) error {
		if err := s.Approvals.Withdraw(ctx, tx, runner, SubjectKind, o.ID); err != nil {
			return err
		}
		if err := s.giveBack(ctx, tx, o); err != nil {
			return err
		}
		return s.tellResident(ctx, tx, o, letterCancelled)
	})
}

func received(tx *db.Tx, o *Order) { o.ReceivedAt, o.ClosedAt = &tx.Now, &tx.Now }

// work moves the workshop's column.
func (s *Service) work(ctx context.Context, by authz.Actor, orderID string, a Action, and func(*db.Tx, *Order) (map[string]any, error), then func(*db.Tx, Order) error) (o Order, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if a == Cancel {
			if err := s.Approvals.Lock(ctx, tx, SubjectKind, orderID); err != nil {
				return err
			}
		}
		o, err = s.change(ctx, tx, by, orderID, a, func(o *Order) (map[string]any, error) {
			made, err := countMade(ctx, tx, o.ID)
			if err != nil {
				return nil, err
			}
			if o.Work, err = o.Next(a, by, facts{made: made}); err != nil {
				return nil, err
			}
			return and(tx, o)
		})
		if err != nil {
			return err
		}
		return then(tx, o)
	})
	return o, err
}
