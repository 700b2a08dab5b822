package keysweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"skranke/internal/fault"
	"skranke/internal/id"
	"skranke/internal/keys"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// side is one of the two faces of the same lists: the operator's, where orders are worked on, and the association's own.
type side struct {
	office           bool
	orders, register string
}

var (
	officeSide = side{office: true, orders: "/office/keys/orders", register: "/office/keys/register"}
	portalSide = side{orders: "/my/keys/orders", register: "/my/keys/register"}
)

const productionPath = "/office/keys/production"

func officeRoutes(p *Pages) []web.Route {
	staff, member := web.Route{Who: web.Staff, Needs: keys.MaySee, Area: ui.Office}, web.Route{Who: web.SignedIn, Needs: keys.MaySee, Area: ui.Portal}
	at := func(kind web.Route, pattern string, handle web.HandlerFunc, look ...string) web.Route {
		kind.Pattern, kind.Handle, kind.Look = pattern, handle, look
		return kind
	}
	in := func(s side, handle func(http.ResponseWriter, *http.Request, side) error) web.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) error { return handle(w, r, s) }
	}
	maker, canceller, lister, owner := staff, staff, staff, member
	maker.Needs, canceller.Needs, lister.Needs, owner.Needs = keys.MayProduce, keys.MayCancel, keys.MaySeeRegister, keys.MaySeeRegister
	return []web.Route{
		at(staff, "GET /office/keys/orders", in(officeSide, p.orders), "/office/keys/orders", "/office/keys/orders?work=ready"),
		at(staff, "GET /office/keys/orders.csv", in(officeSide, p.ordersCSV)),
		at(staff, "GET /office/keys/orders/{id}", in(officeSide, p.order)),
		at(canceller, "GET /office/keys/orders/{id}/cancel", p.askCancel),
		at(staff, "POST /office/keys/orders/{id}/{action}", p.act),
		at(staff, "POST /office/keys/orders/{id}/mails/{mail}/resend", p.resend),
		at(maker, "GET /office/keys/production", p.production, productionPath),
		at(maker, "GET /office/keys/production/live", p.productionLive),
		at(lister, "GET /office/keys/register", in(officeSide, p.register), "/office/keys/register", "/office/keys/register?q=zzzz"),
		at(lister, "GET /office/keys/register.csv", in(officeSide, p.registerCSV)),
		at(member, "GET /my/keys/orders", in(portalSide, p.orders), "/my/keys/orders"),
		at(member, "GET /my/keys/orders.csv", in(portalSide, p.ordersCSV)),
		at(member, "GET /my/keys/orders/{id}", in(portalSide, p.order)),
		at(owner, "GET /my/keys/register", in(portalSide, p.register), "/my/keys/register"),
		at(owner, "GET /my/keys/register.csv", in(portalSide, p.registerCSV)),
	}
}

func (p *Pages) zone() *time.Location {
	if p.Keys.Zone == nil {
		return time.UTC
	}
	return p.Keys.Zone
}

// orderID is the order an address names; what cannot be an id is not asked for.
func orderID(r *http.Request) (string, error) {
	if o := r.PathValue("id"); id.Valid(o) {
		return o, nil
	}
	return "", fault.New(fault.NotFound, "keys.order.not_found")
}

// names gives people's names by id.
func (p *Pages) names(ctx context.Context, ids []string) (map[string]string, error) {
	ids = slices.DeleteFunc(ids, func(s string) bool { return !id.Valid(s) })
	if p.Names == nil || len(ids) == 0 {
		return map[string]string{}, nil
	}
	return p.Names(ctx, ids)
}

// A cursor is the place of a row in a list by time, as it stands in an address.
func cursor(at time.Time, rowID string) string {
	return strconv.FormatInt(at.UnixMicro(), 10) + "." + rowID
}

func parseCursor(s string) (at time.Time, rowID string, ok bool) {
	micro, rowID, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(micro, 10, 64)
	if err != nil || !id.Valid(rowID) {
		return at, "", false
	}
	return time.UnixMicro(n).UTC(), rowID, true
}
