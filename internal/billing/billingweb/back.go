package billingweb

import (
	"fmt"
	"net/http"
	"strconv"

	"skranke/internal/billing"
	"skranke/internal/ui"
	"skranke/internal/web"
)

const (
	// waitUnpaid is how often a payer waits for a provider that answers, but says that nobody has paid.
	waitUnpaid = 2
	// waitDown is how often the page reloads by itself while the provider does not answer.
	waitDown = 20
	// waitSeconds lie between two looks.
	waitSeconds = 4
)

// backData is a payer who waits.
type backData struct {
	L    ui.L
	Back billing.Back
	Next string // the same page, one look later
	// Slow says that the provider does not answer, Reloads that the page looks again by itself.
	Slow, Reloads bool
}

// back meets the payer who comes from the provider's page, finds out what came of it, and sends the payer on.
func (p *Pages) back(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	b, err := p.Billing.Returned(r.Context(), r.PathValue("token"), q.Has("cancelled"))
	if err != nil {
		return err
	}
	looks, _ := strconv.Atoi(q.Get("look")) // nonsense is the first look
	if b.Sure || b.Answered && looks >= waitUnpaid {
		return web.Redirect(w, r, b.Path)
	}
	d := backData{L: web.L(r), Back: b, Next: fmt.Sprintf("%s?look=%d", r.URL.EscapedPath(), looks+1), Slow: !b.Answered && looks > 0, Reloads: looks < waitDown}
	v := web.View{Title: d.L.BillingChecking(), Body: checkingPage(d)}
	if d.Reloads {
		v.Refresh = fmt.Sprintf("%d; url=%s", waitSeconds, d.Next)
	}
	return web.Render(w, r, v)
}

func (d backData) text() string {
	p := d.Back.Payment
	text := d.L.BillingCheckingText(d.L.Money(p.Money()), p.Reference)
	if d.Reloads {
		text += " " + d.L.BillingCheckingReload()
	}
	return text
}
