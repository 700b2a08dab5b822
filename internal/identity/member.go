package identity

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/flow"
	"skranke/internal/id"
)

// MemberKind is the kind of subject in the events of a membership.
const MemberKind = "identity.member"

// MemberAction moves a membership.
type MemberAction string

// The actions.
const (
	AcceptMember     MemberAction = "accept"
	WithdrawMember   MemberAction = "withdraw"
	SuspendMember    MemberAction = "suspend"
	ReactivateMember MemberAction = "reactivate"
	RemoveMember     MemberAction = "remove"
	InviteMember     MemberAction = "invite" // again, who has been removed
)

// MemberMoves is the whole life of a membership: rule C1. An invitation is accepted by whoever holds its link.
var MemberMoves = flow.Table[MemberStatus, MemberAction]{
	{From: MemberInvited, Do: AcceptMember, To: MemberActive},
	{From: MemberInvited, Do: WithdrawMember, To: MemberRemoved, Needs: MayEditPeople},
	{From: MemberActive, Do: SuspendMember, To: MemberSuspended, Needs: MayEditPeople},
	{From: MemberActive, Do: RemoveMember, To: MemberRemoved, Needs: MayEditPeople},
	{From: MemberSuspended, Do: ReactivateMember, To: MemberActive, Needs: MayEditPeople},
	{From: MemberSuspended, Do: RemoveMember, To: MemberRemoved, Needs: MayEditPeople},
	{From: MemberRemoved, Do: InviteMember, To: MemberInvited, Needs: MayEditPeople},
}

// The ways of paying that a member can be held to.
const (
	ByCard    = "card"
	ByInvoice = "invoice"
)

// Methods lists the ways of paying in the order of a form.
func Methods() []string { return []string{ByCard, ByInvoice} }

// AddMember makes a person something to a customer at once; a second time it changes the role. Invitations go through Add.
func (s *Service) AddMember(ctx context.Context, by authz.Actor, customerID, personID string, role Role) (m Member, err error) {
	if !oneOf(role, MemberRoles()) {
		return m, fault.Field("role", "identity.role.unknown")
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		c, err := ofCustomer(ctx, tx, by, customerID, MayEditPeople)
		if err != nil {
			return err
		}
		p, err := PersonByID(ctx, tx, personID)
		if err != nil {
			return err
		}
		if !Gives(by, s.RightsOf(Membership{Role: role}), c.ID, "") {
			return fault.Field("role", "identity.role.too_much")
		}
		was, err := memberOf(ctx, tx, c.ID, p.ID)
		if err != nil && !db.NoRows(err) {
			return fmt.Errorf("look for %s among the members of %s: %w", p.ID, c.ID, err)
		}
		if last, err := isLastAdministrator(ctx, tx, was); err != nil {
			return err
		} else if last && role != Administrator {
			return fault.Field("role", "identity.member.last_administrator")
		}
		m = Member{
			ID: id.New(), CustomerID: c.ID, PersonID: p.ID, Role: role, Status: MemberActive, CreatedAt: tx.Now,
			Name: p.Name, Email: p.Email, Phone: p.Phone,
		}
		if m.ID, err = upsertMember(ctx, tx, m); err != nil {
			return err
		}
		return s.recordMember(ctx, tx, by, m, "identity.member.add", map[string]any{"role": string(role)})
	})
	if err != nil {
		return Member{}, err
	}
	return m, nil
}

func (s *Service) recordMember(ctx context.Context, tx *db.Tx, by authz.Actor, m Member, name string, data map[string]any) error {
	if data == nil {
		data = map[string]any{}
	}
	data["person"] = m.PersonID
	return s.Log.Record(ctx, tx, by, event.Event{Kind: MemberKind, Subject: m.ID, CustomerID: m.CustomerID, Name: name, Data: event.Data(data)})
}

// mine finds a member whom by may change, and keeps the customer from being changed by others until the transaction ends. Nobody
// touches somebody who has more than they have themselves.
func (s *Service) mine(ctx context.Context, tx *db.Tx, by authz.Actor, customerID, memberID string) (m Member, err error) {
	if _, err = FindMember(ctx, tx, by, customerID, memberID); err != nil {
		return m, err
	}
	if err = db.LockRow(ctx, tx, "customers", customerID); err != nil {
		return m, err
	}
	if m, err = FindMember(ctx, tx, by, customerID, memberID); err != nil { // as whoever had the lock left it
		return m, err
	}
	return m, s.touchable(ctx, tx, by, m)
}

func (s *Service) touchable(ctx context.Context, q db.Q, by authz.Actor, m Member) error {
	if err := by.Check(MayEditPeople, m.Place()); err != nil {
		return err
	}
	rights, _, err := s.RoleRights(ctx, q, m.CustomerID, m.Role)
	if err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	if !Gives(by, rights, m.CustomerID, m.GroupID) {
		return fault.New(fault.Forbidden, "identity.member.has_more")
	}
	return nil
}

