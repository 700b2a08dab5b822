package identity

import (
	"context"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/id"
)

// Address is somewhere that a customer has things delivered. One that is no longer used is archived: orders name it.
type Address struct {
	ID, CustomerID, Label, Attention string
	Street, Postcode, Town, Phone    string
	Usual                            bool // what an order proposes; one at most
	Sort                             string
	ArchivedAt                       *time.Time
	Version                          int64
}

const (
	selectAddresses = `
		SELECT id, customer_id, label, attention, street, postcode, town, phone, usual, sort, archived_at, version
		FROM addresses WHERE {} `
	mostAddresses = 500
)

func visibleAt(by authz.Actor, customerID string) db.Cond {
	return db.Reach(by.Reach(MaySeeCustomers), db.Columns{Customer: "customer_id"}).And("customer_id = ?", customerID)
}

// Addresses is where a customer has things delivered: those in use, the usual one first, and behind them the archived ones.
func Addresses(ctx context.Context, q db.Q, by authz.Actor, customerID string) ([]Address, error) {
	all, err := db.List[Address](ctx, q, selectAddresses+`
		ORDER BY CASE WHEN archived_at IS NULL THEN 0 ELSE 1 END, CASE WHEN usual THEN 0 ELSE 1 END, sort, id LIMIT $1`, mostAddresses, visibleAt(by, customerID))
	if err != nil {
		return nil, fmt.Errorf("list addresses of %s: %w", customerID, err)
	}
	return all, nil
}

// FindAddress is one of them.
func FindAddress(ctx context.Context, q db.Q, by authz.Actor, customerID, addressID string) (Address, error) {
	return oneAddress(ctx, q, visibleAt(by, customerID), addressID)
}

func oneAddress(ctx context.Context, q db.Q, c db.Cond, addressID string) (a Address, err error) {
	if id.Valid(addressID) {
		if a, err = db.One[Address](ctx, q, selectAddresses, c.And("id = ?", addressID)); err == nil {
			return a, nil
		}
	}
	if err == nil || db.NoRows(err) {
		return Address{}, fault.New(fault.NotFound, "identity.address.not_found")
	}
	return Address{}, fmt.Errorf("find address %s: %w", addressID, err)
}

// AddressEdit is an address as it was sent; ID empty is a new one. Usual makes it the usual one and never the opposite: that
// is done by choosing another.
type AddressEdit struct {
	ID, Label, Attention, Street, Postcode, Town, Phone string
	Usual                                               bool
	Version                                             int64
}

// Edit is the form that would change nothing.
func (a Address) Edit() AddressEdit {
	return AddressEdit{
		ID: a.ID, Label: a.Label, Attention: a.Attention, Street: a.Street, Postcode: a.Postcode, Town: a.Town, Phone: a.Phone, Usual: a.Usual, Version: a.Version,
	}
}

// Pieces are the fields of the form by name, in its order.
func (e *AddressEdit) Pieces() []Piece {
	return []Piece{
		{"label", &e.Label}, {"attention", &e.Attention}, {"street", &e.Street}, {"postcode", &e.Postcode}, {"town", &e.Town}, {"phone", &e.Phone},
	}
}

func (e *AddressEdit) settle() error {
	var f fault.Fields
	for _, p := range e.Pieces() {
		*p.Value = tidy(*p.Value)
		f.Check(utf8.RuneCountInString(*p.Value) <= maxText, p.Name, "identity.too_long")
	}
	f.Check(e.Label != "", "label", "identity.address.label")
	f.Check(e.Street != "", "street", "identity.address.street")
	f.Check(e.Postcode != "", "postcode", "identity.address.postcode") // in any country's form: goods travel further than the customer's seat
	f.Check(e.Town != "", "town", "identity.address.town")
	f.Check(e.Phone == "" || validPhone(e.Phone), "phone", "identity.phone")
	return f.Err()
}

// SaveAddress adds an address or changes one. The first is the usual one whatever was asked.
func (s *Service) SaveAddress(ctx context.Context, by authz.Actor, customerID string, e AddressEdit) (a Address, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		p, err := ofCustomer(ctx, tx, by, customerID, MayEditCompany)
		if err != nil {
			return err
		}
		was, name := Address{ID: id.New(), CustomerID: customerID, Version: 1}, "identity.address.add"
		if e.ID != "" {
			if was, err = oneAddress(ctx, tx, db.If("customer_id = ?", customerID), e.ID); err != nil {
				return err
			}
			name = "identity.address.edit"
		}
		if err := e.settle(); err != nil {
			return err
		}
		if e.ID != "" && was.Version != e.Version {
			return fault.New(fault.Conflict, "identity.address.changed")
		}
		a = was
		a.Label, a.Attention, a.Street, a.Postcode, a.Town, a.Phone, a.Sort = e.Label, e.Attention, e.Street, e.Postcode, e.Town, e.Phone, sortKey(e.Label)
		if a.Usual, err = usual(ctx, tx, was, e.Usual); err != nil {
			return err
		}
		before := was.Edit()
		what := changed(p.Kind == Private, before.Pieces(), e.Pieces())
		if _, told := what["attention"]; told {
			what["attention"] = true // a person's name
		}
		if a.Usual && !was.Usual {
			what["usual"] = true
		}
		if len(what) == 0 {
			return nil
		}
		if err := writeAddress(ctx, tx, &a, e.ID == ""); err != nil {
			return err
		}
		what["address"] = a.ID
		return s.Log.Record(ctx, tx, by, event.Event{Kind: "identity.customer", Subject: customerID, CustomerID: customerID, Name: name, Data: event.Data(what)})
	})
	if err != nil {
		return Address{}, err
	}
	return a, nil
}

