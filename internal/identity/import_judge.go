package identity

import (
	"slices"
	"strings"

	"skranke/internal/fault"
	"skranke/internal/i18n"
)

// judge reads the words of rows and says what is wrong with them.
type judge struct {
	*terms
	roles  map[string]Role     // by folded word
	groups map[string][]string // ids by folded name, and by the way to them
}

func newJudge(t *terms) *judge {
	j := &judge{terms: t, roles: map[string]Role{}, groups: map[string][]string{}}
	for _, r := range offered(t.customer.Kind) {
		j.roles[i18n.Fold(string(r))] = r
		for _, l := range i18n.All() {
			j.roles[i18n.Fold(l.Code("identity.role."+string(r)))] = r
		}
	}
	for r, name := range t.own { // the customer's own words come before ours
		j.roles[i18n.Fold(name)], j.roles[i18n.Fold(string(r))] = r, r
	}
	byID := map[string]GroupChoice{}
	for _, g := range t.tree {
		byID[g.ID] = g
	}
	for _, g := range t.tree {
		j.named(g.ID, g.ID)
		way := i18n.Fold(g.Name)
		j.named(way, g.ID)
		for p, ok := byID[g.ParentID]; ok; p, ok = byID[p.ParentID] {
			way = i18n.Fold(p.Name) + "/" + way
			j.named(way, g.ID)
		}
	}
	return j
}

func (j *judge) named(word, groupID string) {
	if !slices.Contains(j.groups[word], groupID) {
		j.groups[word] = append(j.groups[word], groupID)
	}
}

// way is how a way to a group is looked for: "North / Workshop" and "north/workshop" are one.
func way(typed string) string {
	parts := strings.FieldsFunc(typed, func(r rune) bool { return r == '/' || r == '>' })
	for i, p := range parts {
		parts[i] = i18n.Fold(p)
	}
	return strings.Join(parts, "/")
}

// read makes a form of a row.
func (j *judge) read(r ImportRow, f *fault.Fields) NewMember {
	n := NewMember{Email: r.Email, First: r.First, Last: r.Last, Phone: r.Phone, Methods: []string{}, Role: j.roles[i18n.Fold(r.Role)]}
	f.Check(n.Role != "", "role", "identity.role.unknown")
	if r.Group != "" {
		switch ids := j.groups[way(r.Group)]; len(ids) {
		case 0:
			f.Add("group", "identity.group.unknown")
		case 1:
			n.GroupID = ids[0]
		default:
			f.Add("group", "identity.import.group_twice")
		}
	}
	for _, w := range tokens(r.Methods) {
		m, ok := methodWords[w]
		if f.Check(ok, "methods", "identity.methods.unknown"); ok && !slices.Contains(n.Methods, m) {
			n.Methods = append(n.Methods, m)
		}
	}
	l, ok := languageOf(r.Language, j.customer.L())
	f.Check(ok, "language", "identity.language")
	n.Language = l
	return n
}

// rowFields is the order in which the faults of a row are told.
var rowFields = []string{"email", "first_name", "last_name", "phone", "role", "group", "methods", "language"}

// weigh is the form that a row makes and the codes of what is wrong with it, in the order of its columns.
func (j *judge) weigh(r ImportRow, who found) (n NewMember, reasons []string) {
	var f fault.Fields
	n = j.read(r, &f)
	if r.Twice > 0 {
		f.Add("email", "identity.import.twice")
	}
	for field, code := range j.settle(&n, who) {
		f.Add(field, code)
	}
	for _, field := range rowFields {
		if code, ok := f[field]; ok && !slices.Contains(reasons, code) {
			reasons = append(reasons, code)
		}
	}
	return n, reasons
}

// tell is what the preview, or later the receipt, says of a row.
func (j *judge) tell(r storedRow, all map[string]found) Judged {
	out := Judged{Row: r.Data.V, Done: r.Outcome != ""}
	out.Row.Number = r.Number
	who := all[EmailKey(r.Data.V.Email)]
	out.Role = j.roles[i18n.Fold(r.Data.V.Role)]
	out.RoleName = j.own[out.Role]
	if out.Done {
		if r.Outcome != added {
			out.Reasons = strings.Fields(r.Outcome)
		}
		out.Invite = who.MemberStatus == MemberInvited
		return out
	}
	n, reasons := j.weigh(r.Data.V, who)
	out.Reasons = reasons
	out.Invite = n.name() == "" || who.Passwords > 0
	return out
}
