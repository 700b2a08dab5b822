package companyweb

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/limit"
	"skranke/internal/sheet"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// maxUpload is the bytes of a file of people.
const maxUpload = 5 << 20

// uploads is how many files one customer may have read: each tells of thousands of addresses whether they can be added.
var uploads = limit.Rule{Max: 20, Window: time.Hour}

// columns are what a file of people may hold; one column with the whole name does as well as two.
var columns = []sheet.Column{
	{Key: "email", Title: i18n.L.PeopleEmail, Names: []string{"e-post", "epost", "e-mail", "mejl", "mail"}, Required: true},
	{Key: "first_name", Title: i18n.L.PeopleFirst, Names: []string{"fornavn", "förnamn", "first name", "given name"}},
	{Key: "last_name", Title: i18n.L.PeopleLast, Names: []string{"etternavn", "efternamn", "efternavn", "last name", "surname"}},
	{Key: "name", Title: i18n.L.PeopleName, Names: []string{"navn", "namn", "name", "fullt navn"}},
	{Key: "phone", Title: i18n.L.PeoplePhone, Names: []string{"telefon", "mobil", "mobiltelefon", "tlf", "phone", "mobile"}},
	{Key: "role", Title: i18n.L.PeopleRole},
	{Key: "group", Title: i18n.L.PeopleGroup, Names: []string{"avdeling", "avdelning", "afdeling", "department"}},
	{Key: "methods", Title: i18n.L.PeopleMethods, Names: []string{"betaling", "betalning", "payment"}},
	{Key: "language", Title: i18n.L.PeopleLanguageColumn},
}

// importData is the form to upload a file of people.
type importData struct {
	side
	access
	Customer identity.Customer
}

func (p *Pages) importData(r *http.Request, s side) (d importData, err error) {
	d.side, d.In = s, s.L
	if d.Choices, err = p.Identity.FormChoices(r.Context(), s.By, s.CustomerID); err != nil {
		return d, err
	}
	if !d.Choices.Whole && len(d.Choices.Groups) == 1 {
		d.GroupID = d.Choices.Groups[0].ID
	}
	d.Customer, err = identity.CustomerByID(r.Context(), p.Identity.DB, s.CustomerID)
	return d, err
}

func (p *Pages) importForm(w http.ResponseWriter, r *http.Request, s side) error {
	d, err := p.importData(r, s)
	if err != nil {
		return err
	}
	return web.Render(w, r, d.view())
}

// upload keeps what the file says and shows what would be done with it.
func (p *Pages) upload(w http.ResponseWriter, r *http.Request, s side) error {
	d, err := p.importData(r, s)
	if err != nil {
		return err
	}
	if err := p.mayUpload(r, s); err != nil {
		return err
	}
	rows, err := readPeople(r)
	d.access.read(r)
	if err == nil {
		importID := ""
		for i := range rows {
			rows[i].Role, rows[i].Group = cmp.Or(rows[i].Role, string(d.Role)), cmp.Or(rows[i].Group, d.GroupID)
		}
		if importID, err = p.Identity.StartImport(r.Context(), s.By, s.CustomerID, rows); err == nil {
			return web.Redirect(w, r, s.Base+"/imports/"+importID)
		}
	}
	if fault.FieldsOf(err) == nil {
		return err
	}
	d.Faults = []ui.FieldError{{Name: "file", Text: sheet.Text(d.L, err)}}
	return web.Again(w, r, d.view())
}

// mayUpload counts a file, also one that cannot be read.
func (p *Pages) mayUpload(r *http.Request, s side) error {
	var wait time.Duration
	err := p.Identity.DB.InTx(r.Context(), func(tx *db.Tx) (err error) {
		wait, err = limit.Hit(r.Context(), tx, "import:"+s.CustomerID, uploads)
		return err
	})
	if err == nil && wait > 0 {
		err = fault.New(fault.TooMany, "identity.import.too_often").Because(identity.Wait(wait))
	}
	return err
}

