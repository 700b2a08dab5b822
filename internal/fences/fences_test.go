package fences

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// layer is a floor of the house. A package of it may import the floors in mayImport, and its own where that is said.
type layer string

const (
	vocabulary layer = "vocabulary" // pure words of the trade, no input or output
	machinery  layer = "machinery"  // database, jobs, mail …: knows no module
	design     layer = "design"     // components and assets
	edge       layer = "edge"       // HTTP: pages and API
	module     layer = "module"
	pages      layer = "…web"    // …web of a module
	api        layer = "…api"    // …api of a module
	outside    layer = "outside" // stands in for somebody else's service
	whole      layer = "whole"   // app, cmd, e2e, bench: may know everything
	testing_   layer = "testing" // throwaway databases and the browser
	schema     layer = "schema"  // the migrations
)

// floors says where every package belongs. A new package needs a line here, or a name that ends in web or api below one.
var floors = map[layer][]string{
	vocabulary: {"authz", "flow", "fault", "money", "totals", "day", "id", "brand", "chart"},
	machinery:  {"db", "event", "jobs", "live", "files", "mail", "i18n", "limit", "registry", "link", "sheet"},
	design:     {"ui", "web/assets"},
	edge:       {"web", "api"},
	pages:      {"identity/accountweb", "identity/companyweb"},
	module:     modules,
	outside:    {"testcard", "testcard/client"},
	whole:      {"app", "demo", "fences", "i18n/i18ngen"},
	testing_:   {"db/dbtest", "db/dbtest/pgtmp", "web/webtest"},
}

// modules stand in the order of the tree: each may import those above it.
var modules = []string{"identity", "approval", "signup", "catalog", "agreement", "order", "keys", "cases", "alarm", "billing", "dashboard"}

// rule is one line of "who may import whom". Only production files are judged: a test may set up what its package must not know.
type rule struct {
	who layer
	may []layer
	why string
}

var rules = []rule{
	{vocabulary, []layer{vocabulary}, "rule 1: vocabulary imports vocabulary and the standard library"},
	{machinery, []layer{vocabulary, machinery}, "rule 1: machinery imports vocabulary, never a module"},
	{design, []layer{vocabulary, design}, "the design system knows words and components, neither modules nor machinery"},
	{edge, []layer{vocabulary, machinery, design, edge}, "rule 1: the HTTP edge knows no module"},
	{module, []layer{vocabulary, machinery, module}, "rule 2: a module imports vocabulary, machinery and the modules above it in the tree"},
	{pages, []layer{vocabulary, machinery, design, edge, module}, "rule 4: pages import modules, web and ui, never other pages or an API"},
	{api, []layer{vocabulary, machinery, edge, module}, "rule 4: an API imports modules and api, never pages"},
	{outside, []layer{vocabulary, outside}, "a stand-in for an outside service knows nothing of ours but words"},
	{testing_, []layer{vocabulary, machinery, testing_, schema}, "test machinery knows no module"},
	{whole, []layer{vocabulary, machinery, design, edge, module, pages, api, outside, whole, testing_, schema}, ""},
	{schema, nil, "migrations are text"},
}

// exceptions are the single imports that a rule of floors is too coarse for.
var exceptions = []struct {
	from, to string // from is a layer or a package
	allowed  bool
}{
	{"design", "i18n", true},             // components say "optional" and "close" in four languages
	{"outside", "i18n", true},            // so does the card page
	{"billing", "testcard/client", true}, // the one outside service whose client is ours
	{"…web", "api", false},
	{"…api", "web", false},
}

// judge is "" when the import is allowed, else the rule that it breaks.
func judge(from, to string) string {
	floor, target := floorOf(from), floorOf(to)
	r := rules[slices.IndexFunc(rules, func(r rule) bool { return r.who == floor })]
	allowed := slices.Contains(r.may, target)
	if floor == module && target == module {
		above := slices.Index(modules, top(to))
		allowed = above >= 0 && above <= slices.Index(modules, top(from))
	}
	for _, e := range exceptions {
		if (e.from == from || e.from == string(floor)) && e.to == to {
			allowed = e.allowed
		}
	}
	if allowed {
		return ""
	}
	return fmt.Sprintf("%s is %s, %s is %s. %s", from, floor, to, target, r.why)
}

func top(pkg string) string {
	first, _, _ := strings.Cut(pkg, "/")
	return first
}

