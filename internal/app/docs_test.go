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
	"skranke/internal/billing"
	"skranke/internal/keys"
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
		"approval": approval.Moves, "agreement": agreement.Moves, "billing-payment": billing.Moves,
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
	section(&b, "Staff: everywhere", staffRoles)
	section(&b, "Members: at their own customer", memberRoles)
	return b.String()
}

func section[R ~string](b *strings.Builder, title string, roles map[R]permissions) {
	var all permissions
	for _, ps := range roles {
		all = append(all, ps...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	names := slices.Sorted(maps.Keys(roles))
	fmt.Fprintf(b, "\n## %s\n\n| permission |", title)
	for _, r := range names {
		fmt.Fprintf(b, " %s |", r)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(names)) + "\n")
	for _, p := range all {
		fmt.Fprintf(b, "| %s |", p)
		for _, r := range names {
			mark := " "
			if slices.Contains(roles[r], p) {
				mark = "x"
			}
			fmt.Fprintf(b, " %s |", mark)
		}
		b.WriteString("\n")
	}
}

func TestDocsDescribeTheAPI(t *testing.T) {
	text, err := description()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "openapi.json", text)
}
