package app

import (
	"context"
	"errors"
	"slices"
	"strings"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/identity"
)

// AddStaff adds one of the firm's own people, for the command line. It wires up no more of the program than that takes: the
// server may be running beside it, on the same addresses.
func AddStaff(ctx context.Context, d *db.DB, l i18n.L, name, email, role, password string) error {
	if !slices.Contains(identity.StaffRoles(), identity.StaffRole(role)) {
		var known []string
		for _, r := range identity.StaffRoles() {
			known = append(known, string(r))
		}
		return errors.New("role: write one of " + strings.Join(known, ", "))
	}
	who := &identity.Service{DB: d, Log: &event.Log{}, Roles: matrix{}}
	by := authz.SystemActor(identity.MayEditPeople, identity.MayEditStaff)
	p, err := who.CreatePerson(ctx, by, identity.NewPerson{Name: name, Email: email, Language: l, Password: password})
	if err == nil {
		err = who.AddStaff(ctx, by, p.ID, identity.StaffRole(role))
	}
	if fields := fault.FieldsOf(err); fields != nil {
		var say []string
		for field, code := range fields {
			say = append(say, field+": "+i18n.EN.Code(code))
		}
		slices.Sort(say)
		return errors.New(strings.Join(say, "; "))
	}
	return err
}