// usual says whether an address is to be the usual one, and takes that from the others where it is.
func usual(ctx context.Context, tx *db.Tx, was Address, wanted bool) (bool, error) {
	if was.ArchivedAt != nil || was.Usual {
		return was.Usual, nil
	}
	type row struct{ Used, Usual int64 }
	n, err := db.One[row](ctx, tx, `
		SELECT count(*) AS used, count(*) FILTER (WHERE usual) AS usual FROM addresses WHERE customer_id = $1 AND archived_at IS NULL AND id <> $2`,
		was.CustomerID, was.ID)
	switch {
	case err != nil:
		return false, fmt.Errorf("count addresses of %s: %w", was.CustomerID, err)
	case n.Used >= mostAddresses:
		return false, fault.Field("label", "identity.address.too_many")
	case n.Usual == 0:
		return true, nil
	case !wanted:
		return false, nil
	}
	if _, err := tx.Exec(ctx, `UPDATE addresses SET usual = FALSE, version = version + 1 WHERE customer_id = $1 AND usual`, was.CustomerID); err != nil {
		return false, fmt.Errorf("take the usual address of %s: %w", was.CustomerID, err)
	}
	return true, nil
}

func writeAddress(ctx context.Context, tx *db.Tx, a *Address, isNew bool) error {
	var err error
	if isNew {
		_, err = tx.Exec(ctx, `
			INSERT INTO addresses (id, customer_id, label, attention, street, postcode, town, phone, usual, sort, version)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)`,
			a.ID, a.CustomerID, a.Label, a.Attention, a.Street, a.Postcode, a.Town, a.Phone, a.Usual, a.Sort)
	} else {
		a.Version++
		_, err = tx.Exec(ctx, `
			UPDATE addresses SET label = $1, attention = $2, street = $3, postcode = $4, town = $5, phone = $6, usual = $7, sort = $8, version = $9 WHERE id = $10`,
			a.Label, a.Attention, a.Street, a.Postcode, a.Town, a.Phone, a.Usual, a.Sort, a.Version, a.ID)
	}
	if err != nil {
		return fmt.Errorf("save address %s: %w", a.ID, err)
	}
	return nil
}

// ArchiveAddress takes an address out of use, or with back into it. The usual one stays while there are others: which of them
// follows it is for people to say. Doing it twice changes nothing.
func (s *Service) ArchiveAddress(ctx context.Context, by authz.Actor, customerID, addressID string, back bool) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := ofCustomer(ctx, tx, by, customerID, MayEditCompany); err != nil {
			return err
		}
		a, err := oneAddress(ctx, tx, db.If("customer_id = ?", customerID), addressID)
		if err != nil {
			return err
		}
		if (a.ArchivedAt == nil) == back {
			return nil
		}
		used, err := db.One[int64](ctx, tx, `SELECT count(*) FROM addresses WHERE customer_id = $1 AND archived_at IS NULL AND id <> $2`, customerID, a.ID)
		if err != nil {
			return fmt.Errorf("count addresses of %s: %w", customerID, err)
		}
		name, at := "identity.address.archive", &tx.Now
		if back {
			name, at = "identity.address.restore", nil
		} else if a.Usual && used > 0 {
			return fault.New(fault.Conflict, "identity.address.usual")
		}
		if _, err := tx.Exec(ctx, `UPDATE addresses SET archived_at = $1, usual = $2, version = version + 1 WHERE id = $3`, at, back && used == 0, a.ID); err != nil {
			return fmt.Errorf("archive address %s: %w", a.ID, err)
		}
		return s.Log.Record(ctx, tx, by, event.Event{
			Kind: "identity.customer", Subject: customerID, CustomerID: customerID, Name: name, Data: event.Data(map[string]any{"address": a.ID}),
		})
	})
}

// Version reads the version that a form carries; anything else is no version at all.
func Version(typed string) int64 {
	n, err := strconv.ParseInt(typed, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
