package approvalweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/ui"
	"skranke/internal/web"

	"github.com/a-h/templ"
)

// panel is everything the page of one request shows.
type panel struct {
	L       ui.L
	View    approval.View
	By      authz.Actor
	Path    string // where the form is sent
	Inbox   bool   // the reader came from there
	Open    bool   // the reader may answer now
	WhyNot  error
	Subject templ.Component
	Names   map[string]string
	Typed   typed
	Errors  []ui.FieldError
	Fields  map[string]string
	now     time.Time
	when    func(t time.Time) string
}

// show renders the request, again with its faults when err is about the form.
func (p *Pages) show(w http.ResponseWriter, r *http.Request, d door, t typed, err error) error {
	ctx, now := r.Context(), p.Approvals.DB.Now()
	v, failed := p.Approvals.Find(ctx, d.by, d.request)
	if failed != nil {
		return failed
	}
	open := len(v.OpenTo(d.by, now)) > 0
	if err != nil && !open { // settled while the form was filled in
		return web.Redirect(w, r, d.path)
	}
	l := web.L(r)
	x := panel{
		L: l, View: v, By: d.by, Path: d.path, Inbox: d.link == "", Open: open, WhyNot: v.WhyNot(d.by, now),
		Typed: t, Errors: web.FieldErrors(r, err, "decision", "reason"), Fields: fault.FieldsOf(err),
		now: now, when: func(t time.Time) string { return p.when(l, t) },
	}
	if x.Names, failed = p.names(ctx, v); failed != nil {
		return failed
	}
	if present := p.Present[v.Kind]; present != nil {
		if x.Subject, failed = present(ctx, l, v.Subject); failed != nil {
			return failed
		}
	}
	page := web.View{Title: x.title(), Body: panelPage(x), Errors: len(x.Errors), Section: inboxPath}
	if err != nil {
		return web.Again(w, r, page)
	}
	return web.Render(w, r, page)
}

func (p *Pages) names(ctx context.Context, v approval.View) (map[string]string, error) {
	ids := slices.Clone(v.Approvers)
	for _, d := range v.Decisions {
		ids = append(ids, d.PersonID)
	}
	if p.Names == nil || len(ids) == 0 {
		return map[string]string{}, nil
	}
	return p.Names(ctx, ids)
}

// Badge is the one place where a request's state becomes a shape, a colour and a word.
func Badge(l i18n.L, q approval.Request, now time.Time) ui.Badge {
	if late(q, now) {
		q.State = approval.Expired
	}
	state := map[approval.State]ui.State{
		approval.Pending: ui.Waiting, approval.Approved: ui.Done, approval.Rejected: ui.Cancelled, approval.Expired: ui.Cancelled, approval.Withdrawn: ui.Cancelled,
	}[q.State]
	return ui.Badge{State: state, Text: l.Code("approval.state." + string(q.State))}
}

// late reports whether the time is up, also when the job that says so has not run.
func late(q approval.Request, now time.Time) bool {
	return q.State == approval.Pending && !now.Before(q.DueAt)
}

// title is a question to whoever may answer it, in the words of the subject's own module where it has some.
func (x panel) title() string {
	code, plain := "approval.settled.", x.L.ApprovalSettledTitle()
	if x.Open {
		code, plain = "approval.question.", x.L.ApprovalQuestion()
	}
	if i18n.HasCode(code + x.View.Kind) {
		return x.L.Code(code + x.View.Kind)
	}
	return plain
}

func (x panel) head() ui.Head {
	b := Badge(x.L, x.View.Request, x.now)
	h := ui.Head{Title: x.title(), Badge: &b}
	if x.Inbox {
		h.Crumbs = []ui.Link{{Text: x.L.ApprovalInbox(), Href: inboxPath}}
	}
	if x.Open {
		h.Lead = x.L.ApprovalDueBy(x.when(x.View.DueAt))
	}
	return h
}

func (x panel) name(personID string) string {
	if n := x.Names[personID]; n != "" {
		return n
	}
	return x.L.ApprovalSomebody()
}

// last is the answer that settled the request.
func (x panel) last() (approval.Decision, bool) {
	if n := len(x.View.Decisions); n > 0 {
		return x.View.Decisions[n-1], true
	}
	return approval.Decision{}, false
}

