package identity

import (
	"context"
	"fmt"
	"slices"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
)

// Right is one thing that a role at a customer allows, and how far: the customer, the member's group with those below it,
// or what is the member's own.
type Right struct {
	May   authz.Permission `json:"may"`
	Scope authz.Scope      `json:"scope"`
}

// Roles is what the ready-made roles allow. app holds the one table.
type Roles interface {
	OfStaff(r StaffRole) []authz.Permission
	OfMember(r Role) []Right
	// WhileBlocked says that p makes no new obligation, and stays when the customer is blocked.
	WhileBlocked(p authz.Permission) bool
	// CustomersAlone says that p is never for staff in a customer's shoes.
	CustomersAlone(p authz.Permission) bool
	// All is every permission that members can be given, and every one for staff, in the order of a page.
	All() (members, staff []authz.Permission)
}

// Membership is what a person is to one customer.
type Membership struct {
	MemberID                 string
	CustomerID, CustomerName string
	CustomerStatus           CustomerStatus
	Role                     Role
	RoleName                 string   // of a role of the customer's own making; empty for a ready-made one
	Rights                   []Right  // of a role of the customer's own making
	GroupID                  string   // empty: the whole customer
	Groups                   []string // the group and those below it
}

// Principal is a person as far as rights go: only what counts now is listed. Who has several customers acts in one of them.
type Principal struct {
	PersonID    string
	Staff       []StaffRole
	StaffRights []authz.Permission // of roles of the operator's own making
	Member      Membership
	OnBehalf    string // the person whose shoes staff stand in, whose Member it is
}

// Actor is the person with what they may do. Staff act as staff, or in somebody's shoes with no more than that person has;
// what they are to customers besides does not count.
func (s *Service) Actor(p Principal) authz.Actor {
	a := authz.Actor{ID: p.PersonID, Kind: authz.Person, OnBehalf: p.OnBehalf}
	if len(p.Staff) > 0 || len(p.StaffRights) > 0 {
		a.Kind = authz.Staff
	}
	switch {
	case s.Roles == nil:
	case a.Kind == authz.Staff && a.OnBehalf == "":
		a.Grants = []authz.Grant{{Scope: authz.All, May: s.staffMay(p)}}
	case p.Member.CustomerID != "":
		s.seat(&a, p)
	}
	return a
}

func (s *Service) staffMay(p Principal) []authz.Permission {
	if len(p.Staff) == 1 && len(p.StaffRights) == 0 {
		return s.ofStaff(p.Staff[0])
	}
	may := slices.Clone(p.StaffRights)
	for _, r := range p.Staff {
		may = append(may, s.ofStaff(r)...)
	}
	return may
}

// ofStaff is what a ready-made staff role allows.
func (s *Service) ofStaff(r StaffRole) []authz.Permission {
	if s.Roles == nil {
		return nil
	}
	return s.Roles.OfStaff(r)
}

// RightsOf is what a member's role allows.
func (s *Service) RightsOf(m Membership) []Right {
	if m.RoleName != "" || s.Roles == nil {
		return m.Rights
	}
	return s.Roles.OfMember(m.Role)
}

