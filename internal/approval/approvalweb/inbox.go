package approvalweb

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"skranke/internal/approval"
	"skranke/internal/day"
	"skranke/internal/ui"
	"skranke/internal/web"
)

const (
	mostWaiting  = 100 // nobody answers more in a sitting; the rest follows as these are answered
	mostAnswered = 24
)

// box is the inbox of one person.
type box struct {
	L                 ui.L
	Waiting, Answered []approval.Request
	Customers         map[string]string
	now               time.Time
	zone              *time.Location
}

// inbox lists what waits for the reader, and what they have answered.
func (p *Pages) inbox(w http.ResponseWriter, r *http.Request) (err error) {
	ctx, by := r.Context(), web.Actor(r)
	b := box{L: web.L(r), now: p.Approvals.DB.Now(), zone: p.Zone}
	if b.zone == nil {
		b.zone = time.UTC
	}
	if b.Waiting, err = p.Approvals.Waiting(ctx, by, mostWaiting); err != nil {
		return err
	}
	if b.Answered, err = p.Approvals.Decided(ctx, by, mostAnswered); err != nil {
		return err
	}
	if b.Customers, err = p.customers(ctx, b.Waiting, b.Answered); err != nil {
		return err
	}
	return web.Render(w, r, web.View{Title: b.L.ApprovalInbox(), Body: inboxPage(b)})
}

func (p *Pages) customers(ctx context.Context, lists ...[]approval.Request) (map[string]string, error) {
	var ids []string
	for _, list := range lists {
		for _, q := range list {
			ids = append(ids, q.CustomerID)
		}
	}
	if p.Customers == nil || len(ids) == 0 {
		return map[string]string{}, nil
	}
	return p.Customers(ctx, ids)
}

// due is the deadline with how far away it is, in the words people use.
func (b box) due(q approval.Request) (when, away string) {
	left := day.Of(q.DueAt, b.zone).Sub(day.Of(b.now, b.zone))
	return b.L.DateTime(q.DueAt, b.zone), b.L.InDays(left)
}

func (b box) waiting() ui.TableData {
	l := b.L
	t := ui.TableData{L: l, Caption: l.ApprovalWaiting(), Cols: []ui.Col{
		{Label: l.ApprovalWhat(), Spot: ui.SpotTitle}, {Label: l.ApprovalCustomer()}, {Label: l.ApprovalDue(), Spot: ui.SpotLabeled}, {Label: l.ApprovalStatus(), Spot: ui.SpotCorner},
	}}
	for _, q := range b.Waiting {
		when, away := b.due(q)
		badge := Badge(l, q, b.now)
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: q.Title, Href: inboxPath + "/" + q.ID, Sub: b.needed(q)},
			{Text: b.Customers[q.CustomerID]},
			{Text: away, Sub: when, Tabular: true},
			{Badge: &badge},
		})
	}
	return t
}

// needed says when one yes is not enough.
func (b box) needed(q approval.Request) string {
	if q.Needed < 2 {
		return ""
	}
	return b.L.ApprovalNeeds(strconv.FormatInt(q.Needed, 10))
}

func (b box) answered() ui.TableData {
	l := b.L
	t := ui.TableData{L: l, Caption: l.ApprovalAnswered(), Cols: []ui.Col{
		{Label: l.ApprovalWhat(), Spot: ui.SpotTitle}, {Label: l.ApprovalCustomer()}, {Label: l.ApprovalSettled(), Spot: ui.SpotLabeled}, {Label: l.ApprovalStatus(), Spot: ui.SpotCorner},
	}}
	for _, q := range b.Answered {
		badge, when := Badge(l, q, b.now), ""
		if q.DecidedAt != nil {
			when = l.DateTime(*q.DecidedAt, b.zone)
		}
		t.Rows = append(t.Rows, []ui.Cell{{Text: q.Title, Href: inboxPath + "/" + q.ID}, {Text: b.Customers[q.CustomerID]}, {Text: when, Tabular: true}, {Badge: &badge}})
	}
	return t
}
