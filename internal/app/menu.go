package app

import (
	"context"

	"skranke/internal/agreement"
	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/billing"
	"skranke/internal/event"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/keys"
	"skranke/internal/mail"
	"skranke/internal/signup/signupweb"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// place is a row of a menu: who sees it, in which module.
type place struct {
	icon, href, module string
	label              func(l i18n.L) string
	needs              authz.Permission
	bottom             func(l i18n.L) string // its label in the phone's bar, which has little room; nil keeps it out of there
}

// office is the menu of the operator's people; the first they may open is where they start.
var office = []place{
	{"hammer", "/office/keys/production", ModuleKeys, i18n.L.AppNavProduction, keys.MayProduce, i18n.L.AppNavProduction},
	{"key-round", "/office/keys/orders", ModuleKeys, i18n.L.AppNavKeyOrders, keys.MaySee, i18n.L.AppNavKeyOrdersShort},
	{"tags", "/office/keys/register", ModuleKeys, i18n.L.AppNavRegister, keys.MaySeeRegister, i18n.L.AppNavRegisterShort},
	{"building-2", "/office/customers", "", i18n.L.AppNavCustomers, identity.MaySeeCustomers, i18n.L.AppNavCustomers},
	{"badge-check", signupweb.OfficePath, "", i18n.L.SignupNav, identity.MayReview, nil},
	{"handshake", "/office/agreements", "", i18n.L.AppNavAgreements, agreement.MaySee, nil},
	{"credit-card", "/office/payments", "", i18n.L.AppNavPayments, billing.MaySee, nil},
	{"mail", "/office/mails", "", i18n.L.AppNavMails, mail.MaySee, nil},
	{"history", "/office/events", "", i18n.L.AppNavEvents, event.MaySee, nil},
	{"users", "/office/staff", "", i18n.L.AppNavStaff, identity.MayEditStaff, nil},
	{"shield-check", "/office/roles", "", i18n.L.RolesStaffTitle, identity.MayEditStaff, nil},
}

const inboxHref = "/inbox"

// portal is the menu of the customers' people.
var portal = []place{
	{"inbox", inboxHref, "", i18n.L.AppNavInbox, approval.MayDecide, i18n.L.AppNavInbox},
	{"key-round", "/my/keys/orders", ModuleKeys, i18n.L.AppNavKeyOrders, keys.MaySee, i18n.L.AppNavKeyOrdersShort},
	{"tags", "/my/keys/register", ModuleKeys, i18n.L.AppNavRegister, keys.MaySeeRegister, i18n.L.AppNavRegisterShort},
	{"handshake", "/agreements", "", i18n.L.AppNavAgreements, agreement.MaySee, i18n.L.AppNavAgreements},
	{"building-2", "/my/company", "", i18n.L.CompanyTitle, identity.MaySeeCustomers, nil},
	{"users", "/my/people", "", i18n.L.PeopleTitle, identity.MaySeePeople, nil},
	{"layers", "/my/groups", "", i18n.L.GroupsTitle, identity.MaySeePeople, nil},
	{"shield-check", "/my/roles", "", i18n.L.RolesTitle, identity.MaySeePeople, nil},
}

// menu is what stands beside a page: by who asks, not by where they are, so that nobody loses their way on a public page.
func (a *App) menu(ctx context.Context, v web.Visitor, area ui.Area, l i18n.L) (side, bottom []ui.NavItem) {
	if area == ui.Public {
		return nil, nil
	}
	for _, p := range a.open(v.Actor) {
		item := ui.NavItem{Icon: p.icon, Label: p.label(l), Href: p.href}
		if count := a.counts()[p.href]; count != nil {
			n, err := count(ctx, v.Actor)
			if err != nil {
				a.Slog.WarnContext(ctx, "what waits is not counted", "err", err) // a menu without a number is still a menu
			}
			item.Count, item.Hot = int(n), n > 0
		}
		side = append(side, item)
		if p.bottom != nil && len(bottom) < 5 {
			item.Label = p.bottom(l)
			bottom = append(bottom, item)
		}
	}
	return side, bottom
}

// counts is the numbers beside rows of the menu: how much waits there for who looks.
func (a *App) counts() map[string]func(ctx context.Context, by authz.Actor) (int64, error) {
	return map[string]func(ctx context.Context, by authz.Actor) (int64, error){
		inboxHref: a.Approvals.CountWaiting, signupweb.OfficePath: a.Signup.CountWaiting,
	}
}

func (a *App) open(actor authz.Actor) (out []place) {
	rows := portal
	if actor.AtOffice() {
		rows = office
	}
	for _, p := range rows {
		if (p.module == "" || a.Has(p.module)) && actor.MayAnywhere(p.needs) {
			out = append(out, p)
		}
	}
	return out
}

// places is the menu without its looks.
func (a *App) places(actor authz.Actor, l i18n.L) (out []ui.NavItem) {
	for _, p := range a.open(actor) {
		out = append(out, ui.NavItem{Label: p.label(l), Href: p.href})
	}
	return out
}

// personLinks are somebody's own places; staff in a customer's shoes have none there.
func personLinks(v web.Visitor, l i18n.L) []ui.NavItem {
	if v.Actor.OnBehalf != "" {
		return nil
	}
	return []ui.NavItem{{Icon: "settings", Label: l.AccountTitle(), Href: "/account"}}
}
