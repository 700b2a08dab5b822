package app

import (
	"net/http"
	"regexp"
	"strings"

	"skranke/internal/agreement"
	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/billing"
	"skranke/internal/event"
	"skranke/internal/identity"
	"skranke/internal/keys"
	"skranke/internal/mail"
	"skranke/internal/web"
)

// line is what the matrix knows of a route or an operation: whose it is, and how to ask. It is written from the rules, not from
// the routes: where the two differ, one of them is wrong.
type line struct {
	pattern string // set by the walk
	door    web.Who
	may     authz.Permission // held where the record lives; empty is everybody who gets through the door
	at      string           // where that is: a key of rightsHome.place; "somewhere" is any place at all, "a group" is any group or all of the customer
	path    string           // where it is not the pattern with <…> for {…}
	form    string           // <…> stands for ids of the caller's own customer, or in turn of another
	sees    authz.Permission // held there besides, or the record is not there
	also    string           // codes of refusals for other reasons than rights, space between them; "422" is a form sent back to who may not
	live    bool             // the answer does not end by itself
}

// program is the door of the API: an API key.
const program = web.Who(100)

// anyone is for lines without more to say.
func anyone(form ...string) line { return line{form: strings.Join(form, "&")} }

// viaAPI sends an empty object where nothing else is sent.
func viaAPI(may authz.Permission) line { return line{door: program, may: may, form: "{}"} }

func signedIn(may authz.Permission) line { return line{door: web.SignedIn, may: may} }
func staffOnly(may authz.Permission) line {
	return line{door: web.Staff, may: may}
}
func machine() line { return line{door: web.Machine} }

func (l line) where(at string) line     { l.at = at; return l }
func (l line) asking(path string) line  { l.path = path; return l }
func (l line) sending(form string) line { l.form = form; return l }
func (l line) butFor(code string) line  { l.also = code; return l }

// matrixLines is everything that can be asked of an installation.
func matrixLines() map[string]line {
	out := map[string]line{}
	for _, add := range []map[string]line{publicLines, accountLines, portalLines, officeLines, apiLines} {
		for pattern, l := range add {
			out[pattern] = l
		}
	}
	for pattern, l := range bothSides {
		method, path, _ := strings.Cut(pattern, " ")
		own, theirs := l, l
		own.door, theirs.door = web.Member, web.Staff
		if l.path != "" {
			own.path, theirs.path = "/my"+l.path, "/office/customers/<customer>"+l.path
		}
		if method == http.MethodPost { // a form of the portal names the customer that it was opened for
			own.form = strings.TrimPrefix(own.form+"&customer=<own>", "&")
		}
		out[method+" /my"+path], out[method+" /office/customers/{id}"+path] = own, theirs
	}
	return out
}

