package testcard_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"skranke/internal/testcard"
	"skranke/internal/testcard/client"
)

const (
	leaves    = "4000 0000 0000 1109"
	newsLate  = "4000 0000 0000 2107"
	newsTwice = "4000 0000 0000 3105"
	newsNever = "4000 0000 0000 4103"
	newsFirst = "4000 0000 0000 5100"
	lapsing   = "4000 0000 0000 6108"
	onceOnly  = "4000 0000 0000 7106"
)

func TestAPayerWhoLeavesMayComeBackToThePage(t *testing.T) {
	p := start(t)
	s := p.session(t)
	p.pay(t, s, leaves).want(t, http.StatusOK, "Du har forlatt betalingen", "/pay/"+s.ID)
	wantMoney(t, p.payment(t, s.Payment), client.Created, 0, 0, 0)
	if r := p.pay(t, s, accepted); r.status != http.StatusSeeOther {
		t.Fatalf("paying after all: %d", r.status)
	}
	wantMoney(t, p.payment(t, s.Payment), client.Reserved, 0, 0, 0)
}

func TestACardsWebhooksMisbehaveForThatPaymentAlone(t *testing.T) {
	p := start(t, func(c *testcard.Config) { c.LateBy = 200 * time.Millisecond })
	pay := func(card string) (client.Session, time.Time) {
		s := p.session(t)
		if r := p.pay(t, s, card); r.status != http.StatusSeeOther {
			t.Fatalf("pay with %s: %d", card, r.status)
		}
		return s, time.Now()
	}
	t.Run("late", func(t *testing.T) {
		s, paid := pay(newsLate)
		if h := p.shop.next(t); h.event.Data.ID != s.Payment || time.Since(paid) < 150*time.Millisecond {
			t.Errorf("%s came after %v", h.event.Data.ID, time.Since(paid))
		}
	})
	t.Run("twice", func(t *testing.T) {
		pay(newsTwice)
		if a, b := p.shop.next(t), p.shop.next(t); a.id != b.id {
			t.Errorf("%s, then %s", a.id, b.id)
		}
	})
	t.Run("before the payer", func(t *testing.T) {
		s, _ := pay(newsFirst)
		select {
		case h := <-p.shop.hooks:
			if h.event.Data.ID != s.Payment {
				t.Errorf("news of %s", h.event.Data.ID)
			}
		default:
			t.Error("the payer was sent back first")
		}
	})
	t.Run("never, and all that follows neither", func(t *testing.T) {
		s, _ := pay(newsNever)
		if _, err := p.Capture(t.Context(), p.key(), s.Payment, s.AmountMinor); err != nil {
			t.Fatal(err)
		}
		other, _ := pay(accepted)
		if h := p.shop.next(t); h.event.Data.ID != other.Payment {
			t.Errorf("news of %s came", h.event.Data.ID)
		}
	})
}

func TestACardThatLapsesDoesSoBeforeTheEndThatWasPromised(t *testing.T) {
	p := start(t)
	s := p.session(t)
	p.pay(t, s, lapsing)
	if got := p.payment(t, s.Payment); got.State != client.Reserved || got.ReservedUntil.Sub(p.clock.Now()) != 7*24*time.Hour {
		t.Fatalf("%s until %v", got.State, got.ReservedUntil)
	}
	p.later(t, 1, 3*time.Minute)
	if got := p.payment(t, s.Payment); got.State != client.Lapsed {
		t.Errorf("after three minutes it is %s", got.State)
	}
}

func TestACardThatIsCapturedOnceLetsTheRestGo(t *testing.T) {
	p := start(t)
	s := p.session(t)
	p.pay(t, s, onceOnly)
	got, err := p.Capture(t.Context(), p.key(), s.Payment, 1000)
	if err != nil {
		t.Fatal(err)
	}
	wantMoney(t, got, client.Done, 1000, 123950, 0)
	_, err = p.Capture(t.Context(), p.key(), s.Payment, 1000)
	if refusal := (*client.Error)(nil); !errors.As(err, &refusal) || refusal.Code != client.CodeCaptureOnce {
		t.Errorf("the second capture: %v", err)
	}
}