// MoveMember suspends, reactivates or removes a member, or withdraws an invitation. version is the one that was seen. What is
// taken away is gone at the next request, in open sessions too; what the person did stays.
func (s *Service) MoveMember(ctx context.Context, by authz.Actor, customerID, memberID string, do MemberAction, version int64) (m Member, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if m, err = s.mine(ctx, tx, by, customerID, memberID); err != nil {
			return err
		}
		move, ok := MemberMoves.Find(m.Status, do, nil)
		switch {
		case !ok, do == AcceptMember, do == InviteMember, m.Version != version:
			return fault.New(fault.Conflict, "identity.member.moved_on")
		case m.PersonID == by.Person():
			return fault.New(fault.Forbidden, "identity.member.yourself")
		}
		if last, err := isLastAdministrator(ctx, tx, m); err != nil {
			return err
		} else if last {
			return fault.New(fault.Conflict, "identity.member.last_administrator")
		}
		if m.JoinedAt == nil && m.Status == MemberActive {
			m.JoinedAt = &m.CreatedAt
		}
		m.Status = move.To
		if err := saveMember(ctx, tx, &m); err != nil {
			return err
		}
		if move.To == MemberRemoved {
			if err := endInvitations(ctx, tx, m.ID); err != nil {
				return err
			}
		}
		return s.recordMember(ctx, tx, by, m, "identity.member."+string(do), nil)
	})
	if err != nil {
		return Member{}, err
	}
	return m, nil
}

// MemberEdit is the form of one member as it was sent; Version is the one that was seen. Name and Phone count only where
// NameOpen says so.
type MemberEdit struct {
	Role        Role
	GroupID     string
	Methods     []string
	Name, Phone string
	Version     int64
}

// EditMember gives a member another role, group or ways of paying, and corrects the name of somebody who cannot do it yet.
func (s *Service) EditMember(ctx context.Context, by authz.Actor, customerID, memberID string, e MemberEdit) (m Member, err error) {
	e.Name, e.Phone = tidy(e.Name), tidy(e.Phone)
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if m, err = s.mine(ctx, tx, by, customerID, memberID); err != nil {
			return err
		}
		if m.Status == MemberRemoved || m.Version != e.Version {
			return fault.New(fault.Conflict, "identity.member.moved_on")
		}
		t, err := s.terms(ctx, tx, by, customerID)
		if err != nil {
			return err
		}
		who, err := lookUp(ctx, tx, customerID, m.Email)
		if err != nil {
			return err
		}
		var f fault.Fields
		if err := checkEdit(ctx, tx, &f, t, m, e); err != nil {
			return err
		}
		named := m.JoinedAt != nil && who.nameOpen() && (e.Name != m.Name || e.Phone != m.Phone)
		if named {
			checkName(&f, "name", e.Name, e.Phone)
		}
		if err := f.Err(); err != nil {
			return err
		}
		return s.applyEdit(ctx, tx, by, &m, t, e, named)
	})
	if err != nil {
		return Member{}, err
	}
	return m, nil
}

func checkEdit(ctx context.Context, tx *db.Tx, f *fault.Fields, t *terms, m Member, e MemberEdit) error {
	if e.GroupID != m.GroupID || e.Role != m.Role {
		t.check(f, e.Role, e.GroupID)
	}
	if !sameMethods(e.Methods, m.Methods.V) {
		t.checkMethods(f, e.Methods)
	}
	if e.Role == m.Role {
		return nil
	}
	last, err := isLastAdministrator(ctx, tx, m)
	f.Check(!last, "role", "identity.member.last_administrator")
	return err
}

func (s *Service) applyEdit(ctx context.Context, tx *db.Tx, by authz.Actor, m *Member, t *terms, e MemberEdit, named bool) error {
	data := map[string]any{}
	if e.Role != m.Role {
		data["role"] = []string{t.roleWord(m.Role, m.RoleName), t.roleWord(e.Role, "")}
	}
	if e.GroupID != m.GroupID {
		data["group"] = []string{m.GroupName, t.groups[e.GroupID]}
	}
	if !sameMethods(e.Methods, m.Methods.V) {
		data["methods"] = e.Methods
	}
	if named {
		data["named"] = true // events hold no names
	}
	if len(data) == 0 {
		return nil
	}
	m.Role, m.GroupID, m.Methods.V = e.Role, e.GroupID, e.Methods
	if err := saveMember(ctx, tx, m); err != nil {
		return err
	}
	if named {
		if err := rename(ctx, tx, m.PersonID, e.Name, e.Phone); err != nil {
			return err
		}
	}
	return s.recordMember(ctx, tx, by, *m, "identity.member.change", data)
}

func sameMethods(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

func checkName(f *fault.Fields, field, name, phone string) {
	f.Check(name != "" && utf8.RuneCountInString(name) <= maxText, field, "identity.person.name")
	f.Check(!HasLink(name), field, "identity.no_links")
	f.Check(phone == "" || validPhone(phone), "phone", "identity.phone")
}