// readPeople reads the rows of the uploaded file.
func readPeople(r *http.Request) ([]identity.ImportRow, error) {
	file, _, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) {
		return nil, fault.Field("file", "identity.import.choose")
	}
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	table, err := sheet.Read(file, sheet.Limits{Bytes: maxUpload, Rows: identity.MostImported})
	if err != nil {
		return nil, err
	}
	at, err := table.Map(columns)
	if err != nil {
		return nil, err
	}
	rows := make([]identity.ImportRow, len(table.Rows))
	for i, row := range table.Rows {
		rows[i] = identity.ImportRow{
			Number: int64(row.Number), Email: at.Cell(row, "email"), First: at.Cell(row, "first_name"), Last: at.Cell(row, "last_name"),
			Phone: at.Cell(row, "phone"), Role: at.Cell(row, "role"), Group: at.Cell(row, "group"), Methods: at.Cell(row, "methods"), Language: at.Cell(row, "language"),
		}
		if name := at.Cell(row, "name"); name != "" && rows[i].First == "" && rows[i].Last == "" {
			rows[i].First, rows[i].Last = halves(name)
		}
	}
	return rows, nil
}

// halves takes a name apart: what stands last is the last name, unless the last name was written first.
func halves(name string) (first, last string) {
	if last, first, ok := strings.Cut(name, ","); ok {
		return strings.TrimSpace(first), strings.TrimSpace(last)
	}
	words := strings.Fields(name)
	if len(words) == 0 {
		return "", ""
	}
	return strings.Join(words[:len(words)-1], " "), words[len(words)-1]
}

func (d importData) view() web.View {
	return web.View{Title: d.L.PeopleImportTitle(), Body: importPage(d), Errors: len(d.Faults), Section: d.peoplePath()}
}

func (d importData) head() ui.Head {
	return ui.Head{
		Title: d.L.PeopleImportTitle(), Lead: d.L.PeopleImportLead(),
		Crumbs: d.crumbs(d.Customer.Name, ui.Link{Text: d.L.PeopleTitle(), Href: d.peoplePath()}),
	}
}

// usual is the role of rows that name none.
func (d importData) usual() ui.Choice {
	c := ui.Choice{L: d.L, Name: "role", Label: d.L.PeopleImportRole(), Class: "s3", Value: string(d.Role), Optional: true, HideOptional: true, Blank: d.L.PeopleImportRoleNone()}
	for _, r := range d.Choices.Roles {
		c.Options = append(c.Options, ui.Option{Value: string(r.Role), Label: r.Role.Word(d.L, r.Name)})
	}
	return c
}

func (d importData) place() ui.Choice {
	c := d.groups()
	c.Label, c.Hint, c.Class = d.L.PeopleImportGroup(), "", "s3"
	return c
}

