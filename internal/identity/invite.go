package identity

import (
	"context"
	"fmt"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/limit"
	"skranke/internal/mail"
)

// InvitationLink is the purpose of the links mailed to those who are invited.
const InvitationLink = "invitation"

const invitationLife = 14 * 24 * time.Hour

// These keep mailboxes from being filled by one who means well, or does not. A day's is a whole file of people, and some.
var (
	resends     = limit.Rule{Max: 5, Window: time.Hour}
	invitations = limit.Rule{Max: 6000, Window: 24 * time.Hour}
)

// ration counts an invitation of one customer to one mailbox, or refuses it. Add, withdraw and add again is counted as sending again
// is; what is refused undoes the caller's transaction and counts for nothing.
func ration(ctx context.Context, tx *db.Tx, customerID, email string) error {
	for _, count := range []struct {
		key  string
		rule limit.Rule
	}{{"invited:" + digest(EmailKey(email)), resends}, {"invitations:" + customerID, invitations}} {
		wait, err := limit.Hit(ctx, tx, count.key, count.rule)
		if err == nil && wait > 0 {
			err = fault.New(fault.TooMany, "identity.invitation.too_many").Because(Wait(wait))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// invite ends the links that are out and mails a new one.
func (s *Service) invite(ctx context.Context, tx *db.Tx, by authz.Actor, c Customer, m Member, who found) error {
	if err := endInvitations(ctx, tx, m.ID); err != nil {
		return err
	}
	linkID := id.New()
	_, err := tx.Exec(ctx, `INSERT INTO invitations (id, member_id, created_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)`,
		digest(s.Links.Token(InvitationLink, linkID)), m.ID, by.ID, tx.Now, tx.Now.Add(invitationLife))
	if err != nil {
		return fmt.Errorf("invite member %s: %w", m.ID, err)
	}
	inviter, err := s.inviter(ctx, tx, by)
	if err != nil {
		return err
	}
	return s.Mail.Send(ctx, tx, invitationLetter(c, m, who, inviter, linkID))
}

// inviter is the name of the customer's person who invites, or empty where it is the operator.
func (s *Service) inviter(ctx context.Context, q db.Q, by authz.Actor) (string, error) {
	if !id.Valid(by.ID) || by.Kind == authz.Staff { // also in a customer's shoes
		return "", nil
	}
	p, err := PersonByID(ctx, q, by.ID)
	if fault.Is(err, fault.NotFound) { // an API key
		return "", nil
	}
	return p.Name, err
}

func invitationLetter(c Customer, m Member, who found, inviter, linkID string) mail.Letter {
	l := who.l()
	to := mail.Address{Email: who.Email}
	greeting := l.PeopleMailHello()
	if who.Name != who.Email && m.JoinedAt != nil {
		to.Name, greeting = who.Name, l.PeopleMailGreeting(who.Name)
	}
	text := l.PeopleMailInvitedBy(c.Name, inviter)
	if inviter == "" {
		text = l.PeopleMailInvited(c.Name)
	}
	next, button := l.PeopleMailComplete(), l.PeopleMailCompleteButton()
	if who.Passwords > 0 {
		next, button = l.PeopleMailAccept(), l.PeopleMailAcceptButton()
	}
	return mail.Letter{
		Template: "identity.invitation", To: to, L: l, CustomerID: c.ID, About: m.ID,
		Subject: l.PeopleMailSubject(c.Name), Greeting: greeting, Paragraphs: []string{text, next},
		Facts: []mail.Fact{
			{Label: l.PeopleCustomer(), Value: c.Name}, {Label: l.PeopleRole(), Value: m.Role.Word(l, m.RoleName)}, {Label: l.PeopleGroup(), Value: m.GroupName},
		},
		Button: &mail.Button{Label: button, Link: mail.Ref{Kind: InvitationLink, ID: linkID, Path: "/invitation/%s"}},
		Small:  []string{l.PeopleMailSmall(), l.PeopleMailWhy(c.Name)},
	}
}

func endInvitations(ctx context.Context, tx *db.Tx, memberID string) error {
	_, err := tx.Exec(ctx, `UPDATE invitations SET ended_at = $1 WHERE member_id = $2 AND used_at IS NULL AND ended_at IS NULL`, tx.Now, memberID)
	if err != nil {
		return fmt.Errorf("end the invitations of %s: %w", memberID, err)
	}
	return nil
}

// ResendInvitation mails a new link to whoever has not completed the last one; that one ends.
func (s *Service) ResendInvitation(ctx context.Context, by authz.Actor, customerID, memberID string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		m, err := s.mine(ctx, tx, by, customerID, memberID)
		if err != nil {
			return err
		}
		who, err := lookUp(ctx, tx, customerID, m.Email)
		if err != nil {
			return err
		}
		if !invitable(m, who) {
			return fault.New(fault.Conflict, "identity.member.moved_on")
		}
		if err := ration(ctx, tx, customerID, m.Email); err != nil {
			return err
		}
		c, err := CustomerByID(ctx, tx, customerID)
		if err != nil {
			return err
		}
		if err := s.invite(ctx, tx, by, c, m, who); err != nil {
			return err
		}
		return s.recordMember(ctx, tx, by, m, "identity.member.resend", nil)
	})
}

// invitable reports whether there is something left for a link to do: accept, or choose a first password.
func invitable(m Member, who found) bool {
	return m.Status == MemberInvited || m.Status == MemberActive && who.Passwords == 0
}

// InvitationState is what a link still opens.
type InvitationState string

// The states of an invitation; all but the first have pages that say what to do.
const (
	InvitationOpen      InvitationState = "open"
	InvitationUsed      InvitationState = "used"
	InvitationLate      InvitationState = "late"
	InvitationWithdrawn InvitationState = "withdrawn"
	InvitationReplaced  InvitationState = "replaced" // a newer mail is out
	InvitationPaused    InvitationState = "paused"   // the member, the person or the customer has been stopped, or the person hired
)

// Invitation is what a mailed link opens: who invites whom to what.
type Invitation struct {
	ID, MemberID, PersonID, CustomerID string
	CustomerName, Email                string
	Name, Phone, Language              string // of the person; Name is the address of somebody who has not said theirs
	Inviter                            string // of the customer's people, or empty
	Role                               Role
	RoleName, GroupName                string
	ExpiresAt                          time.Time
	State                              InvitationState
	HasPassword                        bool
}

// L is the language of the mail that the link came in.
func (i Invitation) L() i18n.L { return language(i.Language) }

type invitationRow struct {
	ID, MemberID, PersonID, CustomerID string
	CustomerName, Email                string
	Name, Phone, Language              string
	Inviter                            string
	Role                               Role
	RoleName, GroupName                string
	ExpiresAt                          time.Time
	UsedAt, EndedAt                    *time.Time
	MemberStatus                       MemberStatus
	PersonStatus                       PersonStatus
	CustomerStatus                     CustomerStatus
	Passwords, Newer, Staff            int64
}

// Invitation finds what a token opens, also when it no longer opens anything: State tells.
func (s *Service) Invitation(ctx context.Context, token string) (Invitation, error) {
	return invitation(ctx, s.DB, token)
}

func invitation(ctx context.Context, q db.Q, token string) (i Invitation, err error) {
	r, err := db.One[invitationRow](ctx, q, `
		SELECT i.id, i.member_id, m.person_id, m.customer_id, c.name AS customer_name, p.email, p.name, p.phone, p.language,
			COALESCE((SELECT b.name FROM people b JOIN members o ON o.person_id = b.id WHERE b.id = i.created_by AND o.customer_id = m.customer_id), '') AS inviter,
			m.role, COALESCE(r.name, '') AS role_name, COALESCE(g.name, '') AS group_name, i.expires_at, i.used_at, i.ended_at,
			m.status AS member_status, p.status AS person_status, c.status AS customer_status,
			(SELECT count(*) FROM passwords w WHERE w.person_id = p.id) AS passwords,
			(SELECT count(*) FROM staff_roles h WHERE h.person_id = p.id) AS staff,
			(SELECT count(*) FROM invitations n WHERE n.member_id = m.id AND n.ended_at IS NULL AND n.used_at IS NULL AND n.id <> i.id) AS newer
		FROM invitations i JOIN members m ON m.id = i.member_id JOIN people p ON p.id = m.person_id JOIN customers c ON c.id = m.customer_id
			LEFT JOIN roles r ON r.id = m.role LEFT JOIN groups g ON g.id = m.group_id
		WHERE i.id = $1`, digest(token))
	if db.NoRows(err) {
		return i, fault.New(fault.NotFound, "identity.invitation.not_found")
	}
	if err != nil {
		return i, fmt.Errorf("find an invitation: %w", err)
	}
	return Invitation{
		ID: r.ID, MemberID: r.MemberID, PersonID: r.PersonID, CustomerID: r.CustomerID, CustomerName: r.CustomerName, Email: r.Email, Name: r.Name,
		Phone: r.Phone, Language: r.Language, Inviter: r.Inviter, Role: r.Role, RoleName: r.RoleName, GroupName: r.GroupName, ExpiresAt: r.ExpiresAt,
		State: r.state(now(q)), HasPassword: r.Passwords > 0,
	}, nil
}

// now is the instant that a question is asked at.
func now(q db.Q) time.Time {
	switch q := q.(type) {
	case *db.Tx:
		return q.Now
	case *db.DB:
		return q.Now()
	}
	return time.Time{}
}

func (r invitationRow) state(now time.Time) InvitationState {
	switch {
	case r.UsedAt != nil, r.MemberStatus == MemberActive && r.Passwords > 0:
		return InvitationUsed
	case r.EndedAt != nil && r.Newer > 0:
		return InvitationReplaced
	case r.EndedAt != nil, r.MemberStatus == MemberRemoved:
		return InvitationWithdrawn
	case r.MemberStatus == MemberSuspended, r.PersonStatus != PersonActive, r.CustomerStatus == Closed, r.Staff > 0:
		return InvitationPaused
	case !now.Before(r.ExpiresAt):
		return InvitationLate
	}
	return InvitationOpen
}
