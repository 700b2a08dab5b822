package demo

import (
	"skranke/internal/demo/demoweb"
	"skranke/internal/identity"
)

// Example is an order that a resident of the first association can make: it stands on the start page, to be copied.
var Example = demoweb.Example{
	Search: "Granlia", House: "Granlia borettslag", CustomerNumber: "10001", SystemNumber: "FV-4417", Zone: "1", Flat: "H0304",
	Name: "Nora Solbakken", Email: "nora@by.example", Phone: "400 00 555", Card: goodCard, Serial: "10441-90001",
	Approver: "torill.hagen@granlia.example", Maker: "kjersti@" + firmDomain,
}

// cast is whom the start page offers to sign in as: of the firm everybody with a role of their own, of the customers those
// who see different things.
var cast = []demoweb.Part{
	{Email: "kjersti@" + firmDomain, Role: "identity.staff.production", Hint: "production"},
	{Email: "sunniva@" + firmDomain, Role: "identity.staff.customer_service", Hint: "customer_service"},
	{Email: "ingunn@" + firmDomain, Role: "identity.staff.admin", Hint: "admin"},
	{Email: "torstein@" + firmDomain, Role: "identity.staff.sales", Hint: "sales"},
	{Email: "marit@" + firmDomain, Role: "identity.staff.finance", Hint: "finance"},
	{Email: "oddvar@" + firmDomain, Role: "identity.staff.warehouse", Hint: "warehouse"},
	{Email: "anders@" + firmDomain, Role: "identity.staff.dispatcher", Hint: "staff"},
	{Email: "jonas@" + firmDomain, Role: "identity.staff.technician", Hint: "staff"},
	{Email: "petter@" + firmDomain, Role: "identity.staff.alarm_operator", Hint: "staff"},
	{Email: "torill.hagen@granlia.example", Customer: "Granlia borettslag", Role: "identity.role.administrator", Hint: "one_yes"},
	{Email: "eirik.stenvold@bryggekanten.example", Customer: "Sameiet Bryggekanten", Role: "identity.role.administrator", Hint: "two_yes"},
	{Email: "nina.krogstad@bryggekanten.example", Customer: "Sameiet Bryggekanten", Role: "identity.role.board", Hint: "two_yes"},
	{Email: "stefan.ostman@lingonbacken.example", Customer: "Bostadsrättsföreningen Lingonbacken", Role: "identity.role.board", Hint: "swedish"},
	{Email: "birgitte@maagevangen.example", Customer: "Andelsboligforeningen Mågevangen", Role: "identity.role.administrator", Hint: "on_account"},
	{Email: "vaktmester@granlia.example", Customer: "Granlia borettslag", Role: "identity.role.caretaker", Hint: "caretaker"},
}

// Pages is the start page of a demonstration. api is where the API's documentation stands, or empty.
func Pages(people *identity.Service, firm, api string, home func(staff bool) string) *demoweb.Pages {
	return &demoweb.Pages{Identity: people, Home: home, Firm: firm, Password: Password, API: api, Cast: cast, Example: Example}
}
