// Package keysweb is the pages of package keys: ordering and following an order for residents, production and register for the
// operator, and the association's own lists.
package keysweb

import (
	"context"

	"skranke/internal/keys"
	"skranke/internal/live"
	"skranke/internal/web"
)

// Pages serves the pages; app fills it in.
type Pages struct {
	Keys *keys.Service
	Hub  *live.Hub
	Firm string // the operator's name, as residents know it
	// Phone is where residents call the firm, for instance to block a lost fob at once; empty leaves the number out.
	Phone string
	// Register is where companies register themselves, or empty.
	Register string
	// Names gives the names of people by their ids; ids without a person are left out.
	Names func(ctx context.Context, ids []string) (map[string]string, error)
}

// Routes is every address of the module's pages.
func (p *Pages) Routes() []web.Route { return append(publicRoutes(p), officeRoutes(p)...) }

// Topic is where live news of one order are told.
func Topic(orderID string) string { return "keys.order:" + orderID }

// ProductionTopic is where live news of the workshop are told.
const ProductionTopic = "keys.production"