var publicLines = map[string]line{
	"/":                      anyone(),
	"GET /{$}":               anyone(),
	"GET /stil":              anyone(),
	"GET /healthz":           machine(),
	"GET /readyz":            machine(),
	"GET /metrics":           machine().butFor("fault.not_found"), // behind a setting
	"POST /language":         anyone("language=sv"),
	"POST /scheme":           anyone("scheme=dark"),
	"GET /sign-in":           anyone(),
	"POST /sign-in":          anyone("email=nobody@home.example&password=wrong+password"),
	"POST /sign-out":         anyone(),
	"GET /mailbox":           anyone(), // of the demonstration
	"GET /mailbox/{id}":      anyone().asking("/mailbox/<mail>"),
	"GET /mailbox/{id}/html": anyone().asking("/mailbox/<mail>/html"),
	"POST /demo/sign-in-as":  anyone("person=<administrator person>"),

	"GET /forgot":                    anyone(),
	"POST /forgot":                   anyone("email=nobody@home.example"),
	"GET /forgot/sent":               anyone(),
	"GET /reset/{token}":             anyone(),
	"POST /reset/{token}":            anyone("password=some+new+password"),
	"GET /account/email/{token}":     anyone().butFor("authz.not_signed_in fault.sign_in"),
	"POST /account/email/{token}":    anyone().butFor("authz.not_signed_in fault.sign_in"),
	"GET /invitation/{token}":        anyone(),
	"POST /invitation/{token}":       anyone("password=some+new+password"),
	"GET /register":                  anyone(),
	"POST /register":                 anyone("country=NO&org_number=999888771"),
	"GET /register/{id}":             anyone().asking("/register/<nothing>"),
	"POST /register/{id}":            anyone().asking("/register/<nothing>"),
	"POST /register/again/{id}":      anyone().asking("/register/again/<nothing>"),
	"GET /register/sent/{id}":        anyone().asking("/register/sent/<nothing>"),
	"GET /register/confirm/{token}":  anyone(),
	"POST /register/confirm/{token}": anyone(),

	"GET /pay/return/{token}":         anyone(),
	"POST /webhooks/cards/{provider}": machine().asking("/webhooks/cards/testcard"),

	"GET /approve/{token}":     anyone().asking("/approve/<answer>"),
	"POST /approve/{token}":    anyone("decision=approve").asking("/approve/<answer>"),
	"GET /k/{token}":           anyone().asking("/k/<status>"),
	"GET /k/{token}/live":      {path: "/k/<status>/live", live: true},
	"GET /k/{token}/received":  anyone().asking("/k/<status>/received"),
	"POST /k/{token}/pay":      anyone().asking("/k/<status>/pay"),
	"POST /k/{token}/received": anyone().asking("/k/<status>/received"),

	"GET /keys":                        anyone(),
	"GET /keys/new":                    anyone(),
	"POST /keys/new":                   anyone("product=fob&house=<agreement>"),
	"GET /keys/order/{draft}/numbers":  anyone(),
	"POST /keys/order/{draft}/numbers": anyone("customer_number=1"),
	"GET /keys/order/{draft}/you":      anyone(),
	"POST /keys/order/{draft}/you":     anyone("name=x"),
	"GET /keys/order/{draft}/sum":      anyone(),
	"POST /keys/order/{draft}/sum":     anyone("total=1"),
	"GET /keys/order/{draft}/done":     anyone(),
	"GET /keys/requisition":            anyone(),
	"POST /keys/requisition":           anyone("email=nobody@home.example"),
	"GET /keys/requisition/sent":       anyone(),
	"GET /keys/requisition/{token}":    anyone(),
	"POST /keys/requisition/{token}":   anyone("product=fob"),
}

// accountLines are one's own: there is nobody else's in an address.
var accountLines = map[string]line{
	"GET /account":                    signedIn("").butFor("identity.account.on_behalf"),
	"POST /account":                   signedIn("").sending("name=New+name&language=sv&scheme=dark").butFor("identity.account.on_behalf"),
	"GET /account/email":              signedIn("").butFor("identity.account.on_behalf"),
	"POST /account/email":             signedIn("").sending("email=new@home.example&password=wrong+password").butFor("identity.account.on_behalf"),
	"POST /account/email/cancel":      signedIn("").butFor("identity.account.on_behalf"),
	"GET /account/password":           signedIn("").butFor("identity.account.on_behalf"),
	"POST /account/password":          signedIn("").sending("old=wrong+password&password=some+new+password").butFor("identity.account.on_behalf"),
	"GET /account/sessions":           signedIn("").butFor("identity.account.on_behalf"),
	"POST /account/sessions/end":      signedIn("").butFor("identity.account.on_behalf"),
	"POST /account/sessions/{id}/end": signedIn("").asking("/account/sessions/<nothing>/end").butFor("identity.session.not_found identity.account.on_behalf"),
	"GET /my":                         signedIn("").butFor("fault.forbidden authz.not_in_role"), // leads where there is something to see, if there is
	"GET /inbox":                      signedIn(""),
	"POST /switch":                    {door: web.Member, form: "customer=<customer>", also: "identity.customer.not_found"},
	"POST /stand-in/end":              {door: web.Member},
}

