package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/i18n"
)

// Visitor is whoever a session belongs to, as pages greet them.
type Visitor struct {
	PersonID, SessionID string
	Name, Email         string
	Language, Scheme    string
	Staff               []StaffRole
	Members             []Membership
}

// L is the language of the visitor's choice.
func (v Visitor) L() i18n.L { return language(v.Language) }

// seat is one row of a session: the person, with one of their memberships.
type seat struct {
	ID, PersonID                         string
	SeenAt                               time.Time
	Name, Email, Language, Scheme, Staff string
	CustomerID, CustomerName             string
	CustomerStatus                       CustomerStatus
	Role                                 Role
}

// Authenticate finds who a session's token belongs to and what they may do now, in one query. A token of nobody, an ended session and a
// suspended person are a zero Actor and no error. Staff act as staff only; what staff are to customers besides does not count.
func (s *Service) Authenticate(ctx context.Context, token string) (authz.Actor, Visitor, error) {
	now := s.DB.Now()
	seats, err := db.List[seat](ctx, s.DB, `
		SELECT s.id, s.person_id, s.seen_at, p.name, p.email, p.language, p.scheme,
			COALESCE((SELECT string_agg(r.role, ' ') FROM staff_roles r WHERE r.person_id = p.id), '') AS staff,
			COALESCE(c.id, '') AS customer_id, COALESCE(c.name, '') AS customer_name, COALESCE(c.status, '') AS customer_status,
			COALESCE(m.role, '') AS role
		FROM sessions s
			JOIN people p ON p.id = s.person_id AND p.status = $1
			LEFT JOIN members m ON m.person_id = p.id AND m.status = $2
			LEFT JOIN customers c ON c.id = m.customer_id AND c.status <> $3
		WHERE s.id = $4 AND s.expires_at > $5
		ORDER BY m.created_at, m.id`, PersonActive, MemberActive, Closed, digest(token), now)
	if err != nil {
		return authz.Actor{}, Visitor{}, fmt.Errorf("find a session: %w", err)
	}
	if len(seats) == 0 {
		return authz.Actor{}, Visitor{}, nil
	}
	v := gather(seats)
	if now.Sub(seats[0].SeenAt) >= coarse {
		if err := s.touch(ctx, v.SessionID, len(v.Staff) > 0); err != nil {
			return authz.Actor{}, Visitor{}, err
		}
	}
	a := authz.Actor{ID: v.PersonID, Kind: authz.Person}
	if len(v.Staff) > 0 {
		a.Kind = authz.Staff
	}
	if s.Roles != nil {
		a.Grants = s.Roles.Grants(Principal{PersonID: v.PersonID, Staff: v.Staff, Members: v.Members})
	}
	return a, v, nil
}

func gather(seats []seat) Visitor {
	first := seats[0]
	v := Visitor{PersonID: first.PersonID, SessionID: first.ID, Name: first.Name, Email: first.Email, Language: first.Language, Scheme: first.Scheme}
	for _, r := range strings.Fields(first.Staff) {
		v.Staff = append(v.Staff, StaffRole(r))
	}
	slices.Sort(v.Staff)
	for _, s := range seats {
		if s.CustomerID != "" {
			v.Members = append(v.Members, Membership{CustomerID: s.CustomerID, CustomerName: s.CustomerName, CustomerStatus: s.CustomerStatus, Role: s.Role})
		}
	}
	return v
}

// touch notes that the session is in use; of several requests at once, one writes.
func (s *Service) touch(ctx context.Context, sessionID string, staff bool) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE sessions SET seen_at = $1, expires_at = $2 WHERE id = $3 AND seen_at <= $4`,
			tx.Now, tx.Now.Add(idleFor(staff)), sessionID, tx.Now.Add(-coarse))
		if err != nil {
			return fmt.Errorf("note that a session is in use: %w", err)
		}
		return nil
	})
}
