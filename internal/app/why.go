package app

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"skranke/internal/authz"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/web"
)

// mostNames is how many administrators a sentence names.
const mostNames = 3

// why is the one place that turns a refusal into words: the rule or status, and who can change it.
func (a *App) why(ctx context.Context, v web.Visitor, d authz.Denial, l i18n.L) string {
	firm := a.Brand.Name
	switch d.Reason {
	case authz.CustomerClosed:
		return l.WhyClosed(firm)
	case authz.CustomerBlock:
		return l.WhyBlocked(firm)
	case authz.CustomerHold:
		return l.WhyHold(firm)
	case authz.OnBehalf:
		return l.WhyOnBehalf(v.StandIn)
	case authz.StandingIn:
		return l.WhyStandingIn()
	case authz.NotInKey:
		return l.WhyKey()
	case authz.NoCustomer:
		return l.WhyNoCustomer()
	case authz.NotSignedIn:
		return ""
	case authz.Elsewhere, authz.NotInRole: // below
	}
	var said []string
	if what, ok := may(l, d.Permission); ok {
		if d.Reason == authz.Elsewhere {
			said = append(said, l.WhyElsewhere(v.Role, what))
		} else {
			said = append(said, l.WhyRole(v.Role, what))
		}
	}
	return strings.Join(append(said, upperFirst(l.WhyAsk(a.whoCan(ctx, v, l)))), " ")
}

// may says what a permission allows, as the end of a sentence.
func may(l i18n.L, p authz.Permission) (string, bool) {
	code := "permission." + string(p)
	if p == "" || !i18n.HasCode(code) {
		return "", false
	}
	words := []rune(l.Code(code))
	return strings.ToLower(string(words[:1])) + string(words[1:]), true
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// whoCan names the administrators of the customer somebody acts for, or else those of the operator.
func (a *App) whoCan(ctx context.Context, v web.Visitor, l i18n.L) string {
	if v.At != "" {
		names, err := identity.Deciders(ctx, a.DB, v.At, mostNames)
		if err != nil {
			a.Slog.WarnContext(ctx, "the administrators are not named", "err", err)
		}
		if n := len(names); n > 1 {
			return strings.Join(names[:n-1], ", ") + " " + l.WhyOr() + " " + names[n-1]
		} else if n == 1 {
			return names[0]
		}
	}
	return l.WhyAdmin(a.Brand.Name)
}

// staffName is what somebody is to the operator: the first role of theirs that has a word.
func staffName(l i18n.L, roles []identity.StaffRole) string {
	for _, r := range roles {
		if code := "identity.staff." + string(r); i18n.HasCode(code) {
			return l.Code(code)
		}
	}
	return ""
}
