package app

import (
	"slices"

	"skranke/internal/agreement"
	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/billing"
	"skranke/internal/event"
	"skranke/internal/identity"
	"skranke/internal/keys"
	"skranke/internal/mail"
)

type permissions = []authz.Permission

// seeAll is what every member of staff sees.
var seeAll = permissions{identity.MaySeeCustomers, identity.MaySeePeople, agreement.MaySee, keys.MaySee, keys.MaySeeRegister, approval.MaySee}

// staffRoles is who of the operator's people may do what, everywhere.
var staffRoles = map[identity.StaffRole]permissions{
	identity.Admin: append(permissions{
		identity.MayEditCustomers, identity.MayEditPeople, identity.MayEditStaff, identity.MayEditKeys, agreement.MayEdit,
		identity.MayEditCompany, identity.MayEditGroups, identity.MayEditRoles, identity.MayReview, identity.MayStandIn,
		keys.MayProduce, keys.MayCancel, keys.MayReceive, keys.MayEditRegister, mail.MaySee, mail.MayResend, billing.MaySee, billing.MayRetry, billing.MayRefund, event.MaySee,
	}, seeAll...),
	identity.Sales:           append(permissions{identity.MayEditCustomers, identity.MayEditCompany, identity.MayStandIn, agreement.MayEdit, mail.MaySee}, seeAll...),
	identity.CustomerService: append(permissions{identity.MayEditCustomers, identity.MayEditPeople, identity.MayEditCompany, identity.MayEditGroups, identity.MayReview, identity.MayStandIn, keys.MayCancel, keys.MayReceive, mail.MaySee, mail.MayResend, billing.MaySee, event.MaySee}, seeAll...),
	identity.Dispatcher:      seeAll,
	identity.Technician:      seeAll,
	identity.AlarmOperator:   seeAll,
	identity.Production:      append(permissions{keys.MayProduce, keys.MayEditRegister}, seeAll...),
	identity.Warehouse:       append(permissions{keys.MayProduce}, seeAll...),
	identity.Finance:         append(permissions{billing.MaySee, billing.MayRetry, billing.MayRefund, mail.MaySee, mail.MayResend, event.MaySee}, seeAll...),
}

// forMembers is everything that can be given at a customer, in the order of the page where roles are made.
var forMembers = permissions{
	identity.MaySeeCustomers, identity.MayEditCompany, identity.MaySeePeople, identity.MayEditPeople, identity.MayEditGroups, identity.MayEditRoles, identity.MayEditKeys,
	agreement.MaySee, keys.MaySee, keys.MaySeeRegister, approval.MaySee, approval.MayDecide,
}

// memberRoles is who of a customer's people may do what, and how far: rule C1. A manager leads a group; without one, the customer.
var memberRoles = map[identity.Role][]identity.Right{
	identity.Administrator: rights(authz.Customer, forMembers...),
	identity.Manager: slices.Concat(
		rights(authz.Customer, identity.MaySeeCustomers, agreement.MaySee, keys.MaySee, keys.MaySeeRegister, approval.MaySee, approval.MayDecide),
		rights(authz.Group, identity.MaySeePeople, identity.MayEditPeople, identity.MayEditGroups)),
	identity.Board:     rights(authz.Customer, identity.MaySeeCustomers, identity.MaySeePeople, agreement.MaySee, keys.MaySee, keys.MaySeeRegister, approval.MaySee, approval.MayDecide),
	identity.Approver:  rights(authz.Customer, identity.MaySeeCustomers, keys.MaySee, approval.MaySee, approval.MayDecide),
	identity.Caretaker: rights(authz.Customer, identity.MaySeeCustomers, keys.MaySee, keys.MaySeeRegister),
	identity.Buyer:     rights(authz.Customer, identity.MaySeeCustomers),
	identity.Resident:  {},
}

func rights(scope authz.Scope, may ...authz.Permission) (out []identity.Right) {
	for _, p := range may {
		out = append(out, identity.Right{May: p, Scope: scope})
	}
	return out
}

// newObligations is what a blocked customer's people may not do: all else is reading, paying and putting their house in order.
var newObligations = permissions{approval.MayDecide}

// customersAlone is never for staff in a customer's shoes: an answer must be the customer's own, and a program's key outlives the visit.
var customersAlone = permissions{approval.MayDecide, identity.MayEditKeys}

// matrix is the tables above, as identity asks for them.
type matrix struct{}

// OfStaff is what a ready-made role of the operator's staff allows, everywhere.
func (matrix) OfStaff(r identity.StaffRole) []authz.Permission { return staffRoles[r] }

// OfMember is what a ready-made role at a customer allows.
func (matrix) OfMember(r identity.Role) []identity.Right { return memberRoles[r] }

// WhileBlocked says that p stays when the customer is blocked.
func (matrix) WhileBlocked(p authz.Permission) bool { return !slices.Contains(newObligations, p) }

// CustomersAlone says that p is not for staff in a customer's shoes.
func (matrix) CustomersAlone(p authz.Permission) bool { return slices.Contains(customersAlone, p) }

// All is what members and staff can be given.
func (matrix) All() (members, staff []authz.Permission) {
	return forMembers, staffRoles[identity.Admin]
}
