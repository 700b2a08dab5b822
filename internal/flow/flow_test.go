package flow_test

import (
	"strings"
	"testing"

	"skranke/internal/flow"
)

type table = flow.Table[string, string]

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		moves      table
	}{
		{"a sound table", "", table{{From: "a", Do: "x", To: "b"}, {From: "b", Do: "y", To: "a"}}},
		{"twins", "two rows for a+x+", table{{From: "a", Do: "x", To: "b"}, {From: "a", Do: "x", To: "c"}}},
		{"guards tell twins apart", "", table{{From: "a", Do: "x", To: "b", Guard: "first"}, {From: "a", Do: "x", To: "c"}}},
		{"an island", "c is unreachable", table{{From: "a", Do: "x", To: "b"}, {From: "c", Do: "x", To: "b"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.moves.Check("a")
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || err.Error() != tt.want) {
				t.Errorf("Check = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestFindTakesTheFirstGuardThatHolds(t *testing.T) {
	moves := table{{From: "asked", Do: "approve", To: "approved", Guard: "last"}, {From: "asked", Do: "approve", To: "asked"}}
	m, ok := moves.Find("asked", "approve", func(g string) bool { return g == "last" })
	if !ok || m.To != "approved" {
		t.Errorf("with the last yes: %+v", m)
	}
	m, ok = moves.Find("asked", "approve", nil)
	if !ok || m.To != "asked" {
		t.Errorf("before it: %+v", m)
	}
	if _, ok = moves.Find("approved", "approve", nil); ok {
		t.Error("a state without rows gave one")
	}
	if !strings.Contains(moves.Mermaid(), "asked --> approved: approve [last]") {
		t.Error(moves.Mermaid())
	}
}
