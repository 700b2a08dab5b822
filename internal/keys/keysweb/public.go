package keysweb

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/keys"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// formBody is more than any of the forms needs.
const formBody = 64 << 10

func publicRoutes(p *Pages) []web.Route {
	open := func(pattern string, handle web.HandlerFunc, look ...string) web.Route {
		return web.Route{Pattern: pattern, Handle: handle, Area: ui.Public, MaxBody: formBody, Look: look}
	}
	return []web.Route{
		open("GET /keys", p.start, "/keys"),
		open("GET /keys/new", p.who, "/keys/new?product=fob", "/keys/new?product=key&q=zzz"),
		open("POST /keys/new", p.begin),
		open("GET /keys/order/{draft}/numbers", p.numbers),
		open("POST /keys/order/{draft}/numbers", p.fillNumbers),
		open("GET /keys/order/{draft}/you", p.you),
		open("POST /keys/order/{draft}/you", p.fillYou),
		open("GET /keys/order/{draft}/sum", p.sum),
		open("POST /keys/order/{draft}/sum", p.place),
		open("GET /keys/order/{draft}/done", p.done),
		open("GET /keys/requisition", p.askRequisitioner),
		open("POST /keys/requisition", p.inviteRequisitioner),
		open("GET /keys/requisition/sent", p.invited, "/keys/requisition/sent"),
		open("GET /keys/requisition/{token}", p.requisition),
		open("POST /keys/requisition/{token}", p.beginRequisition),
		open("GET /k/{token}", p.status),
		open("POST /k/{token}/pay", p.pay),
		open("GET /k/{token}/received", p.askReceived),
		open("POST /k/{token}/received", p.receive),
		open("GET /k/{token}/live", p.live),
	}
}

// faultOf is what the fields of a form say of one name.
func faultOf(faults []ui.FieldError, name string) string {
	for _, f := range faults {
		if f.Name == name {
			return f.Text
		}
	}
	return ""
}

// pause says how long a pause lasts, and to programs too.
func pause(w http.ResponseWriter, l i18n.L, wait time.Duration) string {
	seconds := int(math.Ceil(wait.Seconds()))
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	if seconds < 60 {
		return l.KeysWaitSeconds(seconds)
	}
	return l.KeysWaitMinutes((seconds + 59) / 60)
}

// refused answers what is wrong beside the fields of a form, where there is a better way on than the front page.
func refused(w http.ResponseWriter, r *http.Request, err error) error {
	l, code := web.L(r), fault.CodeOf(err)
	switch code {
	case "keys.draft.gone":
		return web.RenderStatus(w, r, http.StatusGone, web.View{Title: l.Code(code), Body: deadEnd(l, code, ui.Link{Text: l.KeysBeginAnew(), Href: "/keys"})})
	case "keys.draft.unfinished":
		numbers := ui.Link{Text: l.KeysToNumbers(), Href: stepPath(r.PathValue("draft"), keys.StepNumbers)}
		return web.RenderStatus(w, r, http.StatusConflict, web.View{Title: l.Code(code), Body: deadEnd(l, code, numbers)})
	}
	return err
}

// stepPath is the address of one of the pages that belong to a draft.
func stepPath(draftID string, s keys.Step) string {
	return "/keys/order/" + draftID + "/" + map[keys.Step]string{keys.StepNumbers: "numbers", keys.StepYou: "you", keys.StepSum: "sum"}[s]
}
