package approval

import (
	"context"
	"fmt"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/identity"
)

const columns = `id, kind, subject, revision, customer_id, site_id, title, asked_by, needed, state, reason, created_at, due_at, decided_at, version`

// insert reports whether the same revision was asked about before.
func insert(ctx context.Context, tx *db.Tx, q Request) (there bool, err error) {
	n, err := tx.Exec(ctx, `
		INSERT INTO approval_requests (`+columns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (kind, subject, revision) DO NOTHING`,
		q.ID, q.Kind, q.Subject, q.Revision, q.CustomerID, q.SiteID, q.Title, q.AskedBy, q.Needed, q.State, q.Reason, q.CreatedAt, q.DueAt, q.DecidedAt, q.Version)
	if err != nil {
		return false, fmt.Errorf("insert approval request: %w", err)
	}
	return n == 0, nil
}

func addApprover(ctx context.Context, tx *db.Tx, request, person string) error {
	_, err := tx.Exec(ctx, `INSERT INTO approval_approvers (request_id, person_id, pending) VALUES ($1, $2, TRUE) ON CONFLICT (request_id, person_id) DO NOTHING`, request, person)
	if err != nil {
		return fmt.Errorf("add approver: %w", err)
	}
	return nil
}

func addDecision(ctx context.Context, tx *db.Tx, d Decision) error {
	_, err := tx.Exec(ctx, `INSERT INTO approval_decisions (id, request_id, person_id, decision, comment, via, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		d.ID, d.RequestID, d.PersonID, d.Decision, d.Comment, d.Via, d.At)
	if db.IsUnique(err) {
		return fault.New(fault.Conflict, "approval.decided_by_you")
	}
	if err != nil {
		return fmt.Errorf("add decision: %w", err)
	}
	return nil
}

// save writes q unless someone else has since it was read, and takes it out of the inboxes it no longer waits in.
func save(ctx context.Context, tx *db.Tx, q *Request, by string) error {
	n, err := tx.Exec(ctx, `UPDATE approval_requests SET state = $1, reason = $2, decided_at = $3, version = version + 1 WHERE id = $4 AND version = $5`,
		q.State, q.Reason, q.DecidedAt, q.ID, q.Version)
	if err != nil {
		return fmt.Errorf("save approval request %s: %w", q.ID, err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "approval.decided")
	}
	q.Version++
	c := db.If("request_id = ?", q.ID)
	if q.State == Pending {
		c = c.And("person_id = ?", by)
	}
	if _, err := tx.Exec(ctx, `UPDATE approval_approvers SET pending = FALSE WHERE {}`, c); err != nil {
		return fmt.Errorf("clear inboxes of %s: %w", q.ID, err)
	}
	return nil
}

func bySubject(ctx context.Context, q db.Q, kind, subject string, revision int64) (Request, error) {
	r, err := db.One[Request](ctx, q, `SELECT `+columns+` FROM approval_requests WHERE kind = $1 AND subject = $2 AND revision = $3`, kind, subject, revision)
	if err != nil {
		return r, fmt.Errorf("find approval of %s: %w", subject, err)
	}
	return r, nil
}

func latest(ctx context.Context, q db.Q, kind, subject string) (Request, error) {
	r, err := db.One[Request](ctx, q, `SELECT `+columns+` FROM approval_requests WHERE kind = $1 AND subject = $2 ORDER BY revision DESC LIMIT 1`, kind, subject)
	if err != nil {
		return r, fmt.Errorf("find approval of %s: %w", subject, err)
	}
	return r, nil
}

// View is a request with who may answer and who has.
type View struct {
	Request
	Approvers []string
	Decisions []Decision
	stopped   authz.Reason
}

func (v View) facts(now time.Time) facts {
	return facts{approvers: v.Approvers, decided: v.Decisions, stopped: v.stopped, now: now}
}

// OpenTo lists what by may do with the request now.
func (v View) OpenTo(by authz.Actor, now time.Time) []Action { return v.Open(by, v.facts(now)) }

// WhyNot is why by cannot approve now, or nil.
func (v View) WhyNot(by authz.Actor, now time.Time) error {
	_, err := v.Next(Approve, by, v.facts(now))
	return err
}

var reach = db.Columns{Customer: "customer_id", Site: "site_id", Subject: "id"}

// load gives the same fault for what is not there and what by may not see.
func load(ctx context.Context, q db.Q, by authz.Actor, id string) (v View, err error) {
	v.Request, err = db.One[Request](ctx, q, `SELECT `+columns+` FROM approval_requests WHERE {}`, db.Reach(by.Reach(MaySee), reach).And("id = ?", id))
	if db.NoRows(err) {
		return v, fault.New(fault.NotFound, "approval.not_found")
	}
	if err == nil {
		v.Approvers, err = db.List[string](ctx, q, `SELECT person_id FROM approval_approvers WHERE request_id = $1 ORDER BY person_id`, id)
	}
	if err == nil {
		v.Decisions, err = db.List[Decision](ctx, q, `SELECT id, request_id, person_id, decision, comment, via, at FROM approval_decisions WHERE request_id = $1 ORDER BY id`, id)
	}
	if err == nil && v.State == Pending {
		v.stopped, err = stopped(ctx, q, v.CustomerID)
	}
	if err != nil {
		return v, fmt.Errorf("load approval request %s: %w", id, err)
	}
	return v, nil
}

// stopped is why nobody may decide for a customer at this moment: rule C1 asks at every step.
func stopped(ctx context.Context, q db.Q, customerID string) (authz.Reason, error) {
	c, err := identity.CustomerByID(ctx, q, customerID)
	switch {
	case fault.Is(err, fault.NotFound): // the question is about no customer
		return "", nil
	case err != nil:
		return "", err
	case c.Status == identity.Closed:
		return authz.CustomerClosed, nil
	case !c.Status.MayOrder():
		return authz.CustomerBlock, nil
	}
	return "", nil
}

// Find is one request as by may see it.
func (s *Service) Find(ctx context.Context, by authz.Actor, id string) (View, error) {
	return load(ctx, s.DB, by, id)
}

// Of is the latest request about a subject, with its answers, for the subject's own page, whose module has checked the reader.
func (s *Service) Of(ctx context.Context, q db.Q, kind, subject string) (View, error) {
	r, err := latest(ctx, q, kind, subject)
	if err != nil {
		return View{}, err
	}
	return load(ctx, q, authz.SystemActor(MaySee), r.ID)
}

// seen keeps to what the person may see where they act now: who has several customers meets what waits at each of them there.
func seen(by authz.Actor) db.Cond {
	return db.Reach(by.Reach(MaySee), db.Columns{Customer: "r.customer_id", Site: "r.site_id", Subject: "r.id"})
}

// Waiting is what the person must decide, the most urgent first.
func (s *Service) Waiting(ctx context.Context, by authz.Actor, limit int) ([]Request, error) {
	rs, err := db.List[Request](ctx, s.DB, `
		SELECT r.id, r.kind, r.subject, r.revision, r.customer_id, r.site_id, r.title, r.asked_by, r.needed, r.state, r.reason, r.created_at, r.due_at, r.decided_at, r.version
		FROM approval_approvers a JOIN approval_requests r ON r.id = a.request_id
		WHERE a.person_id = $1 AND a.pending = TRUE AND {} ORDER BY r.due_at, r.id LIMIT $2`, by.Person(), limit, seen(by))
	if err != nil {
		return nil, fmt.Errorf("inbox: %w", err)
	}
	return rs, nil
}

// CountWaiting is the number in the menu.
func (s *Service) CountWaiting(ctx context.Context, by authz.Actor) (int64, error) {
	n, err := db.One[int64](ctx, s.DB, `
		SELECT COUNT(*) AS n FROM approval_approvers a JOIN approval_requests r ON r.id = a.request_id WHERE a.person_id = $1 AND a.pending = TRUE AND {}`,
		by.Person(), seen(by))
	if err != nil {
		return 0, fmt.Errorf("count inbox: %w", err)
	}
	return n, nil
}

// Decided is what the person has decided, newest first.
func (s *Service) Decided(ctx context.Context, by authz.Actor, limit int) ([]Request, error) {
	rs, err := db.List[Request](ctx, s.DB, `
		SELECT r.id, r.kind, r.subject, r.revision, r.customer_id, r.site_id, r.title, r.asked_by, r.needed, r.state, r.reason, r.created_at, r.due_at, r.decided_at, r.version
		FROM approval_decisions d JOIN approval_requests r ON r.id = d.request_id
		WHERE d.person_id = $1 AND {} ORDER BY d.id DESC LIMIT $2`, by.Person(), limit, seen(by))
	if err != nil {
		return nil, fmt.Errorf("decided: %w", err)
	}
	return rs, nil
}
