package identity

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestAStoredPasswordIsInThePHCForm(t *testing.T) {
	one, err := hashPassword(t.Context(), "riktig hest batteri")
	if err != nil {
		t.Fatal(err)
	}
	two, err := hashPassword(t.Context(), "riktig hest batteri")
	if err != nil || one == two {
		t.Errorf("two hashes of one password are the same: %v", err)
	}
	c, salt, sum, err := parsePHC(one)
	if err != nil || c != usualCost || len(salt) != saltBytes || len(sum) != hashBytes {
		t.Errorf("%s: %+v, %d bytes of salt, %d of hash, %v", one, c, len(salt), len(sum), err)
	}
	ok, stale, err := checkPassword(t.Context(), "riktig hest batteri", one)
	if !ok || stale || err != nil {
		t.Errorf("ok %t, stale %t, %v", ok, stale, err)
	}
}

func TestAHashInAnotherFormIsAnErrorAndNeverPasses(t *testing.T) {
	for _, s := range []string{
		"x", "$2a$10$abc", "$argon2i$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$AAAA",
		"$argon2id$v=16$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZg",
		"$argon2id$v=19$m=64,t=0,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZg",
		"$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$",
		"$argon2id$v=19$m=64,t=1,p=1$***$MDEyMzQ1Njc4OWFiY2RlZg",
	} {
		if ok, _, err := checkPassword(t.Context(), "", s); ok || !errors.Is(err, errPHC) {
			t.Errorf("%s: ok %t, %v", s, ok, err)
		}
	}
}

func TestAnUnknownPersonCostsAsMuchWorkAsAKnownOne(t *testing.T) {
	hash, err := hashPassword(t.Context(), "riktig hest batteri")
	if err != nil {
		t.Fatal(err)
	}
	work := func(stored string) int64 {
		before := derived.Load()
		if ok, _, err := checkPassword(t.Context(), "galt passord", stored); ok || err != nil {
			t.Fatal(ok, err)
		}
		return derived.Load() - before
	}
	if known, unknown := work(hash), work(""); known != unknown || known == 0 {
		t.Errorf("a known person costs %d, an unknown one %d", known, unknown)
	}
}

func TestAThirdPasswordWaitsForItsTurnAndGivesUpWithItsRequest(t *testing.T) {
	hashing <- struct{}{}
	hashing <- struct{}{}
	defer func() { <-hashing; <-hashing }()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := hashPassword(ctx, "riktig hest batteri"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a third password was hashed beside two others: %v", err)
	}
}