// example is the columns a file may have, with two rows.
func (d importData) example() ui.TableData {
	t := ui.TableData{L: d.L, Caption: d.L.PeopleImportExample(), Cols: []ui.Col{
		{Label: d.L.PeopleEmail(), Spot: ui.SpotTitle},
		{Label: d.L.PeopleFirst()},
		{Label: d.L.PeopleLast()},
		{Label: d.L.PeoplePhone()},
		{Label: d.L.PeopleRole()},
		{Label: d.L.PeopleGroup()},
		{Label: d.L.PeopleMethods()},
		{Label: d.L.PeopleLanguageColumn()},
	}}
	for _, row := range [][]string{
		{"ingrid@granlia.example", "Ingrid", "Moe", "900 00 111", identity.Buyer.Word(d.L, ""), "", d.L.Code("people.method.card"), d.L.Name()},
		{"anders@granlia.example", "", "", "", identity.Approver.Word(d.L, ""), "", "", ""},
	} {
		cells := make([]ui.Cell, len(row))
		for i, text := range row {
			cells[i].Text = text
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}

// previewData is what would be, or was, done with the rows of a file.
type previewData struct {
	side
	Import   identity.Import
	Customer identity.Customer
	Bad      []identity.Judged
	Good     []identity.Judged
}

// mostShown is how many rows of each kind a preview shows; the numbers say how many there are.
const mostShown = 200

func (p *Pages) preview(w http.ResponseWriter, r *http.Request, s side) (err error) {
	d := previewData{side: s}
	if d.Import, err = p.Identity.ReadImport(r.Context(), s.By, s.CustomerID, r.PathValue("import")); err != nil {
		return err
	}
	if d.Customer, err = identity.CustomerByID(r.Context(), p.Identity.DB, s.CustomerID); err != nil {
		return err
	}
	for _, row := range d.Import.Rows {
		if len(row.Reasons) > 0 {
			d.Bad = append(d.Bad, row)
		} else {
			d.Good = append(d.Good, row)
		}
	}
	return web.Render(w, r, web.View{Title: d.title(), Body: previewPage(d), Section: d.peoplePath()})
}

// confirm adds the good rows. A second time it finds nothing left to do.
func (p *Pages) confirm(w http.ResponseWriter, r *http.Request, s side) error {
	importID := r.PathValue("import")
	if err := p.Identity.ConfirmImport(r.Context(), s.By, s.CustomerID, importID); err != nil {
		return err
	}
	return web.Done(w, r, s.Base+"/imports/"+importID, "people.imported")
}

func (d previewData) done() bool { return d.Import.ConfirmedAt != nil }

func (d previewData) title() string {
	if d.done() {
		return d.L.PeopleImportDone()
	}
	return d.L.PeoplePreviewTitle()
}

func (d previewData) head() ui.Head {
	return ui.Head{Title: d.title(), Crumbs: d.crumbs(d.Customer.Name, ui.Link{Text: d.L.PeopleTitle(), Href: d.peoplePath()})}
}

// sums says in a few lines what becomes of the file. Who is added at once and who is invited is not told apart: that would say
// which strangers have an account here.
func (d previewData) sums() []string {
	left := d.L.PeopleWillLeave
	if d.done() {
		left = d.L.PeopleDidLeave
	}
	return slices.DeleteFunc([]string{some(len(d.Good), d.L.PeopleWillMail), some(len(d.Bad), left)}, empty)
}

func some(n int, words func(int) string) string {
	if n == 0 {
		return ""
	}
	return words(n)
}

func empty(s string) bool { return s == "" }

func (d previewData) bad() ui.TableData {
	t := ui.TableData{L: d.L, Caption: d.L.PeopleBadRows(), Cols: []ui.Col{
		{Label: d.L.PeopleRow(), Spot: ui.SpotLabeled}, {Label: d.L.PeopleEmail(), Spot: ui.SpotTitle}, {Label: d.L.PeopleReason()},
	}}
	for _, j := range d.Bad[:min(len(d.Bad), mostShown)] {
		t.Rows = append(t.Rows, []ui.Cell{{Text: strconv.FormatInt(j.Row.Number, 10)}, {Text: cmp.Or(j.Row.Email, "–")}, {Text: d.reasons(j)}})
	}
	return t
}

// reasons are told one after the other. In a list nobody is asked to choose: what was not understood is told.
func (d previewData) reasons(j identity.Judged) string {
	l, row := d.L, j.Row
	said := map[string]string{
		"identity.email":           l.PeopleBadEmail(),
		"identity.role.unknown":    l.PeopleUnknownRole(row.Role),
		"identity.group.unknown":   l.PeopleUnknownGroup(row.Group),
		"identity.methods.unknown": l.PeopleUnknownMethods(row.Methods),
		"identity.language":        l.PeopleUnknownLanguage(row.Language),
		"identity.import.twice":    l.PeopleTwice(strconv.FormatInt(row.Twice, 10)),
	}
	if row.Role == "" {
		said["identity.role.unknown"] = l.PeopleNoRole()
	}
	all := make([]string, len(j.Reasons))
	for i, code := range j.Reasons {
		all[i] = cmp.Or(said[code], l.Code(code))
	}
	return strings.Join(all, ". ")
}

func (d previewData) good() ui.TableData {
	t := ui.TableData{L: d.L, Caption: d.L.PeopleGoodRows(), Cols: []ui.Col{
		{Label: d.L.PeopleRow(), Spot: ui.SpotLabeled},
		{Label: d.L.PeopleEmail(), Spot: ui.SpotTitle},
		{Label: d.L.PeopleName()},
		{Label: d.L.PeopleRole(), Spot: ui.SpotLabeled},
	}}
	for _, j := range d.Good[:min(len(d.Good), mostShown)] {
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: strconv.FormatInt(j.Row.Number, 10)}, {Text: j.Row.Email}, {Text: strings.TrimSpace(j.Row.First + " " + j.Row.Last)}, {Text: d.role(j)},
		})
	}
	return t
}

func (d previewData) role(j identity.Judged) string {
	return j.Role.Word(d.L, j.RoleName)
}

func (d previewData) more(n int) string {
	if n > mostShown {
		return d.L.PeopleFirstRows(mostShown)
	}
	return ""
}
