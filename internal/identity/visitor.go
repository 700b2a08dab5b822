package identity

import (
	"context"
	"encoding/json"
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
	PersonID, SessionID    string
	Name, Email            string
	Language, Scheme       string
	Staff                  []StaffRole
	Member                 Membership   // the one they act in now
	Members                []Membership // all of them, for the switcher
	OnBehalf, OnBehalfName string       // the person whose shoes staff stand in
}

// L is the language of the visitor's choice.
func (v Visitor) L() i18n.L { return language(v.Language) }

// seat is one row of a session: the person, with one membership of theirs or of whom they stand in for.
type seat struct {
	ID, PersonID                         string
	SeenAt                               time.Time
	Name, Email, Language, Scheme, Staff string
	AtCustomer, OnBehalf, OnBehalfName   string
	Shoes                                string // as OnBehalf, also where that person may no longer sign in
	MemberID, CustomerID, CustomerName   string
	CustomerStatus                       CustomerStatus
	Role                                 Role
	RoleName                             string
	Rights                               db.JSON[[]Right]
	GroupID, Groups                      string
}

// seatsOf reads everything about a person that rights depend on, in one query. {source} names who, as rows of id, person_id,
// seen_at, customer_id and on_behalf. Staff roles come as lines of role, name and rights.
func seatsOf(source string) string {
	return `
		SELECT s.id, s.person_id, s.seen_at, p.name, p.email, p.language, p.scheme,
			COALESCE((SELECT string_agg(sr.role || '|' || COALESCE(CAST(o.rights AS TEXT), ''), '~') FROM staff_roles sr LEFT JOIN roles o ON o.id = sr.role
				WHERE sr.person_id = p.id), '') AS staff,
			COALESCE(s.customer_id, '') AS at_customer, COALESCE(s.on_behalf, '') AS shoes, COALESCE(b.id, '') AS on_behalf, COALESCE(b.name, '') AS on_behalf_name,
			COALESCE(m.id, '') AS member_id, COALESCE(c.id, '') AS customer_id, COALESCE(c.name, '') AS customer_name,
			COALESCE(c.status, '') AS customer_status, COALESCE(m.role, '') AS role, COALESCE(r.name, '') AS role_name, r.rights,
			COALESCE(m.group_id, '') AS group_id,
			COALESCE((SELECT string_agg(g.group_id, ' ') FROM group_paths g WHERE g.ancestor_id = m.group_id), '') AS groups
		FROM ` + source + ` s
			JOIN people p ON p.id = s.person_id AND p.status = 'active'
			LEFT JOIN people b ON b.id = s.on_behalf AND b.status = 'active'
			LEFT JOIN members m ON m.person_id = COALESCE(s.on_behalf, s.person_id) AND m.status = 'active'
			LEFT JOIN customers c ON c.id = m.customer_id
			LEFT JOIN roles r ON r.id = m.role
		WHERE {}
		ORDER BY m.created_at, m.id`
}

var (
	seatsBySession = seatsOf("sessions")
	seatsByKey     = seatsOf("(SELECT id, created_by AS person_id, created_at AS seen_at, customer_id, NULL AS on_behalf FROM api_keys)")
)

// Authenticate finds who a session's token belongs to and what they may do now, in one query. A token of nobody, an ended session and a
// suspended person are a zero Actor and no error. Staff act as staff only; what staff are to customers besides does not count.
func (s *Service) Authenticate(ctx context.Context, token string) (authz.Actor, Visitor, error) {
	now := s.DB.Now()
	seats, err := db.List[seat](ctx, s.DB, seatsBySession, db.If("s.id = ? AND s.expires_at > ?", digest(token), now))
	if err != nil {
		return authz.Actor{}, Visitor{}, fmt.Errorf("find a session: %w", err)
	}
	if len(seats) == 0 {
		return authz.Actor{}, Visitor{}, nil
	}
	v, p := s.who(seats)
	if now.Sub(seats[0].SeenAt) >= coarse {
		if err := s.touch(ctx, v.SessionID, len(v.Staff) > 0); err != nil {
			return authz.Actor{}, Visitor{}, err
		}
	}
	return s.Actor(p), v, nil
}

// who is the person of a session, in the shoes of another only while their own roles still allow that.
func (s *Service) who(seats []seat) (Visitor, Principal) {
	v, p := gather(seats)
	if may := s.staffMay(p); p.OnBehalf != "" && (!slices.Contains(may, MayStandIn) || !slices.Contains(may, MaySeePeople)) {
		v.OnBehalf, v.OnBehalfName, v.Member, v.Members = "", "", Membership{}, nil
		p.OnBehalf, p.Member = "", Membership{}
	}
	return v, p
}

func gather(seats []seat) (Visitor, Principal) {
	first := seats[0]
	v := Visitor{PersonID: first.PersonID, SessionID: first.ID, Name: first.Name, Email: first.Email, Language: first.Language, Scheme: first.Scheme}
	p := Principal{PersonID: first.PersonID}
	for line := range strings.SplitSeq(first.Staff, "~") {
		role, rights, _ := strings.Cut(line, "|")
		if role == "" {
			continue
		}
		v.Staff = append(v.Staff, StaffRole(role))
		if rights == "" {
			p.Staff = append(p.Staff, StaffRole(role))
			continue
		}
		p.StaffRights = append(p.StaffRights, staffRights(rights)...)
	}
	slices.Sort(v.Staff)
	isStaff := len(v.Staff) > 0
	if first.Shoes == "" && isStaff || first.Shoes != "" && (!isStaff || first.OnBehalf == "") {
		return v, p // staff as staff; the memberships read are nobody's or those of whom they stood in for
	}
	if first.Shoes != "" {
		v.OnBehalf, v.OnBehalfName, p.OnBehalf = first.OnBehalf, first.OnBehalfName, first.OnBehalf
	}
	for _, s := range seats {
		if s.CustomerID == "" || s.CustomerStatus == Closed && s.CustomerID != first.AtCustomer && len(seats) > 1 {
			continue // a closed customer is nothing to switch to
		}
		m := Membership{
			MemberID: s.MemberID, CustomerID: s.CustomerID, CustomerName: s.CustomerName, CustomerStatus: s.CustomerStatus,
			Role: s.Role, RoleName: s.RoleName, Rights: s.Rights.V, GroupID: s.GroupID, Groups: strings.Fields(s.Groups),
		}
		v.Members = append(v.Members, m)
		if s.CustomerID == first.AtCustomer || v.Member.CustomerID == "" && p.OnBehalf == "" {
			v.Member = m
		}
	}
	p.Member = v.Member
	return v, p
}

// staffRights reads the rights of a role of the operator's own making; how far they reach is everywhere.
func staffRights(stored string) (may []authz.Permission) {
	var rights []Right
	if err := json.Unmarshal([]byte(stored), &rights); err != nil {
		return nil // written by us alone; what cannot be read gives nothing
	}
	for _, r := range rights {
		may = append(may, r.May)
	}
	return may
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
