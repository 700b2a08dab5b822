package keys

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/id"
)

const orderColumns = `id, number, draft_id, status_link, customer_id, site_id, agreement_id, system_id, product, system_number, code, purpose, asked_by,
	requisitioner, flat_id, flat, resident_name, resident_email, resident_phone, language, quantity, delivery, street, postcode, town, currency, net, vat, total,
	lines, approvals, payment, board, work, reason, tracking, handed_to, created_at, paid_at, reserved_until, decide_by, decided_at, made_at, ready_at, sent_at,
	received_at, closed_at, version`

var orderReach = db.Columns{Customer: "customer_id", Site: "site_id", Subject: "id"}

// find gives the same fault for what is not there and what by may not see.
func find(ctx context.Context, q db.Q, by authz.Actor, orderID string) (Order, error) {
	notFound := fault.New(fault.NotFound, "keys.order.not_found")
	if !id.Valid(orderID) { // it comes from the address: PostgreSQL fails at what is no text
		return Order{}, notFound
	}
	o, err := db.One[Order](ctx, q, `SELECT `+orderColumns+` FROM key_orders WHERE {}`, db.Reach(by.Reach(MaySee), orderReach).And("id = ?", orderID))
	if db.NoRows(err) {
		return o, notFound
	}
	if err != nil {
		return o, fmt.Errorf("find key order %s: %w", orderID, err)
	}
	return o, nil
}

func byDraft(ctx context.Context, q db.Q, draftID string) (Order, error) {
	if !id.Valid(draftID) {
		return Order{}, sql.ErrNoRows
	}
	return db.One[Order](ctx, q, `SELECT `+orderColumns+` FROM key_orders WHERE draft_id = $1`, draftID)
}