var portalLines = map[string]line{
	"GET /agreements":               signedIn(agreement.MaySee).where("somewhere"),
	"GET /agreements/{id}":          signedIn(agreement.MaySee),
	"GET /agreements/{id}/document": signedIn(agreement.MaySee),
	"GET /inbox/{id}":               signedIn(approval.MaySee),
	"POST /inbox/{id}":              signedIn(approval.MayDecide).sending("decision=approve").butFor("approval.not_listed approval.staff"),
	"GET /my/keys/orders":           signedIn(keys.MaySee).where("somewhere"),
	"GET /my/keys/orders.csv":       signedIn(keys.MaySee).where("somewhere"),
	"GET /my/keys/orders/{id}":      signedIn(keys.MaySee),
	"GET /my/keys/register":         signedIn(keys.MaySeeRegister).where("somewhere"),
	"GET /my/keys/register.csv":     signedIn(keys.MaySeeRegister).where("somewhere"),
}

// bothSides are the same under /my, for the customer's people, and under /office/customers/{id}, for the operator's.
var bothSides = map[string]line{
	"GET /company":                              {may: identity.MaySeeCustomers},
	"GET /company/edit":                         {may: identity.MayEditCompany},
	"POST /company/edit":                        {may: identity.MayEditCompany, form: "name=New+name&version=1&language=nb&country=NO"},
	"GET /company/addresses/new":                {may: identity.MayEditCompany},
	"POST /company/addresses":                   {may: identity.MayEditCompany, form: "label=Ny&street=Gata+2&postcode=1430&town=As"},
	"GET /company/addresses/{address}":          {may: identity.MayEditCompany},
	"POST /company/addresses/{address}":         {may: identity.MayEditCompany, form: "label=Ny&street=Gata+2&postcode=1430&town=As&version=1"},
	"POST /company/addresses/{address}/archive": {may: identity.MayEditCompany},
	"POST /company/addresses/{address}/restore": {may: identity.MayEditCompany},
	"GET /company/cost-centres/new":             {may: identity.MayEditCompany},
	"POST /company/cost-centres":                {may: identity.MayEditCompany, form: "code=200&name=Ny&active=on"},
	"GET /company/cost-centres/{centre}":        {may: identity.MayEditCompany},
	"POST /company/cost-centres/{centre}":       {may: identity.MayEditCompany, form: "code=200&name=Ny&version=1"},
	"GET /groups":                               {may: identity.MaySeeCustomers},
	"GET /groups/new":                           {may: identity.MayEditGroups, at: "a group"},
	"POST /groups":                              {may: identity.MayEditGroups, at: "in wing", form: "name=Ny&parent=<wing>", also: "422"},
	"GET /groups/{group}":                       {may: identity.MaySeeCustomers},
	"POST /groups/{group}":                      {may: identity.MayEditGroups, at: "in house", form: "name=Ny&parent=<house>&version=1"},
	"POST /groups/{group}/delete":               {may: identity.MayEditGroups, at: "in house"},
	"GET /roles":                                {may: identity.MaySeeCustomers},
	"GET /roles/new":                            {may: identity.MayEditRoles},
	"POST /roles":                               {may: identity.MayEditRoles, form: "role_name=Ny&customers.see=customer"},
	"GET /roles/{role}":                         {may: identity.MaySeeCustomers},
	"POST /roles/{role}":                        {may: identity.MayEditRoles, form: "role_name=Ny&customers.see=customer&version=1"},
	"POST /roles/{role}/delete":                 {may: identity.MayEditRoles},
	"GET /people":                               {may: identity.MaySeePeople, at: "somewhere"},
	"GET /people/add":                           {may: identity.MayEditPeople, at: "a group"},
	"POST /people/add":                          {may: identity.MayEditPeople, at: "in wing", form: "email=ny@home.example&role=resident&group=<wing>&language=nb", also: "422"},
	"GET /people/import":                        {may: identity.MayEditPeople, at: "a group"},
	"POST /people/import":                       {may: identity.MayEditPeople, at: "a group", form: "upload file people.csv"},
	"GET /imports/{import}":                     {may: identity.MayEditPeople, at: "a group", also: "identity.import.not_found"},
	"POST /imports/{import}":                    {may: identity.MayEditPeople, at: "a group", also: "identity.import.not_found"},
	"GET /people/{member}":                      {may: identity.MaySeePeople, at: "member"},
	"POST /people/{member}":                     {may: identity.MayEditPeople, at: "member", form: "role=resident&group=<room>&version=1"},
	"GET /people/{member}/remove":               {may: identity.MayEditPeople, at: "member"},
	"POST /people/{member}/{action}":            {may: identity.MayEditPeople, at: "member", path: "/people/<member>/suspend", form: "version=1"},
}

