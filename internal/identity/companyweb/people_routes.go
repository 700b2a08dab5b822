package companyweb

import (
	"slices"

	"skranke/internal/identity"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// peopleRoutes is the addresses of a customer's people, and of those who are invited.
func (p *Pages) peopleRoutes() []web.Route {
	upload := both("POST", "/people/import", identity.MayEditPeople, p.upload)
	for i := range upload {
		upload[i].MaxBody = maxUpload + 1<<20
	}
	return slices.Concat(
		both("GET", "/people", identity.MaySeePeople, p.people, "/my/people", "/my/people?q=none+such"),
		both("GET", "/people/add", identity.MayEditPeople, p.addForm, "/my/people/add"),
		both("POST", "/people/add", identity.MayEditPeople, p.add),
		both("GET", "/people/import", identity.MayEditPeople, p.importForm, "/my/people/import"),
		upload,
		both("GET", "/imports/{import}", identity.MayEditPeople, p.preview),
		both("POST", "/imports/{import}", identity.MayEditPeople, p.confirm),
		both("GET", "/people/{member}", identity.MaySeePeople, p.member),
		both("POST", "/people/{member}", identity.MayEditPeople, p.edit),
		both("GET", "/people/{member}/remove", identity.MayEditPeople, p.askRemove),
		both("POST", "/people/{member}/{action}", identity.MayEditPeople, p.act),
		[]web.Route{
			{Pattern: "GET /office/people/{member}", Handle: p.find, Who: web.Staff, Needs: identity.MaySeePeople, Area: ui.Office},
			{Pattern: "GET /invitation/{token}", Handle: p.invitation, Area: ui.Public},
			{Pattern: "POST /invitation/{token}", Handle: p.answer, Area: ui.Public},
		},
	)
}
