package identity

import (
	"context"
	"fmt"
	"strconv"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/link"
	"skranke/internal/mail"
)

// Service holds the use cases. Its methods open transactions; plain functions take one.
type Service struct {
	DB     *db.DB
	Log    *event.Log
	Roles  Roles
	Limits Limits // how sign-in is slowed down; zero fields take the usual rules
	Mail   *mail.Post
	Links  *link.Signer
}

// NewCustomer is what is asked about a customer; Number empty takes the next one, Status empty is Active.
type NewCustomer struct {
	Number                   string
	Kind                     CustomerKind
	Status                   CustomerStatus
	Name, Country, OrgNumber string
	Language                 i18n.L
	Email, Phone             string
	Street, Postcode, Town   string
}

// CreateCustomer adds a customer.
func (s *Service) CreateCustomer(ctx context.Context, by authz.Actor, n NewCustomer) (c Customer, err error) {
	if err := by.Check(MayEditCustomers, authz.Place{}); err != nil {
		return c, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		c, err = s.FoundCustomer(ctx, tx, by, n)
		return err
	})
	if err != nil {
		return Customer{}, err
	}
	return c, nil
}

// numberCustomer refuses what is taken, and gives the next free number where none was asked for.
func numberCustomer(ctx context.Context, tx *db.Tx, c *Customer) error {
	if c.OrgNumber != "" {
		if is, err := taken(ctx, tx, db.If("country = ? AND org_number = ?", c.Country, c.OrgNumber)); err != nil {
			return err
		} else if is {
			return fault.Field("org_number", "identity.customer.org_number_taken")
		}
	}
	if c.Number != "" {
		if is, err := taken(ctx, tx, db.If("number = ?", c.Number)); err != nil {
			return err
		} else if is {
			return fault.Field("number", "identity.customer.number_taken")
		}
		return nil
	}
	for is := true; is; { // a number given by hand may stand in the way
		n, err := db.NextNumber(ctx, tx, "customer", firstCustomer)
		if err != nil {
			return err
		}
		c.Number = strconv.FormatInt(n, 10)
		if is, err = taken(ctx, tx, db.If("number = ?", c.Number)); err != nil {
			return err
		}
	}
	return nil
}

func taken(ctx context.Context, tx *db.Tx, c db.Cond) (bool, error) {
	n, err := db.One[int64](ctx, tx, `SELECT count(*) FROM customers WHERE {}`, c)
	if err != nil {
		return false, fmt.Errorf("look for a customer's number: %w", err)
	}
	return n > 0, nil
}

const firstCustomer = 10001

// NewSite is what is asked about a site.
type NewSite struct{ Name, Street, Postcode, Town string }

// AddSite adds an address to a customer.
func (s *Service) AddSite(ctx context.Context, by authz.Actor, customerID string, n NewSite) (site Site, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		c, err := editable(ctx, tx, by, customerID, MayEditCustomers)
		if err != nil {
			return err
		}
		site = Site{ID: id.New(), CustomerID: c.ID, Name: tidy(n.Name), Street: tidy(n.Street), Postcode: tidy(n.Postcode), Town: tidy(n.Town)}
		site.Sort = sortKey(site.Name)
		var f fault.Fields
		f.Check(site.Name != "" && len(site.Name) <= maxText, "name", "identity.site.name")
		if err := f.Err(); err != nil {
			return err
		}
		if err := insertSite(ctx, tx, site); err != nil {
			return err
		}
		return s.Log.Record(ctx, tx, by, event.Event{Kind: "identity.customer", Subject: c.ID, CustomerID: c.ID, SiteID: site.ID, Name: "identity.site.add"})
	})
	if err != nil {
		return Site{}, err
	}
	return site, nil
}

// AddFlats adds flats to a site by their numbers; one that is there already is left alone. It gives all flats of the site.
func (s *Service) AddFlats(ctx context.Context, by authz.Actor, siteID string, numbers []string) (flats []Flat, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		site, err := siteByID(ctx, tx, siteID)
		if err != nil {
			return err
		}
		if _, err := editable(ctx, tx, by, site.CustomerID, MayEditCustomers); err != nil {
			return err
		}
		added := make([]Flat, 0, len(numbers))
		for _, n := range numbers {
			flat := Flat{ID: id.New(), CustomerID: site.CustomerID, SiteID: site.ID, Number: tidy(n), Folded: FoldNumber(n)}
			if flat.Folded == "" || len(flat.Number) > maxText {
				return fault.Field("numbers", "identity.flat.number")
			}
			added = append(added, flat)
		}
		if err := insertFlats(ctx, tx, added); err != nil {
			return err
		}
		if flats, err = Flats(ctx, tx, site.CustomerID, site.ID); err != nil {
			return err
		}
		return s.Log.Record(ctx, tx, by, event.Event{
			Kind: "identity.customer", Subject: site.CustomerID, CustomerID: site.CustomerID, SiteID: site.ID,
			Name: "identity.flats.add", Data: event.Data(map[string]any{"flats": len(flats)}),
		})
	})
	return flats, err
}

// editable finds a customer that by may change; to whoever may not even see it, it is not there.
func editable(ctx context.Context, q db.Q, by authz.Actor, customerID string, needs authz.Permission) (Customer, error) {
	c, err := CustomerByID(ctx, q, customerID)
	switch {
	case err != nil:
		return c, err
	case by.May(needs, c.place()):
		return c, nil
	case by.May(MaySeeCustomers, c.place()):
		return Customer{}, by.Refuse(needs, c.place())
	}
	return Customer{}, fault.New(fault.NotFound, "identity.customer.not_found")
}
