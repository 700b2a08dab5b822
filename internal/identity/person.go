package identity

import (
	"time"
	"unicode/utf8"

	"skranke/internal/authz"
	"skranke/internal/db"

	"skranke/internal/fault"
	"skranke/internal/i18n"
)

// PersonStatus says whether a person may sign in.
type PersonStatus string

// The states of a person and of a membership.
const (
	PersonActive    PersonStatus = "active"
	PersonSuspended PersonStatus = "suspended"
)

// Person is somebody who can be written to and, with a password, sign in.
type Person struct {
	ID        string
	Name      string
	Email     string
	EmailKey  string // see EmailKey; unique
	Phone     string
	Language  string // tag
	Scheme    string // light, dark or auto
	Status    PersonStatus
	CreatedAt time.Time
	Version   int64
}

// L is the language the person is written to in.
func (p Person) L() i18n.L { return language(p.Language) }

// Validate checks what the person says of themself.
func (p Person) Validate() error {
	var f fault.Fields
	f.Check(p.Name != "" && len(p.Name) <= maxText, "name", "identity.person.name")
	f.Check(ValidEmail(p.Email), "email", "identity.email")
	_, known := i18n.Parse(p.Language)
	f.Check(known, "language", "identity.language")
	return f.Err()
}

// Role is what a person is to a customer.
type Role string

// Word is the role as people say it; own is the name of one of the customer's own making, or empty.
func (r Role) Word(l i18n.L, own string) string {
	if own != "" {
		return own
	}
	return l.Code("identity.role." + string(r))
}

// The roles of members.
const (
	Administrator Role = "administrator"
	Buyer         Role = "buyer"
	Manager       Role = "manager"
	Approver      Role = "approver"
	Board         Role = "board"
	Caretaker     Role = "caretaker"
	Resident      Role = "resident"
)

// MemberRoles lists the roles in the order of a menu.
func MemberRoles() []Role {
	return []Role{Administrator, Manager, Buyer, Approver, Board, Caretaker, Resident}
}

// StaffRole is what a person is to the operator.
type StaffRole string

// The roles of the operator's staff.
const (
	Admin           StaffRole = "admin"
	Sales           StaffRole = "sales"
	CustomerService StaffRole = "customer_service"
	Dispatcher      StaffRole = "dispatcher"
	Technician      StaffRole = "technician"
	AlarmOperator   StaffRole = "alarm_operator"
	Production      StaffRole = "production"
	Warehouse       StaffRole = "warehouse"
	Finance         StaffRole = "finance"
)

// StaffRoles lists the roles in the order of a menu.
func StaffRoles() []StaffRole {
	return []StaffRole{Admin, Sales, CustomerService, Dispatcher, Technician, AlarmOperator, Production, Warehouse, Finance}
}

// MemberStatus says whether a membership counts.
type MemberStatus string

// The states of a membership.
const (
	MemberInvited   MemberStatus = "invited"
	MemberActive    MemberStatus = "active"
	MemberSuspended MemberStatus = "suspended"
	MemberRemoved   MemberStatus = "removed"
)

// MemberStatuses lists the states in the order of a menu.
func MemberStatuses() []MemberStatus {
	return []MemberStatus{MemberInvited, MemberActive, MemberSuspended, MemberRemoved}
}

// Member is a person in a role for a customer, with what a list of members shows of the person.
type Member struct {
	ID, CustomerID, PersonID string
	Role                     Role   // the word of a ready-made role, or the id of one of the customer's own
	RoleName                 string // of one of the customer's own
	GroupID, GroupName       string // empty: the whole customer
	Status                   MemberStatus
	Methods                  db.JSON[[]string] // ways of paying; empty is all that the customer may use
	CreatedAt                time.Time
	JoinedAt                 *time.Time // nil until an invitation is accepted
	Version                  int64
	Name, Email, Phone       string // until somebody has joined, Name is the address and Phone empty: the rest is theirs to tell
}

// Place is where the membership lives, for questions about rights.
func (m Member) Place() authz.Place {
	return authz.Place{Customer: m.CustomerID, Group: m.GroupID, Owner: m.PersonID}
}

const (
	minPassword = 10
	maxPassword = 200
)

// CheckPassword says what is wrong with a new password.
func CheckPassword(password string) error {
	switch n := utf8.RuneCountInString(password); {
	case n < minPassword:
		return fault.Field("password", "identity.password.too_short")
	case n > maxPassword:
		return fault.Field("password", "identity.password.too_long")
	}
	return nil
}
