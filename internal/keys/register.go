package keys

import (
	"context"
	"fmt"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/id"
)

// Item is one fob or key in the register.
type Item struct {
	ID, CustomerID, SiteID, SystemID string
	Product                          Product
	Code, Serial, Folded             string
	FlatID, Flat, Holder             string
	State                            ItemState
	Since                            time.Time
	OrderID                          string
	Version                          int64
}

// ItemState is where a fob or key is.
type ItemState string

// The states of an item.
const (
	ItemMade     ItemState = "made" // not yet handed over
	ItemActive   ItemState = "active"
	ItemLost     ItemState = "lost"
	ItemBlocked  ItemState = "blocked"
	ItemReturned ItemState = "returned"
)

// ItemStates lists them for filters.
func ItemStates() []ItemState {
	return []ItemState{ItemActive, ItemMade, ItemLost, ItemBlocked, ItemReturned}
}

// System is a fob system or a lock system of a customer, with its zones or key marks.
type System struct {
	ID, CustomerID, SiteID string
	Product                Product
	Number, Name           string
	CreatedAt              time.Time
}

// NewSystem is a system to enter.
type NewSystem struct {
	CustomerID, SiteID string
	Product            Product
	Number, Name       string
	Zones              []Zone
}

// Zone is a zone number of a fob system or a key mark of a lock system.
type Zone struct{ Code, Name string }

// AddSystem enters a key system.
func (s *Service) AddSystem(ctx context.Context, by authz.Actor, n NewSystem) (sys System, err error) {
	var bad fault.Fields
	bad.Check(n.Product.Valid(), "product", "keys.form.product")
	bad.Check(fold(n.Number) != "" && short(n.Number, 40), "number", "keys.form.system_number")
	bad.Check(len(n.Zones) > 0, "zones", "keys.form.zone_number")
	if err := bad.Err(); err != nil {
		return sys, err
	}
	if !by.May(MayEditRegister, authz.Place{Customer: n.CustomerID, Site: n.SiteID}) {
		return sys, fault.New(fault.NotFound, "identity.customer.not_found")
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		sys = System{ID: id.New(), CustomerID: n.CustomerID, SiteID: n.SiteID, Product: n.Product, Number: n.Number, Name: n.Name, CreatedAt: tx.Now}
		_, err := tx.Exec(ctx, `INSERT INTO key_systems (id, customer_id, site_id, product, number, folded, name, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			sys.ID, sys.CustomerID, sys.SiteID, sys.Product, sys.Number, fold(sys.Number), sys.Name, sys.CreatedAt)
		for i := 0; err == nil && i < len(n.Zones); i++ {
			z := n.Zones[i]
			_, err = tx.Exec(ctx, `INSERT INTO key_zones (system_id, code, folded, name) VALUES ($1, $2, $3, $4)`, sys.ID, z.Code, fold(z.Code), z.Name)
		}
		return err
	})
	if db.IsUnique(err) {
		return sys, fault.Field("number", "keys.system.taken")
	}
	if err != nil {
		return sys, fmt.Errorf("add key system: %w", err)
	}
	return sys, nil
}

// Enter puts items that exist already into the register, many at once: an import, a demonstration. One event tells of them all.
func (s *Service) Enter(ctx context.Context, by authz.Actor, sys System, items []Item) error {
	if !by.May(MayEditRegister, authz.Place{Customer: sys.CustomerID, Site: sys.SiteID}) {
		return fault.New(fault.NotFound, "keys.system.not_found")
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		for _, it := range items {
			it.ID, it.CustomerID, it.SystemID, it.Product, it.Folded, it.Version = id.New(), sys.CustomerID, sys.ID, sys.Product, fold(it.Serial), 1
			if err := insertItem(ctx, tx, it); err != nil {
				return err
			}
		}
		return s.Log.Record(ctx, tx, by, systemEvent(sys, len(items)))
	})
}

// ItemFilter narrows the register; empty fields narrow nothing.
type ItemFilter struct {
	CustomerID, SystemID string
	State                ItemState
	Search               string // the beginning of a serial number
	After, AfterID       string // folded serial and id of the last item already shown
}

const itemColumns = `id, customer_id, site_id, system_id, product, code, serial, folded, flat_id, flat, holder, state, since, order_id, version`

// Register is the items that by may see, in the order of their numbers.
func (s *Service) Register(ctx context.Context, by authz.Actor, f ItemFilter, limit int) ([]Item, error) {
	c := db.Reach(by.Reach(MaySeeRegister), db.Columns{Customer: "customer_id", Site: "site_id"})
	for _, x := range []struct{ column, value string }{{"customer_id", f.CustomerID}, {"system_id", f.SystemID}, {"state", string(f.State)}} {
		if x.value != "" {
			c = c.And(x.column+" = ?", x.value)
		}
	}
	if n := fold(f.Search); n != "" {
		c = c.And("folded >= ? AND folded < ?", n, n+"\U0010FFFF")
	}
	if f.AfterID != "" {
		c = c.And("(folded, id) > (?, ?)", f.After, f.AfterID)
	}
	items, err := db.List[Item](ctx, s.DB, `SELECT `+itemColumns+` FROM key_items WHERE {} ORDER BY folded, id LIMIT $1`, limit, c)
	if err != nil {
		return nil, fmt.Errorf("read register: %w", err)
	}
	return items, nil
}

// Systems lists the key systems that by may see.
func (s *Service) Systems(ctx context.Context, by authz.Actor, customerID string) ([]System, error) {
	c := db.Reach(by.Reach(MaySeeRegister), db.Columns{Customer: "customer_id", Site: "site_id"})
	if customerID != "" {
		c = c.And("customer_id = ?", customerID)
	}
	out, err := db.List[System](ctx, s.DB, `SELECT id, customer_id, site_id, product, number, name, created_at FROM key_systems WHERE {} ORDER BY customer_id, product, number LIMIT 500`, c)
	if err != nil {
		return nil, fmt.Errorf("list key systems: %w", err)
	}
	return out, nil
}