// mine reports whether the reader has answered.
func (x panel) mine() bool {
	return slices.ContainsFunc(x.View.Decisions, func(d approval.Decision) bool { return d.PersonID == x.By.ID })
}

func (x panel) yeses() (n int) {
	for _, d := range x.View.Decisions {
		if d.Decision == approval.Approve {
			n++
		}
	}
	return n
}

// notice is what has become of the request, told on top of the page.
type notice struct {
	tone  ui.Tone
	title string
	texts []string
}

// outcome is nil while the reader is asked.
func (x panel) outcome() *notice {
	l, last := x.L, approval.Decision{}
	if d, ok := x.last(); ok {
		last = d
	}
	switch x.View.State {
	case approval.Approved:
		text := []string{l.ApprovalSettledText()}
		switch {
		case x.View.Needed > 1:
			text = []string{l.ApprovalAllSaidYes()}
		case x.mine():
			text = nil
		}
		return &notice{ui.Success, l.ApprovalApprovedBy(x.name(last.PersonID), x.when(last.At)), text}
	case approval.Rejected:
		text := []string{l.ApprovalReasonGiven(x.View.Reason)}
		if !x.mine() {
			text = append(text, l.ApprovalSettledText())
		}
		return &notice{ui.Info, l.ApprovalRejectedBy(x.name(last.PersonID), x.when(last.At)), text}
	case approval.Withdrawn:
		return &notice{ui.Info, l.ApprovalWithdrawnTitle(), []string{l.ApprovalWithdrawnText()}}
	case approval.Expired:
		return &notice{ui.Info, l.ApprovalExpiredTitle(x.when(x.View.DueAt)), []string{l.ApprovalExpiredText()}}
	case approval.Pending:
	}
	switch {
	case late(x.View.Request, x.now):
		return &notice{ui.Info, l.ApprovalExpiredTitle(x.when(x.View.DueAt)), []string{l.ApprovalExpiredText()}}
	case x.mine():
		return &notice{ui.Success, l.ApprovalYoursTitle(), []string{l.ApprovalMoreNeeded(int(x.View.Needed) - x.yeses())}}
	case !x.Open:
		code := fault.CodeOf(x.WhyNot)
		n := &notice{ui.Info, l.Code(code), nil}
		if i18n.HasCode(code + ".advice") {
			n.texts = []string{l.Code(code + ".advice")}
		}
		return n
	}
	return nil
}

// given is how many have said yes, where one is not enough.
func (x panel) given() string {
	if x.View.Needed < 2 {
		return ""
	}
	return x.L.ApprovalGiven(strconv.Itoa(x.yeses()), strconv.FormatInt(x.View.Needed, 10))
}

// asked names those who were asked, while it is not settled and there are several.
func (x panel) asked() string {
	var names []string
	for _, person := range x.View.Approvers {
		if n := x.Names[person]; n != "" {
			names = append(names, n)
		}
	}
	if x.View.State != approval.Pending || len(names) < 2 {
		return ""
	}
	slices.Sort(names)
	return x.L.ApprovalAsked(strings.Join(names, ", "))
}

// answers is who has said what, newest first.
func (x panel) answers() (out []ui.Event) {
	for _, d := range slices.Backward(x.View.Decisions) {
		e := ui.Event{When: x.when(d.At), Machine: d.At.Format(time.RFC3339), Text: x.L.ApprovalSaidYes(x.name(d.PersonID)), Note: d.Comment, Icon: "check", Tone: ui.Success}
		if d.Decision == approval.Reject {
			e.Text, e.Icon, e.Tone = x.L.ApprovalSaidNo(x.name(d.PersonID)), "x", ui.Neutral
		}
		out = append(out, e)
	}
	return out
}

func (x panel) reason() ui.F {
	f := ui.F{L: x.L, Name: "reason", Type: "textarea", Label: x.L.ApprovalReason(), Hint: x.L.ApprovalReasonHint(), Value: x.Typed.reason, Rows: 3, Maxlength: 1000}
	if code := x.Fields["reason"]; code != "" {
		f.Error = x.L.Code(code)
	}
	return f
}
