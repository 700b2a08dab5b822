package app

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"skranke/internal/agreement"
	"skranke/internal/approval"
	"skranke/internal/authz"
	"skranke/internal/billing"
	"skranke/internal/keys"
	"skranke/internal/signup"
)

var update = flag.Bool("update", false, "write the documents that are made from the program")

// golden compares a document with what the program says now, or writes it.
func golden(t *testing.T, path, want string) {
	t.Helper()
	path = filepath.Join("..", "..", "docs", path)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s is out of date (%v): run `make docs` and look at what changed", path, err)
	}
}

func TestDocsDrawTheFlows(t *testing.T) {
	for name, flow := range map[string]interface{ Mermaid() string }{
		"keys-payment": keys.PaymentMoves, "keys-board": keys.BoardMoves, "keys-work": keys.WorkMoves,
		"approval": approval.Moves, "agreement": agreement.Moves, "billing-payment": billing.Moves, "signup": signup.Moves,
	} {
		golden(t, "flows/"+name+".mmd", flow.Mermaid())
	}
}

func TestDocsListThePermissions(t *testing.T) {
	golden(t, "permissions.md", permissionsDoc())
}

func permissionsDoc() string {
	var b strings.Builder
	b.WriteString("# Who may do what\n\nMade from `internal/app/roles.go` by `make docs`. Whoever holds a mailed link may see, and answer or pay for, the one record it names; the system's jobs act as themselves.\n")
	staff, members := rightsTable{}, rightsTable{}
	for r, ps := range staffRoles {
		for _, p := range ps {
			staff.mark(string(r), p, "x")
		}
	}
	for r, held := range memberRoles {
		members[string(r)] = map[authz.Permission]string{}
		for _, right := range held {
			members.mark(string(r), right.May, right.Scope.String())
		}
	}
	staff.write(&b, "Staff: everywhere")
	members.write(&b, "Members: at their own customer")
	b.WriteString("\n`customer`: all of the customer. `group`: the member's group and those below it; who is in no group has all of the customer.\n")
	fmt.Fprintf(&b, "A blocked customer's people lose: %s. Staff in a customer's shoes never have: %s.\n", join(newObligations), join(customersAlone))
	b.WriteString("Customers and the operator can make roles of their own from the same permissions.\n")
	return b.String()
}

// rightsTable is role × permission × how far.
type rightsTable map[string]map[authz.Permission]string

func (t rightsTable) mark(role string, p authz.Permission, scope string) {
	if t[role] == nil {
		t[role] = map[authz.Permission]string{}
	}
	t[role][p] = scope
}

func (t rightsTable) write(b *strings.Builder, title string) {
	var all permissions
	for _, ps := range t {
		all = slices.AppendSeq(all, maps.Keys(ps))
	}
	slices.Sort(all)
	all = slices.Compact(all)
	names := slices.Sorted(maps.Keys(t))
	fmt.Fprintf(b, "\n## %s\n\n| permission |", title)
	for _, r := range names {
		fmt.Fprintf(b, " %s |", r)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(names)) + "\n")
	for _, p := range all {
		fmt.Fprintf(b, "| %s |", p)
		for _, r := range names {
			fmt.Fprintf(b, " %-1s |", t[r][p])
		}
		b.WriteString("\n")
	}
}

func join(ps permissions) string {
	words := make([]string, len(ps))
	for i, p := range ps {
		words[i] = string(p)
	}
	return strings.Join(words, ", ")
}

func TestDocsDescribeTheAPI(t *testing.T) {
	text, err := description()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "openapi.json", text)
}