func insert(ctx context.Context, tx *db.Tx, o Order) error {
	_, err := tx.Exec(ctx, `INSERT INTO key_orders (`+orderColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30,
			$31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48)`,
		o.ID, o.Number, o.DraftID, o.StatusLink, o.CustomerID, o.SiteID, o.AgreementID, o.SystemID, o.Product, o.SystemNumber, o.Code, o.Purpose, o.AskedBy,
		o.Requisitioner, o.FlatID, o.Flat, o.ResidentName, o.ResidentEmail, o.ResidentPhone, o.Language, o.Quantity, o.Delivery, o.Street, o.Postcode, o.Town,
		o.Currency, o.Net, o.VAT, o.Total, o.Lines, o.Approvals, o.Payment, o.Board, o.Work, o.Reason, o.Tracking, o.HandedTo, o.CreatedAt, o.PaidAt,
		o.ReservedUntil, o.DecideBy, o.DecidedAt, o.MadeAt, o.ReadyAt, o.SentAt, o.ReceivedAt, o.ClosedAt, o.Version)
	if err != nil {
		return fmt.Errorf("insert key order: %w", err)
	}
	return nil
}

// save writes what can change of an order, unless someone else has since it was read.
func save(ctx context.Context, tx *db.Tx, o *Order) error {
	n, err := tx.Exec(ctx, `
		UPDATE key_orders
		SET payment = $1, board = $2, work = $3, reason = $4, tracking = $5, handed_to = $6, paid_at = $7, reserved_until = $8, decide_by = $9, decided_at = $10,
			made_at = $11, ready_at = $12, sent_at = $13, received_at = $14, closed_at = $15, version = version + 1
		WHERE id = $16 AND version = $17`,
		o.Payment, o.Board, o.Work, o.Reason, o.Tracking, o.HandedTo, o.PaidAt, o.ReservedUntil, o.DecideBy, o.DecidedAt,
		o.MadeAt, o.ReadyAt, o.SentAt, o.ReceivedAt, o.ClosedAt, o.ID, o.Version)
	if err != nil {
		return fmt.Errorf("save key order %s: %w", o.ID, err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "keys.order.moved_on")
	}
	o.Version++
	return nil
}

func insertItem(ctx context.Context, tx *db.Tx, it Item) error {
	_, err := tx.Exec(ctx, `INSERT INTO key_items (`+itemColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		it.ID, it.CustomerID, it.SiteID, it.SystemID, it.Product, it.Code, it.Serial, it.Folded, it.FlatID, it.Flat, it.Holder, it.State, it.Since, it.OrderID, it.Version)
	if err != nil {
		return fmt.Errorf("enter item in register: %w", err)
	}
	return nil
}

func countMade(ctx context.Context, q db.Q, orderID string) (int64, error) {
	n, err := db.One[int64](ctx, q, `SELECT COUNT(*) AS n FROM key_order_items WHERE order_id = $1`, orderID)
	if err != nil {
		return 0, fmt.Errorf("count made of %s: %w", orderID, err)
	}
	return n, nil
}

// activate makes the items of an order the holder's own.
func activate(ctx context.Context, tx *db.Tx, orderID string) error {
	_, err := tx.Exec(ctx, `UPDATE key_items SET state = $1, since = $2, version = version + 1 WHERE id IN (SELECT item_id FROM key_order_items WHERE order_id = $3) AND state = $4`,
		ItemActive, tx.Now, orderID, ItemMade)
	if err != nil {
		return fmt.Errorf("activate items of %s: %w", orderID, err)
	}
	return nil
}

// Filter narrows a list of orders; empty fields narrow nothing.
type Filter struct {
	CustomerID string
	Work       WorkState
	Before     time.Time // created_at and id of the last order already shown
	BeforeID   string
	OldestOn   bool // production wants the oldest first
}

// Row is what a list shows of an order.
type Row struct {
	ID, Number, CustomerID, SystemNumber, Code, Flat, Delivery string
	Product                                                    Product
	Quantity, Total, Made                                      int64
	Currency                                                   string
	Payment                                                    PaymentState
	Board                                                      BoardState
	Work                                                       WorkState
	CreatedAt                                                  time.Time
	DecideBy, DecidedAt                                        *time.Time
}

// Status derives the word people see.
func (r Row) Status() Status {
	return Order{Payment: r.Payment, Board: r.Board, Work: r.Work}.Status()
}

const rowColumns = `id, number, customer_id, system_number, code, flat, delivery, product, quantity, total, currency, payment, board, work, created_at, decide_by, decided_at,
	(SELECT COUNT(*) FROM key_order_items i WHERE i.order_id = key_orders.id) AS made`

// List is the newest orders that by may see, older than the last one shown.
func (s *Service) List(ctx context.Context, by authz.Actor, f Filter, limit int) ([]Row, error) {
	c := db.Reach(by.Reach(MaySee), orderReach)
	if f.CustomerID != "" {
		c = c.And("customer_id = ?", f.CustomerID)
	}
	if f.Work != "" {
		c = c.And("work = ?", f.Work)
	}
	order, than := "created_at DESC, id DESC", "(created_at, id) < (?, ?)"
	if f.OldestOn {
		order, than = "created_at, id", "(created_at, id) > (?, ?)"
	}
	if f.BeforeID != "" {
		c = c.And(than, f.Before, f.BeforeID)
	}
	rows, err := db.List[Row](ctx, s.DB, `SELECT `+rowColumns+` FROM key_orders WHERE {} ORDER BY `+order+` LIMIT $1`, limit, c)
	if err != nil {
		return nil, fmt.Errorf("list key orders: %w", err)
	}
	return rows, nil
}

// View is an order with what its page shows besides.
type View struct {
	Order
	Serials  []string
	Timeline []event.Event
}

// Find is one order as by may see it.
func (s *Service) Find(ctx context.Context, by authz.Actor, id string) (v View, err error) {
	if v.Order, err = find(ctx, s.DB, by, id); err != nil {
		return v, err
	}
	if v.Serials, err = db.List[string](ctx, s.DB, `SELECT serial FROM key_order_items WHERE order_id = $1 ORDER BY made_at, serial`, id); err != nil {
		return v, fmt.Errorf("serials of %s: %w", id, err)
	}
	v.Timeline, err = event.Of(ctx, s.DB, id)
	return v, err
}

// systemEvent tells that items were entered into a system.
func systemEvent(sys System, n int) event.Event {
	return event.Event{CustomerID: sys.CustomerID, SiteID: sys.SiteID, Kind: "keys.system", Subject: sys.ID, Name: "keys.system.enter", Data: event.Data(map[string]any{"items": n})}
}
