// Package flow writes a lifecycle as a table with one row per move. From the table come the check, the buttons, the
// API's links, the drawing in docs/flows and the test that every state can be reached.
package flow

import (
	"fmt"
	"strings"

	"skranke/internal/authz"
)

// Move is one row: in From, Do leads to To for whoever holds Needs. Guard names the fact that must hold besides
// ("last_yes", "four_eyes"); one action may have several rows with different guards.
type Move[S, A ~string] struct {
	From  S
	Do    A
	To    S
	Needs authz.Permission
	Guard string
}

// Table is a whole lifecycle.
type Table[S, A ~string] []Move[S, A]

// Find is the first row for from and do whose guard is empty or holds.
func (t Table[S, A]) Find(from S, do A, holds func(guard string) bool) (Move[S, A], bool) {
	for _, m := range t {
		if m.From == from && m.Do == do && (m.Guard == "" || holds != nil && holds(m.Guard)) {
			return m, true
		}
	}
	return Move[S, A]{}, false
}

// From lists the rows that leave a state.
func (t Table[S, A]) From(s S) (out []Move[S, A]) {
	for _, m := range t {
		if m.From == s {
			out = append(out, m)
		}
	}
	return out
}

// Check reports twin rows (same from, action and guard) and states that no start can reach.
func (t Table[S, A]) Check(starts ...S) error {
	seen, reached := map[string]bool{}, map[S]bool{}
	for _, s := range starts {
		reached[s] = true
	}
	for range t {
		for _, m := range t {
			if reached[m.From] {
				reached[m.To] = true
			}
		}
	}
	for _, m := range t {
		key := fmt.Sprint(m.From, "+", m.Do, "+", m.Guard)
		if seen[key] {
			return fmt.Errorf("two rows for %s", key)
		}
		if seen[key] = true; !reached[m.From] {
			return fmt.Errorf("%s is unreachable", m.From)
		}
	}
	return nil
}

// Mermaid draws the table for the documentation.
func (t Table[S, A]) Mermaid() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, m := range t {
		guard := ""
		if m.Guard != "" {
			guard = " [" + m.Guard + "]"
		}
		fmt.Fprintf(&b, "    %s --> %s: %s%s (%s)\n", m.From, m.To, m.Do, guard, m.Needs)
	}
	return b.String()
}