var officeLines = map[string]line{
	"GET /office":                                       staffOnly("").butFor("fault.forbidden"),
	"GET /office/agreements":                            staffOnly(agreement.MaySee),
	"GET /office/agreements/{id}":                       staffOnly(agreement.MaySee),
	"GET /office/agreements/{id}/document":              staffOnly(agreement.MaySee),
	"POST /office/agreements/{id}/document":             staffOnly(agreement.MayEdit).sending("upload document paper.pdf"),
	"GET /office/agreements/{id}/end":                   staffOnly(agreement.MayEdit),
	"POST /office/agreements/{id}/end":                  staffOnly(agreement.MayEdit).sending("on=2026-12-31"),
	"GET /office/customers":                             staffOnly(identity.MaySeeCustomers),
	"GET /office/customers/new":                         staffOnly(identity.MayEditCustomers),
	"POST /office/customers/new":                        staffOnly(identity.MayEditCustomers).sending("name=Ny&kind=company&country=NO&language=nb"),
	"GET /office/customers/{id}":                        staffOnly(identity.MaySeeCustomers),
	"GET /office/customers/{id}/edit":                   staffOnly(identity.MayEditCustomers),
	"POST /office/customers/{id}/edit":                  staffOnly(identity.MayEditCustomers).sending("number=77&kind=company&country=NO&version=1"),
	"GET /office/customers/{id}/status":                 staffOnly(identity.MayReview),
	"POST /office/customers/{id}/status":                staffOnly(identity.MayReview).sending("status=hold&reason=x&version=1"),
	"GET /office/events":                                staffOnly(event.MaySee),
	"GET /office/keys/orders":                           staffOnly(keys.MaySee),
	"GET /office/keys/orders.csv":                       staffOnly(keys.MaySee),
	"GET /office/keys/orders/{id}":                      staffOnly(keys.MaySee),
	"GET /office/keys/orders/{id}/cancel":               staffOnly(keys.MayCancel),
	"POST /office/keys/orders/{id}/{action}":            staffOnly(keys.MayCancel).asking("/office/keys/orders/<order>/cancel"),
	"POST /office/keys/orders/{id}/mails/{mail}/resend": staffOnly(mail.MayResend),
	"GET /office/keys/production":                       staffOnly(keys.MayProduce),
	"GET /office/keys/production/live":                  {door: web.Staff, may: keys.MayProduce, live: true},
	"GET /office/keys/register":                         staffOnly(keys.MaySeeRegister),
	"GET /office/keys/register.csv":                     staffOnly(keys.MaySeeRegister),
	"GET /office/mails":                                 staffOnly(mail.MaySee),
	"GET /office/mails/{id}":                            staffOnly(mail.MaySee),
	"POST /office/mails/{id}/resend":                    staffOnly(mail.MayResend),
	"POST /office/members/{member}/stand-in":            staffOnly(identity.MayStandIn),
	"GET /office/payments":                              staffOnly(billing.MaySee),
	"GET /office/payments/{id}":                         staffOnly(billing.MaySee),
	"POST /office/payments/{id}/refund":                 staffOnly(billing.MayRefund),
	"POST /office/payments/{id}/retry":                  staffOnly(billing.MayRetry),
	"GET /office/people/{member}":                       staffOnly(identity.MaySeePeople),
	"GET /office/registrations":                         staffOnly(identity.MayReview),
	"GET /office/registrations/{id}":                    staffOnly(identity.MayReview),
	"POST /office/registrations/{id}/approve":           staffOnly(identity.MayReview).sending("version=1"),
	"POST /office/registrations/{id}/reject":            staffOnly(identity.MayReview).sending("version=1&reason=x"),
	"GET /office/roles":                                 staffOnly(identity.MayEditStaff),
	"GET /office/roles/new":                             staffOnly(identity.MayEditStaff),
	"POST /office/roles":                                staffOnly(identity.MayEditStaff).sending("role_name=Ny&customers.see=all"),
	"GET /office/roles/{role}":                          staffOnly(identity.MayEditStaff),
	"POST /office/roles/{role}":                         staffOnly(identity.MayEditStaff).sending("role_name=Ny&customers.see=all&version=1"),
	"POST /office/roles/{role}/delete":                  staffOnly(identity.MayEditStaff),
	"GET /office/staff":                                 staffOnly(identity.MayEditStaff),
	"GET /office/staff/new":                             staffOnly(identity.MayEditStaff),
	"POST /office/staff":                                staffOnly(identity.MayEditStaff).sending("name=Ny&email=ny@firm.example&roles=sales&language=nb"),
	"GET /office/staff/{id}":                            staffOnly(identity.MayEditStaff),
	"POST /office/staff/{id}":                           staffOnly(identity.MayEditStaff).sending("name=Ny&roles=sales&version=1"),
	"POST /office/staff/{id}/reactivate":                staffOnly(identity.MayEditStaff),
	"POST /office/staff/{id}/remove":                    staffOnly(identity.MayEditStaff),
	"POST /office/staff/{id}/resend":                    staffOnly(identity.MayEditStaff),
	"POST /office/staff/{id}/suspend":                   staffOnly(identity.MayEditStaff),
}

