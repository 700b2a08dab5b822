package app

import (
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
		keys.MayProduce, keys.MayCancel, keys.MayReceive, keys.MayEditRegister, mail.MaySee, mail.MayResend, billing.MaySee, billing.MayRetry, event.MaySee,
	}, seeAll...),
	identity.Sales:           append(permissions{identity.MayEditCustomers, agreement.MayEdit, mail.MaySee}, seeAll...),
	identity.CustomerService: append(permissions{identity.MayEditCustomers, identity.MayEditPeople, keys.MayCancel, keys.MayReceive, mail.MaySee, mail.MayResend, billing.MaySee, event.MaySee}, seeAll...),
	identity.Dispatcher:      seeAll,
	identity.Technician:      seeAll,
	identity.AlarmOperator:   seeAll,
	identity.Production:      append(permissions{keys.MayProduce, keys.MayEditRegister}, seeAll...),
	identity.Warehouse:       append(permissions{keys.MayProduce}, seeAll...),
	identity.Finance:         append(permissions{billing.MaySee, billing.MayRetry, mail.MaySee, mail.MayResend, event.MaySee}, seeAll...),
}

// memberRoles is who of a customer's people may do what, at that customer.
var memberRoles = map[identity.Role]permissions{
	identity.Administrator: {identity.MaySeePeople, identity.MayEditPeople, agreement.MaySee, keys.MaySee, keys.MaySeeRegister, approval.MaySee, approval.MayDecide},
	identity.Manager:       {identity.MaySeePeople, agreement.MaySee, keys.MaySee, keys.MaySeeRegister, approval.MaySee, approval.MayDecide},
	identity.Board:         {agreement.MaySee, keys.MaySee, keys.MaySeeRegister, approval.MaySee, approval.MayDecide},
	identity.Approver:      {keys.MaySee, approval.MaySee, approval.MayDecide},
	identity.Caretaker:     {keys.MaySee, keys.MaySeeRegister},
	identity.Buyer:         {},
	identity.Resident:      {},
}

// matrix gives people their grants from the two tables.
type matrix struct{}

// Grants is everything a person may do, and where.
func (matrix) Grants(p identity.Principal) (out []authz.Grant) {
	for _, r := range p.Staff {
		out = append(out, authz.Grant{Scope: authz.All, May: staffRoles[r]})
	}
	for _, m := range p.Members {
		out = append(out, authz.Grant{Scope: authz.Customer, ID: m.CustomerID, May: memberRoles[m.Role]})
	}
	return out
}
