package ui

import (
	"strconv"

	"github.com/a-h/templ"
)

// Step is one page of a task in several short pages. Done steps may lead back.
type Step struct{ Text, Href string }

// Stage is one stage of something under way, such as an order: what has been, what is now, what comes.
type Stage struct {
	Text string
	// When and Note stand under the text: the time it happened, or who is waited for.
	When, Note string
	Reach      Reach
}

// Reach is how far a stage has come.
type Reach int

// The reaches.
const (
	Ahead Reach = iota
	Now
	Passed
	// Stopped is a stage where it ended otherwise than hoped: rejected, cancelled.
	Stopped
)

// Event is one entry of a timeline, newest first.
type Event struct {
	// When is shown; Machine is the same as an RFC 3339 time.
	When, Machine string
	Text, Note    string
	Icon          string
	Tone          Tone
	Content       templ.Component
}

// ApprovalData is a decision somebody is asked for. Seeing it decides nothing; the buttons post.
type ApprovalData struct {
	L L
	// ApproveAction and RejectAction are where the two buttons post.
	ApproveAction, RejectAction string
	// ApproveText and RejectText replace the plain words where a button should say more.
	ApproveText, RejectText string
	// Reason is the field for the reason of a refusal; without a name there is none.
	Reason F
	// Hidden are values sent with either answer, for instance the version that was seen.
	Hidden []Hidden
}

// Hidden is one value a form carries.
type Hidden struct{ Name, Value string }

// KeyTagData is one fob or key in the register.
type KeyTagData struct {
	Drawing DrawingData
	// Title names it, Href leads to its page; empty is plain text.
	Title, Href, Note string
	Badge             *Badge
	Facts             []Fact
}

// PrintData heads a page on paper.
type PrintData struct{ Title, Subtitle, Date string }

func (a ApprovalData) approveText() string {
	if a.ApproveText != "" {
		return a.ApproveText
	}
	return a.L.UIApprove()
}

func (a ApprovalData) rejectText() string {
	if a.RejectText != "" {
		return a.RejectText
	}
	return a.L.UIReject()
}

// stepClass says on which side of the current step another is.
func stepClass(i, current int) string {
	switch {
	case i < current:
		return "done"
	case i == current:
		return "now"
	}
	return "ahead"
}

func stepNumber(l L, i, all int) string {
	return l.UIStep(strconv.Itoa(i+1), strconv.Itoa(all))
}

var reaches = [...]struct{ class, icon string }{
	Ahead:   {"ahead", "circle"},
	Now:     {"now", "circle-dot"},
	Passed:  {"done", "check"},
	Stopped: {"stopped", "x"},
}

// reachText says in words what the mark shows.
func (r Reach) text(l L) string {
	switch r {
	case Now:
		return l.UIStepNow()
	case Passed:
		return l.UIStepDone()
	case Stopped:
		return l.UIStepStopped()
	case Ahead:
	}
	return ""
}

func (e Event) icon() string {
	if e.Icon == "" {
		return "circle"
	}
	return e.Icon
}

func (e Event) tone() string {
	if e.Tone == "" {
		return string(Neutral)
	}
	return string(e.Tone)
}
