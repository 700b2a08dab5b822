package approval

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/id"
	"skranke/internal/link"
)

// LinkKind is the purpose of the links mailed to approvers.
const LinkKind = "approval"

// EventKind is the kind of subject in this module's events.
const EventKind = "approval.request"

// Service holds the use cases.
type Service struct {
	DB  *db.DB
	Log *event.Log
}

// Ask is a new question.
type Ask struct {
	Kind, Subject      string
	Revision           int64
	CustomerID, SiteID string
	Title              string
	AskedBy            string
	Approvers          []string // person ids; those who asked are left out
	Needed             int64
	DueAt              time.Time
}

// Open asks, and makes each approver a link. The asker mails it, since only the asker can explain the question. Asking the
// same revision again gives the request there is, without links.
func (s *Service) Open(ctx context.Context, tx *db.Tx, by authz.Actor, a Ask) (Request, []link.Link, error) {
	q := Request{
		ID: id.New(), Kind: a.Kind, Subject: a.Subject, Revision: a.Revision, CustomerID: a.CustomerID, SiteID: a.SiteID,
		Title: a.Title, AskedBy: a.AskedBy, Needed: max(1, a.Needed), State: Pending, CreatedAt: tx.Now, DueAt: a.DueAt, Version: 1,
	}
	approvers := slices.DeleteFunc(slices.Clone(a.Approvers), func(person string) bool { return person == a.AskedBy })
	if len(approvers) < int(q.Needed) {
		return q, nil, fault.New(fault.Conflict, "approval.nobody_to_ask")
	}
	there, err := insert(ctx, tx, q)
	if err != nil || there {
		if err == nil {
			q, err = bySubject(ctx, tx, a.Kind, a.Subject, a.Revision)
		}
		return q, nil, err
	}
	var links []link.Link
	for _, person := range approvers {
		if err := addApprover(ctx, tx, q.ID, person); err != nil {
			return q, nil, err
		}
		l, err := link.Make(ctx, tx, LinkKind, q.ID, person, a.DueAt.Sub(tx.Now)+linkGrace)
		if err != nil {
			return q, nil, err
		}
		links = append(links, l)
	}
	return q, links, s.record(ctx, tx, by, q, "approval.ask", nil)
}

// linkGrace lets a link outlive its request, so that a late click learns what became of it.
const linkGrace = 90 * 24 * time.Hour

// Answer is what an approver says.
type Answer struct {
	Do      Action // Approve or Reject
	Comment string // the reason; a rejection needs one
	Via     string // "link" or "session"
	LinkID  string // used up by the answer, or empty
}

// Decide takes one approver's answer. The first rejection, or the last yes needed, settles the request; events tell which.
func (s *Service) Decide(ctx context.Context, by authz.Actor, requestID string, a Answer) (v View, err error) {
	a.Comment = strings.TrimSpace(a.Comment)
	switch {
	case a.Do != Approve && a.Do != Reject:
		return v, fault.Field("decision", "approval.choose")
	case a.Do == Reject && a.Comment == "":
		return v, fault.Field("reason", "approval.reason_needed")
	case utf8.RuneCountInString(a.Comment) > maxComment:
		return v, fault.Field("reason", "approval.reason_long")
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := db.LockRow(ctx, tx, "approval_requests", requestID); err != nil {
			return err
		}
		if v, err = load(ctx, tx, by, requestID); err != nil {
			return err
		}
		next, err := v.Next(a.Do, by, v.facts(tx.Now))
		if err != nil {
			return err
		}
		d := Decision{ID: id.New(), RequestID: requestID, PersonID: by.ID, Decision: a.Do, Comment: a.Comment, Via: a.Via, At: tx.Now}
		if err := addDecision(ctx, tx, d); err != nil {
			return err
		}
		if a.LinkID != "" {
			if err := link.Use(ctx, tx, a.LinkID); err != nil {
				return err
			}
		}
		v.Decisions = append(v.Decisions, d)
		v.Reason = a.Comment
		return s.move(ctx, tx, by, &v.Request, a.Do, next)
	})
	return v, err
}

const maxComment = 1000 // letters

// Lock makes a change of the subject wait for an answer under way, and answers for the change. Whoever will end the question takes
// this lock before the subject's own, as an answer does: two orders of locking would wait for each other.
func (s *Service) Lock(ctx context.Context, tx *db.Tx, kind, subject string) error {
	q, err := latest(ctx, tx, kind, subject)
	if db.NoRows(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return db.LockRow(ctx, tx, "approval_requests", q.ID)
}

// Withdraw ends the question because the subject no longer asks it, or asks anew. It is nothing when it is settled already.
func (s *Service) Withdraw(ctx context.Context, tx *db.Tx, by authz.Actor, kind, subject string) error {
	return s.end(ctx, tx, by, kind, subject, Withdraw)
}

// Expire ends the question because its time is up.
func (s *Service) Expire(ctx context.Context, tx *db.Tx, by authz.Actor, kind, subject string) error {
	return s.end(ctx, tx, by, kind, subject, Expire)
}

func (s *Service) end(ctx context.Context, tx *db.Tx, by authz.Actor, kind, subject string, a Action) error {
	q, err := latest(ctx, tx, kind, subject)
	if db.NoRows(err) {
		return nil
	}
	if err != nil || q.State != Pending {
		return err
	}
	next, err := q.Next(a, by, facts{now: tx.Now})
	if err != nil {
		return err
	}
	return s.move(ctx, tx, by, &q, a, next)
}

// move is the only way to a new state: save, record, and clear the inboxes when it is settled.
func (s *Service) move(ctx context.Context, tx *db.Tx, by authz.Actor, q *Request, a Action, to State) error {
	name := "approval." + string(a)
	if to == Pending {
		name = "approval.yes" // one of several
	} else {
		q.DecidedAt = &tx.Now
	}
	q.State = to
	if err := save(ctx, tx, q, by.ID); err != nil {
		return err
	}
	return s.record(ctx, tx, by, *q, name, map[string]any{"request": q.ID})
}

func (s *Service) record(ctx context.Context, tx *db.Tx, by authz.Actor, q Request, name string, data map[string]any) error {
	if data == nil {
		data = map[string]any{}
	}
	data["kind"], data["subject"] = q.Kind, q.Subject
	return s.Log.Record(ctx, tx, by, event.Event{CustomerID: q.CustomerID, SiteID: q.SiteID, Kind: EventKind, Subject: q.ID, Name: name, Data: event.Data(data)})
}

// LinkActor is who holds an approver's link: the person, for this one request.
func LinkActor(l link.Link) authz.Actor {
	return authz.Actor{ID: l.PersonID, Kind: authz.Link, Grants: []authz.Grant{{Scope: authz.Subject, ID: l.Subject, May: []authz.Permission{MaySee, MayDecide}}}}
}
