package identity

import (
	"context"
	"fmt"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
)

// MemberFacts is what a member's page shows besides the member: what the reader may do, and what is left to be done.
type MemberFacts struct {
	Open     []MemberAction // the buttons of the page; what hangs on others is told when it is tried
	Edit     bool
	Resend   bool // a link can be mailed anew
	NameOpen bool // the customer may still say what the person is called
	Mailed   Mailed
}

// Mailed is the newest link that went to a member; the zero value is none.
type Mailed struct {
	CreatedAt, ExpiresAt time.Time
	UsedAt, EndedAt      *time.Time
}

// Waits reports whether the link still opens something.
func (m Mailed) Waits(now time.Time) bool {
	return m.UsedAt == nil && m.EndedAt == nil && now.Before(m.ExpiresAt)
}

// Facts is what by may do with a member.
func (s *Service) Facts(ctx context.Context, by authz.Actor, m Member) (f MemberFacts, err error) {
	err = s.touchable(ctx, s.DB, by, m)
	if err != nil && !fault.Is(err, fault.Forbidden) {
		return f, err
	}
	may := err == nil
	who, err := lookUp(ctx, s.DB, m.CustomerID, m.Email)
	if err != nil {
		return f, err
	}
	f.Edit = may && m.Status != MemberRemoved
	f.Resend = may && invitable(m, who)
	f.NameOpen = f.Edit && m.JoinedAt != nil && who.nameOpen()
	for _, move := range MemberMoves.From(m.Status) {
		if may && move.Do != AcceptMember && m.PersonID != by.Person() {
			f.Open = append(f.Open, move.Do)
		}
	}
	mailed, err := db.List[Mailed](ctx, s.DB, `SELECT created_at, expires_at, used_at, ended_at FROM invitations WHERE member_id = $1 ORDER BY created_at DESC LIMIT 1`, m.ID)
	if err != nil {
		return f, fmt.Errorf("find the last link of %s: %w", m.ID, err)
	}
	for _, last := range mailed {
		f.Mailed = last
	}
	return f, nil
}