// floorOf is the layer of a package, given by its path below internal or, for the others, from the root.
func floorOf(pkg string) layer {
	for l, names := range floors {
		if slices.Contains(names, pkg) {
			return l
		}
	}
	switch last := pkg[strings.LastIndex(pkg, "/")+1:]; {
	case pkg == "migrations":
		return schema
	case slices.Contains([]string{"cmd", "e2e", "bench", "app"}, top(pkg)):
		return whole
	case !strings.Contains(pkg, "/"):
		return ""
	case last == top(pkg)+"web":
		return pages
	case last == top(pkg)+"api":
		return api
	case slices.Contains(modules, top(pkg)):
		return module
	}
	return ""
}

func TestWhoMayImportWhom(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.Test || strings.HasPrefix(f.Name, "tools/") {
			continue
		}
		from := strings.TrimPrefix(f.Package, "internal/")
		if floorOf(from) == "" {
			t.Errorf("%s: the package %s is on no floor: say in internal/fences/fences_test.go where it belongs", f.Name, f.Package)
			continue
		}
		for _, path := range f.imports() {
			to, ours := strings.CutPrefix(path, "skranke/")
			if !ours {
				continue
			}
			if said := judge(from, strings.TrimPrefix(to, "internal/")); said != "" {
				t.Errorf("%s imports %s: %s", f.Name, path, said)
			}
		}
	}
}

func TestTheRulesJudgeAsMeant(t *testing.T) {
	tests := []struct {
		from, to string
		allowed  bool
	}{
		{"money", "day", true},
		{"money", "db", false},
		{"mail", "i18n", true},
		{"mail", "keys", false},
		{"web", "identity", false},
		{"api", "web", true},
		{"ui", "i18n", true},
		{"ui", "db", false},
		{"keys", "agreement", true},
		{"keys", "billing", false},
		{"keys", "keys/keysweb", false},
		{"keys", "web", false},
		{"keys/letters", "keys", true},
		{"billing", "testcard/client", true},
		{"keys", "testcard/client", false},
		{"billing", "testcard", false},
		{"keys/keysweb", "keys", true},
		{"keys/keysweb", "billing", true},
		{"keys/keysweb", "ui", true},
		{"keys/keysweb", "billing/billingweb", false},
		{"keys/keysapi", "keys", true},
		{"keys/keysapi", "ui", false},
		{"keys/keysapi", "api", true},
		{"keys/keysapi", "web", false},
		{"mail/mailweb", "mail", true},
		{"app", "keys/keysweb", true},
		{"keys", "app", false},
		{"testcard", "i18n", true},
		{"testcard", "db", false},
		{"db/dbtest", "jobs", true},
		{"db/dbtest", "keys", false},
		{"event", "db/dbtest", false},
	}
	for _, tt := range tests {
		if said := judge(tt.from, tt.to); (said == "") != tt.allowed {
			t.Errorf("%s → %s: %q, want allowed %v", tt.from, tt.to, said, tt.allowed)
		}
	}
}

// fenced are the modules of others that only one place may know. The linter says the same sooner; this also sees build tags.
var fenced = []struct {
	module string
	homes  []string // a trailing * stands for any rest of the name
	why    string
}{
	{"github.com/jackc/pgx", []string{"internal/db", "internal/db/*"}, "rule 6: SQL drivers only in db"},
	{"modernc.org/sqlite", []string{"internal/db", "internal/db/*"}, "rule 6: SQL drivers only in db"},
	{"github.com/riverqueue/", []string{"internal/jobs"}, "rule 6: River only in jobs"},
	{"gocloud.dev", []string{"internal/files"}, "rule 6: gocloud only in files"},
	{"github.com/danielgtaylor/huma", []string{"internal/api", "internal/*api"}, "rule 6: huma only in api and …api"},
	{"github.com/xuri/excelize", []string{"internal/sheet"}, "rule 6: excelize only in sheet"},
	{"github.com/stripe/", []string{"internal/billing/stripe"}, "rule 6: stripe-go only in billing/stripe"},
	{"github.com/a-h/templ", []string{"internal/web", "internal/ui", "internal/*web", "bench/floor"}, "rule 6: templ only in web, ui and …web, and in the floor they are measured against"},
	{"github.com/chromedp/", []string{"internal/web/webtest"}, "the browser is driven by webtest"},
}

func TestFences(t *testing.T) {
	for _, f := range goFiles(t) {
		for _, path := range f.imports() {
			for _, fence := range fenced {
				if strings.HasPrefix(path, fence.module) && !f.Test && !slices.ContainsFunc(fence.homes, func(h string) bool { return fits(h, f.Package) }) {
					t.Errorf("%s imports %s: %s", f.Name, path, fence.why)
				}
			}
		}
	}
}

func fits(pattern, pkg string) bool {
	before, after, open := strings.Cut(pattern, "*")
	return pkg == pattern || open && strings.HasPrefix(pkg, before) && strings.HasSuffix(pkg, after)
}
