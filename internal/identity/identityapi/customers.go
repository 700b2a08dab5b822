// Package identityapi is the part of the JSON API about customers.
package identityapi

import (
	"context"
	"net/http"

	"skranke/internal/api"
	"skranke/internal/identity"

	"github.com/danielgtaylor/huma/v2"
)

// Customer is a customer as programs see it.
type Customer struct {
	ID        string `json:"id"`
	Number    string `json:"number"`
	Kind      string `json:"kind" enum:"company,association,public,person"`
	Status    string `json:"status" enum:"active,hold,blocked,closed"`
	Name      string `json:"name"`
	Country   string `json:"country" example:"NO"`
	OrgNumber string `json:"org_number"`
	Language  string `json:"language" enum:"nb,sv,da,en"`
	Email     string `json:"email"`
	Phone     string `json:"phone"`
	Street    string `json:"street"`
	Postcode  string `json:"postcode"`
	Town      string `json:"town"`
}

type customerReply struct{ Body Customer }

// CustomerList is one page of customers.
type CustomerList struct {
	Customers []Customer `json:"customers"`
	Next      string     `json:"next,omitempty" doc:"Give it as after for the next page; absent on the last"`
}

type listReply struct{ Body CustomerList }

type listInput struct {
	Search string `query:"search" doc:"Beginnings of words of name, town or number"`
	After  string `query:"after"`
}

type idInput struct {
	ID string `path:"id"`
}

type operations struct{ identity *identity.Service }

// Register adds the module's operations.
func Register(a *api.API, s *identity.Service) {
	o := &operations{s}
	huma.Register(a, huma.Operation{OperationID: "list-customers", Method: http.MethodGet, Path: api.Prefix + "/customers", Summary: "Customers by name", Tags: []string{"Customers"}}, o.list)
	huma.Register(a, huma.Operation{OperationID: "get-customer", Method: http.MethodGet, Path: api.Prefix + "/customers/{id}", Summary: "One customer", Tags: []string{"Customers"}}, o.get)
}

func reply(c identity.Customer) Customer {
	return Customer{
		ID: c.ID, Number: c.Number, Kind: string(c.Kind), Status: string(c.Status), Name: c.Name, Country: c.Country, OrgNumber: c.OrgNumber,
		Language: c.Language, Email: c.Email, Phone: c.Phone, Street: c.Street, Postcode: c.Postcode, Town: c.Town,
	}
}

func (o *operations) list(ctx context.Context, in *listInput) (*listReply, error) {
	p, err := identity.Customers(ctx, o.identity.DB, api.Actor(ctx), identity.Filter{Text: in.Search, After: in.After})
	if err != nil {
		return nil, err
	}
	out := &listReply{}
	out.Body.Customers = []Customer{}
	for _, c := range p.Customers {
		out.Body.Customers = append(out.Body.Customers, reply(c))
	}
	if p.Next && len(p.Customers) > 0 {
		out.Body.Next = p.Customers[len(p.Customers)-1].ID
	}
	return out, nil
}

func (o *operations) get(ctx context.Context, in *idInput) (*customerReply, error) {
	c, err := identity.FindCustomer(ctx, o.identity.DB, api.Actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &customerReply{reply(c)}, nil
}
