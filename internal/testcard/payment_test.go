package testcard

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"skranke/internal/testcard/client"
)

func TestNoOrderOfMovesTakesMoreThanIsThereOrGivesMoreThanWasTaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Int64Range(1, 1000).Draw(t, "amount")
		once := rapid.Bool().Draw(t, "once")
		p := &payment{Payment: client.Payment{State: client.Created, AmountMinor: amount}}
		part := rapid.Int64Range(-1, amount+1)
		t.Repeat(map[string]func(*rapid.T){
			"fail":    func(*rapid.T) { walked(t, p, p.fail(client.FailDeclined)) },
			"reserve": func(*rapid.T) { walked(t, p, p.reserve(client.Card{}, time.Time{})) },
			"capture": func(rt *rapid.T) { walked(t, p, p.capture(part.Draw(rt, "capture"), once)) },
			"refund":  func(rt *rapid.T) { walked(t, p, p.refund(part.Draw(rt, "refund"))) },
			"release": func(*rapid.T) { walked(t, p, p.release()) },
			"lapse":   func(*rapid.T) { walked(t, p, p.lapse()) },
			"": func(t *rapid.T) {
				held := p.Capturable()
				switch {
				case p.CapturedMinor < 0 || p.ReleasedMinor < 0 || held < 0 || p.RefundedMinor < 0:
					t.Fatalf("negative: %+v", p)
				case p.CapturedMinor+p.ReleasedMinor > amount || p.RefundedMinor > p.CapturedMinor:
					t.Fatalf("more than there is: %+v", p)
				case (held > 0) != (p.State == client.Reserved || p.State == client.Captured):
					t.Fatalf("held %d while %s", held, p.State)
				case (p.CapturedMinor > 0) != (p.State == client.Captured || p.State == client.Done):
					t.Fatalf("captured %d while %s", p.CapturedMinor, p.State)
				}
			},
		})
	})
}

// walked lets refusals pass: they are part of the walk, and the invariants are looked at after each step.
func walked(t *rapid.T, p *payment, err error) {
	if err != nil && client.CodeOf(err) == "" {
		t.Fatalf("an error without code from %+v: %v", p, err)
	}
}

func TestEveryStateCanBeReached(t *testing.T) {
	reach := map[client.State]func(*payment) error{
		client.Created:  func(*payment) error { return nil },
		client.Reserved: func(p *payment) error { return p.reserve(client.Card{}, time.Time{}) },
		client.Captured: func(p *payment) error { _ = p.reserve(client.Card{}, time.Time{}); return p.capture(40, false) },
		client.Done:     func(p *payment) error { _ = p.reserve(client.Card{}, time.Time{}); return p.capture(100, false) },
		client.Void:     func(p *payment) error { return p.release() },
		client.Lapsed:   func(p *payment) error { _ = p.reserve(client.Card{}, time.Time{}); return p.lapse() },
	}
	for want, walk := range reach {
		p := &payment{Payment: client.Payment{State: client.Created, AmountMinor: 100}}
		if err := walk(p); err != nil || p.State != want {
			t.Errorf("got %s, %v, want %s", p.State, err, want)
		}
	}
}