// seat gives an actor the rights of one membership, less what the customer's status or another's shoes take away.
func (s *Service) seat(a *authz.Actor, p Principal) {
	m := p.Member
	const held = ""
	var own []authz.Permission // of the staff in these shoes: nobody can do more in another's than in their own
	if a.OnBehalf != "" {
		own = s.staffMay(p)
	}
	by := map[authz.Reason]*[authz.Subject][]authz.Permission{}
	var reasons []authz.Reason
	for _, r := range s.RightsOf(m) {
		why := authz.Reason(held)
		switch {
		case m.CustomerStatus == Closed:
			why = authz.CustomerClosed
		case a.OnBehalf != "" && (s.Roles.CustomersAlone(r.May) || !slices.Contains(own, r.May)):
			why = authz.OnBehalf
		case m.CustomerStatus == Blocked && !s.Roles.WhileBlocked(r.May):
			why = authz.CustomerBlock
		}
		scope := r.Scope
		if scope == authz.Group && m.GroupID == "" {
			scope = authz.Customer
		}
		if scope != authz.Customer && scope != authz.Group && scope != authz.Self {
			continue // a role never reaches beyond its customer, whatever the table says
		}
		if by[why] == nil {
			by[why] = &[authz.Subject][]authz.Permission{}
			reasons = append(reasons, why)
		}
		by[why][scope] = append(by[why][scope], r.May)
	}
	for _, why := range reasons {
		for scope, may := range by[why] {
			if len(may) == 0 {
				continue
			}
			g := authz.Grant{Scope: authz.Scope(scope), Customer: m.CustomerID, May: may}
			switch g.Scope {
			case authz.Customer:
				g.ID = m.CustomerID
			case authz.Group:
				g.ID, g.IDs = m.GroupID, m.Groups
			default:
				g.ID = a.Person()
			}
			if why == held {
				a.Grants = append(a.Grants, g)
			} else {
				a.Withheld = append(a.Withheld, authz.Withheld{Grant: g, Reason: why})
			}
		}
	}
}

// RoleRights is what a role allows and, for one of the customer's own making, its name. customerID empty is the operator.
func (s *Service) RoleRights(ctx context.Context, q db.Q, customerID string, role Role) ([]Right, string, error) {
	if oneOf(role, MemberRoles()) {
		return s.RightsOf(Membership{Role: role}), "", nil
	}
	own, err := db.One[OwnRole](ctx, q, selectRoles, db.If("id = ? AND COALESCE(customer_id, '') = ?", string(role), customerID))
	if db.NoRows(err) {
		return nil, "", fault.Field("role", "identity.role.unknown")
	}
	if err != nil {
		return nil, "", fmt.Errorf("find role %s: %w", role, err)
	}
	return own.Rights.V, own.Name, nil
}

// OwnRole is a role of a customer's, or with CustomerID empty the operator's, own making.
type OwnRole struct {
	ID, CustomerID, Name string
	Rights               db.JSON[[]Right]
	CreatedAt            time.Time
	Version              int64
}

const selectRoles = `SELECT id, COALESCE(customer_id, '') AS customer_id, name, rights, created_at, version FROM roles WHERE {} `

// Gives reports whether by may give these rights to a member in a group: nobody gives more than they have. The operator's
// people may give everything that is a customer's: they answer for it to the customer, and their own work is not in it.
func Gives(by authz.Actor, rights []Right, customerID, groupID string) bool {
	if by.OnBehalf == "" && (by.Kind == authz.Staff || by.Kind == authz.System) {
		return by.May(MayEditPeople, authz.Place{})
	}
	at := authz.Place{Customer: customerID, Group: groupID}
	return !slices.ContainsFunc(rights, func(r Right) bool {
		if r.Scope == authz.Group && groupID == "" {
			return !by.Gives(r.May, authz.Customer, at)
		}
		return !by.Gives(r.May, r.Scope, at)
	})
}

// Keeps reports whether a person who was asked to do p at a customer may still be: active and, if one of its people, in a role
// that allows it. Whoever never was one of its people was chosen otherwise.
func (s *Service) Keeps(ctx context.Context, q db.Q, personID, customerID string, p authz.Permission) (bool, error) {
	who, err := PersonByID(ctx, q, personID)
	if err != nil || who.Status != PersonActive {
		return false, err
	}
	m, err := memberOf(ctx, q, customerID, personID)
	if db.NoRows(err) {
		return true, nil
	}
	if err != nil || m.Status != MemberActive {
		return false, err
	}
	rights, _, err := s.RoleRights(ctx, q, customerID, m.Role)
	return slices.ContainsFunc(rights, func(r Right) bool { return r.May == p }), err
}