var apiLines = map[string]line{
	"GET /api/v1/customers":                 viaAPI(identity.MaySeeCustomers).where("somewhere"),
	"GET /api/v1/customers/{id}":            viaAPI(identity.MaySeeCustomers),
	"GET /api/v1/key-items":                 viaAPI(keys.MaySeeRegister).where("somewhere"),
	"GET /api/v1/key-orders":                viaAPI(keys.MaySee).where("somewhere"),
	"GET /api/v1/key-orders/{id}":           viaAPI(keys.MaySee),
	"POST /api/v1/key-orders/{id}/cancel":   onOrder(keys.MayCancel, "{}"),
	"POST /api/v1/key-orders/{id}/dispatch": onOrder(keys.MayProduce, `{"tracking":"x"}`),
	"POST /api/v1/key-orders/{id}/handover": onOrder(keys.MayProduce, `{"to":"Kari Nes"}`),
	"POST /api/v1/key-orders/{id}/made":     onOrder(keys.MayProduce, `{"serials":["A1"]}`),
	"POST /api/v1/key-orders/{id}/ready":    onOrder(keys.MayProduce, "{}"),
}

// onOrder is a step of an order. That it has moved on is told to whoever sees it, before it is asked whether they may do it.
func onOrder(may authz.Permission, form string) line {
	return line{door: program, may: may, sees: keys.MaySee, form: form, also: "keys.order.moved_on"}
}

// idOf says what {id} is, by what stands before it.
var idOf = []struct{ before, is string }{
	{"/office/customers/", "customer"},
	{"/api/v1/customers/", "customer"},
	{"/office/agreements/", "agreement"},
	{"/agreements/", "agreement"},
	{"/inbox/", "request"},
	{"/my/keys/orders/", "order"},
	{"/office/keys/orders/", "order"},
	{"/api/v1/key-orders/", "order"},
	{"/office/mails/", "mail"},
	{"/office/payments/", "payment"},
	{"/office/registrations/", "registration"},
	{"/office/staff/", "colleague"},
}

var named = regexp.MustCompile(`\{(\w+)\}`)

// sample is the address to ask for, with <…> where ids belong.
func (l line) sample(pattern string) (method, path string) {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok {
		return "GET", "/no-such-page"
	}
	path = strings.TrimSuffix(path, "{$}")
	for _, x := range idOf {
		if strings.HasPrefix(path, x.before+"{id}") {
			path = strings.Replace(path, "{id}", "<"+x.is+">", 1)
		}
	}
	if l.path != "" {
		path = l.path
	}
	if strings.HasPrefix(path, "/office/roles") {
		path = strings.Replace(path, "{role}", "<staff role>", 1)
	}
	return method, named.ReplaceAllString(strings.Replace(path, "{token}", "<nothing>", 1), "<$1>")
}
